// Python's format strings, as far as titles need them: `"Rabi {rabi/pi_time:.3e} s"`.
//
// A field is a name, then `!r` or `!s`, then a format specification: all of Python's for int, float,
// bool and str but nested fields. Digits are those that Python writes: floats are rounded
// from their exact value, ties to even. Numpy's numbers are formatted as Python's of their kind; for
// everything else the specification must be empty, and the text is its repr.
//
// Source: the Python Library Reference, "Format String Syntax"; CPython 3.11 where that is silent.

import {
  Fraction,
  NumpyScalar,
  ParseError,
  PythonError,
  type PyValue,
  pyRepr,
} from '../../values/index.js';
import { reprText, scalarOf } from './format.js';

/** A literal text, or a field: a name, and how its value is written. */
export type Piece =
  | string
  | { readonly name: string; readonly conversion: '' | 'r' | 's'; readonly spec: string };

const LONGEST = 200; // characters of a width, a precision or the text of a value: as a title has

// `{{`, `}}`, a field, a brace with no partner, or text up to the next of them.
const PIECE = /\{\{|\}\}|\{([^{}!:]*)(?:!([^{}:]*))?(?::([^{}]*))?\}|[{}]|[^{}]+/gu;

/** @throws {ParseError} a brace without its partner, a field without a name, an unknown conversion. */
export function parseTemplate(template: string): readonly Piece[] {
  return Array.from(
    template.matchAll(PIECE),
    ({ 0: text, 1: name, 2: conversion, 3: spec = '', index }) => {
      if (name === undefined) {
        if (text === '{' || text === '}') {
          throw refusal(
            index,
            `a partner of this brace, or ${text}${text} for the character`,
            text,
          );
        }
        return text === '{{' || text === '}}' ? text.slice(1) : text;
      }
      if (name === '') {
        throw refusal(index + 1, 'the name of a dataset', text);
      }
      if (conversion !== undefined && conversion !== 'r' && conversion !== 's') {
        throw refusal(index, 'the conversion r or s', `!${conversion}`);
      }
      return { name, conversion: conversion ?? '', spec };
    },
  );
}

function refusal(position: number, expected: string, found: string): ParseError {
  return new ParseError(`at ${position + 1}: ${expected} is expected, not ${found}`, {
    position,
    expected,
    found,
  });
}

/** Python's `format(value, spec)`. @throws {PythonError} with Python's words, where it would raise. */
export function formatValue(given: PyValue, { conversion, spec }: Exclude<Piece, string>): string {
  const value = conversion === '' ? scalarOf(given) : textOf(given, conversion === 'r');
  const type = typeof value;
  if (spec === '') {
    return textOf(value, false);
  }
  const kind = KINDS[type as keyof typeof KINDS];
  if (kind === undefined || value === null) {
    const name = value === null ? 'NoneType' : 'this type';
    throw new PythonError('TypeError', `${name} takes no format, not even "${spec}"`);
  }
  const parsed = parseSpec(spec);
  if (!kind.types.includes(parsed.type)) {
    throw bad(`Unknown format code '${parsed.type}' for object of type '${kind.name}'`);
  }
  return typeof value === 'string'
    ? stringText(value, parsed)
    : typeof value === 'number' || 'eEfFgG%'.includes(parsed.type || 'd')
      ? floatText(floatOf(value as number | bigint | boolean), parsed)
      : intText(BigInt(value as bigint | boolean), parsed);
}

function floatOf(value: number | bigint | boolean): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float)) {
    throw new PythonError('OverflowError', 'int too large to convert to float');
  }
  return float;
}

const KINDS = {
  string: { name: 'str', types: ['', 's'] },
  number: { name: 'float', types: ['', ...'eEfFgGn%'] },
  bigint: { name: 'int', types: ['', ...'bcdoxXneEfFgG%'] },
  boolean: { name: 'bool', types: ['', ...'bcdoxXneEfFgG%'] },
};

function textOf(value: PyValue, isRepr: boolean): string {
  return isRepr ? reprText(value, LONGEST) : strOf(value);
}

/** Python's `str`, but for arrays, whose repr is shown. */
function strOf(value: PyValue): string {
  if (value instanceof Fraction) {
    const { numerator, denominator } = value;
    return denominator === 1n ? String(numerator) : `${numerator}/${denominator}`;
  }
  if (value instanceof NumpyScalar && value.dtype.kind === 'f') {
    // A float32 has fewer digits than the float that it is.
    return pyRepr(value).replace(/^np\.\w+\('?(.*?)'?\)$/, '$1');
  }
  const scalar = scalarOf(value);
  return typeof scalar === 'string' ? scalar.slice(0, LONGEST) : reprText(scalar, LONGEST);
}

// ---- The specification --------------------------------------------------------------------------

type Spec = {
  readonly fill: string;
  /** `0`: as `=`, from a width that begins with 0. */
  readonly align: string;
  readonly sign: string;
  /** `z`: what is rounded to zero has no minus. */
  readonly isZeroPlain: boolean;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | null;
  readonly type: string;
};

const SPEC =
  /^(?:(.)?([<>=^]))?([+\- ])?(z)?(#)?(0)?(\d{1,9})?([,_])?(?:\.(\d{1,9}))?([a-zA-Z%])?$/su;

function parseSpec(spec: string): Spec {
  const match = SPEC.exec(spec);
  if (match === null) {
    throw bad(`Invalid format specifier '${spec}'`);
  }
  const [
    ,
    fill,
    align,
    sign = '',
    plain,
    alternate,
    zero,
    width = '0',
    grouping = '',
    precision,
    type = '',
  ] = match;
  const parsed = {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined ? '' : '0'),
    sign,
    isZeroPlain: plain !== undefined,
    alternate: alternate !== undefined,
    width: Number(width),
    grouping,
    precision: precision === undefined ? null : Number(precision),
    type,
  };
  if (parsed.width > LONGEST || (parsed.precision ?? 0) > LONGEST) {
    throw bad(`a width or precision of at most ${LONGEST} is written here, not '${spec}'`);
  }
  return parsed;
}

function bad(message: string): PythonError {
  return new PythonError('ValueError', message);
}

// ---- Kinds of values ----------------------------------------------------------------------------

function stringText(value: string, spec: Spec): string {
  const { sign, isZeroPlain, alternate, grouping, precision, align } = spec;
  if (sign !== '') {
    throw bad('Sign not allowed in string format specifier');
  }
  if (isZeroPlain) {
    throw bad('Negative zero coercion (z) not allowed in string format specifier');
  }
  if (alternate) {
    throw bad('Alternate form (#) not allowed in string format specifier');
  }
  if (grouping !== '') {
    throw bad(`Cannot specify '${grouping}' with 's'.`);
  }
  if (align === '=') {
    throw bad("'=' alignment not allowed in string format specifier");
  }
  const text = precision === null ? value : Array.from(value).slice(0, precision).join('');
  return padded(text, { ...spec, align: align === '0' ? '<' : align }, '<');
}

const BASES: { readonly [type: string]: readonly [base: number, prefix: string] } = {
  b: [2, '0b'],
  o: [8, '0o'],
  x: [16, '0x'],
  X: [16, '0X'],
};

function intText(value: bigint, spec: Spec): string {
  const { type, precision, alternate, sign, grouping } = spec;
  if (precision !== null) {
    throw bad('Precision not allowed in integer format specifier');
  }
  if (spec.isZeroPlain) {
    throw bad('Negative zero coercion (z) not allowed in integer format specifier');
  }
  if (type === 'c') {
    return characterText(value, spec);
  }
  const [base, prefix] = BASES[type] ?? [10, ''];
  if (grouping === ',' && base !== 10) {
    throw bad(`Cannot specify ',' with '${type}'.`);
  }
  const digits = (value < 0n ? -value : value).toString(base);
  return assembled(
    (value < 0n ? '-' : plus(sign)) + (alternate ? prefix : ''),
    type === 'X' ? digits.toUpperCase() : digits,
    '',
    spec,
    base === 10 ? 3 : 4,
  );
}

function characterText(value: bigint, spec: Spec): string {
  if (spec.grouping !== '') {
    throw bad(`Cannot specify '${spec.grouping}' with 'c'.`);
  }
  if (spec.sign !== '') {
    throw bad("Sign not allowed with integer format specifier 'c'");
  }
  if (spec.alternate) {
    throw bad("Alternate form (#) not allowed with integer format specifier 'c'");
  }
  if (value < 0n || value > 0x10ffffn) {
    throw new PythonError('OverflowError', '%c arg not in range(0x110000)');
  }
  return padded(String.fromCodePoint(Number(value)), spec, '>');
}

function floatText(value: number, spec: Spec): string {
  const isPercent = spec.type === '%';
  const size = Math.abs(isPercent ? value * 100 : value);
  const text = Number.isFinite(size) ? digitsText(size, spec) : Number.isNaN(size) ? 'nan' : 'inf';
  const cased = 'EFG'.includes(spec.type || ' ') ? text.toUpperCase() : text;
  const [digits = ''] = /^\d*/.exec(cased) ?? [];
  const isPlain = spec.isZeroPlain && /^[0.]+(?:e|$)/i.test(cased);
  const isNegative = (value < 0 || Object.is(value, -0)) && !isPlain;
  const rest = cased.slice(digits.length) + (isPercent ? '%' : '');
  return assembled(isNegative ? '-' : plus(spec.sign), digits, rest, spec, 3);
}

function plus(sign: string): string {
  return sign === '-' ? '' : sign;
}

function digitsText(size: number, { type, precision, alternate }: Spec): string {
  switch (type.toLowerCase()) {
    case 'f':
    case '%':
      return fixed(size, precision ?? 6, alternate);
    case 'e':
      return exponential(size, precision ?? 6, alternate);
    case '':
      return precision === null
        ? withPoint(pyRepr(size), alternate)
        : general(size, precision, alternate, true);
    default:
      return general(size, precision ?? 6, alternate, false);
  }
}

/** `1e+22` has no point: the alternate form has one. */
function withPoint(text: string, alternate: boolean): string {
  return alternate && !text.includes('.') ? text.replace('e', '.e') : text;
}

// ---- Digits -------------------------------------------------------------------------------------

/** `value` · 10^`decimals`, rounded to an integer from its exact value, ties to even. */
function scaled(value: number, decimals: number): bigint {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value);
  const bits = bytes.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const stored = bits & ((1n << 52n) - 1n);
  const power = Math.max(biased, 1) - 1075;
  let above = biased > 0 ? stored | (1n << 52n) : stored;
  let below = 1n;
  above <<= BigInt(Math.max(0, power));
  below <<= BigInt(Math.max(0, -power));
  above *= 10n ** BigInt(Math.max(0, decimals));
  below *= 10n ** BigInt(Math.max(0, -decimals));
  const whole = above / below;
  const rest = 2n * (above % below);
  const isUp = rest > below || (rest === below && whole % 2n === 1n);
  return isUp ? whole + 1n : whole;
}

function fixed(size: number, decimals: number, alternate: boolean): string {
  const digits = String(scaled(size, decimals)).padStart(decimals + 1, '0');
  const at = digits.length - decimals;
  return digits.slice(0, at) + (decimals > 0 || alternate ? '.' : '') + digits.slice(at);
}

/** `count` significant digits, and the power of ten of the first. */
function significant(size: number, count: number): { digits: string; exponent: number } {
  if (size === 0) {
    return { digits: '0'.repeat(count), exponent: 0 };
  }
  // The shortest text of 1e-7 is rounded up: the number is a little less.
  const shortest = Number(size.toExponential().split('e')[1]);
  const below = String(scaled(size, count - shortest));
  const exponent = below.length > count ? shortest : shortest - 1;
  const digits = exponent < shortest ? below : String(scaled(size, count - 1 - exponent));
  // 9.99 has become 10.0.
  return digits.length > count
    ? { digits: digits.slice(0, count), exponent: exponent + 1 }
    : { digits, exponent };
}

function exponential(size: number, decimals: number, alternate: boolean): string {
  const { digits, exponent } = significant(size, decimals + 1);
  const point = decimals > 0 || alternate ? '.' : '';
  return `${digits[0]}${point}${digits.slice(1)}${power(exponent)}`;
}

function power(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** @param isFloat - without a type: fixed notation has a digit after the point, and gives way sooner. */
function general(size: number, precision: number, alternate: boolean, isFloat: boolean): string {
  const count = Math.max(1, precision);
  const { digits, exponent } = significant(size, count);
  const kept = alternate ? digits : digits.replace(/0+$/, '').padEnd(1, '0');
  if (exponent < -4 || exponent >= count - (isFloat ? 1 : 0)) {
    const point = kept.length > 1 || alternate ? '.' : '';
    return `${kept[0]}${point}${kept.slice(1)}${power(exponent)}`;
  }
  const all = exponent < 0 ? '0'.repeat(-exponent) + kept : kept.padEnd(exponent + 1, '0');
  const at = Math.max(1, exponent + 1);
  const fraction = all.slice(at) || (isFloat ? '0' : '');
  return all.slice(0, at) + (fraction !== '' || alternate ? '.' : '') + fraction;
}

// ---- Width --------------------------------------------------------------------------------------

function assembled(
  sign: string,
  digits: string,
  rest: string,
  spec: Spec,
  groupSize: number,
): string {
  const { grouping, width, fill, align } = spec;
  if (grouping !== '' && spec.type === 'n') {
    throw bad(`Cannot specify '${grouping}' with 'n'.`);
  }
  const grouped = (text: string) =>
    grouping === ''
      ? text
      : text.replace(new RegExp(`\\B(?=(?:\\w{${groupSize}})+$)`, 'g'), grouping);
  const isInner = align === '=' || align === '0';
  let shown = digits;
  // Zeros that fill the width are grouped like the digits.
  while (
    isInner &&
    fill === '0' &&
    shown !== '' &&
    sign.length + grouped(shown).length + rest.length < width
  ) {
    shown = `0${shown}`;
  }
  return isInner
    ? sign + padded(grouped(shown) + rest, { ...spec, width: width - sign.length, align: '>' }, '>')
    : padded(sign + grouped(shown) + rest, spec, '>');
}

function padded(text: string, { width, fill, align }: Spec, usual: '<' | '>'): string {
  const room = Math.max(0, width - Array.from(text).length);
  const left = { '<': 0, '^': Math.floor(room / 2) }[align || usual] ?? room;
  return fill.repeat(left) + text + fill.repeat(room - left);
}

// Numbers inside texts: what Python's complex('1+2j') and Fraction('3/7') read.

import { Complex, Fraction } from '../../values/index.js';
import { Misfit, overLimit } from './fail.js';

const DIGIT = /\p{Nd}/u;

/** Decimal digits of any script as ASCII: `١` is 1. Python's numbers take them. */
export function asciiDigits(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, char => (DIGIT.test(char) ? String(digitOf(char)) : char));
}

/** Digits of a script stand in a row from 0 to 9, and rows of ten follow each other. */
function digitOf(char: string): number {
  let before = 0;
  let point = (char.codePointAt(0) ?? 0) - 1;
  while (DIGIT.test(String.fromCodePoint(point))) {
    before += 1;
    point -= 1;
  }
  return before % 10;
}

/** Python's white space at both ends. */
function strip(text: string): string {
  return text.replace(/^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g, '');
}

const FLOAT =
  '(?:inf(?:inity)?|nan|(?:\\d+(?:_\\d+)*\\.?(?:\\d+(?:_\\d+)*)?|\\.\\d+(?:_\\d+)*)(?:e[+-]?\\d+(?:_\\d+)*)?)';
const COMPLEX = new RegExp(
  `^(?:([+-]?${FLOAT})(?:([+-]${FLOAT}|[+-])j)?|([+-]?${FLOAT}|[+-]?)j)$`,
  'i',
);

/** Python's `complex(text)`. @throws {Misfit} malformed. */
export function complexOf(text: string): Complex {
  let inner = strip(asciiDigits(text));
  if (inner.startsWith('(') && inner.endsWith(')')) {
    inner = strip(inner.slice(1, -1));
  }
  const match = COMPLEX.exec(inner);
  if (match === null) {
    throw new Misfit('complex() takes a text such as "1+2j"', 'a complex number', `'${text}'`);
  }
  const [, re, im, only] = match;
  return new Complex(re === undefined ? 0 : floatOf(re), floatOf(im ?? only ?? '0'));
}

function floatOf(text: string): number {
  const digits = text.replaceAll('_', '').toLowerCase();
  const sign = digits.startsWith('-') ? -1 : 1;
  const size = digits.replace(/^[+-]/, '');
  switch (size) {
    case '':
      return sign;
    case 'inf':
    case 'infinity':
      return sign * Infinity;
    case 'nan':
      return Number.NaN;
    default:
      return sign * Number(size);
  }
}

const INT = '\\d+(?:_\\d+)*';
const FRACTION = new RegExp(
  `^([-+]?)(?=\\d|\\.\\d)(\\d*|${INT})(?:(?:/(${INT}))?|(?:\\.(\\d*|${INT}))?(?:E([-+]?${INT}))?)$`,
  'i',
);

/**
 * Python's `Fraction(text)`: `3/7`, `0.25`, `1e-3`.
 * @throws {Misfit} malformed. @throws {LimitError} more digits than `maximum`, written or by exponent.
 */
export function fractionOf(text: string, maximum: number): Fraction {
  const match = FRACTION.exec(strip(asciiDigits(text)));
  if (match === null) {
    throw new Misfit('Fraction() takes a text such as "3/7" or "0.25"', 'a fraction', `'${text}'`);
  }
  const [, sign, whole = '', below, decimal = '', exponent] = match;
  const shift = exponent === undefined ? 0 : Number(exponent.replaceAll('_', ''));
  if (Math.abs(shift) > maximum) {
    throw overLimit(
      'intDigits',
      Math.abs(shift),
      maximum,
      'digits',
      `a fraction with exponent ${shift}`,
    );
  }
  const decimals = decimal.replaceAll('_', '');
  let numerator = intOf(`${whole}${decimals}` || '0', maximum);
  let denominator = below === undefined ? 10n ** BigInt(decimals.length) : intOf(below, maximum);
  if (shift >= 0) {
    numerator *= 10n ** BigInt(shift);
  } else {
    denominator *= 10n ** BigInt(-shift);
  }
  return fraction(sign === '-' ? -numerator : numerator, denominator);
}

/** A reduced fraction. @throws {Misfit} denominator 0. */
export function fraction(numerator: bigint, denominator: bigint): Fraction {
  if (denominator === 0n) {
    throw new Misfit('a Fraction has denominator 0', 'a denominator other than 0', '0');
  }
  return new Fraction(numerator, denominator);
}

/** A decimal int of at most `maximum` digits. @throws {LimitError} more. */
export function intOf(text: string, maximum: number): bigint {
  const digits = text.replaceAll('_', '');
  if (digits.length > maximum) {
    const { length } = digits;
    throw overLimit('intDigits', length, maximum, 'digits', `an int of ${length} digits`);
  }
  return BigInt(digits);
}

/** Ints that occur all the time, made once. */
const SMALL_LOW = -128;
const SMALL_HIGH = 1024;
const SMALL_INTS = Array.from({ length: SMALL_HIGH - SMALL_LOW }, (_, i) => BigInt(i + SMALL_LOW));

/** The int of a safe integer. */
export function smallInt(value: number): bigint {
  return value >= SMALL_LOW && value < SMALL_HIGH ? SMALL_INTS[value - SMALL_LOW]! : BigInt(value);
}

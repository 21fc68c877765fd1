// The builtins of Python that an argument of `call` may use; `interactive` has none of them.
//
// Source: the Python library reference, "Built-in Functions"; CPython 3.11 as observed.

import {
  Complex,
  iterate,
  LimitError,
  NDArray,
  NumpyScalar,
  PyDict,
  PyObject,
  PySet,
  PythonError,
  type PyValue,
  parseDtype,
  pyRepr,
  pythonBool,
  pythonComplex,
  pythonFloat,
  pythonInt,
  Slice,
  slice,
  Tuple,
  typeName,
} from '../../values/index.js';
import { boundedInt } from './arithmetic.js';
import { EXPRESSION_LIMITS } from './expression.js';
import { type Arguments, bind, PyFunction, positional } from './functions.js';

const LATIN1 = new TextDecoder('latin1');
/** Which base the prefix of a number stands for. */
const PREFIXES: ReadonlyMap<string, bigint> = new Map([
  ['0x', 16n],
  ['0o', 8n],
  ['0b', 2n],
]);

/** `range(start, stop, step)`: what `list`, `tuple` and `np.array` take. It has no form on a wire. */
export class PyRange extends PyObject {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;

  constructor(start: bigint, stop: bigint, step: bigint) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  override get pyType(): string {
    return 'range';
  }

  override repr(): string {
    const step = this.step === 1n ? '' : `, ${this.step}`;
    return `range(${this.start}, ${this.stop}${step})`;
  }

  get length(): bigint {
    const { start, stop, step } = this;
    const reach = step > 0n ? stop - start : start - stop;
    const stride = step > 0n ? step : -step;
    return reach <= 0n ? 0n : (reach - 1n) / stride + 1n;
  }

  /** @throws {LimitError} too many. */
  items(): bigint[] {
    const length = checkedCount(this.length);
    return Array.from({ length }, (_, i) => this.start + BigInt(i) * this.step);
  }
}

/** @throws {LimitError} more items than a call may make. */
export function checkedCount(count: bigint | number): number {
  const { sequenceItems } = EXPRESSION_LIMITS;
  if (count > sequenceItems) {
    throw new LimitError(`${count} items, sequenceItems allows ${sequenceItems}`, {
      limit: 'sequenceItems',
      value: Number(count),
      maximum: sequenceItems,
      unit: 'items',
    });
  }
  return Number(count);
}

/** What Python's iteration over `value` gives. @throws {PythonError} not iterable. {LimitError} */
export function itemsOf(value: PyValue = []): PyValue[] {
  return value instanceof PyRange ? value.items() : Array.from(iterate(value));
}

function builtinType(
  name: string,
  call: (given: Arguments) => PyValue,
  dtype: string | null = null,
): readonly [string, PyValue] {
  const type = dtype === null ? null : parseDtype(dtype);
  return [name, new PyFunction(name, `<class '${name}'>`, call, type)];
}

/** The builtins, by name. */
export const BUILTINS: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  builtinType('list', given => itemsOf(...positional('list', 0, 1, given))),
  builtinType('tuple', given => new Tuple(itemsOf(...positional('tuple', 0, 1, given)))),
  builtinType('set', given => hashed(() => new PySet(itemsOf(...positional('set', 0, 1, given))))),
  builtinType('dict', dictOf),
  builtinType('range', rangeOf),
  builtinType('slice', given => sliceOf(positional('slice', 1, 3, given))),
  builtinType('bool', given => truthOf(positional('bool', 0, 1, given)), '?'),
  builtinType('int', intOf, 'i8'),
  builtinType('float', given => floatOf(positional('float', 0, 1, given)), 'f8'),
  builtinType('complex', given => complexOf(bind('complex', ['real', 'imag'], 0, given)), 'c16'),
  [
    'len',
    new PyFunction('len', '<built-in function len>', given =>
      lengthOf(positional('len', 1, 1, given)[0] as PyValue),
    ),
  ],
]);

function dictOf({ args, keywords }: Arguments): PyDict {
  const [source = []] = positional('dict', 0, 1, { args, keywords: [] });
  return hashed(() => {
    const entries = source instanceof PyDict ? Array.from(source) : itemsOf(source).map(pairOf);
    return new PyDict([...entries, ...keywords]);
  });
}

function pairOf(entry: PyValue): readonly [PyValue, PyValue] {
  const pair = itemsOf(entry);
  if (pair.length !== 2) {
    throw new PythonError(
      'ValueError',
      `an entry of a dict has a key and a value, not ${pair.length} items`,
    );
  }
  return [pair[0] as PyValue, pair[1] as PyValue];
}

/** An unhashable key or member is the expression's fault. */
function hashed<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('unhashable')) {
      throw new PythonError('TypeError', error.message);
    }
    throw error;
  }
}

function rangeOf(given: Arguments): PyRange {
  const [first, second, step = 1n] = positional('range', 1, 3, given).map(index);
  if (step === 0n) {
    throw new PythonError('ValueError', 'range() arg 3 must not be zero');
  }
  return second === undefined
    ? new PyRange(0n, first as bigint, 1n)
    : new PyRange(first as bigint, second, step);
}

/** An int where only an int will do. */
export function index(value: PyValue): bigint {
  const number = plain(value);
  if (typeof number !== 'bigint' && typeof number !== 'boolean') {
    throw new PythonError(
      'TypeError',
      `'${typeName(value)}' object cannot be interpreted as an integer`,
    );
  }
  return BigInt(number);
}

function sliceOf(members: readonly PyValue[]): Slice {
  return members.some(member => member !== null && typeof member !== 'bigint')
    ? new Slice(...padded(members))
    : slice(...(members as (bigint | null)[]));
}

/** `slice(stop)`, `slice(start, stop)`, `slice(start, stop, step)`. */
function padded(members: readonly PyValue[]): [PyValue, PyValue, PyValue] {
  const [first = null, second = null, step = null] = members;
  return members.length === 1 ? [null, first, null] : [first, second, step];
}

function truthOf([value = false]: readonly PyValue[]): boolean {
  if (value instanceof PyRange) {
    return value.length > 0n;
  }
  if (!(value instanceof NDArray)) {
    return pythonBool(plain(value));
  }
  if (value.size !== 1) {
    const what = value.size === 0 ? 'an empty array' : 'an array with more than one element';
    throw new PythonError('ValueError', `the truth value of ${what} is ambiguous`);
  }
  return pythonBool(value.item());
}

function intOf({ args, keywords }: Arguments): bigint {
  const isNamed = args.length === 1 && keywords.length === 1 && keywords[0]?.[0] === 'base';
  const values = isNamed ? [...args, ...keywords.map(([, given]) => given)] : args;
  const rest = isNamed ? [] : keywords;
  const [value = 0n, base] = positional('int', 0, 2, { args: values, keywords: rest });
  return boundedInt(base === undefined ? pythonInt(plain(value)) : digitsOf(value, index(base)));
}

/** `int(text, base)`. */
function digitsOf(value: PyValue, base: bigint): bigint {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new PythonError('TypeError', "int() can't convert non-string with explicit base");
  }
  if (base !== 0n && (base < 2n || base > 36n)) {
    throw new PythonError('ValueError', 'int() base must be >= 2 and <= 36, or 0');
  }
  const text = (typeof value === 'string' ? value : LATIN1.decode(value)).trim().toLowerCase();
  const [, sign, prefix = '', digits = ''] = /^([+-]?)(?:(0[box])_?)?(\w+)$/.exec(text) ?? [];
  const said = PREFIXES.get(prefix);
  // "0b1" is a number of base 16, and of base 2 or 0 the number 1.
  const isPrefix = said !== undefined && (base === 0n || base === said);
  const radix = base === 0n ? (said ?? 10n) : base;
  const written = isPrefix ? digits : prefix + digits;
  const isOctalOfOld = base === 0n && !isPrefix && /^0[0_]*[1-9]/.test(written);
  const isWritten = /^[0-9a-z]+(_[0-9a-z]+)*$/.test(written) && !isOctalOfOld;
  const values = Array.from(written.replaceAll('_', ''), digit =>
    BigInt(Number.parseInt(digit, 36) || 0),
  );
  if (!isWritten || values.some(digit => digit >= radix)) {
    const shown = pyRepr(value);
    throw new PythonError('ValueError', `invalid literal for int() with base ${base}: ${shown}`);
  }
  const size = values.reduce((sum, digit) => boundedInt(sum * radix + digit), 0n);
  return sign === '-' ? -size : size;
}

function floatOf([value = 0]: readonly PyValue[]): number {
  const number = plain(value);
  if (number === null || number instanceof Complex) {
    throw new PythonError(
      'TypeError',
      `float() argument must be a string or a real number, not '${typeName(value)}'`,
    );
  }
  return pythonFloat(number);
}

function complexOf([re = 0n, im]: readonly (PyValue | undefined)[]): Complex {
  const hasText = typeof plain(re) === 'string' || typeof plain(im ?? 0n) === 'string';
  if (re === null || im === null || (im !== undefined && hasText)) {
    throw new PythonError('TypeError', 'complex() takes numbers, or one text such as "1+2j"');
  }
  const a = pythonComplex(plain(re));
  if (im === undefined) {
    return a;
  }
  const b = pythonComplex(plain(im));
  const isPlain = !(plain(re) instanceof Complex) && !(plain(im) instanceof Complex);
  return isPlain ? new Complex(a.re, b.re) : new Complex(a.re - b.im, a.im + b.re);
}

/** A numpy scalar as the Python number that it is. */
function plain(value: PyValue): PyValue {
  return value instanceof NumpyScalar ? value.item() : value;
}

function lengthOf(value: PyValue): bigint {
  if (value instanceof PyRange) {
    return value.length;
  }
  if (typeof value === 'string') {
    return BigInt(Array.from(value).length);
  }
  if (Array.isArray(value) || value instanceof Tuple || value instanceof Uint8Array) {
    return BigInt(value.length);
  }
  if (value instanceof PyDict || value instanceof PySet) {
    return BigInt(value.size);
  }
  if (value instanceof NDArray && value.ndim > 0) {
    return BigInt(value.shape[0] as number);
  }
  throw new PythonError('TypeError', `object of type '${typeName(value)}' has no len()`);
}

// Two questions: are they equal to Python, and are they the very same to the last bit.

import { instant } from './datetime.js';
import { OrderedDict, PyDict } from './dict.js';
import { sameDtype } from './dtype.js';
import { Fraction } from './fraction.js';
import { NDArray } from './ndarray.js';
import { Complex, type PyValue, Slice, Tuple } from './python.js';
import { NumpyScalar } from './scalar.js';
import { PySet } from './set.js';

/**
 * Python's `a == b`: 1 equals 1.0 and True, NaN equals nothing, a list never equals a tuple. Where
 * numpy would answer with an array: arrays are equal when their shapes and all their elements are.
 */
export function pyEquals(a: PyValue, b: PyValue): boolean {
  const left = number(a);
  const right = number(b);
  if (left !== undefined || right !== undefined) {
    return left !== undefined && right !== undefined && numbersEqual(left, right);
  }
  if (a instanceof NumpyScalar || b instanceof NumpyScalar) {
    return scalarsEqual(a, b);
  }
  if (typeof a === 'string' || a === null || typeof b === 'string' || b === null) {
    return a === b;
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && itemsEqual(a, b);
  }
  if (a instanceof Tuple) {
    return b instanceof Tuple && itemsEqual(a.items, b.items);
  }
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array && bytesEqual(a, b);
  }
  if (a instanceof PyDict) {
    return b instanceof PyDict && dictsEqual(a, b);
  }
  if (a instanceof PySet) {
    return b instanceof PySet && a.size === b.size && Array.from(a).every(member => b.has(member));
  }
  if (a instanceof Slice) {
    return b instanceof Slice && itemsEqual([a.start, a.stop, a.step], [b.start, b.stop, b.step]);
  }
  if (a instanceof NDArray) {
    return b instanceof NDArray && arraysEqual(a, b);
  }
  return a === b;
}

/**
 * The very same value: type, dtype, shape and order of dict entries, sign of zero, every byte of an
 * array. NaN is NaN, whatever its payload. The order of a set's members does not count.
 */
export function pyExact(a: PyValue, b: PyValue): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
    return Object.is(a, b);
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && itemsExact(a, b);
  }
  if (a instanceof Tuple) {
    return b instanceof Tuple && itemsExact(a.items, b.items);
  }
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array && bytesEqual(a, b);
  }
  if (a instanceof PyDict) {
    return (
      b instanceof PyDict &&
      a instanceof OrderedDict === b instanceof OrderedDict &&
      itemsExact([...a.keys()], [...b.keys()]) &&
      itemsExact([...a.values()], [...b.values()])
    );
  }
  if (a instanceof PySet) {
    return b instanceof PySet && a.size === b.size && Array.from(a).every(m => hasExact(b, m));
  }
  if (a instanceof Slice) {
    return b instanceof Slice && itemsExact([a.start, a.stop, a.step], [b.start, b.stop, b.step]);
  }
  if (a instanceof Complex) {
    return b instanceof Complex && Object.is(a.re, b.re) && Object.is(a.im, b.im);
  }
  if (a instanceof Fraction) {
    return b instanceof Fraction && numbersEqual(a, b);
  }
  if (a instanceof NumpyScalar) {
    return b instanceof NumpyScalar && sameDtype(a.dtype, b.dtype) && bytesEqual(a.bytes, b.bytes);
  }
  if (a instanceof NDArray) {
    return (
      b instanceof NDArray &&
      sameDtype(a.dtype, b.dtype) &&
      shapesEqual(a.shape, b.shape) &&
      bytesEqual(a.toBytes(), b.toBytes())
    );
  }
  return a === b;
}

type PyNumber = bigint | number | Complex | Fraction;

/** A number of any of Python's and numpy's types, bools among them. */
function number(value: PyValue): PyNumber | undefined {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1n : 0n;
  }
  if (value instanceof Complex || value instanceof Fraction) {
    return value;
  }
  if (value instanceof NumpyScalar && 'biufc'.includes(value.dtype.kind)) {
    return number(value.item());
  }
  return undefined;
}

function numbersEqual(a: PyNumber, b: PyNumber): boolean {
  if (a instanceof Complex || b instanceof Complex) {
    const [re, im] = a instanceof Complex ? [a.re, a.im] : [a, 0];
    const [re2, im2] = b instanceof Complex ? [b.re, b.im] : [b, 0];
    return im === im2 && numbersEqual(re, re2);
  }
  if (a instanceof Fraction || b instanceof Fraction) {
    const x = ratio(a);
    const y = ratio(b);
    return (
      x !== null && y !== null && x.numerator === y.numerator && x.denominator === y.denominator
    );
  }
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number, compared exactly
  return a == b;
}

function ratio(value: bigint | number | Fraction): Fraction | null {
  if (value instanceof Fraction) {
    return value;
  }
  if (typeof value === 'bigint') {
    return new Fraction(value);
  }
  return Number.isFinite(value) ? Fraction.fromFloat(value) : null;
}

function scalarsEqual(a: PyValue, b: PyValue): boolean {
  const x = a instanceof NumpyScalar ? a.item() : a;
  const y = b instanceof NumpyScalar ? b.item() : b;
  if (x instanceof NumpyScalar || y instanceof NumpyScalar) {
    return (
      x instanceof NumpyScalar &&
      y instanceof NumpyScalar &&
      x.dtype.kind === y.dtype.kind &&
      instant(x) !== 'NaT' &&
      instant(x) === instant(y)
    );
  }
  return pyEquals(x, y);
}

function dictsEqual(a: PyDict, b: PyDict): boolean {
  if (a.size !== b.size) {
    return false;
  }
  if (a instanceof OrderedDict && b instanceof OrderedDict) {
    return itemsEqual([...a.keys()], [...b.keys()]) && itemsEqual([...a.values()], [...b.values()]);
  }
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !pyEquals(value, other)) {
      return false;
    }
  }
  return true;
}

function arraysEqual(a: NDArray, b: NDArray): boolean {
  if (!shapesEqual(a.shape, b.shape)) {
    return false;
  }
  for (let i = 0; i < a.size; i += 1) {
    if (!pyEquals(a.at(i), b.at(i))) {
      return false;
    }
  }
  return true;
}

function shapesEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

function itemsEqual(a: readonly PyValue[], b: readonly PyValue[]): boolean {
  return a.length === b.length && a.every((item, i) => pyEquals(item, b[i] as PyValue));
}

function itemsExact(a: readonly PyValue[], b: readonly PyValue[]): boolean {
  return a.length === b.length && a.every((item, i) => pyExact(item, b[i] as PyValue));
}

function hasExact(set: PySet, member: PyValue): boolean {
  const found = set.memberOf(member);
  return found !== undefined && pyExact(found, member);
}

/** The same bytes, in the same number. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) {
    return false;
  }
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] !== b[i]) {
      return false;
    }
  }
  return true;
}

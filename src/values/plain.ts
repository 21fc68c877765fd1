// Ordinary JavaScript from Python values, for plotting and for scripts that need no exact types.

import { isoText } from './datetime.js';
import { PyDict } from './dict.js';
import { Fraction } from './fraction.js';
import { NDArray, type TypedArray } from './ndarray.js';
import { Complex, type PyValue, Slice, Tuple } from './python.js';
import { pyRepr } from './repr.js';
import { NumpyScalar } from './scalar.js';
import { PySet } from './set.js';

export type PlainValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | TypedArray
  | PlainValue[]
  | Set<PlainValue>
  | { [key: string]: PlainValue };

/**
 * Lossy and convenient: ints up to 2^53 become numbers (larger ones stay bigint), tuples arrays,
 * dicts objects without a prototype (a key that is no str is named by its repr, the last of equal
 * names wins), sets `Set`, complex `{re, im}`, fractions numbers, datetimes ISO text, 1-D arrays
 * typed arrays, others nested arrays of rows. Arrays are copies.
 */
export function toPlain(value: PyValue): PlainValue {
  if (typeof value === 'bigint') {
    return plainInt(value);
  }
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(toPlain);
  }
  if (value instanceof Tuple) {
    return value.items.map(toPlain);
  }
  if (value instanceof PyDict) {
    const object: { [key: string]: PlainValue } = Object.create(null);
    for (const [key, item] of value) {
      object[typeof key === 'string' ? key : pyRepr(key)] = toPlain(item);
    }
    return object;
  }
  if (value instanceof PySet) {
    return new Set(Array.from(value, toPlain));
  }
  if (value instanceof Complex) {
    return { re: value.re, im: value.im };
  }
  if (value instanceof Fraction) {
    return value.toNumber();
  }
  if (value instanceof Slice) {
    return { start: toPlain(value.start), stop: toPlain(value.stop), step: toPlain(value.step) };
  }
  if (value instanceof NumpyScalar) {
    return plainScalar(value);
  }
  return value instanceof NDArray ? plainArray(value, []) : pyRepr(value);
}

function plainInt(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function plainScalar(scalar: NumpyScalar): PlainValue {
  const item = scalar.item();
  if (!(item instanceof NumpyScalar)) {
    return toPlain(item);
  }
  return item.dtype.kind === 'M' ? isoText(item) : plainInt(item.ticks());
}

function plainArray(array: NDArray, index: readonly number[]): PlainValue {
  const axes = array.ndim - index.length;
  if (axes === 0) {
    return toPlain(array.at(index));
  }
  const length = array.shape[index.length] ?? 0;
  if (axes > 1) {
    return Array.from({ length }, (_, i) => plainArray(array, [...index, i]));
  }
  const row = rowOf(array, index);
  return plainRow(row) ?? Array.from(row, toPlain);
}

/** The last axis at `index`, as a view. */
function rowOf(array: NDArray, index: readonly number[]): NDArray {
  const offset = index.reduce((at, i, axis) => at + i * array.strides[axis]!, array.offset);
  return new NDArray(
    array.dtype,
    array.shape.slice(index.length),
    array.bytes,
    offset,
    array.strides.slice(index.length),
  );
}

function plainRow(row: NDArray): TypedArray | null {
  switch (row.dtype.kind) {
    case 'i':
    case 'u': {
      const typed = row.typed();
      if (typed instanceof BigInt64Array || typed instanceof BigUint64Array) {
        // As numbers where all of them are exact, like the ints beside them.
        return typed.every((x: bigint) => Number.isSafeInteger(Number(x)))
          ? Float64Array.from(typed, Number)
          : typed.slice();
      }
      return typed === null ? null : typed.slice();
    }
    case 'f':
      return row.typed()?.slice() ?? row.toFloat64();
    default:
      return null;
  }
}

// One axis of a trace: a mirror of a numeric value as float64, kept in step range by range.

import { NDArray, type PyValue, Tuple } from '../../values/index.js';
import type { ChangedRange } from '../sources/source.js';

/** Numbers of a 1-D value. `null` elements and what is not a real number are NaN: not measured. */
export class TraceSeries {
  /** The first `length` are the values, raw units. Grows by doubling; take it anew after `update`. */
  values = new Float64Array(0);
  length = 0;
  /** Never descending and without NaN among the first `length`: can be searched by bisection. */
  ascending = true;

  /**
   * Take over `value`, of which only `range` changed if the length is what it was or more.
   * @returns the elements of the mirror that changed, or null when `value` is not a 1-D list of numbers.
   */
  update(value: PyValue, range: ChangedRange): { from: number; to: number } | null {
    const length = lengthOf(value);
    if (length === null) {
      return null;
    }
    // A hint is only good for what the mirror already holds.
    const known = range !== null && range.from <= this.length && length >= this.length;
    const from = known ? Math.max(0, Math.min(range.from, this.length)) : 0;
    const to = known && length === this.length ? Math.min(range.to, length) : length;
    if (length > this.values.length) {
      const grown = new Float64Array(Math.max(length, 2 * this.values.length));
      grown.set(this.values.subarray(0, this.length));
      this.values = grown;
    }
    this.length = length;
    copyNumbers(value, this.values, from, to);
    if (known && this.ascending) {
      this._checkOrder(from, Math.min(length, to + 1));
    } else {
      this._checkOrder(0, length);
    }
    return { from, to };
  }

  // A descent that was elsewhere may have been mended by any change: only a full look can tell.
  private _checkOrder(from: number, to: number): void {
    const { values } = this;
    this.ascending = to === 0 || !Number.isNaN(values[0]);
    for (let i = Math.max(1, from); i < to && this.ascending; i++) {
      this.ascending = values[i]! >= values[i - 1]!;
    }
  }
}

function lengthOf(value: PyValue): number | null {
  if (value instanceof NDArray) {
    return value.shape.length === 1 && 'biuf'.includes(value.dtype.kind) ? value.shape[0]! : null;
  }
  if (Array.isArray(value)) {
    return value.every(isNumberLike) ? value.length : null;
  }
  return value instanceof Tuple && value.items.every(isNumberLike) ? value.items.length : null;
}

function isNumberLike(value: PyValue): boolean {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    value === null
  );
}

function copyNumbers(value: PyValue, target: Float64Array, from: number, to: number): void {
  if (value instanceof NDArray) {
    const typed = value.typed();
    if (typed !== null && !(typed instanceof BigInt64Array) && !(typed instanceof BigUint64Array)) {
      target.set(typed.subarray(from, to), from);
    } else {
      for (let i = from; i < to; i++) {
        target[i] = numberOf(value.at(i));
      }
    }
    return;
  }
  const items = value instanceof Tuple ? value.items : (value as readonly PyValue[]);
  for (let i = from; i < to; i++) {
    target[i] = numberOf(items[i] ?? null);
  }
}

function numberOf(element: unknown): number {
  return typeof element === 'number'
    ? element
    : typeof element === 'bigint' || typeof element === 'boolean'
      ? Number(element)
      : Number.NaN;
}

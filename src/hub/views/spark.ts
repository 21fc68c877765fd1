// A curve small enough for a row.

import { NDArray, type PyValue, Tuple } from '../../values/index.js';

const POINTS = 64;
const NUMBERS = 'biuf'; // dtype kinds

/**
 * At most 64 elements of a 1-D value of numbers, evenly picked; NaN where it has none. Null for
 * anything else, and for fewer than two elements. Reads no more than it returns.
 */
export function sparkOf(value: PyValue): Float32Array<ArrayBuffer> | null {
  if (value instanceof NDArray) {
    return value.shape.length === 1 && NUMBERS.includes(value.dtype.kind)
      ? pick(value.shape[0]!, index => value.at(index))
      : null;
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : null;
  return items === null ? null : pick(items.length, index => items[index]!);
}

function pick(length: number, at: (index: number) => PyValue): Float32Array<ArrayBuffer> | null {
  if (length < 2) {
    return null;
  }
  const count = Math.min(POINTS, length);
  const points = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const element = at(Math.round((i * (length - 1)) / (count - 1)));
    if (element !== null && !['number', 'bigint', 'boolean'].includes(typeof element)) {
      return null;
    }
    points[i] = element === null ? Number.NaN : Number(element);
  }
  return points;
}

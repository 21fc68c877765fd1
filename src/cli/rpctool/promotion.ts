// Which dtype holds what two others hold.
//
// Source: numpy's reference, "Data type promotion"; numpy 2.4 as observed.

import { type DType, PythonError, parseDtype } from '../../values/index.js';

export const FLOAT64 = parseDtype('f8');

/** numpy's promotion of two numeric dtypes. @throws {PythonError} one is no number. */
export function promoted(a: DType, b: DType): DType {
  if (a.kind === b.kind) {
    return b.itemsize > a.itemsize ? b : a;
  }
  const kinds = 'biufc';
  if (!kinds.includes(a.kind) || !kinds.includes(b.kind)) {
    throw new PythonError(
      'TypeError',
      `an array of ${a.name} and ${b.name} together is not made here`,
    );
  }
  const rank = (dtype: DType) => 'buifc'.indexOf(dtype.kind);
  const [low, high] = rank(a) < rank(b) ? [a, b] : [b, a];
  if (low.kind === 'b') {
    return high;
  }
  if (high.kind === 'i') {
    // An unsigned one needs the next larger signed one; beyond 64 bits that is a float.
    const itemsize = Math.max(high.itemsize, 2 * low.itemsize);
    return itemsize > 8 ? FLOAT64 : parseDtype(`i${itemsize}`);
  }
  const part = high.kind === 'c' ? high.itemsize / 2 : high.itemsize;
  const least = low.kind === 'f' ? low.itemsize : Math.min(8, 2 * low.itemsize);
  const itemsize = Math.max(part, least);
  return high.kind === 'c'
    ? parseDtype(`c${2 * Math.max(4, itemsize)}`)
    : parseDtype(`f${itemsize}`);
}

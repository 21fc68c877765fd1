// Ints and slices as indices: operator.index, slice.indices.
//
// Source: the Python language reference, "Slicings"; `slice.indices` in the library reference.

import { NDArray } from './ndarray.js';
import { PythonError } from './pyerror.js';
import type { PyValue, Slice } from './python.js';
import { NumpyScalar } from './scalar.js';

/** The int that `operator.index` gives, or null where the value is no index. */
export function indexValue(value: PyValue): bigint | null {
  switch (typeof value) {
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1n : 0n;
  }
  if (value instanceof NumpyScalar) {
    return isIntKind(value.dtype.kind) ? (value.item() as bigint) : null;
  }
  if (value instanceof NDArray && value.shape.length === 0 && isIntKind(value.dtype.kind)) {
    return value.at([]) as bigint;
  }
  return null;
}

/**
 * What `slice` names in a sequence of `length`: `count` items from `start`, `step` apart.
 * @throws {PythonError} step 0 (ValueError), a member that is no index (TypeError).
 */
export function sliceRange(
  slice: Slice,
  length: number,
): {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly count: number;
} {
  const step = sliceMember(slice.step) ?? 1;
  if (step === 0) {
    throw new PythonError('ValueError', 'slice step cannot be zero');
  }
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const bound = (member: PyValue, absent: number) => {
    const value = sliceMember(member);
    if (value === null) {
      return absent;
    }
    const counted = value < 0 ? value + length : value;
    return Math.min(Math.max(counted, low), high);
  };
  const start = bound(slice.start, step > 0 ? low : high);
  const stop = bound(slice.stop, step > 0 ? high : low);
  const distance = step > 0 ? stop - start : start - stop;
  const count = distance > 0 ? Math.floor((distance - 1) / Math.abs(step)) + 1 : 0;
  return { start, stop, step, count };
}

/** A member of a slice as a number, clamped far outside any length; null where it is None. */
function sliceMember(member: PyValue): number | null {
  if (member === null) {
    return null;
  }
  const value = indexValue(member);
  if (value === null) {
    throw new PythonError(
      'TypeError',
      'slice indices must be integers or None or have an __index__ method',
    );
  }
  return value > BigInt(Number.MAX_SAFE_INTEGER)
    ? Number.MAX_SAFE_INTEGER
    : value < BigInt(Number.MIN_SAFE_INTEGER)
      ? Number.MIN_SAFE_INTEGER
      : Number(value);
}

function isIntKind(kind: string): boolean {
  return kind === 'i' || kind === 'u';
}

// What a mod does to the value at a path: nothing, something, or exactly these elements.
//
// A publisher sends one element of a million; a view that is told which can do as little. Where that
// cannot be told cheaply the answer is "anything", never "nothing".

import type { Mod } from '../../protocols/sipyco/index.js';
import {
  NDArray,
  NumpyScalar,
  PyDict,
  type PyValue,
  pyEquals,
  Slice,
  Tuple,
} from '../../values/index.js';
import type { ChangedRange } from './source.js';

/** Keys from the root of a struct. */
export type Path = readonly PyValue[];

/** A mod that changes a struct, rather than bring a fresh one. */
export type Change = Exclude<Mod, { readonly action: 'init' }>;

/** May `mod` have changed, made or removed what lies at `path`? */
export function touches(mod: Change, path: Path): boolean {
  const shared = Math.min(mod.path.length, path.length);
  for (let i = 0; i < shared; i++) {
    if (!mayBeSame(mod.path[i]!, path[i]!)) {
      return false;
    }
  }
  const key = path[mod.path.length];
  if (mod.path.length >= path.length || key === undefined) {
    return true;
  }
  // The mod acts on a container above: on one item of it, or (of a list) on all that follow.
  switch (mod.action) {
    case 'setitem':
    case 'delitem':
      return isInt(key) || mayBeSame(mod.key, key);
    case 'pop':
      return isInt(key) || mayBeSame(mod.i, key);
    default:
      return isInt(key);
  }
}

/**
 * Which elements of `value`, found at `path` after `mod` was applied, it changed in place.
 * @returns null: anything may have, or the value is another object.
 */
export function changedRange(mod: Change, path: Path, value: PyValue): ChangedRange {
  const length = lengthOf(value);
  if (length === null || mod.path.length < path.length) {
    return null;
  }
  if (mod.path.length > path.length) {
    return rangeOfKey(mod.path[path.length]!, length, false);
  }
  const isList = Array.isArray(value);
  switch (mod.action) {
    case 'setitem':
      return rangeOfKey(mod.key, length, isList);
    case 'append':
      return { from: Math.max(0, length - 1), to: length };
    case 'insert':
      return restFrom(mod.i, length, length - 1);
    case 'pop':
      return restFrom(mod.i, length, length + 1);
    default:
      return null;
  }
}

// Equal, or two ways to count to one item. A slice, a tuple or an array as a key may hit anything.
function mayBeSame(a: PyValue, b: PyValue): boolean {
  if (typeof a === 'string' && typeof b === 'string') {
    return a === b;
  }
  const x = intOf(a);
  const y = intOf(b);
  if (x !== null && y !== null) {
    return x === y || x < 0 !== y < 0;
  }
  return isSweeping(a) || isSweeping(b) || pyEquals(a, b);
}

function isSweeping(key: PyValue): boolean {
  return key instanceof Slice || key instanceof Tuple || key instanceof NDArray;
}

function isInt(key: PyValue): boolean {
  return intOf(key) !== null;
}

function intOf(key: PyValue): number | null {
  const value = key instanceof NumpyScalar ? key.item() : key;
  return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : null;
}

function lengthOf(value: PyValue): number | null {
  if (value instanceof PyDict) {
    return null;
  }
  return Array.isArray(value)
    ? value.length
    : value instanceof NDArray
      ? (value.shape[0] ?? null)
      : null;
}

// `mayGrow`: a slice of a list can be set to more or fewer items, and those behind it move.
function rangeOfKey(key: PyValue, length: number, mayGrow: boolean): ChangedRange {
  const first = key instanceof Tuple ? key.items[0] : key;
  if (first instanceof Slice) {
    return rangeOfSlice(first, length, mayGrow);
  }
  // As an index of numpy True is a mask, not 1.
  const index = first === undefined || typeof first === 'boolean' ? null : intOf(first);
  const from = index === null ? -1 : index < 0 ? index + length : index;
  return from >= 0 && from < length ? { from, to: from + 1 } : null;
}

function rangeOfSlice(slice: Slice, length: number, mayGrow: boolean): ChangedRange {
  const step = slice.step === null ? 1 : intOf(slice.step);
  const start = slice.start === null ? 0 : intOf(slice.start);
  const stop = slice.stop === null ? length : intOf(slice.stop);
  if (step === null || step <= 0 || start === null || stop === null) {
    return null;
  }
  const from = Math.min(length, start < 0 ? Math.max(0, start + length) : start);
  const to = Math.min(length, stop < 0 ? Math.max(0, stop + length) : stop);
  if (mayGrow) {
    // A negative start was counted from the end of a list that had another length then.
    return start < 0 ? null : { from, to: length };
  }
  return { from, to: Math.max(from, to) };
}

// The items from where `index` pointed in a list that had `before` of them.
function restFrom(index: PyValue, length: number, before: number): ChangedRange {
  const value = intOf(index);
  if (value === null) {
    return null;
  }
  const from = value < 0 ? Math.max(0, value + before) : Math.min(value, before);
  return { from: Math.min(from, length), to: length };
}

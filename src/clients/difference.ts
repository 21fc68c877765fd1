// What changed while we were away.
//
// sync_struct has no resume: after a drop the whole struct comes again. Compared with what was shown
// before, most of it is usually the same, and a view that is told so does not flash.

import { PyDict, type PyValue, pyExact, Tuple } from '../values/index.js';

/** How a fresh struct differs from the one before, one level deep. */
export type Difference = {
  /** Keys of a dict, or indices of a list or tuple, that are new; in the order of the fresh struct. */
  readonly added: readonly PyValue[];
  /** Keys whose values are not the very same (type, bytes, sign of zero), in the order of the fresh struct. */
  readonly changed: readonly PyValue[];
  /** Keys that are gone, in the order of the struct before. */
  readonly removed: readonly PyValue[];
  /** The roots are not both dicts, lists or tuples, and differ: there are no keys to name. */
  readonly replaced: boolean;
};

const NONE: Difference = { added: [], changed: [], removed: [], replaced: false };

/** Compare two structs. Reads both once; keeps keys, no values. */
export function difference(before: PyValue, after: PyValue): Difference {
  if (before instanceof PyDict && after instanceof PyDict) {
    return dictDifference(before, after);
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return sequenceDifference(before, after);
  }
  if (before instanceof Tuple && after instanceof Tuple) {
    return sequenceDifference(before.items, after.items);
  }
  return pyExact(before, after) ? NONE : { ...NONE, replaced: true };
}

function dictDifference(before: PyDict, after: PyDict): Difference {
  const added: PyValue[] = [];
  const changed: PyValue[] = [];
  for (const [key, value] of after) {
    const old = before.get(key);
    if (old === undefined) {
      added.push(key);
    } else if (!pyExact(old, value)) {
      changed.push(key);
    }
  }
  const removed = Array.from(before.keys()).filter(key => !after.has(key));
  return { added, changed, removed, replaced: false };
}

function sequenceDifference(before: readonly PyValue[], after: readonly PyValue[]): Difference {
  const common = Math.min(before.length, after.length);
  const changed: PyValue[] = [];
  for (let i = 0; i < common; i++) {
    if (!pyExact(before[i]!, after[i]!)) {
      changed.push(BigInt(i));
    }
  }
  const rest = (from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => BigInt(from + i));
  return {
    added: rest(common, after.length),
    changed,
    removed: rest(common, before.length),
    replaced: false,
  };
}

// The rows below a value that is a dict: its items, and the items of dicts inside.

import { PyDict, type PyValue, pyRepr } from '../../values/index.js';

/** More items than this, or deeper: the dict is shown as a text instead. */
export const NESTED_LIMIT = 500;
const DEEPEST = 8;

export type DictRow = {
  /** From the root of the source: the name, then keys inside its value. */
  readonly path: readonly PyValue[];
  readonly label: string;
  readonly value: PyValue;
  /** Below the leaf: 1 for its own items. */
  readonly depth: number;
  readonly isGroup: boolean;
  readonly isFolded: boolean;
};

/**
 * The rows below `dict` in the order of its keys.
 * @param isFolded - asked with the path of each dict inside.
 * @returns null when there are more than `NESTED_LIMIT`.
 */
export function dictRows(
  dict: PyDict,
  path: readonly PyValue[],
  isFolded: (path: readonly PyValue[]) => boolean,
): readonly DictRow[] | null {
  const rows: DictRow[] = [];
  return isFolded(path) ? rows : collect(dict, path, 1, isFolded, rows) ? rows : null;
}

function collect(
  dict: PyDict,
  path: readonly PyValue[],
  depth: number,
  isFolded: (path: readonly PyValue[]) => boolean,
  rows: DictRow[],
): boolean {
  if (rows.length + dict.size > NESTED_LIMIT) {
    return false;
  }
  for (const [key, value] of dict) {
    const inner = [...path, key];
    const isGroup = value instanceof PyDict && value.size > 0 && depth < DEEPEST;
    const folded = isGroup && isFolded(inner);
    const label = typeof key === 'string' ? key : pyRepr(key);
    rows.push({ path: inner, label, value, depth, isGroup, isFolded: folded });
    if (isGroup && !folded && !collect(value, inner, depth + 1, isFolded, rows)) {
      return false;
    }
  }
  return true;
}

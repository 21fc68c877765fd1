// What stands under a name: a value, or an ARTIQ dataset around one.

import { type Display, PyDict, type PyValue, Tuple } from '../../values/index.js';

export type Entry = {
  readonly value: PyValue;
  readonly display: Display;
  readonly persist: boolean | null;
  /** Keys from the entry to the value. */
  readonly inner: readonly PyValue[];
};

const NO_DISPLAY: Display = {};
const PLAIN: readonly PyValue[] = [];
const IN_DATASET: readonly PyValue[] = [1n];

/** `(persist, value[, metadata])` opened; anything else as it is. */
export function entryOf(value: PyValue): Entry {
  if (
    value instanceof Tuple &&
    (value.length === 2 || value.length === 3) &&
    typeof value.at(0) === 'boolean' &&
    (value.length === 2 || value.at(2) instanceof PyDict)
  ) {
    return {
      value: value.at(1)!,
      display: NO_DISPLAY,
      persist: value.at(0) as boolean,
      inner: IN_DATASET,
    };
  }
  return { value, display: NO_DISPLAY, persist: null, inner: PLAIN };
}

// What stands under a name: a value, or an ARTIQ dataset around one.

import { datasetOf } from '../../protocols/sipyco/index.js';
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
  const dataset = datasetOf(value);
  return dataset === null
    ? { value, display: NO_DISPLAY, persist: null, inner: PLAIN }
    : { ...dataset, inner: IN_DATASET };
}

/** The value where it is a dict, else null: asked for every change of a tree, so without the rest. */
export function dictIn(value: PyValue): PyDict | null {
  if (value instanceof Tuple && value.items[1] instanceof PyDict) {
    const inner = datasetOf(value)?.value;
    return inner instanceof PyDict ? inner : null;
  }
  return value instanceof PyDict ? value : null;
}

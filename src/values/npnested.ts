// Nested sequences as an array: which shape, which leaves.
//
// numpy walks lists and tuples depth first. A leaf is anything else (a str and a bytes are leaves, so
// are dicts and sets); an array inside counts with all its axes. The first leaf fixes the depth, and
// every branch must agree with it.
//
// Source: numpy's user guide, "Array creation"; the shapes it refuses observed with numpy 2.4.

import { NDArray } from './ndarray.js';
import { PythonError } from './pyerror.js';
import { type PyValue, Tuple } from './python.js';

const SEQUENCE = 'setting an array element with a sequence.';

/** numpy's own limit of axes. */
const MAXIMUM_AXES = 64;

/** What a nested sequence amounts to. `leaves` in C order; an array among them stands for its elements. */
export type Nested = { readonly shape: readonly number[]; readonly leaves: readonly PyValue[] };

/**
 * Look at `value` as numpy does before it makes an array of at most `maximumAxes` axes of it.
 * @throws {PythonError} ValueError: the branches disagree, or go deeper.
 */
export function nested(value: PyValue, maximumAxes = MAXIMUM_AXES): Nested {
  const walker: Walker = { shape: [], axes: -1, maximumAxes, leaves: [] };
  visit(walker, value, 0);
  return { shape: walker.shape, leaves: walker.leaves };
}

type Walker = {
  readonly shape: number[];
  /** Axes in all; -1 until the first leaf tells. */
  axes: number;
  readonly maximumAxes: number;
  readonly leaves: PyValue[];
};

function visit(walker: Walker, value: PyValue, depth: number): void {
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : null;
  if (items === null) {
    leaf(walker, value, depth);
    return;
  }
  if (depth >= walker.maximumAxes) {
    throw tooDeep(walker);
  }
  claim(walker, depth, [items.length]);
  if (items.length === 0) {
    end(walker, depth + 1);
  }
  for (const item of items) {
    visit(walker, item, depth + 1);
  }
}

function leaf(walker: Walker, value: PyValue, depth: number): void {
  const shape = value instanceof NDArray ? value.shape : [];
  if (depth + shape.length > walker.maximumAxes) {
    throw tooDeep(walker);
  }
  claim(walker, depth, shape);
  end(walker, depth + shape.length);
  walker.leaves.push(value);
}

/** These lengths from axis `depth` on: the first to come, or what was there. */
function claim(walker: Walker, depth: number, lengths: readonly number[]): void {
  lengths.forEach((length, i) => {
    const known = walker.shape[depth + i];
    if (known === undefined && walker.axes < 0) {
      walker.shape.push(length);
    } else if (known !== length) {
      throw ragged(walker, depth + i);
    }
  });
}

function end(walker: Walker, axes: number): void {
  if (walker.axes >= 0 && walker.axes !== axes) {
    throw ragged(walker, Math.min(walker.axes, axes));
  }
  walker.axes = axes;
}

function tooDeep(walker: Walker): PythonError {
  return new PythonError(
    'ValueError',
    `${SEQUENCE} The requested array would exceed the maximum number of dimension of ${walker.maximumAxes}.`,
  );
}

function ragged(walker: Walker, axes: number): PythonError {
  return new PythonError(
    'ValueError',
    `${SEQUENCE} The requested array has an inhomogeneous shape after ${axes} dimensions. ` +
      `The detected shape was (${walker.shape.slice(0, axes).join(', ')}) + inhomogeneous part.`,
  );
}

// numpy's indexing: from a key to the places it names.
//
// A key is one index or a tuple of them, one per axis: int, slice, None (a new axis), bool, or an
// array or list of ints or bools. Ints, slices and None alone name a view; ints for every axis name
// one element; anything else is "fancy" and names a list of places, whose copy is all a reader gets.
//
// Source: numpy's reference, "Indexing on ndarrays"; corner cases observed with numpy 2.4.

import { LimitError } from './errors.js';
import { contiguousStrides, countOf, NDArray } from './ndarray.js';
import { broadcastStrides, type Layout, sameShape, shapeText, walk, walkTwo } from './nplayout.js';
import { nested } from './npnested.js';
import { PythonError } from './pyerror.js';
import { indexValue, sliceRange } from './pyslice.js';
import { type PyValue, Slice, Tuple } from './python.js';
import { NumpyScalar } from './scalar.js';

/**
 * What a key names. Offsets are bytes; `places` are in C order of `shape`. `outside` is the fault of a
 * fancy key that names what is not there: numpy looks at the value to assign before it tells.
 */
export type Selection =
  | { readonly kind: 'element'; readonly offset: number }
  | { readonly kind: 'view'; readonly layout: Layout; readonly copy: boolean }
  | { readonly kind: 'mask'; readonly mask: NDArray }
  | {
      readonly kind: 'fancy';
      readonly shape: readonly number[];
      readonly places: Float64Array;
      readonly outside: PythonError | null;
    }
  /** A fancy key whose arrays do not fit together; told only after the value, as `outside`. */
  | { readonly kind: 'nowhere'; readonly fault: PythonError };

/** A fancy key may name the same element again and again; past this many places (128 MiB of offsets) it is refused. */
const MAXIMUM_PLACES = 2 ** 24;

/** What numpy says of a key that is none. */
export const INVALID_INDEX =
  'only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean ' +
  'arrays are valid indices';
const INT64_MAX = (1n << 63n) - 1n;
const INT64_MIN = -(1n << 63n);
const UINT64_MAX = (1n << 64n) - 1n;

/** One index of a key. */
type Part =
  | { readonly kind: 'int'; readonly value: bigint; readonly copy: boolean }
  | { readonly kind: 'slice'; readonly slice: Slice }
  | { readonly kind: 'newaxis' }
  | { readonly kind: 'truth'; readonly value: boolean }
  | { readonly kind: 'mask'; readonly mask: NDArray }
  | {
      readonly kind: 'ints';
      readonly shape: readonly number[];
      readonly values: readonly bigint[];
    };

/** What an index does to the view beside the picked axes. */
type Step = Extract<Part, { kind: 'int' | 'slice' | 'newaxis' }> | { readonly kind: 'picked' };

/**
 * What `key` names in an array of that layout.
 * @throws {PythonError} no such element, or not a key. @throws {LimitError} too many places.
 */
export function select(array: Layout, key: PyValue): Selection {
  if (typeof key === 'bigint' && array.shape.length === 1) {
    return {
      kind: 'element',
      offset: array.offset + at(indexOf(key), array.shape[0]!, 0) * array.strides[0]!,
    };
  }
  const parts = (key instanceof Tuple ? key.items : [key]).map(partOf);
  const first = parts[0];
  if (parts.length === 1 && first?.kind === 'mask' && sameShape(first.mask.shape, array.shape)) {
    return { kind: 'mask', mask: first.mask };
  }
  if (parts.length === 1 && first?.kind === 'truth' && array.shape.length === 0) {
    return { kind: 'mask', mask: new NDArray('|b1', [], Uint8Array.of(first.value ? 1 : 0)) };
  }
  let used = 0;
  for (const part of parts) {
    used += axesOf(part);
  }
  if (used > array.shape.length) {
    throw new PythonError(
      'IndexError',
      `too many indices for array: array is ${array.shape.length}-dimensional, but ${used} were indexed`,
    );
  }
  if (parts.some(part => part.kind === 'ints' || part.kind === 'mask' || part.kind === 'truth')) {
    return fancy(array, parts);
  }
  const layout = viewOf(array, parts as Step[]);
  checkAxes(layout.shape);
  if (used === array.shape.length && parts.every(part => part.kind === 'int')) {
    return { kind: 'element', offset: layout.offset };
  }
  return { kind: 'view', layout, copy: parts.some(part => part.kind === 'int' && part.copy) };
}

/** numpy's own limit of axes. */
const MAXIMUM_AXES = 64;

function checkAxes(shape: readonly number[]): void {
  if (shape.length > MAXIMUM_AXES) {
    throw new PythonError(
      'IndexError',
      `number of dimensions must be within [0, ${MAXIMUM_AXES}], indexing result would have ${shape.length}`,
    );
  }
}

/** `index` counted from the start of an axis of `length`. @throws {PythonError} IndexError outside. */
function at(index: bigint, length: number, axis: number): number {
  const counted = index < 0n ? Number(index) + length : Number(index);
  if (counted < 0 || counted >= length) {
    throw outOfBounds(index, length, axis);
  }
  return counted;
}

function outOfBounds(index: bigint, length: number, axis: number): PythonError {
  return new PythonError(
    'IndexError',
    `index ${index} is out of bounds for axis ${axis} with size ${length}`,
  );
}

function partOf(item: PyValue): Part {
  if (typeof item === 'bigint') {
    return { kind: 'int', value: indexOf(item), copy: false };
  }
  if (item === null) {
    return { kind: 'newaxis' };
  }
  if (item instanceof Slice) {
    return { kind: 'slice', slice: item };
  }
  if (typeof item === 'boolean') {
    return { kind: 'truth', value: item };
  }
  if (item instanceof NumpyScalar) {
    return scalarPart(item);
  }
  if (item instanceof NDArray) {
    return arrayPart(item);
  }
  if (Array.isArray(item) || item instanceof Tuple) {
    return listPart(item);
  }
  throw new PythonError('IndexError', INVALID_INDEX);
}

function scalarPart(item: NumpyScalar): Part {
  if (item.dtype.kind === 'b') {
    return { kind: 'truth', value: item.item() as boolean };
  }
  const value = indexValue(item);
  if (value === null) {
    throw new PythonError('IndexError', INVALID_INDEX);
  }
  return { kind: 'int', value: placeable(value), copy: false };
}

function indexOf(int: bigint): bigint {
  if (int > UINT64_MAX || int < INT64_MIN) {
    throw new PythonError('IndexError', INVALID_INDEX);
  }
  return placeable(int);
}

/** numpy makes a uint64 of what int64 does not hold, and then has no place for it. */
function placeable(index: bigint): bigint {
  if (index > INT64_MAX) {
    throw new PythonError('OverflowError', 'Python int too large to convert to C long');
  }
  return index;
}

function arrayPart(item: NDArray): Part {
  const { kind } = item.dtype;
  if (kind === 'b') {
    return item.shape.length === 0
      ? { kind: 'truth', value: item.at([]) as boolean }
      : { kind: 'mask', mask: item };
  }
  if (!isIntKind(kind)) {
    throw new PythonError(
      'IndexError',
      'arrays used as indices must be of integer (or boolean) type',
    );
  }
  if (item.shape.length === 0) {
    return { kind: 'int', value: BigInt.asIntN(64, item.at([]) as bigint), copy: true };
  }
  checkedPlaces(item.size);
  const values = Array.from(item, value => BigInt.asIntN(64, value as bigint));
  return { kind: 'ints', shape: item.shape, values };
}

/** A list or tuple inside a key: an array of bools, or of ints. */
function listPart(item: PyValue[] | Tuple): Part {
  const { shape, leaves } = nested(item, 64);
  if (shape.includes(0)) {
    return { kind: 'ints', shape, values: [] };
  }
  const values: PyValue[] = [];
  for (const leaf of leaves) {
    if (leaf instanceof NDArray) {
      for (const value of leaf) {
        values.push(value);
      }
    } else if (leaf instanceof NumpyScalar) {
      values.push(leaf.item());
    } else {
      values.push(leaf);
    }
  }
  if (values.every(value => typeof value === 'boolean')) {
    const bytes = Uint8Array.from(values, value => (value ? 1 : 0));
    return { kind: 'mask', mask: new NDArray('|b1', shape, bytes) };
  }
  // numpy has no integer type for uint64 beside a signed one: the list becomes floats, which index nothing.
  const mixed = leaves.some(leaf => isUint64(leaf)) && !leaves.every(leaf => isUnsigned(leaf));
  const ints: bigint[] = [];
  for (const value of values) {
    const int = typeof value === 'boolean' ? BigInt(value) : value;
    if (typeof int !== 'bigint' || int > INT64_MAX || int < INT64_MIN || mixed) {
      throw new PythonError('IndexError', INVALID_INDEX);
    }
    ints.push(int);
  }
  return { kind: 'ints', shape, values: ints };
}

/** Ints and slices applied, new axes made, picked axes left out; axes that no step names come last, whole. */
function viewOf(array: Layout, steps: readonly Step[]): Layout {
  const shape: number[] = [];
  const strides: number[] = [];
  let { offset } = array;
  let axis = 0;
  for (const step of steps) {
    if (step.kind === 'newaxis') {
      shape.push(1);
      strides.push(0);
      continue;
    }
    const length = array.shape[axis]!;
    const stride = array.strides[axis]!;
    if (step.kind === 'int') {
      offset += at(step.value, length, axis) * stride;
    } else if (step.kind === 'slice') {
      const range = sliceRange(step.slice, length);
      shape.push(range.count);
      // With at most one item the step moves nothing, and it may be larger than any memory.
      strides.push(range.count > 1 ? range.step * stride : stride);
      offset += range.count > 0 ? range.start * stride : 0;
    }
    axis += 1;
  }
  shape.push(...array.shape.slice(axis));
  strides.push(...array.strides.slice(axis));
  return { shape, strides, offset };
}

/** An index array and the axis it walks: byte offsets in C order of `shape`. */
type Picker = {
  readonly shape: readonly number[];
  readonly offsets: Float64Array;
  readonly outside: PythonError | null;
};

function fancy(array: Layout, parts: readonly Part[]): Selection {
  const pickers: Picker[] = [];
  const steps: Step[] = [];
  let truth: boolean | null = null;
  let axis = 0;
  // Where the picked axes go: where they stand if they stand together (ints count as picked), else first.
  let place = -1;
  let resultAxes = 0;
  let state: 'before' | 'inside' | 'after' | 'apart' = 'before';
  for (const part of parts) {
    if (part.kind === 'slice' || part.kind === 'newaxis') {
      state = state === 'inside' ? 'after' : state;
      resultAxes += 1;
      steps.push(part);
    } else {
      if (state === 'before') {
        place = resultAxes;
        state = 'inside';
      } else if (state === 'after') {
        state = 'apart';
      }
      if (part.kind === 'truth') {
        truth = (truth ?? true) && part.value;
      } else if (part.kind === 'int') {
        steps.push(part);
      } else {
        pickers.push(pick(array, axis, part));
        steps.push(...new Array<Step>(axesOf(part)).fill({ kind: 'picked' }));
      }
    }
    axis += axesOf(part);
  }
  const base = viewOf(array, steps);
  const picked = pickedShape(pickers, truth);
  if (picked instanceof PythonError) {
    return { kind: 'nowhere', fault: picked };
  }
  const position = state === 'apart' ? 0 : place;
  const shape = [...base.shape.slice(0, position), ...picked, ...base.shape.slice(position)];
  checkAxes(shape);
  const places = new Float64Array(checkedPlaces(countOf(shape)));
  const points = sumOffsets(pickers, picked);
  const outer = leading(base, position);
  const inner = trailing(base, position);
  let next = 0;
  walk({ ...outer, offset: base.offset }, before => {
    for (const point of points) {
      walk({ ...inner, offset: before + point }, offset => {
        places[next] = offset;
        next += 1;
      });
    }
  });
  // Indices that broadcasting leaves nothing of are not looked at.
  const outside = points.length === 0 ? null : firstOutside(pickers);
  return { kind: 'fancy', shape, places, outside };
}

function firstOutside(pickers: readonly Picker[]): PythonError | null {
  return pickers.find(picker => picker.outside !== null)?.outside ?? null;
}

/** Where an int array or a mask points to. A mask is one picker over all the axes that it covers. */
function pick(array: Layout, axis: number, part: Part & { kind: 'ints' | 'mask' }): Picker {
  return part.kind === 'ints' ? pickInts(array, axis, part) : pickTrue(array, axis, part.mask);
}

function pickInts(array: Layout, axis: number, part: Part & { kind: 'ints' }): Picker {
  const length = array.shape[axis]!;
  const stride = array.strides[axis]!;
  const offsets = new Float64Array(part.values.length);
  let outside: PythonError | null = null;
  part.values.forEach((index, i) => {
    const counted = index < 0n ? Number(index) + length : Number(index);
    if (counted < 0 || counted >= length) {
      outside ??= outOfBounds(index, length, axis);
    } else {
      offsets[i] = counted * stride;
    }
  });
  return { shape: part.shape, offsets, outside };
}

function pickTrue(array: Layout, axis: number, mask: NDArray): Picker {
  mask.shape.forEach((length, i) => {
    if (length !== array.shape[axis + i]) {
      throw new PythonError(
        'IndexError',
        `boolean index did not match indexed array along axis ${axis + i}; size of axis is ` +
          `${array.shape[axis + i]} but size of corresponding boolean axis is ${length}`,
      );
    }
  });
  let count = 0;
  walk(mask, flag => {
    count += mask.bytes[flag] === 0 ? 0 : 1;
  });
  const offsets = new Float64Array(checkedPlaces(count));
  const covered = {
    shape: mask.shape,
    strides: array.strides.slice(axis, axis + mask.shape.length),
    offset: 0,
  };
  let next = 0;
  walkTwo(mask, covered, (flag, offset) => {
    if (mask.bytes[flag] !== 0) {
      offsets[next] = offset;
      next += 1;
    }
  });
  return { shape: [count], offsets, outside: null };
}

/** `count` if a key may name that many places. @throws {LimitError} */
function checkedPlaces(count: number): number {
  if (count > MAXIMUM_PLACES) {
    throw new LimitError(
      `the key names ${count} places, at most ${MAXIMUM_PLACES} are allowed`,
      { limit: 'MAXIMUM_PLACES', value: count, maximum: MAXIMUM_PLACES, unit: 'elements' },
      { hint: 'Send a slice, or several smaller keys.' },
    );
  }
  return count;
}

/** For every point of the broadcast shape, the sum of what the pickers say there. */
function sumOffsets(pickers: readonly Picker[], shape: readonly number[]): Float64Array {
  const sums = new Float64Array(checkedPlaces(countOf(shape)));
  for (const { shape: own, offsets } of pickers) {
    let next = 0;
    walk(
      { shape, strides: broadcastStrides(own, contiguousStrides(own, 1), shape)!, offset: 0 },
      at => {
        sums[next] = sums[next]! + offsets[at]!;
        next += 1;
      },
    );
  }
  return sums;
}

function leading(base: Layout, position: number): Layout {
  return {
    shape: base.shape.slice(0, position),
    strides: base.strides.slice(0, position),
    offset: 0,
  };
}

function trailing(base: Layout, position: number): Layout {
  return { shape: base.shape.slice(position), strides: base.strides.slice(position), offset: 0 };
}

/** The shape that the pickers have together; a False among the indices leaves nothing of it. */
function pickedShape(pickers: readonly Picker[], truth: boolean | null): number[] | PythonError {
  const shapes = pickers.map(picker => picker.shape);
  const axes = Math.max(truth === null ? 0 : 1, ...shapes.map(shape => shape.length));
  const result = new Array<number>(axes).fill(1);
  for (const shape of shapes) {
    for (const [i, length] of shape.entries()) {
      const axis = axes - shape.length + i;
      if (length !== 1 && result[axis] !== 1 && result[axis] !== length) {
        return shapesMismatch(shapes);
      }
      result[axis] = length === 1 ? result[axis]! : length;
    }
  }
  if (truth === false) {
    if (result[axes - 1]! > 1) {
      return shapesMismatch([[0], ...shapes]);
    }
    result[axes - 1] = 0;
  }
  return result;
}

function shapesMismatch(shapes: readonly (readonly number[])[]): PythonError {
  return new PythonError(
    'IndexError',
    `shape mismatch: indexing arrays could not be broadcast together with shapes ${shapes.map(shapeText).join(' ')} `,
  );
}

function axesOf(part: Part): number {
  switch (part.kind) {
    case 'newaxis':
    case 'truth':
      return 0;
    case 'mask':
      return part.mask.shape.length;
    default:
      return 1;
  }
}

function isIntKind(kind: string): boolean {
  return kind === 'i' || kind === 'u';
}

function isUint64(leaf: PyValue): boolean {
  return (
    (leaf instanceof NumpyScalar || leaf instanceof NDArray) &&
    leaf.dtype.kind === 'u' &&
    leaf.dtype.itemsize === 8
  );
}

function isUnsigned(leaf: PyValue): boolean {
  return (
    typeof leaf === 'boolean' ||
    ((leaf instanceof NumpyScalar || leaf instanceof NDArray) &&
      (leaf.dtype.kind === 'u' || leaf.dtype.kind === 'b'))
  );
}

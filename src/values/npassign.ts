// `array[key]` and `array[key] = value`.
//
// Reading gives an element as a numpy scalar, a view for ints and slices, a copy for fancy keys.
// Assigning broadcasts the value into what the key names. Where the value is a list of exactly that
// shape numpy fills element by element, so that a value that does not fit leaves those before it
// changed; where it must be broadcast, or the key is fancy, it is made an array first, and nothing is.
//
// Source: numpy's reference, "Assigning values to indexed arrays"; corner cases observed with 2.4.

import { DType, HOST_ORDER } from './dtype.js';
import { LimitError } from './errors.js';
import { countOf, NDArray, swapBytes } from './ndarray.js';
import { castElement } from './npcast.js';
import { type Selection, select } from './npindex.js';
import { broadcastStrides, type Layout, sameShape, shapeText, walk, walkTwo } from './nplayout.js';
import { nested } from './npnested.js';
import { packElement } from './nppack.js';
import { PythonError } from './pyerror.js';
import { type PyValue, Tuple } from './python.js';
import { NumpyScalar, viewOf } from './scalar.js';

/** A copy that a key or a value asks for may not be larger: a few bytes of a mod could name much memory. */
const MAXIMUM_COPY_BYTES = 2 ** 30;

/** `array[key]`. A view shares memory with `array`. @throws {PythonError} @throws {LimitError} */
export function getArrayItem(array: NDArray, key: PyValue): NDArray | NumpyScalar {
  const column = fieldOf(array, key);
  if (column !== null) {
    return column;
  }
  const selection = select(array, key);
  switch (selection.kind) {
    case 'element':
      return elementAt(array, selection.offset);
    case 'view': {
      const { shape, strides, offset } = selection.layout;
      const view = new NDArray(array.dtype, shape, array.bytes, offset, strides);
      return selection.copy ? view.copy() : view;
    }
    case 'mask':
      return gather(array, [countTrue(selection.mask)], visit =>
        walkMask(array, selection.mask, visit),
      );
    case 'fancy':
      if (selection.outside !== null) {
        throw selection.outside;
      }
      return gather(array, selection.shape, visit => {
        selection.places.forEach(place => {
          visit(place);
        });
      });
    case 'nowhere':
      throw selection.fault;
  }
}

/**
 * `array[key] = value`: changes the elements in place, in the array's dtype.
 * @throws {PythonError} no such element, a shape that does not fit, a value that an element cannot hold.
 * @throws {LimitError} a key that names too many places.
 */
export function setArrayItem(array: NDArray, key: PyValue, value: PyValue): void {
  if (setNumber(array, key, value)) {
    return;
  }
  const source =
    value instanceof NDArray && value.bytes.buffer === array.bytes.buffer ? value.copy() : value;
  const column = fieldOf(array, key);
  if (column !== null) {
    assign(column, column, source);
    return;
  }
  const selection = select(array, key);
  switch (selection.kind) {
    case 'element':
      packElement(array.dtype, viewOf(array.bytes), selection.offset, source);
      return;
    case 'view':
      assign(array, selection.layout, source);
      return;
    case 'mask':
      assignMask(array, selection.mask, source);
      return;
    case 'fancy':
      assignPlaces(array, selection, source);
      return;
    case 'nowhere':
      asArray(array.dtype, source);
      throw selection.fault;
  }
}

/** The common mod, without detours: a float or a small int into one element of a 1-D float64 array. */
function setNumber(array: NDArray, key: PyValue, value: PyValue): boolean {
  const { dtype, shape } = array;
  if (
    typeof key !== 'bigint' ||
    typeof value !== 'number' ||
    shape.length !== 1 ||
    dtype.kind !== 'f' ||
    dtype.itemsize !== 8
  ) {
    return false;
  }
  const index = Number(key);
  const place = index < 0 ? index + shape[0]! : index;
  if (!(place >= 0 && place < shape[0]!)) {
    return false;
  }
  viewOf(array.bytes).setFloat64(
    array.offset + place * array.strides[0]!,
    value,
    dtype.byteorder !== '>',
  );
  return true;
}

/** The field of a structured array that a text names, as a view; null where there is none. */
function fieldOf(array: NDArray, key: PyValue): NDArray | null {
  const field =
    typeof key === 'string' ? array.dtype.fields?.find(({ name }) => name === key) : undefined;
  return field === undefined || field.dtype.subarray !== null
    ? null
    : new NDArray(
        field.dtype,
        array.shape,
        array.bytes,
        array.offset + field.offset,
        array.strides,
      );
}

/** An array of zeros. @throws {LimitError} larger than a copy may be. */
function freshArray(dtype: DType, shape: readonly number[]): NDArray {
  const bytes = countOf(shape) * dtype.itemsize;
  if (bytes > MAXIMUM_COPY_BYTES) {
    throw new LimitError(
      `an array of ${bytes} bytes would have to be made, at most ${MAXIMUM_COPY_BYTES} are allowed`,
      { limit: 'MAXIMUM_COPY_BYTES', value: bytes, maximum: MAXIMUM_COPY_BYTES, unit: 'bytes' },
    );
  }
  return new NDArray(dtype, shape);
}

/** One element as numpy's scalar: in this computer's byte order, a text without its padding. */
function elementAt(array: NDArray, offset: number): NumpyScalar {
  const { dtype } = array;
  const end = offset + dtype.itemsize;
  const bytes = array.bytes.slice(offset, end);
  if (dtype.kind === 'S' || dtype.kind === 'U') {
    const width = dtype.kind === 'S' ? 1 : 4;
    let length = bytes.length;
    while (length > 0 && bytes.subarray(length - width, length).every(byte => byte === 0)) {
      length -= width;
    }
    if (!dtype.isNative) {
      swapBytes(bytes, width);
    }
    return new NumpyScalar(new DType(dtype.kind, length), bytes.slice(0, length));
  }
  if (!dtype.isNative) {
    swapBytes(bytes, dtype.kind === 'c' ? dtype.itemsize / 2 : dtype.itemsize);
  }
  return new NumpyScalar(dtype.withByteOrder(HOST_ORDER), bytes);
}

// ---- Reading -----------------------------------------------------------------------------------

type Visit = (offset: number) => void;

/** A new array of the elements that `each` visits, in that order. */
function gather(array: NDArray, shape: readonly number[], each: (visit: Visit) => void): NDArray {
  const result = freshArray(array.dtype, shape);
  const { itemsize } = array.dtype;
  let to = 0;
  each(from => {
    result.bytes.set(array.bytes.subarray(from, from + itemsize), to);
    to += itemsize;
  });
  return result;
}

function countTrue(mask: NDArray): number {
  let count = 0;
  walk(mask, offset => {
    count += mask.bytes[offset] === 0 ? 0 : 1;
  });
  return count;
}

/** Visit the elements of `array` where `mask`, of the same shape, is true. */
function walkMask(array: NDArray, mask: NDArray, visit: Visit): void {
  walkTwo(mask, array, (flag, offset) => {
    if (mask.bytes[flag] !== 0) {
      visit(offset);
    }
  });
}

// ---- Assigning to a view -------------------------------------------------------------------------

/** `view[...] = value`, where `target` is a view of `array`. */
function assign(array: NDArray, target: Layout, value: PyValue): void {
  if (value instanceof NDArray) {
    copyInto(array, target, value);
    return;
  }
  if (!Array.isArray(value) && !(value instanceof Tuple)) {
    copyInto(array, target, packed(array.dtype, [], [value]));
    return;
  }
  const { shape, leaves } = nested(value, target.shape.length);
  if (sameShape(shape, target.shape)) {
    fill(array, target, leaves);
  } else {
    copyInto(array, target, packed(array.dtype, shape, leaves));
  }
}

/** A new array of `leaves`, of which arrays stand for their elements. */
function packed(dtype: DType, shape: readonly number[], leaves: readonly PyValue[]): NDArray {
  const result = freshArray(dtype, shape);
  fill(result, result, leaves);
  return result;
}

/** Put `leaves` one after the other into the elements of `target`, in C order. */
function fill(array: NDArray, target: Layout, leaves: readonly PyValue[]): void {
  const view = viewOf(array.bytes);
  let next = 0;
  let inner: { readonly array: NDArray; at: number } | null = null;
  walk(target, offset => {
    if (inner === null) {
      let leaf = leaves[next]!;
      next += 1;
      while (leaf instanceof NDArray && leaf.size === 0) {
        leaf = leaves[next]!;
        next += 1;
      }
      if (!(leaf instanceof NDArray) || leaf.shape.length === 0) {
        packElement(array.dtype, view, offset, leaf);
        return;
      }
      inner = { array: new NDArray(leaf.dtype, [leaf.size], leaf.toBytes()), at: 0 };
    }
    const { array: from, at } = inner;
    castElement(
      from.dtype,
      viewOf(from.bytes),
      from.offset + at * from.dtype.itemsize,
      array.dtype,
      view,
      offset,
    );
    inner.at += 1;
    if (inner.at === from.size) {
      inner = null;
    }
  });
}

/** Broadcast `source` into `target`. @throws {PythonError} it does not fit. */
function copyInto(array: NDArray, target: Layout, source: NDArray): void {
  const strides = broadcastStrides(source.shape, source.strides, target.shape);
  if (strides === null) {
    throw new PythonError(
      'ValueError',
      `could not broadcast input array from shape ${shapeText(source.shape)} into shape ${shapeText(target.shape)}`,
    );
  }
  const from = { shape: target.shape, strides, offset: source.offset };
  if (source.dtype.str === array.dtype.str) {
    copyBytes(array, target, source, from);
    return;
  }
  if (!isText(source.dtype) || (source.dtype.isNative && array.dtype.isNative)) {
    castAll(array, upwards(target, target), source, upwards(target, from));
    return;
  }
  // A text that is no number stops numpy: in foreign byte orders before anything was written.
  const cast = freshArray(array.dtype, target.shape);
  castAll(cast, cast, source, from);
  copyBytes(array, target, cast, cast);
}

function castAll(array: NDArray, target: Layout, source: NDArray, from: Layout): void {
  const [view, sourceView] = [viewOf(array.bytes), viewOf(source.bytes)];
  walkTwo(target, from, (to, at) => {
    castElement(source.dtype, sourceView, at, array.dtype, view, to);
  });
}

function isText(dtype: DType): boolean {
  return 'SUV'.includes(dtype.kind);
}

/** `layout` with the axes turned round along which `target` walks down: numpy writes upwards in memory. */
function upwards(target: Layout, layout: Layout): Layout {
  let { offset } = layout;
  const strides = layout.strides.map((stride, axis) => {
    if (target.strides[axis]! >= 0) {
      return stride;
    }
    offset += stride * Math.max(0, target.shape[axis]! - 1);
    return -stride;
  });
  return { shape: target.shape, strides, offset };
}

/** The same dtype on both sides: runs of bytes where both lie without gaps, else element by element. */
function copyBytes(array: NDArray, target: Layout, source: NDArray, from: Layout): void {
  const { itemsize } = array.dtype;
  let run = itemsize;
  let axis = target.shape.length;
  while (axis > 0 && target.strides[axis - 1] === run && from.strides[axis - 1] === run) {
    axis -= 1;
    run *= target.shape[axis]!;
  }
  const outer = (layout: Layout) => ({
    shape: target.shape.slice(0, axis),
    strides: layout.strides.slice(0, axis),
    offset: layout.offset,
  });
  if (run > 0) {
    walkTwo(outer(target), outer(from), (to, at) => {
      array.bytes.set(source.bytes.subarray(at, at + run), to);
    });
  }
}

// ---- Assigning through a fancy key -------------------------------------------------------------

/** `value` as an array of the target's dtype; an array as it is. numpy scalars are cast, not checked. */
function asArray(dtype: DType, value: PyValue): NDArray {
  if (value instanceof NDArray) {
    return value;
  }
  if (value instanceof NumpyScalar) {
    const result = new NDArray(dtype, []);
    castElement(value.dtype, viewOf(value.bytes), 0, dtype, viewOf(result.bytes), 0);
    return result;
  }
  const { shape, leaves } = nested(value);
  return packed(dtype, shape, leaves);
}

function assignMask(array: NDArray, mask: NDArray, value: PyValue): void {
  const source = asArray(array.dtype, value);
  const what = 'NumPy boolean array indexing assignment';
  if (source.shape.length > 1) {
    throw new PythonError(
      'TypeError',
      `${what} requires a 0 or 1-dimensional input, input has ${source.shape.length} dimensions`,
    );
  }
  const count = countTrue(mask);
  const length = source.shape[0] ?? 1;
  if (length !== count && length !== 1) {
    throw new PythonError(
      'ValueError',
      `${what} cannot assign ${length} input values to the ${count} output values where the mask is true`,
    );
  }
  const stride = length === 1 ? 0 : source.strides[0]!;
  const [view, sourceView] = [viewOf(array.bytes), viewOf(source.bytes)];
  let from = source.offset;
  walkMask(array, mask, to => {
    castElement(source.dtype, sourceView, from, array.dtype, view, to);
    from += stride;
  });
}

function assignPlaces(
  array: NDArray,
  { shape, places, outside }: Selection & { kind: 'fancy' },
  value: PyValue,
): void {
  const source = asArray(array.dtype, value);
  const strides = broadcastStrides(source.shape, source.strides, shape);
  if (strides === null) {
    throw new PythonError(
      'ValueError',
      `shape mismatch: value array of shape ${shapeText(source.shape)} could not be broadcast to ` +
        `indexing result of shape ${shapeText(shape)}`,
    );
  }
  if (outside !== null) {
    throw outside;
  }
  if (places.length === 0) {
    return;
  }
  // Cast all of it first: a text that is no number leaves the array as it was.
  const cast =
    source.dtype.str === array.dtype.str ? source : freshArray(array.dtype, source.shape);
  if (cast !== source) {
    copyInto(cast, cast, source);
  }
  const from = {
    shape,
    strides: broadcastStrides(cast.shape, cast.strides, shape)!,
    offset: cast.offset,
  };
  const { itemsize } = array.dtype;
  let next = 0;
  walk(from, at => {
    array.bytes.set(cast.bytes.subarray(at, at + itemsize), places[next]!);
    next += 1;
  });
}

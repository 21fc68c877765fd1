// A numpy array: typed bytes with shape and strides, so that a row can be a view of its array.
//
// Element [i, j, …] lies at `offset + i * strides[0] + j * strides[1] + …` in `bytes`. Views share
// `bytes`. What JavaScript has an array for is read through `typed()`, all else element by element.

import { type DType, HOST_ORDER } from './dtype.js';
import { parseDtype } from './dtypename.js';
import { float16ToNumber } from './float16.js';
import type { PyValue } from './python.js';
import { readElement, swapBytes, viewOf, writeElement } from './scalar.js';

/** The arrays of JavaScript that hold what some dtype holds. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** A numpy array. The structure is immutable; the elements in `bytes` are not. */
export class NDArray {
  readonly dtype: DType;
  /** Length of each axis; empty for a 0-d array. */
  readonly shape: readonly number[];
  /** Bytes from one element to the next along each axis; may be 0 or negative. */
  readonly strides: readonly number[];
  /** Byte of element [0, 0, …] in `bytes`. */
  readonly offset: number;
  /** The memory, shared with views; may hold more than this array's elements. */
  readonly bytes: Uint8Array;
  /** Number of elements. */
  readonly size: number;
  private _view: DataView | null = null;

  /**
   * @param bytes - memory, kept and not copied; zeros when missing.
   * @param strides - in bytes; C order when missing.
   * @throws {RangeError} an axis is not a count, or elements would lie outside `bytes`.
   */
  constructor(
    dtype: DType | string,
    shape: readonly number[],
    bytes?: Uint8Array,
    offset = 0,
    strides?: readonly number[],
  ) {
    const type = typeof dtype === 'string' ? parseDtype(dtype) : dtype;
    this.dtype = type;
    this.shape = shape;
    this.strides = strides ?? contiguousStrides(shape, type.itemsize);
    this.offset = offset;
    this.size = countOf(shape);
    this.bytes = bytes ?? new Uint8Array(this.size * type.itemsize);
    this._checkBounds();
  }

  /**
   * A 1-D array over `data`, or of `shape`. Shares the memory of `data`; dtype as its class says.
   * @throws {RangeError} `shape` has another number of elements.
   */
  static of(data: TypedArray, shape: readonly number[] = [data.length]): NDArray {
    if (countOf(shape) !== data.length) {
      throw new RangeError(`${data.length} elements do not fill shape (${shape.join(', ')})`);
    }
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return new NDArray(dtypeOf(data), shape, bytes);
  }

  /**
   * An array of Python values in C order, cast as C casts.
   * @throws {TypeError} a value has no form in the dtype. {RangeError} the count does not fit `shape`.
   */
  static from(
    dtype: DType | string,
    values: readonly PyValue[],
    shape: readonly number[] = [values.length],
  ): NDArray {
    const array = new NDArray(dtype, shape);
    if (array.size !== values.length) {
      throw new RangeError(`${values.length} elements do not fill shape (${shape.join(', ')})`);
    }
    const view = viewOf(array.bytes);
    values.forEach((value, i) => {
      writeElement(array.dtype, view, i * array.dtype.itemsize, value);
    });
    return array;
  }

  get pyType(): string {
    return 'numpy.ndarray';
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** Do the elements follow one another in C order, without gaps? */
  get isContiguous(): boolean {
    let expected = this.dtype.itemsize;
    for (let axis = this.shape.length - 1; axis >= 0; axis -= 1) {
      const length = this.shape[axis]!;
      if (length !== 1 && this.size !== 0 && this.strides[axis] !== expected) {
        return false;
      }
      expected *= length;
    }
    return true;
  }

  /** The elements' bytes in C order, `size * itemsize` of them: a view where possible, else a copy. */
  toBytes(): Uint8Array {
    const length = this.size * this.dtype.itemsize;
    if (this.isContiguous) {
      return this.bytes.subarray(this.offset, this.offset + length);
    }
    const copy = new Uint8Array(length);
    const { itemsize } = this.dtype;
    let to = 0;
    this._forEachOffset(from => {
      copy.set(this.bytes.subarray(from, from + itemsize), to);
      to += itemsize;
    });
    return copy;
  }

  /** A copy of its own, in C order. */
  copy(): NDArray {
    return new NDArray(this.dtype, this.shape, this.toBytes().slice());
  }

  /**
   * The Python value of one element: bool, number (floats), bigint (ints), Complex, string, bytes,
   * NumpyScalar (datetimes).
   * @param index - flat in C order, negative from the end; or one index for each axis.
   * @throws {RangeError} outside.
   */
  at(index: number | readonly number[]): PyValue {
    this._view ??= viewOf(this.bytes);
    const offset = typeof index === 'number' ? this._flatOffset(index) : this._offsetOf(index);
    return readElement(this.dtype, this._view, offset);
  }

  /** The only element. @throws {RangeError} there is not exactly one. */
  item(): PyValue {
    if (this.size !== 1) {
      throw new RangeError(`an array of ${this.size} elements is not one value`);
    }
    return this.at(0);
  }

  /** All elements in C order, as `at` reads them. */
  *[Symbol.iterator](): IterableIterator<PyValue> {
    for (let i = 0; i < this.size; i += 1) {
      yield this.at(i);
    }
  }

  /**
   * The elements in C order as JavaScript's own array: a view of `bytes` where these are contiguous,
   * aligned and in this computer's byte order, else a copy. bool reads as Uint8Array, datetimes as
   * their ticks. Null for what JavaScript has no array for: float16, long double, complex, texts,
   * records.
   */
  typed(): TypedArray | null {
    const { kind, itemsize } = this.dtype;
    const make = ARRAYS.get(`${kind}${itemsize}`);
    if (make === undefined) {
      return null;
    }
    const bytes = this.toBytes();
    if (this.dtype.isNative && bytes.byteOffset % itemsize === 0) {
      return make(bytes.buffer as ArrayBuffer, bytes.byteOffset, this.size);
    }
    const copy = bytes.slice();
    if (!this.dtype.isNative) {
      swapBytes(copy, itemsize);
    }
    return make(copy.buffer, 0, this.size);
  }

  /** The elements of a bool, int or float array as float64, a copy; ints beyond 2^53 are rounded. Else null. */
  toFloat64(): Float64Array | null {
    const { kind, itemsize, byteorder } = this.dtype;
    const typed = 'biuf'.includes(kind) ? this.typed() : null;
    if (typed instanceof BigInt64Array || typed instanceof BigUint64Array) {
      return Float64Array.from(typed, Number);
    }
    if (typed !== null) {
      return Float64Array.from(typed);
    }
    if (kind !== 'f') {
      return null;
    }
    const view = viewOf(this.toBytes());
    const little = byteorder !== '>';
    return itemsize === 2
      ? Float64Array.from({ length: this.size }, (_, i) =>
          float16ToNumber(view.getUint16(2 * i, little)),
        )
      : Float64Array.from({ length: this.size }, (_, i) => this.at(i) as number);
  }

  private _flatOffset(index: number): number {
    const flat = index < 0 ? index + this.size : index;
    if (!(flat >= 0 && flat < this.size)) {
      throw new RangeError(`index ${index} is out of bounds for an array of ${this.size} elements`);
    }
    let rest = flat;
    let offset = this.offset;
    for (let axis = this.shape.length - 1; axis >= 0; axis -= 1) {
      const length = this.shape[axis]!;
      offset += (rest % length) * this.strides[axis]!;
      rest = Math.floor(rest / length);
    }
    return offset;
  }

  private _offsetOf(indices: readonly number[]): number {
    if (indices.length !== this.shape.length) {
      throw new RangeError(`${indices.length} indices for an array of ${this.shape.length} axes`);
    }
    let offset = this.offset;
    indices.forEach((index, axis) => {
      const length = this.shape[axis]!;
      const at = index < 0 ? index + length : index;
      if (!(at >= 0 && at < length)) {
        throw new RangeError(
          `index ${index} is out of bounds for axis ${axis} of length ${length}`,
        );
      }
      offset += at * this.strides[axis]!;
    });
    return offset;
  }

  /** Calls `visit` with the byte offset of each element, in C order. */
  private _forEachOffset(visit: (offset: number) => void): void {
    const { shape, strides } = this;
    const last = shape.length - 1;
    const walk = (axis: number, offset: number): void => {
      const length = shape[axis];
      if (length === undefined) {
        visit(offset);
        return;
      }
      const stride = strides[axis]!;
      for (let i = 0; i < length; i += 1) {
        if (axis === last) {
          visit(offset + i * stride);
        } else {
          walk(axis + 1, offset + i * stride);
        }
      }
    };
    walk(0, this.offset);
  }

  private _checkBounds(): void {
    const { shape, strides, offset, dtype, bytes } = this;
    if (strides.length !== shape.length) {
      throw new RangeError(`${strides.length} strides for an array of ${shape.length} axes`);
    }
    if (this.size === 0) {
      return;
    }
    let low = offset;
    let high = offset + dtype.itemsize;
    shape.forEach((length, axis) => {
      const reach = (length - 1) * strides[axis]!;
      if (reach < 0) {
        low += reach;
      } else {
        high += reach;
      }
    });
    if (!(low >= 0 && high <= bytes.length)) {
      throw new RangeError(
        `an array ${dtype.str} of shape (${shape.join(', ')}) needs bytes ${low} to ${high}, ` +
          `there are ${bytes.length}`,
      );
    }
  }
}

/** Bytes from element to element along each axis, in C order. */
export function contiguousStrides(shape: readonly number[], itemsize: number): number[] {
  const strides = new Array<number>(shape.length);
  let stride = itemsize;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    strides[axis] = stride;
    stride *= Math.max(1, shape[axis]!);
  }
  return strides;
}

/** The number of elements of a shape. @throws {RangeError} an axis that is not a count. */
export function countOf(shape: readonly number[]): number {
  let count = 1;
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(
        `${length} is not the length of an axis, in shape (${shape.join(', ')})`,
      );
    }
    count *= length;
  }
  if (!Number.isSafeInteger(count)) {
    throw new RangeError(`an array of shape (${shape.join(', ')}) has too many elements`);
  }
  return count;
}

export { swapBytes };

type MakeArray = (buffer: ArrayBuffer, offset: number, length: number) => TypedArray;

const ARRAYS: ReadonlyMap<string, MakeArray> = new Map<string, MakeArray>([
  ['b1', (...at) => new Uint8Array(...at)],
  ['i1', (...at) => new Int8Array(...at)],
  ['u1', (...at) => new Uint8Array(...at)],
  ['i2', (...at) => new Int16Array(...at)],
  ['u2', (...at) => new Uint16Array(...at)],
  ['i4', (...at) => new Int32Array(...at)],
  ['u4', (...at) => new Uint32Array(...at)],
  ['i8', (...at) => new BigInt64Array(...at)],
  ['u8', (...at) => new BigUint64Array(...at)],
  ['f4', (...at) => new Float32Array(...at)],
  ['f8', (...at) => new Float64Array(...at)],
  ['m8', (...at) => new BigInt64Array(...at)],
  ['M8', (...at) => new BigInt64Array(...at)],
]);

/** The dtype of JavaScript's arrays, by their name. */
const DTYPES: ReadonlyMap<string, string> = new Map([
  ['Int8Array', '|i1'],
  ['Uint8Array', '|u1'],
  ['Int16Array', `${HOST_ORDER}i2`],
  ['Uint16Array', `${HOST_ORDER}u2`],
  ['Int32Array', `${HOST_ORDER}i4`],
  ['Uint32Array', `${HOST_ORDER}u4`],
  ['BigInt64Array', `${HOST_ORDER}i8`],
  ['BigUint64Array', `${HOST_ORDER}u8`],
  ['Float32Array', `${HOST_ORDER}f4`],
  ['Float64Array', `${HOST_ORDER}f8`],
]);

function dtypeOf(data: TypedArray): DType {
  // The tag survives subclasses such as Node's Buffer, which is a Uint8Array.
  const name = Object.prototype.toString.call(data).slice(8, -1);
  const str = DTYPES.get(name);
  if (str === undefined) {
    throw new TypeError(`there is no dtype for a ${name}`);
  }
  return parseDtype(str);
}

// One element of a numpy array: its bytes, and the Python value they mean.

import { type DType, HOST_ORDER } from './dtype.js';
import { parseDtype } from './dtypename.js';
import { float16ToNumber, numberToFloat16 } from './float16.js';
import { Complex, type PyValue, Tuple } from './python.js';

/**
 * A numpy scalar, e.g. `np.int32(5)`. Always in this computer's byte order, as numpy's are. `bytes`
 * are its own `dtype.itemsize` bytes; they must not be changed.
 */
export class NumpyScalar {
  readonly dtype: DType;
  readonly bytes: Uint8Array;

  /**
   * @param bytes - one element in the dtype's byte order; kept, or copied where that is foreign.
   * @throws {RangeError} `bytes` has not `dtype.itemsize` bytes.
   */
  constructor(dtype: DType | string, bytes: Uint8Array) {
    const type = typeof dtype === 'string' ? parseDtype(dtype) : dtype;
    if (bytes.length !== type.itemsize) {
      throw new RangeError(
        `a scalar of dtype ${type.str} has ${type.itemsize} bytes, not ${bytes.length}`,
      );
    }
    this.dtype = type.withByteOrder(HOST_ORDER);
    this.bytes = type.isNative ? bytes : swapped(type, bytes);
  }

  /** A scalar of a number, bool or complex; the value is cast as C does, not checked. */
  static of(dtype: DType | string, value: PyValue): NumpyScalar {
    const type = typeof dtype === 'string' ? parseDtype(dtype) : dtype;
    const bytes = new Uint8Array(type.itemsize);
    writeElement(type, viewOf(bytes), 0, value);
    return new NumpyScalar(type, bytes);
  }

  get pyType(): string {
    return `numpy.${this.dtype.scalarName}`;
  }

  /**
   * The Python value: bool, int, float, complex, str, bytes; a Tuple for a record. A datetime or
   * timedelta, which Python's own types cannot hold, is itself.
   */
  item(): PyValue {
    const { kind } = this.dtype;
    return kind === 'M' || kind === 'm' ? this : readElement(this.dtype, viewOf(this.bytes), 0);
  }

  /** Ticks of a datetime64 or timedelta64, or of any integer dtype. NaT is -2^63. */
  ticks(): bigint {
    return viewOf(this.bytes).getBigInt64(0, HOST_ORDER === '<');
  }
}

function swapped(dtype: DType, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  swapBytes(copy, unitSize(dtype));
  return copy;
}

/** Bytes that are swapped together: a part of a complex, a character of a text. */
export function unitSize(dtype: DType): number {
  switch (dtype.kind) {
    case 'c':
      return dtype.itemsize / 2;
    case 'U':
      return 4;
    default:
      return dtype.itemsize;
  }
}

/** Reverse each group of `size` bytes in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let start = 0; start + size <= bytes.length; start += size) {
    for (let i = start, j = start + size - 1; i < j; i += 1, j -= 1) {
      const byte = bytes[i]!;
      bytes[i] = bytes[j]!;
      bytes[j] = byte;
    }
  }
}

/** NaT: not a time. */
export const NAT = -(2n ** 63n);

/** A DataView of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The Python value of the element at `offset`: floats are numbers (long double rounded to float64),
 * ints bigints. Bytes are copied. NUL padding of S and U is cut, as numpy does.
 */
export function readElement(dtype: DType, view: DataView, offset: number): PyValue {
  const little = dtype.byteorder !== '>';
  switch (dtype.kind) {
    case 'b':
      return view.getUint8(offset) !== 0;
    case 'i':
      return readInt(dtype.itemsize, view, offset, little);
    case 'u':
      return readUint(dtype.itemsize, view, offset, little);
    case 'f':
      return readFloat(dtype.itemsize, view, offset, little);
    case 'c': {
      const half = dtype.itemsize / 2;
      return new Complex(
        readFloat(half, view, offset, little),
        readFloat(half, view, offset + half, little),
      );
    }
    case 'U':
      return readText(dtype.itemsize, view, offset, little);
    case 'S': {
      let end = offset + dtype.itemsize;
      while (end > offset && view.getUint8(end - 1) === 0) {
        end -= 1;
      }
      return sliceOf(view, offset, end);
    }
    case 'V':
      if (dtype.fields !== null) {
        return new Tuple(dtype.fields.map(f => readElement(f.dtype, view, offset + f.offset)));
      }
      return dtype.subarray === null
        ? sliceOf(view, offset, offset + dtype.itemsize)
        : readSubarray(dtype.subarray.base, dtype.subarray.shape, view, offset);
    case 'M':
    case 'm':
      return new NumpyScalar(dtype, sliceOf(view, offset, offset + 8));
    case 'O':
      throw new TypeError('an element of dtype object is a pointer into another process');
  }
}

/**
 * Put a number, bigint, bool, complex, str or bytes into the element at `offset`, cast as C casts:
 * integers wrap, floats round. Texts are cut or padded with NUL.
 * @throws {TypeError} the value has no form in this dtype.
 */
export function writeElement(dtype: DType, view: DataView, offset: number, value: PyValue): void {
  const little = dtype.byteorder !== '>';
  const plain =
    value instanceof NumpyScalar && dtype.kind !== value.dtype.kind ? value.item() : value;
  switch (dtype.kind) {
    case 'b':
      view.setUint8(offset, isTrue(plain) ? 1 : 0);
      return;
    case 'i':
    case 'u':
      writeInt(dtype.itemsize, view, offset, little, toInt(dtype, plain));
      return;
    case 'm':
    case 'M':
      writeInt(
        8,
        view,
        offset,
        little,
        plain instanceof NumpyScalar ? plain.ticks() : toInt(dtype, plain),
      );
      return;
    case 'f':
      writeFloat(dtype, dtype.itemsize, view, offset, little, toFloat(dtype, plain));
      return;
    case 'c': {
      const half = dtype.itemsize / 2;
      const number = plain instanceof NumpyScalar ? plain.item() : plain;
      const complex = number instanceof Complex ? number : new Complex(toFloat(dtype, number), 0);
      writeFloat(dtype, half, view, offset, little, complex.re);
      writeFloat(dtype, half, view, offset + half, little, complex.im);
      return;
    }
    case 'U': {
      const text = plain instanceof NumpyScalar ? plain.item() : plain;
      if (typeof text !== 'string') {
        throw wrongType(dtype, value);
      }
      const points = Array.from(text, char => char.codePointAt(0) as number);
      for (let i = 0; i < dtype.itemsize / 4; i += 1) {
        view.setUint32(offset + 4 * i, points[i] ?? 0, little);
      }
      return;
    }
    case 'S':
    case 'V': {
      const bytes = plain instanceof NumpyScalar ? plain.bytes : plain;
      if (!(bytes instanceof Uint8Array)) {
        throw wrongType(dtype, value);
      }
      for (let i = 0; i < dtype.itemsize; i += 1) {
        view.setUint8(offset + i, bytes[i] ?? 0);
      }
      return;
    }
    case 'O':
      throw wrongType(dtype, value);
  }
}

/** Nested lists, as numpy's item() gives them. */
function readSubarray(
  base: DType,
  shape: readonly number[],
  view: DataView,
  offset: number,
): PyValue {
  const [length, ...rest] = shape;
  if (length === undefined) {
    return readElement(base, view, offset);
  }
  const step = rest.reduce((size, axis) => size * axis, base.itemsize);
  return Array.from({ length }, (_, i) => readSubarray(base, rest, view, offset + i * step));
}

function wrongType(dtype: DType, value: PyValue): TypeError {
  return new TypeError(`a ${typeof value} has no form in dtype ${dtype.str}`);
}

function isTrue(value: PyValue): boolean {
  const plain = value instanceof NumpyScalar ? value.item() : value;
  return plain instanceof Complex ? plain.re !== 0 || plain.im !== 0 : Boolean(plain);
}

function toInt(dtype: DType, value: PyValue): bigint {
  const plain = value instanceof NumpyScalar ? value.item() : value;
  switch (typeof plain) {
    case 'bigint':
      return plain;
    case 'boolean':
      return plain ? 1n : 0n;
    case 'number':
      if (Number.isFinite(plain)) {
        return BigInt(Math.trunc(plain));
      }
  }
  throw wrongType(dtype, value);
}

function toFloat(dtype: DType, value: PyValue): number {
  const plain = value instanceof NumpyScalar ? value.item() : value;
  switch (typeof plain) {
    case 'number':
    case 'bigint':
    case 'boolean':
      return Number(plain);
  }
  throw wrongType(dtype, value);
}

// ---- Bytes --------------------------------------------------------------------------------------

function readInt(size: number, view: DataView, offset: number, little: boolean): bigint {
  switch (size) {
    case 1:
      return BigInt(view.getInt8(offset));
    case 2:
      return BigInt(view.getInt16(offset, little));
    case 4:
      return BigInt(view.getInt32(offset, little));
    default:
      return view.getBigInt64(offset, little);
  }
}

function readUint(size: number, view: DataView, offset: number, little: boolean): bigint {
  switch (size) {
    case 1:
      return BigInt(view.getUint8(offset));
    case 2:
      return BigInt(view.getUint16(offset, little));
    case 4:
      return BigInt(view.getUint32(offset, little));
    default:
      return view.getBigUint64(offset, little);
  }
}

function writeInt(
  size: number,
  view: DataView,
  offset: number,
  little: boolean,
  value: bigint,
): void {
  switch (size) {
    case 1:
      view.setInt8(offset, Number(BigInt.asIntN(8, value)));
      return;
    case 2:
      view.setInt16(offset, Number(BigInt.asIntN(16, value)), little);
      return;
    case 4:
      view.setInt32(offset, Number(BigInt.asIntN(32, value)), little);
      return;
    default:
      view.setBigInt64(offset, value, little);
  }
}

function readFloat(size: number, view: DataView, offset: number, little: boolean): number {
  switch (size) {
    case 2:
      return float16ToNumber(view.getUint16(offset, little));
    case 4:
      return view.getFloat32(offset, little);
    case 8:
      return view.getFloat64(offset, little);
    default:
      return readLongDouble(view, offset, little);
  }
}

/** x87's extended precision: 64 bits of mantissa with an explicit 1, 15 of exponent, sign, padding. */
function readLongDouble(view: DataView, offset: number, little: boolean): number {
  const mantissa = view.getBigUint64(little ? offset : offset + 8, little);
  const head = view.getUint16(little ? offset + 8 : offset + 6, little);
  const sign = head & 0x8000 ? -1 : 1;
  const exponent = head & 0x7fff;
  if (exponent === 0x7fff) {
    return (mantissa & 0x7fffffffffffffffn) === 0n ? sign * Infinity : Number.NaN;
  }
  const power = exponent - 16383 - 63;
  if (power > 1024) {
    return mantissa === 0n ? sign * 0 : sign * Infinity;
  }
  // Two steps, so that the scale itself neither overflows nor vanishes before the product does.
  return sign * (Number(mantissa) * 2 ** (power >> 1)) * 2 ** (power - (power >> 1));
}

function writeFloat(
  dtype: DType,
  size: number,
  view: DataView,
  offset: number,
  little: boolean,
  value: number,
): void {
  switch (size) {
    case 2:
      view.setUint16(offset, numberToFloat16(value), little);
      return;
    case 4:
      view.setFloat32(offset, value, little);
      return;
    case 8:
      view.setFloat64(offset, value, little);
      return;
    default:
      throw new TypeError(
        `a float cannot be written as ${dtype.str}: JavaScript has no long double`,
      );
  }
}

function readText(size: number, view: DataView, offset: number, little: boolean): string {
  let count = size / 4;
  while (count > 0 && view.getUint32(offset + 4 * (count - 1), little) === 0) {
    count -= 1;
  }
  let text = '';
  for (let i = 0; i < count; i += 1) {
    const point = view.getUint32(offset + 4 * i, little);
    // Bytes may hold what is no character; numpy fails there, a reader shows a mark.
    text += String.fromCodePoint(point > 0x10ffff ? 0xfffd : point);
  }
  return text;
}

function sliceOf(view: DataView, start: number, end: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start).slice();
}

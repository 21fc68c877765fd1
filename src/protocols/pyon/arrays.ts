// numpy arrays and scalars from their shape, dtype and base64.

import { DType, NDArray, NumpyScalar, type PyValue, Tuple, typeName } from '../../values/index.js';
import { decodeClean, decodeLenient, encodedLength, type IBase64, isStrict } from './base64.js';
import { dtypeOf } from './dtypevalue.js';
import { counted, Misfit } from './fail.js';

/** Characters from which a call into the platform pays. */
export const LONG = 1024;

/** Axes an array may have: numpy's own maximum. */
const MAX_AXES = 64;

/** A str or bytes literal that still lies in its document, unlooked at: base64, most likely. */
export class Span {
  /** The bytes between the quotes, a view of the document. No escapes among them. */
  readonly bytes: Uint8Array;
  /** Reads it as the value it is, with all checks of its grammar. */
  readonly read: () => PyValue;

  constructor(bytes: Uint8Array, read: () => PyValue) {
    this.bytes = bytes;
    this.read = read;
  }
}

/** Base64 that was clean and has been decoded on the way. */
export class Decoded {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** What constructors are given. */
export type Argument = PyValue | Span | Decoded;

/** How many characters the base64 of such an array has; -1 where that is not plain to see. */
export function expectedLength(shape: Argument | undefined, dtype: Argument | undefined): number {
  const isShort = dtype instanceof Span && dtype.bytes.length <= 4;
  const type = isShort ? SIZES.get(String.fromCharCode(...dtype.bytes)) : undefined;
  if (type === undefined || !Array.isArray(shape)) {
    return -1;
  }
  let bytes = type;
  for (const length of shape) {
    if (typeof length !== 'bigint' || length < 0n) {
      return -1;
    }
    bytes *= Number(length);
  }
  return encodedLength(bytes);
}

/** Bytes of the elements of arrays that become large. */
const SIZES: ReadonlyMap<string, number> = new Map(
  [
    '|b1',
    '|i1',
    '|u1',
    '<i2',
    '<u2',
    '<f2',
    '<i4',
    '<u4',
    '<f4',
    '<i8',
    '<u8',
    '<f8',
    '<c8',
    '<c16',
  ].map(str => [str, Number(str.slice(2))]),
);

/** The bytes of clean base64; null where it is not. */
export function decodeFast(text: Uint8Array, codec: IBase64 | undefined): Uint8Array | null {
  const fast = text.length >= LONG ? codec?.decode?.(text) : null;
  return fast ?? decodeClean(text, 0, text.length);
}

/** `nparray(shape, dtype, data)`. @throws {Misfit} the parts do not make an array. */
export function arrayOf(
  shape: PyValue,
  dtype: PyValue,
  data: Argument,
  codec: IBase64 | undefined,
): NDArray {
  const type = dtypeOf(dtype);
  const { base, axes, bytes, count } = elements(type, dataBytes(data, codec));
  const lengths = reshape(shape, count, axes);
  return new NDArray(base, lengths, bytes);
}

/** `npscalar(dtype, data)`: the first element. @throws {Misfit} there is none. */
export function scalarOf(
  dtype: PyValue,
  data: Argument,
  codec: IBase64 | undefined,
): NumpyScalar | NDArray {
  const type = dtypeOf(dtype);
  const { base, bytes } = elements(type, dataBytes(data, codec));
  if (bytes.length === 0) {
    throw new Misfit('an npscalar has no bytes', `${type.itemsize} bytes`, 'none');
  }
  const own = bytes.slice(0, type.itemsize);
  return type.subarray === null ? trimmed(base, own) : new NDArray(base, type.subarray.shape, own);
}

/** As numpy makes a scalar of an element: native byte order, true is 1, no trailing NULs. */
function trimmed(dtype: DType, bytes: Uint8Array): NumpyScalar {
  switch (dtype.kind) {
    case 'b':
      bytes[0] = bytes[0] === 0 ? 0 : 1;
      break;
    case 'S':
    case 'U': {
      const unit = dtype.kind === 'U' ? 4 : 1;
      let end = bytes.length;
      while (end > 0 && bytes.subarray(end - unit, end).every(byte => byte === 0)) {
        end -= unit;
      }
      if (dtype.kind === 'U' && end === unit) {
        checkPoint(bytes, dtype.byteorder !== '>');
      }
      return new NumpyScalar(new DType(dtype.kind, end, dtype.byteorder), bytes.slice(0, end));
    }
  }
  return new NumpyScalar(dtype, bytes);
}

/** numpy refuses to make a str of one character beyond U+10FFFF, and does not look at longer ones. */
function checkPoint(bytes: Uint8Array, isLittle: boolean): void {
  const point = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, isLittle);
  if (point > 0x10ffff) {
    const found = `0x${point.toString(16)}`;
    throw new Misfit(`no character has the number ${found}`, 'at most 0x10ffff', found);
  }
}

function hasObject({ kind, subarray, fields }: DType): boolean {
  return (
    kind === 'O' ||
    (subarray !== null && hasObject(subarray.base)) ||
    (fields ?? []).some(field => hasObject(field.dtype))
  );
}

/** As numpy.frombuffer: how many elements the bytes are. An element that is an array adds its axes. */
function elements(dtype: DType, bytes: Uint8Array) {
  if (hasObject(dtype)) {
    throw new Misfit(
      'an array of dtype object holds pointers into another process',
      'a dtype with bytes of its own',
      'dtype object',
    );
  }
  if (dtype.itemsize === 0) {
    throw new Misfit(
      `an element of dtype ${dtype.str} has no bytes`,
      'a dtype with a size',
      dtype.str,
    );
  }
  if (bytes.length % dtype.itemsize !== 0) {
    throw new Misfit(
      `${counted(bytes.length, 'byte')} cannot be a whole number of ${dtype.str}`,
      `a multiple of ${dtype.itemsize} bytes`,
      counted(bytes.length, 'byte'),
    );
  }
  const length = bytes.length / dtype.itemsize;
  const { subarray } = dtype;
  const axes = subarray === null ? [length] : [length, ...subarray.shape];
  const count = axes.reduce((product, axis) => product * axis, 1);
  return { base: subarray?.base ?? dtype, axes, bytes, count };
}

/** `reshape(shape)` of `count` elements that lie in `axes` now. @throws {Misfit} they do not fit. */
function reshape(shape: PyValue, count: number, axes: readonly number[]): readonly number[] {
  if (shape === null) {
    return axes;
  }
  const wanted = lengths(shape);
  if (wanted.length > MAX_AXES) {
    const found = `${wanted.length} axes`;
    throw new Misfit(`an array cannot have ${found}`, `at most ${MAX_AXES} axes`, found);
  }
  const text = `(${wanted.join(', ')}${wanted.length === 1 ? ',' : ''})`;
  const unfit = () => {
    const found = counted(count, 'element');
    return new Misfit(`shape ${text} does not hold ${found}`, `shape ${text}`, found);
  };
  const open = wanted.findIndex(length => length < 0n);
  if (wanted.filter(length => length < 0n).length > 1) {
    throw new Misfit(
      `shape ${text} leaves more than one axis open`,
      'at most one negative length',
      text,
    );
  }
  let known = 1n;
  wanted.forEach((length, axis) => {
    known *= axis === open ? 1n : length;
  });
  if (open < 0) {
    if (known !== BigInt(count) || wanted.some(length => length > MAX_LENGTH)) {
      throw unfit();
    }
    return wanted.map(Number);
  }
  if (known === 0n || BigInt(count) % known !== 0n) {
    throw unfit();
  }
  return wanted.map((length, axis) => Number(axis === open ? BigInt(count) / known : length));
}

const MAX_LENGTH = BigInt(Number.MAX_SAFE_INTEGER);

function lengths(shape: PyValue): bigint[] {
  if (shape instanceof Tuple) {
    return shape.items.map(lengthOf);
  }
  if (Array.isArray(shape)) {
    return shape.map(lengthOf);
  }
  if (shape instanceof Uint8Array) {
    return Array.from(shape, BigInt);
  }
  if (shape instanceof NDArray && shape.ndim === 1 && 'iu'.includes(shape.dtype.kind)) {
    return Array.from(shape, lengthOf);
  }
  return [lengthOf(shape)];
}

/** An int, or what numpy takes for one; a bool is not. */
function lengthOf(value: PyValue): bigint {
  const isNumpy = value instanceof NumpyScalar || (value instanceof NDArray && value.ndim === 0);
  const plain = isNumpy && 'iu'.includes(value.dtype.kind) ? value.item() : value;
  if (typeof plain !== 'bigint') {
    const found = typeName(value);
    throw new Misfit(`a length in an array's shape is ${found}`, 'an int', found);
  }
  return plain;
}

/** The bytes that base64 in a str, bytes or array means. @throws {Misfit} */
function dataBytes(data: Argument, codec: IBase64 | undefined): Uint8Array {
  if (data instanceof Decoded) {
    return data.bytes;
  }
  const isSpan = data instanceof Span;
  const text = isSpan ? data.bytes : asciiOf(data);
  const fast = decodeFast(text, codec);
  // What is not clean is read as Python does, after a second look at whether it is a str at all.
  return fast ?? decodeLenient(isSpan ? asciiOf(data.read()) : text);
}

/** `bytes(s, altchars, validate)`, as base64.b64decode takes them. @throws {Misfit} */
export function bytesOf(args: readonly Argument[], codec: IBase64 | undefined): Uint8Array {
  const [data, ...flags] = args;
  if (data === undefined || flags.length > 2) {
    const found = counted(args.length, 'argument');
    throw new Misfit(`bytes cannot be made of ${found}`, '1 to 3 arguments', found);
  }
  const [altchars = null, validate = null] = flags.map(unspan);
  if (altchars === null && !isTrue(validate)) {
    return dataBytes(data, codec);
  }
  let text = asciiOf(unspan(data));
  if (altchars !== null) {
    const pair = asciiOf(altchars);
    if (pair.length !== 2) {
      const found = counted(pair.length, 'character');
      throw new Misfit('bytes takes two characters instead of + and /', '2 characters', found);
    }
    text = text.map(byte => (byte === pair[0] ? 0x2b : byte === pair[1] ? 0x2f : byte));
  }
  if (isTrue(validate) && !isStrict(text)) {
    throw new Misfit('bytes are not strict base64', 'only base64', 'something else');
  }
  return dataBytes(text, codec);
}

/** A Span where no base64 was wanted, as the str it is. */
export function unspan(value: Argument): PyValue {
  if (value instanceof Decoded) {
    throw new Misfit('an array has base64 for its shape or dtype', 'base64 last', 'base64');
  }
  return value instanceof Span ? value.read() : value;
}

/** Python's truth of a flag. */
function isTrue(value: PyValue): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function asciiOf(data: PyValue): Uint8Array {
  if (data instanceof Uint8Array) {
    return data;
  }
  if (data instanceof NDArray) {
    return data.toBytes();
  }
  const text = data instanceof NumpyScalar && data.dtype.kind === 'U' ? data.item() : data;
  if (text instanceof NumpyScalar) {
    return text.bytes;
  }
  if (typeof text !== 'string') {
    const found = typeName(text);
    throw new Misfit(`base64 is a str or bytes, not ${found}`, 'a str or bytes', found);
  }
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) {
      throw new Misfit('base64 is ASCII only', 'ASCII characters', `'${text[i]}'`);
    }
    bytes[i] = code;
  }
  return bytes;
}

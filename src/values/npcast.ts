// One numpy element into another: `array[...] = other`.
//
// Cast as C casts: ints wrap, floats are cut, complex numbers lose their imaginary part. Texts are read
// as Python reads them, and an int from a text that does not fit is refused.
//
// Source: numpy's user guide, "Data types"; corner cases observed with numpy 2.4 on x86-64.

import { isoText } from './datetime.js';
import type { DType } from './dtype.js';
import { numberToFloat16 } from './float16.js';
import { writeLongDouble, writeLongDoubleFrom } from './longdouble.js';
import { isTrue, notTime, pythonFloat, SEQUENCE, textOf } from './npconvert.js';
import { convertDatetime, convertTimedelta, timedeltaText } from './npdatetime.js';
import {
  castToInt16,
  castToInt32,
  castToInt64,
  castToUint64,
  parsePythonFloat,
  roundToFloat32,
} from './npnumber.js';
import { packObject, putComplex } from './npobject.js';
import { asciiBytes, numberText, putText } from './nptext.js';
import { PythonError } from './pyerror.js';
import { Complex, type PyValue } from './python.js';
import { type NumpyScalar, readElement, writeElement } from './scalar.js';

/**
 * Put a numpy element into another, as `array[...] = other` does.
 * @throws {PythonError} a text that is no number, no date, or not ASCII; nothing was written.
 */
export function castElement(
  from: DType,
  source: DataView,
  at: number,
  to: DType,
  view: DataView,
  offset: number,
): void {
  if (from.str === to.str) {
    for (let i = 0; i < to.itemsize; i++) {
      view.setUint8(offset + i, source.getUint8(at + i));
    }
    return;
  }
  if (to.kind === 'V') {
    // The bytes, in this computer's order.
    const width = from.isNative
      ? 1
      : from.kind === 'U'
        ? 4
        : from.itemsize / (from.kind === 'c' ? 2 : 1);
    for (let i = 0; i < to.itemsize; i++) {
      const j = i - (i % width) + (width - 1 - (i % width));
      view.setUint8(offset + i, i < from.itemsize ? source.getUint8(at + j) : 0);
    }
    return;
  }
  castValue(from, readElement(from, source, at), to, view, offset);
}

/** `castElement` for a value already read. */
function castValue(from: DType, value: PyValue, to: DType, view: DataView, offset: number): void {
  switch (from.kind) {
    case 'S':
    case 'U':
      castText(value as string | Uint8Array, to, view, offset);
      return;
    case 'V':
      castVoid(value, to, view, offset);
      return;
    case 'M':
    case 'm':
      castTime(from, value as NumpyScalar, to, view, offset);
      return;
    case 'O':
      throw new PythonError('TypeError', 'an array of objects cannot be read from another process');
  }
  if (to.kind === 'S' || to.kind === 'U') {
    putText(to, view, offset, numberText(from, value));
    return;
  }
  putNumber(from, value as boolean | number | bigint | Complex, to, view, offset);
}

function putNumber(
  from: DType,
  value: boolean | number | bigint | Complex,
  to: DType,
  view: DataView,
  offset: number,
): void {
  if (to.kind === 'b') {
    view.setUint8(offset, isTrue(value) ? 1 : 0);
    return;
  }
  if (to.kind === 'c') {
    putComplex(to, view, offset, value instanceof Complex ? value : new Complex(Number(value), 0));
    return;
  }
  const real =
    value instanceof Complex ? value.re : typeof value === 'boolean' ? BigInt(value) : value;
  if (to.kind === 'f') {
    putFloat(from, to, view, offset, real);
  } else if (typeof real === 'bigint') {
    writeElement(to, view, offset, real);
  } else {
    writeElement(to, view, offset, cutFloat(from, real, to));
  }
}

/** A float as an integer type takes it in C. Long doubles go into 8 and 16 bits by a 16-bit instruction. */
function cutFloat(from: DType, x: number, to: DType): bigint {
  if (to.itemsize === 8) {
    return to.kind === 'u' ? castToUint64(x) : castToInt64(x);
  }
  if (to.itemsize === 4) {
    return to.kind === 'u' ? castToInt64(x) : BigInt(castToInt32(x));
  }
  const isLong = from.itemsize === (from.kind === 'c' ? 32 : 16);
  return BigInt(
    isLong && !(to.kind === 'u' && to.itemsize === 2) ? castToInt16(x) : castToInt32(x),
  );
}

function putFloat(
  from: DType,
  to: DType,
  view: DataView,
  offset: number,
  real: number | bigint,
): void {
  const little = to.byteorder !== '>';
  switch (to.itemsize) {
    case 2:
      // From an integer numpy goes through float32.
      view.setUint16(
        offset,
        numberToFloat16(typeof real === 'bigint' ? roundToFloat32(real) : real),
        little,
      );
      return;
    case 4:
      view.setFloat32(offset, typeof real === 'bigint' ? roundToFloat32(real) : real, little);
      return;
    case 8:
      view.setFloat64(offset, Number(real), little);
      return;
    default:
      if (typeof real === 'bigint' && from.kind !== 'b') {
        writeLongDouble(view, offset, little, real, 1n);
      } else {
        writeLongDoubleFrom(view, offset, little, Number(real));
      }
  }
}

/** Elements of S and U: numbers as Python reads them, checked as Python objects are. */
function castText(value: string | Uint8Array, to: DType, view: DataView, offset: number): void {
  if (to.kind === 'S' || to.kind === 'U') {
    putText(to, view, offset, value);
  } else if (to.kind === 'b') {
    view.setUint8(offset, value.length > 0 ? 1 : 0);
  } else if (to.kind === 'f' && to.itemsize < 16) {
    writeElement(to, view, offset, pythonFloat(value));
  } else {
    if (to.kind === 'M' || to.kind === 'm') {
      asciiBytes(typeof value === 'string' ? value : ''); // numpy reads dates in ASCII only
    }
    packObject(to, view, offset, value);
  }
}

/** Elements of V: their bytes, read as a text where a number is wanted. */
function castVoid(value: PyValue, to: DType, view: DataView, offset: number): void {
  switch (to.kind) {
    case 'b':
      view.setUint8(offset, value instanceof Uint8Array && value.some(byte => byte !== 0) ? 1 : 0);
      return;
    case 'S':
    case 'U':
      throw new PythonError('ValueError', SEQUENCE);
    case 'M':
    case 'm':
      throw notTime(to);
  }
  if (to.kind === 'f' && to.itemsize < 16 && value instanceof Uint8Array) {
    if (parsePythonFloat(textOf(value)) === null) {
      throw new PythonError('ValueError', `${SEQUENCE}.`);
    }
  }
  packObject(to, view, offset, value);
}

function castTime(
  from: DType,
  value: NumpyScalar,
  to: DType,
  view: DataView,
  offset: number,
): void {
  const ticks = value.ticks();
  if (to.kind === from.kind) {
    const convert = from.kind === 'M' ? convertDatetime : convertTimedelta;
    writeElement(to, view, offset, convert(ticks, from, to));
  } else if (to.kind === 'S' || to.kind === 'U') {
    const text = from.kind === 'M' ? isoText(value) : timedeltaText(ticks, from);
    const room = to.kind === 'S' ? to.itemsize : to.itemsize / 4;
    if (from.kind === 'M' && text.length > room) {
      if (to.kind === 'S') {
        putText(to, view, offset, text.slice(0, room - 1)); // numpy tells after the fact
      }
      throw new PythonError(
        'RuntimeError',
        `The string provided for NumPy ISO datetime formatting was too short, with length ${room}`,
      );
    }
    putText(to, view, offset, text);
  } else if (to.kind === 'm' || to.kind === 'M') {
    writeElement(to, view, offset, ticks);
  } else {
    putNumber(from, ticks, to, view, offset);
  }
}

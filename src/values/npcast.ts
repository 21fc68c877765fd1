// One value into one element, as numpy casts on assignment.
//
// numpy has two ways. A Python object is converted as int(), float(), str() would, and an int that
// does not fit is an OverflowError. A numpy element (of an array, or a scalar on its way into anything
// but a signed integer) is cast as C casts: ints wrap, floats are cut.
//
// Source: numpy's user guide, "Data type promotion" and NEP 50; corner cases observed with numpy 2.4.

import { isoText } from './datetime.js';
import { PyDict } from './dict.js';
import type { DType } from './dtype.js';
import { float16ToNumber, numberToFloat16 } from './float16.js';
import { floatRepr } from './format.js';
import { Fraction } from './fraction.js';
import { writeLongDouble, writeLongDoubleFrom } from './longdouble.js';
import { NDArray } from './ndarray.js';
import {
  convertDatetime,
  convertTimedelta,
  isCalendarUnit,
  parseDatetime,
  parseTimedelta,
  timedeltaText,
} from './npdatetime.js';
import {
  castToInt16,
  castToInt32,
  castToInt64,
  castToUint64,
  parsePythonComplex,
  parsePythonFloat,
  parsePythonInt,
  roundToFloat32,
} from './npnumber.js';
import { PythonError } from './pyerror.js';
import { Complex, type PyValue, Tuple } from './python.js';
import { pyRepr } from './repr.js';
import { NumpyScalar, readElement, viewOf, writeElement } from './scalar.js';
import { PySet } from './set.js';
import { typeName } from './typename.js';

const SEQUENCE = 'setting an array element with a sequence';

/**
 * Put `value` into the element of `dtype` at `offset`, as `array[i] = value` does.
 * @throws {PythonError} the element cannot hold it; nothing was written.
 */
export function packElement(dtype: DType, view: DataView, offset: number, value: PyValue): void {
  if (value instanceof NDArray) {
    if (value.shape.length === 0) {
      castElement(value.dtype, viewOf(value.bytes), value.offset, dtype, view, offset);
    } else {
      packArray(dtype, view, offset, value);
    }
    return;
  }
  if (value instanceof NumpyScalar) {
    packScalar(dtype, view, offset, value);
    return;
  }
  packObject(dtype, view, offset, value);
}

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
  if (from.str === to.str && from.fields === to.fields) {
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

// ---- Python objects -----------------------------------------------------------------------------

function packObject(dtype: DType, view: DataView, offset: number, value: PyValue): void {
  switch (dtype.kind) {
    case 'b':
      view.setUint8(offset, isTrue(value) ? 1 : 0);
      return;
    case 'i':
    case 'u':
      writeElement(dtype, view, offset, checkedInt(dtype, pythonInt(value)));
      return;
    case 'f':
      if (dtype.itemsize === 16) {
        packLongDouble(view, offset, dtype.byteorder !== '>', value);
      } else {
        writeElement(dtype, view, offset, pythonFloat(value));
      }
      return;
    case 'c':
      putComplex(dtype, view, offset, pythonComplex(value));
      return;
    case 'S':
    case 'U':
      if (Array.isArray(value) || value instanceof Tuple) {
        throw new PythonError('ValueError', SEQUENCE);
      }
      putText(dtype, view, offset, value instanceof Uint8Array ? value : pyStr(value));
      return;
    case 'V':
      packVoid(dtype, view, offset, value);
      return;
    case 'M':
    case 'm':
      writeElement(dtype, view, offset, pythonTicks(dtype, value));
      return;
    case 'O':
      throw new PythonError(
        'TypeError',
        'an array of objects cannot be changed from another process',
      );
  }
}

function isTrue(value: PyValue): boolean {
  if (Array.isArray(value) || value instanceof Tuple || value instanceof Uint8Array) {
    return value.length > 0;
  }
  if (value instanceof PyDict || value instanceof PySet) {
    return value.size > 0;
  }
  if (value instanceof Fraction) {
    return value.numerator !== 0n;
  }
  if (value instanceof Complex) {
    return value.re !== 0 || value.im !== 0 || Number.isNaN(value.re) || Number.isNaN(value.im);
  }
  // NaN is true, though JavaScript says otherwise.
  return Number.isNaN(value) || Boolean(value);
}

/** `int(value)`. */
function pythonInt(value: PyValue): bigint {
  switch (typeof value) {
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1n : 0n;
    case 'number':
      if (Number.isNaN(value)) {
        throw new PythonError('ValueError', 'cannot convert float NaN to integer');
      }
      if (!Number.isFinite(value)) {
        throw new PythonError('OverflowError', 'cannot convert float infinity to integer');
      }
      return BigInt(Math.trunc(value));
  }
  if (value instanceof Fraction) {
    return value.numerator / value.denominator;
  }
  if (typeof value === 'string' || value instanceof Uint8Array) {
    const int = parsePythonInt(textOf(value));
    if (int === null) {
      throw new PythonError(
        'ValueError',
        `invalid literal for int() with base 10: ${pyRepr(value)}`,
      );
    }
    return int;
  }
  throw new PythonError(
    'TypeError',
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
  );
}

/** `int` if the integer type of `dtype` holds it. @throws {PythonError} OverflowError. */
function checkedInt(dtype: DType, int: bigint): bigint {
  const bits = 8 * dtype.itemsize;
  const fits = dtype.kind === 'i' ? BigInt.asIntN(bits, int) : BigInt.asUintN(bits, int);
  if (fits === int) {
    return int;
  }
  const beyondC =
    dtype.kind === 'u' && bits === 64 ? int >> 64n > 0n : BigInt.asIntN(64, int) !== int;
  throw new PythonError(
    'OverflowError',
    beyondC
      ? 'Python int too large to convert to C long'
      : `Python integer ${int} out of bounds for ${dtype.scalarName}`,
  );
}

/** `float(value)`, None as NaN. */
function pythonFloat(value: PyValue): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'bigint': {
      const float = Number(value);
      if (!Number.isFinite(float)) {
        throw new PythonError('OverflowError', 'int too large to convert to float');
      }
      return float;
    }
  }
  if (value === null) {
    return Number.NaN;
  }
  if (value instanceof Fraction) {
    const float = value.toNumber();
    if (!Number.isFinite(float)) {
      throw new PythonError('OverflowError', 'integer division result too large for a float');
    }
    return float;
  }
  if (typeof value === 'string' || value instanceof Uint8Array) {
    const float = parsePythonFloat(textOf(value));
    if (float === null) {
      throw new PythonError('ValueError', `could not convert string to float: ${pyRepr(value)}`);
    }
    return float;
  }
  if (Array.isArray(value) || value instanceof Tuple) {
    throw new PythonError('ValueError', `${SEQUENCE}.`);
  }
  throw notReal(value);
}

/** `complex(value)`, None as NaN in both parts. */
function pythonComplex(value: PyValue): Complex {
  if (value instanceof Complex) {
    return value;
  }
  if (value === null) {
    return new Complex(Number.NaN, Number.NaN);
  }
  if (typeof value === 'string' || value instanceof Uint8Array) {
    const parts = parsePythonComplex(textOf(value));
    if (parts === null) {
      throw new PythonError('ValueError', 'complex() arg is a malformed string');
    }
    return new Complex(...parts);
  }
  if (isNumber(value)) {
    return new Complex(pythonFloat(value), 0);
  }
  throw new PythonError('TypeError', `must be real number, not ${typeName(value)}`);
}

function packLongDouble(view: DataView, offset: number, little: boolean, value: PyValue): void {
  if (typeof value === 'bigint') {
    writeLongDouble(view, offset, little, value, 1n);
  } else if (typeof value === 'string' || value instanceof Uint8Array) {
    // Unlike float(), numpy's reader of long doubles takes neither blanks nor underscores.
    const text = textOf(value);
    const float = /[\s_]/.test(text) ? null : parsePythonFloat(text);
    if (float === null) {
      throw new PythonError('ValueError', `invalid literal for long double: ${text}`);
    }
    const ratio = Number.isFinite(float) || /\d/.test(text) ? decimalRatio(text) : null;
    if (ratio === null) {
      writeLongDoubleFrom(view, offset, little, float);
    } else {
      writeLongDouble(view, offset, little, ratio.numerator, ratio.denominator);
    }
  } else if (Array.isArray(value) || value instanceof Tuple) {
    throw notReal(value);
  } else {
    writeLongDoubleFrom(view, offset, little, pythonFloat(value));
  }
}

/** The exact value of a decimal text, or null where it lies outside what a long double holds anyway. */
function decimalRatio(text: string): Fraction | null {
  const [, sign, whole, part = '', power = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined || Math.abs(Number(power)) > 5000) {
    return null;
  }
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${part}`);
  const exponent = Number(power) - part.length;
  return digits === 0n
    ? null
    : exponent >= 0
      ? new Fraction(digits * 10n ** BigInt(exponent))
      : new Fraction(digits, 10n ** BigInt(-exponent));
}

function packVoid(dtype: DType, view: DataView, offset: number, value: PyValue): void {
  if (dtype.fields !== null && value instanceof Tuple) {
    if (value.length !== dtype.fields.length) {
      throw new PythonError(
        'ValueError',
        `could not assign tuple of length ${value.length} to structure with ${dtype.fields.length} fields.`,
      );
    }
    dtype.fields.forEach((field, i) => {
      packElement(field.dtype, view, offset + field.offset, value.items[i]!);
    });
    return;
  }
  if (!(value instanceof Uint8Array)) {
    throw new PythonError('TypeError', `a bytes-like object is required, not '${typeName(value)}'`);
  }
  writeElement(dtype, view, offset, value);
}

function pythonTicks(dtype: DType, value: PyValue): bigint {
  if (value === null) {
    return -(1n << 63n);
  }
  if (typeof value === 'string' || value instanceof Uint8Array) {
    const text = textOf(value);
    return dtype.kind === 'M' ? parseDatetime(text, dtype) : parseTimedelta(text);
  }
  if (typeof value === 'bigint' || typeof value === 'boolean') {
    if (dtype.kind === 'M' && dtype.unit === '') {
      throw new PythonError(
        'ValueError',
        'Converting an integer to a NumPy datetime requires a specified unit',
      );
    }
    const int = BigInt(value);
    if (BigInt.asIntN(64, int) !== int) {
      throw new PythonError('OverflowError', 'int too big to convert');
    }
    return int;
  }
  throw notTime(dtype);
}

// ---- numpy's arrays and scalars as one element ------------------------------------------------------

/** An array with axes where one element is wanted: almost always an error. */
function packArray(dtype: DType, view: DataView, offset: number, value: NDArray): void {
  switch (dtype.kind) {
    case 'b':
      if (value.size !== 1) {
        throw new PythonError('ValueError', `${SEQUENCE}.`);
      }
      packElement(dtype, view, offset, scalarOf(value, 0));
      return;
    case 'V':
      packVoid(dtype, view, offset, value.toBytes().subarray(0, dtype.itemsize));
      return;
    case 'M':
    case 'm':
      throw notTime(dtype);
    case 'c':
      throw new PythonError(
        'TypeError',
        'only 0-dimensional arrays can be converted to Python scalars',
      );
    case 'f':
      if (dtype.itemsize === 16) {
        throw new PythonError(
          'TypeError',
          'only 0-dimensional arrays can be converted to Python scalars',
        );
      }
  }
  throw new PythonError(
    'ValueError',
    dtype.kind === 'S' || dtype.kind === 'U' ? SEQUENCE : `${SEQUENCE}.`,
  );
}

function scalarOf(array: NDArray, index: number): NumpyScalar {
  const flat = new NDArray(array.dtype, [array.size], array.toBytes());
  const start = index * array.dtype.itemsize;
  return new NumpyScalar(array.dtype, flat.bytes.slice(start, start + array.dtype.itemsize));
}

function packScalar(dtype: DType, view: DataView, offset: number, value: NumpyScalar): void {
  const { kind } = value.dtype;
  if (dtype.kind === 'i') {
    writeElement(dtype, view, offset, checkedInt(dtype, intOfScalar(value)));
  } else if (dtype.kind === kind && (kind === 'm' || kind === 'M')) {
    if (!isSameKindOfTime(value.dtype, dtype) && value.ticks() !== -(1n << 63n)) {
      throw new PythonError(
        'TypeError',
        `Cannot cast NumPy timedelta64 scalar from metadata [${value.dtype.unit}] to ` +
          `${dtype.unit === '' ? '' : `[${dtype.unit}]`} according to the rule 'same_kind'`,
      );
    }
    castElement(value.dtype, viewOf(value.bytes), 0, dtype, view, offset);
  } else if ((dtype.kind === 'S' || dtype.kind === 'U') && kind === 'M') {
    putText(dtype, view, offset, isoText(value));
  } else if ((dtype.kind === 'm' || dtype.kind === 'M') && (kind === 'S' || kind === 'U')) {
    packObject(dtype, view, offset, value.item());
  } else {
    castElement(value.dtype, viewOf(value.bytes), 0, dtype, view, offset);
  }
}

function isSameKindOfTime(from: DType, to: DType): boolean {
  if (from.unit === '' || from.unit === to.unit) {
    return true;
  }
  return to.unit !== '' && (to.kind === 'M' || isCalendarUnit(from) === isCalendarUnit(to));
}

/** `int(np.generic)`: what its Python value gives, real parts of complex numbers among them. */
function intOfScalar(value: NumpyScalar): bigint {
  const item = value.item();
  if (item instanceof Complex) {
    return pythonInt(item.re);
  }
  if (item instanceof NumpyScalar) {
    const stranger = pythonClassOfTime(item);
    if (stranger !== null) {
      throw new PythonError(
        'TypeError',
        `int() argument must be a string, a bytes-like object or a real number, not '${stranger}'`,
      );
    }
    return item.ticks();
  }
  return pythonInt(item);
}

/** The class of the Python object that a datetime scalar turns into; null where that is an int. */
function pythonClassOfTime(value: NumpyScalar): string | null {
  if (value.ticks() === -(1n << 63n)) {
    return 'NoneType';
  }
  const unit = value.dtype.unit.replace(/^\d+/, '');
  const isDate = value.dtype.kind === 'M';
  if (/^(ns|ps|fs|as|)$/.test(unit) || (!isDate && /^[YM]$/.test(unit))) {
    return null;
  }
  return isDate
    ? /^[YMWD]$/.test(unit)
      ? 'datetime.date'
      : 'datetime.datetime'
    : 'datetime.timedelta';
}

// ---- Casts between elements ------------------------------------------------------------------------

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

function putComplex(to: DType, view: DataView, offset: number, value: Complex): void {
  if (to.itemsize < 32) {
    writeElement(to, view, offset, value);
    return;
  }
  const little = to.byteorder !== '>';
  writeLongDoubleFrom(view, offset, little, value.re);
  writeLongDoubleFrom(view, offset + 16, little, value.im);
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

/** A text or bytes into S (ASCII) or U, cut or padded. @throws {PythonError} a character the other has not. */
function putText(to: DType, view: DataView, offset: number, value: string | Uint8Array): void {
  if (to.kind === 'S') {
    writeElement(to, view, offset, typeof value === 'string' ? asciiBytes(value) : value);
  } else {
    writeElement(to, view, offset, typeof value === 'string' ? value : asciiText(value));
  }
}

function asciiBytes(text: string): Uint8Array {
  const points = Array.from(text, char => char.codePointAt(0)!);
  const at = points.findIndex(point => point > 0x7f);
  if (at >= 0) {
    const char = pyRepr(text[0] === undefined ? '' : String.fromCodePoint(points[at]!)).slice(
      1,
      -1,
    );
    const point = points[at]!;
    const shown = point < 0x100 ? `\\x${point.toString(16)}` : char;
    throw new PythonError(
      'UnicodeEncodeError',
      `'ascii' codec can't encode character '${shown}' in position ${at}: ordinal not in range(128)`,
    );
  }
  return Uint8Array.from(points);
}

function asciiText(bytes: Uint8Array): string {
  const at = bytes.findIndex(byte => byte > 0x7f);
  if (at >= 0) {
    throw new PythonError(
      'UnicodeDecodeError',
      `'ascii' codec can't decode byte 0x${bytes[at]!.toString(16)} in position ${at}: ordinal not in range(128)`,
    );
  }
  return textOf(bytes);
}

/** `str(value)`: a text itself, a Fraction as `7/2`, anything else its repr. */
function pyStr(value: PyValue): string {
  if (typeof value === 'string') {
    return value;
  }
  if (value instanceof Fraction) {
    const { numerator, denominator } = value;
    return denominator === 1n ? String(numerator) : `${numerator}/${denominator}`;
  }
  return pyRepr(value);
}

/** `str(np.generic)`: numpy writes an exponent from 1e3 (float16), 1e6 (float32), 1e16 on. */
function numberText(dtype: DType, value: PyValue): string {
  const half = dtype.kind === 'c' ? dtype.itemsize / 2 : dtype.itemsize;
  if (typeof value === 'number') {
    return shortFloat(value, half);
  }
  if (value instanceof Complex) {
    const part = (x: number) => shortFloat(x, half).replace(/\.0$/, '');
    const im = part(value.im);
    return Object.is(value.re, 0)
      ? `${im}j`
      : `(${part(value.re)}${im.startsWith('-') ? '' : '+'}${im}j)`;
  }
  return pyStr(value);
}

function shortFloat(x: number, itemsize: number): string {
  const [digits, round, limit] =
    itemsize === 2
      ? [5, (y: number) => float16ToNumber(numberToFloat16(y)), 1e3]
      : itemsize === 4
        ? [9, Math.fround, 1e6]
        : [17, (y: number) => y, 1e16];
  if (!Number.isFinite(x) || x === 0 || itemsize >= 8) {
    return floatRepr(x);
  }
  let short = x;
  for (let precision = 1; precision <= digits; precision++) {
    short = Number(x.toPrecision(precision));
    if (round(short) === x) {
      break;
    }
  }
  const magnitude = Math.abs(x);
  if (magnitude >= 1e-4 && magnitude < limit) {
    return floatRepr(short);
  }
  return short.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

function isNumber(value: PyValue): value is number | bigint | boolean | Fraction {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    value instanceof Fraction
  );
}

function textOf(value: string | Uint8Array): string {
  if (typeof value === 'string') {
    return value;
  }
  let text = '';
  for (const byte of value) {
    text += String.fromCharCode(byte);
  }
  return text;
}

function notReal(value: PyValue): PythonError {
  return new PythonError(
    'TypeError',
    `float() argument must be a string or a real number, not '${typeName(value)}'`,
  );
}

function notTime(dtype: DType): PythonError {
  const name = dtype.kind === 'M' ? 'datetime' : 'timedelta';
  return new PythonError('ValueError', `Could not convert object to NumPy ${name}`);
}

// Anything into one element: `array[i] = value`.
//
// A numpy scalar on its way into a signed integer is converted as a Python object, and checked; into
// anything else it is cast, and wraps: np.int16(300) is refused by int8 and becomes 44 in uint8.
//
// Source: observed with numpy 2.4.

import { isoText } from './datetime.js';
import type { DType } from './dtype.js';
import { NDArray } from './ndarray.js';
import { castElement } from './npcast.js';
import { checkedInt, notTime, pythonInt, SEQUENCE } from './npconvert.js';
import { isCalendarUnit } from './npdatetime.js';
import { packObject, packVoid } from './npobject.js';
import { putText } from './nptext.js';
import { PythonError } from './pyerror.js';
import { Complex, type PyValue, Tuple } from './python.js';
import { NAT, NumpyScalar, viewOf, writeElement } from './scalar.js';

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
  if (dtype.fields !== null && value instanceof Tuple) {
    packRecord(dtype, view, offset, value);
    return;
  }
  packObject(dtype, view, offset, value);
}

/** A tuple into a record, field by field. */
function packRecord(dtype: DType, view: DataView, offset: number, value: Tuple): void {
  const fields = dtype.fields ?? [];
  if (value.length !== fields.length) {
    throw new PythonError(
      'ValueError',
      `could not assign tuple of length ${value.length} to structure with ${fields.length} fields.`,
    );
  }
  fields.forEach((field, i) => {
    packElement(field.dtype, view, offset + field.offset, value.items[i]!);
  });
}

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
    if (!isSameKindOfTime(value.dtype, dtype) && value.ticks() !== NAT) {
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
  if (value.ticks() === NAT) {
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

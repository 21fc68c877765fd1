// A Python object into one element: `array[i] = 5`.
//
// It is converted as int(), float() or str() would; an int that does not fit is an OverflowError.
//
// Source: NEP 50; corner cases observed with numpy 2.4.

import type { DType } from './dtype.js';
import { Fraction } from './fraction.js';
import { writeLongDouble, writeLongDoubleFrom } from './longdouble.js';
import {
  checkedInt,
  isTrue,
  notReal,
  pythonComplex,
  pythonFloat,
  pythonInt,
  pythonTicks,
  SEQUENCE,
  textOf,
} from './npconvert.js';
import { parsePythonFloat } from './npnumber.js';
import { putText, pyStr } from './nptext.js';
import { PythonError } from './pyerror.js';
import { type Complex, type PyValue, Tuple } from './python.js';
import { writeElement } from './scalar.js';
import { typeName } from './typename.js';

/** Convert and write. @throws {PythonError} the element cannot hold it; nothing was written. */
export function packObject(dtype: DType, view: DataView, offset: number, value: PyValue): void {
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

/** A complex number of two floats; long doubles hold them exactly. */
export function putComplex(to: DType, view: DataView, offset: number, value: Complex): void {
  if (to.itemsize < 32) {
    writeElement(to, view, offset, value);
    return;
  }
  const little = to.byteorder !== '>';
  writeLongDoubleFrom(view, offset, little, value.re);
  writeLongDoubleFrom(view, offset + 16, little, value.im);
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

/** Bytes into a void element. */
export function packVoid(dtype: DType, view: DataView, offset: number, value: PyValue): void {
  if (!(value instanceof Uint8Array)) {
    throw new PythonError('TypeError', `a bytes-like object is required, not '${typeName(value)}'`);
  }
  writeElement(dtype, view, offset, value);
}

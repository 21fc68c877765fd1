// Elements of S and U: what they take, and how numpy writes a number into them.
//
// Source: numpy's reference, "Data type objects"; texts of scalars observed with numpy 2.4.

import type { DType } from './dtype.js';
import { float16ToNumber, numberToFloat16 } from './float16.js';
import { floatRepr } from './format.js';
import { Fraction } from './fraction.js';
import { textOf } from './npconvert.js';
import { PythonError } from './pyerror.js';
import { Complex, type PyValue } from './python.js';
import { pyRepr } from './repr.js';
import { writeElement } from './scalar.js';

/** A text or bytes into S (ASCII) or U, cut or padded. @throws {PythonError} a character the other has not. */
export function putText(
  to: DType,
  view: DataView,
  offset: number,
  value: string | Uint8Array,
): void {
  if (to.kind === 'S') {
    writeElement(to, view, offset, typeof value === 'string' ? asciiBytes(value) : value);
  } else {
    writeElement(to, view, offset, typeof value === 'string' ? value : asciiText(value));
  }
}

/** The bytes of an ASCII text. @throws {PythonError} UnicodeEncodeError. */
export function asciiBytes(text: string): Uint8Array {
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
export function pyStr(value: PyValue): string {
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
export function numberText(dtype: DType, value: PyValue): string {
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

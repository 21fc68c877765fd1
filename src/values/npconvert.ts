// Python objects as numbers and ticks: int(), float(), complex(), bool().
//
// What an array takes from a Python object goes through these; their exceptions are Python's.
//
// Source: the Python library reference, "Built-in Functions"; messages of CPython 3.11, numpy 2.4.

import { PyDict } from './dict.js';
import type { DType } from './dtype.js';
import { Fraction } from './fraction.js';
import { parseDatetime, parseTimedelta } from './npdatetime.js';
import { parsePythonComplex, parsePythonFloat, parsePythonInt } from './npnumber.js';
import { PythonError } from './pyerror.js';
import { Complex, type PyValue, Tuple } from './python.js';
import { pyRepr } from './repr.js';
import { NAT } from './scalar.js';
import { PySet } from './set.js';
import { typeName } from './typename.js';

/** What numpy says of a list where one element is wanted. */
export const SEQUENCE = 'setting an array element with a sequence';

export function isTrue(value: PyValue): boolean {
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
export function pythonInt(value: PyValue): bigint {
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
export function checkedInt(dtype: DType, int: bigint): bigint {
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
export function pythonFloat(value: PyValue): number {
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
export function pythonComplex(value: PyValue): Complex {
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

/** The ticks of a datetime64 or timedelta64. None is NaT. */
export function pythonTicks(dtype: DType, value: PyValue): bigint {
  if (value === null) {
    return NAT;
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

function isNumber(value: PyValue): value is number | bigint | boolean | Fraction {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    value instanceof Fraction
  );
}

/** A text, or bytes read as Latin-1, which holds the ASCII that numbers are written in. */
export function textOf(value: string | Uint8Array): string {
  if (typeof value === 'string') {
    return value;
  }
  let text = '';
  for (const byte of value) {
    text += String.fromCharCode(byte);
  }
  return text;
}

/** `float()` of something that is no number. */
export function notReal(value: PyValue): PythonError {
  return new PythonError(
    'TypeError',
    `float() argument must be a string or a real number, not '${typeName(value)}'`,
  );
}

/** numpy, of what is neither a number nor a date. */
export function notTime(dtype: DType): PythonError {
  const name = dtype.kind === 'M' ? 'datetime' : 'timedelta';
  return new PythonError('ValueError', `Could not convert object to NumPy ${name}`);
}

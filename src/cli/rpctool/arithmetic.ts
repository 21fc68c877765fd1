// Python's arithmetic on bool, int, float and complex.
//
// An int is a bigint and stays exact; `/` of ints is rounded once; `//` and `%` follow the sign of the
// divisor; a float that overflows in `**` is an error and elsewhere an infinity, as in Python.
//
// Source: the Python language reference, "Arithmetic conversions", "Binary arithmetic operations";
// CPython 3.11 as observed.

import {
  Complex,
  Fraction,
  LimitError,
  PythonError,
  type PyValue,
  typeName,
} from '../../values/index.js';
import { type BinaryOperator, EXPRESSION_LIMITS } from './expression.js';
import { floatDivide, floorDivide } from './floors.js';
import { operateScalars, signScalar } from './npscalars.js';
import { realPower } from './power.js';

type Real = bigint | number;

/** `left operator right`. @throws {PythonError} as Python would. {LimitError} an int too long. */
export function operate(operator: BinaryOperator, left: PyValue, right: PyValue): PyValue {
  const scalar = operateScalars(operator, left, right);
  if (scalar !== null) {
    return scalar;
  }
  const a = numberOf(left);
  const b = numberOf(right);
  if (a === null || b === null) {
    const types = `'${typeName(left)}' and '${typeName(right)}'`;
    throw new PythonError(
      'TypeError',
      `${operator} of ${types} is not done here: arithmetic is for int, float and complex`,
    );
  }
  if (a instanceof Complex || b instanceof Complex) {
    return complexOperate(operator, complexOf(a), complexOf(b));
  }
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    return intOperate(operator, a, b);
  }
  return floatOperate(operator, floatOf(a), floatOf(b));
}

/** `+value` or `-value`. @throws {PythonError} not a number. */
export function applySign(sign: '+' | '-', value: PyValue): PyValue {
  const scalar = signScalar(sign, value);
  if (scalar !== null) {
    return scalar;
  }
  const number = numberOf(value);
  if (number === null) {
    throw new PythonError('TypeError', `bad operand type for unary ${sign}: '${typeName(value)}'`);
  }
  if (sign === '+') {
    return number;
  }
  return number instanceof Complex ? new Complex(-number.re, -number.im) : -number;
}

function numberOf(value: PyValue): Real | Complex | null {
  switch (typeof value) {
    case 'boolean':
      return value ? 1n : 0n;
    case 'number':
    case 'bigint':
      return value;
    default:
      return value instanceof Complex ? value : null;
  }
}

function floatOf(value: Real): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float)) {
    throw new PythonError('OverflowError', 'int too large to convert to float');
  }
  return float;
}

function complexOf(value: Real | Complex): Complex {
  return value instanceof Complex ? value : new Complex(floatOf(value), 0);
}

function byZero(message: string): PythonError {
  return new PythonError('ZeroDivisionError', message);
}

// ---- int ----------------------------------------------------------------------------------------

/** Bits of an int that certainly has no more digits than allowed, and that certainly has. */
const SAFE_BITS = Math.floor((EXPRESSION_LIMITS.intDigits - 1) * Math.log2(10));
const EXCESS_BITS = Math.ceil((EXPRESSION_LIMITS.intDigits + 1) * Math.log2(10));

/** `int`, where it is not too long. @throws {LimitError} */
export function boundedInt(int: bigint): bigint {
  const bits = bitLength(int);
  if (bits > SAFE_BITS) {
    const digits =
      bits > EXCESS_BITS ? Math.ceil(bits / Math.log2(10)) : String(int < 0n ? -int : int).length;
    if (digits > EXPRESSION_LIMITS.intDigits) {
      throw tooLong(digits);
    }
  }
  return int;
}

function bitLength(int: bigint): number {
  return (int < 0n ? -int : int).toString(16).length * 4;
}

function tooLong(digits: number): LimitError {
  const { intDigits } = EXPRESSION_LIMITS;
  return new LimitError(`an int of about ${digits} digits, intDigits allows ${intDigits}`, {
    limit: 'intDigits',
    value: digits,
    maximum: intDigits,
    unit: 'digits',
  });
}

function intOperate(operator: BinaryOperator, a: bigint, b: bigint): PyValue {
  switch (operator) {
    case '+':
      return boundedInt(a + b);
    case '-':
      return boundedInt(a - b);
    case '*':
      return boundedInt(a * b);
    case '/':
      return trueQuotient(a, b);
    case '//':
      return floorDivide(a, notZero(b, 'integer division or modulo by zero'))[0];
    case '%':
      return floorDivide(a, notZero(b, 'integer modulo by zero'))[1];
    case '**':
      return b < 0n ? floatPower(floatOf(a), floatOf(b)) : intPower(a, b);
  }
}

function trueQuotient(a: bigint, b: bigint): number {
  if (b === 0n) {
    throw byZero('division by zero');
  }
  if (a === 0n) {
    return b < 0n ? -0 : 0;
  }
  const quotient = new Fraction(a, b).toNumber();
  if (!Number.isFinite(quotient)) {
    throw new PythonError('OverflowError', 'integer division result too large for a float');
  }
  return quotient;
}

/** @throws {PythonError} ZeroDivisionError. */
function notZero<T extends Real>(divisor: T, fault: string): T {
  if (divisor === 0n || divisor === 0) {
    throw byZero(fault);
  }
  return divisor;
}

function intPower(base: bigint, exponent: bigint): bigint {
  const size = base < 0n ? -base : base;
  if (size > 1n) {
    // Known to be too long before it is made.
    const bits =
      Math.log2(Number.parseInt(size.toString(16).slice(0, 12), 16)) +
      4 * Math.max(0, size.toString(16).length - 12);
    const result = bits * Number(exponent);
    if (result > EXCESS_BITS) {
      throw tooLong(Math.ceil(result / Math.log2(10)));
    }
  }
  return boundedInt(base ** exponent);
}

// ---- float --------------------------------------------------------------------------------------

function floatOperate(operator: BinaryOperator, a: number, b: number): PyValue {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / notZero(b, 'float division by zero');
    case '//':
      return floatDivide(a, notZero(b, 'float floor division by zero'))[0];
    case '%':
      return floatDivide(a, notZero(b, 'float modulo'))[1];
    case '**':
      return floatPower(a, b);
  }
}

function floatPower(a: number, b: number): number | Complex {
  if (b === 0 || a === 1) {
    return 1;
  }
  if (a === 0 && b < 0) {
    throw byZero('0.0 cannot be raised to a negative power');
  }
  if (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) {
    return 1;
  }
  if (a < 0 && Number.isFinite(a) && Number.isFinite(b) && !Number.isInteger(b)) {
    return complexPower(new Complex(a, 0), new Complex(b, 0));
  }
  const power = realPower(a, b);
  if (!Number.isFinite(power) && Number.isFinite(a) && Number.isFinite(b)) {
    throw new PythonError('OverflowError', "(34, 'Numerical result out of range')");
  }
  return power;
}

// ---- complex ------------------------------------------------------------------------------------

const ONE = new Complex(1, 0);
/** Whole powers up to here are made by multiplying. */
const MULTIPLIED = 100;

function complexOperate(operator: BinaryOperator, a: Complex, b: Complex): Complex {
  switch (operator) {
    case '+':
      return new Complex(a.re + b.re, a.im + b.im);
    case '-':
      return new Complex(a.re - b.re, a.im - b.im);
    case '*':
      return multiply(a, b);
    case '/':
      return divide(a, b);
    case '**':
      return complexPower(a, b);
    default:
      throw new PythonError('TypeError', `can't do ${operator} with a complex number`);
  }
}

function multiply(a: Complex, b: Complex): Complex {
  return new Complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
}

/** Scaled by the larger part of the divisor, so that no square overflows. */
function divide(a: Complex, b: Complex): Complex {
  const re = Math.abs(b.re);
  const im = Math.abs(b.im);
  if (re === 0 && im === 0) {
    throw byZero('complex division by zero');
  }
  if (re >= im) {
    const ratio = b.im / b.re;
    const scale = b.re + b.im * ratio;
    return new Complex((a.re + a.im * ratio) / scale, (a.im - a.re * ratio) / scale);
  }
  if (im >= re) {
    const ratio = b.re / b.im;
    const scale = b.re * ratio + b.im;
    return new Complex((a.re * ratio + a.im) / scale, (a.im * ratio - a.re) / scale);
  }
  return new Complex(Number.NaN, Number.NaN); // one part of the divisor is no number
}

function complexPower(a: Complex, b: Complex): Complex {
  const power =
    b.im === 0 && Number.isInteger(b.re) && Math.abs(b.re) <= MULTIPLIED
      ? wholePower(a, b.re)
      : polarPower(a, b);
  const parts = [a.re, a.im, b.re, b.im];
  if (!(Number.isFinite(power.re) && Number.isFinite(power.im)) && parts.every(Number.isFinite)) {
    throw new PythonError('OverflowError', 'complex exponentiation');
  }
  return power;
}

function wholePower(a: Complex, exponent: number): Complex {
  if (exponent < 0) {
    return divide(ONE, wholePower(a, -exponent));
  }
  let power = ONE;
  let square = a;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      power = multiply(power, square);
    }
    square = multiply(square, square);
  }
  return power;
}

function polarPower(a: Complex, b: Complex): Complex {
  if (b.re === 0 && b.im === 0) {
    return ONE;
  }
  if (a.re === 0 && a.im === 0) {
    if (b.im !== 0 || b.re < 0) {
      throw byZero('0.0 to a negative or complex power');
    }
    return new Complex(0, 0);
  }
  const size = Math.hypot(a.re, a.im);
  const angle = Math.atan2(a.im, a.re);
  let length = realPower(size, b.re);
  let phase = angle * b.re;
  if (b.im !== 0) {
    length *= Math.exp(-angle * b.im);
    phase += b.im * Math.log(size);
  }
  return new Complex(length * Math.cos(phase), length * Math.sin(phase));
}

// Arithmetic on numpy's integers and floats.
//
// Both operands become the result's dtype first. A Python number is weak: an int takes the dtype of
// the other, a float makes an integer a float64. Integers wrap, and a division by zero is 0, an
// infinity or no number: numpy warns of it, and goes on.
//
// Source: numpy's reference, "Array scalars", "Data type promotion" (NEP 50); numpy 2.4 as observed.

import {
  type DType,
  NDArray,
  NumpyScalar,
  PythonError,
  type PyValue,
  setArrayItem,
  Tuple,
} from '../../values/index.js';
import type { BinaryOperator } from './expression.js';
import { floatDivide, floorDivide } from './floors.js';

import { realPower } from './power.js';
import { FLOAT64, promoted } from './promotion.js';

/** The result where one operand at least is such a scalar and the other a real number; else null. */
export function operateScalars(
  operator: BinaryOperator,
  left: PyValue,
  right: PyValue,
): NumpyScalar | null {
  const common = commonDtype(left, right);
  if (common === null) {
    return null;
  }
  const dtype = operator === '/' && common.kind !== 'f' ? FLOAT64 : common;
  const a = cast(dtype, left).item();
  const b = cast(dtype, right).item();
  return typeof a === 'bigint' && typeof b === 'bigint'
    ? wrapped(dtype, intOperate(operator, a, b, dtype))
    : cast(dtype, floatOperate(operator, Number(a), Number(b)));
}

/** `+value` or `-value` of such a scalar; else null. */
export function signScalar(sign: '+' | '-', value: PyValue): NumpyScalar | null {
  if (!isReal(value)) {
    return null;
  }
  const { dtype } = value;
  const number = value.item() as number | bigint;
  const signed = sign === '-' ? -number : number;
  return typeof signed === 'bigint' ? wrapped(dtype, signed) : cast(dtype, signed);
}

function isReal(value: PyValue): value is NumpyScalar {
  return value instanceof NumpyScalar && 'iuf'.includes(value.dtype.kind);
}

function commonDtype(left: PyValue, right: PyValue): DType | null {
  if (isReal(left)) {
    return isReal(right) ? promoted(left.dtype, right.dtype) : withWeak(left.dtype, right);
  }
  return isReal(right) ? withWeak(right.dtype, left) : null;
}

function withWeak(dtype: DType, other: PyValue): DType | null {
  switch (typeof other) {
    case 'bigint':
    case 'boolean':
      return dtype;
    case 'number':
      return dtype.kind === 'f' ? dtype : FLOAT64;
    default:
      return null;
  }
}

/** @throws {PythonError} an int that `dtype` does not hold. */
function cast(dtype: DType, value: PyValue): NumpyScalar {
  const one = new NDArray(dtype, []);
  setArrayItem(one, new Tuple([]), value);
  return new NumpyScalar(dtype, one.toBytes());
}

function wrapped(dtype: DType, int: bigint): NumpyScalar {
  return cast(dtype, wrap(dtype, int));
}

function wrap({ kind, itemsize }: DType, int: bigint): bigint {
  return kind === 'i' ? BigInt.asIntN(8 * itemsize, int) : BigInt.asUintN(8 * itemsize, int);
}

function intOperate(operator: BinaryOperator, a: bigint, b: bigint, dtype: DType): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '//':
      return b === 0n ? 0n : floorDivide(a, b)[0];
    case '%':
      return b === 0n ? 0n : floorDivide(a, b)[1];
    case '**':
      return intPower(a, b, dtype);
    case '/':
      throw new Error('the quotient of integers is a float');
  }
}

/** Wrapped at each step: no power grows. */
function intPower(base: bigint, exponent: bigint, dtype: DType): bigint {
  if (exponent < 0n) {
    throw new PythonError('ValueError', 'Integers to negative integer powers are not allowed.');
  }
  let power = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    power = rest % 2n === 1n ? wrap(dtype, power * square) : power;
    square = wrap(dtype, square * square);
  }
  return power;
}

function floatOperate(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return b === 0 ? a / b : floatDivide(a, b)[0];
    case '%':
      return b === 0 ? Number.NaN : floatDivide(a, b)[1];
    case '**':
      return b === 0 || a === 1 ? 1 : realPower(a, b);
  }
}

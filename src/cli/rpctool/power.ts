// `x ** y` of floats, rounded once.
//
// JavaScript's own power is up to two units in the last place off, and C's, which Python calls, is
// hardly ever. A whole power that is small is made of exact integers; any other is 2 to the power of
// y log2(x), in integers that are scaled by 2**192.

import { Fraction } from '../../values/index.js';

/** Whole powers up to here are made of exact integers. */
const EXACT_POWER = 128;

/** `a ** b`. Where JavaScript says that it is zero, infinite or no number, so it is. */
export function realPower(a: number, b: number): number {
  const near = a ** b;
  if (near === 0 || !Number.isFinite(near) || b === 0 || Math.abs(a) === 1) {
    return near;
  }
  if (Number.isInteger(b) && Math.abs(b) <= EXACT_POWER) {
    return wholePower(a, b);
  }
  const size = scaledPower(Math.abs(a), b);
  return near < 0 ? -size : size;
}

function wholePower(a: number, b: number): number {
  const size = Math.abs(b);
  const { numerator, denominator } = Fraction.fromFloat(a);
  const above = numerator ** BigInt(size);
  const below = denominator ** BigInt(size);
  return b > 0 ? new Fraction(above, below).toNumber() : new Fraction(below, above).toNumber();
}

// ---- Scaled integers ----------------------------------------------------------------------------

/** Enough for the largest exponent whose power is a float: 66 bits of it, and 53 of the result. */
const BITS = 192n;
const ONE = 1n << BITS;
const LN2 = logarithm(2n * ONE);

/** @param a - above 0, not 1; the power is a float that is neither 0 nor infinite. */
function scaledPower(a: number, b: number): number {
  const { numerator, denominator } = Fraction.fromFloat(a);
  const twos = bitLength(numerator) - bitLength(denominator);
  const mantissa = shifted(numerator << BITS, -twos) / denominator; // from 0.5 to 2
  const log = logarithm(mantissa) + BigInt(twos) * LN2;
  const exponent = Fraction.fromFloat(b);
  const product = (log * exponent.numerator) / exponent.denominator;
  const shift = product / LN2;
  const power = exponential(product - shift * LN2);
  return new Fraction(
    shifted(power, Math.max(0, Number(shift))),
    ONE << (shift < 0n ? -shift : 0n),
  ).toNumber();
}

/** ln x = 2 (s + s³/3 + s⁵/5 + …), where s = (x - 1) / (x + 1). @param x - from 0.5 to 2. */
function logarithm(x: bigint): bigint {
  const s = ((x - ONE) << BITS) / (x + ONE);
  const square = (s * s) >> BITS;
  let sum = 0n;
  let term = s;
  for (let odd = 1n; term !== 0n && term !== -1n; odd += 2n) {
    sum += term / odd;
    term = (term * square) >> BITS;
  }
  return 2n * sum;
}

/** @param x - from -ln 2 to ln 2. */
function exponential(x: bigint): bigint {
  let sum = 0n;
  let term = ONE;
  for (let count = 1n; term !== 0n && term !== -1n; count += 1n) {
    sum += term;
    term = ((term * x) >> BITS) / count;
  }
  return sum;
}

/** @param by - to the left; to the right where negative. */
function shifted(value: bigint, by: number): bigint {
  return by < 0 ? value >> BigInt(-by) : value << BigInt(by);
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}

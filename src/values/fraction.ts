// Rational numbers, reduced, with a positive denominator.

/** Python's `fractions.Fraction`. */
export class Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;

  /** @throws {RangeError} denominator 0. */
  constructor(numerator: bigint, denominator = 1n) {
    if (denominator === 0n) {
      throw new RangeError(`Fraction(${numerator}, 0): the denominator must not be 0`);
    }
    const sign = denominator < 0n ? -1n : 1n;
    const divisor = sign * gcd(numerator, denominator);
    this.numerator = numerator / divisor;
    this.denominator = denominator / divisor;
  }

  /**
   * The exact value of a float: 0.1 is 3602879701896397/36028797018963968.
   * @throws {RangeError} NaN or an infinity.
   */
  static fromFloat(value: number): Fraction {
    if (!Number.isFinite(value)) {
      throw new RangeError(`${value} has no integer ratio`);
    }
    // Doubling is exact: a value that is not an integer is below 2^52.
    let mantissa = value;
    let denominator = 1n;
    while (!Number.isInteger(mantissa)) {
      mantissa *= 2;
      denominator *= 2n;
    }
    return new Fraction(BigInt(mantissa), denominator);
  }

  get pyType(): string {
    return 'Fraction';
  }

  /** The nearest float; an infinity where the ratio is too large for one. */
  toNumber(): number {
    return divide(this.numerator, this.denominator);
  }
}

/** Greatest common divisor, never negative. */
function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) {
    [x, y] = [y, x % y];
  }
  return x;
}

/** a / b rounded once to the nearest float, half to even, as Python's int division does. */
function divide(a: bigint, b: bigint): number {
  const n = a < 0n ? -a : a;
  if (n <= EXACT && b <= EXACT) {
    return Number(a) / Number(b);
  }
  // At least 64 bits of quotient; what is left over only matters as "a bit more".
  const shift = bitLength(b) - bitLength(n) + 65;
  const scaled = shift >= 0 ? n << BigInt(shift) : n;
  const divisor = shift >= 0 ? b : b << BigInt(-shift);
  const quotient = (scaled / divisor) | (scaled % divisor === 0n ? 0n : 1n);
  const length = bitLength(quotient);
  const keep = Math.min(53, length - shift + 1074); // fewer bits remain for a subnormal
  if (keep < 0) {
    return a < 0n ? -0 : 0;
  }
  const drop = length - keep;
  const half = 1n << BigInt(drop - 1);
  const rest = quotient & (2n * half - 1n);
  let mantissa = quotient >> BigInt(drop);
  if (rest > half || (rest === half && (mantissa & 1n) === 1n)) {
    mantissa += 1n;
  }
  const value = powerOfTwo(Number(mantissa), drop - shift);
  return a < 0n ? -value : value;
}

const EXACT = 2n ** 53n;

/** value × 2^exponent, in steps that do not overflow before the end. */
function powerOfTwo(value: number, exponent: number): number {
  let scaled = value;
  let left = exponent;
  for (; left > 1000; left -= 1000) {
    scaled *= 2 ** 1000;
  }
  for (; left < -1000; left += 1000) {
    scaled /= 2 ** 1000;
  }
  return scaled * 2 ** left;
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return 4 * hex.length - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)) + 28;
}

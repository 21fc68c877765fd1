// x87's long double, numpy's `<f16`: 64 bits of mantissa with an explicit 1, 15 of exponent, a sign,
// 6 bytes of padding. JavaScript has no number for it; a ratio of bigints does.
//
// Source: Intel's manual, "Double Extended-Precision Format"; System V ABI for x86-64.

const BIAS = 16383;

/** Write numerator / denominator, rounded to nearest even; past the range an infinity. `denominator` > 0. */
export function writeLongDouble(
  view: DataView,
  offset: number,
  little: boolean,
  numerator: bigint,
  denominator: bigint,
): void {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  if (magnitude === 0n) {
    put(view, offset, little, negative, 0, 0n);
    return;
  }
  // The quotient with 64 or 65 bits before the point; what is cut off only decides the rounding.
  let exponent = bitLength(magnitude) - bitLength(denominator);
  let shift = 63 - exponent;
  if (exponent < 1 - BIAS) {
    shift = 63 - (1 - BIAS); // subnormal: fixed place, fewer bits
  }
  let mantissa = roundedQuotient(magnitude, denominator, shift);
  if (bitLength(mantissa) < 64 && exponent >= 1 - BIAS) {
    exponent -= 1;
    shift += 1;
    mantissa = roundedQuotient(magnitude, denominator, shift);
  }
  if (bitLength(mantissa) > 64) {
    mantissa >>= 1n; // rounded up to the next power of two, or one bit too many to begin with
    exponent += 1;
  }
  if (exponent > BIAS) {
    put(view, offset, little, negative, 0x7fff, 1n << 63n);
  } else {
    put(view, offset, little, negative, mantissa >> 63n === 0n ? 0 : exponent + BIAS, mantissa);
  }
}

/** Write a float64, which a long double holds exactly. */
export function writeLongDoubleFrom(
  view: DataView,
  offset: number,
  little: boolean,
  x: number,
): void {
  const negative = x < 0 || Object.is(x, -0);
  if (!Number.isFinite(x)) {
    const mantissa = Number.isNaN(x) ? 3n << 62n : 1n << 63n;
    put(view, offset, little, negative, 0x7fff, mantissa);
    return;
  }
  if (x === 0) {
    put(view, offset, little, negative, 0, 0n);
    return;
  }
  let mantissa = Math.abs(x);
  let exponent = 0;
  while (mantissa >= 2) {
    mantissa /= 2;
    exponent += 1;
  }
  while (mantissa < 1) {
    mantissa *= 2;
    exponent -= 1;
  }
  put(view, offset, little, negative, exponent + BIAS, BigInt(mantissa * 2 ** 52) << 11n);
}

function put(
  view: DataView,
  offset: number,
  little: boolean,
  negative: boolean,
  exponent: number,
  mantissa: bigint,
): void {
  const head = exponent | (negative ? 0x8000 : 0);
  view.setBigUint64(little ? offset : offset + 8, mantissa, little);
  view.setUint16(little ? offset + 8 : offset + 6, head, little);
  for (let i = 0; i < 6; i++) {
    view.setUint8(little ? offset + 10 + i : offset + i, 0);
  }
}

/** numerator * 2^shift / denominator, to nearest, halves to even. */
function roundedQuotient(numerator: bigint, denominator: bigint, shift: number): bigint {
  const n = shift > 0 ? numerator << BigInt(shift) : numerator;
  const d = shift < 0 ? denominator << BigInt(-shift) : denominator;
  const quotient = n / d;
  const twice = (n % d) * 2n;
  return twice > d || (twice === d && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return 4 * (hex.length - 1) + (32 - Math.clz32(Number.parseInt(hex[0]!, 16)));
}

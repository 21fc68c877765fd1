// The decimal digits of a binary float as numpy prints them: the shortest that read back, cut at a
// precision and rounded there from the exact value, or continued to a minimum.
//
// Source: G. L. Steele and J. L. White, "How to print floating-point numbers accurately" (Dragon4);
// where numpy cuts and continues, as numpy 2.4 was observed to.

import { numberToFloat16 } from './float16.js';
import { floatRepr } from './format.js';

/** A finite float: ± `mantissa` · 2^`exponent`. */
export type BinaryFloat = {
  readonly isNegative: boolean;
  readonly mantissa: bigint;
  readonly exponent: number;
  /** The next smaller float is only half as far away as the next larger one. */
  readonly isLowest: boolean;
};

/** Sizes of a float's fields: bits of the mantissa as stored, and the exponent's bias. */
type Layout = { readonly fraction: number; readonly bias: number; readonly hasHiddenBit: boolean };

const LAYOUTS: ReadonlyMap<number, Layout> = new Map([
  [2, { fraction: 10, bias: 15, hasHiddenBit: true }],
  [4, { fraction: 23, bias: 127, hasHiddenBit: true }],
  [8, { fraction: 52, bias: 1023, hasHiddenBit: true }],
  [16, { fraction: 63, bias: 16383, hasHiddenBit: false }], // x87, which writes its first bit
]);

/** The float of `itemsize` bytes at `offset`, which must be finite. */
export function binaryFloat(
  view: DataView,
  offset: number,
  itemsize: number,
  isLittle: boolean,
): BinaryFloat {
  const { fraction, bias, hasHiddenBit } = LAYOUTS.get(itemsize) as Layout;
  const bits = bitsOf(view, offset, itemsize, isLittle);
  const width = BigInt(fraction + (hasHiddenBit ? 0 : 1));
  const stored = bits & ((1n << width) - 1n);
  const head = Number(bits >> width);
  const signBit = itemsize === 16 ? 0x8000 : 1 << (8 * itemsize - 1 - fraction);
  const biased = head & (signBit - 1);
  const isNormal = biased > 0;
  return {
    isNegative: (head & signBit) !== 0,
    mantissa: hasHiddenBit && isNormal ? stored | (1n << BigInt(fraction)) : stored,
    exponent: Math.max(biased, 1) - bias - fraction,
    isLowest: biased > 1 && (hasHiddenBit ? stored === 0n : stored === 1n << 63n),
  };
}

function bitsOf(view: DataView, offset: number, itemsize: number, isLittle: boolean): bigint {
  switch (itemsize) {
    case 2:
      return BigInt(view.getUint16(offset, isLittle));
    case 4:
      return BigInt(view.getUint32(offset, isLittle));
    case 8:
      return view.getBigUint64(offset, isLittle);
    default: {
      const low = view.getBigUint64(isLittle ? offset : offset + 8, isLittle);
      const high = view.getUint16(isLittle ? offset + 8 : offset + 6, isLittle);
      return (BigInt(high) << 64n) | low;
    }
  }
}

type Digits = {
  /** At least one, the first not 0 unless the value is. */
  readonly digits: string;
  /** The power of ten of the first. */
  readonly exponent: number;
};

/**
 * @param last - the power of ten of the last digit that may be written, from the first digit's.
 * @param least - the power of ten of the last digit that must be written, from the first digit's.
 */
function digitsOf(
  { mantissa, exponent, isLowest }: BinaryFloat,
  last: (first: number) => number,
  least: (first: number) => number,
): Digits {
  if (mantissa === 0n) {
    return { digits: '0', exponent: 0 };
  }
  // value / scale is the number, margins / scale is half the way to its neighbours.
  const unit = isLowest ? 2n : 1n;
  const up = exponent > 0 ? 1n << BigInt(exponent) : 1n;
  let value = 2n * mantissa * up * unit;
  let scale = 2n * unit * (exponent < 0 ? 1n << BigInt(-exponent) : 1n);
  let marginLow = up;
  let marginHigh = up * unit;
  let at = estimatedExponent(mantissa, exponent);
  if (at > 0) {
    scale *= 10n ** BigInt(at);
  } else {
    const factor = 10n ** BigInt(-at);
    value *= factor;
    marginLow *= factor;
    marginHigh *= factor;
  }
  if (value >= scale * 10n) {
    scale *= 10n;
    at += 1;
  }
  const lastAt = last(at);
  const leastAt = least(at);
  const first = at;
  const isEven = mantissa % 2n === 0n;
  let digits = '';
  for (;;) {
    const digit = Number(value / scale);
    value %= scale;
    const above = value + marginHigh;
    const isLow = isEven ? value <= marginLow : value < marginLow;
    const isHigh = isEven ? above >= scale : above > scale;
    if (((isLow || isHigh) && at <= leastAt) || at <= lastAt) {
      const twice = 2n * value;
      const isHalf = twice === scale;
      const roundsDown = isLow !== isHigh ? isLow : isHalf ? digit % 2 === 0 : twice < scale;
      return roundsDown
        ? { digits: digits + digit, exponent: first }
        : roundedUp(digits, digit, first);
    }
    digits += digit;
    value *= 10n;
    marginLow *= 10n;
    marginHigh *= 10n;
    at -= 1;
  }
}

function roundedUp(digits: string, digit: number, exponent: number): Digits {
  const kept = `${digits}${digit}`.replace(/9+$/, '');
  if (kept === '') {
    return { digits: '1', exponent: exponent + 1 };
  }
  return { digits: kept.slice(0, -1) + (Number(kept.at(-1)) + 1), exponent };
}

/** The power of ten of the first digit, or one less. */
function estimatedExponent(mantissa: bigint, exponent: number): number {
  const hex = mantissa.toString(16);
  const bits = 4 * hex.length + exponent;
  const head = Number.parseInt(hex.slice(0, 12), 16) / 16 ** Math.min(12, hex.length);
  return Math.floor((Math.log2(head) + bits) * Math.LOG10E * Math.LN2 - 1e-9);
}

export type ScientificOptions = {
  /** Digits behind the point at most, and at least. */
  readonly precision: number;
  readonly minimum: number;
  /** Characters before the point, filled with blanks. */
  readonly padLeft?: number;
  /** Digits of the exponent at least. */
  readonly exponentDigits?: number;
  /** A plus before what is not negative. */
  readonly hasPlus: boolean;
};

/** `1.50e+03`: with `minimum` zeros behind the point are kept, without they are cut. */
export function scientific(x: BinaryFloat, options: ScientificOptions): string {
  const { precision, minimum, padLeft = 0, exponentDigits = 2, hasPlus } = options;
  const { digits, exponent } = digitsOf(
    x,
    first => first - precision,
    first => first - minimum,
  );
  const decimals = minimum > 0 ? digits.slice(1).padEnd(minimum, '0') : trimmed(digits.slice(1));
  const sign = exponent < 0 ? '-' : '+';
  const power = String(Math.abs(exponent)).padStart(exponentDigits, '0');
  return `${signed(x, digits[0] as string, hasPlus).padStart(padLeft)}.${decimals}e${sign}${power}`;
}

export type PositionalOptions = {
  readonly precision: number;
  readonly padLeft?: number;
  /** Characters behind the point, filled with blanks. */
  readonly padRight?: number;
  readonly hasPlus: boolean;
};

/** `1500.25`, zeros at the end cut. */
export function positional(x: BinaryFloat, options: PositionalOptions): string {
  const { precision, padLeft = 0, padRight = 0, hasPlus } = options;
  const { digits, exponent } = digitsOf(
    x,
    () => -precision,
    first => first,
  );
  const places = exponent + 1;
  const whole = places > 0 ? digits.slice(0, places).padEnd(places, '0') : '0';
  const decimals = places > 0 ? digits.slice(places) : '0'.repeat(-places) + digits;
  return `${signed(x, whole, hasPlus).padStart(padLeft)}.${trimmed(decimals).padEnd(padRight)}`;
}

function signed({ isNegative }: BinaryFloat, whole: string, hasPlus: boolean): string {
  return isNegative ? `-${whole}` : hasPlus ? `+${whole}` : whole;
}

function trimmed(decimals: string): string {
  return decimals.replace(/0+$/, '');
}

/** Sizes from which numpy writes a scalar with an exponent. */
const SCALAR_LIMITS: ReadonlyMap<number, number> = new Map([
  [2, 1e3],
  [4, 1e6],
]);

/**
 * numpy's repr of a float16 or float32: the shortest digits that read back in its precision, with an
 * exponent below 1e-4 and from 1e3 or 1e6 on.
 */
export function shortFloatRepr(value: number, itemsize: 2 | 4): string {
  if (!Number.isFinite(value) || value === 0) {
    return floatRepr(value);
  }
  const view = new DataView(new ArrayBuffer(4));
  if (itemsize === 2) {
    view.setUint16(0, numberToFloat16(value));
  } else {
    view.setFloat32(0, value);
  }
  const x = binaryFloat(view, 0, itemsize, false);
  const magnitude = Math.abs(value);
  const options = { precision: Infinity, minimum: 0, hasPlus: false };
  return magnitude >= 1e-4 && magnitude < (SCALAR_LIMITS.get(itemsize) as number)
    ? positional(x, options).replace(/\.$/, '.0')
    : scientific(x, options).replace('.e', 'e');
}

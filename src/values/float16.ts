// IEEE half precision, for which JavaScript has no array everywhere yet.

const SCRATCH = new DataView(new ArrayBuffer(4));

/** The value of a float16 from its 16 bits. Exact. */
export function float16ToNumber(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) {
    return sign * fraction * 2 ** -24;
  }
  if (exponent === 0x1f) {
    return fraction === 0 ? sign * Infinity : Number.NaN;
  }
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The 16 bits of the float16 nearest to `value`, half to even; past 65520 an infinity. */
export function numberToFloat16(value: number): number {
  if (Number.isNaN(value)) {
    return 0x7e00;
  }
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) {
    return sign | 0x7c00;
  }
  if (magnitude < 2 ** -14) {
    // Subnormal: a multiple of 2^-24. 1024 of them are the smallest normal number, the same bits.
    return sign | roundHalfEven(magnitude * 2 ** 24);
  }
  SCRATCH.setFloat32(0, magnitude);
  let exponent = (SCRATCH.getUint32(0) >> 23) - 127;
  // float32 may have rounded up to the next power of two; the true exponent is then one less.
  if (2 ** exponent > magnitude) {
    exponent -= 1;
  }
  const fraction = roundHalfEven(magnitude * 2 ** (10 - exponent)) - 1024;
  // A fraction that rounds up to 1024 carries into the exponent, as addition does.
  return sign | (((exponent + 15) << 10) + fraction);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) {
    return floor + 1;
  }
  return floor;
}

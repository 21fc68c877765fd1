// Numbers as C and Python convert them, where JavaScript would do it otherwise.
//
// Float to int: numpy leaves what does not fit to the processor. The references ran on x86, where
// a conversion that does not fit gives the smallest integer of the width the instruction has (32 bits
// for int8 to int32 and uint8, uint16; 64 bits for the others), and then the low bits are kept.
// Text to number: Python's int(), float() and complex(): blanks around, underscores between digits.
//
// Source: numpy 2.4 on x86-64, observed; the Python language reference, "Numeric literals".

const TWO63 = 2 ** 63;
const TWO64 = 2 ** 64;
const INT64_MIN = -(1n << 63n);

/** `x` as a C cast to a signed integer of at most 32 bits, or an unsigned one of at most 16, does it on x86. */
export function castToInt32(x: number): number {
  const whole = Math.trunc(x);
  return whole >= -2147483648 && whole <= 2147483647 ? whole : -2147483648;
}

/** `x` as a C cast from long double to at most 16 bits does it on x86: the instruction has 16 bits. */
export function castToInt16(x: number): number {
  const whole = Math.trunc(x);
  return whole >= -32768 && whole <= 32767 ? whole : -32768;
}

/** The float32 nearest to an integer of 64 bits, rounded once: float64 in between would round twice. */
export function roundToFloat32(int: bigint): number {
  const magnitude = int < 0n ? -int : int;
  if (magnitude < 1n << 53n) {
    return Math.fround(Number(int));
  }
  // The low bits only decide on which side of a half the value lies: one bit says as much.
  const kept = (magnitude >> 12n) | ((magnitude & 0xfffn) === 0n ? 0n : 1n);
  return Math.fround(Number(kept)) * (int < 0n ? -4096 : 4096);
}

/** `x` as a C cast to int64 does it on x86. */
export function castToInt64(x: number): bigint {
  return x >= -TWO63 && x < TWO63 ? BigInt(Math.trunc(x)) : INT64_MIN;
}

/** `x` as a C cast to uint64 does it on x86: negative numbers wrap, what is too large becomes 0 or 2^63. */
export function castToUint64(x: number): bigint {
  if (x < TWO63) {
    return BigInt.asUintN(64, castToInt64(x));
  }
  if (x < TWO64) {
    return BigInt(Math.trunc(x));
  }
  return Number.isNaN(x) ? BigInt.asUintN(64, INT64_MIN) : 0n;
}

const INT_TEXT = /^[+-]?\d+(?:_\d+)*$/;
const FLOAT_TEXT =
  /^[+-]?(?:(?:\d+(?:_\d+)*)(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const SPECIAL_TEXT = /^([+-]?)(inf|infinity|nan)$/i;

/** `int(text)`, or null where Python raises ValueError. */
export function parsePythonInt(text: string): bigint | null {
  const bare = strip(text);
  if (!INT_TEXT.test(bare)) {
    return null;
  }
  const digits = bare.replaceAll('_', '').replace(/^[+-]/, '');
  return bare.startsWith('-') ? -BigInt(digits) : BigInt(digits);
}

/** `float(text)`, or null where Python raises ValueError. */
export function parsePythonFloat(text: string): number | null {
  return floatOf(strip(text));
}

/** `complex(text)` as [real, imaginary], or null where Python raises ValueError. */
export function parsePythonComplex(text: string): readonly [number, number] | null {
  let bare = strip(text);
  if (bare.startsWith('(') && bare.endsWith(')')) {
    bare = strip(bare.slice(1, -1));
  }
  const real = floatOf(bare);
  if (real !== null) {
    return [real, 0];
  }
  if (!/[jJ]$/.test(bare)) {
    return null;
  }
  bare = bare.slice(0, -1);
  // The sign that starts the imaginary part is the last one that is not an exponent's.
  const split = bare.search(/(?<![eE])[+-][^+-]*(?:[eE][+-]\d+)?$/);
  const realText = split > 0 ? bare.slice(0, split) : '';
  const imagText = split > 0 ? bare.slice(split) : bare;
  const re = realText === '' ? 0 : floatOf(realText);
  const im = /^[+-]?$/.test(imagText) ? (imagText === '-' ? -1 : 1) : floatOf(imagText);
  return re === null || im === null ? null : [re, im];
}

// The blanks that Python's str.strip() removes; JavaScript's trim() also takes U+FEFF and misses 0x1c to 0x1f.
function strip(text: string): string {
  return text
    .replace(/^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/, '')
    .replace(/[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/, '');
}

function floatOf(bare: string): number | null {
  if (FLOAT_TEXT.test(bare)) {
    return Number(bare.replaceAll('_', ''));
  }
  const special = SPECIAL_TEXT.exec(bare);
  if (special === null) {
    return null;
  }
  const value = special[2]!.toLowerCase() === 'nan' ? NaN : Infinity;
  return special[1] === '-' ? -value : value;
}

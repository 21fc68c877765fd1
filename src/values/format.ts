// Python's repr of numbers, texts and bytes.

/**
 * Python's `repr(float)`: the shortest digits that read back, always with `.` or `e`, exponent from
 * 1e16 and below 1e-4. JavaScript finds the same digits and places them differently.
 */
export function floatRepr(value: number): string {
  if (Number.isInteger(value)) {
    if (value === 0) {
      return Object.is(value, -0) ? '-0.0' : '0.0';
    }
    return Math.abs(value) < 1e16 ? `${value}.0` : exponential(value);
  }
  if (Number.isFinite(value)) {
    return Math.abs(value) >= 1e-4 ? String(value) : exponential(value);
  }
  return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
}

/** Shortest digits with an exponent of at least two digits: `1e-07`, `1.5e+16`. */
function exponential(value: number): string {
  const text = value.toExponential();
  const sign = text.lastIndexOf('e') + 1;
  return text.length - sign > 2 ? text : `${text.slice(0, sign + 1)}0${text.slice(sign + 1)}`;
}

/**
 * Python's `repr(complex)`: `1j`, `(1-9j)`, `(inf-0j)`.
 * @param text - how a part is written; a `.0` at its end is dropped.
 */
export function complexRepr(
  re: number,
  im: number,
  text: (part: number) => string = floatRepr,
): string {
  const part = (value: number) => text(value).replace(/\.0$/, '');
  const imaginary = part(im);
  if (Object.is(re, 0)) {
    return `${imaginary}j`;
  }
  const sign = imaginary.startsWith('-') ? '' : '+';
  return `(${part(re)}${sign}${imaginary}j)`;
}

/** The quote Python chooses: single, unless the text holds single quotes and no double ones. */
function quoteFor(hasSingle: boolean, hasDouble: boolean): string {
  return hasSingle && !hasDouble ? '"' : "'";
}

/** What Python does not print as it is: controls, format characters, private, unassigned, separators. */
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

/** Python's `repr(str)`. */
export function strRepr(text: string): string {
  const quote = quoteFor(text.includes("'"), text.includes('"'));
  let out = quote;
  for (const char of text) {
    out += char === quote || char === '\\' ? `\\${char}` : strRune(char);
  }
  return out + quote;
}

function strRune(char: string): string {
  if (char === ' ') {
    return char;
  }
  switch (char) {
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
  }
  if (!UNPRINTABLE.test(char)) {
    return char;
  }
  const point = char.codePointAt(0) ?? 0;
  const hex = point.toString(16);
  if (point < 0x100) {
    return `\\x${hex.padStart(2, '0')}`;
  }
  return point < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Python's `repr(bytes)`. */
export function bytesRepr(bytes: Uint8Array): string {
  const quote = quoteFor(bytes.includes(0x27), bytes.includes(0x22));
  let out = `b${quote}`;
  for (const byte of bytes) {
    out += byteText(byte, quote);
  }
  return out + quote;
}

function byteText(byte: number, quote: string): string {
  switch (byte) {
    case 0x09:
      return '\\t';
    case 0x0a:
      return '\\n';
    case 0x0d:
      return '\\r';
    case 0x5c:
      return '\\\\';
  }
  if (byte < 0x20 || byte >= 0x7f) {
    return `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  const char = String.fromCharCode(byte);
  return char === quote ? `\\${char}` : char;
}

// Python's number and string literals.
//
// Source: the Python language reference, "Lexical analysis": numeric literals, string and bytes
// literals with their escapes.

import { Complex } from '../../values/index.js';
import { BACKSLASH, CARRIAGE_RETURN, DOUBLE_QUOTE, LINE_FEED, SINGLE_QUOTE } from './ascii.js';
import { characterNamed } from './charname.js';
import { unexpected } from './fail.js';
import type { PyonLimits } from './limits.js';
import { intOf, smallInt } from './numbertext.js';
import { hexValue } from './readv2.js';
import type { Source } from './source.js';

const DIGITS = '\\d(?:_?\\d)*';
const DECIMAL = /^(?:[1-9](?:_?\d)*|0(?:_?0)*)$/;
const FLOAT = new RegExp(`^(?:(?:${DIGITS})?\\.${DIGITS}|${DIGITS}\\.?)(?:[eE][-+]?${DIGITS})?$`);
const RADIX = /^0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)$/;

/** Powers of ten that a float64 holds exactly. */
const MAX_EXACT_POWER = 22;
const POWERS = Array.from({ length: MAX_EXACT_POWER + 1 }, (_, i) => Number(`1e${i}`));

/** Reads one literal; `end` then is the place behind it. */
export class LiteralReader {
  end = 0;
  private _run = '';
  private readonly _source: Source;
  private readonly _bytes: Uint8Array;
  private readonly _limits: PyonLimits;

  constructor(source: Source, limits: PyonLimits) {
    this._source = source;
    this._bytes = source.bytes;
    this._limits = limits;
  }

  // ---- Numbers ------------------------------------------------------------------------------------

  /** The number that begins at `start`. @throws {ParseError, LimitError} */
  number(start: number): number | bigint | Complex {
    const bytes = this._bytes;
    let at = start;
    let mantissa = 0;
    let byte = bytes[at];
    while (byte !== undefined && byte >= 0x30 && byte <= 0x39) {
      mantissa = mantissa * 10 + (byte - 0x30);
      at += 1;
      byte = bytes[at];
    }
    const whole = at;
    if (byte === 0x2e) {
      at += 1;
      byte = bytes[at];
      while (byte !== undefined && byte >= 0x30 && byte <= 0x39) {
        mantissa = mantissa * 10 + (byte - 0x30);
        at += 1;
        byte = bytes[at];
      }
    }
    // The plain forms, which are nearly all; what else belongs to a number goes the long way.
    const isPlain = !isNumberPart(byte) && (bytes[start] !== 0x30 || whole === start + 1);
    if (!isPlain) {
      return this._longNumber(start);
    }
    this.end = at;
    if (at === whole) {
      return mantissa <= Number.MAX_SAFE_INTEGER
        ? smallInt(mantissa)
        : intOf(this._source.ascii(start, at), this._limits.intDigits);
    }
    const decimals = at - whole - 1;
    // Where both numbers are exact, their one division rounds as the decimal text would.
    return mantissa <= Number.MAX_SAFE_INTEGER && decimals <= MAX_EXACT_POWER
      ? mantissa / POWERS[decimals]!
      : Number(this._source.ascii(start, at));
  }

  private _longNumber(start: number): number | bigint | Complex {
    const bytes = this._bytes;
    const isRadix =
      bytes[start] === 0x30 && /[xXoObB]/.test(String.fromCharCode(bytes[start + 1] ?? 0));
    let at = start;
    for (;;) {
      const byte = bytes[at];
      if (isNumberPart(byte)) {
        at += 1;
        continue;
      }
      const isSign = byte === 0x2b || byte === 0x2d;
      const before = bytes[at - 1];
      if (!isRadix && isSign && (before === 0x65 || before === 0x45)) {
        at += 1;
        continue;
      }
      break;
    }
    this.end = at;
    const text = this._source.text(start, at);
    const isImaginary = /[jJ]$/.test(text) && !isRadix;
    const body = isImaginary ? text.slice(0, -1) : text;
    if (DECIMAL.test(body) || (isImaginary && /^\d(?:_?\d)*$/.test(body))) {
      return isImaginary
        ? new Complex(0, Number(body.replaceAll('_', '')))
        : intOf(body, this._limits.intDigits);
    }
    if (RADIX.test(text)) {
      return BigInt(text.replaceAll('_', '').toLowerCase());
    }
    if (FLOAT.test(body) && (isImaginary || /[.eE]/.test(body))) {
      const float = Number(body.replaceAll('_', ''));
      return isImaginary ? new Complex(0, float) : float;
    }
    throw unexpected(
      this._source.position(start),
      'a number',
      this._source.found(start),
      /^0[\d_]/.test(text) ? 'octal numbers are written 0o…' : undefined,
    );
  }

  // ---- Strings ------------------------------------------------------------------------------------

  /**
   * The bytes between the quotes at `start`, where these hold `minimum` bytes and more and no escape:
   * a view. Null for anything else.
   */
  span(start: number, minimum: number): Uint8Array | null {
    const bytes = this._bytes;
    const quote = bytes[start];
    if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) {
      return null;
    }
    const close = bytes.indexOf(quote, start + 1);
    if (close - start - 1 < minimum) {
      return null;
    }
    const body = bytes.subarray(start + 1, close);
    if (body.includes(BACKSLASH)) {
      return null;
    }
    this.end = close + 1;
    return body;
  }

  /**
   * The literal whose quote stands at `start`.
   * @param prefix - in lower case: '', r, u, b, br, rb.
   */
  string(start: number, prefix: string): string | Uint8Array {
    const bytes = this._bytes;
    const quote = bytes[start]!;
    const isTriple = bytes[start + 1] === quote && bytes[start + 2] === quote;
    if (prefix.includes('b')) {
      return this._bytesLiteral(start, quote, isTriple, prefix.includes('r'));
    }
    return this._textLiteral(start, quote, isTriple, prefix === 'r');
  }

  private _textLiteral(start: number, quote: number, isTriple: boolean, isRaw: boolean): string {
    const bytes = this._bytes;
    let from = start + (isTriple ? 3 : 1);
    let text = '';
    for (;;) {
      const at = this._runEnd(from, start, quote, isTriple);
      const run = this._run;
      const byte = bytes[at];
      if (byte === quote) {
        this.end = at + (isTriple ? 3 : 1);
        return text === '' ? run : text + run;
      }
      text += run;
      if (byte === BACKSLASH) {
        text += isRaw ? this._rawPair(at) : this._textEscape(at);
        from = this.end;
      } else {
        // Python reads its source with every kind of line end as one \n.
        text += '\n';
        from = this._lineEnd(at);
      }
    }
  }

  /** Reads plain characters into `_run`, up to a backslash, a carriage return or the end of the string. */
  private _runEnd(from: number, start: number, quote: number, isTriple: boolean): number {
    const bytes = this._bytes;
    let at = from;
    let seen = 0;
    for (;;) {
      const byte = bytes[at];
      if (byte === quote && this._isEnd(at, quote, isTriple)) {
        break;
      }
      if (byte === BACKSLASH || (byte === CARRIAGE_RETURN && isTriple)) {
        break;
      }
      if (byte === undefined || byte < 0x0e) {
        this._checkInside(byte, start, at, isTriple);
      }
      seen |= byte as number;
      at += 1;
    }
    this._run = seen < 0x80 ? this._source.ascii(from, at) : this._source.text(from, at);
    return at;
  }

  private _bytesLiteral(
    start: number,
    quote: number,
    isTriple: boolean,
    isRaw: boolean,
  ): Uint8Array {
    const bytes = this._bytes;
    const out: number[] = [];
    let at = start + (isTriple ? 3 : 1);
    for (;;) {
      const byte = bytes[at];
      if (byte === quote && this._isEnd(at, quote, isTriple)) {
        this.end = at + (isTriple ? 3 : 1);
        return Uint8Array.from(out);
      }
      if (byte === BACKSLASH) {
        const pair = isRaw ? this._rawPair(at) : this._bytesEscape(at);
        for (let i = 0; i < pair.length; i += 1) {
          out.push(pair.charCodeAt(i));
        }
        at = this.end;
        continue;
      }
      this._checkInside(byte, start, at, isTriple);
      if ((byte as number) >= 0x80) {
        throw this._unexpected(at, 'ASCII characters in a bytes literal');
      }
      const isReturn = byte === CARRIAGE_RETURN;
      out.push(isReturn ? LINE_FEED : (byte as number));
      at += isReturn && bytes[at + 1] === LINE_FEED ? 2 : 1;
    }
  }

  private _isEnd(at: number, quote: number, isTriple: boolean): boolean {
    return !isTriple || (this._bytes[at + 1] === quote && this._bytes[at + 2] === quote);
  }

  /** A character inside the quotes may be anything but the text's end, and a line's end. */
  private _checkInside(
    byte: number | undefined,
    start: number,
    at: number,
    isTriple: boolean,
  ): void {
    const isLineEnd = byte === LINE_FEED || byte === CARRIAGE_RETURN;
    if (byte === undefined || (isLineEnd && !isTriple)) {
      throw unexpected(
        this._source.position(at),
        `${isTriple ? 'three quotes' : 'the quote'} at the end of the string`,
        byte === undefined ? 'the end of the text' : 'the end of the line',
        `the string begins at position ${this._source.position(start)}`,
      );
    }
    if (byte === 0) {
      throw this._unexpected(at, 'no interpolation inside a string');
    }
  }

  /** In a raw string a backslash stays, and so does what it would have escaped. */
  private _rawPair(at: number): string {
    const next = this._bytes[at + 1];
    if (next === undefined) {
      this.end = at + 1;
      return '\\';
    }
    const end = this._lineEnd(at + 1);
    if (end > at + 1) {
      this.end = end;
      return '\\\n';
    }
    if (next >= 0x80 || next === 0) {
      this.end = at + 1;
      return '\\';
    }
    this.end = at + 2;
    return `\\${String.fromCharCode(next)}`;
  }

  private _lineEnd(at: number): number {
    const byte = this._bytes[at];
    if (byte === CARRIAGE_RETURN) {
      return at + (this._bytes[at + 1] === LINE_FEED ? 2 : 1);
    }
    return byte === LINE_FEED ? at + 1 : at;
  }

  private _textEscape(at: number): string {
    switch (this._bytes[at + 1]) {
      case 0x78: // x
        return this._hexEscape(at, 2);
      case 0x75: // u
        return this._hexEscape(at, 4);
      case 0x55: // U
        return this._hexEscape(at, 8);
      case 0x4e: // N
        return this._namedEscape(at);
      default:
        return this._commonEscape(at, 0x1ff);
    }
  }

  private _bytesEscape(at: number): string {
    return this._bytes[at + 1] === 0x78 ? this._hexEscape(at, 2) : this._commonEscape(at, 0xff);
  }

  /** Escapes of str and bytes alike. An unknown one is no escape: its backslash stays. */
  private _commonEscape(at: number, mask: number): string {
    const bytes = this._bytes;
    const lineEnd = this._lineEnd(at + 1);
    if (lineEnd > at + 1) {
      this.end = lineEnd;
      return '';
    }
    const code = bytes[at + 1];
    const char = code === undefined ? undefined : ESCAPES.get(code);
    if (char !== undefined) {
      this.end = at + 2;
      return char;
    }
    let end = at + 1;
    let value = 0;
    for (
      let byte = bytes[end];
      end < at + 4 && byte !== undefined && byte >= 0x30 && byte <= 0x37;
    ) {
      value = value * 8 + (byte - 0x30);
      end += 1;
      byte = bytes[end];
    }
    this.end = end;
    return end === at + 1 ? '\\' : String.fromCharCode(value & mask);
  }

  private _hexEscape(at: number, count: number): string {
    let point = 0;
    for (let i = 0; i < count; i += 1) {
      const digit = hexValue(this._bytes[at + 2 + i]);
      if (digit < 0) {
        throw this._unexpected(at + 2 + i, `${count} hexadecimal digits in an escape`);
      }
      point = point * 16 + digit;
    }
    if (point > 0x10ffff) {
      throw this._unexpected(at, 'a character up to U+10FFFF');
    }
    this.end = at + 2 + count;
    return String.fromCodePoint(point);
  }

  private _namedEscape(at: number): string {
    const bytes = this._bytes;
    const close = bytes[at + 2] === 0x7b ? bytes.indexOf(0x7d, at + 3) : -1;
    const name = close < 0 || close > at + 200 ? '' : this._source.text(at + 3, close);
    const char = characterNamed(name);
    if (char === null) {
      throw unexpected(
        this._source.position(at),
        'the name of a character, as in \\N{MICRO SIGN}',
        name === '' ? this._source.found(at + 2) : `'${name}'`,
        'write \\u and its number instead: only common names are known here',
      );
    }
    this.end = close + 1;
    return char;
  }

  private _unexpected(at: number, expected: string) {
    return unexpected(this._source.position(at), expected, this._source.found(at));
  }
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [BACKSLASH, '\\'],
  [SINGLE_QUOTE, "'"],
  [DOUBLE_QUOTE, '"'],
  [0x61, '\x07'],
  [0x62, '\b'],
  [0x66, '\f'],
  [0x6e, '\n'],
  [0x72, '\r'],
  [0x74, '\t'],
  [0x76, '\v'],
]);

/** A character that belongs to a number or makes it a wrong one. */
function isNumberPart(byte: number | undefined): boolean {
  if (byte === undefined) {
    return false;
  }
  const lower = byte | 0x20;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2e ||
    byte === 0x5f ||
    (lower >= 0x61 && lower <= 0x7a) ||
    byte >= 0x80
  );
}

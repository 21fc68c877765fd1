// The text of a document as bytes, whatever it came as.
//
// Tokenizers read bytes. Texts are cut out of strings that are decoded a piece at a time: in ASCII
// (and PYON is ASCII) a byte's offset is its character's index. Bytes from a peer are strict UTF-8;
// a string may hold lone surrogates, which keep their three bytes here and nowhere else.

import { ParseError } from '../../values/index.js';
import { overLimit } from './fail.js';
import type { PyonLimits } from './limits.js';

/**
 * Bytes decoded at once. Large enough to amortise a call; small, because engines keep a whole piece
 * for as long as a string cut out of it lives.
 */
const PIECE = 1 << 14;

/** Strings from this length on are decoded by themselves. */
const LONG_STRING = 1 << 10;

const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

export class Source {
  readonly bytes: Uint8Array;
  /** The document where it was a string; positions then count its UTF-16 units. */
  private readonly _string: string | null;
  /** A decoded piece in which offset and index run in step. */
  private _piece = '';
  private _pieceStart = 0;
  private _pieceEnd = 0;
  private _isChecked = false;

  /** @throws {LimitError} longer than `limits.textBytes`. */
  constructor(document: string | Uint8Array, limits: PyonLimits) {
    if (document.length > limits.textBytes) {
      const { length } = document;
      throw overLimit(
        'textBytes',
        length,
        limits.textBytes,
        'bytes',
        `a document of ${length} bytes`,
      );
    }
    if (typeof document === 'string') {
      this._string = document;
      const bytes = ENCODER.encode(document);
      const isAscii = bytes.length === document.length;
      this.bytes = isAscii ? bytes : encodeLoose(document);
    } else {
      this._string = null;
      this.bytes = document;
    }
  }

  /** The ASCII characters from byte `start` to `end`. */
  ascii(start: number, end: number): string {
    if (start < this._pieceStart || end > this._pieceEnd) {
      if (end - start >= LONG_STRING) {
        return LENIENT.decode(this.bytes.subarray(start, end));
      }
      this._decodePiece(start, end);
    }
    return this._piece.slice(start - this._pieceStart, end - this._pieceStart);
  }

  /** The characters from byte `start` to `end`, of any script. @throws {ParseError} not UTF-8. */
  text(start: number, end: number): string {
    const part = this.bytes.subarray(start, end);
    if (this._string !== null) {
      return decodeLoose(part);
    }
    try {
      return STRICT.decode(part);
    } catch (error) {
      throw this._notUtf8(start, end, error);
    }
  }

  /** Check, once, that all of a document with other characters than ASCII is UTF-8. */
  check(): void {
    if (!this._isChecked) {
      this._isChecked = true;
      this.text(0, this.bytes.length);
    }
  }

  /** Does a string document hold half a surrogate pair? Bytes cannot. */
  get hasLoneSurrogate(): boolean {
    return this._string !== null && /\p{Cs}/u.test(this._string);
  }

  /** What errors call an offset: bytes of a byte document, UTF-16 units of a string. */
  position(offset: number): number {
    const document = this._string;
    if (document === null || document.length === this.bytes.length) {
      return offset;
    }
    let units = 0;
    for (let i = 0; i < offset; i += 1) {
      const byte = this.bytes[i]!;
      // One unit for each character's first byte, two where it is astral.
      units += byte < 0x80 || byte >= 0xc0 ? (byte >= 0xf0 ? 2 : 1) : 0;
    }
    return units;
  }

  /** What stands at `offset`, for an error: a word or a character, quoted. */
  found(offset: number): string {
    if (offset >= this.bytes.length) {
      return 'the end of the text';
    }
    const head = decodeLoose(this.bytes.subarray(offset, offset + 64));
    const word = /^[\p{L}\p{N}_.+-]+/u.exec(head)?.[0] ?? Array.from(head)[0] ?? '';
    return quoted(word.length > 24 ? `${word.slice(0, 24)}…` : word);
  }

  private _decodePiece(start: number, end: number): void {
    const stop = Math.min(this.bytes.length, start + PIECE);
    let piece = LENIENT.decode(this.bytes.subarray(start, stop));
    this._pieceEnd = stop;
    if (piece.length !== stop - start) {
      // Other scripts in this piece put index and offset out of step: take only what was asked for.
      piece = LENIENT.decode(this.bytes.subarray(start, end));
      this._pieceEnd = end;
    }
    this._piece = piece;
    this._pieceStart = start;
  }

  private _notUtf8(start: number, end: number, cause: unknown): ParseError {
    let offset = start;
    // Find the first bad byte by halving: a prefix that decodes is good.
    let low = start;
    let high = end;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (isUtf8Prefix(this.bytes.subarray(start, middle))) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    offset = low;
    const found = `byte 0x${(this.bytes[offset] ?? 0).toString(16).padStart(2, '0')}`;
    return new ParseError(
      `expected UTF-8 at position ${offset}, found ${found}`,
      { position: offset, expected: 'UTF-8', found },
      { protocol: 'pyon', cause },
    );
  }
}

/** A character or word in quotes, controls escaped. */
export function quoted(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Co}\p{Cn}]/gu, char => {
    const point = char.codePointAt(0) ?? 0;
    return char === ' ' ? char : `\\u{${point.toString(16)}}`;
  });
  return `'${shown}'`;
}

/** Could these bytes begin a UTF-8 text? */
function isUtf8Prefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false; // the decoder's only way to say no
  }
}

/** UTF-8, with three bytes for half a surrogate pair. */
function encodeLoose(text: string): Uint8Array {
  const out = new Uint8Array(3 * text.length);
  let at = 0;
  for (let i = 0; i < text.length; i += 1) {
    const point = text.codePointAt(i) as number;
    if (point < 0x80) {
      out[at++] = point;
    } else if (point < 0x800) {
      out[at++] = 0xc0 | (point >> 6);
      out[at++] = 0x80 | (point & 63);
    } else if (point < 0x10000) {
      out[at++] = 0xe0 | (point >> 12);
      out[at++] = 0x80 | ((point >> 6) & 63);
      out[at++] = 0x80 | (point & 63);
    } else {
      out[at++] = 0xf0 | (point >> 18);
      out[at++] = 0x80 | ((point >> 12) & 63);
      out[at++] = 0x80 | ((point >> 6) & 63);
      out[at++] = 0x80 | (point & 63);
      i += 1;
    }
  }
  return out.subarray(0, at);
}

/** The inverse, for whole characters; a stray byte becomes U+FFFD. */
function decodeLoose(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; ) {
    const byte = bytes[i]!;
    const length = byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (length === 0 || i + length > bytes.length) {
      out += '\ufffd';
      i += 1;
      continue;
    }
    let point = length === 1 ? byte : byte & (0x7f >> length);
    for (let k = 1; k < length; k += 1) {
      point = (point << 6) | (bytes[i + k]! & 63);
    }
    out += point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
    i += length;
  }
  return out;
}

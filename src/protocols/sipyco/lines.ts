// Lines of PYON, in either version.
//
// sync_struct and broadcast negotiate nothing: SiPyCo before 1.10 writes version 1 (Python literals),
// later ones version 2 (JSON). The blanks behind colons and commas tell. A line that cannot be read in
// the version it looks like is tried in the other: typed JSON has blanks too. But what version 2 calls
// a `__jsonclass__` is to version 1 a plain dict, so a bad one must not be read as that.
//
// Source: docs/protocols/sync_struct.md, "Which PYON".

import { isLabwireError, type PyValue } from '../../values/index.js';
import {
  decode,
  detectVersion,
  encodeBytes,
  namesJsonclass,
  type PyonVersion,
} from '../pyon/index.js';

/** `value` as a line, with its newline. @throws {EncodeError | LimitError} it has no form in that version. */
export function encodeLine(value: PyValue, pyon: PyonVersion): Uint8Array<ArrayBuffer> {
  return encodeBytes(value, LINES[pyon]);
}

/** As `encodeLine`, for a line that is copied before it is given away: short ones share a buffer. */
export function encodeSharedLine(value: PyValue, pyon: PyonVersion): Uint8Array<ArrayBuffer> {
  return encodeBytes(value, SHARED_LINES[pyon]);
}

/** `text` as a line. A name of a few letters is written here sooner than a native encoder is called. */
export function textLine(text: string): Uint8Array<ArrayBuffer> {
  const line = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      return new TextEncoder().encode(`${text}\n`);
    }
    line[i] = code;
  }
  line[text.length] = 0x0a;
  return line;
}

const OPTIONS = { 1: { version: 1 }, 2: { version: 2 } } as const;
/** A buffer of its own costs a short line as much as its letters do. */
const SHORT_BYTES = 512;
const SHARED_BYTES = 16 * 1024;
let shared = new ArrayBuffer(0);
let sharedUsed = 0;

function allocate(length: number): Uint8Array<ArrayBuffer> {
  if (length > SHORT_BYTES) {
    return new Uint8Array(length);
  }
  if (sharedUsed + length > shared.byteLength) {
    shared = new ArrayBuffer(SHARED_BYTES);
    sharedUsed = 0;
  }
  const at = sharedUsed;
  sharedUsed += length;
  return new Uint8Array(shared, at, length);
}

const LINES = { 1: { version: 1, newline: true }, 2: { version: 2, newline: true } } as const;
const SHARED_LINES = { 1: { ...LINES[1], allocate }, 2: { ...LINES[2], allocate } } as const;

/** Reads lines, each in the version that it looks like; where it looks like both, in that of the line before. */
export class PyonLineDecoder {
  private _pyon: PyonVersion | null = null;

  /** The version of the last line; null before the first. */
  get pyon(): PyonVersion | null {
    return this._pyon;
  }

  /**
   * The value of a line, without its newline. Borrows `line`.
   * @throws {ParseError} of the version that the line looks like. @throws {LimitError}
   */
  decode(line: Uint8Array): PyValue {
    const version = detectVersion(line) ?? this._pyon ?? 2;
    try {
      const value = decode(line, OPTIONS[version]);
      this._pyon = version;
      return value;
    } catch (error) {
      if (!isLabwireError(error, 'ParseError') || (version === 2 && namesJsonclass(line))) {
        throw error;
      }
      return this._decodeAs(version === 1 ? 2 : 1, line, error);
    }
  }

  private _decodeAs(version: PyonVersion, line: Uint8Array, fault: unknown): PyValue {
    try {
      const value = decode(line, OPTIONS[version]);
      this._pyon = version;
      return value;
    } catch (error) {
      throw isLabwireError(error, 'ParseError') ? fault : error;
    }
  }
}

// Which version a text is in.
//
// sync_struct and broadcast do not say. Both write separators in their own way, always: version 1 a
// blank behind every comma and colon, version 2 none. Where a line has no separator, some words exist
// in one version only; `5`, `"x"` and `[]` are the same in both.
//
// Source: SiPyCo 1.9 and 1.10 as observed.

import type { PyValue } from '../../values/index.js';
import { isLabwireError } from '../../values/index.js';
import { BACKSLASH, CLOSE_BRACE, DOUBLE_QUOTE, OPEN_BRACE, SINGLE_QUOTE } from './ascii.js';
import { decode, type PyonOptions, type PyonVersion } from './pyon.js';

/** The version that wrote `line`, as far as its first separator tells; null where both write so. */
export function detectVersion(line: string | Uint8Array): PyonVersion | null {
  const byteAt =
    typeof line === 'string'
      ? (at: number) => (at < line.length ? line.charCodeAt(at) : undefined)
      : (at: number) => line[at];
  let at = 0;
  for (let byte = byteAt(at); byte !== undefined; byte = byteAt(at)) {
    switch (byte) {
      case DOUBLE_QUOTE:
        at = stringEnd(byteAt, at);
        continue;
      case 0x2c: // ,
      case 0x3a: // :
        return byteAt(at + 1) === 0x20 ? 1 : 2;
      case 0x28: // (
      case SINGLE_QUOTE:
        return 1;
      case 0x4e: // N, of NaN; None is written nowhere
      case 0x49: // I
        return 2;
      case 0x62: // b, of bytes
      case 0x69: // i, of inf
      case 0x6a: // j
        return 1;
      case CLOSE_BRACE:
        if (byteAt(at - 1) !== OPEN_BRACE) {
          return 1; // a set of one member: in a dict a colon comes first
        }
        at += 1;
        continue;
      case 0x6e: // n, of null, nan, nparray, npscalar
        if (byteAt(at + 1) !== 0x75) {
          return 1;
        }
        at += 4;
        continue;
      default:
        at += 1;
    }
  }
  return null;
}

function stringEnd(byteAt: (at: number) => number | undefined, start: number): number {
  let at = start + 1;
  for (let byte = byteAt(at); byte !== undefined && byte !== DOUBLE_QUOTE; byte = byteAt(at)) {
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at + 1;
}

/** A value and the version it was read in. */
export type Detected = { readonly value: PyValue; readonly version: PyonVersion };

const JSONCLASS = '"__jsonclass__"';
const JSONCLASS_BYTES = new TextEncoder().encode(JSONCLASS);

/**
 * Does `text` name a `__jsonclass__`? To version 1 that is a plain dict: a text of version 2 that holds
 * a bad one must not be read as that.
 */
export function namesJsonclass(text: string | Uint8Array): boolean {
  if (typeof text === 'string') {
    return text.includes(JSONCLASS);
  }
  for (let at = text.indexOf(DOUBLE_QUOTE); at >= 0; at = text.indexOf(DOUBLE_QUOTE, at + 1)) {
    if (JSONCLASS_BYTES.every((byte, i) => text[at + i] === byte)) {
      return true;
    }
  }
  return false;
}

/**
 * Read a text of unknown version: in the one it looks like, and if that fails in the other. A text
 * that both read alike counts as version 2, and so does one with a bad `__jsonclass__`.
 * @throws {ParseError} of the version it looks like. @throws {LimitError}
 */
export function decodeAny(text: string | Uint8Array, options: PyonOptions = {}): Detected {
  const version = detectVersion(text) ?? 2;
  try {
    return { value: decode(text, { ...options, version }), version };
  } catch (error) {
    if (!isLabwireError(error, 'ParseError') || (version === 2 && namesJsonclass(text))) {
      throw error;
    }
    const other = version === 1 ? 2 : 1;
    const value = second(text, { ...options, version: other });
    if (value === undefined) {
      throw error;
    }
    return { value, version: other };
  }
}

/** The value, undefined where the text is not in this version either. */
function second(text: string | Uint8Array, options: PyonOptions): PyValue | undefined {
  try {
    return decode(text, options);
  } catch (error) {
    if (isLabwireError(error, 'ParseError')) {
      return undefined;
    }
    throw error;
  }
}

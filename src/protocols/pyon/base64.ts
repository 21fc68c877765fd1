// Base64 between ASCII bytes and bytes.
//
// The alphabet of RFC 4648 with padding, written as Python's b64encode does. Reading takes what
// Python's b64decode takes: foreign characters are dropped, everything after a complete padding is
// ignored, a missing padding is an error. Where the platform has a fast path, it is passed in.

import { HOST_ORDER } from '../../values/index.js';
import { EQUALS } from './ascii.js';
import { counted, Misfit } from './fail.js';

/** The platform's base64. Both work on whole ASCII bytes, so that no string is kept. */
export interface IBase64 {
  /**
   * The bytes that `text` means, in a buffer of their own; null where `text` is anything but clean padded base64 (the reader then looks itself).
   */
  decode?(text: Uint8Array): Uint8Array | null;
  /** Write the base64 of `data` into `out`, which has exactly the room. */
  encode?(data: Uint8Array, out: Uint8Array): void;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Value of each character; -1 where it has none. */
const VALUES = new Int8Array(256).fill(-1);
/** Two characters (first in the low byte) of each 12 bits. */
const PAIRS = new Uint16Array(4096);
// Where the 6 bits of the 1st … 4th character of a group lie in its three bytes, little-endian.
const FIRST = new Int32Array(256).fill(-0x80000000);
const SECOND = FIRST.slice();
const THIRD = FIRST.slice();
const FOURTH = FIRST.slice();

for (let i = 0; i < 64; i += 1) {
  const code = ALPHABET.charCodeAt(i);
  VALUES[code] = i;
  FIRST[code] = i << 2;
  SECOND[code] = (i >> 4) | ((i & 15) << 12);
  THIRD[code] = ((i >> 2) << 8) | ((i & 3) << 22);
  FOURTH[code] = i << 16;
  for (let k = 0; k < 64; k += 1) {
    PAIRS[(i << 6) | k] = code | (ALPHABET.charCodeAt(k) << 8);
  }
}

/** Characters that `length` bytes need, padding included. */
export function encodedLength(length: number): number {
  return Math.ceil(length / 3) * 4;
}

/** Write the base64 of `data` into `out` at `start`. */
export function encodeBase64(data: Uint8Array, out: Uint8Array, start: number): void {
  let at = start;
  const whole = data.length - (data.length % 3);
  for (let i = 0; i < whole; i += 3) {
    const bits = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;
    const high = PAIRS[bits >> 12]!;
    const low = PAIRS[bits & 4095]!;
    out[at] = high;
    out[at + 1] = high >> 8;
    out[at + 2] = low;
    out[at + 3] = low >> 8;
    at += 4;
  }
  const rest = data.length - whole;
  if (rest > 0) {
    const bits = (data[whole]! << 16) | ((rest === 2 ? data[whole + 1]! : 0) << 8);
    const high = PAIRS[bits >> 12]!;
    out[at] = high;
    out[at + 1] = high >> 8;
    out[at + 2] = rest === 2 ? PAIRS[bits & 4095]! : EQUALS;
    out[at + 3] = EQUALS;
  }
}

/**
 * The bytes of clean padded base64 from `start` to `end`, in a buffer of their own; null where it is
 * not clean: then `decodeLenient` decides.
 */
export function decodeClean(
  text: Uint8Array,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> | null {
  const length = end - start;
  if (length % 4 !== 0) {
    return null;
  }
  if (length === 0) {
    return new Uint8Array(0);
  }
  const padding = text[end - 1] === EQUALS ? (text[end - 2] === EQUALS ? 2 : 1) : 0;
  const out = new Uint8Array((length / 4) * 3 - padding);
  let i = start;
  let at = 0;
  if (HOST_ORDER === '<') {
    const words = new Int32Array(out.buffer, 0, out.length >> 2);
    let word = 0;
    for (const stop = end - 16; i < stop; i += 16) {
      const a =
        FIRST[text[i]!]! | SECOND[text[i + 1]!]! | THIRD[text[i + 2]!]! | FOURTH[text[i + 3]!]!;
      const b =
        FIRST[text[i + 4]!]! | SECOND[text[i + 5]!]! | THIRD[text[i + 6]!]! | FOURTH[text[i + 7]!]!;
      const c =
        FIRST[text[i + 8]!]! |
        SECOND[text[i + 9]!]! |
        THIRD[text[i + 10]!]! |
        FOURTH[text[i + 11]!]!;
      const d =
        FIRST[text[i + 12]!]! |
        SECOND[text[i + 13]!]! |
        THIRD[text[i + 14]!]! |
        FOURTH[text[i + 15]!]!;
      if ((a | b | c | d) < 0) {
        return null;
      }
      words[word] = a | (b << 24);
      words[word + 1] = (b >> 8) | (c << 16);
      words[word + 2] = (c >> 16) | (d << 8);
      word += 3;
    }
    at = 4 * word;
  }
  for (const stop = end - 4; i < stop; i += 4) {
    const group =
      FIRST[text[i]!]! | SECOND[text[i + 1]!]! | THIRD[text[i + 2]!]! | FOURTH[text[i + 3]!]!;
    if (group < 0) {
      return null;
    }
    out[at] = group;
    out[at + 1] = group >> 8;
    out[at + 2] = group >> 16;
    at += 3;
  }
  const third = padding === 2 ? 0 : THIRD[text[i + 2]!]!;
  const fourth = padding > 0 ? 0 : FOURTH[text[i + 3]!]!;
  const last = FIRST[text[i]!]! | SECOND[text[i + 1]!]! | third | fourth;
  if (last < 0) {
    return null;
  }
  for (let shift = 0; at < out.length; at += 1, shift += 8) {
    out[at] = last >> shift;
  }
  return out;
}

/**
 * What Python's b64decode makes of any bytes.
 * @throws {Misfit} the padding is missing, or one character is left over.
 */
export function decodeLenient(text: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.ceil(text.length / 4) * 3);
  let at = 0;
  let place = 0;
  let left = 0;
  let pads = 0;
  for (const byte of text) {
    if (byte === EQUALS) {
      pads += 1;
      if (place >= 2 && place + pads >= 4) {
        return out.slice(0, at);
      }
      continue;
    }
    const value = VALUES[byte]!;
    if (value < 0) {
      continue;
    }
    pads = 0;
    switch (place) {
      case 0:
        left = value;
        break;
      case 1:
        out[at++] = (left << 2) | (value >> 4);
        left = value & 15;
        break;
      case 2:
        out[at++] = (left << 4) | (value >> 2);
        left = value & 3;
        break;
      default:
        out[at++] = (left << 6) | value;
        left = 0;
    }
    place = (place + 1) % 4;
  }
  if (place === 1) {
    const found = counted(Math.floor(at / 3) * 4 + 1, 'character');
    throw new Misfit(`base64 of ${found} has one over`, 'groups of four characters', found);
  }
  if (place !== 0) {
    throw new Misfit('base64 lacks its padding', "'=' at the end", 'the end of the data');
  }
  return out.slice(0, at);
}

/** What Python's strict b64decode takes: whole groups of the alphabet, padding only at the end. */
export function isStrict(text: Uint8Array): boolean {
  return decodeClean(text, 0, text.length) !== null;
}

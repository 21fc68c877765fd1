// The platform's base64, as far as it has one.

import { MINUS, UNDERSCORE } from './ascii.js';
import type { IBase64 } from './base64.js';

type Base64Array = {
  toBase64?(): string;
  setFromBase64?(text: string, options: { lastChunkHandling: 'strict' }): { written: number };
};

type BufferClass = {
  from(buffer: ArrayBufferLike, offset: number, length: number): IBuffer;
  from(text: string, encoding: 'base64'): Uint8Array;
};
interface IBuffer {
  includes(byte: number): boolean;
  toString(encoding: 'latin1' | 'base64', start?: number, end?: number): string;
  write(text: string, offset: number, encoding: 'latin1'): number;
}

const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();
/** Bytes encoded at once: whole groups of three, and their text stays in the processor's cache. */
const PIECE = 3 * 4096;
/** The same for the engines' own base64, whose calls cost more. */
const LONG_PIECE = 3 * 16384;
/** Characters decoded at once: whole groups of four. */
const TEXT_PIECE = 4 * 32768;

/**
 * What `platform` (pass `globalThis`) has for base64: Node's Buffer, or the `fromBase64` and
 * `toBase64` of newer engines. Undefined where it has nothing: the tables of this room are then
 * faster than `atob`.
 */
export function platformBase64(platform: object): IBase64 | undefined {
  const { Buffer } = platform as { Buffer?: BufferClass };
  if (typeof Buffer?.from === 'function') {
    return bufferBase64(Buffer);
  }
  const { toBase64, setFromBase64 } = Uint8Array.prototype as Base64Array;
  return toBase64 === undefined || setFromBase64 === undefined
    ? undefined
    : engineBase64(toBase64, setFromBase64);
}

// In pieces: one string of all the text would be fresh memory, out of the processor's cache.
function engineBase64(
  toBase64: NonNullable<Base64Array['toBase64']>,
  setFromBase64: NonNullable<Base64Array['setFromBase64']>,
): IBase64 {
  return {
    decode(text) {
      const length = cleanLength(text);
      if (length < 0) {
        return null;
      }
      const bytes = new Uint8Array(length);
      let at = 0;
      try {
        for (let start = 0; start < text.length; start += TEXT_PIECE) {
          const piece = DECODER.decode(text.subarray(start, start + TEXT_PIECE));
          const { written } = setFromBase64.call(bytes.subarray(at), piece, {
            lastChunkHandling: 'strict',
          });
          at += written;
        }
      } catch {
        return null; // not clean base64: the caller looks itself
      }
      return at === length ? bytes : null;
    },
    encode(data, out) {
      let at = 0;
      for (let start = 0; start < data.length; start += LONG_PIECE) {
        const text = toBase64.call(data.subarray(start, start + LONG_PIECE));
        at += ENCODER.encodeInto(text, out.subarray(at)).written;
      }
    },
  };
}

function bufferBase64(Buffer: BufferClass): IBase64 {
  return {
    decode(text) {
      const view = Buffer.from(text.buffer, text.byteOffset, text.length);
      // Buffer also takes the URL alphabet; Python drops its two letters.
      if (view.includes(MINUS) || view.includes(UNDERSCORE)) {
        return null;
      }
      const bytes = Buffer.from(view.toString('latin1'), 'base64');
      if (bytes.length !== cleanLength(text)) {
        return null;
      }
      // Short results lie in Node's shared pool, among the bytes of others.
      const isOwn = bytes.buffer.byteLength === bytes.length;
      return isOwn ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
    },
    encode(data, out) {
      const from = Buffer.from(data.buffer, data.byteOffset, data.length);
      const to = Buffer.from(out.buffer, out.byteOffset, out.length);
      let at = 0;
      for (let start = 0; start < data.length; start += PIECE) {
        at += to.write(from.toString('base64', start, start + PIECE), at, 'latin1');
      }
    },
  };
}

/** Bytes that clean padded base64 of this length means; -1 where it cannot be clean. */
function cleanLength(text: Uint8Array): number {
  const { length } = text;
  if (length % 4 !== 0) {
    return -1;
  }
  const padding = text[length - 1] !== 0x3d ? 0 : text[length - 2] !== 0x3d ? 1 : 2;
  return (length / 4) * 3 - padding;
}

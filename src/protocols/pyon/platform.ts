// The platform's base64, as far as it has one.

import { MINUS, UNDERSCORE } from './ascii.js';
import type { IBase64 } from './base64.js';

type Base64Class = {
  fromBase64?(text: string, options: { lastChunkHandling: 'strict' }): Uint8Array;
};
type Base64Array = { toBase64?(): string };

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
  const { fromBase64 } = Uint8Array as Base64Class;
  const { toBase64 } = Uint8Array.prototype as Base64Array;
  if (typeof fromBase64 !== 'function' || typeof toBase64 !== 'function') {
    return undefined;
  }
  return {
    decode(text) {
      try {
        const bytes = fromBase64.call(Uint8Array, DECODER.decode(text), {
          lastChunkHandling: 'strict',
        });
        return bytes.length === cleanLength(text) ? bytes : null;
      } catch {
        return null; // not clean base64: the caller looks itself
      }
    },
    encode(data, out) {
      ENCODER.encodeInto(toBase64.call(data), out);
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
      // Short results lie in Node's shared pool, at any offset.
      const own = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
      return own.length === cleanLength(text)
        ? new Uint8Array(own.buffer, own.byteOffset, own.length)
        : null;
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

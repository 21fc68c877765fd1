// The first line a peer sends: is this SiPyCo at all?
//
// What a SiPyCo server says first is a dict, so after any blanks comes a "{". A peer that begins
// otherwise is a stranger, and one that sends many bytes without a newline need not be waited for.

import { bannerLine, type SipycoProtocol } from './banner.js';

/** Of a first line that is no PYON, so many bytes are shown; a peer that sends more without a newline is no SiPyCo. */
export const SHOWN_BYTES = 64;

/** Watches the beginning of a connection. The answers do not depend on how the bytes are cut. */
export class FirstLine {
  private readonly _bytes = new Uint8Array(SHOWN_BYTES);
  private _length = 0;
  private _isWhole = false;

  /** The first bytes, at most `SHOWN_BYTES` and without the newline. */
  get head(): Uint8Array {
    return this._bytes.subarray(0, this._length);
  }

  /** See the next bytes. @returns false once it is known that they do not begin a dict. */
  isDict(chunk: Uint8Array): boolean {
    if (this._isWhole) {
      return true;
    }
    for (let i = 0; i < chunk.length && !this._isWhole; i += 1) {
      if (chunk[i] !== NEWLINE) {
        this._bytes[this._length] = chunk[i]!;
        this._length += 1;
      }
      this._isWhole = chunk[i] === NEWLINE || this._length === SHOWN_BYTES;
    }
    if (!this._isWhole) {
      return true;
    }
    let at = 0;
    while (at < this._length && isBlank(this._bytes[at]!)) {
      at += 1;
    }
    return at === this._length || this._bytes[at] === OPEN_BRACE;
  }

  /** Does it at least begin with `key`? Tells a broken SiPyCo server from a stranger. */
  startsWithKey(key: string): boolean {
    return new RegExp(`^\\s*\\{\\s*["']${key}["']\\s*:`).test(LOOSE.decode(this.head));
  }
}

/** Is `line`, without its newline, the banner of `protocol`? SiPyCo compares bytes, and so does this. */
export function isBanner(line: Uint8Array, protocol: SipycoProtocol): boolean {
  const banner = bannerLine(protocol);
  if (line.length !== banner.length - 1) {
    return false;
  }
  for (let i = 0; i < line.length; i += 1) {
    if (line[i] !== banner.charCodeAt(i)) {
      return false;
    }
  }
  return true;
}

/** What a server of `protocol` expects first, in words. */
export function bannerText(protocol: SipycoProtocol): string {
  return `the banner ${JSON.stringify(bannerLine(protocol))}`;
}

/** Bytes of a stranger for a message: on one line, cut where they are many. */
export function quoted(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, SHOWN_BYTES);
  return `${JSON.stringify(LOOSE.decode(shown))}${bytes.length >= SHOWN_BYTES ? ' and more' : ''}`;
}

/** A line as text; null where it is not UTF-8. A name of a few letters is read here sooner than a native decoder is called. */
export function decodeText(line: Uint8Array): string | null {
  if (line.length <= NAME_BYTES) {
    let text = '';
    let seen = 0;
    for (const byte of line) {
      text += String.fromCharCode(byte);
      seen |= byte;
    }
    if (seen < 0x80) {
      return text;
    }
  }
  try {
    return STRICT.decode(line);
  } catch {
    return null; // the caller reports the bytes
  }
}

const NEWLINE = 0x0a;
const NAME_BYTES = 20;
const OPEN_BRACE = 0x7b;
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LOOSE = new TextDecoder('utf-8', { ignoreBOM: true });

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

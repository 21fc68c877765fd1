// The first line a peer sends: is this SiPyCo at all?
//
// What a SiPyCo server says first is a dict, so after any blanks comes a "{". A peer that begins
// otherwise is a stranger, and one that sends many bytes without a newline need not be waited for.

import { bannerLine, type SipycoProtocol } from './banner.js';

/** Of a first line that is no PYON, so many bytes are shown; a peer that sends more without a newline is no SiPyCo. */
export const SHOWN_BYTES = 64;

/** Watches the beginning of a connection. The answers do not depend on how the bytes are cut. */
export class FirstLine {
  private readonly _head: number[] = [];
  private _isWhole = false;

  /** The first bytes, at most `SHOWN_BYTES` and without the newline. */
  get head(): readonly number[] {
    return this._head;
  }

  /** See the next bytes. @returns false once it is known that they do not begin a dict. */
  isDict(chunk: Uint8Array): boolean {
    if (this._isWhole) {
      return true;
    }
    const newline = chunk.indexOf(NEWLINE);
    const end = Math.min(newline < 0 ? chunk.length : newline, SHOWN_BYTES - this._head.length);
    for (let i = 0; i < end; i += 1) {
      this._head.push(chunk[i]!);
    }
    this._isWhole = newline >= 0 || this._head.length === SHOWN_BYTES;
    if (!this._isWhole) {
      return true;
    }
    let at = 0;
    while (at < this._head.length && isBlank(this._head[at]!)) {
      at += 1;
    }
    return at === this._head.length || this._head[at] === OPEN_BRACE;
  }

  /** Does it at least begin with `key`? Tells a broken SiPyCo server from a stranger. */
  startsWithKey(key: string): boolean {
    return new RegExp(`^\\s*\\{\\s*["']${key}["']\\s*:`).test(textOf(this._head));
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
export function quoted(bytes: ArrayLike<number>): string {
  const shown = Array.from({ length: Math.min(bytes.length, SHOWN_BYTES) }, (_, i) => bytes[i]!);
  return `${JSON.stringify(textOf(shown))}${bytes.length >= SHOWN_BYTES ? ' and more' : ''}`;
}

/** A line as text; null where it is not UTF-8. */
export function decodeText(line: Uint8Array): string | null {
  try {
    return STRICT.decode(line);
  } catch {
    return null; // the caller reports the bytes
  }
}

const NEWLINE = 0x0a;
const OPEN_BRACE = 0x7b;
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LOOSE = new TextDecoder('utf-8', { ignoreBOM: true });

function textOf(bytes: readonly number[]): string {
  return LOOSE.decode(Uint8Array.from(bytes));
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

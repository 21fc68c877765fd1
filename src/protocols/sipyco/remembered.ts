// What was read last, by its bytes.
//
// A server says the same to each who comes, and most who come have come before: a client that
// connects again, a tool that asks every few seconds. Comparing a line costs less than reading it.

import { bytesEqual } from '../../values/index.js';

/** A line up to this length is kept, one for each thing that is remembered. */
const KEPT_BYTES = 4096;

/** A reader that remembers the last line that it read. What it gives is shared: never change it. */
export class Remembered<T> {
  private readonly _read: (line: Uint8Array) => T;
  private _last: { readonly line: Uint8Array; readonly value: T } | null = null;

  /** @param read - the same bytes are the same value, always; borrows the line. What it throws is not kept. */
  constructor(read: (line: Uint8Array) => T) {
    this._read = read;
  }

  read(line: Uint8Array): T {
    if (this._last !== null && bytesEqual(this._last.line, line)) {
      return this._last.value;
    }
    const value = this._read(line);
    if (line.length <= KEPT_BYTES) {
      this._last = { line: Uint8Array.from(line), value };
    }
    return value;
  }
}

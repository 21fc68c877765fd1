// Lines out of chunks.
//
// SiPyCo, PandA and JSON-lines peers end a message with one "\n". A line usually lies inside one
// chunk and is then a view of it, not a copy; a line split over chunks is copied once, when whole.

import { LimitError } from '../values/index.js';

const NEWLINE = 0x0a;

/** Cuts a byte stream into lines. Hold one per connection. */
export class LineReader {
  private readonly _maximumBytes: number;
  private readonly _limitName: string;
  private _parts: Uint8Array[] = [];
  private _partBytes = 0;

  /**
   * @param maximumBytes - longest line accepted, without its newline.
   * @param limitName - what a LimitError calls it.
   */
  constructor(maximumBytes: number, limitName: string) {
    this._maximumBytes = maximumBytes;
    this._limitName = limitName;
  }

  /** Bytes of the unfinished line. */
  get pendingBytes(): number {
    return this._partBytes;
  }

  /**
   * Call `take` for each line that `chunk` completes, without its newline. The line is a view that is
   * valid until `take` returns (a split line is a copy). An unfinished rest is copied, so the caller
   * may reuse `chunk` afterwards. `take` returns false to stop: the rest of `chunk` is dropped.
   * @throws {LimitError} the line in progress passed `maximumBytes`; nothing of it is kept.
   */
  feed(chunk: Uint8Array, take: (line: Uint8Array) => boolean): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) {
        break;
      }
      const length = this._partBytes + end - start;
      if (length > this._maximumBytes) {
        this._refuse(length);
      }
      const view = chunk.subarray(start, end);
      const line = this._partBytes === 0 ? view : this._join(view);
      start = end + 1;
      if (!take(line)) {
        return;
      }
    }
    const rest = chunk.length - start;
    if (rest > 0) {
      if (this._partBytes + rest > this._maximumBytes) {
        this._refuse(this._partBytes + rest);
      }
      this._parts.push(chunk.slice(start));
      this._partBytes += rest;
    }
  }

  private _join(last: Uint8Array): Uint8Array {
    const line = new Uint8Array(this._partBytes + last.length);
    let at = 0;
    for (const part of this._parts) {
      line.set(part, at);
      at += part.length;
    }
    line.set(last, at);
    this._parts = [];
    this._partBytes = 0;
    return line;
  }

  private _refuse(length: number): never {
    this._parts = [];
    this._partBytes = 0;
    throw new LimitError(
      `a line of ${length} bytes and more arrived, ${this._limitName} allows ${this._maximumBytes}`,
      { limit: this._limitName, value: length, maximum: this._maximumBytes, unit: 'bytes' },
    );
  }
}

// Lines out of chunks.
//
// SiPyCo, PandA and JSON-lines peers end a message with one "\n". A line usually lies inside one
// chunk and is then a view of it, not a copy. A line split over chunks is gathered in one buffer that
// grows by doubling, so a peer that sends single bytes costs no more memory than one that does not;
// the buffer serves the next split line too, since who sends one picture sends another.

import { LimitError } from '../values/index.js';

const NEWLINE = 0x0a;
const NO_BYTES = new Uint8Array(0);
const FIRST_BYTES = 256;
/** A buffer up to this size is kept for the next line: a 2048 × 2048 uint16 picture in base64 fits. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** Cuts a byte stream into lines. Hold one per connection. */
export class LineReader {
  private readonly _maximumBytes: number;
  private readonly _limitName: string;
  private _buffer: Uint8Array = NO_BYTES;
  private _pendingBytes = 0;

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
    return this._pendingBytes;
  }

  /**
   * Call `take` for each line that `chunk` completes, without its newline. The line is a view that is
   * valid until `take` returns. An unfinished rest is copied, so the caller may reuse `chunk`
   * afterwards. `take` returns false to stop: the rest of `chunk` is dropped.
   * @throws {LimitError} the line in progress passed `maximumBytes`; nothing of it is kept.
   */
  feed(chunk: Uint8Array, take: (line: Uint8Array) => boolean): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) {
        break;
      }
      this._check(end - start);
      const last = chunk.subarray(start, end);
      const line = this._pendingBytes === 0 ? last : this._finish(last);
      start = end + 1;
      if (!take(line)) {
        return;
      }
    }
    if (start < chunk.length) {
      this._check(chunk.length - start);
      this._append(chunk.subarray(start));
    }
  }

  private _append(part: Uint8Array): void {
    const length = this._pendingBytes + part.length;
    if (length > this._buffer.length) {
      const doubled = Math.max(length, 2 * this._buffer.length, FIRST_BYTES);
      const grown = new Uint8Array(Math.min(doubled, this._maximumBytes));
      grown.set(this._buffer.subarray(0, this._pendingBytes));
      this._buffer = grown;
    }
    this._buffer.set(part, this._pendingBytes);
    this._pendingBytes = length;
  }

  private _finish(last: Uint8Array): Uint8Array {
    this._append(last);
    const line = this._buffer.subarray(0, this._pendingBytes);
    this._forget();
    return line;
  }

  private _forget(): void {
    this._pendingBytes = 0;
    if (this._buffer.length > KEPT_BYTES) {
      this._buffer = NO_BYTES;
    }
  }

  /** @throws {LimitError} `more` bytes are too many. */
  private _check(more: number): void {
    const length = this._pendingBytes + more;
    if (length > this._maximumBytes) {
      this._pendingBytes = 0;
      this._buffer = NO_BYTES;
      throw new LimitError(
        `a line of ${length} bytes and more arrived, ${this._limitName} allows ${this._maximumBytes}`,
        { limit: this._limitName, value: length, maximum: this._maximumBytes, unit: 'bytes' },
      );
    }
  }
}

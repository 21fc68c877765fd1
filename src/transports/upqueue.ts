// Bytes on their way to the instrument.
//
// They are kept until the bridge says it has them, so that a new link can send again what the old
// one lost. Nothing is copied here; a record is made of pieces of what was queued.

import { MalformedMessage } from './records.js';

/** One direction of one stream. Positions count from the stream's first byte. */
export class UpQueue {
  private _chunks: Uint8Array[] = [];
  /** Position of the first byte of `_chunks[0]`. */
  private _start = 0;
  /** The next chunk to send from, and its position. */
  private _next = 0;
  private _nextStart = 0;
  private _total = 0;
  private _sent = 0;
  private _received = 0;
  private _allowed = 0;

  /** Bytes ever queued. */
  get total(): number {
    return this._total;
  }

  /** Bytes that the bridge has. */
  get received(): number {
    return this._received;
  }

  /** Queued, and not yet sent on the present link. */
  get unsentBytes(): number {
    return this._total - this._sent;
  }

  /** Bytes that may leave now. */
  get readyBytes(): number {
    return Math.min(this._total, this._allowed) - this._sent;
  }

  /** Has everything that was queued been sent? */
  get allSent(): boolean {
    return this._sent === this._total;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length > 0) {
      this._chunks.push(chunk);
      this._total += chunk.length;
    }
  }

  /** The next pieces, in all at most `maximumBytes` and what credit allows; they count as sent. */
  take(maximumBytes: number): { readonly pieces: Uint8Array[]; readonly bytes: number } {
    const pieces: Uint8Array[] = [];
    const bytes = Math.max(0, Math.min(maximumBytes, this.readyBytes));
    const end = this._sent + bytes;
    while (this._sent < end) {
      const chunk = this._chunks[this._next]!;
      const from = this._sent - this._nextStart;
      const length = Math.min(chunk.length - from, end - this._sent);
      pieces.push(length === chunk.length ? chunk : chunk.subarray(from, from + length));
      this._sent += length;
      if (from + length === chunk.length) {
        this._next += 1;
        this._nextStart += chunk.length;
      }
    }
    return { pieces, bytes };
  }

  /** CREDIT. @throws {MalformedMessage} more received than was sent. */
  credit(received: number, allowed: number): void {
    if (received > this._sent) {
      throw new MalformedMessage(
        `CREDIT says ${received} bytes were received, ${this._sent} were sent`,
      );
    }
    this._allowed = Math.max(this._allowed, allowed);
    if (received <= this._received) {
      return;
    }
    this._received = received;
    let gone = 0;
    while (gone < this._next && this._start + this._chunks[gone]!.length <= received) {
      this._start += this._chunks[gone]!.length;
      gone += 1;
    }
    if (gone > 0) {
      this._chunks.splice(0, gone);
      this._next -= gone;
    }
  }

  /** A stream that another page has begun: `received` bytes have gone before ours. Call before any `push`. */
  startAt(received: number): void {
    this._start = received;
    this._nextStart = received;
    this._total = received;
    this._sent = received;
    this._received = received;
  }

  /** A new link: the bridge has `received` bytes, all later ones are sent again as credit allows. */
  resume(received: number, allowed: number): void {
    if (received < this._received || received > this._total) {
      throw new MalformedMessage(
        `ATTACHED says ${received} bytes were received, of ${this._received} to ${this._total}`,
      );
    }
    // What the old link had sent and the bridge has counts as sent, though we never heard so.
    this._sent = Math.max(this._sent, received);
    this.credit(received, allowed);
    this._sent = received;
    this._next = 0;
    this._nextStart = this._start;
    while (
      this._next < this._chunks.length &&
      this._nextStart + this._chunks[this._next]!.length <= received
    ) {
      this._nextStart += this._chunks[this._next]!.length;
      this._next += 1;
    }
  }
}

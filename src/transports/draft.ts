// A message to the bridge while it is made.
//
// Small records share a buffer; bulk DATA has one of its own. Nothing is copied before the codec
// writes the frame.

import type { Buffers } from './channelcodec.js';
import { Kind, recordHeader } from './records.js';

/** One frame with its envelope stays below 1 MiB: a tenth of what the server takes. */
export const MESSAGE_BYTES = 1024 * 1024 - 16 * 1024;
/** From here on DATA is bulk. */
const BULK_BYTES = 4096;
/** Below the contract's 256 buffers and 16384 records of a message. */
const BUFFERS = 200;
const RECORDS = 8000;

export class Draft {
  private readonly _buffers: Uint8Array[][];
  private _shared: Uint8Array[];
  private _bytes: number;
  private _records = 1;

  /** @param first - the record that opens the message. */
  constructor(first: Uint8Array) {
    this._shared = [first];
    this._buffers = [this._shared];
    this._bytes = first.length;
  }

  get buffers(): Buffers {
    return this._buffers;
  }

  /** Records so far. */
  get records(): number {
    return this._records;
  }

  /** Bytes of payload that one more record may have; 0 when the message is full. */
  get room(): number {
    const full = this._records >= RECORDS || this._buffers.length >= BUFFERS;
    return full ? 0 : Math.max(0, MESSAGE_BYTES - this._bytes);
  }

  add(record: Uint8Array): void {
    this._shared.push(record);
    this._bytes += record.length;
    this._records += 1;
  }

  /** DATA of `bytes` in `pieces`, which are borrowed until the message was encoded. */
  addData(stream: number, pieces: readonly Uint8Array[], bytes: number): void {
    const header = recordHeader(Kind.DATA, stream, bytes);
    this._bytes += header.length + bytes;
    this._records += 1;
    if (bytes < BULK_BYTES) {
      this._shared.push(header, ...pieces);
      return;
    }
    this._shared = [];
    this._buffers.push([header, ...pieces], this._shared);
  }
}

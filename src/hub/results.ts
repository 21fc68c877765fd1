// What calls returned, kept so that it can be looked at again: the newest ones, as far as there is room.
//
// Values stay in the worker; the page shows parts of them. A result that had to go says so when it
// is asked for, and the views that looked at it are closed.

import {
  ClosedError,
  NDArray,
  NumpyScalar,
  PyDict,
  PySet,
  type PyValue,
  Tuple,
} from '../values/index.js';

export const RESULT_LIMITS = {
  /** Results that are kept. A history of more than that nobody scrolls through. */
  count: 100,
  /** Bytes of all of them. A worker shares the browser's memory with the page: an eighth of 2 GiB. */
  bytes: 256 * 1024 * 1024,
} as const;

export type ResultLimits = { readonly [L in keyof typeof RESULT_LIMITS]: number };

/** One value that a call returned. */
export type Result = {
  readonly callId: number;
  /** What was called, for people. */
  readonly method: string;
  readonly value: PyValue;
  /** When it came. ns since 1970-01-01 UTC. */
  readonly timeNs: bigint;
};

type Kept = { readonly result: Result; readonly bytes: number };

export class Results {
  private readonly _limits: ResultLimits;
  private readonly _onDropped: (callId: number) => void;
  /** Oldest first. */
  private readonly _kept = new Map<number, Kept>();
  private _bytes = 0;

  /** @param onDropped - a result is kept no longer: close what shows it. */
  constructor(onDropped: (callId: number) => void, limits: ResultLimits = RESULT_LIMITS) {
    this._onDropped = onDropped;
    this._limits = limits;
  }

  /** Bytes of all results, nearly: see `sizeOf`. */
  get bytes(): number {
    return this._bytes;
  }

  get count(): number {
    return this._kept.size;
  }

  /** Keep it, and let go of the oldest that are too many. One that is too large by itself is not kept. */
  add(result: Result): void {
    const bytes = sizeOf(result.value);
    this._kept.set(result.callId, { result, bytes });
    this._bytes += bytes;
    for (const callId of [...this._kept.keys()]) {
      if (this._kept.size <= this._limits.count && this._bytes <= this._limits.bytes) {
        break;
      }
      this.drop(callId);
    }
  }

  /** @throws {ClosedError} it is not kept any more, or never was. */
  get(callId: number): Result {
    const kept = this._kept.get(callId);
    if (kept === undefined) {
      const megabytes = Math.round(this._limits.bytes / 1e6);
      throw new ClosedError(
        `the result of call ${callId} is not kept any more: the newest ${this._limits.count} are, up to ${megabytes} MB in all`,
        { hint: 'Call the method again.' },
      );
    }
    return kept.result;
  }

  /** Twice is harmless. */
  drop(callId: number): void {
    const kept = this._kept.get(callId);
    if (kept !== undefined) {
      this._kept.delete(callId);
      this._bytes -= kept.bytes;
      this._onDropped(callId);
    }
  }

  clear(): void {
    for (const callId of [...this._kept.keys()]) {
      this.drop(callId);
    }
  }
}

/** What a value costs beside its arrays and texts: a slot, an object. */
const ITEM_BYTES = 16;

/**
 * Bytes that a value holds, nearly: arrays by their memory, texts by their characters, a slot for each item.
 * @param enough - looks no further once it is more than this.
 */
export function sizeOf(value: PyValue, enough = Number.POSITIVE_INFINITY): number {
  let bytes = 0;
  const waiting: PyValue[] = [value];
  for (let item = waiting.pop(); item !== undefined && bytes <= enough; item = waiting.pop()) {
    bytes += ITEM_BYTES;
    if (typeof item === 'string') {
      bytes += 2 * item.length;
    } else if (item instanceof NDArray || item instanceof NumpyScalar) {
      bytes += item.bytes.byteLength;
    } else if (item instanceof Uint8Array) {
      bytes += item.byteLength;
    } else if (Array.isArray(item)) {
      for (const inner of item) {
        waiting.push(inner);
      }
    } else if (item instanceof Tuple || item instanceof PySet) {
      for (const inner of item) {
        waiting.push(inner);
      }
    } else if (item instanceof PyDict) {
      item.forEach((inner, key) => {
        waiting.push(key, inner);
      });
    }
  }
  return bytes;
}

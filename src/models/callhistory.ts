// What was called in this tab: to be read again, to fill a form with, to be called again.
//
// It lives as long as the page. Results are in the worker, which keeps the newest of them.

import { type ISignal, Signal } from '@lumino/signaling';
import type { CallOutcome } from '../hub/api.js';
import type { CallArguments } from './callformfields.js';

/** One call that came to an end. */
export type CallEntry = CallArguments & {
  readonly callId: number;
  /** Of the target. */
  readonly address: string;
  readonly method: string;
  /** When it was sent. ns since 1970-01-01 UTC. */
  readonly timeNs: bigint;
  readonly outcome: CallOutcome;
};

/** Calls that are remembered: more than the worker keeps results of. */
const CALL_LIMIT = 500;

export class CallHistory {
  constructor(limit = CALL_LIMIT) {
    this._limit = limit;
  }

  /** A call came to an end, whichever form it was made in. */
  get added(): ISignal<this, CallEntry> {
    return this._added;
  }

  /** The number of the next call: each is used once in a tab. */
  nextCallId(): number {
    this._lastId += 1;
    return this._lastId;
  }

  add(entry: CallEntry): void {
    this._entries.push(entry);
    if (this._entries.length > this._limit) {
      this._entries.shift();
    }
    this._added.emit(entry);
  }

  /** Newest first. */
  of(address: string, method: string): readonly CallEntry[] {
    return this._entries
      .filter(entry => entry.address === address && entry.method === method)
      .reverse();
  }

  private readonly _limit: number;
  private readonly _entries: CallEntry[] = [];
  private readonly _added = new Signal<this, CallEntry>(this);
  private _lastId = 0;
}

// A clock that a test turns by hand.

import type { IClock, ITimer } from '../../wire/index.js';

export class HandClock implements IClock {
  private _nowMs = 1000;
  private _timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  private _seed = 1;

  nowMs(): number {
    return this._nowMs;
  }

  wallNs(): bigint {
    return 1_700_000_000_000_000_000n + BigInt(Math.round(this._nowMs * 1e6));
  }

  /** Never the same twice, always the same in a row. */
  random(): number {
    this._seed = (this._seed * 48271) % 2147483647;
    return this._seed / 2147483647;
  }

  after(delayMs: number, callback: () => void): ITimer {
    const timer = { atMs: this._nowMs + delayMs, callback };
    this._timers.push(timer);
    return {
      cancel: () => {
        this._timers = this._timers.filter(other => other !== timer);
      },
    };
  }

  /** Milliseconds until the next timer; null without one. */
  get nextInMs(): number | null {
    return this._timers.length === 0
      ? null
      : Math.min(...this._timers.map(timer => timer.atMs)) - this._nowMs;
  }

  /** Stand still for `ms`: what falls due meanwhile comes late, all at once, at the next `turn`. */
  freeze(ms: number): void {
    this._nowMs += ms;
  }

  /** Go on by `ms`, firing what falls due in order, with a turn of the event loop after each. */
  async turn(ms: number): Promise<void> {
    const until = this._nowMs + ms;
    await settled();
    for (;;) {
      const due = this._timers
        .filter(timer => timer.atMs <= until)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) {
        break;
      }
      this._timers = this._timers.filter(timer => timer !== due);
      this._nowMs = Math.max(this._nowMs, due.atMs);
      due.callback();
      await settled();
    }
    this._nowMs = Math.max(this._nowMs, until);
  }
}

/** Everything that promises wanted to do is done. */
export const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

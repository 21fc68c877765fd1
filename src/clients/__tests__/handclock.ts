// A clock that a test turns by hand.

import type { IClock, ITimer } from '../../wire/index.js';

type Timer = { readonly atMs: number; readonly callback: () => void };

export class HandClock implements IClock {
  private _nowMs = 0;
  private _timers: Timer[] = [];
  /** What `random` gives: 0.5 is no jitter. */
  chance = 0.5;

  nowMs(): number {
    return this._nowMs;
  }

  wallNs(): bigint {
    return 1_700_000_000_000_000_000n + BigInt(Math.round(this._nowMs * 1e6));
  }

  random(): number {
    return this.chance;
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

  /** Timers that have not fired. */
  get pending(): number {
    return this._timers.length;
  }

  /** When the next timer fires, in ms from now; null without one. */
  get nextInMs(): number | null {
    return this._timers.length === 0
      ? null
      : Math.min(...this._timers.map(timer => timer.atMs)) - this._nowMs;
  }

  /** The computer sleeps: time goes on, and what falls due fires late. */
  sleep(ms: number): void {
    this._nowMs += ms;
  }

  /** Turn on by `ms`, firing what falls due, in order. */
  turn(ms: number): void {
    const until = this._nowMs + ms;
    for (;;) {
      const due = this._timers
        .filter(timer => timer.atMs <= until)
        .reduce<Timer | null>((a, b) => (a === null || b.atMs < a.atMs ? b : a), null);
      if (due === null) {
        break;
      }
      this._timers = this._timers.filter(timer => timer !== due);
      this._nowMs = Math.max(this._nowMs, due.atMs);
      due.callback();
    }
    this._nowMs = until;
  }
}

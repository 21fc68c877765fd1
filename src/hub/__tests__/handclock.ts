// Time that a test turns by hand.

import type { IClock, ITimer } from '../../wire/index.js';

type Timer = { readonly atMs: number; readonly callback: () => void };

export class HandClock implements IClock {
  private _nowMs = 0;
  private readonly _timers = new Set<Timer>();

  nowMs(): number {
    return this._nowMs;
  }

  wallNs(): bigint {
    return 1_700_000_000_000_000_000n + BigInt(Math.round(this._nowMs * 1e6));
  }

  random(): number {
    return 0.5;
  }

  after(delayMs: number, callback: () => void): ITimer {
    const timer = { atMs: this._nowMs + delayMs, callback };
    this._timers.add(timer);
    return { cancel: () => this._timers.delete(timer) };
  }

  get timerCount(): number {
    return this._timers.size;
  }

  /** Turn on by `ms`, firing in order what falls due, each with time for promises to settle. */
  async turn(ms: number): Promise<void> {
    const until = this._nowMs + ms;
    for (;;) {
      const due = [...this._timers]
        .filter(({ atMs }) => atMs <= until)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) {
        break;
      }
      this._timers.delete(due);
      this._nowMs = Math.max(this._nowMs, due.atMs);
      due.callback();
      await settled();
    }
    this._nowMs = until;
    await settled();
  }
}

/** Let everything happen that needs no time. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

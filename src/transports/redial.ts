// When the kernel channel may be tried again.
//
// After 0.1, 0.2, 0.5, 1 s, then each second, and every 5 s after five minutes. The pause holds for
// everybody who wants the channel: twenty views that each ask again must not knock twenty times.

import type { IClock } from '../wire/index.js';

const DELAYS_MS = [100, 200, 500, 1000];
const EAGER_FOR_MS = 5 * 60 * 1000;
const PATIENT_MS = 5000;
/** A channel that held so long starts the delays over. */
const SETTLED_MS = 1000;

export class Redial {
  private readonly _clock: IClock;
  private _attempts = 0;
  private _downSinceMs: number;
  private _notBeforeMs = Number.NEGATIVE_INFINITY;
  private _wakeUp: (() => void) | null = null;

  constructor(clock: IClock) {
    this._clock = clock;
    this._downSinceMs = clock.nowMs();
  }

  /** The channel worked for `heldMs` and went. */
  lost(heldMs: number): void {
    this._downSinceMs = this._clock.nowMs();
    if (heldMs >= SETTLED_MS) {
      this._attempts = 0;
    }
    this.failed();
  }

  /** An attempt came to nothing. */
  failed(): void {
    const now = this._clock.nowMs();
    const last = now - this._downSinceMs < EAGER_FOR_MS ? DELAYS_MS.at(-1)! : PATIENT_MS;
    const delay = DELAYS_MS[this._attempts] ?? last;
    this._attempts += 1;
    // A tenth of jitter: tabs of one server must not all knock at once.
    this._notBeforeMs = now + delay * (0.9 + 0.2 * this._clock.random());
  }

  /** Resolves when the next attempt may be made, or at `hurry`. */
  async turn(): Promise<void> {
    const waitMs = this._notBeforeMs - this._clock.nowMs();
    if (waitMs > 0) {
      await new Promise<void>(resolve => {
        const timer = this._clock.after(waitMs, resolve);
        this._wakeUp = () => {
          timer.cancel();
          resolve();
        };
      });
      this._wakeUp = null;
    }
  }

  /** End the pause, and start over with short ones. */
  hurry(): void {
    this._attempts = 0;
    this._notBeforeMs = Number.NEGATIVE_INFINITY;
    this._wakeUp?.();
  }
}

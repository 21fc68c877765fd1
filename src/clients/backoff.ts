// When to try again.
//
// 0.1, 0.2, 0.5, 1 s, each with jitter, so that a hundred tabs do not knock at once on a server that
// comes back. What once worked is then tried each second for five minutes (a restart of the master
// takes less) and after that every five seconds, as is from here on what never worked.

import type { IClock } from '../wire/index.js';

const FIRST_DELAYS_MS = [100, 200, 500, 1000] as const;
const EAGER_DELAY_MS = 1000;
const EAGER_FOR_MS = 5 * 60 * 1000;
const PATIENT_DELAY_MS = 5000;
const JITTER = 0.2; // of the delay, to either side
/** A link that held this long was a success; one that died sooner goes on where it was. */
const SETTLED_MS = 1000;

/** The delays of one endpoint. Knows whether it ever worked, and since when it does not. */
export class Backoff {
  private readonly _clock: IClock;
  private _attempts = 0;
  private _worked = false;
  private _upSinceMs: number | null = null;
  private _downSinceMs: number;
  private _wake: (() => void) | null = null;

  constructor(clock: IClock) {
    this._clock = clock;
    this._downSinceMs = clock.nowMs();
  }

  /** Has nothing failed lately, so that the next attempt may come without a pause? */
  get isFresh(): boolean {
    return this._attempts === 0;
  }

  /** The link works now. */
  up(): void {
    this._worked = true;
    this._upSinceMs = this._clock.nowMs();
  }

  /** The link dropped, or an attempt failed. */
  down(): void {
    const now = this._clock.nowMs();
    if (this._upSinceMs !== null) {
      // A server that greets and dies again must not be asked ten times a second for ever.
      if (now - this._upSinceMs >= SETTLED_MS) {
        this._attempts = 0;
      }
      this._downSinceMs = now;
      this._upSinceMs = null;
    }
  }

  /** The pause before the next attempt, in ms, without jitter. Each call counts as an attempt. */
  nextDelayMs(): number {
    const first = FIRST_DELAYS_MS[this._attempts];
    this._attempts += 1;
    if (first !== undefined) {
      return first;
    }
    const eager = this._worked && this._clock.nowMs() - this._downSinceMs < EAGER_FOR_MS;
    return eager ? EAGER_DELAY_MS : PATIENT_DELAY_MS;
  }

  /** Resolve after the next pause, or as soon as `retryNow` or `cancel` is called. */
  wait(): Promise<void> {
    const jitter = 1 + JITTER * (2 * this._clock.random() - 1);
    return this._sleep(this.nextDelayMs() * jitter);
  }

  /** Resolve when `retryNow` or `cancel` is called: for what waiting alone does not heal. */
  waitForPerson(): Promise<void> {
    return this._sleep(null);
  }

  /** A person asked: end the pause, and start over with short ones. Without a pause: nothing waits. */
  retryNow(): void {
    this._attempts = 0;
    this._wake?.();
  }

  /** End the pause because nobody wants the link any more. */
  cancel(): void {
    this._wake?.();
  }

  private _sleep(delayMs: number | null): Promise<void> {
    this._wake?.();
    return new Promise(resolve => {
      const wake = () => {
        timer?.cancel();
        this._wake = null;
        resolve();
      };
      const timer = delayMs === null ? null : this._clock.after(delayMs, wake);
      this._wake = wake;
    });
  }
}

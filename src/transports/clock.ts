// The platform's time: the same names exist in a worker and in Node.

import type { IClock, ITimer } from '../wire/index.js';

/** The monotonic clock may run away from the wall clock (a laptop slept, NTP stepped) by so much. */
const TOLERANCE_MS = 5;

/** Monotonic and wall time of the platform; timers of its event loop. */
export class PlatformClock implements IClock {
  /** Wall time minus monotonic time. */
  private _offsetMs = Number.NaN;

  nowMs(): number {
    return performance.now();
  }

  /** The system's wall clock, with the digits below its millisecond from the monotonic one. */
  wallNs(): bigint {
    const monotonic = performance.now();
    const wall = Date.now();
    if (!(Math.abs(wall - monotonic - this._offsetMs) <= TOLERANCE_MS)) {
      this._offsetMs = wall - monotonic;
    }
    // Milliseconds since 1970 need 41 bits and leave 12 for the fraction: whole and rest apart.
    const ms = Math.floor(this._offsetMs);
    const rest = this._offsetMs - ms + monotonic;
    return BigInt(ms) * 1_000_000n + BigInt(Math.round(rest * 1e6));
  }

  after(delayMs: number, callback: () => void): ITimer {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  }

  random(): number {
    return Math.random();
  }
}

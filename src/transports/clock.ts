// The platform's time: the same names exist in a worker and in Node.

import type { IClock, ITimer } from '../wire/index.js';

/** The monotonic clock may run away from the wall clock (a laptop slept, NTP stepped) by so much. */
const TOLERANCE_MS = 5;

/** Monotonic and wall time of the platform; timers of its event loop. */
export class PlatformClock implements IClock {
  /** Wall time minus monotonic time; its whole milliseconds in nanoseconds, and the rest of it. */
  private _offsetMs = Number.NaN;
  private _wholeNs = 0n;
  private _restMs = 0;

  nowMs(): number {
    return performance.now();
  }

  /** The system's wall clock, with the digits below its millisecond from the monotonic one. */
  wallNs(): bigint {
    const monotonic = performance.now();
    const wall = Date.now();
    if (!(Math.abs(wall - monotonic - this._offsetMs) <= TOLERANCE_MS)) {
      this._offsetMs = wall - monotonic;
      // Milliseconds since 1970 need 41 bits and leave 12 for the fraction: whole and rest apart.
      const whole = Math.floor(this._offsetMs);
      this._wholeNs = BigInt(whole) * 1_000_000n;
      this._restMs = this._offsetMs - whole;
    }
    return this._wholeNs + BigInt(Math.round((this._restMs + monotonic) * 1e6));
  }

  after(delayMs: number, callback: () => void): ITimer {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  }

  random(): number {
    return Math.random();
  }
}

// Time and chance as arguments, so that a test can turn the clock by hand.

/** A timer that can be cancelled. */
export interface ITimer {
  cancel(): void;
}

export interface IClock {
  /** Milliseconds on a monotonic clock, with fractions. */
  nowMs(): number;
  /** Nanoseconds since 1970-01-01 UTC, as good as the platform gives them. */
  wallNs(): bigint;
  /** Call `callback` once, `delayMs` from now. */
  after(delayMs: number, callback: () => void): ITimer;
  /** A number in [0, 1), for jitter. */
  random(): number;
}

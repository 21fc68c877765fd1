// A deadline that does not run while a person is asked whether the endpoint may be reached.

import type { IClock, ITimer } from '../wire/index.js';

/** Aborts `signal` when the time is over, or when it is given up. */
export class Deadline {
  private readonly _clock: IClock;
  private readonly _ms: number | null;
  private readonly _late: () => unknown;
  private readonly _controller = new AbortController();
  private _timer: ITimer | null = null;

  /**
   * @param ms - null: as long as it takes.
   * @param late - the reason of `signal` once the time is over.
   */
  constructor(clock: IClock, ms: number | null, late: () => unknown) {
    this._clock = clock;
    this._ms = ms;
    this._late = late;
    this._start();
  }

  get signal(): AbortSignal {
    return this._controller.signal;
  }

  /** Stand still while a person is asked; afterwards all the time is there again. */
  setAsking(isAsking: boolean): void {
    if (isAsking) {
      this._timer?.cancel();
      this._timer = null;
    } else if (this._timer === null) {
      this._start();
    }
  }

  giveUp(reason: unknown): void {
    this.end();
    this._controller.abort(reason);
  }

  /** What was waited for is over. */
  end(): void {
    this._timer?.cancel();
    this._timer = null;
  }

  private _start(): void {
    if (this._ms !== null && !this.signal.aborted) {
      this._timer = this._clock.after(this._ms, () => this.giveUp(this._late()));
    }
  }
}

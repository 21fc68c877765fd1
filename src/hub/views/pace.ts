// A view that costs the page much to draw: so many frames in a second, and not one more.
//
// After each frame it rests. What changes meanwhile waits for the end of the rest, which is one timer
// for a frame and none for what is quiet.

import type { IClock, ITimer } from '../../wire/index.js';

export class Pace {
  private readonly _clock: IClock;
  private readonly _wake: () => void;
  private readonly _restMs: number;
  private _timer: ITimer | null = null;

  /** @param wake - called when the rest is over. */
  constructor(clock: IClock, wake: () => void, restMs: number) {
    this._clock = clock;
    this._wake = wake;
    this._restMs = restMs;
  }

  get isResting(): boolean {
    return this._timer !== null;
  }

  /** A frame was drawn. */
  rest(): void {
    this._timer ??= this._clock.after(this._restMs, () => {
      this._timer = null;
      this._wake();
    });
  }

  close(): void {
    this._timer?.cancel();
    this._timer = null;
  }
}

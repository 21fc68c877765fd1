// Datasets that go together are set one after the other, so for a moment they do not fit.
//
// Only what does not fit for a second is told; until then the last picture stays.
//
// Source: ARTIQ's applets plot_xy, plot_hist and plot_xy_hist, which wait as long.

import { toFault, UnsupportedError } from '../../values/index.js';
import type { IClock, ITimer } from '../../wire/index.js';
import type { Body } from './view.js';

const WAIT_MS = 1000;

export class Patience {
  private readonly _clock: IClock;
  private readonly _wake: () => void;
  private _timer: ITimer | null = null;
  private _isOver = false;
  private _isNews = false;

  /** @param wake - called when the time is up, to draw again. */
  constructor(clock: IClock, wake: () => void) {
    this._clock = clock;
    this._wake = wake;
  }

  /** The time is up, and `endures` has not been asked since. */
  get isNews(): boolean {
    return this._isNews;
  }

  /** @returns whether something is wrong for so short a time that nothing should be said. */
  endures(isWrong: boolean): boolean {
    this._isNews = false;
    if (!isWrong) {
      this.close();
    } else if (this._timer === null) {
      this._timer = this._clock.after(WAIT_MS, () => {
        this._isOver = true;
        this._isNews = true;
        this._wake();
      });
    }
    return isWrong && !this._isOver;
  }

  close(): void {
    this._timer?.cancel();
    this._timer = null;
    this._isOver = false;
  }
}

/** What is shown instead of datasets that do not fit. @param wrong - which, and how. */
export function misfitOf(wrong: string): Body {
  const error = new UnsupportedError(
    wrong,
    { feature: 'datasets that do not go together' },
    { hint: 'Set them together: the picture comes back as soon as they fit.' },
  );
  return { content: { kind: 'empty', fault: toFault(error) }, transfer: [] };
}

// One curve of a trace: y, its error bars, and a pyramid over y that answers for pixel columns.

import { type Display, type Fault, toFault, UnsupportedError } from '../../values/index.js';
import type { SourceEvent } from '../sources/source.js';
import { Pyramid } from './pyramid.js';
import { TraceSeries } from './traceseries.js';

/** What a source of a trace says: a mirror of its numbers, and how to show them. */
export class TraceAxis {
  readonly series = new TraceSeries();
  display: Display = {};
  type = '';
  /** Its last value was a list of numbers. */
  present = false;
  misfit: Fault | null = null;

  /** @param label - what to call it: the last part of its address. */
  constructor(readonly label: string) {}

  /**
   * @param what - the view that is made of it, for the sentence in `misfit`.
   * @returns what of the mirror changed, and whether it is the array that it was, and as long; null
   *   where the value is no list of numbers.
   */
  take(
    { reading, range }: Extract<SourceEvent, { readonly type: 'reading' }>,
    what: string,
  ): { readonly from: number; readonly to: number; readonly isSame: boolean } | null {
    const { series } = this;
    const { values, length } = series;
    this.display = reading.display;
    this.type = reading.type;
    const changed = series.update(reading.value, range);
    this.present = changed !== null;
    this.misfit =
      changed === null ? this.misfitOf(`${what} needs a list or 1-D array of numbers`) : null;
    return changed && { ...changed, isSame: series.values === values && series.length === length };
  }

  protected misfitOf(needs: string): Fault {
    return toFault(
      new UnsupportedError(
        `${this.label || 'this'} is ${this.type}, ${needs}`,
        { feature: `plot of ${this.type}` },
        { hint: 'Show it with view="auto".' },
      ),
    );
  }
}

export class TraceCurve {
  readonly y: TraceAxis;
  readonly error: TraceAxis | null;
  private readonly _pyramid = new Pyramid(new Float64Array(0), 0);
  private _pyramidStale = false;
  // Index of the newest finite y, as far as the changes told.
  private _lastIndex = -1;

  constructor(y: TraceAxis, error: TraceAxis | null) {
    this.y = y;
    this.error = error;
  }

  get lastIndex(): number {
    return this._lastIndex;
  }

  /** What `y.take` says that changed. */
  changed(from: number, to: number, isSame: boolean): void {
    if (!isSame) {
      this._pyramidStale = true;
    } else if (!this._pyramidStale) {
      this._pyramid.changed(from, to);
    }
    this._lastIndex = newestFinite(this.y.series, from, to, this._lastIndex);
  }

  /** In step with y. */
  pyramid(): Pyramid {
    if (this._pyramidStale) {
      this._pyramid.replace(this.y.series.values, this.y.series.length);
      this._pyramidStale = false;
    }
    return this._pyramid;
  }

  close(): void {
    this.y.series.update([], null);
    this._pyramid.replace(new Float64Array(0), 0);
  }
}

// The last finite element of what changed; a change to NaN elsewhere leaves the newest where it was.
function newestFinite(series: TraceSeries, from: number, to: number, before: number): number {
  for (let i = to - 1; i >= from; i--) {
    if (Number.isFinite(series.values[i]!)) {
      return i;
    }
  }
  return before >= from && before < to
    ? lastFiniteBefore(series, from)
    : Math.min(before, series.length - 1);
}

function lastFiniteBefore(series: TraceSeries, end: number): number {
  let i = end - 1;
  while (i >= 0 && !Number.isFinite(series.values[i]!)) {
    i--;
  }
  return i;
}

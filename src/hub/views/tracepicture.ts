// One curve in one frame: the points or the pixel columns inside the window, in shown units.

import type { Display } from '../../values/index.js';
import type { PlotContent, TraceSeries as Shown } from '../api.js';
import type { Pyramid } from './pyramid.js';
import type { TraceSeries } from './traceseries.js';

export type DrawnAxis = {
  readonly series: TraceSeries;
  readonly display: Display;
  readonly label: string;
};

export type DrawnCurve = {
  /** Absent: as the view's style says. A line is no measurement, and counts none. */
  readonly look?: 'points' | 'line';
  readonly y: DrawnAxis;
  readonly x: DrawnAxis | null;
  readonly error: DrawnAxis | null;
  /** Over y. */
  readonly pyramid: Pyramid;
  /** Of the newest measured point; −1 for none. */
  readonly lastIndex: number;
};

/** What a curve adds to a frame, and what is to be transferred with it. */
export type DrawnPicture = Pick<
  PlotContent,
  'fullX' | 'fullY' | 'pointCount' | 'measuredCount' | 'last'
> & {
  readonly series: Shown;
  /** What is left out, in a sentence; null where that is nothing. */
  readonly note: string | null;
  readonly transfer: readonly Transferable[];
};

export type TraceWindow = {
  /** Device pixels. */
  readonly width: number;
  /** Shown units; null for all. */
  readonly range: readonly [min: number, max: number] | null;
  readonly logX: boolean;
};

export class TracePicture {
  private readonly _y: TraceSeries;
  private readonly _x: TraceSeries | null;
  private readonly _error: TraceSeries | null;
  private readonly _yScale: number;
  private readonly _xScale: number;
  private readonly _length: number;

  constructor(
    private readonly _curve: DrawnCurve,
    private readonly _window: TraceWindow,
  ) {
    const { x, y, error } = _curve;
    this._y = y.series;
    this._x = x?.series ?? null;
    this._error = error?.series ?? null;
    this._yScale = y.display.scale ?? 1;
    this._xScale = x?.display.scale ?? 1;
    this._length = this._x === null ? this._y.length : Math.min(this._y.length, this._x.length);
  }

  draw(): DrawnPicture {
    const fullX = this.fullX();
    const sorted = this._x === null || this._x.ascending;
    const [from, to] = sorted ? this._visible(fullX) : [0, this._length];
    const few = to - from <= 2 * this._window.width;
    const drawn = few
      ? this._points(from, to)
      : sorted
        ? this._columns(from, to)
        : this._scattered(fullX);
    const { x: xs, y: ys, low, high } = drawn;
    const newest = this._newest(this._curve.lastIndex);
    const errorAt =
      this._error !== null && newest < this._error.length ? this._error.values[newest] : undefined;
    const lastY = newest < 0 ? Number.NaN : this._y.values[newest]!;
    const last = Number.isFinite(lastY)
      ? {
          y: lastY / this._yScale,
          error: errorAt === undefined || Number.isNaN(errorAt) ? null : errorAt / this._yScale,
        }
      : null;
    const transfer = [xs.buffer, ys.buffer];
    for (const band of [low, high]) {
      if (band !== null) {
        transfer.push(band.buffer);
      }
    }
    return {
      series: {
        label: this._curve.y.label,
        ...(this._curve.look === undefined ? {} : { look: this._curve.look }),
        x: xs,
        y: ys,
        low,
        high,
        reduced: drawn.reduced,
      },
      fullX,
      fullY: rangeOf(ys, low, high),
      pointCount: this._length,
      measuredCount: this._measuredCount(),
      note: this._note(),
      last,
      transfer,
    };
  }

  // An x that is longer than y is a scan that goes on: all that was measured is drawn.
  private _note(): string | null {
    const { x, y } = this._curve;
    const left = y.series.length - this._length;
    return x === null || left === 0
      ? null
      : `${x.label || 'x'} has ${x.series.length} values and ${y.label || 'y'} has ${y.series.length}: ` +
          `the last ${left} ${left === 1 ? 'is' : 'are'} not drawn`;
  }

  /** `lastIndex`, or the last measured point before it that is drawn; −1 for none. */
  private _newest(lastIndex: number): number {
    let at = Math.min(lastIndex, this._length - 1);
    while (at >= 0 && !Number.isFinite(this._y.values[at]!)) {
      at -= 1;
    }
    return at;
  }

  private _measuredCount(): number {
    if (this._length === this._y.length) {
      return this._curve.pyramid.finiteCount;
    }
    let count = 0;
    for (let i = 0; i < this._length; i++) {
      count += Number.isFinite(this._y.values[i]!) ? 1 : 0;
    }
    return count;
  }

  private _xAt(index: number): number {
    return this._x === null ? index : this._x.values[index]! / this._xScale;
  }

  /** Of all points, measured or not. */
  fullX(): readonly [number, number] {
    if (this._length === 0) {
      return [0, 1];
    }
    if (this._x === null || this._x.ascending) {
      const ends = [this._xAt(0), this._xAt(this._length - 1)];
      return [Math.min(...ends), Math.max(...ends)];
    }
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this._length; i++) {
      const x = this._xAt(i);
      if (Number.isFinite(x)) {
        low = Math.min(low, x);
        high = Math.max(high, x);
      }
    }
    return low <= high ? [low, high] : [0, 1];
  }

  // Indices [from, to) inside the viewport and one beyond each edge, so that lines reach the frame.
  private _visible(fullX: readonly [number, number]): readonly [number, number] {
    const [low, high] = this._window.range ?? fullX;
    const from = Math.max(0, this._firstAtLeast(low) - 1);
    const to = Math.min(this._length, this._firstAtLeast(high) + 2);
    return [from, Math.max(from, to)];
  }

  // First index whose x (shown units) is at least `x`: bisection, on ascending x only.
  private _firstAtLeast(x: number): number {
    if (this._x === null) {
      return Math.min(this._length, Math.max(0, Math.ceil(x)));
    }
    // A negative scale turns the order round; shown x is then descending and all of it is taken.
    if (this._xScale < 0) {
      return x === Number.NEGATIVE_INFINITY ? 0 : this._length;
    }
    const raw = x * this._xScale;
    let low = 0;
    let high = this._length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this._x.values[middle]! < raw) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private _points(from: number, to: number): Drawn {
    const count = to - from;
    const x = new Float64Array(count);
    const y = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      x[i] = this._xAt(from + i);
      y[i] = this._y.values[from + i]! / this._yScale;
    }
    if (this._error === null) {
      return { x, y, low: null, high: null, reduced: false };
    }
    const low = new Float64Array(count);
    const high = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const at = from + i;
      const error = at < this._error.length ? this._error.values[at]! / this._yScale : Number.NaN;
      low[i] = y[i]! - error;
      high[i] = y[i]! + error;
    }
    return { x, y, low, high, reduced: false };
  }

  private _columns(from: number, to: number): Drawn {
    const x = new Float64Array(2 * this._window.width);
    const y = new Float64Array(2 * this._window.width);
    const extremes = new Int32Array(2);
    const edge = this._edges(from, to);
    let count = 0;
    let start = from;
    for (let column = 1; column <= this._window.width && start < to; column++) {
      const end = column === this._window.width ? to : Math.min(to, Math.max(start, edge(column)));
      if (end === start) {
        continue;
      }
      this._curve.pyramid.extremes(start, end, extremes);
      const [low, high] = extremes as unknown as [number, number];
      if (low < 0) {
        x[count] = this._xAt(start);
        y[count++] = Number.NaN;
      } else {
        const first = Math.min(low, high);
        const second = Math.max(low, high);
        x[count] = this._xAt(first);
        y[count++] = this._y.values[first]! / this._yScale;
        if (second !== first) {
          x[count] = this._xAt(second);
          y[count++] = this._y.values[second]! / this._yScale;
        }
      }
      start = end;
    }
    return { x: x.slice(0, count), y: y.slice(0, count), low: null, high: null, reduced: true };
  }

  // x in any order: one look at every point keeps the extremes of each pixel column.
  private _scattered(fullX: readonly [number, number]): Drawn {
    const [low, high] = this._window.range ?? fullX;
    const smallest = new Int32Array(this._window.width).fill(-1);
    const largest = new Int32Array(this._window.width).fill(-1);
    const y = this._y.values;
    const perUnit = high > low ? this._window.width / (high - low) : 0;
    for (let i = 0; i < this._length; i++) {
      const column = Math.min(this._window.width - 1, Math.floor((this._xAt(i) - low) * perUnit));
      if (column >= 0 && Number.isFinite(y[i]!)) {
        if (smallest[column]! < 0 || y[i]! < y[smallest[column]!]!) {
          smallest[column] = i;
        }
        if (largest[column]! < 0 || y[i]! > y[largest[column]!]!) {
          largest[column] = i;
        }
      }
    }
    const picked: number[] = [];
    for (let column = 0; column < this._window.width; column++) {
      for (const index of new Set([smallest[column]!, largest[column]!])) {
        if (index >= 0) {
          picked.push(index);
        }
      }
    }
    return {
      x: Float64Array.from(picked, index => this._xAt(index)),
      y: Float64Array.from(picked, index => y[index]! / this._yScale),
      low: null,
      high: null,
      reduced: true,
    };
  }

  // The first index right of pixel column `column`; the columns are even on the drawn axis.
  private _edges(from: number, to: number): (column: number) => number {
    const [low, high] = this._window.range ?? [this._xAt(from), this._xAt(to - 1)];
    if (this._window.logX && low > 0 && high > low) {
      const ratio = Math.log(high / low);
      return column => this._firstAtLeast(low * Math.exp((ratio * column) / this._window.width));
    }
    return column => this._firstAtLeast(low + ((high - low) * column) / this._window.width);
  }
}

type Drawn = {
  readonly x: Float64Array<ArrayBuffer>;
  readonly y: Float64Array<ArrayBuffer>;
  readonly low: Float64Array<ArrayBuffer> | null;
  readonly high: Float64Array<ArrayBuffer> | null;
  readonly reduced: boolean;
};

function rangeOf(
  ...arrays: readonly (Float64Array | null)[]
): readonly [min: number, max: number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const array of arrays) {
    for (const value of array ?? []) {
      if (Number.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  return low <= high ? [low, high] : null;
}

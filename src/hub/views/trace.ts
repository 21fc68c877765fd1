// A curve: y over its index, or over x, with error bars where they are given.
//
// The axes are mirrored as float64 range by range, and a min/max pyramid over y answers for each
// pixel column which value is the smallest and which the largest. So setting one element of a
// million costs as little as one of ten, and a frame never has more than two points a column.

import {
  type Display,
  type Fault,
  type PyValue,
  toFault,
  UnsupportedError,
} from '../../values/index.js';
import type {
  FrameHead,
  SourceRole,
  TraceFrame,
  ViewAnswer,
  ViewOptions,
  Viewport,
  ViewQuery,
} from '../api.js';
import type { ChangedRange, SourceEvent } from '../sources/source.js';
import { csvOf } from './csv.js';
import { Pyramid } from './pyramid.js';
import { TraceSeries } from './traceseries.js';
import type { Body, IView } from './view.js';

type Axis = {
  readonly series: TraceSeries;
  display: Display;
  type: string;
  present: boolean;
  misfit: Fault | null;
};

const AXES = ['y', 'x', 'error'] as const;
type AxisName = (typeof AXES)[number];

export class TraceView implements IView {
  readonly kind = 'trace';
  private readonly _options: ViewOptions;
  private readonly _labels: { readonly [role in AxisName]?: string };
  private readonly _axes: { readonly [name in AxisName]: Axis } = {
    y: newAxis(),
    x: newAxis(),
    error: newAxis(),
  };
  private readonly _pyramid = new Pyramid(new Float64Array(0), 0);
  private _pyramidStale = false;
  // Index of the newest finite y, as far as the changes told.
  private _lastIndex = -1;
  private _width = 0;
  private _x: readonly [number, number] | null = null;
  private _dirty = true;

  /** @param labels - what to call each axis: the last part of its address. */
  constructor(options: ViewOptions, labels: { readonly [role in AxisName]?: string } = {}) {
    this._options = options;
    this._labels = labels;
  }

  get dirty(): boolean {
    return this._dirty;
  }

  get type(): string {
    return this._axes.y.type;
  }

  get display(): Display {
    return this._axes.y.display;
  }

  input(role: SourceRole, event: SourceEvent): void {
    const name: AxisName = role === 'x' || role === 'error' ? role : 'y';
    const axis = this._axes[name];
    if (event.type === 'reading') {
      axis.display = event.reading.display;
      axis.type = event.reading.type;
      this._take(name, axis, event.reading.value, event.range);
      this._dirty = true;
    } else if (event.type === 'status') {
      this._dirty = true;
    }
  }

  private _take(name: AxisName, axis: Axis, value: PyValue, range: ChangedRange): void {
    const before = axis.series.values;
    const lengthBefore = axis.series.length;
    const changed = axis.series.update(value, range);
    axis.present = changed !== null;
    axis.misfit =
      changed !== null
        ? null
        : toFault(
            new UnsupportedError(
              `${this._labels[name] ?? name} is ${axis.type}, a trace needs a list or 1-D array of numbers`,
              { feature: `trace of ${axis.type}` },
              { hint: 'Show it with view="auto".' },
            ),
          );
    if (name !== 'y' || changed === null) {
      return;
    }
    if (axis.series.values !== before || axis.series.length !== lengthBefore) {
      this._pyramidStale = true;
    } else if (!this._pyramidStale) {
      this._pyramid.changed(changed.from, changed.to);
    }
    this._lastIndex = newestFinite(axis.series, changed.from, changed.to, this._lastIndex);
  }

  setViewport(viewport: Viewport): void {
    const same =
      viewport.width === this._width &&
      viewport.x?.[0] === this._x?.[0] &&
      viewport.x?.[1] === this._x?.[1];
    this._width = Math.max(1, Math.min(16384, Math.floor(viewport.width)));
    this._x = viewport.x;
    this._dirty ||= !same;
  }

  frame(): Body {
    this._dirty = false;
    const misfit = AXES.map(name => this._axes[name].misfit).find(fault => fault !== null);
    const { y } = this._axes;
    if (misfit !== undefined || !y.present) {
      return { content: { kind: 'empty', fault: misfit ?? null }, transfer: [] };
    }
    if (this._pyramidStale) {
      this._pyramid.replace(y.series.values, y.series.length);
      this._pyramidStale = false;
    }
    const picture = new Picture(
      this._axes,
      this._pyramid,
      this._options,
      this._x,
      Math.max(1, this._width),
    );
    return picture.body(this._labels, this._lastIndex);
  }

  ask(query: ViewQuery): ViewAnswer {
    if (query.type !== 'csv') {
      throw new UnsupportedError(`a trace cannot answer "${query.type}"`, { feature: query.type });
    }
    const columns = AXES.filter(name => this._axes[name].present)
      .sort((a, b) => 'xye'.indexOf(a[0]!) - 'xye'.indexOf(b[0]!))
      .map(name => {
        const { series, display } = this._axes[name];
        const unit = display.unit === undefined ? '' : ` / ${display.unit}`;
        const values = series.values.subarray(0, series.length);
        const scale = display.scale ?? 1;
        return {
          name: (this._labels[name] ?? name) + unit,
          values: scale === 1 ? values : values.map(value => value / scale),
        };
      });
    return { type: 'csv', bytes: csvOf(columns), fileName: `${this._labels.y ?? 'trace'}.csv` };
  }

  close(): void {
    this._axes.y.series.update([], null);
    this._pyramid.replace(new Float64Array(0), 0);
  }
}

function newAxis(): Axis {
  return { series: new TraceSeries(), display: {}, type: '', present: false, misfit: null };
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

/** One frame in the making: everything in shown units (raw / scale). */
class Picture {
  private readonly _y: TraceSeries;
  private readonly _x: TraceSeries | null;
  private readonly _error: TraceSeries | null;
  private readonly _yScale: number;
  private readonly _xScale: number;
  private readonly _length: number;

  constructor(
    private readonly _axes: { readonly [name in AxisName]: Axis },
    private readonly _pyramid: Pyramid,
    private readonly _options: ViewOptions,
    private readonly _range: readonly [number, number] | null,
    private readonly _width: number,
  ) {
    const { x, y, error } = _axes;
    this._y = y.series;
    this._x = x.present ? x.series : null;
    this._error = error.present ? error.series : null;
    this._yScale = y.display.scale ?? 1;
    this._xScale = x.display.scale ?? 1;
    this._length = this._x === null ? this._y.length : Math.min(this._y.length, this._x.length);
  }

  body(labels: { readonly [role in AxisName]?: string }, lastIndex: number): Body {
    const fullX = this._fullX();
    const sorted = this._x === null || this._x.ascending;
    const [from, to] = sorted ? this._visible(fullX) : [0, this._length];
    const few = to - from <= 2 * this._width;
    const drawn = few
      ? this._points(from, to)
      : sorted
        ? this._columns(from, to)
        : this._scattered(fullX);
    const { x: xs, y: ys, low, high } = drawn;
    const errorAt =
      this._error !== null && lastIndex < this._error.length
        ? this._error.values[lastIndex]
        : undefined;
    const lastY =
      lastIndex >= 0 && lastIndex < this._length ? this._y.values[lastIndex]! : Number.NaN;
    const content: Omit<TraceFrame, keyof FrameHead> = {
      kind: 'trace',
      series: [{ label: labels.y ?? '', x: xs, y: ys, low, high, reduced: drawn.reduced }],
      fullX,
      fullY: rangeOf(ys, low, high),
      pointCount: this._length,
      measuredCount: this._pyramid.finiteCount,
      xLabel: this._x === null ? '' : (labels.x ?? ''),
      xUnit: this._x === null ? '' : (this._axes.x.display.unit ?? ''),
      yUnit: this._axes.y.display.unit ?? '',
      last: Number.isFinite(lastY)
        ? {
            y: lastY / this._yScale,
            error: errorAt === undefined || Number.isNaN(errorAt) ? null : errorAt / this._yScale,
          }
        : null,
    };
    const transfer = [xs.buffer, ys.buffer];
    for (const band of [low, high]) {
      if (band !== null) {
        transfer.push(band.buffer);
      }
    }
    return { content, transfer };
  }

  private _xAt(index: number): number {
    return this._x === null ? index : this._x.values[index]! / this._xScale;
  }

  private _fullX(): readonly [number, number] {
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
    const [low, high] = this._range ?? fullX;
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
    const x = new Float64Array(2 * this._width);
    const y = new Float64Array(2 * this._width);
    const extremes = new Int32Array(2);
    const edge = this._edges(from, to);
    let count = 0;
    let start = from;
    for (let column = 1; column <= this._width && start < to; column++) {
      const end = column === this._width ? to : Math.min(to, Math.max(start, edge(column)));
      if (end === start) {
        continue;
      }
      this._pyramid.extremes(start, end, extremes);
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
    const [low, high] = this._range ?? fullX;
    const smallest = new Int32Array(this._width).fill(-1);
    const largest = new Int32Array(this._width).fill(-1);
    const y = this._y.values;
    const perUnit = high > low ? this._width / (high - low) : 0;
    for (let i = 0; i < this._length; i++) {
      const column = Math.min(this._width - 1, Math.floor((this._xAt(i) - low) * perUnit));
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
    for (let column = 0; column < this._width; column++) {
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
    const [low, high] = this._range ?? [this._xAt(from), this._xAt(to - 1)];
    if (this._options.logX === true && low > 0 && high > low) {
      const ratio = Math.log(high / low);
      return column => this._firstAtLeast(low * Math.exp((ratio * column) / this._width));
    }
    return column => this._firstAtLeast(low + ((high - low) * column) / this._width);
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

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
import type { SourceRole, ViewAnswer, ViewOptions, Viewport, ViewQuery } from '../api.js';
import type { ChangedRange, SourceEvent } from '../sources/source.js';
import { csvOf } from './csv.js';
import { Pyramid } from './pyramid.js';
import { type DrawnAxis, TracePicture } from './tracepicture.js';
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
    const picture = new TracePicture(
      { y: this._drawn('y')!, x: this._drawn('x'), error: this._drawn('error') },
      this._pyramid,
      { width: Math.max(1, this._width), range: this._x, logX: this._options.logX === true },
    );
    return picture.body(this._lastIndex);
  }

  private _drawn(name: AxisName): DrawnAxis | null {
    const { present, series, display } = this._axes[name];
    return present ? { series, display, label: this._labels[name] ?? '' } : null;
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

// Curves: each y over its index, or over x, with error bars where they are given.
//
// The axes are mirrored as float64 range by range, and a min/max pyramid over y answers for each
// pixel column which value is the smallest and which the largest. So setting one element of a
// million costs as little as one of ten, and a frame never has more than two points a column.

import { type Display, type PyValue, toFault, UnsupportedError } from '../../values/index.js';
import type {
  FrameHead,
  SourceRole,
  TraceFrame,
  ViewAnswer,
  ViewOptions,
  Viewport,
} from '../api.js';
import type { ChangedRange, SourceEvent } from '../sources/source.js';
import type { CsvTable } from './csv.js';
import { TraceAxis, TraceCurve } from './tracecurve.js';
import { type DrawnAxis, type DrawnCurve, TracePicture } from './tracepicture.js';
import type { Body, IView, Question } from './view.js';

/** What to call each source: the last parts of its addresses. */
export type TraceLabels = {
  readonly y?: readonly string[];
  /** One for all curves, or one for each. */
  readonly x?: readonly string[];
  /** Of the first curves, in their order. */
  readonly error?: readonly string[];
};

export class TraceView implements IView {
  readonly kind = 'trace';
  private readonly _options: ViewOptions;
  private readonly _curves: readonly TraceCurve[];
  private readonly _xs: readonly TraceAxis[];
  private readonly _errors: readonly TraceAxis[];
  private _width = 0;
  private _x: readonly [number, number] | null = null;
  private _dirty = true;

  constructor(options: ViewOptions, labels: TraceLabels = {}) {
    this._options = options;
    this._xs = (labels.x ?? []).map(label => new TraceAxis(label));
    this._errors = (labels.error ?? []).map(label => new TraceAxis(label));
    this._curves = (labels.y ?? ['']).map(
      (label, index) => new TraceCurve(new TraceAxis(label), this._errors[index] ?? null),
    );
  }

  get dirty(): boolean {
    return this._dirty;
  }

  get type(): string {
    return this._curves[0]!.y.type;
  }

  get display(): Display {
    return this._curves[0]!.y.display;
  }

  input(role: SourceRole, event: SourceEvent, index = 0): void {
    if (event.type === 'reading') {
      const { value, display, type } = event.reading;
      const curve = role === 'x' || role === 'error' ? null : this._curves[index];
      const axis = curve?.y ?? (role === 'x' ? this._xs : this._errors)[index];
      if (axis !== undefined) {
        axis.display = display;
        axis.type = type;
        this._take(axis, curve ?? null, role, value, event.range);
      }
      this._dirty = true;
    } else if (event.type === 'status') {
      this._dirty = true;
    }
  }

  private _take(
    axis: TraceAxis,
    curve: TraceCurve | null,
    role: SourceRole,
    value: PyValue,
    range: ChangedRange,
  ): void {
    const { series } = axis;
    const before = series.values;
    const lengthBefore = series.length;
    const changed = series.update(value, range);
    axis.present = changed !== null;
    axis.misfit =
      changed !== null
        ? null
        : toFault(
            new UnsupportedError(
              `${axis.label || role} is ${axis.type}, a trace needs a list or 1-D array of numbers`,
              { feature: `trace of ${axis.type}` },
              { hint: 'Show it with view="auto".' },
            ),
          );
    if (changed !== null) {
      const isSame = series.values === before && series.length === lengthBefore;
      curve?.changed(changed.from, changed.to, isSame);
    }
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
    const misfit = this._axes.find(axis => axis.misfit !== null)?.misfit ?? null;
    const curves = this._drawn();
    const [first] = curves;
    if (misfit !== null || first === undefined) {
      return { content: { kind: 'empty', fault: misfit }, transfer: [] };
    }
    const range = this._x ?? (curves.length > 1 ? rangeOfAll(curves) : null);
    const window = {
      width: Math.max(1, this._width),
      range,
      logX: this._options.logX === true,
    };
    const pictures = curves.map(curve => new TracePicture(curve, window).draw());
    const units = new Set(curves.map(({ y }) => y.display.unit ?? ''));
    const notes = pictures.flatMap(({ note }) => (note === null ? [] : [note]));
    const content: Omit<TraceFrame, keyof FrameHead> = {
      kind: 'trace',
      series: pictures.map(({ series }, index) =>
        units.size > 1 ? { ...series, label: headingOf(curves[index]!.y) } : series,
      ),
      fullX: union(pictures.map(({ fullX }) => fullX)) ?? [0, 1],
      fullY: union(pictures.map(({ fullY }) => fullY)),
      pointCount: sum(pictures.map(({ pointCount }) => pointCount)),
      measuredCount: sum(pictures.map(({ measuredCount }) => measuredCount)),
      xLabel: first.x?.label ?? '',
      xUnit: first.x?.display.unit ?? '',
      yUnit: units.size > 1 ? '' : (first.y.display.unit ?? ''),
      ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
      last: pictures[0]!.last,
    };
    return { content, transfer: pictures.flatMap(({ transfer }) => transfer) };
  }

  private get _axes(): readonly TraceAxis[] {
    return [...this._curves.map(({ y }) => y), ...this._xs, ...this._errors];
  }

  private _xOf(index: number): TraceAxis | null {
    return (this._xs.length === 1 ? this._xs[0] : this._xs[index]) ?? null;
  }

  // A curve whose y has not come yet is left out; one without its x is drawn over the index.
  private _drawn(): readonly DrawnCurve[] {
    return this._curves.flatMap((curve, index) =>
      curve.y.present
        ? [
            {
              y: curve.y,
              x: presentOf(this._xOf(index)),
              error: presentOf(curve.error),
              pyramid: curve.pyramid(),
              lastIndex: curve.lastIndex,
            },
          ]
        : [],
    );
  }

  ask(query: Question): ViewAnswer {
    throw new UnsupportedError(`a trace cannot answer "${query.type}"`, { feature: query.type });
  }

  table(): CsvTable {
    const shared = this._xs.length === 1 ? this._xs : [];
    const columns = this._curves.flatMap(({ y, error }, index) => [
      ...(shared.length === 0 ? [this._xOf(index)] : []),
      y,
      error,
    ]);
    return {
      columns: [...shared, ...columns].flatMap(axis =>
        axis?.present === true ? [columnOf(axis)] : [],
      ),
      fileName: `${this._curves.map(({ y }) => y.label).join(', ') || 'trace'}.csv`,
    };
  }

  close(): void {
    for (const curve of this._curves) {
      curve.close();
    }
  }
}

function presentOf(axis: TraceAxis | null): DrawnAxis | null {
  return axis?.present === true ? axis : null;
}

function headingOf({ label, display: { unit } }: DrawnAxis): string {
  return unit === undefined ? label : `${label} / ${unit}`;
}

function columnOf(axis: TraceAxis) {
  const { series, display } = axis;
  const { scale = 1 } = display;
  const values = series.values.slice(0, series.length);
  return {
    name: headingOf(axis),
    values: scale === 1 ? values : values.map(value => value / scale),
  };
}

// Curves over several x share the columns of one axis.
function rangeOfAll(curves: readonly DrawnCurve[]): readonly [number, number] | null {
  const isShared = curves.every(({ x }) => x === curves[0]!.x);
  const lengths = new Set(curves.map(({ y }) => y.series.length));
  if (isShared && lengths.size === 1) {
    return null;
  }
  const window = { width: 1, range: null, logX: false };
  return union(curves.map(curve => new TracePicture(curve, window).fullX()));
}

type Span = readonly [min: number, max: number];

function union(ranges: readonly (Span | null)[]): Span | null {
  const known = ranges.filter(range => range !== null);
  return known.length === 0
    ? null
    : [Math.min(...known.map(([min]) => min)), Math.max(...known.map(([, max]) => max))];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

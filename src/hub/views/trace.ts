// Curves: each y over its index, or over x, with error bars where they are given; an error that is one
// number is that of every point.
//
// The axes are mirrored as float64 range by range, and a min/max pyramid over y answers for each
// pixel column which value is the smallest and which the largest. So setting one element of a
// million costs as little as one of ten, and a frame never has more than two points a column.

import { type Display, NDArray, type PyValue, UnsupportedError } from '../../values/index.js';
import type { PlotContent, SourceRole, ViewAnswer, ViewOptions, Viewport } from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import type { CsvTable } from './csv.js';
import { numberOf } from './format.js';
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
  readonly kind: 'trace' | 'xy' = 'trace';
  protected readonly curves: readonly TraceCurve[];
  private readonly _options: ViewOptions;
  private readonly _xs: readonly TraceAxis[];
  private readonly _errors: readonly TraceAxis[];
  // Errors that are one number, by their place.
  private readonly _flatErrors = new Map<number, ReadingEvent>();
  private _width = 0;
  private _x: readonly [number, number] | null = null;
  private _dirty = true;

  constructor(options: ViewOptions, labels: TraceLabels = {}) {
    this._options = options;
    this._xs = (labels.x ?? []).map(label => new TraceAxis(label));
    this._errors = (labels.error ?? []).map(label => new TraceAxis(label));
    this.curves = (labels.y ?? ['']).map(
      (label, index) => new TraceCurve(new TraceAxis(label), this._errors[index] ?? null),
    );
  }

  get dirty(): boolean {
    return this._dirty;
  }

  get type(): string {
    return this.curves[0]!.y.type;
  }

  get display(): Display {
    return this.curves[0]!.y.display;
  }

  input(role: SourceRole, event: SourceEvent, index = 0): void {
    if (event.type === 'reading') {
      if (role === 'error') {
        this._takeError(event, index);
      } else {
        this._take(role, event, index);
      }
      this._dirty = true;
    } else if (event.type === 'status') {
      this._dirty = true;
    }
  }

  private _take(role: SourceRole, event: ReadingEvent, index: number): void {
    const curve = role === 'y' || role === 'value' ? this.curves[index] : undefined;
    const axis = curve?.y ?? this.axesOf(role)[index];
    const what = this.kind === 'trace' ? 'a trace' : 'an xy plot';
    const changed = axis?.take(event, what) ?? null;
    if (curve !== undefined && changed !== null) {
      curve.changed(changed.from, changed.to, changed.isSame);
      if (curve.error?.series.length !== curve.y.series.length) {
        this._spread(index);
      }
    }
  }

  private _takeError(event: ReadingEvent, index: number): void {
    const { value } = event.reading;
    this._flatErrors.delete(index);
    if (numberOf(value) !== null) {
      this._flatErrors.set(index, event);
      this._spread(index);
    } else {
      this._take('error', value === null ? withValue(event, []) : event, index);
    }
  }

  private _spread(index: number): void {
    const event = this._flatErrors.get(index);
    if (event !== undefined) {
      const length = this.curves[index]?.y.series.length ?? 0;
      const numbers = new Float64Array(length).fill(numberOf(event.reading.value)!);
      this._take('error', withValue(event, NDArray.of(numbers)), index);
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
    const misfit = this.axes.find(axis => axis.misfit !== null)?.misfit ?? null;
    const curves = this.drawn();
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
    const measured = pictures.filter((_picture, index) => curves[index]!.look !== 'line');
    const content: PlotContent & { readonly kind: 'trace' | 'xy' } = {
      kind: this.kind,
      series: pictures.map(({ series }, index) =>
        units.size > 1 ? { ...series, label: headingOf(curves[index]!.y) } : series,
      ),
      fullX: union(pictures.map(({ fullX }) => fullX)) ?? [0, 1],
      fullY: union(pictures.map(({ fullY }) => fullY)),
      pointCount: sum(measured.map(({ pointCount }) => pointCount)),
      measuredCount: sum(measured.map(({ measuredCount }) => measuredCount)),
      xLabel: first.x?.label ?? '',
      xUnit: first.x?.display.unit ?? '',
      yUnit: units.size > 1 ? '' : (first.y.display.unit ?? ''),
      ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
      last: pictures[0]!.last,
    };
    const transfer = pictures.flatMap(picture => picture.transfer);
    return { content, transfer } as Body;
  }

  protected get axes(): readonly TraceAxis[] {
    return [...this.curves.map(({ y }) => y), ...this._xs, ...this._errors];
  }

  /** Of what is no curve. */
  protected axesOf(role: SourceRole): readonly TraceAxis[] {
    return role === 'x' ? this._xs : role === 'error' ? this._errors : [];
  }

  protected xOf(index: number): TraceAxis | null {
    return (this._xs.length === 1 ? this._xs[0] : this._xs[index]) ?? null;
  }

  // A curve whose y has not come yet is left out; one without its x is drawn over the index.
  protected drawn(): readonly DrawnCurve[] {
    return this.curves.flatMap((curve, index) =>
      curve.y.present
        ? [
            {
              y: curve.y,
              x: presentOf(this.xOf(index)),
              error: presentOf(curve.error),
              pyramid: curve.pyramid(),
              lastIndex: curve.lastIndex,
            },
          ]
        : [],
    );
  }

  ask(query: Question): ViewAnswer {
    throw new UnsupportedError(`a curve cannot answer "${query.type}"`, { feature: query.type });
  }

  table(): CsvTable {
    const shared = this._xs.length === 1 ? this._xs : [];
    const columns = this.curves.flatMap(({ y, error }, index) => [
      ...(shared.length === 0 ? [this.xOf(index)] : []),
      y,
      error,
    ]);
    return {
      columns: [...shared, ...columns, ...this.axesOf('fit')].flatMap(axis =>
        axis?.present === true ? [columnOf(axis)] : [],
      ),
      fileName: `${this.curves.map(({ y }) => y.label).join(', ') || 'trace'}.csv`,
    };
  }

  close(): void {
    for (const curve of this.curves) {
      curve.close();
    }
  }
}

type ReadingEvent = Extract<SourceEvent, { readonly type: 'reading' }>;

/** The same reading, of another value. */
export function withValue(event: ReadingEvent, value: PyValue): ReadingEvent {
  return { ...event, reading: { ...event.reading, value }, range: null };
}

function presentOf(axis: TraceAxis | null): DrawnAxis | null {
  return axis?.present === true ? axis : null;
}

function headingOf({ label, display: { unit } }: DrawnAxis): string {
  return unit === undefined ? label : `${label} / ${unit}`;
}

/** All values of an axis in shown units, copied. */
export function columnOf(axis: TraceAxis) {
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

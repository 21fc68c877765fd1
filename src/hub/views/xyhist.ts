// Histograms over x: the mean of each as a point, and the one that was chosen beside them.
//
// The counts are a 2-D array, a row for each x; all rows have the same bins. A point is the mean of
// the bins' centres, weighted with the counts of its row; a row without counts is not measured yet.
//
// Source: ARTIQ's applet plot_xy_hist.

import {
  type Display,
  NDArray,
  type PyValue,
  Tuple,
  UnsupportedError,
} from '../../values/index.js';
import type { PlotContent, SourceRole, ViewAnswer, Viewport } from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import type { Column, CsvTable } from './csv.js';
import { histogramMisfit, histogramPlot } from './histogrampicture.js';
import { misfitOf, type Patience } from './patience.js';
import { Pyramid } from './pyramid.js';
import { columnOf } from './trace.js';
import { TraceAxis } from './tracecurve.js';
import { TraceSeries } from './traceseries.js';
import type { Body, IView, Question } from './view.js';

export type XYHistLabels = {
  readonly x?: readonly string[];
  readonly bins?: readonly string[];
  readonly counts?: readonly string[];
};

export class XYHistView implements IView {
  readonly kind = 'xy_hist';
  private readonly _patience: Patience;
  private readonly _xs: TraceAxis;
  private readonly _bins: TraceAxis;
  private readonly _counts: CountRows;
  private _viewport: Pick<Viewport, 'width' | 'x' | 'point'> = { width: 1, x: null };
  private _last: Body = { content: { kind: 'empty', fault: null }, transfer: [] };
  private _dirty = true;

  constructor(labels: XYHistLabels, patience: Patience) {
    this._patience = patience;
    this._xs = new TraceAxis(labels.x?.[0] ?? '');
    this._bins = new TraceAxis(labels.bins?.[0] ?? '');
    this._counts = new CountRows(labels.counts?.[0] ?? '');
  }

  get dirty(): boolean {
    return this._dirty || this._patience.isNews;
  }

  get type(): string {
    return this._counts.type;
  }

  /** Of the means: they are in the unit of the bins. */
  get display(): Display {
    return this._bins.display;
  }

  input(role: SourceRole, event: SourceEvent): void {
    if (event.type === 'reading') {
      const axis = role === 'x' ? this._xs : role === 'bins' ? this._bins : this._counts;
      axis.take(event, 'a view of histograms');
    }
    this._dirty ||= event.type === 'reading' || event.type === 'status';
  }

  setViewport({ width, x, point = null }: Viewport): void {
    const next = { width: Math.max(1, Math.min(16384, Math.floor(width))), x, point };
    const before = this._viewport;
    this._dirty ||=
      before.width !== next.width ||
      before.point !== point ||
      before.x?.[0] !== x?.[0] ||
      before.x?.[1] !== x?.[1];
    this._viewport = next;
  }

  frame(): Body {
    this._dirty = false;
    const axes = [this._xs, this._bins, this._counts];
    const fault = axes.find(({ misfit }) => misfit !== null)?.misfit ?? null;
    const isWhole = fault === null && axes.every(({ present }) => present);
    const wrong = isWhole ? this._difference() : null;
    if (this._patience.endures(wrong !== null)) {
      return this._last;
    }
    // Kept to be shown again: what the page gets is a copy.
    this._last = !isWhole
      ? { content: { kind: 'empty', fault }, transfer: [] }
      : wrong === null
        ? this._picture()
        : misfitOf(wrong);
    return this._last;
  }

  private _difference(): string | null {
    const { label, rows, columns } = this._counts;
    const { length } = this._xs.series;
    if (rows !== length) {
      return (
        `${this._xs.label || 'x'} has ${length} values and ${label || 'counts'} has ${rows} rows: ` +
        'there must be one for each'
      );
    }
    return rows === 0 ? null : histogramMisfit({ label, length: columns }, this._bins);
  }

  private _picture(): Body {
    const { rows } = this._counts;
    const { point } = this._viewport;
    const { means, points } = this._means();
    const chosen = typeof point === 'number' && point < rows ? point : null;
    const histogram = chosen === null ? null : this._histogram(chosen);
    return { content: { kind: 'xy_hist', means, points, chosen, histogram }, transfer: [] };
  }

  private _histogram(row: number): PlotContent {
    const { label, display } = this._counts;
    const series = new TraceSeries();
    series.update(NDArray.of(this._counts.row(row)), null);
    const pyramid = new Pyramid(series.values, series.length);
    const drawn = { counts: { series, label, display }, pyramid, edges: this._bins };
    return histogramPlot(drawn, { width: this._viewport.width, range: null, logX: false });
  }

  private _allMeans(): Float64Array {
    const { values } = this._bins.series;
    const { scale = 1 } = this._bins.display;
    return Float64Array.from({ length: this._counts.rows }, (_, at) => {
      let sum = 0;
      let total = 0;
      for (const [bin, count] of this._counts.row(at).entries()) {
        sum += (count * (values[bin]! + values[bin + 1]!)) / 2;
        total += count;
      }
      return total === 0 ? Number.NaN : sum / total / scale;
    });
  }

  // In the order of x. Where they are more than can be told apart, of each pixel column the lowest
  // and the highest.
  private _means(): { readonly means: PlotContent; readonly points: Uint32Array } {
    const { width, x: range } = this._viewport;
    const { series, display } = this._xs;
    const { scale = 1 } = display;
    const xs = series.values.slice(0, series.length).map(value => value / scale);
    const ys = this._allMeans();
    const ordered = Array.from(xs.keys())
      .filter(at => Number.isFinite(xs[at]!))
      .sort((a, b) => xs[a]! - xs[b]!);
    const fullX: readonly [number, number] =
      ordered.length === 0 ? [0, 1] : [xs[ordered[0]!]!, xs[ordered.at(-1)!]!];
    const [low, high] = range ?? fullX;
    const seen = ordered.filter(at => xs[at]! >= low && xs[at]! <= high);
    const isReduced = seen.length > 2 * width;
    const drawn = isReduced ? extremesOf(seen, xs, ys, [low, high], width) : seen;
    const y = Float64Array.from(drawn, at => ys[at]!);
    const finite = y.filter(Number.isFinite);
    const means: PlotContent = {
      series: [
        {
          label: this._counts.label,
          look: 'points',
          x: Float64Array.from(drawn, at => xs[at]!),
          y,
          low: null,
          high: null,
          reduced: isReduced,
        },
      ],
      fullX,
      fullY:
        finite.length === 0
          ? null
          : [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))],
      pointCount: xs.length,
      measuredCount: ys.filter(Number.isFinite).length,
      xLabel: this._xs.label,
      xUnit: display.unit ?? '',
      yUnit: this._bins.display.unit ?? '',
      ...(isReduced
        ? { note: `of ${seen.length} points the lowest and highest of each column are drawn` }
        : {}),
      last: null,
    };
    return { means, points: Uint32Array.from(drawn) };
  }

  ask(query: Question): ViewAnswer {
    throw new UnsupportedError(`histograms cannot answer "${query.type}"`, { feature: query.type });
  }

  /** A line for each x: the mean, and the counts of all bins. */
  table(): CsvTable {
    const wrong = this._difference();
    if (wrong !== null) {
      throw new UnsupportedError(wrong, { feature: 'csv' });
    }
    const bins = columnOf(this._bins);
    const { label, columns, rows, display } = this._counts;
    const { scale = 1 } = display;
    const counts = Array.from({ length: columns }, (_, bin): Column => {
      const name = `${label} ${bins.values[bin]} to ${bins.values[bin + 1]}`;
      const values = Float64Array.from({ length: rows }, (_row, at) => this._counts.row(at)[bin]!);
      return { name, values: scale === 1 ? values : values.map(value => value / scale) };
    });
    return {
      columns: [
        columnOf(this._xs),
        { name: `mean of ${bins.name}`, values: this._allMeans() },
        ...counts,
      ],
      fileName: `${label || 'histograms'}.csv`,
    };
  }

  close(): void {
    this._patience.close();
    this._counts.clear();
  }
}

// Of the indices in each pixel column that with the smallest and that with the largest y.
function extremesOf(
  ordered: readonly number[],
  xs: Float64Array,
  ys: Float64Array,
  [low, high]: readonly [number, number],
  width: number,
): number[] {
  const columns = new Map<number, [lowest: number, highest: number]>();
  for (const at of ordered) {
    if (Number.isFinite(ys[at]!)) {
      const column = Math.min(width - 1, Math.floor(((xs[at]! - low) / (high - low || 1)) * width));
      const found = columns.get(column);
      if (found === undefined) {
        columns.set(column, [at, at]);
      } else {
        found[0] = ys[at]! < ys[found[0]]! ? at : found[0];
        found[1] = ys[at]! > ys[found[1]]! ? at : found[1];
      }
    }
  }
  return [...columns.values()].flatMap(([lowest, highest]) =>
    lowest === highest ? [lowest] : [lowest, highest].sort((a, b) => xs[a]! - xs[b]!),
  );
}

/** The rows of a 2-D array of numbers, or of a list of lists that are equally long; copied. */
class CountRows extends TraceAxis {
  rows = 0;
  columns = 0;
  private _values: Float64Array = new Float64Array(0);

  row(at: number): Float64Array {
    return this._values.subarray(at * this.columns, (at + 1) * this.columns);
  }

  override take({ reading }: Extract<SourceEvent, { readonly type: 'reading' }>): null {
    this.display = reading.display;
    this.type = reading.type;
    const found = rowsOf(reading.value);
    this.present = found !== null;
    this.misfit =
      found === null ? this.misfitOf('histograms are the rows of a 2-D array of numbers') : null;
    if (found !== null) {
      this.rows = found.rows;
      this.columns = found.columns;
      this._values = found.values;
    }
    return null;
  }

  clear(): void {
    this.rows = 0;
    this._values = new Float64Array(0);
  }
}

type Rows = { readonly values: Float64Array; readonly rows: number; readonly columns: number };

function rowsOf(value: PyValue): Rows | null {
  if (value instanceof NDArray) {
    const [rows = 0, columns = 0] = value.shape;
    const values = value.shape.length === 2 ? value.toFloat64() : null;
    return values && { values, rows, columns };
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : null;
  const lists = items?.map(item => {
    const row = new TraceSeries();
    return row.update(item, null) === null ? null : row.values.subarray(0, row.length);
  });
  const columns = lists?.[0]?.length ?? 0;
  if (lists === undefined || !lists.every(row => row?.length === columns)) {
    return null;
  }
  const values = new Float64Array(lists.length * columns);
  for (const [at, row] of lists.entries()) {
    values.set(row ?? [], at * columns);
  }
  return { values, rows: lists.length, columns };
}

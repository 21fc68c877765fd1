// A histogram: counts over bins whose edges are another dataset, or 0, 1, … n.
//
// Source: ARTIQ's applet plot_hist.

import { type Display, UnsupportedError } from '../../values/index.js';
import type {
  FrameHead,
  HistogramFrame,
  SourceRole,
  ViewAnswer,
  ViewOptions,
  Viewport,
} from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import type { CsvTable } from './csv.js';
import { histogramMisfit, histogramPlot } from './histogrampicture.js';
import { misfitOf, type Patience } from './patience.js';
import { columnOf, type TraceLabels } from './trace.js';
import { TraceAxis, TraceCurve } from './tracecurve.js';
import type { Body, IView, Question } from './view.js';

export class HistogramView implements IView {
  readonly kind = 'histogram';
  private readonly _options: ViewOptions;
  private readonly _patience: Patience;
  private readonly _counts: TraceCurve;
  private readonly _edges: TraceAxis | null;
  private _viewport: Pick<Viewport, 'width' | 'x'> = { width: 1, x: null };
  private _last: Body = { content: { kind: 'empty', fault: null }, transfer: [] };
  private _dirty = true;

  constructor(options: ViewOptions, labels: TraceLabels, patience: Patience) {
    this._options = options;
    this._patience = patience;
    this._counts = new TraceCurve(new TraceAxis(labels.y?.[0] ?? ''), null);
    this._edges = labels.x?.[0] === undefined ? null : new TraceAxis(labels.x[0]);
  }

  get dirty(): boolean {
    return this._dirty || this._patience.isNews;
  }

  get type(): string {
    return this._counts.y.type;
  }

  get display(): Display {
    return this._counts.y.display;
  }

  input(role: SourceRole, event: SourceEvent): void {
    if (event.type === 'reading') {
      const axis = role === 'x' ? this._edges : this._counts.y;
      const changed = axis?.take(event, 'a histogram') ?? null;
      if (changed !== null && role !== 'x') {
        this._counts.changed(changed.from, changed.to, changed.isSame);
      }
      this._dirty = true;
    } else if (event.type === 'status') {
      this._dirty = true;
    }
  }

  setViewport({ width, x }: Viewport): void {
    const next = { width: Math.max(1, Math.min(16384, Math.floor(width))), x };
    const { width: wide, x: before } = this._viewport;
    this._dirty ||= wide !== next.width || before?.[0] !== x?.[0] || before?.[1] !== x?.[1];
    this._viewport = next;
  }

  frame(): Body {
    this._dirty = false;
    const counts = this._counts.y;
    const edges = this._edges;
    const fault = counts.misfit ?? edges?.misfit ?? null;
    const isWhole = fault === null && counts.present && edges?.present !== false;
    const wrong = isWhole
      ? histogramMisfit({ label: counts.label, length: counts.series.length }, edges)
      : null;
    if (this._patience.endures(wrong !== null)) {
      return this._last;
    }
    // Kept to be shown again: what the page gets is a copy.
    this._last = !isWhole
      ? { content: { kind: 'empty', fault }, transfer: [] }
      : wrong === null
        ? { content: this._picture(), transfer: [] }
        : misfitOf(wrong);
    return this._last;
  }

  private _picture(): Omit<HistogramFrame, keyof FrameHead> {
    const { series, display } = this._counts.y;
    const { width, x } = this._viewport;
    const plot = histogramPlot(
      { counts: this._counts.y, pyramid: this._counts.pyramid(), edges: this._edges },
      { width, range: x, logX: this._options.logX === true },
    );
    let total = 0;
    for (let bin = 0; bin < series.length; bin++) {
      const count = series.values[bin]!;
      total += Number.isFinite(count) ? count : 0;
    }
    return { kind: 'histogram', ...plot, total: total / (display.scale ?? 1) };
  }

  ask(query: Question): ViewAnswer {
    throw new UnsupportedError(`a histogram cannot answer "${query.type}"`, {
      feature: query.type,
    });
  }

  table(): CsvTable {
    const axes = [this._edges, this._counts.y];
    return {
      columns: axes.flatMap(axis => (axis?.present === true ? [columnOf(axis)] : [])),
      fileName: `${this._counts.y.label || 'histogram'}.csv`,
    };
  }

  close(): void {
    this._patience.close();
    this._counts.close();
  }
}

// Points with error bars, and the lines of fits: several datasets that must be equally long.
//
// It is a trace whose points are symbols. A fit is a line over the same x, drawn in the order of x
// and in the unit of its y, whatever the order in which the points were measured. Errors and fits
// that are None or empty are not there yet.
//
// Source: ARTIQ's applet plot_xy.

import { NDArray } from '../../values/index.js';
import type { SourceRole, ViewOptions } from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import { misfitOf, type Patience } from './patience.js';
import { type TraceLabels, TraceView, withValue } from './trace.js';
import { TraceAxis, TraceCurve } from './tracecurve.js';
import type { DrawnAxis, DrawnCurve } from './tracepicture.js';
import type { Body } from './view.js';

export type XYLabels = TraceLabels & {
  /** Of the first y, in their order. */
  readonly fit?: readonly string[];
};

export class XYView extends TraceView {
  override readonly kind = 'xy';
  private readonly _fits: readonly FitLine[];
  private readonly _patience: Patience;
  private _last: Body = { content: { kind: 'empty', fault: null }, transfer: [] };

  constructor(options: ViewOptions, labels: XYLabels, patience: Patience) {
    super(options, labels);
    this._fits = (labels.fit ?? []).map(label => new FitLine(label));
    this._patience = patience;
  }

  override get dirty(): boolean {
    return super.dirty || this._patience.isNews;
  }

  override input(role: SourceRole, event: SourceEvent, index = 0): void {
    const isNoFit = role === 'fit' && event.type === 'reading' && event.reading.value === null;
    super.input(role, isNoFit ? withValue(event, []) : event, index);
    if (event.type === 'reading' && (role === 'x' || role === 'fit')) {
      for (const fit of this._fits) {
        fit.isStale = true;
      }
    }
  }

  override frame(): Body {
    const body = super.frame();
    const wrong = body.content.kind === 'empty' ? null : this._difference();
    if (this._patience.endures(wrong !== null)) {
      return this._last;
    }
    // Kept to be shown again: what the page gets is a copy.
    this._last = wrong === null ? ({ ...body, transfer: [] } as Body) : misfitOf(wrong);
    return this._last;
  }

  // The first two that differ, among those that belong together.
  private _difference(): string | null {
    for (const [index, { y, error }] of this.curves.entries()) {
      const others = [this.xOf(index), filledOf(error), filledOf(this._fits[index]?.axis ?? null)];
      for (const other of others) {
        if (y.present && other?.present === true && other.series.length !== y.series.length) {
          return (
            `${y.label || 'y'} has ${y.series.length} values and ` +
            `${other.label || 'the other'} has ${other.series.length}: they must be equally long`
          );
        }
      }
    }
    return null;
  }

  protected override get axes(): readonly TraceAxis[] {
    return [...super.axes, ...this.axesOf('fit')];
  }

  protected override axesOf(role: SourceRole): readonly TraceAxis[] {
    return role === 'fit' ? this._fits.map(({ axis }) => axis) : super.axesOf(role);
  }

  protected override drawn(): readonly DrawnCurve[] {
    const points = super.drawn().filter(({ x, y }) => {
      // Nothing is drawn over the index while an x is awaited.
      const index = this.curves.findIndex(curve => curve.y === y);
      return (this.xOf(index) === null) === (x === null);
    });
    const lines = this._fits.flatMap((fit, index) => {
      const curve = points.find(({ y }) => y === this.curves[index]?.y);
      return filledOf(fit.axis)?.present === true && curve !== undefined ? [fit.over(curve)] : [];
    });
    return [
      ...points.map(curve => ({
        ...curve,
        error: filledOf(curve.error),
        look: 'points' as const,
      })),
      ...lines,
    ];
  }

  override close(): void {
    this._patience.close();
    super.close();
  }
}

/** Null where there is nothing in it. */
function filledOf<A extends Pick<DrawnAxis, 'series'>>(axis: A | null): A | null {
  return axis === null || axis.series.length === 0 ? null : axis;
}

/** The line of a fit; sorted anew when its x or its values changed. */
class FitLine {
  readonly axis: TraceAxis;
  isStale = true;
  private readonly _sorted: TraceCurve;
  private readonly _x: TraceAxis;

  constructor(label: string) {
    this.axis = new TraceAxis(label);
    this._sorted = new TraceCurve(new TraceAxis(label), null);
    this._x = new TraceAxis('');
  }

  /** In the unit of `points`, over their x. */
  over({ x, y }: DrawnCurve): DrawnCurve {
    if (this.isStale) {
      this._sort(x);
      this.isStale = false;
    }
    const { series, label } = this._sorted.y;
    return {
      look: 'line',
      y: { series, label, display: y.display },
      x: x === null ? null : { ...x, series: this._x.series },
      error: null,
      pyramid: this._sorted.pyramid(),
      lastIndex: -1,
    };
  }

  private _sort(x: DrawnCurve['x']): void {
    const { values, length } = this.axis.series;
    const xs = x?.series.values;
    const indices: number[] = [];
    for (let i = 0; i < Math.min(length, x?.series.length ?? length); i++) {
      if (xs === undefined || Number.isFinite(xs[i]!)) {
        indices.push(i);
      }
    }
    if (x !== null && xs !== undefined) {
      if (!x.series.ascending) {
        indices.sort((a, b) => xs[a]! - xs[b]!);
      }
      this._x.series.update(NDArray.of(Float64Array.from(indices, i => xs[i]!)), null);
    }
    const sorted = Float64Array.from(indices, i => values[i]!);
    this._sorted.y.series.update(NDArray.of(sorted), null);
    this._sorted.changed(0, sorted.length, false);
  }
}

// One histogram in one frame: the bins inside the window, and no more of them than pixel columns.

import type { Display } from '../../values/index.js';
import type { PlotContent } from '../api.js';
import type { Pyramid } from './pyramid.js';
import type { DrawnAxis, TraceWindow } from './tracepicture.js';
import type { TraceSeries } from './traceseries.js';

export type DrawnHistogram = {
  readonly counts: DrawnAxis;
  /** Over the counts. */
  readonly pyramid: Pyramid;
  /** One more than counts, ascending; null: 0, 1, … n. */
  readonly edges: DrawnAxis | null;
};

export function histogramPlot(drawn: DrawnHistogram, window: TraceWindow): PlotContent {
  const { counts, edges, pyramid } = drawn;
  const bins = counts.series.length;
  const scale = edges?.display.scale ?? 1;
  const edgeAt = (index: number) => (edges === null ? index : edges.series.values[index]! / scale);
  const fullX = bins === 0 ? ([0, 1] as const) : ([edgeAt(0), edgeAt(bins)] as const);
  const [low, high] = window.range ?? fullX;
  const isAll = window.range === null;
  const from = isAll ? 0 : Math.max(0, firstFrom(edgeAt, bins + 1, low, true) - 1);
  const to = isAll
    ? bins
    : Math.max(from, Math.min(bins, firstFrom(edgeAt, bins + 1, high, false)));
  const starts =
    to - from <= window.width
      ? Array.from({ length: to - from }, (_, i) => from + i)
      : columnStarts(edgeAt, from, to, [low, high], window);
  const isReduced = starts.length < to - from;
  const yScale = counts.display.scale ?? 1;
  const y = new Float64Array(starts.length);
  const x = new Float64Array(starts.length + 1);
  const extremes = new Int32Array(2);
  let most = 0;
  let least = 0;
  let hasAny = false;
  for (const [at, start] of starts.entries()) {
    pyramid.extremes(start, starts[at + 1] ?? to, extremes);
    // A negative scale turns the order round: the largest of what is shown is the smallest.
    const index = extremes[yScale < 0 ? 0 : 1]!;
    const value = index < 0 ? Number.NaN : counts.series.values[index]! / yScale;
    x[at] = edgeAt(start);
    y[at] = value;
    if (Number.isFinite(value)) {
      hasAny = true;
      most = Math.max(most, value);
      least = Math.min(least, value);
    }
  }
  x[starts.length] = bins === 0 ? 1 : edgeAt(to);
  return {
    series: [
      { label: counts.label, look: 'bins', x, y, low: null, high: null, reduced: isReduced },
    ],
    fullX,
    fullY: hasAny ? [least, most] : null,
    pointCount: bins,
    measuredCount: pyramid.finiteCount,
    xLabel: edges?.label ?? '',
    xUnit: edges?.display.unit ?? '',
    yUnit: counts.display.unit ?? '',
    ...(isReduced
      ? {
          note: `${to - from} bins in ${starts.length} columns: of each column the largest is drawn`,
        }
      : {}),
    last: null,
  };
}

/** Why these cannot be drawn as a histogram, in a sentence; null where they can. */
export function histogramMisfit(
  counts: { readonly label: string; readonly length: number },
  edges: { readonly label: string; readonly series: TraceSeries; readonly display: Display } | null,
): string | null {
  if (edges === null) {
    return null;
  }
  const { series, label, display } = edges;
  const { values, length, ascending } = series;
  const name = label || 'x';
  if (length !== counts.length + 1) {
    return (
      `${counts.label || 'y'} has ${counts.length} bins and ${name} has ${length} edges: ` +
      'there must be one edge more than bins'
    );
  }
  if (ascending && !((display.scale ?? 1) < 0)) {
    return null;
  }
  let at = 0;
  while (at < length && !Number.isNaN(values[at]!) && !(at > 0 && values[at]! < values[at - 1]!)) {
    at += 1;
  }
  return at === length
    ? `${name} has the scale ${display.scale}: as shown, its edges are not ascending`
    : Number.isNaN(values[at]!)
      ? `${name} is not ascending: edge ${at} is NaN`
      : `${name} is not ascending: edge ${at} is ${values[at]}, the one before it ${values[at - 1]}`;
}

// The first bin of each pixel column in which a bin begins.
function columnStarts(
  edgeAt: (index: number) => number,
  from: number,
  to: number,
  [low, high]: readonly [number, number],
  { width, logX }: TraceWindow,
): number[] {
  const isLog = logX && low > 0 && high > low;
  const starts = [from];
  for (let column = 1; column < width; column++) {
    const share = column / width;
    const x = isLog ? low * (high / low) ** share : low + (high - low) * share;
    const start = firstFrom(edgeAt, to, x, false);
    if (start > starts.at(-1)! && start < to) {
      starts.push(start);
    }
  }
  return starts;
}

/** The first of `length` edges that is above `x`, or at least that, by bisection. */
function firstFrom(
  edgeAt: (index: number) => number,
  length: number,
  x: number,
  isAbove: boolean,
): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const edge = edgeAt(middle);
    if (isAbove ? edge <= x : edge < x) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

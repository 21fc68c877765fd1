// Painting curves: NaN is a gap, minimum and maximum of a column become one stroke.

import type { TraceSeries } from '../../models/index.js';
import { element } from '../element.js';
import { seriesColour } from '../theme.js';

export type CurveStyle = 'line' | 'points' | 'steps';

/** From shown units to canvas pixels, and the part of the canvas to paint in. */
export type CurveSpace = {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Canvas pixels per CSS px. */
  readonly ratio: number;
};

const LINE_WIDTH = 1.5; // CSS px
const DOT_RADIUS = 2;
const POINT_RADIUS = 3; // where there is nothing but points
const DOT_SPACING = 12; // CSS px between points from which on each gets a dot
const RING = 6; // CSS px around the point that was chosen
const CAP = 3; // half the width of an error bar's ends
const MARK_SPACING = 64; // CSS px between the marks of a curve whose points lie close
const MARK_SIZE = 3.5; // CSS px from the middle to the edge

/** Dashes, CSS px, and marks: curves can be told apart without their colours. The first is plain. */
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const MARKS = ['dot', 'square', 'triangle', 'diamond', 'cross'] as const;
type Mark = (typeof MARKS)[number];

function dashOf(index: number): readonly number[] {
  return DASHES[index % DASHES.length] ?? [];
}

function markOf(index: number): Mark {
  return MARKS[index % MARKS.length] ?? 'dot';
}

export function paintCurves(
  context: CanvasRenderingContext2D,
  shown: readonly TraceSeries[],
  style: CurveStyle,
  space: CurveSpace,
): void {
  context.save();
  context.beginPath();
  context.rect(space.left, space.top, space.width, space.height);
  context.clip();
  context.lineJoin = 'round';
  context.lineCap = 'round';
  // What was measured lies on the lines that were fitted to it.
  const fits = [...shown.keys()].filter(index => shown[index]!.look === 'line');
  const others = [...shown.keys()].filter(index => shown[index]!.look !== 'line');
  for (const index of [...fits, ...others]) {
    const series = shown[index]!;
    const look = series.look ?? style;
    context.strokeStyle = seriesColour(index);
    context.fillStyle = seriesColour(index);
    context.lineWidth = LINE_WIDTH * space.ratio;
    if (look === 'bins') {
      paintBins(context, series, space);
      continue;
    }
    if (series.low !== null && series.high !== null) {
      paintBars(context, series, series.low, series.high, space);
    }
    if (!series.reduced && series.look !== 'line') {
      context.setLineDash(dashOf(index).map(length => length * space.ratio));
    }
    if (look !== 'points' && series.reduced) {
      paintColumns(context, series, space);
    } else if (look !== 'points') {
      paintLine(context, series, look, space);
    }
    context.setLineDash([]);
    if (series.look === 'line') {
      continue; // of a fit only the line
    }
    const mark = shown.length > 1 ? markOf(index) : 'dot';
    paintDots(context, series, look, space, mark);
    if (shown.length > 1 && index > 0 && look !== 'points') {
      paintMarks(context, series, space, mark, index / shown.length);
    }
  }
  context.restore();
}

function paintLine(
  context: CanvasRenderingContext2D,
  { x, y }: TraceSeries,
  style: CurveStyle,
  space: CurveSpace,
): void {
  context.beginPath();
  let isDown = false;
  let before = 0;
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i]!)) {
      isDown = false;
      continue;
    }
    const px = space.x(x[i]!);
    const py = space.y(y[i]!);
    if (!isDown) {
      context.moveTo(px, py);
      isDown = true;
    } else {
      if (style === 'steps') {
        context.lineTo(px, before);
      }
      context.lineTo(px, py);
    }
    before = py;
  }
  context.stroke();
}

// Two points a pixel column: one rectangle from the column's smallest to its largest, and to where the
// column before ended. The same picture as a stroked path, without rasterising thousands of joins
// (8 to 30 ms a frame for 2000 of them without a GPU; this takes under one).
function paintColumns(
  context: CanvasRenderingContext2D,
  { x, y }: TraceSeries,
  space: CurveSpace,
): void {
  const width = LINE_WIDTH * space.ratio;
  const bridges = new Path2D(); // across columns that hold no point, where the picture was just zoomed
  let column = Number.NaN;
  let top = 0;
  let bottom = 0;
  let last = 0;
  const fill = () => {
    if (!Number.isNaN(column)) {
      context.fillRect(column - width / 2, top - width / 2, width, bottom - top + width);
    }
  };
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i]!)) {
      fill();
      column = Number.NaN;
      continue;
    }
    const px = Math.round(space.x(x[i]!));
    const py = space.y(y[i]!);
    if (px !== column) {
      fill();
      const isAdjacent = px - column <= 1;
      if (!isAdjacent && !Number.isNaN(column)) {
        bridges.moveTo(column, last);
        bridges.lineTo(px, py);
      }
      top = isAdjacent ? Math.min(last, py) : py;
      bottom = isAdjacent ? Math.max(last, py) : py;
      column = px;
    } else {
      top = Math.min(top, py);
      bottom = Math.max(bottom, py);
    }
    last = py;
  }
  fill();
  context.stroke(bridges);
}

// From the foot of the picture, filled: 0, or where a logarithmic axis ends.
function paintBins(context: CanvasRenderingContext2D, { x, y }: TraceSeries, space: CurveSpace) {
  const bottom = space.top + space.height;
  const zero = space.y(0);
  const foot = Number.isFinite(zero) ? Math.min(zero, bottom) : bottom;
  const outline = new Path2D();
  const area = new Path2D();
  let before = Number.NaN;
  for (let i = 0; i < y.length; i++) {
    const left = space.x(x[i]!);
    const right = space.x(x[i + 1]!);
    const top = space.y(y[i]!);
    const height = Number.isFinite(top) ? top : foot; // a bin of 0 on a logarithmic axis
    if (!Number.isFinite(y[i]!)) {
      if (!Number.isNaN(before)) {
        outline.lineTo(left, foot);
      }
      before = Number.NaN;
      continue;
    }
    area.rect(left, Math.min(height, foot), right - left, Math.abs(foot - height));
    if (Number.isNaN(before)) {
      outline.moveTo(left, foot);
    }
    outline.lineTo(left, height);
    outline.lineTo(right, height);
    before = height;
  }
  if (!Number.isNaN(before)) {
    outline.lineTo(space.x(x[y.length]!), foot);
  }
  context.save();
  context.globalAlpha = 0.35;
  context.fill(area);
  context.restore();
  context.stroke(outline);
}

/** A ring around point `index`, which was chosen. */
export function paintRing(
  context: CanvasRenderingContext2D,
  { x, y }: TraceSeries,
  index: number,
  space: CurveSpace,
): void {
  if (Number.isFinite(y[index])) {
    context.save();
    context.strokeStyle = seriesColour(0);
    context.lineWidth = LINE_WIDTH * space.ratio;
    context.beginPath();
    context.arc(space.x(x[index]!), space.y(y[index]!), RING * space.ratio, 0, 2 * Math.PI);
    context.stroke();
    context.restore();
  }
}

// A point between two gaps has no line to be seen by, so it gets a dot whatever the style.
function paintDots(
  context: CanvasRenderingContext2D,
  { x, y, reduced, look }: TraceSeries,
  style: CurveStyle,
  space: CurveSpace,
  mark: Mark,
): void {
  const isSparse = y.length * DOT_SPACING * space.ratio <= space.width;
  const every = style === 'points' || (style === 'line' && isSparse && !reduced);
  const radius = (look === 'points' ? POINT_RADIUS : DOT_RADIUS) * space.ratio;
  context.beginPath();
  for (let i = 0; i < y.length; i++) {
    const isAlone =
      !Number.isFinite(y[i - 1] ?? Number.NaN) && !Number.isFinite(y[i + 1] ?? Number.NaN);
    if (Number.isFinite(y[i]!) && (every || isAlone)) {
      const px = space.x(x[i]!);
      const py = space.y(y[i]!);
      addMark(context, mark, px, py, mark === 'dot' ? radius : MARK_SIZE * space.ratio);
    }
  }
  context.fill();
}

// Where each point has no mark of its own, some have: dashes are lost in a curve that is noise.
function paintMarks(
  context: CanvasRenderingContext2D,
  { x, y }: TraceSeries,
  space: CurveSpace,
  mark: Mark,
  offset: number,
): void {
  const spacing = MARK_SPACING * space.ratio;
  let next = space.left + spacing * offset;
  context.beginPath();
  for (let i = 0; i < y.length; i++) {
    const px = space.x(x[i]!);
    if (px >= next && Number.isFinite(y[i]!)) {
      addMark(context, mark, px, space.y(y[i]!), MARK_SIZE * space.ratio);
      next = px + spacing;
    }
  }
  context.fill();
}

function addMark(
  context: CanvasRenderingContext2D | Path2D,
  mark: Mark,
  x: number,
  y: number,
  size: number,
): void {
  switch (mark) {
    case 'dot':
      context.moveTo(x + size, y);
      context.arc(x, y, size, 0, 2 * Math.PI);
      break;
    case 'square':
      context.rect(x - 0.8 * size, y - 0.8 * size, 1.6 * size, 1.6 * size);
      break;
    case 'triangle':
      context.moveTo(x, y - size);
      context.lineTo(x + size, y + 0.8 * size);
      context.lineTo(x - size, y + 0.8 * size);
      context.closePath();
      break;
    case 'diamond':
      context.moveTo(x, y - 1.2 * size);
      context.lineTo(x + 1.2 * size, y);
      context.lineTo(x, y + 1.2 * size);
      context.lineTo(x - 1.2 * size, y);
      context.closePath();
      break;
    case 'cross':
      context.rect(x - 1.2 * size, y - 0.3 * size, 2.4 * size, 0.6 * size);
      context.rect(x - 0.3 * size, y - 1.2 * size, 0.6 * size, 2.4 * size);
      break;
  }
}

/** A line with the colour, dash and mark of curve `index`, or what its `look` leaves of them, for a legend. */
export function swatchOf(index: number, look: TraceSeries['look']): HTMLElement {
  const swatch = element('canvas', {
    className: 'jp-TraceView-swatch',
    attributes: { 'aria-hidden': 'true' },
  });
  const ratio = globalThis.devicePixelRatio || 1;
  swatch.width = Math.round(SWATCH[0] * ratio);
  swatch.height = Math.round(SWATCH[1] * ratio);
  const context = swatch.getContext('2d');
  if (context !== null) {
    context.scale(ratio, ratio);
    context.strokeStyle = seriesColour(index);
    context.fillStyle = seriesColour(index);
    context.lineWidth = LINE_WIDTH;
    context.setLineDash(look === 'line' ? [] : [...dashOf(index)]);
    if (look !== 'points') {
      context.beginPath();
      context.moveTo(0, SWATCH[1] / 2);
      context.lineTo(SWATCH[0], SWATCH[1] / 2);
      context.stroke();
    }
    if (look !== 'line') {
      context.beginPath();
      addMark(context, markOf(index), SWATCH[0] / 2, SWATCH[1] / 2, index === 0 ? 2 : MARK_SIZE);
      context.fill();
    }
  }
  return swatch;
}

const SWATCH = [30, 10] as const; // CSS px, as style/trace.css has it

function paintBars(
  context: CanvasRenderingContext2D,
  { x }: TraceSeries,
  low: Float64Array,
  high: Float64Array,
  space: CurveSpace,
): void {
  const cap = CAP * space.ratio;
  context.save();
  context.globalAlpha = 0.6;
  context.lineWidth = space.ratio;
  context.beginPath();
  for (let i = 0; i < low.length; i++) {
    if (Number.isFinite(low[i]!) && Number.isFinite(high[i]!)) {
      const px = space.x(x[i]!);
      const y0 = space.y(low[i]!);
      const y1 = space.y(high[i]!);
      context.moveTo(px - cap, y0);
      context.lineTo(px + cap, y0);
      context.moveTo(px, y0);
      context.lineTo(px, y1);
      context.moveTo(px - cap, y1);
      context.lineTo(px + cap, y1);
    }
  }
  context.stroke();
  context.restore();
}

/**
 * Index of the finite point of `series` that is nearest to (px, py), canvas pixels: along x, and
 * along y between points of one column; of bins, the one that holds px. −1 if there is none.
 */
export function nearestPoint(
  series: TraceSeries,
  px: number,
  py: number,
  space: CurveSpace,
): number {
  let best = -1;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < series.y.length; i++) {
    const y = series.y[i]!;
    if (Number.isFinite(y)) {
      // x decides; y only between points of one column.
      const left = space.x(series.x[i]!);
      const right = series.look === 'bins' ? space.x(series.x[i + 1]!) : left;
      const dx = Math.max(left - px, px - right, 0);
      const distance = dx + Math.abs(space.y(y) - py) * 1e-3;
      if (distance < bestDistance) {
        best = i;
        bestDistance = distance;
      }
    }
  }
  return best;
}

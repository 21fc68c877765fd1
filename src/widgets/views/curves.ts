// Painting curves: NaN is a gap, minimum and maximum of a column become one stroke.

import type { TraceFrame, TraceSeries } from '../../models/index.js';
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
const DOT_SPACING = 12; // CSS px between points from which on each gets a dot
const CAP = 3; // half the width of an error bar's ends

export function paintCurves(
  context: CanvasRenderingContext2D,
  frame: TraceFrame,
  style: CurveStyle,
  space: CurveSpace,
): void {
  context.save();
  context.beginPath();
  context.rect(space.left, space.top, space.width, space.height);
  context.clip();
  context.lineJoin = 'round';
  context.lineCap = 'round';
  frame.series.forEach((series, index) => {
    context.strokeStyle = seriesColour(index);
    context.fillStyle = seriesColour(index);
    context.lineWidth = LINE_WIDTH * space.ratio;
    if (series.low !== null && series.high !== null) {
      paintBars(context, series, series.low, series.high, space);
    }
    if (style !== 'points' && series.reduced) {
      paintColumns(context, series, space);
    } else if (style !== 'points') {
      paintLine(context, series, style, space);
    }
    paintDots(context, series, style, space);
  });
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

// A point between two gaps has no line to be seen by, so it gets a dot whatever the style.
function paintDots(
  context: CanvasRenderingContext2D,
  { x, y, reduced }: TraceSeries,
  style: CurveStyle,
  space: CurveSpace,
): void {
  const isSparse = y.length * DOT_SPACING * space.ratio <= space.width;
  const every = style === 'points' || (style === 'line' && isSparse && !reduced);
  const radius = DOT_RADIUS * space.ratio;
  context.beginPath();
  for (let i = 0; i < y.length; i++) {
    const isAlone =
      !Number.isFinite(y[i - 1] ?? Number.NaN) && !Number.isFinite(y[i + 1] ?? Number.NaN);
    if (Number.isFinite(y[i]!) && (every || isAlone)) {
      const px = space.x(x[i]!);
      const py = space.y(y[i]!);
      context.moveTo(px + radius, py);
      context.arc(px, py, radius, 0, 2 * Math.PI);
    }
  }
  context.fill();
}

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
 * along y between points of one column. −1 if there is none.
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
      const dx = Math.abs(space.x(series.x[i]!) - px);
      const distance = dx + Math.abs(space.y(y) - py) * 1e-3;
      if (distance < bestDistance) {
        best = i;
        bestDistance = distance;
      }
    }
  }
  return best;
}

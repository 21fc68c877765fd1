// Curves, points or bins between two axes: uPlot draws axes, grid and cross-hair, curves.ts draws the
// data on its canvas.
//
// The worker sends no more points than fit, so what is painted here costs the same for ten points as
// for a million. The axes keep their ranges until the data leave them (models/axis.ts).

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type uPlot from 'uplot';
import {
  axisUnit,
  formatNumber,
  type PlotContent,
  type Range,
  steppedDecades,
  steppedRange,
  tickTexts,
  type ViewOptions,
  type Viewport,
  within,
  zoomed,
} from '../../models/index.js';
import { element, setText } from '../element.js';
import { type ThemeColours, themeColours } from '../theme.js';
import {
  type CurveSpace,
  type CurveStyle,
  nearestPoint,
  paintCurves,
  paintRing,
  swatchOf,
} from './curves.js';
import { Gestures, type IGestureTarget } from './gestures.js';
import { loadUPlot, type UPlot } from './uplot.js';

const CLOSEST = 1e-9; // of the full range: nearer, float64 has too few digits left
const ROOM = 0.03; // of the full range on all sides, where there are only points
const KEY_STEP = 0.1; // of the shown range per arrow key
const KEY_ZOOM = 0.8;

/** What a plot needs of the view that it is in. */
export interface IPlotHost {
  readonly trans: TranslationBundle;
  readonly options: Pick<ViewOptions, 'style' | 'logX' | 'logY'>;
  /** What is under the pointer; null: nothing. */
  setReadout(text: string | null): void;
  /** So many device pixels lie between the axes, and this range of x is looked at. */
  setViewport(part: Pick<Viewport, 'width' | 'height' | 'x'>): void;
  /** The point with this index in the first series was clicked; absent where points are not chosen. */
  readonly choose?: (index: number) => void;
}

/** What is drawn, and how its y are written. */
export type Plotted = PlotContent & {
  /** Decimals of y in read-outs, as the instrument says. */
  readonly precision?: number | undefined;
  /** The index in the first series of the point that has a ring around it. */
  readonly marked?: number | undefined;
};

export class Plot implements IDisposable, IGestureTarget {
  constructor(host: IPlotHost) {
    this._host = host;
    this._plotNode = element('div', { className: 'jp-TraceView-plot' });
    this._legend = element('div', { className: 'jp-TraceView-legend' });
    this._note = element('div', { className: 'jp-TraceView-note' });
    this.node = element('div', {
      className: 'jp-TraceView',
      children: [this._plotNode, this._legend, this._note],
    });
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  draw(content: Plotted): void {
    this._content = content;
    this._redraw();
  }

  dispose(): void {
    this._isDisposed = true;
    this._gestures?.dispose();
    this._plot?.destroy();
    this._plot = null;
    this._content = null;
  }

  fit(width: number, height: number): void {
    this._width = width;
    this._height = height;
    if (width < 1 || height < 1) {
      return;
    }
    this._plot?.setSize({ width, height });
    this._isResized = true;
    this._tellViewport();
    this._redraw();
  }

  restyle(): void {
    this._theme = null;
    this._legendKey = '';
    this._legend.replaceChildren();
    this._rebuild();
  }

  reset = (): void => {
    this._xZoom = null;
    this._yZoom = null;
    this._yShown = null;
    this._tellViewport();
    this._redraw();
  };

  startBox = (): void => {
    this._gestures?.startBox();
  };

  /** The picture as it is, `width` × `height` of the context's units. */
  paint(context: CanvasRenderingContext2D, width: number, height: number): void {
    const canvas = this._plot?.ctx.canvas;
    if (canvas !== undefined && canvas.width > 0) {
      context.drawImage(canvas, 0, 0, width, height);
    }
  }

  handleKey(event: KeyboardEvent): boolean {
    const [x0, x1] = this._xRange();
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight':
        this._setX(this._moved([x0, x1], event.key === 'ArrowLeft' ? -KEY_STEP : KEY_STEP));
        return true;
      case '+':
      case '=':
        return this._zoomX(KEY_ZOOM, this._middle());
      case '-':
        return this._zoomX(1 / KEY_ZOOM, this._middle());
      case '0':
        this.reset();
        return true;
      default:
        return false;
    }
  }

  // ---- Gestures ---------------------------------------------------------------------------------

  zoom(axis: 'x' | 'y', factor: number, x: number, y: number): boolean {
    const plot = this._plot;
    if (plot === null || this._content === null) {
      return false;
    }
    if (axis === 'x') {
      return this._zoomX(factor, plot.posToVal(x, 'x'));
    }
    const range = zoomed(this._yRange(), plot.posToVal(y, 'y'), factor, this._logY);
    this._yZoom = range;
    this._redraw();
    return true;
  }

  pan(dx: number, dy: number): void {
    const plot = this._plot;
    if (plot === null) {
      return;
    }
    if (this._xZoom !== null) {
      this._setX([plot.posToVal(-dx, 'x'), plot.posToVal(plot.over.clientWidth - dx, 'x')]);
    }
    if (this._yZoom !== null) {
      this._yZoom = [plot.posToVal(plot.over.clientHeight - dy, 'y'), plot.posToVal(-dy, 'y')];
      this._redraw();
    }
  }

  zoomBox([left, top, right, bottom]: readonly [number, number, number, number]): void {
    const plot = this._plot;
    if (plot === null) {
      return;
    }
    this._yZoom = [plot.posToVal(bottom, 'y'), plot.posToVal(top, 'y')];
    this._setX([plot.posToVal(left, 'x'), plot.posToVal(right, 'x')]);
  }

  click(x: number, y: number): void {
    const series = this._content?.series[0];
    if (this._plot !== null && series !== undefined && this._host.choose !== undefined) {
      const space = this._space(this._plot);
      const index = nearestPoint(series, ...this._pixelOf(this._plot, [x, y]), space);
      if (index >= 0) {
        this._host.choose(index);
      }
    }
  }

  hover(x: number | null, y: number | null): void {
    this._pointer = x === null || y === null ? null : [x, y];
    this._plot?.setCursor({ left: x ?? -10, top: y ?? -10 });
    this._tellReadout();
  }

  // ---- Ranges -----------------------------------------------------------------------------------

  private get _logX(): boolean {
    return this._host.options.logX === true && (this._content?.fullX[1] ?? 0) > 0;
  }

  private get _logY(): boolean {
    return this._host.options.logY === true && (this._content?.fullY?.[1] ?? 0) > 0;
  }

  private _fullX(): Range {
    const [low, high] = this._content?.fullX ?? [0, 1];
    if (this._logX && low <= 0) {
      const positive = smallestPositive(this._content?.series.map(series => series.x) ?? []);
      return [Math.min(positive, high / 10), high];
    }
    const margin = this._logX ? 0 : (high - low) * this._room;
    return high > low ? [low - margin, high + margin] : [low - 0.5, high + 0.5];
  }

  private _xRange(): Range {
    return this._xZoom ?? this._fullX();
  }

  private _yRange(): Range {
    if (this._yZoom !== null) {
      return this._yZoom;
    }
    const data = this._content?.fullY ?? null;
    if (data === null) {
      return this._yShown ?? (this._logY ? [1, 10] : [0, 1]);
    }
    if (this._logY) {
      const low =
        data[0] > 0
          ? data[0]
          : smallestPositive(this._content?.series.map(series => series.y) ?? []);
      // A bin of 1 has a height too.
      const floor = this._hasBins ? low / 2 : low;
      this._yShown = steppedDecades(this._yShown, [Math.min(floor, data[1]), data[1]]);
    } else {
      const margin = (data[1] - data[0]) * this._room;
      this._yShown = steppedRange(this._yShown, [data[0] - margin, data[1] + margin]);
    }
    return this._yShown;
  }

  // A point at the end would be cut in half.
  private get _room(): number {
    return this._content?.series[0]?.look === 'points' ? ROOM : 0;
  }

  private get _hasBins(): boolean {
    return this._content?.series[0]?.look === 'bins';
  }

  private _middle(): number {
    const [min, max] = this._xRange();
    return this._logX ? Math.sqrt(min * max) : (min + max) / 2;
  }

  private _moved([min, max]: Range, share: number): Range {
    const by = this._logX ? (max / min) ** share : (max - min) * share;
    return this._logX ? [min * by, max * by] : [min + by, max + by];
  }

  private _zoomX(factor: number, centre: number): boolean {
    const before = this._xZoom;
    const full = this._fullX();
    const range = zoomed(this._xRange(), centre, factor, this._logX);
    if (range[1] - range[0] < (full[1] - full[0]) * CLOSEST) {
      return true; // as close as it gets: still a zoom gesture, not a scroll
    }
    this._setX(range);
    return before !== null || this._xZoom !== null;
  }

  private _setX(range: Range): void {
    const full = this._fullX();
    const inside = within(range, full);
    this._xZoom = inside[0] <= full[0] && inside[1] >= full[1] ? null : inside;
    this._tellViewport();
    this._redraw();
  }

  private _tellViewport(): void {
    const ratio = globalThis.devicePixelRatio || 1;
    const box = this._plot?.bbox;
    // bbox is 0 wide until the axes are laid out.
    const width = box !== undefined && box.width > 0 ? box.width : (this._width - 60) * ratio;
    const height = box !== undefined && box.height > 0 ? box.height : this._height * ratio;
    this._host.setViewport({
      width: Math.max(1, Math.round(width)),
      height: Math.max(1, Math.round(height)),
      x: this._xZoom,
    });
  }

  // ---- Drawing ----------------------------------------------------------------------------------

  private _redraw(): void {
    const frame = this._content;
    if (frame === null || this._width < 1 || this._height < 1) {
      return;
    }
    const layout = `${this._xLabel() !== ''} ${this._logX} ${this._logY}`;
    if (this._plot === null || layout !== this._layout) {
      this._layout = layout;
      this._rebuild();
      return;
    }
    const [xMin, xMax] = this._xRange();
    const [yMin, yMax] = this._yRange();
    const { x, y } = this._plot.scales;
    if (x?.min === xMin && x.max === xMax && y?.min === yMin && y.max === yMax) {
      // A redraw without the axes would undo what setSize has asked for.
      this._plot.redraw(false, this._isResized);
    } else {
      this._plot.batch(() => {
        this._plot?.setScale('x', { min: xMin, max: xMax });
        this._plot?.setScale('y', { min: yMin, max: yMax });
      });
    }
    this._isResized = false;
    this._updateNotes(frame);
    this._tellReadout();
  }

  private _rebuild(): void {
    this._gestures?.dispose();
    this._gestures = null;
    this._plot?.destroy();
    this._plot = null;
    if (this._content === null || this._isDisposed || this._width < 1) {
      return;
    }
    if (this._uPlot === null) {
      this._load();
      return;
    }
    this._plot = new this._uPlot(this._plotOptions(), DUMMY, this._plotNode);
    this._gestures = new Gestures(this._plot.over, this);
    this._tellViewport();
    this._redraw();
  }

  private _load(): void {
    if (this._isLoading) {
      return;
    }
    this._isLoading = true;
    loadUPlot()
      .then(uPlotClass => {
        this._uPlot = uPlotClass;
        this._rebuild();
      })
      .catch(reason => {
        console.error('Labwire: the plotting library could not be loaded', reason);
        setText(
          this._note,
          this._host.trans.__('The plotting part of Labwire could not be loaded. Reload the page.'),
        );
      })
      .finally(() => {
        this._isLoading = false;
      });
  }

  private _plotOptions(): uPlot.Options {
    this._theme ??= themeColours(this.node);
    const { muted, grid, font, fontSize } = this._theme;
    const axisFont = `${fontSize}px ${font}`;
    const label = this._xLabel();
    const line = { stroke: grid, width: 1 };
    return {
      width: this._width,
      height: this._height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { x: true, y: true, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: {
          time: false,
          auto: false,
          distr: this._logX ? 3 : 1,
          range: () => [...this._xRange()],
        },
        y: { auto: false, distr: this._logY ? 3 : 1, range: () => [...this._yRange()] },
      },
      series: [{}, { show: true, paths: () => null, points: { show: false } }],
      axes: [
        {
          stroke: muted,
          font: axisFont,
          labelFont: axisFont,
          size: 28,
          space: (_plot, _axis, _min, _max, length) => Math.max(56, length / 10),
          gap: 4,
          grid: line,
          ticks: { ...line, size: 4 },
          border: { show: true, ...line },
          values: (_plot, ticks) => this._tickTexts(ticks, 'x'),
          ...(label === '' ? {} : { label: () => this._xLabel(), labelSize: 18, labelGap: 0 }),
        },
        {
          stroke: muted,
          font: axisFont,
          gap: 4,
          space: (_plot, _axis, _min, _max, length) => Math.max(28, length / 10),
          size: (_plot, texts) => this._yAxisSize(texts),
          grid: line,
          ticks: { ...line, size: 4 },
          border: { show: true, ...line },
          values: (_plot, ticks) => this._tickTexts(ticks, 'y'),
        },
      ],
      hooks: { draw: [plot => this._paintData(plot)] },
    } as uPlot.Options;
  }

  private _paintData(plot: uPlot): void {
    if (this._content !== null) {
      const { series, marked } = this._content;
      const space = this._space(plot);
      paintCurves(plot.ctx, series, (this._host.options.style ?? 'line') as CurveStyle, space);
      if (marked !== undefined && series[0] !== undefined) {
        paintRing(plot.ctx, series[0], marked, space);
      }
    }
  }

  private _space(plot: uPlot): CurveSpace {
    return {
      x: value => plot.valToPos(value, 'x', true),
      y: value => plot.valToPos(value, 'y', true),
      left: plot.bbox.left,
      top: plot.bbox.top,
      width: plot.bbox.width,
      height: plot.bbox.height,
      ratio: globalThis.devicePixelRatio || 1,
    };
  }

  private _tickTexts(ticks: readonly number[], axis: 'x' | 'y'): string[] {
    const isLog = axis === 'x' ? this._logX : this._logY;
    if (isLog) {
      return ticks.map(tick => (isDecade(tick) ? formatNumber(tick) : ''));
    }
    const unit = (axis === 'x' ? this._content?.xUnit : this._content?.yUnit) ?? '';
    const { divisor, unit: shown } = axisUnit(unit, axis === 'x' ? this._fullX() : this._yRange());
    const texts = tickTexts(ticks, divisor);
    if (axis === 'y' && shown !== '' && texts.length > 0) {
      // The unit once, at the top: a label of its own would take the width of the curve.
      texts[texts.length - 1] += ` ${shown}`;
    }
    return texts;
  }

  // Steps of 8 px and never narrower again: the curve must not move when a tick gets a digit.
  private _yAxisSize(texts: readonly string[] | null): number {
    const longest = Math.max(2, ...(texts ?? []).map(text => text.length));
    this._yAxisWidth = Math.max(this._yAxisWidth, Math.ceil((longest * 6.5 + 14) / 8) * 8);
    return this._yAxisWidth;
  }

  private _xLabel(): string {
    const frame = this._content;
    if (frame === null) {
      return '';
    }
    const { unit } = axisUnit(frame.xUnit, this._fullX());
    return [frame.xLabel, unit === '' ? '' : `(${unit})`].filter(text => text !== '').join(' ');
  }

  private _updateNotes(frame: Plotted): void {
    const { trans } = this._host;
    setText(
      this._note,
      frame.pointCount === 0
        ? trans.__('An array of 0 elements: nothing to draw yet.')
        : frame.measuredCount === 0
          ? trans.__('Nothing measured yet.')
          : frame.fullY === null && this._xZoom !== null
            ? trans.__('Nothing measured in this range.')
            : '',
    );
    const series = frame.series.length > 1 ? frame.series : [];
    const key = series.map(({ label, look }) => `${look} ${label}`).join('\n');
    if (key === this._legendKey) {
      return;
    }
    this._legendKey = key;
    this._legend.replaceChildren(
      ...series.map(({ label, look }, index) =>
        element('div', {
          className: 'jp-TraceView-key',
          children: [swatchOf(index, look), element('span', { text: label })],
        }),
      ),
    );
  }

  private _tellReadout(): void {
    const plot = this._plot;
    const frame = this._content;
    if (plot === null || frame === null || this._pointer === null) {
      this._host.setReadout(null);
      return;
    }
    const [px, py] = this._pixelOf(plot, this._pointer);
    const space = this._space(plot);
    const unit = axisUnit(frame.xUnit, this._fullX());
    const many = frame.series.length > 1;
    let at = '';
    const values = frame.series.flatMap(series => {
      const index = nearestPoint(series, px, py, space);
      if (index < 0) {
        return [];
      }
      if (at === '') {
        const end = series.look === 'bins' ? [index, index + 1] : [index];
        const ends = end.map(i => formatNumber(series.x[i]! / unit.divisor));
        at = `${ends.join(' to ')} ${unit.unit}`.trimEnd();
      }
      const y = `${formatNumber(series.y[index]!, frame.precision)} ${frame.yUnit}`;
      return [many ? `${series.label} ${y}`.trimEnd() : y.trimEnd()];
    });
    this._host.setReadout(values.length === 0 ? null : `${at}: ${values.join(' · ')}`);
  }

  private _pixelOf(plot: uPlot, [x, y]: readonly [number, number]): [px: number, py: number] {
    const ratio = globalThis.devicePixelRatio || 1;
    return [plot.bbox.left + x * ratio, plot.bbox.top + y * ratio];
  }

  private readonly _host: IPlotHost;
  private readonly _plotNode: HTMLElement;
  private readonly _legend: HTMLElement;
  private readonly _note: HTMLElement;
  private _content: Plotted | null = null;
  private _isDisposed = false;
  private _uPlot: UPlot | null = null;
  private _isLoading = false;
  private _plot: uPlot | null = null;
  private _gestures: Gestures | null = null;
  private _layout = '';
  private _theme: ThemeColours | null = null;
  private _width = 0;
  private _height = 0;
  private _isResized = false;
  private _yAxisWidth = 0;
  private _legendKey = '';
  private _xZoom: Range | null = null;
  private _yZoom: Range | null = null;
  private _yShown: Range | null = null;
  private _pointer: readonly [number, number] | null = null;
}

// uPlot wants data of its own; ours are painted in its draw hook.
const DUMMY: uPlot.AlignedData = [
  [0, 1],
  [0, 0],
];

function isDecade(value: number): boolean {
  const power = Math.log10(value);
  return Math.abs(power - Math.round(power)) < 1e-9;
}

function smallestPositive(arrays: readonly Float64Array[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const array of arrays) {
    for (const value of array) {
      if (value > 0 && value < smallest) {
        smallest = value;
      }
    }
  }
  return Number.isFinite(smallest) ? smallest : 1;
}

// Histograms over x: their means on the left, the one that was chosen on the right.
//
// A click chooses the nearest point, ← and → the next one in the order of x. Keys that zoom, the tool
// for a box and the double click belong to the points.

import {
  formatNumber,
  type PictureFrame,
  type PlotContent,
  type XYHistFrame,
} from '../../models/index.js';
import { element, setText } from '../element.js';
import { Body, type IBodyHost, type IViewBody } from './body.js';
import { Plot } from './plot.js';

export class XYHistBody extends Body<'xy_hist'> implements IViewBody {
  constructor(host: IBodyHost) {
    super(host, 'xy_hist', 'jp-XYHistView');
    const { trans } = host;
    const setReadout = (text: string | null) => host.setReadout(text);
    this._means = new Plot({
      trans,
      options: {},
      setReadout,
      setViewport: part => host.model.setViewport(part),
      choose: index => this._choose(index),
    });
    this._histogram = new Plot({
      trans,
      get options() {
        return { logY: host.options.logY ?? false };
      },
      setReadout,
      setViewport: () => undefined, // as wide as the points, which the hub knows
    });
    this._hint = element('div', { className: 'jp-XYHistView-hint' });
    this._right = element('div', {
      className: 'jp-XYHistView-part',
      children: [this._histogram.node, this._hint],
    });
    this.node.append(
      element('div', { className: 'jp-XYHistView-part', children: [this._means.node] }),
      this._right,
    );
  }

  protected override drawFrame(frame: XYHistFrame): void {
    const { means, histogram, display } = frame;
    this._means.draw({
      ...means,
      precision: display.precision,
      ...(this._markedIn(frame) < 0 ? {} : { marked: this._markedIn(frame) }),
    });
    this._right.classList.toggle('jp-mod-empty', histogram === null);
    setText(
      this._hint,
      histogram === null
        ? this.host.trans.__('Click a point, or press ← or →, to see its histogram.')
        : this._headingOf(frame),
    );
    this._histogram.draw(histogram ?? NO_BINS);
  }

  fit(width: number, height: number): void {
    const half = Math.floor(width / 2);
    this._means.fit(half, height);
    this._histogram.fit(width - half, height);
  }

  restyle(): void {
    this._means.restyle();
    this._histogram.restyle();
  }

  reset = (): void => {
    this._means.reset();
    this._histogram.reset();
  };

  startBox = (): void => {
    this._means.startBox();
  };

  /** The point that was chosen. */
  summary(frame: PictureFrame): string {
    return frame.kind === 'xy_hist' && frame.chosen !== null ? this._headingOf(frame) : '';
  }

  protected override textOf(frame: XYHistFrame): string {
    const { measuredCount, pointCount } = frame.means;
    const chosen = this.summary(frame);
    return [
      `${frame.type}, ${measuredCount} of ${pointCount} histograms measured`,
      ...(chosen === '' ? [] : [chosen]),
    ].join('; ');
  }

  paint(context: CanvasRenderingContext2D, width: number, height: number): void {
    this._means.paint(context, width / 2, height);
    if (this.frame?.histogram != null) {
      context.save();
      context.translate(width / 2, 0);
      this._histogram.paint(context, width / 2, height);
      context.restore();
    }
  }

  handleKey(event: KeyboardEvent): boolean {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      this._step(event.key === 'ArrowLeft' ? -1 : 1);
      return true;
    }
    return this._means.handleKey(event);
  }

  protected override release(): void {
    this._means.dispose();
    this._histogram.dispose();
  }

  // Points that were not measured have no place to be seen at, and are stepped over.
  private _step(by: -1 | 1): void {
    const { frame } = this;
    const y = frame?.means.series[0]?.y;
    if (frame === null || y === undefined) {
      return;
    }
    const marked = this._markedIn(frame);
    let index = marked < 0 ? (by > 0 ? 0 : y.length - 1) : marked + by;
    while (index >= 0 && index < y.length && !Number.isFinite(y[index]!)) {
      index += by;
    }
    this._choose(index);
  }

  private _choose(index: number): void {
    const point = this.frame?.points[index];
    if (point !== undefined) {
      this.host.model.setViewport({ point });
    }
  }

  /** Where the chosen one is among the points that are drawn; −1 where it is not. */
  private _markedIn({ points, chosen }: XYHistFrame): number {
    return chosen === null ? -1 : points.indexOf(chosen);
  }

  private _headingOf(frame: XYHistFrame): string {
    const { means, chosen, display } = frame;
    const index = this._markedIn(frame);
    const series = means.series[0];
    if (index < 0 || series === undefined) {
      return this.host.trans.__('point %1', chosen ?? '');
    }
    const x = `${formatNumber(series.x[index]!)} ${means.xUnit}`.trimEnd();
    const mean = `${formatNumber(series.y[index]!, display.precision)} ${means.yUnit}`.trimEnd();
    return this.host.trans.__('at %1: mean %2', x, mean);
  }

  private readonly _means: Plot;
  private readonly _histogram: Plot;
  private readonly _right: HTMLElement;
  private readonly _hint: HTMLElement;
}

const NO_BINS: PlotContent = {
  series: [],
  fullX: [0, 1],
  fullY: null,
  pointCount: 1,
  measuredCount: 1,
  xLabel: '',
  xUnit: '',
  yUnit: '',
  last: null,
};

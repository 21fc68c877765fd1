// A view that is one plot: curves, points with fits, or a histogram.

import {
  formatCount,
  formatNumber,
  type HistogramFrame,
  type PictureFrame,
  type TraceFrame,
  type XYFrame,
} from '../../models/index.js';
import { Body, type IBodyHost, type IViewBody } from './body.js';
import { Plot } from './plot.js';

type PlotKind = 'trace' | 'xy' | 'histogram';
type PlotFrame = TraceFrame | XYFrame | HistogramFrame;

export class PlotBody<K extends PlotKind> extends Body<K> implements IViewBody {
  constructor(host: IBodyHost, kind: K) {
    super(host, kind, 'jp-PlotView');
    this._plot = new Plot({
      trans: host.trans,
      get options() {
        return host.options;
      },
      setReadout: text => host.setReadout(text),
      setViewport: part => host.model.setViewport(part),
    });
    this.node.append(this._plot.node);
  }

  protected override drawFrame(frame: Extract<PictureFrame, { readonly kind: K }>): void {
    const shown: PlotFrame = frame;
    this._plot.draw({ ...shown, precision: shown.display.precision });
  }

  fit(width: number, height: number): void {
    this._plot.fit(width, height);
  }

  restyle(): void {
    this._plot.restyle();
  }

  reset = (): void => {
    this._plot.reset();
  };

  startBox = (): void => {
    this._plot.startBox();
  };

  summary(frame: PictureFrame): string {
    if (frame.kind === 'histogram') {
      const total = Number.isInteger(frame.total)
        ? formatCount(frame.total)
        : formatNumber(frame.total);
      return this.host.trans.__('%1 in all', `${total} ${frame.yUnit}`.trimEnd());
    }
    if ((frame.kind !== 'trace' && frame.kind !== 'xy') || frame.last === null) {
      return '';
    }
    const { precision } = frame.display;
    const { y, error } = frame.last;
    const bar = error === null ? '' : ` ± ${formatNumber(error, precision)}`;
    return `${formatNumber(y, precision)}${bar} ${frame.yUnit}`.trimEnd();
  }

  protected override textOf(frame: Extract<PictureFrame, { readonly kind: K }>): string {
    const shown: PlotFrame = frame;
    const last = this.summary(shown);
    if (shown.kind === 'histogram') {
      return `${shown.type}, ${shown.pointCount} bins; ${last}`;
    }
    return [
      `${shown.type}, ${shown.measuredCount} of ${shown.pointCount} points measured`,
      ...(last === '' ? [] : [`last ${last}`]),
    ].join('; ');
  }

  paint(context: CanvasRenderingContext2D, width: number, height: number): void {
    this._plot.paint(context, width, height);
  }

  handleKey(event: KeyboardEvent): boolean {
    return this._plot.handleKey(event);
  }

  protected override release(): void {
    this._plot.dispose();
  }

  private readonly _plot: Plot;
}

// One more live view: a number as the hand of a gauge, between min and max.

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { type IAddedBody, type IAddedHost, IViewRegistry, type NumberFrame } from 'labwire';

class Gauge implements IAddedBody<NumberFrame> {
  readonly node = document.createElement('canvas');
  private _frame: NumberFrame | null = null;

  constructor(private readonly _host: IAddedHost) {}

  draw(frame: NumberFrame): void {
    this._frame = frame;
    const { min = 0, max = 100 } = this._host.options;
    const { width, height } = this.node;
    const share = Math.min(1, Math.max(0, ((frame.value ?? min) - min) / (max - min)));
    const context = this.node.getContext('2d')!;
    context.clearRect(0, 0, width, height);
    context.lineWidth = height / 6;
    const arc = (colour: string, end: number) => {
      context.strokeStyle = getComputedStyle(this.node).getPropertyValue(colour);
      context.beginPath();
      context.arc(width / 2, height * 0.95, height * 0.8, Math.PI, Math.PI * (1 + end));
      context.stroke();
    };
    arc('--jp-border-color2', 1);
    arc('--jp-brand-color1', share);
  }

  fit(width: number, height: number): void {
    Object.assign(this.node, { width, height });
    this.restyle();
  }

  restyle = () => this._frame && this.draw(this._frame);
  summary = ({ text, display }: NumberFrame) => `${text} ${display.unit ?? ''}`.trim();
}

const create = (host: IAddedHost) => new Gauge(host);

export default {
  id: 'labwire-example-gauge:plugin',
  autoStart: true,
  requires: [IViewRegistry],
  activate: (_app, views: IViewRegistry) =>
    void views.add({ name: 'example:gauge', label: 'Gauge', kind: 'number', height: 96, create }),
} satisfies JupyterFrontEndPlugin<void>;

// A bar that fills: how far an experiment is.

import {
  formatCount,
  formatNumber,
  type PictureFrame,
  type ProgressFrame,
} from '../../models/index.js';
import { element, setText } from '../element.js';
import { SERIES_COLOURS, type ThemeColours } from '../theme.js';
import { Body, devicePixels, type IBodyHost, type IViewBody } from './body.js';

const BAR_HEIGHT = 14; // CSS px, as style/progress.css has it

export class ProgressBody extends Body<'progress'> implements IViewBody {
  constructor(host: IBodyHost) {
    super(host, 'progress', 'jp-ProgressView');
    this._fill = element('div', { className: 'jp-ProgressView-fill' });
    this._bar = element('div', {
      className: 'jp-ProgressView-bar',
      attributes: { role: 'progressbar', 'aria-label': host.model.title },
      children: [this._fill],
    });
    this._text = element('span', { className: 'jp-ProgressView-text' });
    this.node.append(this._bar, this._text);
  }

  protected override drawFrame(frame: ProgressFrame): void {
    const { value, min, max, share } = frame;
    this._fill.style.width = `${100 * (share ?? 0)}%`;
    this.node.classList.toggle('jp-mod-unknown', share === null);
    const words = this._words(frame);
    setText(this._text, words);
    const values = {
      'aria-valuemin': min,
      'aria-valuemax': max,
      'aria-valuetext': words,
      // Without it a reader says that nobody knows how far it is, which is so.
      'aria-valuenow': value === null ? null : Math.max(min, Math.min(max, value)),
    };
    for (const [name, now] of Object.entries(values)) {
      if (now === null) {
        this._bar.removeAttribute(name);
      } else {
        this._bar.setAttribute(name, String(now));
      }
    }
  }

  fit(width: number, height: number): void {
    this.host.model.setViewport(devicePixels(width, height));
  }

  restyle(): void {}

  summary(frame: PictureFrame): string {
    return frame.kind === 'progress' ? this._exactly(frame) : '';
  }

  private _exactly({ value, min, max, text }: ProgressFrame): string {
    const shown = value === null ? text : formatNumber(value);
    return min === 0
      ? this.host.trans.__('%1 of %2', shown, formatCount(max))
      : this.host.trans.__('%1, from %2 to %3', shown, formatNumber(min), formatNumber(max));
  }

  protected override textOf(frame: ProgressFrame): string {
    return `${this._words(frame)} (${this._exactly(frame)})`;
  }

  paint(
    context: CanvasRenderingContext2D,
    width: number,
    height: number,
    theme: ThemeColours,
  ): void {
    const { frame } = this;
    if (frame === null) {
      return;
    }
    const right = width - 80;
    const top = (height - BAR_HEIGHT) / 2;
    context.fillStyle = SERIES_COLOURS[0];
    context.fillRect(8, top, (right - 8) * (frame.share ?? 0), BAR_HEIGHT);
    context.strokeStyle = theme.muted;
    context.strokeRect(8, top, right - 8, BAR_HEIGHT);
    context.fillStyle = theme.text;
    context.font = `14px ${theme.font}`;
    context.textBaseline = 'middle';
    context.fillText(this._words(frame), right + 8, height / 2, 72);
  }

  handleKey(): boolean {
    return false;
  }

  private _words({ value, min, max, share, text }: ProgressFrame): string {
    const { trans } = this.host;
    if (value === null || share === null) {
      return text === 'NaN' ? trans.__('not measured yet') : text;
    }
    // Down, so that nothing is done before it is: 99.6 % is 99 %.
    const percent = trans.__('%1 %', Math.floor(100 * share));
    return value < min
      ? trans.__('%1, below %2', percent, formatNumber(min))
      : value > max
        ? trans.__('%1, above %2', percent, formatNumber(max))
        : percent;
  }

  private readonly _bar: HTMLElement;
  private readonly _fill: HTMLElement;
  private readonly _text: HTMLElement;
}

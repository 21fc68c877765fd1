// One value in large figures: unit beside it, the last minute behind it, an alarm as border and word.

import type { NumberFrame } from '../../models/index.js';
import { element, setText } from '../element.js';
import { SERIES_COLOURS, type ThemeColours } from '../theme.js';
import { Body, devicePixels, type IBodyHost, type IViewBody, sizedContext } from './body.js';

const HISTORY_S = 60; // width of the sparkline
const LONG_TEXT = 24; // characters; longer text is set smaller and wraps

export class NumberBody extends Body<'number'> implements IViewBody {
  constructor(host: IBodyHost) {
    super(host, 'number', 'jp-NumberView');
    this._spark = element('canvas', { attributes: { 'aria-hidden': 'true' } });
    this._text = element('span', { className: 'jp-NumberView-text' });
    this._unit = element('span', { className: 'jp-NumberView-unit' });
    this._alarm = element('span', { className: 'jp-NumberView-alarm' });
    this.node.append(
      this._spark,
      element('div', {
        className: 'jp-NumberView-value',
        children: [this._text, this._unit, this._alarm],
      }),
    );
    // As in ARTIQ's big_number.
    this.node.addEventListener('dblclick', () => host.editing?.editShown());
  }

  protected override drawFrame(frame: NumberFrame): void {
    const { text, display, alarm } = frame;
    const { editing, trans } = this.host;
    setText(this._text, text);
    this._text.title = editing === undefined ? '' : trans.__('Double click to edit');
    setText(this._unit, frame.value === null ? '' : (display.unit ?? ''));
    this.node.classList.toggle('jp-mod-long', text.length > LONG_TEXT);
    const isAlarm = alarm.severity !== 'none';
    setText(this._alarm, isAlarm ? `${alarm.severity} ${alarm.status}`.trim() : '');
    this.node.dataset.severity = alarm.severity;
    this._drawSpark();
  }

  fit(width: number, height: number): void {
    this._width = width;
    this._height = height;
    this.host.model.setViewport(devicePixels(width, height));
    this._drawSpark();
  }

  restyle(): void {
    this._drawSpark();
  }

  summary(): string {
    return ''; // the body says it larger
  }

  protected override textOf(frame: NumberFrame): string {
    const unit = frame.value === null ? undefined : frame.display.unit;
    return unit === undefined || unit === '' ? frame.text : `${frame.text} ${unit}`;
  }

  paint(
    context: CanvasRenderingContext2D,
    width: number,
    height: number,
    theme: ThemeColours,
  ): void {
    const frame = this.frame;
    if (frame === null) {
      return;
    }
    paintSpark(context, frame, width, height);
    context.fillStyle = theme.text;
    context.textBaseline = 'middle';
    const isLong = frame.text.length > LONG_TEXT;
    context.font = `${isLong ? 13 : Math.min(32, height * 0.6)}px ${theme.font}`;
    context.fillText(frame.text, 8, height / 2, width - 16);
    const used = context.measureText(frame.text).width;
    context.fillStyle = theme.muted;
    context.font = `${isLong ? 13 : 16}px ${theme.font}`;
    const tail = [this._unit.textContent, this._alarm.textContent].filter(Boolean).join('  ');
    context.fillText(tail, 8 + used + 8, height / 2);
  }

  handleKey({ key }: KeyboardEvent): boolean {
    const { editing } = this.host;
    if (editing === undefined || (key !== 'Enter' && key !== 'F2')) {
      return false;
    }
    editing.editShown();
    return true;
  }

  private _drawSpark(): void {
    if (this.frame === null || this._width < 1 || this._height < 1) {
      return;
    }
    const context = sizedContext(this._spark, this._width, this._height);
    if (context !== null) {
      context.clearRect(0, 0, this._width, this._height);
      paintSpark(context, this.frame, this._width, this._height);
    }
  }

  private readonly _spark: HTMLCanvasElement;
  private readonly _text: HTMLElement;
  private readonly _unit: HTMLElement;
  private readonly _alarm: HTMLElement;
  private _width = 0;
  private _height = 0;
}

// Now is at the right edge; the curve keeps to the lower part, behind the figure.
function paintSpark(
  context: CanvasRenderingContext2D,
  { history }: NumberFrame,
  width: number,
  height: number,
): void {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < history.length; i += 2) {
    const value = history[i]!;
    if (Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (history.length < 4 || low > high) {
    return;
  }
  const top = height * 0.35;
  const bottom = height - 4;
  const yOf = (value: number) =>
    high === low ? (top + bottom) / 2 : bottom - ((value - low) / (high - low)) * (bottom - top);
  context.beginPath();
  let isDown = false;
  for (let i = 0; i + 1 < history.length; i += 2) {
    const x = width * (1 - history[i]! / HISTORY_S);
    const value = history[i + 1]!;
    if (!Number.isFinite(value)) {
      isDown = false;
    } else if (isDown) {
      context.lineTo(x, yOf(value));
    } else {
      context.moveTo(x, yOf(value));
      isDown = true;
    }
  }
  context.globalAlpha = 0.45;
  context.strokeStyle = SERIES_COLOURS[0];
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  context.stroke();
  context.globalAlpha = 1;
}

// The bar beside an image: colours, histogram of the data, and two handles for the levels.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { type Colormap, formatNumber, type ImageFrame, type Range } from '../../models/index.js';
import { element, setText } from '../element.js';
import type { ThemeColours } from '../theme.js';
import { sizedContext } from './body.js';

/** Every eighth of the worker's 65 support colours: enough for a bar of 200 px. */
const STOPS: { readonly [map in Colormap]: readonly string[] } = {
  viridis: [
    '#440154',
    '#472d7b',
    '#3b528b',
    '#2c728e',
    '#21918c',
    '#27ad81',
    '#5cc863',
    '#aadc32',
    '#fde725',
  ],
  inferno: [
    '#000004',
    '#210c4a',
    '#57106e',
    '#8a226a',
    '#bc3754',
    '#e35933',
    '#f98c0a',
    '#f9c932',
    '#fcffa4',
  ],
  cividis: [
    '#00224e',
    '#1a386f',
    '#434e6c',
    '#61656f',
    '#7d7c78',
    '#9a9376',
    '#bbad6d',
    '#ddc858',
    '#fee838',
  ],
  twilight: [
    '#e2d9e2',
    '#c2ced4',
    '#93b4c6',
    '#7196c1',
    '#6275ba',
    '#5e51ad',
    '#592a8f',
    '#45135c',
    '#2f1436',
  ],
  gray: ['#000000', '#ffffff'],
};

export const COLORBAR_WIDTH = 72; // CSS px
const BAR_WIDTH = 12;
const HISTOGRAM_WIDTH = 20;
const MARGIN = 14; // above and below the bar, half a line of text
const KEY_STEP = 0.02; // of the data's range per arrow key

export namespace ColorBar {
  export interface IOptions {
    readonly trans: TranslationBundle;
    /** Levels in raw units that the person chose; null: back to percentiles. */
    readonly onLevels: (levels: Range | null) => void;
  }
}

export class ColorBar implements IDisposable {
  constructor(options: ColorBar.IOptions) {
    this._onLevels = options.onLevels;
    const { trans } = options;
    this._canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
    this._unit = element('div', { className: 'jp-ColorBar-unit' });
    this._handles = {
      high: this._makeHandle('high', trans.__('Upper level')),
      low: this._makeHandle('low', trans.__('Lower level')),
    };
    this.node = element('div', {
      className: 'jp-ColorBar',
      title: trans.__('Drag the handles to set the levels; double click: percentiles again'),
      children: [this._canvas, this._handles.high, this._handles.low, this._unit],
    });
    this.node.addEventListener('dblclick', this._onDoubleClick);
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  draw(frame: ImageFrame, map: Colormap, theme: ThemeColours, height: number): void {
    this._take(frame, height);
    const context = sizedContext(this._canvas, COLORBAR_WIDTH, height);
    if (context !== null) {
      context.clearRect(0, 0, COLORBAR_WIDTH, height);
      this.paint(context, frame, map, theme, height);
    }
    const { unit = '' } = frame.display;
    setText(this._unit, unit);
    for (const end of ENDS) {
      const handle = this._handles[end];
      const value = frame.levels[end === 'low' ? 0 : 1];
      const text = levelText(frame, value);
      handle.style.top = `${this._yOf(value)}px`;
      handle.setAttribute('aria-valuenow', String(value));
      handle.setAttribute('aria-valuemin', String(frame.dataRange[0]));
      handle.setAttribute('aria-valuemax', String(frame.dataRange[1]));
      handle.setAttribute('aria-valuetext', `${text} ${unit}`.trimEnd());
      setText(handle.firstChild ?? handle, text);
    }
    // Two labels in one place cannot be read: the lower one steps aside.
    const gap = this._yOf(frame.levels[0]) - this._yOf(frame.levels[1]);
    this._handles.low.classList.toggle('jp-mod-close', gap < MARGIN);
  }

  /** The bar without its handles; for the screen and for pictures. */
  paint(
    context: CanvasRenderingContext2D,
    frame: ImageFrame,
    map: Colormap,
    theme: ThemeColours,
    height: number,
  ): void {
    this._take(frame, height);
    const bottom = this._yOf(frame.levels[0]);
    const top = this._yOf(frame.levels[1]);
    const stops = STOPS[map];
    const gradient = context.createLinearGradient(0, bottom, 0, Math.min(top, bottom - 1e-3));
    stops.forEach((colour, index) => {
      gradient.addColorStop(index / (stops.length - 1), colour);
    });
    context.fillStyle = gradient;
    context.fillRect(HISTOGRAM_WIDTH, MARGIN, BAR_WIDTH, height - 2 * MARGIN);
    context.strokeStyle = theme.grid;
    context.lineWidth = 1;
    context.strokeRect(HISTOGRAM_WIDTH + 0.5, MARGIN + 0.5, BAR_WIDTH - 1, height - 2 * MARGIN - 1);
    this._paintHistogram(context, frame, theme);
  }

  /** The levels beside the bar just painted: on the screen the handles say them. */
  paintLabels(context: CanvasRenderingContext2D, theme: ThemeColours): void {
    const frame = this._frame;
    if (frame === null) {
      return;
    }
    context.fillStyle = theme.text;
    context.font = `${theme.fontSize}px ${theme.font}`;
    context.textBaseline = 'middle';
    const left = HISTOGRAM_WIDTH + BAR_WIDTH + 4;
    frame.levels.forEach((level, index) => {
      const y = this._yOf(level);
      const unit = index === 1 ? (frame.display.unit ?? '') : '';
      context.fillRect(HISTOGRAM_WIDTH - 2, y - 0.5, BAR_WIDTH + 4, 1);
      context.fillText(`${levelText(frame, level)} ${unit}`, left, y, COLORBAR_WIDTH - left);
    });
  }

  dispose(): void {
    this._isDisposed = true;
    this._frame = null;
  }

  private _makeHandle(end: End, name: string): HTMLElement {
    const handle = element('div', {
      className: 'jp-ColorBar-handle',
      text: ' ',
      attributes: {
        role: 'slider',
        tabindex: '0',
        'aria-label': name,
        'aria-orientation': 'vertical',
      },
    });
    handle.addEventListener('pointerdown', event => {
      event.preventDefault();
      handle.focus();
      handle.setPointerCapture(event.pointerId);
      this._isDragging = true; // the axis stands still under the pointer
    });
    for (const type of ['pointerup', 'pointercancel']) {
      handle.addEventListener(type, () => {
        this._isDragging = false;
      });
    }
    handle.addEventListener('pointermove', event => {
      if (handle.hasPointerCapture(event.pointerId)) {
        const rect = this.node.getBoundingClientRect();
        this._set(end, this._valueAt(event.clientY - rect.top));
      }
    });
    handle.addEventListener('keydown', event => {
      const way = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
      const frame = this._frame;
      if (way !== 0 && frame !== null) {
        event.preventDefault();
        event.stopPropagation();
        const [min, max] = frame.dataRange;
        const now = frame.levels[end === 'low' ? 0 : 1];
        this._set(end, now + way * KEY_STEP * (max - min));
      }
    });
    return handle;
  }

  private readonly _onDoubleClick = (event: MouseEvent): void => {
    event.preventDefault();
    this._onLevels(null);
  };

  private _set(end: End, value: number): void {
    const frame = this._frame;
    if (frame === null) {
      return;
    }
    const [min, max] = frame.dataRange;
    const smallest = (max - min) * 1e-3;
    const inside = Math.min(Math.max(value, min), max);
    const [low, high] = frame.levels;
    this._onLevels(
      end === 'low'
        ? [Math.min(inside, high - smallest), high]
        : [low, Math.max(inside, low + smallest)],
    );
  }

  private _take(frame: ImageFrame, height: number): void {
    this._frame = frame;
    this._height = height;
    if (!this._isDragging) {
      this._axis = axisOf(frame);
    }
  }

  private _yOf(value: number): number {
    const [min, max] = this._axis;
    const share = max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0.5;
    return this._height - MARGIN - share * (this._height - 2 * MARGIN);
  }

  private _valueAt(y: number): number {
    const [min, max] = this._axis;
    return min + ((this._height - MARGIN - y) / (this._height - 2 * MARGIN)) * (max - min);
  }

  // Roots of the counts: a background of a million pixels must not hide a spot of a hundred.
  private _paintHistogram(
    context: CanvasRenderingContext2D,
    { histogram, dataRange: [min, max] }: ImageFrame,
    theme: ThemeColours,
  ): void {
    let most = 0;
    for (const count of histogram) {
      most = Math.max(most, count);
    }
    if (most === 0) {
      return;
    }
    context.fillStyle = theme.muted;
    context.globalAlpha = 0.5;
    const bin = (max - min) / histogram.length;
    histogram.forEach((count, index) => {
      const bottom = this._yOf(min + index * bin);
      const top = this._yOf(min + (index + 1) * bin);
      const length = Math.sqrt(count / most) * (HISTOGRAM_WIDTH - 3);
      if (bottom > top) {
        context.fillRect(HISTOGRAM_WIDTH - 2 - length, top, length, Math.max(bottom - top, 0.5));
      }
    });
    context.globalAlpha = 1;
  }

  private readonly _onLevels: (levels: Range | null) => void;
  private readonly _canvas: HTMLCanvasElement;
  private readonly _unit: HTMLElement;
  private readonly _handles: { readonly [end in End]: HTMLElement };
  private _frame: ImageFrame | null = null;
  private _height = 100;
  private _axis: Range = [0, 1];
  private _isDragging = false;
  private _isDisposed = false;
}

type End = 'low' | 'high';
const ENDS: readonly End[] = ['low', 'high'];

function levelText({ display: { scale = 1 } }: ImageFrame, level: number): string {
  return formatNumber(Number((level / scale).toPrecision(4)));
}

// The levels and half as much again on both sides, as far as there are data: one hot pixel must not
// press all colours into a line.
function axisOf({ levels: [low, high], dataRange: [min, max] }: ImageFrame): Range {
  const margin = (high - low) / 2;
  return [Math.min(low, Math.max(min, low - margin)), Math.max(high, Math.min(max, high + margin))];
}

// A 2-D array as a picture: square pixels, nearest neighbour when close, levels from a histogram.
//
// The worker keeps the raw pixels and sends colours for what is seen, at most one per device pixel.
// While a finer picture is on its way the last one is shown in the right place.

import {
  formatNumber,
  type ImageFrame,
  type PictureFrame,
  type Range,
  type Viewport,
} from '../../models/index.js';
import { element } from '../element.js';
import { type ThemeColours, themeColours } from '../theme.js';
import { Body, type IBodyHost, type IViewBody, sizedContext } from './body.js';
import { COLORBAR_WIDTH, ColorBar } from './colorbar.js';
import { Gestures, type IGestureTarget } from './gestures.js';

/** What is shown: the image's pixel at the left top corner, and CSS px per image pixel. */
type Place = { readonly x: number; readonly y: number; readonly scale: number };

const LARGEST_SCALE = 64; // CSS px per image pixel: four pixels fill a small view
const KEY_STEP = 0.1;
const KEY_ZOOM = 0.8;

export class ImageBody extends Body<'image'> implements IViewBody, IGestureTarget {
  constructor(host: IBodyHost) {
    super(host, 'image', 'jp-ImageView');
    this._canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
    this._surface = element('div', {
      className: 'jp-ImageView-surface',
      children: [this._canvas],
    });
    this._bar = new ColorBar({
      trans: host.trans,
      onLevels: levels => this._setLevels(levels),
    });
    this.node.append(this._surface, this._bar.node);
    this._gestures = new Gestures(this._surface, this);
  }

  protected override drawFrame(frame: ImageFrame, before: ImageFrame | null): void {
    if (before !== null && before.pixels !== frame.pixels) {
      release(before);
    }
    if (before === null || before.columns !== frame.columns || before.rows !== frame.rows) {
      this._place = null; // another image: show all of it
    }
    this._source = null;
    this._redraw();
    this._tellViewport();
    this._askPixel();
  }

  fit(width: number, height: number): void {
    this._width = Math.max(1, width - COLORBAR_WIDTH);
    this._height = height;
    this._tellViewport();
    this._redraw();
  }

  restyle(): void {
    this._theme = null;
    this._redraw();
  }

  reset = (): void => {
    this._place = null;
    this._tellViewport();
    this._redraw();
  };

  startBox = (): void => {
    this._gestures.startBox();
  };

  summary(frame: PictureFrame): string {
    return frame.kind === 'image' ? `${frame.columns} × ${frame.rows}` : '';
  }

  protected override textOf(frame: ImageFrame): string {
    const { scale = 1, unit = '' } = frame.display;
    const [low, high] = frame.levels.map(level => formatNumber(level / scale));
    return `${frame.type}, shown from ${low} to ${high} ${unit}`.trimEnd();
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
    context.drawImage(this._canvas, 0, 0, width - COLORBAR_WIDTH, height);
    context.save();
    context.translate(width - COLORBAR_WIDTH, 0);
    this._bar.paint(
      context,
      this._withLevels(frame),
      this.host.model.viewport.colormap,
      theme,
      height,
    );
    this._bar.paintLabels(context, theme);
    context.restore();
  }

  handleKey(event: KeyboardEvent): boolean {
    const step = KEY_STEP * this._width;
    switch (event.key) {
      case 'ArrowLeft':
        this.pan(step, 0);
        return true;
      case 'ArrowRight':
        this.pan(-step, 0);
        return true;
      case 'ArrowUp':
        this.pan(0, step);
        return true;
      case 'ArrowDown':
        this.pan(0, -step);
        return true;
      case '+':
      case '=':
        return this.zoom('x', KEY_ZOOM, this._width / 2, this._height / 2);
      case '-':
        return this.zoom('x', 1 / KEY_ZOOM, this._width / 2, this._height / 2);
      case '0':
        this.reset();
        return true;
      default:
        return false;
    }
  }

  // ---- Gestures: pixels are square, so both axes zoom together ------------------------------------

  zoom(_axis: 'x' | 'y', factor: number, x: number, y: number): boolean {
    if (this.frame === null) {
      return false;
    }
    const before = this._shown();
    const fit = this._fitting();
    const scale = Math.min(before.scale / factor, Math.max(LARGEST_SCALE, fit.scale));
    if (scale <= fit.scale) {
      const wasZoomed = this._place !== null;
      if (wasZoomed) {
        this.reset();
      }
      return wasZoomed;
    }
    this._moveTo({
      x: before.x + x / before.scale - x / scale,
      y: before.y + y / before.scale - y / scale,
      scale,
    });
    return true;
  }

  pan(dx: number, dy: number): void {
    if (this._place !== null) {
      const { x, y, scale } = this._place;
      this._moveTo({ x: x - dx / scale, y: y - dy / scale, scale });
    }
  }

  zoomBox([left, top, right, bottom]: readonly [number, number, number, number]): void {
    const before = this._shown();
    const scale = Math.min(
      LARGEST_SCALE,
      before.scale * Math.min(this._width / (right - left), this._height / (bottom - top)),
    );
    const centre = [(left + right) / 2, (top + bottom) / 2] as const;
    this._moveTo({
      x: before.x + centre[0] / before.scale - this._width / 2 / scale,
      y: before.y + centre[1] / before.scale - this._height / 2 / scale,
      scale,
    });
  }

  hover(x: number | null, y: number | null): void {
    const frame = this.frame;
    if (x === null || y === null || frame === null) {
      this._pointed = null;
      this.host.setReadout(null);
      return;
    }
    const shown = this._shown();
    const column = Math.floor(shown.x + x / shown.scale);
    const row = Math.floor(shown.y + y / shown.scale);
    const isInside = column >= 0 && row >= 0 && column < frame.columns && row < frame.rows;
    this._pointed = isInside ? [column, row] : null;
    if (isInside) {
      this._askPixel();
    } else {
      this.host.setReadout(null);
    }
  }

  protected override release(): void {
    this._gestures.dispose();
    this._bar.dispose();
    if (this.frame !== null) {
      release(this.frame);
    }
  }

  // ---- Where it is --------------------------------------------------------------------------------

  private _fitting(): Place {
    const frame = this.frame;
    const columns = Math.max(1, frame?.columns ?? 1);
    const rows = Math.max(1, frame?.rows ?? 1);
    const scale = Math.min(this._width / columns, this._height / rows);
    return {
      x: (columns - this._width / scale) / 2,
      y: (rows - this._height / scale) / 2,
      scale,
    };
  }

  private _shown(): Place {
    return this._place ?? this._fitting();
  }

  private _moveTo(place: Place): void {
    const frame = this.frame;
    if (frame === null) {
      return;
    }
    // Some of the image stays in sight, wherever it is dragged.
    const keep = (at: number, size: number, whole: number) =>
      size >= whole ? (whole - size) / 2 : Math.min(Math.max(at, 0), whole - size);
    this._place = {
      x: keep(place.x, this._width / place.scale, frame.columns),
      y: keep(place.y, this._height / place.scale, frame.rows),
      scale: place.scale,
    };
    this._tellViewport();
    this._redraw();
  }

  private _tellViewport(): void {
    const ratio = globalThis.devicePixelRatio || 1;
    const { x, y, scale } = this._shown();
    const frame = this.frame;
    let region: Viewport['region'] = null;
    let size: Range = [this._width, this._height];
    if (frame !== null && this._place !== null) {
      const left = Math.max(0, Math.floor(x));
      const top = Math.max(0, Math.floor(y));
      const right = Math.min(frame.columns, Math.ceil(x + this._width / scale));
      const bottom = Math.min(frame.rows, Math.ceil(y + this._height / scale));
      region = [left, top, right - left, bottom - top];
      size = [(right - left) * scale, (bottom - top) * scale];
    } else if (frame !== null) {
      size = [frame.columns * scale, frame.rows * scale];
    }
    this.host.model.setViewport({
      width: Math.max(1, Math.round(size[0] * ratio)),
      height: Math.max(1, Math.round(size[1] * ratio)),
      region,
    });
  }

  private _setLevels(levels: Range | null): void {
    const [low, high] = this.host.options.levels ?? [1, 99];
    this.host.model.setViewport({
      levels:
        levels === null
          ? { mode: 'percentile', low, high }
          : { mode: 'fixed', low: levels[0], high: levels[1] },
    });
    this._redraw();
  }

  // Levels that were just dragged hold at once, not when the next frame comes.
  private _withLevels(frame: ImageFrame): ImageFrame {
    const { mode, low, high } = this.host.model.viewport.levels;
    return mode === 'fixed' ? { ...frame, levels: [low, high] } : frame;
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  private _redraw(): void {
    const frame = this.frame;
    if (frame === null || this._width < 1 || this._height < 1) {
      return;
    }
    this._theme ??= themeColours(this.node);
    const context = sizedContext(this._canvas, this._width, this._height);
    if (context === null) {
      return;
    }
    context.clearRect(0, 0, this._width, this._height);
    const { x, y, scale } = this._shown();
    const [left, top, width, height] = frame.region;
    const source = this._source ?? this._sourceOf(frame);
    this._source = source;
    if (source !== null) {
      // More than one screen pixel for a pixel of the picture: show it as the square it is.
      context.imageSmoothingEnabled =
        width * scale * (globalThis.devicePixelRatio || 1) < frame.width;
      context.drawImage(
        source,
        (left - x) * scale,
        (top - y) * scale,
        width * scale,
        height * scale,
      );
    }
    this._bar.draw(
      this._withLevels(frame),
      this.host.model.viewport.colormap,
      this._theme,
      this._height,
    );
  }

  private _sourceOf({ pixels, width, height }: ImageFrame): CanvasImageSource | null {
    if (width < 1 || height < 1) {
      return null;
    }
    if (!(pixels instanceof Uint8ClampedArray)) {
      return pixels;
    }
    this._scratch.width = width;
    this._scratch.height = height;
    const context = this._scratch.getContext('2d');
    context?.putImageData(new ImageData(pixels, width, height), 0, 0);
    return this._scratch;
  }

  // One question at a time; the newest place is asked for when the answer is there.
  private _askPixel(): void {
    const pointed = this._pointed;
    if (pointed === null || this._isAsking || this.host.model.phase !== 'open') {
      return;
    }
    this._isAsking = true;
    const [x, y] = pointed;
    this.host.model
      .ask({ type: 'pixel', x, y })
      .then(answer => {
        if (answer.type === 'pixel' && this._pointed !== null) {
          this.host.setReadout(`x ${x} y ${y} = ${answer.text}`);
        }
      })
      .catch(() => {
        this.host.setReadout(null); // the view closed or the image changed: nothing to read
      })
      .finally(() => {
        this._isAsking = false;
        const now = this._pointed;
        if (now !== null && (now[0] !== x || now[1] !== y)) {
          this._askPixel();
        }
      });
  }

  private readonly _canvas: HTMLCanvasElement;
  private readonly _scratch = element('canvas');
  private readonly _surface: HTMLElement;
  private readonly _bar: ColorBar;
  private readonly _gestures: Gestures;
  private _source: CanvasImageSource | null = null;
  private _theme: ThemeColours | null = null;
  private _place: Place | null = null;
  private _width = 0;
  private _height = 0;
  private _pointed: readonly [number, number] | null = null;
  private _isAsking = false;
}

function release({ pixels }: ImageFrame): void {
  if (!(pixels instanceof Uint8ClampedArray)) {
    pixels.close();
  }
}

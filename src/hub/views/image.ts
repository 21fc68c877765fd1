// A 2-D array as a picture.
//
// The raw pixels stay in the worker, for the read-out and the export; the page gets coloured pixels
// of the region it looks at, at most one for each of the screen's.

import {
  type Display,
  type Fault,
  NDArray,
  toFault,
  UnsupportedError,
} from '../../values/index.js';
import type { Colormap, SourceRole, ViewAnswer, ViewOptions, Viewport } from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import { colourTable } from './colormap.js';
import type { CsvTable } from './csv.js';
import {
  clipRegion,
  fitSize,
  type Numbers,
  paint,
  type Raster,
  type Region,
} from './imagepixels.js';
import { levelsOf, type Spread, spreadOf } from './levels.js';
import type { Body, IView, Question } from './view.js';

/** Makes a bitmap that crosses to the page without a copy; the worker passes the platform's. */
export type MakeBitmap = (
  pixels: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
) => Promise<ImageBitmap>;

export class ImageView implements IView {
  readonly kind = 'image';
  type = '';
  display: Display = {};
  private readonly _label: string;
  private readonly _makeBitmap: MakeBitmap | null;
  private _array: NDArray | null = null;
  private _misfit: Fault | null = null;
  // Made from the array when first needed after it changed.
  private _numbers: Numbers | null = null;
  private _spread: Spread | null = null;
  private _width = 1;
  private _height = 1;
  private _region: Region | null = null;
  private _colormap: Colormap;
  private _levels: Viewport['levels'];
  private _dirty = true;

  /** @param label - what to call it: the last part of its address. */
  constructor(options: ViewOptions, label = 'image', makeBitmap: MakeBitmap | null = null) {
    this._label = label;
    this._makeBitmap = makeBitmap;
    this._colormap = options.colormap ?? 'viridis';
    const [low, high] = options.levels ?? [1, 99];
    this._levels = { mode: 'percentile', low, high };
  }

  get dirty(): boolean {
    return this._dirty;
  }

  input(_role: SourceRole, event: SourceEvent): void {
    if (event.type === 'reading') {
      const { value, type, display } = event.reading;
      this.type = type;
      this.display = display;
      const fits =
        value instanceof NDArray && value.shape.length === 2 && 'biuf'.includes(value.dtype.kind);
      this._array = fits ? value : null;
      this._misfit = fits
        ? null
        : toFault(
            new UnsupportedError(
              `${this._label} is ${type}, an image needs a 2-D array of real numbers`,
              { feature: `image of ${type}` },
              { hint: 'Show it with view="auto".' },
            ),
          );
      this._numbers = null;
      this._spread = null;
    }
    this._dirty = true;
  }

  setViewport(viewport: Viewport): void {
    this._width = Math.max(1, Math.min(16384, Math.floor(viewport.width)));
    this._height = Math.max(1, Math.min(16384, Math.floor(viewport.height)));
    this._region = viewport.region;
    this._colormap = viewport.colormap;
    this._levels = viewport.levels;
    this._dirty = true;
  }

  frame(): Body | Promise<Body> {
    this._dirty = false;
    const array = this._array;
    if (array === null || array.size === 0) {
      return {
        content: { kind: 'empty', fault: this._misfit ?? this._nothing(array) },
        transfer: [],
      };
    }
    const raster = this._raster(array);
    this._spread ??= spreadOf(raster.values);
    const region = clipRegion(this._region, raster.columns, raster.rows);
    const [width, height] = fitSize(region, this._width, this._height);
    const levels = levelsOf(this._spread, this._levels);
    const pixels = paint(raster, region, width, height, levels, colourTable(this._colormap));
    const histogram = this._spread.histogram.slice();
    const rest = {
      kind: 'image' as const,
      width,
      height,
      columns: raster.columns,
      rows: raster.rows,
      region,
      levels,
      histogram,
      dataRange: [this._spread.min, this._spread.max] as const,
    };
    if (this._makeBitmap === null) {
      return { content: { ...rest, pixels }, transfer: [pixels.buffer, histogram.buffer] };
    }
    return this._makeBitmap(pixels, width, height).then(bitmap => ({
      content: { ...rest, pixels: bitmap },
      transfer: [bitmap, histogram.buffer],
    }));
  }

  ask(query: Question): ViewAnswer {
    const array = this._array;
    if (query.type === 'pixel') {
      const [rows = 0, columns = 0] = array?.shape ?? [];
      const x = Math.floor(query.x);
      const y = Math.floor(query.y);
      if (array === null || !(x >= 0 && x < columns && y >= 0 && y < rows)) {
        return { type: 'pixel', value: null, text: '' };
      }
      const element = array.at([y, x]);
      const value =
        typeof element === 'number' || typeof element === 'bigint' ? element : Number(element);
      return { type: 'pixel', value, text: String(value) };
    }
    throw new UnsupportedError(`an image cannot answer "${query.type}"`, { feature: query.type });
  }

  table(): CsvTable {
    const array = this._array;
    if (array === null) {
      throw new UnsupportedError(`${this._label} is no image now`, { feature: 'csv' });
    }
    const { values, columns, rows } = this._raster(array);
    return {
      columns: Array.from({ length: columns }, (_, column) => ({
        name: String(column),
        values: Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!),
      })),
      fileName: `${this._label}.csv`,
    };
  }

  close(): void {
    this._array = null;
    this._numbers = null;
    this._spread = null;
  }

  private _raster(array: NDArray): Raster {
    this._numbers ??= numbersOf(array);
    return { values: this._numbers, columns: array.shape[1]!, rows: array.shape[0]! };
  }

  private _nothing(array: NDArray | null): Fault | null {
    return array === null
      ? null
      : toFault(
          new UnsupportedError(`${this._label} is ${this.type}: it has no pixels`, {
            feature: 'empty image',
          }),
        );
  }
}

// A view of the array's own memory where JavaScript has such an array of numbers, else a copy.
function numbersOf(array: NDArray): Numbers {
  const typed = array.typed();
  if (typed !== null && !(typed instanceof BigInt64Array) && !(typed instanceof BigUint64Array)) {
    return typed as Numbers;
  }
  const numbers = new Float64Array(array.size);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = Number(typed === null ? array.at(i) : typed[i]);
  }
  return numbers;
}

// Values to coloured pixels, at most one per pixel of the screen.
//
// Where the region has more pixels than the screen, each drawn pixel is the mean of the block of
// values under it, so that noise does not shimmer and a bright column cannot fall between the grid.

/** Typed arrays whose elements are JavaScript numbers. */
export type Numbers =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** [x, y, width, height] in whole image pixels. */
export type Region = readonly [x: number, y: number, width: number, height: number];

export type Raster = {
  readonly values: Numbers;
  readonly columns: number;
  readonly rows: number;
};

const TRANSPARENT = 0; // a value that is not a number: the page's background shows through

/** `region` cut to the image and to whole pixels, at least one wide and high. */
export function clipRegion(region: Region | null, columns: number, rows: number): Region {
  if (region === null) {
    return [0, 0, columns, rows];
  }
  const x = Math.min(Math.max(0, Math.floor(region[0])), columns - 1);
  const y = Math.min(Math.max(0, Math.floor(region[1])), rows - 1);
  const width = Math.min(Math.max(1, Math.ceil(region[2])), columns - x);
  const height = Math.min(Math.max(1, Math.ceil(region[3])), rows - y);
  return [x, y, width, height];
}

/** Size of the picture of `region` on a screen of `width` × `height` pixels: square pixels, never enlarged. */
export function fitSize(region: Region, width: number, height: number): [number, number] {
  const scale = Math.min(1, width / region[2], height / region[3]);
  return [Math.max(1, Math.round(region[2] * scale)), Math.max(1, Math.round(region[3] * scale))];
}

/**
 * Colour `region` of `raster` into a new picture of `width` × `height`.
 *
 * @param levels - values drawn in the first and the last colour; outside is clamped.
 * @param colours - 256 RGBA words (colormap.ts).
 * @returns RGBA, `4 * width * height` bytes, owned by the caller.
 */
export function paint(
  raster: Raster,
  region: Region,
  width: number,
  height: number,
  levels: readonly [low: number, high: number],
  colours: Uint32Array,
): Uint8ClampedArray<ArrayBuffer> {
  const words = new Uint32Array(width * height);
  if (region[2] === width && region[3] === height) {
    paintEach(raster, region, words, levels, colours);
  } else {
    paintMeans(raster, region, width, height, words, levels, colours);
  }
  return new Uint8ClampedArray(words.buffer);
}

function paintEach(
  { values, columns }: Raster,
  [x, y, width, height]: Region,
  words: Uint32Array,
  levels: readonly [number, number],
  colours: Uint32Array,
): void {
  // Camera pixels: one look-up instead of arithmetic, once the table is worth making.
  const table =
    values instanceof Uint16Array && words.length >= 65536
      ? tableOf(65536, levels, colours)
      : values instanceof Uint8Array
        ? tableOf(256, levels, colours)
        : null;
  let at = 0;
  for (let row = y; row < y + height; row++) {
    const start = row * columns + x;
    if (table !== null) {
      for (let i = start; i < start + width; i++) {
        words[at++] = table[values[i]!]!;
      }
    } else {
      for (let i = start; i < start + width; i++) {
        words[at++] = colourOf(values[i]!, levels, colours);
      }
    }
  }
}

function paintMeans(
  { values, columns }: Raster,
  [x, y, regionWidth, regionHeight]: Region,
  width: number,
  height: number,
  words: Uint32Array,
  levels: readonly [number, number],
  colours: Uint32Array,
): void {
  const edges = new Uint32Array(width + 1);
  for (let i = 0; i <= width; i++) {
    edges[i] = Math.floor((i * regionWidth) / width);
  }
  const sums = new Float64Array(regionWidth);
  for (let j = 0; j < height; j++) {
    const top = y + Math.floor((j * regionHeight) / height);
    const bottom = Math.max(top + 1, y + Math.floor(((j + 1) * regionHeight) / height));
    const rows = bottom - top;
    sumRows(values, top * columns + x, columns, rows, sums);
    const out = j * width;
    for (let i = 0; i < width; i++) {
      const start = edges[i]!;
      const end = edges[i + 1]!;
      let sum = 0;
      for (let k = start; k < end; k++) {
        sum += sums[k]!;
      }
      words[out + i] = colourOf(sum / (rows * (end - start)), levels, colours);
    }
  }
}

// Down the columns first, up to three rows in one go: long plain loops, half the time of summing block
// by block.
function sumRows(
  values: Numbers,
  start: number,
  columns: number,
  rows: number,
  sums: Float64Array,
): void {
  const second = start + columns;
  const third = second + columns;
  if (rows === 1) {
    for (let i = 0; i < sums.length; i++) {
      sums[i] = values[start + i]!;
    }
  } else if (rows === 2) {
    for (let i = 0; i < sums.length; i++) {
      sums[i] = values[start + i]! + values[second + i]!;
    }
  } else {
    for (let i = 0; i < sums.length; i++) {
      sums[i] = values[start + i]! + values[second + i]! + values[third + i]!;
    }
  }
  for (let row = 3; row < rows; row++) {
    const at = start + row * columns;
    for (let i = 0; i < sums.length; i++) {
      sums[i]! += values[at + i]!;
    }
  }
}

function colourOf(value: number, [low, high]: readonly [number, number], colours: Uint32Array) {
  if (Number.isNaN(value)) {
    return TRANSPARENT;
  }
  const place = ((value - low) / (high - low)) * 256;
  return colours[place < 0 ? 0 : place > 255 ? 255 : place | 0]!;
}

function tableOf(size: number, levels: readonly [number, number], colours: Uint32Array) {
  const table = new Uint32Array(size);
  for (let value = 0; value < size; value++) {
    table[value] = colourOf(value, levels, colours);
  }
  return table;
}

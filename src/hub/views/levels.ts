// How an image's values are spread: range, percentiles, histogram.
//
// Taken from at most SAMPLE pixels, evenly spread over the image by a stride, so that the cost does
// not grow with it; an image up to 512 × 512 is counted whole.

import type { Numbers } from './imagepixels.js';

const SAMPLE = 262144; // pixels
const FINE_BINS = 4096; // for percentiles: 1/4096 of the range, finer than 8-bit colours can show
export const HISTOGRAM_BINS = 256;

/** The spread of a set of values. With no finite value the range is [0, 1] and `count` 0. */
export type Spread = {
  readonly min: number;
  readonly max: number;
  /** Finite values counted. */
  readonly count: number;
  /** Counts of `FINE_BINS` equal bins between min and max. */
  readonly fine: Uint32Array;
};

export function spreadOf(values: Numbers): Spread {
  // An odd stride does not fall in step with the columns of images whose width is a power of two.
  const stride = values.length <= SAMPLE ? 1 : Math.ceil(values.length / SAMPLE) | 1;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let i = 0; i < values.length; i += stride) {
    const value = values[i]!;
    if (Number.isFinite(value)) {
      count++;
      if (value < min) {
        min = value;
      }
      if (value > max) {
        max = value;
      }
    }
  }
  const fine = new Uint32Array(FINE_BINS);
  if (count === 0) {
    return { min: 0, max: 1, count, fine };
  }
  // Halved first: max - min of two large floats may overflow.
  const width = max / 2 - min / 2;
  const perUnit = width === 0 ? 0 : FINE_BINS / 2 / width;
  for (let i = 0; i < values.length; i += stride) {
    const value = values[i]!;
    if (Number.isFinite(value)) {
      fine[Math.min(FINE_BINS - 1, Math.floor((value - min) * perUnit))]!++;
    }
  }
  return { min, max, count, fine };
}

/** The value below which `percent` (0 … 100) of the values lie, to within a bin. */
export function percentile(spread: Spread, percent: number): number {
  const wanted = (Math.min(100, Math.max(0, percent)) / 100) * spread.count;
  const binWidth = spread.max / FINE_BINS - spread.min / FINE_BINS;
  let seen = 0;
  for (let bin = 0; bin < FINE_BINS; bin++) {
    const here = spread.fine[bin]!;
    if (here > 0 && seen + here >= wanted) {
      return spread.min + binWidth * (bin + Math.max(0, wanted - seen) / here);
    }
    seen += here;
  }
  return spread.max;
}

/** Counts in `HISTOGRAM_BINS` equal bins between `spread.min` and `spread.max`. The caller owns it. */
export function histogramOf(spread: Spread): Uint32Array<ArrayBuffer> {
  const histogram = new Uint32Array(HISTOGRAM_BINS);
  const fold = FINE_BINS / HISTOGRAM_BINS;
  for (let bin = 0; bin < FINE_BINS; bin++) {
    histogram[Math.floor(bin / fold)]! += spread.fine[bin]!;
  }
  return histogram;
}

/** Ends of the colour map: percentiles of the data or fixed values; never equal, so that a flat image has a colour. */
export function levelsOf(
  spread: Spread,
  wanted: { readonly mode: 'percentile' | 'fixed'; readonly low: number; readonly high: number },
): readonly [low: number, high: number] {
  const low = wanted.mode === 'fixed' ? wanted.low : percentile(spread, wanted.low);
  const high = wanted.mode === 'fixed' ? wanted.high : percentile(spread, wanted.high);
  if (high > low) {
    return [low, high];
  }
  const margin = Math.max(Math.abs(low) * 1e-6, Number.MIN_VALUE, low === 0 ? 1 : 0);
  return [low, low + margin];
}

// How an image's values are spread: range, histogram, percentiles.
//
// Range and histogram count at most COUNTED pixels, percentiles sort at most SORTED of them, evenly
// spread over the image by a stride: the cost does not grow with the image, and one hot pixel a
// million times brighter than the rest moves neither end of the colours.

import type { Numbers } from './imagepixels.js';

const COUNTED = 262144; // pixels: an image of 512 × 512 is counted whole
const SORTED = 16384; // pixels: a percentile of so many is right to 0.1 %, one standard deviation
export const HISTOGRAM_BINS = 256;

/** The spread of a set of values. With no finite value the range is [0, 1] and all counts are 0. */
export type Spread = {
  readonly min: number;
  readonly max: number;
  /** Counts in `HISTOGRAM_BINS` equal bins between min and max. */
  readonly histogram: Uint32Array;
  /** Finite values, ascending: percentiles are read off. */
  readonly sorted: Float64Array;
};

export function spreadOf(values: Numbers): Spread {
  const stride = strideFor(values.length, COUNTED);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i += stride) {
    const value = values[i]!;
    if (Number.isFinite(value)) {
      if (value < min) {
        min = value;
      }
      if (value > max) {
        max = value;
      }
    }
  }
  const histogram = new Uint32Array(HISTOGRAM_BINS);
  if (min > max) {
    return { min: 0, max: 1, histogram, sorted: new Float64Array(0) };
  }
  // Halved first: max - min of two large floats may overflow.
  const halfWidth = max / 2 - min / 2;
  const perUnit = halfWidth === 0 ? 0 : HISTOGRAM_BINS / 2 / halfWidth;
  for (let i = 0; i < values.length; i += stride) {
    const value = values[i]!;
    if (Number.isFinite(value)) {
      histogram[Math.min(HISTOGRAM_BINS - 1, Math.floor((value - min) * perUnit))]!++;
    }
  }
  return { min, max, histogram, sorted: sortedSample(values) };
}

function sortedSample(values: Numbers): Float64Array {
  const stride = strideFor(values.length, SORTED);
  const sample = new Float64Array(Math.ceil(values.length / stride));
  let count = 0;
  for (let i = 0; i < values.length; i += stride) {
    if (Number.isFinite(values[i]!)) {
      sample[count++] = values[i]!;
    }
  }
  return sample.subarray(0, count).sort();
}

// Odd, so that it does not fall in step with the columns of an image whose width is a power of two.
function strideFor(length: number, most: number): number {
  return length <= most ? 1 : Math.ceil(length / most) | 1;
}

/** The value below which `percent` (0 … 100) of the values lie, as numpy interpolates. */
export function percentile({ sorted, min, max }: Spread, percent: number): number {
  if (sorted.length === 0 || percent <= 0) {
    return min;
  }
  if (percent >= 100) {
    return max;
  }
  const place = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

/** Ends of the colour map: percentiles or fixed values; never equal, so that a flat image has a colour. */
export function levelsOf(
  spread: Spread,
  wanted: { readonly mode: 'percentile' | 'fixed'; readonly low: number; readonly high: number },
): readonly [low: number, high: number] {
  const low = wanted.mode === 'fixed' ? wanted.low : percentile(spread, wanted.low);
  const high = wanted.mode === 'fixed' ? wanted.high : percentile(spread, wanted.high);
  if (high > low) {
    return [low, high];
  }
  return [low, low === 0 ? 1 : low + Math.abs(low) * 1e-6];
}

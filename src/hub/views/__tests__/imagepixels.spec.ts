import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { colourTable } from '../colormap.js';
import { clipRegion, fitSize, paint } from '../imagepixels.js';
import { levelsOf, percentile, spreadOf } from '../levels.js';

const GRAY = colourTable('gray');

function grays(pixels: Uint8ClampedArray): number[] {
  return Array.from({ length: pixels.length / 4 }, (_, i) =>
    pixels[4 * i + 3] === 0 ? -1 : pixels[4 * i]!,
  );
}

describe('paint', () => {
  const ramp = { values: Float64Array.from({ length: 12 }, (_, i) => i), columns: 4, rows: 3 };

  it('draws one pixel per value, first row on top, clamped to the levels', () => {
    const pixels = paint(ramp, [0, 0, 4, 3], 4, 3, [2, 10], GRAY);
    assert.deepEqual(grays(pixels), [0, 0, 0, 32, 64, 96, 128, 160, 192, 224, 255, 255]);
  });

  it('draws a region alone', () => {
    assert.deepEqual(grays(paint(ramp, [1, 1, 2, 2], 2, 2, [0, 256], GRAY)), [5, 6, 9, 10]);
  });

  it('draws the mean of the values under a pixel when the screen is smaller', () => {
    assert.deepEqual(grays(paint(ramp, [0, 0, 4, 2], 2, 1, [0, 256], GRAY)), [2, 4]);
  });

  it('keeps every value in exactly one pixel when the sizes do not divide', () => {
    const ones = { values: new Uint16Array(7 * 5).fill(100), columns: 7, rows: 5 };
    assert.deepEqual(grays(paint(ones, [0, 0, 7, 5], 3, 2, [0, 256], GRAY)), Array(6).fill(100));
  });

  it('leaves NaN transparent', () => {
    const raster = { values: Float64Array.from([Number.NaN, 1]), columns: 2, rows: 1 };
    assert.deepEqual(grays(paint(raster, [0, 0, 2, 1], 2, 1, [0, 256], GRAY)), [-1, 1]);
  });

  it('draws large camera pixels as it draws the same values one by one', () => {
    const values = Uint16Array.from({ length: 512 * 256 }, (_, i) => (i * 7) & 0xffff);
    const camera = { values, columns: 512, rows: 256 };
    const floats = { values: Float64Array.from(values), columns: 512, rows: 256 };
    const region = [0, 0, 512, 256] as const;
    assert.deepEqual(
      paint(camera, region, 512, 256, [100, 60000], GRAY),
      paint(floats, region, 512, 256, [100, 60000], GRAY),
    );
  });
});

describe('clipRegion', () => {
  it('keeps the region inside the image and at least one pixel large', () => {
    assert.deepEqual(clipRegion(null, 4, 3), [0, 0, 4, 3]);
    assert.deepEqual(clipRegion([-3, 1.7, 100, 0], 4, 3), [0, 1, 4, 1]);
    assert.deepEqual(clipRegion([9, 9, 9, 9], 4, 3), [3, 2, 1, 1]);
  });
});

describe('fitSize', () => {
  it('never enlarges and keeps pixels square', () => {
    assert.deepEqual(fitSize([0, 0, 512, 512], 1000, 800), [512, 512]);
    assert.deepEqual(fitSize([0, 0, 2048, 1024], 512, 512), [512, 256]);
    assert.deepEqual(fitSize([0, 0, 10_000, 1], 100, 100), [100, 1]);
  });
});

describe('colourTable', () => {
  it('has the ends of the published maps', () => {
    const ends = (map: 'viridis' | 'inferno' | 'cividis' | 'twilight') => {
      const table = colourTable(map);
      return [table[0]!, table[255]!].map(word => word.toString(16));
    };
    assert.deepEqual(ends('viridis'), ['ff540144', 'ff25e7fd']);
    assert.deepEqual(ends('inferno'), ['ff040000', 'ffa4fffc']);
    assert.deepEqual(ends('cividis'), ['ff4e2200', 'ff38e8fe']);
    assert.deepEqual(ends('twilight'), ['ffe2d9e2', 'ff36142f']);
  });
});

describe('levels', () => {
  it('finds percentiles as numpy does', () => {
    const spread = spreadOf(Float64Array.from({ length: 10_001 }, (_, i) => 10_000 - i));
    assert.deepEqual(
      [0, 1, 50, 99, 100].map(percent => percentile(spread, percent)),
      [0, 100, 5000, 9900, 10_000],
    );
    assert.equal(percentile(spreadOf(Float64Array.from([1, 2])), 25), 1.25);
  });

  it('is not moved by one hot pixel', () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => i);
    values[17] = 1e12;
    const [low, high] = levelsOf(spreadOf(values), { mode: 'percentile', low: 1, high: 99 });
    assert.ok(low < 105 && high > 9800 && high < 10_000, `${low} ${high}`);
  });

  it('leaves NaN and infinities out', () => {
    const spread = spreadOf(Float64Array.from([Number.NaN, 1, Number.POSITIVE_INFINITY, 3]));
    assert.deepEqual([spread.min, spread.max, ...spread.sorted], [1, 3, 1, 3]);
  });

  it('has a range for an image that is all NaN, and for a flat one', () => {
    const none = spreadOf(new Float64Array(4).fill(Number.NaN));
    assert.deepEqual([none.min, none.max, percentile(none, 99)], [0, 1, 0]);
    const percentiles = { mode: 'percentile', low: 1, high: 99 } as const;
    assert.deepEqual(levelsOf(spreadOf(new Uint8Array(4).fill(7)), percentiles), [7, 7.000007]);
    assert.deepEqual(levelsOf(spreadOf(new Uint8Array(4)), percentiles), [0, 1]);
  });

  it('counts every pixel of a small image in the histogram', () => {
    const { histogram } = spreadOf(Uint8Array.from({ length: 1000 }, (_, i) => i & 255));
    assert.equal(
      histogram.reduce((sum, count) => sum + count, 0),
      1000,
    );
    assert.equal(histogram.length, 256);
  });

  it('does not overflow on the widest range of floats', () => {
    const { histogram } = spreadOf(Float64Array.from([-Number.MAX_VALUE, 0, Number.MAX_VALUE]));
    assert.deepEqual([histogram[0], histogram[128], histogram[255]], [1, 1, 1]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Pyramid } from '../pyramid.js';

function plainExtremes(values: Float64Array, from: number, to: number): [number, number] {
  let low = -1;
  let high = -1;
  for (let i = from; i < to; i++) {
    if (Number.isFinite(values[i]!)) {
      low = low < 0 || values[i]! < values[low]! ? i : low;
      high = high < 0 || values[i]! > values[high]! ? i : high;
    }
  }
  return [low, high];
}

function extremes(pyramid: Pyramid, from: number, to: number): [number, number] {
  const out = new Int32Array(2);
  pyramid.extremes(from, to, out);
  return [out[0]!, out[1]!];
}

describe('Pyramid', () => {
  it('finds the extremes of any range as a plain scan does, after any changes', () => {
    const element = fc.oneof(
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9000 }),
        fc.array(fc.tuple(fc.nat(8999), fc.nat(300), element), { maxLength: 20 }),
        fc.array(fc.tuple(fc.nat(9000), fc.nat(9000)), { minLength: 1, maxLength: 10 }),
        (length, changes, ranges) => {
          const values = Float64Array.from({ length }, (_, i) => Math.sin(i * i) * 100);
          const pyramid = new Pyramid(values, length);
          for (const [at, width, value] of changes) {
            const from = Math.min(at, length);
            const to = Math.min(length, from + width);
            values.fill(value, from, to);
            pyramid.changed(from, to);
            for (const [a, b] of ranges) {
              const start = Math.min(a, b, length);
              const end = Math.min(Math.max(a, b), length);
              const [low, high] = extremes(pyramid, start, end);
              const [plainLow, plainHigh] = plainExtremes(values, start, end);
              assert.equal(values[low], values[plainLow]);
              assert.equal(values[high], values[plainHigh]);
              assert.equal(low < 0, plainLow < 0);
            }
          }
          assert.equal(
            pyramid.finiteCount,
            values.subarray(0, length).filter(value => Number.isFinite(value)).length,
          );
        },
      ),
      { seed: 20261121, numRuns: 200 },
    );
  });

  it('keeps count over many scattered changes between two frames', () => {
    const values = new Float64Array(100_000).fill(Number.NaN);
    const pyramid = new Pyramid(values, values.length);
    assert.equal(pyramid.finiteCount, 0);
    for (let i = 0; i < 2000; i++) {
      const at = (i * 7919) % values.length;
      values[at] = i;
      pyramid.changed(at, at + 1);
    }
    assert.equal(pyramid.finiteCount, 2000);
    assert.deepEqual(extremes(pyramid, 0, values.length), [0, (1999 * 7919) % values.length]);
  });

  it('starts over with another length', () => {
    const values = Float64Array.from([3, 1, 2, 9]);
    const pyramid = new Pyramid(values, 3);
    assert.deepEqual(extremes(pyramid, 0, 3), [1, 0]);
    pyramid.replace(values, 4);
    assert.deepEqual(extremes(pyramid, 0, 4), [1, 3]);
    pyramid.replace(new Float64Array(0), 0);
    assert.deepEqual(extremes(pyramid, 0, 0), [-1, -1]);
    assert.equal(pyramid.finiteCount, 0);
  });
});

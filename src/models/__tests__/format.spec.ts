import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatAge,
  formatBytes,
  formatClock,
  formatCount,
  formatIso,
  formatNumber,
  formatRate,
} from '../format.js';

const S = 1_000_000_000n;

describe('formatNumber', () => {
  const cases: readonly [value: number, text: string, precision?: number][] = [
    [0, '0'],
    [-0, '−0'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '−∞'],
    [0.731, '0.731'],
    [1 / 3, '0.333333'],
    [-2.5, '−2.5'],
    [1204, '1 204'],
    [12_345_678, '12 345 678'],
    [123_456_789.6, '123 456 790'],
    [1.5e-7, '1.5e-7'],
    [6.62607015e-34, '6.62607e-34'],
    [-1e12, '−1e12'],
    [0.731, '0.73', 2],
    [295.15, '295.150', 3],
    [1e-7, '1e-7', 2],
  ];
  for (const [value, text, precision] of cases) {
    it(`${value}${precision === undefined ? '' : `, precision ${precision}`}: ${text}`, () => {
      assert.equal(formatNumber(value, precision), text);
    });
  }
});

describe('sizes and rates', () => {
  it('groups counts by thin spaces', () => {
    assert.equal(formatCount(999), '999');
    assert.equal(formatCount(1_000_000), '1 000 000');
  });

  it('writes rates with one decimal below 100', () => {
    assert.deepEqual([0, 0.04, 0.1, 10, 99.94, 412.3, 10_000].map(formatRate), [
      '0 /s',
      '0 /s',
      '0.1 /s',
      '10.0 /s',
      '99.9 /s',
      '412 /s',
      '10 000 /s',
    ]);
  });

  it('counts 1 MB as 10^6 bytes', () => {
    assert.deepEqual([0, 999, 1000, 34_000_000, 999_600].map(formatBytes), [
      '0 B',
      '999 B',
      '1.0 kB',
      '34 MB',
      '1.0 MB',
    ]);
  });
});

describe('times', () => {
  it('writes ages in the largest whole unit', () => {
    assert.deepEqual(
      [0n, 59n, 60n, 7199n, 7200n, 200_000n].map(s => formatAge(s * S)),
      ['0 s', '59 s', '1 min', '1 h', '2 h', '2 d'],
    );
    assert.equal(formatAge(-5n * S), '0 s');
  });

  it('adds the date only on another day', () => {
    const now = BigInt(new Date(2026, 10, 21, 14, 2, 11).getTime()) * 1_000_000n;
    assert.equal(formatClock(now, now), '14:02:11');
    assert.equal(formatClock(now - 86_400n * S, now), '2026-11-20 14:02:11');
  });

  it('writes ISO 8601 with the zone, and reads back as the same moment', () => {
    const ns = 1_795_269_731_123_456_789n;
    assert.match(formatIso(ns), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.123[+-]\d\d:\d\d$/);
    assert.equal(BigInt(Date.parse(formatIso(ns))), ns / 1_000_000n);
  });
});

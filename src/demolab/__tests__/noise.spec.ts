import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAMERA_SIZE, Camera } from '../camera.js';
import { Noise } from '../noise.js';
import { PHOTON_BINS, PhotonHistogram } from '../photons.js';
import { RabiScan } from '../rabi.js';

describe('Noise', () => {
  it('repeats with its seed', () => {
    const draw = (seed: number) => {
      const noise = new Noise(seed);
      return Array.from({ length: 5 }, () => noise.uniform());
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
  });

  it('has the moments of its distributions', () => {
    const noise = new Noise(1);
    near(
      moments(() => noise.uniform()),
      { mean: 0.5, variance: 1 / 12 },
    );
    near(
      moments(() => noise.normal()),
      { mean: 0, variance: 1 },
    );
    near(
      moments(() => noise.poisson(4)),
      { mean: 4, variance: 4 },
    );
    near(
      moments(() => noise.binomial(20, 0.25)),
      { mean: 5, variance: 3.75 },
    );
  });
});

describe('RabiScan', () => {
  it('starts in the ground state, flops, and decays towards one half', () => {
    const scan = new RabiScan(new Noise(3), 250);
    const points = Array.from({ length: 250 }, () => scan.measure()!);
    assert.equal(scan.measure(), null);
    assert.equal(points[0]!.p, 0);
    const at = (timeS: number) => points[scan.times.findIndex(time => time >= timeS)]!.p;
    assert.ok(at(scan.piTimeS) > 0.85, `P(pi) = ${at(scan.piTimeS)}`);
    assert.ok(points.every(({ p, error }) => p >= 0 && p <= 1 && error > 0 && error <= 0.06));
    const fit = scan.fit()!;
    const chi = points.map(({ p, error }, i) => ((p - fit[i]!) / error) ** 2);
    assert.ok(mean(chi) < 1.6, `chi^2 = ${mean(chi)}`);
  });

  it('has no fit before the first period', () => {
    const scan = new RabiScan(new Noise(3), 250);
    scan.measure();
    assert.equal(scan.fit(), null);
  });
});

describe('Camera', () => {
  it('sees bright spots on a background', () => {
    const camera = new Camera(new Noise(5));
    const frame = camera.expose(0);
    assert.equal(frame.length, CAMERA_SIZE * CAMERA_SIZE);
    const sorted = frame.slice().sort();
    const quantile = (q: number) => sorted[Math.floor(q * (sorted.length - 1))]!;
    const [dark, middle, bright, brightest] = [0.01, 0.5, 0.99, 1].map(quantile) as number[];
    const text = `1 % ${dark}, 50 % ${middle}, 99 % ${bright}, most ${brightest}`;
    assert.ok(dark! > 380 && middle! < 600 && brightest! < 4000, text);
    // Levels between the percentiles 1 and 99 show the ions, not the noise.
    assert.ok(bright! > 1200, text);
    assert.notDeepEqual(camera.expose(0.1), frame);
  });
});

describe('PhotonHistogram', () => {
  it('counts every shot once, in as many bins as it has edges less one', () => {
    const histogram = new PhotonHistogram(new Noise(9), 2);
    histogram.update(0.5, 0);
    histogram.update(0.5, 1);
    const sum = (counts: BigInt64Array) => counts.reduce((all, count) => all + count, 0n);
    assert.equal(sum(histogram.counts), 100n);
    assert.equal(sum(histogram.byPart.subarray(0, PHOTON_BINS)), 50n);
    assert.equal(sum(histogram.byPart.subarray(PHOTON_BINS)), 50n);
    assert.equal(PhotonHistogram.edges().length, histogram.counts.length + 1);
  });
});

function moments(draw: () => number): { mean: number; variance: number } {
  const values = Array.from({ length: 20_000 }, draw);
  const middle = mean(values);
  return { mean: middle, variance: mean(values.map(value => (value - middle) ** 2)) };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function near(
  found: { mean: number; variance: number },
  expected: { mean: number; variance: number },
): void {
  const spread = Math.sqrt(expected.variance);
  assert.ok(Math.abs(found.mean - expected.mean) < 0.03 * spread, `mean ${found.mean}`);
  assert.ok(Math.abs(found.variance / expected.variance - 1) < 0.05, `var ${found.variance}`);
}

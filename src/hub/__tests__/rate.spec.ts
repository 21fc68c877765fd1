import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RateCounter } from '../rate.js';

describe('RateCounter', () => {
  it('counts per second over the last seconds', () => {
    const rate = new RateCounter(0);
    for (let ms = 0; ms < 10_000; ms += 100) {
      rate.add(ms);
    }
    assert.ok(Math.abs(rate.rateHz(10_000) - 10) < 0.5, `${rate.rateHz(10_000)}`);
  });

  it('is not fooled by its own youth', () => {
    const rate = new RateCounter(5000);
    rate.add(5001);
    assert.equal(rate.rateHz(5002), 1);
    for (let ms = 5100; ms < 7000; ms += 100) {
      rate.add(ms);
    }
    assert.ok(Math.abs(rate.rateHz(7000) - 10) < 0.6, `${rate.rateHz(7000)}`);
  });

  it('falls to 0 three seconds after the last event', () => {
    const rate = new RateCounter(0);
    rate.add(1000, 500);
    assert.ok(rate.rateHz(2000) > 100);
    assert.equal(rate.rateHz(4300), 0);
    rate.add(1e7);
    assert.ok(rate.rateHz(1e7) < 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  axisUnit,
  type Range,
  steppedDecades,
  steppedRange,
  tickTexts,
  within,
  zoomed,
} from '../axis.js';

describe('steppedRange', () => {
  it('starts at round numbers around the data', () => {
    assert.deepEqual(steppedRange(null, [0.02, 0.97]), [0, 1]);
    assert.deepEqual(steppedRange(null, [-3, 101]), [-50, 150]);
  });

  it('stays while the data fill it, and grows in steps', () => {
    const shown: Range = [0, 1];
    assert.equal(steppedRange(shown, [0.1, 0.99]), shown);
    assert.equal(steppedRange(shown, [0.5, 0.9]), shown);
    assert.deepEqual(steppedRange(shown, [0.1, 1.01]), [0, 1.2000000000000002]);
  });

  it('shrinks when the data use little of it', () => {
    assert.deepEqual(steppedRange([0, 10], [1, 2]), [1, 2]);
  });

  it('finds a range for one value, and keeps it', () => {
    assert.deepEqual(steppedRange(null, [0, 0]), [-1, 1]);
    const [min, max] = steppedRange(null, [295, 295]);
    assert.ok(min < 295 && 295 < max);
    assert.deepEqual(steppedRange([0, 1], [0.5, 0.5]), [0, 1]);
  });

  it('always holds the data, and is then stable', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const data: Range = [Math.min(a, b), Math.max(a, b)];
        const range = steppedRange(null, data);
        const slack = (range[1] - range[0]) * 1e-6;
        assert.ok(range[0] <= data[0] + slack && data[1] - slack <= range[1], `${range}`);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('takes whole decades on a logarithmic axis', () => {
    assert.deepEqual(steppedDecades(null, [3, 700]), [1, 1000]);
    assert.deepEqual(steppedDecades(null, [5, 5]), [1, 10]);
    const shown: Range = [1, 1000];
    assert.equal(steppedDecades(shown, [2, 90]), shown);
  });
});

describe('zoomed, within', () => {
  it('keeps the centre where it is', () => {
    assert.deepEqual(zoomed([0, 10], 5, 0.5), [2.5, 7.5]);
    assert.deepEqual(zoomed([1, 100], 10, 0.5, true), [Math.sqrt(10), 10 * Math.sqrt(10)]);
  });

  it('comes back inside the limits without changing its width', () => {
    assert.deepEqual(within([-2, 3], [0, 10]), [0, 5]);
    assert.deepEqual(within([8, 13], [0, 10]), [5, 10]);
    assert.deepEqual(within([-5, 20], [0, 10]), [0, 10]);
  });
});

describe('axisUnit, tickTexts', () => {
  it('chooses one prefix for the whole axis', () => {
    assert.deepEqual(axisUnit('s', [0, 1e-5]), { divisor: 1e-6, unit: 'µs' });
    assert.deepEqual(axisUnit('Hz', [0, 2e9]), { divisor: 1e9, unit: 'GHz' });
    assert.deepEqual(axisUnit('V', [-1, 1]), { divisor: 1, unit: 'V' });
  });

  it('leaves a unit that is prefixed already, or none', () => {
    assert.deepEqual(axisUnit('MHz', [0, 1e-5]), { divisor: 1, unit: 'MHz' });
    assert.deepEqual(axisUnit('', [0, 1e9]), { divisor: 1, unit: '' });
  });

  it('writes as many decimals as the ticks need', () => {
    assert.deepEqual(tickTexts([0, 5e-6, 1e-5], 1e-6), ['0', '5', '10']);
    assert.deepEqual(tickTexts([-0.1, 0, 0.1], 1), ['−0.1', '0.0', '0.1']);
    assert.deepEqual(tickTexts([1e-9, 2e-9], 1), ['1e-9', '2e-9']);
    assert.deepEqual(tickTexts([1e6, 1.5e6, 2e6], 1), ['1.0e6', '1.5e6', '2.0e6']);
    assert.deepEqual(tickTexts([0, 2.5e-6, 5e-6], 1e-6), ['0.0', '2.5', '5.0']);
    assert.deepEqual(tickTexts([2.5e6, 5e6], 1), ['2.5e6', '5.0e6']);
    assert.deepEqual(tickTexts([0.1, 0.2, 0.30000000000000004], 1), ['0.1', '0.2', '0.3']);
    assert.deepEqual(tickTexts([], 1), []);
  });
});

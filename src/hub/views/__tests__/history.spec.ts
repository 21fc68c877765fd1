import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { History } from '../history.js';

describe('History', () => {
  it('gives seconds ago and value, oldest first', () => {
    const history = new History();
    history.add(1000, 1);
    history.add(2000, 4);
    assert.deepEqual([...history.points(3000, 600)], [2, 1, 1, 4]);
    assert.deepEqual([...history.points(3000, 600, 2)], [2, 0.5, 1, 2]);
  });

  it('forgets what is older than a minute', () => {
    const history = new History();
    history.add(0, 1);
    history.add(30_000, 2);
    assert.deepEqual([...history.points(61_000, 600)], [31, 2]);
    assert.deepEqual([...history.points(1e9, 600)], []);
  });

  it('keeps the extremes of what falls into one column, in their order', () => {
    const history = new History();
    for (const [ms, value] of [
      [1, 5],
      [2, 9],
      [3, 1],
      [4, 6],
    ] as const) {
      history.add(ms, value);
    }
    assert.deepEqual([...history.points(4, 600)], [0.002, 9, 0.001, 1]);
  });

  it('never has more than two points a column, nor grows with the rate', () => {
    const history = new History();
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let ms = 0; ms < 200_000; ms++) {
      const value = Math.sin(ms) * ms;
      history.add(ms, value);
      if (ms > 141_000) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    for (const width of [1, 7, 300, 5000]) {
      const points = history.points(199_999, width);
      assert.ok(points.length <= 4 * (Math.min(width, 1024) + 1), `${points.length} at ${width}`);
      const values = points.filter((_, i) => i % 2 === 1);
      assert.ok(Math.min(...values) <= low && Math.max(...values) >= high);
      const ago = points.filter((_, i) => i % 2 === 0);
      assert.deepEqual(
        [...ago],
        [...ago].sort((a, b) => b - a),
      );
    }
  });
});

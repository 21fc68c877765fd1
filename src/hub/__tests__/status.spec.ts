import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkState, LinkStatus } from '../../values/index.js';
import { isSameStatus, mergeStatuses } from '../status.js';

const status = (state: LinkState, sinceNs = 0n, outOfStepCount = 0): LinkStatus => ({
  state,
  sinceNs,
  fault: null,
  outOfStepCount,
});

describe('mergeStatuses', () => {
  it('shows the worst', () => {
    const order: readonly LinkState[] = [
      'live',
      'out-of-step',
      'stale',
      'connecting',
      'missing',
      'asking',
      'closed',
      'failed',
      'refused',
    ];
    order.forEach((worse, i) => {
      for (const better of order.slice(0, i)) {
        assert.equal(mergeStatuses([status(better), status(worse)]).state, worse);
        assert.equal(mergeStatuses([status(worse), status(better)]).state, worse);
      }
    });
  });

  it('is live since all are, and stale since the first is', () => {
    assert.equal(mergeStatuses([status('live', 1n), status('live', 2n)]).sinceNs, 2n);
    assert.equal(mergeStatuses([status('stale', 2n), status('stale', 1n)]).sinceNs, 1n);
  });

  it('counts an event that several sources saw once', () => {
    assert.equal(mergeStatuses([status('live', 1n, 2), status('live', 1n, 2)]).outOfStepCount, 2);
    assert.equal(mergeStatuses([status('live', 1n, 1), status('stale', 1n, 0)]).outOfStepCount, 1);
  });
});

describe('isSameStatus', () => {
  it('compares what a person reads', () => {
    assert.equal(isSameStatus(status('live'), status('live')), true);
    assert.equal(isSameStatus(status('live'), status('live', 1n)), false);
    const fault = { name: 'Error', message: 'why', facts: {} } as const;
    assert.equal(isSameStatus({ ...status('stale'), fault }, status('stale')), false);
  });
});

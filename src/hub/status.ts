// One status for a view that has several sources: the worst wins, so that nothing looks better than it is.

import type { LinkState, LinkStatus } from '../values/index.js';

/** From best to worst: what a person can wait for comes before what needs a person. */
const BADNESS: { readonly [S in LinkState]: number } = {
  live: 0,
  'out-of-step': 1,
  stale: 2,
  connecting: 3,
  missing: 4,
  asking: 5,
  closed: 6,
  failed: 7,
  refused: 8,
};

/** @returns the worst of `statuses`; where several are equally bad, the one that is so the longest. */
export function mergeStatuses(statuses: readonly LinkStatus[]): LinkStatus {
  const [first] = statuses;
  if (first === undefined) {
    throw new RangeError('a view has at least one source, 0 statuses came');
  }
  let worst: LinkStatus = first;
  let outOfStepCount = worst.outOfStepCount;
  for (const status of statuses) {
    const difference: number = BADNESS[status.state] - BADNESS[worst.state];
    const wins: boolean =
      difference > 0 ||
      // All live: the view is as a whole only since the last of them.
      (difference === 0 &&
        (worst.state === 'live' ? status.sinceNs > worst.sinceNs : status.sinceNs < worst.sinceNs));
    worst = wins ? status : worst;
    // Sources of one notifier count the same events: the sum would count them twice.
    outOfStepCount = Math.max(outOfStepCount, status.outOfStepCount);
  }
  return outOfStepCount === worst.outOfStepCount ? worst : { ...worst, outOfStepCount };
}

/** Do both say the same, to a person? */
export function isSameStatus(a: LinkStatus, b: LinkStatus): boolean {
  return (
    a.state === b.state &&
    a.sinceNs === b.sinceNs &&
    a.outOfStepCount === b.outOfStepCount &&
    a.fault?.message === b.fault?.message
  );
}

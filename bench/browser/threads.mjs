// The clocks of a page's threads, as Linux counts them (/proc): nothing is attached to the browser.

import { descendants, threadSeconds } from '../bridge/processes.mjs';

/**
 * @param browserPid - of the process that all others of the browser come from.
 * @returns CPU seconds of the page's UI thread and of its worker's, and when that was.
 */
export function threadClock(browserPid) {
  for (const pid of descendants(browserPid, '--type=renderer')) {
    const threads = threadSeconds(pid);
    const worker = threads.find(([name]) => name.startsWith('DedicatedWorker'));
    if (worker !== undefined) {
      return { atMs: performance.now(), page: threads[0][1], worker: worker[1] };
    }
  }
  throw new Error('no process of the browser has a worker');
}

/** Shares of a core between two looks at the clock. */
export function shares(begin, end) {
  const seconds = (end.atMs - begin.atMs) / 1000;
  const share = thread => (end[thread] - begin[thread]) / seconds;
  return { page: share('page'), worker: share('worker') };
}

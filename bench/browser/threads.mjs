// The clocks of a page's threads, as Linux counts them (/proc): nothing is attached to the browser.

import { descendants, threadSeconds } from '../bridge/processes.mjs';

/**
 * Run a job that tells the `begin` and the `end` of what it measures.
 *
 * @returns its result, and with it `page` and `worker`: shares of a core that the page's UI thread and its
 *   worker's took in between.
 */
export async function runOnClock(browser, job) {
  const clocks = {};
  const result = await browser.run(job, moment => {
    clocks[moment] = threadClock(browser.pid);
  });
  const { begin, end } = clocks;
  const seconds = (end.atMs - begin.atMs) / 1000;
  const share = thread => (end[thread] - begin[thread]) / seconds;
  return { ...result, page: share('page'), worker: share('worker') };
}

/** CPU seconds of both threads, and when that was. */
function threadClock(browserPid) {
  for (const pid of descendants(browserPid, '--type=renderer')) {
    const threads = threadSeconds(pid);
    const worker = threads.find(([name]) => name.startsWith('DedicatedWorker'));
    if (worker !== undefined) {
      return { atMs: performance.now(), page: threads[0][1], worker: worker[1] };
    }
  }
  throw new Error('no process of the browser has a worker');
}

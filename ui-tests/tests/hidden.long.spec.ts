// A tab that nobody looks at for some minutes: nothing piles up, and it shows the latest when shown.

import { readFileSync } from 'node:fs';
import { expect, test } from '@jupyterlab/galata';
import { Demolab } from './lab.js';
import { expectLive, expectMoving, openNotebook, runAll, stateOf, viewOf } from './page.js';

const HIDDEN_MS = 180_000;
const GROWTH_LIMIT = 20; // MB, of the publisher's memory

function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1000;
}

async function mostMb(pid: number, ms: number): Promise<number> {
  let most = residentMb(pid);
  for (const end = Date.now() + ms; Date.now() < end; ) {
    await new Promise(resolve => setTimeout(resolve, 2000)); // a soak: there is nothing to wait for
    most = Math.max(most, residentMb(pid));
  }
  return most;
}

test('a hidden tab costs its publisher nothing, and shows the latest at once', async ({
  page,
  tmpPath,
}) => {
  test.setTimeout(HIDDEN_MS + 120_000);
  const lab = await Demolab.start();
  try {
    await openNotebook(page, tmpPath, 'hidden.ipynb', [
      `import labwire as lw\nlw.dataset("${lab.address}", "camera.frame", title="camera")`,
      `lw.dataset("${lab.address}", "rabi.p", x="rabi.t", title="scan")`,
    ]);
    await runAll(page);
    await expectLive(viewOf(page, 'camera'));
    await expectMoving(viewOf(page, 'camera'));

    // As in a tab behind another: there are no animation frames, and the page is told so.
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
      Object.defineProperty(document, 'hidden', { get: () => true });
      const held: FrameRequestCallback[] = [];
      const { requestAnimationFrame } = window;
      window.requestAnimationFrame = callback => held.push(callback);
      Object.assign(window, {
        labwireShow: () => {
          window.requestAnimationFrame = requestAnimationFrame;
          for (const callback of held.splice(0)) {
            requestAnimationFrame(callback);
          }
        },
      });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    // What Node needs for ten pictures a second it has after a minute; a queue would go on growing.
    const settled = await mostMb(lab.pid, 60_000);
    const later = await mostMb(lab.pid, HIDDEN_MS - 60_000);
    const words = `publisher: ${settled} MB in the first minute, ${later} MB at most after that`;
    expect(later - settled, words).toBeLessThan(GROWTH_LIMIT);

    const shownAt = Date.now();
    await page.evaluate(() => {
      (window as unknown as { labwireShow: () => void }).labwireShow();
      delete (document as { visibilityState?: unknown }).visibilityState;
      delete (document as { hidden?: unknown }).hidden;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await expectLive(viewOf(page, 'camera'));
    await expectMoving(viewOf(page, 'camera'));
    const lateMs = Date.now() - shownAt;
    expect(lateMs, 'ms until it moves again').toBeLessThan(10_000);
    await expect(stateOf(viewOf(page, 'scan'))).toHaveText(/^live/);
    console.log(`${words}; moving ${lateMs} ms after it was shown`);
  } finally {
    await lab.kill();
  }
});

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

    // Animation frames stop and timers are throttled, as in a tab behind another.
    const driver = await page.context().newCDPSession(page);
    const other = await page.context().newPage();
    await other.bringToFront();
    await driver.send('Page.setWebLifecycleState', { state: 'active' });
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
    const before = residentMb(lab.pid);
    let most = before;
    const end = Date.now() + HIDDEN_MS;
    while (Date.now() < end) {
      await new Promise(resolve => setTimeout(resolve, 5000)); // a soak: there is nothing to wait for
      most = Math.max(most, residentMb(lab.pid));
    }
    expect(most - before, `${before} MB at first, ${most} MB at most`).toBeLessThan(GROWTH_LIMIT);

    await other.close();
    await page.bringToFront();
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
    console.log(
      `publisher ${before.toFixed(1)} MB, ${most.toFixed(1)} MB at most; moving ${lateMs} ms after it was shown`,
    );
  } finally {
    await lab.kill();
  }
});

// What breaks comes back by itself, and says meanwhile that it is gone.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';
import { Demolab } from './lab.js';
import {
  expectLive,
  expectMoving,
  expectValue,
  notebookOf,
  openNotebook,
  reload,
  runAll,
  stateOf,
  viewOf,
} from './page.js';
import { OwnServer } from './server.js';

function cellsFor(address: string): readonly string[] {
  return [
    `import labwire as lw\nlw.dataset("${address}", "rabi.p", x="rabi.t", title="scan")`,
    `lw.dataset("${address}", title="all")`,
  ];
}

/** The whole struct is there again, and it moves. */
async function expectWhole(page: Page): Promise<void> {
  const all = viewOf(page, 'all');
  await expectLive(all);
  await expect(stateOf(all)).toHaveText(/ · 62 values$/);
  await all.locator('.jp-TableView-scroller').evaluate(node => node.scrollTo(0, 0));
  await expectValue(all, 'exposure', '80.0');
  await expectValue(all, 'detuning', '-10.250');
  await expectValue(all, 'voltage', '1.25');
  await expectLive(viewOf(page, 'scan'));
  await viewOf(page, 'scan').scrollIntoViewIfNeeded();
  await expectMoving(viewOf(page, 'scan'));
}

async function start(page: IJupyterLabPageFixture, folder: string): Promise<Demolab> {
  const lab = await Demolab.start();
  await openNotebook(page, folder, 'lab.ipynb', cellsFor(lab.address));
  await runAll(page);
  await expectWhole(page);
  return lab;
}

/** Each state that `view` comes to, however short: a new kernel may be there within a second. */
async function statesFromNowOn(view: Locator): Promise<() => Promise<readonly string[]>> {
  const seen = await view.evaluateHandle(node => {
    const states: string[] = [];
    const note = () => states.push(node.getAttribute('data-state') ?? '');
    new MutationObserver(note).observe(node, { attributeFilter: ['data-state'] });
    return states;
  });
  return () => seen.jsonValue();
}

type Session = { readonly path: string; readonly kernel: { readonly id: string } };

async function bridgeSessions(page: Page): Promise<readonly Session[]> {
  const url = await page.evaluate(() => window.jupyterapp.serviceManager.serverSettings.baseUrl);
  const answer = await page.request.get(`${url}api/sessions`);
  return ((await answer.json()) as Session[]).filter(session => session.path === 'labwire');
}

// By the connection file that Jupyter names on its command line, and by nothing broader.
function pidOfKernel(id: string): number {
  for (const entry of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(`kernel-${id}.json`)) {
        return Number(entry);
      }
    } catch {
      // It ended while we looked.
    }
  }
  throw new Error(`no process has kernel-${id}.json on its command line`);
}

test.describe('after a failure', () => {
  test.setTimeout(240_000);

  test('of the publisher: stale at once, live when it is back', async ({ page, tmpPath }) => {
    const lab = await start(page, tmpPath);
    await lab.kill();
    const scan = viewOf(page, 'scan');
    await expect(stateOf(scan)).toHaveText(/^stale since \d\d:\d\d:\d\d · reconnecting/);
    await expect(scan).toHaveAttribute('data-state', 'stale');
    await expect(scan.locator('.jp-Labwire-spoken')).toHaveText('scan: stale');
    await expect(scan.locator('.jp-LiveView-content')).toHaveCSS('filter', /grayscale/);
    const again = await Demolab.start(lab.port);
    try {
      await expectWhole(page);
      await expect(scan.locator('.jp-Labwire-spoken')).toHaveText('scan: live');
    } finally {
      await again.kill();
    }
  });

  test('of the bridge kernel: a new one is used', async ({ page, tmpPath }) => {
    const lab = await start(page, tmpPath);
    try {
      const [session] = await bridgeSessions(page);
      const states = await statesFromNowOn(viewOf(page, 'scan'));
      process.kill(pidOfKernel(session!.kernel.id), 'SIGKILL');
      await expect.poll(states).toContain('stale');
      await expectWhole(page);
    } finally {
      await lab.kill();
    }
  });

  test('of the tab: a reload shows everything again', async ({ page, tmpPath }) => {
    const lab = await start(page, tmpPath);
    try {
      await page.notebook.save();
      await reload(page);
      await expectWhole(page);
      expect(await bridgeSessions(page)).toHaveLength(1);
    } finally {
      await lab.kill();
    }
  });

  test('of one tab the other goes on, on the same kernel', async ({ page, tmpPath }) => {
    const lab = await start(page, tmpPath);
    try {
      await page.notebook.save();
      const other = await page.context().newPage();
      const { origin } = new URL(page.url());
      await other.goto(`${origin}/lab/workspaces/other/tree/${tmpPath}/lab.ipynb`);
      await expectWhole(other);
      expect(await bridgeSessions(page)).toHaveLength(1);
      await other.close();
      await expectWhole(page);
    } finally {
      await lab.kill();
    }
  });

  test('of the Jupyter server: it starts again, and so do the views', async ({ browser }) => {
    const server = await OwnServer.start();
    const lab = await Demolab.start();
    const page = await browser.newPage();
    try {
      const file = path.join(server.home, 'notebooks/lab.ipynb');
      writeFileSync(file, notebookOf(cellsFor(lab.address)));
      await page.goto(`${server.url}/lab/tree/lab.ipynb`);
      await runAll(page);
      await expectWhole(page);
      await server.end();
      await expect(stateOf(viewOf(page, 'scan'))).toHaveText(/^stale since/);
      await server.run();
      await expect(stateOf(viewOf(page, 'scan'))).toHaveText(/^live/, { timeout: 60_000 });
      await expectWhole(page);
    } finally {
      await page.close();
      await lab.kill();
      await server.remove();
    }
  });
});

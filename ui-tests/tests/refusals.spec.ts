// Bad addresses, refused hosts, missing parts: each says what, where, and what to try.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { showSidebar } from './calls.js';
import { Demolab, startStranger } from './lab.js';
import {
  DEMO,
  expectLive,
  notebookOf,
  openNotebook,
  runAll,
  stateOf,
  VIEW_MIME,
  viewOf,
} from './page.js';
import { OwnServer, python } from './server.js';

const ELSEWHERE = '10.255.0.7:3251'; // private, and nothing there: a question comes before any packet

function what(view: Locator): Locator {
  return view.locator('.jp-ErrorCard-what');
}

function toTry(view: Locator): Locator {
  return view.locator('.jp-ErrorCard-try');
}

test.describe('what cannot be shown', () => {
  test('says which of notifier, server and port is wrong', async ({ page, tmpPath }) => {
    const lab = await Demolab.start();
    const stranger = await startStranger();
    try {
      const host = `sipyco+sync://127.0.0.1:${lab.port}`;
      await openNotebook(page, tmpPath, 'wrong.ipynb', [
        `import labwire as lw\nlw.dataset("${host}/datasetz", "x", title="notifier")`,
        `lw.dataset("sipyco+sync://127.0.0.1:${stranger.port}/datasets", "x", title="stranger")`,
        'lw.dataset("sipyco+sync://127.0.0.1:9/datasets", "x", title="port")',
        `lw.dataset("${host}/datasets", "not.there", title="name")`,
        `lw.dataset("${host}/datasets", "types.array_empty", view="trace", title="empty")`,
        `lw.dataset("${host}/datasets", "types.array_all_nan", title="nan")`,
        `lw.dataset("${host}/datasets", "types.array_2d", view="trace", title="misfit")`,
      ]);
      await runAll(page);
      const notifier = viewOf(page, 'notifier');
      await expect(what(notifier)).toContainText('it has no notifier "datasetz"');
      await expect(what(notifier)).toContainText('or it is not a sync_struct server');
      await expect(toTry(notifier)).toContainText('Check the name of the notifier');
      await expect(what(viewOf(page, 'stranger'))).toContainText(`127.0.0.1:${stranger.port}`);
      await expect(what(viewOf(page, 'port'))).toHaveText('127.0.0.1:9 refused the connection.');
      await expect(toTry(viewOf(page, 'port'))).toContainText('check the port');
      // What is not seen is not drawn.
      const seen = async (title: string) => {
        const view = viewOf(page, title);
        await view.scrollIntoViewIfNeeded();
        return view;
      };
      await expect(stateOf(await seen('name'))).toHaveText(/^not there since/);
      await expect(what(viewOf(page, 'name'))).toContainText("'not.there'");
      await expect((await seen('empty')).locator('.jp-TraceView-note')).toHaveText(
        'An array of 0 elements: nothing to draw yet.',
      );
      await expect((await seen('nan')).locator('.jp-TraceView-note')).toHaveText(
        'Nothing measured yet.',
      );
      await expect(what(await seen('misfit'))).toContainText('needs a list or 1-D array');
    } finally {
      await stranger.stop();
      await lab.kill();
    }
  });

  test('asks before it connects elsewhere, and takes no for an answer', async ({
    page,
    tmpPath,
  }) => {
    await openNotebook(page, tmpPath, 'asks.ipynb', [
      `import labwire as lw\nlw.dataset("sipyco+sync://${ELSEWHERE}/datasets", "x")`,
    ]);
    await runAll(page);
    const view = viewOf(page, 'x');
    await expect(stateOf(view)).toHaveText(
      `may the bridge connect to ${ELSEWHERE}? · waiting for your answer`,
    );
    await expect(page.locator('.jp-Dialog'), 'no dialog that nobody asked for').toHaveCount(0);
    await view.getByRole('button', { name: 'Answer…' }).click();
    const dialog = page.locator('.jp-Dialog');
    await expect(dialog).toContainText(`May Labwire connect to ${ELSEWHERE}?`);
    await expect(dialog.getByRole('button', { name: 'No', exact: true })).toBeFocused();

    // Escape answers nothing.
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(stateOf(view)).toHaveText(/waiting for your answer$/);

    await view.getByRole('button', { name: 'Answer…' }).click();
    await dialog.getByRole('button', { name: 'No', exact: true }).click();
    await expect(stateOf(view)).toHaveText('refused by policy');
    await expect(what(view)).toContainText(ELSEWHERE);

    // Allow… asks again, at once and here.
    await view.getByRole('button', { name: 'Allow…' }).click();
    await expect(dialog).toContainText(`May Labwire connect to ${ELSEWHERE}?`);
    await page.keyboard.press('Enter');
    await expect(stateOf(view)).toHaveText('refused by policy');
  });

  test('names the missing bridge kernel, and demo+ works without it', async ({ page, tmpPath }) => {
    await page.route(/\/api\/kernelspecs\?/, async route => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { kernelspecs: { [name: string]: unknown } };
      delete body.kernelspecs.labwire;
      await route.fulfill({ response: answer, json: body });
    });
    await page.route(/\/api\/sessions\?/, async route => {
      const answer = await route.fetch();
      const body = (await answer.json()) as unknown;
      const json = Array.isArray(body) ? body.filter(({ path }) => path !== 'labwire') : body;
      await route.fulfill({ response: answer, json });
    });
    await openNotebook(page, tmpPath, 'missing.ipynb', [
      'import labwire as lw\nlw.dataset("sipyco+sync://127.0.0.1:3250/datasets", "x", title="real")',
      `lw.dataset("${DEMO}", "temperature")`,
    ]);
    await runAll(page);
    const real = viewOf(page, 'real');
    await expect(what(real)).toHaveText(
      'the bridge kernel is not installed on this Jupyter server.',
    );
    await expect(toTry(real)).toContainText('pip install labwire');
    await expectLive(viewOf(page, 'temperature'));
  });

  test('says that the bridge kernel dies at its start', async ({ browser }) => {
    test.setTimeout(240_000);
    const server = await OwnServer.start([python, '-c', 'raise SystemExit("no bridge here")']);
    const page = await browser.newPage();
    try {
      const cell = 'import labwire as lw\nlw.dataset("sipyco+sync://127.0.0.1:3250/datasets", "x")';
      writeFileSync(path.join(server.home, 'notebooks/dies.ipynb'), notebookOf([cell]));
      await page.goto(`${server.url}/lab/tree/dies.ipynb`);
      await runAll(page);
      // The server itself tries five times before it gives a kernel up.
      const view = viewOf(page, 'x');
      await expect(what(view)).toHaveText('the bridge kernel died right after its start.', {
        timeout: 60_000,
      });
      await expect(toTry(view)).toContainText('python -m labwire.bridge');
    } finally {
      await page.close();
      await server.remove();
    }
  });

  test('says that its code cannot be loaded, and loads it later', async ({ page }) => {
    // Nobody has seen any of it yet, so none of it is in the page.
    const content = /labwire-content\..*\.js/;
    await page.route(content, route => route.abort());
    const sidebar = await showSidebar(page);
    const sentence = 'Labwire could not load its code from the Jupyter server';
    await expect(sidebar.getByText(sentence)).toHaveCount(3);
    await expect(page.locator('.Toastify__toast')).toContainText(sentence);
    await page.unroute(content);
    for (const left of [2, 1, 0]) {
      await sidebar.getByRole('button', { name: 'Try again' }).first().click();
      await expect(sidebar.getByText(sentence)).toHaveCount(left);
    }
    await expect(sidebar.getByText('No instruments yet.')).toBeVisible();
  });

  test('shows an error in place of a view that no one can read', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'broken.ipynb', [
      `from IPython.display import display\ndisplay({"${VIEW_MIME}": {"version": 1, "view": "pie"}, "text/plain": "a view"}, raw=True)`,
    ]);
    await runAll(page);
    const card = page.locator('.jp-RenderedLiveView .jp-ErrorCard');
    await expect(card.locator('.jp-ErrorCard-what')).toHaveText(
      /^the description of this view is not valid: view should be one of auto, number, .*, it is "pie"\.$/,
    );
    await expect(card.getByRole('button', { name: 'Copy report' })).toBeVisible();
  });
});

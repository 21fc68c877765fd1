// Pointer and keyboard: zoom, read out, filter, open, settle back; without touching the notebook.

import { readFileSync } from 'node:fs';
import { expect, test } from '@jupyterlab/galata';
import {
  DEMO,
  expectLive,
  openNotebook,
  pictureOf,
  reload,
  runAll,
  settledPictureOf,
  stateOf,
  viewOf,
} from './page.js';

test('a trace zooms with the wheel, reads out, and shows everything again', async ({
  page,
  tmpPath,
}) => {
  await openNotebook(page, tmpPath, 'trace.ipynb', [
    `import labwire as lw\nlw.dataset("${DEMO}", "photons.bins", view="trace", title="line")`,
  ]);
  await runAll(page);
  const line = viewOf(page, 'line');
  await expectLive(line);
  const over = line.locator('.u-over');
  await expect(over).toBeVisible();
  const whole = await settledPictureOf(line);
  const box = (await over.boundingBox())!;
  const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
  await page.mouse.move(middle[0] - 20, middle[1]);
  await page.mouse.move(...middle);
  await expect(line.locator('.jp-StateLine-last')).toHaveText('24: 24');

  // The 49 points of the axis from 0 to 48 become about twenty around 24.
  for (let i = 0; i < 4; i++) {
    await page.mouse.wheel(0, -150);
  }
  await expect.poll(() => pictureOf(line)).not.toBe(whole);
  await expect(line.locator('.jp-StateLine-last')).toHaveText('24: 24');
  await page.mouse.move(box.x + 3, middle[1]);
  await expect(line.locator('.jp-StateLine-last')).toHaveText(/^1\d: 1\d$/);
  await page.mouse.dblclick(...middle);
  await page.mouse.move(box.x + 3, middle[1]);
  await expect(line.locator('.jp-StateLine-last')).toHaveText('0: 0');
  await page.mouse.move(10, 10);
  await expect.poll(() => pictureOf(line)).toBe(whole);

  // As files: all the data, and the picture as it is.
  await line.hover();
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    line.getByRole('button', { name: 'Export the data as CSV' }).click(),
  ]);
  const rows = readFileSync(await csv.path(), 'utf8')
    .trim()
    .split(/\r?\n/);
  expect(rows).toHaveLength(1 + 49);
  expect(rows.at(-1)).toMatch(/(^|,)48(\.0)?$/);
  const [png] = await Promise.all([
    page.waitForEvent('download'),
    line.getByRole('button', { name: 'Export the picture as PNG' }).click(),
  ]);
  expect(png.suggestedFilename()).toBe('line.png');
  expect(
    readFileSync(await png.path())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
});

test('an image zooms to square pixels and reads them out', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, 'image.ipynb', [
    `import labwire as lw\nlw.dataset("${DEMO}", "types.array_2d", view="image", title="steps")`,
  ]);
  await runAll(page);
  const steps = viewOf(page, 'steps');
  await expectLive(steps);
  await settledPictureOf(steps);
  const box = (await steps.locator('.jp-ImageView-surface').boundingBox())!;
  const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
  await page.mouse.move(middle[0] - 30, middle[1]);
  await page.mouse.move(middle[0] - 20, middle[1]);
  await expect(steps.locator('.jp-StateLine-last')).toHaveText('x 1 y 1 = 5');
  await page.mouse.move(middle[0] + 20, middle[1]);
  await expect(steps.locator('.jp-StateLine-last')).toHaveText('x 2 y 1 = 6');

  // Levels: the lower handle goes up by keys, and a double click brings percentiles back.
  const low = steps.getByRole('slider', { name: 'Lower level' });
  const before = Number(await low.getAttribute('aria-valuenow'));
  await low.focus();
  for (let i = 0; i < 10; i++) {
    await page.keyboard.press('ArrowUp');
  }
  await expect
    .poll(async () => Number(await low.getAttribute('aria-valuenow')))
    .toBeGreaterThan(before + 1);
  await steps.locator('.jp-ColorBar > canvas').dblclick({ position: { x: 4, y: 4 } });
  await expect.poll(async () => Number(await low.getAttribute('aria-valuenow'))).toBe(before);
});

test('a table filters, moves and folds by keys, and opens a row in a tab', async ({
  page,
  tmpPath,
}) => {
  await openNotebook(page, tmpPath, 'table.ipynb', [
    `import labwire as lw\nlw.dataset("${DEMO}", title="all")`,
    'keep = "this cell"',
  ]);
  await runAll(page);
  const all = viewOf(page, 'all');
  await expectLive(all);
  const grid = all.getByRole('treegrid');
  const rows = grid.locator('.jp-TableView-rows [role=row]');
  await expect(rows.first()).toContainText('camera');
  const count = Number(await grid.getAttribute('aria-rowcount'));

  // Keys of the table stay in the table: x and d d would cut cells of the notebook.
  await grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('x');
  await page.keyboard.press('d');
  await page.keyboard.press('d');
  await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(2);
  await page.keyboard.press('ArrowLeft');
  await expect(rows.first()).toHaveAttribute('aria-expanded', 'false');
  await expect(grid).toHaveAttribute('aria-rowcount', String(count - 2));
  await page.keyboard.press('ArrowRight');
  await expect(grid).toHaveAttribute('aria-rowcount', String(count));

  await page.keyboard.press('/');
  await page.keyboard.type('temp');
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText('temperature');
  const saved = page.waitForRequest(
    request =>
      request.url().includes('/api/workspaces') &&
      (request.postData() ?? '').includes('"labwire-views:labwire-view-'),
  );
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  const tab = page.locator('.jp-LiveView.jp-mod-tab');
  await expect(tab).toHaveAttribute('aria-label', 'temperature');
  await expectLive(tab);
  await expect(tab.locator('.jp-NumberView-unit')).toHaveText('°C');

  // The tab is there again after a reload, once the layout was saved.
  await saved;
  await reload(page);
  await expect(tab).toHaveAttribute('aria-label', 'temperature');
  await expectLive(tab);
});

test('a view pauses, explains itself and is resized by keys alone', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, 'keys.ipynb', [
    `import labwire as lw\nlw.dataset("${DEMO}", "temperature")`,
  ]);
  await runAll(page);
  const view = viewOf(page, 'temperature');
  await expectLive(view);
  await view.focus();
  await page.keyboard.press('p');
  await expect(stateOf(view)).toHaveText(/^paused since \d\d:\d\d:\d\d$/);
  const held = await view.locator('.jp-NumberView-text').innerText();
  await expect(view.locator('.jp-Labwire-spoken')).toHaveText('temperature: paused');
  await page.keyboard.press('i');
  await expect(view.locator('.jp-InfoCard')).toContainText(`${DEMO}#temperature`);
  await expect(view.locator('.jp-InfoCard')).toContainText('unit °C');
  expect(await view.locator('.jp-NumberView-text').innerText()).toBe(held);
  await page.keyboard.press('Escape');
  await expect(view.locator('.jp-InfoCard')).toHaveCount(0);
  await page.keyboard.press('p');
  await expectLive(view);

  const body = view.locator('.jp-LiveView-body');
  const height = await body.evaluate(node => node.clientHeight);
  await view.getByRole('separator', { name: 'Height of the view' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => body.evaluate(node => node.clientHeight)).toBe(height + 20);
  await expect
    .poll(async () => {
      await page.notebook.save();
      return page.evaluate(async file => {
        const { content } = await window.jupyterapp.serviceManager.contents.get(file);
        return JSON.stringify(content.cells[0].outputs[0].data);
      }, `${tmpPath}/keys.ipynb`);
    })
    .toContain(`"height":${height + 20}`);
});

// A log and a progress bar, as a person reads them: follow, look back, filter, copy, keep.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { DEMO, expectLive, openNotebook, runAll, stateOf, VIEW_MIME, viewOf } from './page.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** `npx labwire broadcast log`, and a hand that writes its lines. */
class Talker {
  private constructor(
    private readonly _child: ChildProcess,
    readonly address: string,
  ) {}

  static async start(): Promise<Talker> {
    const cli = path.join(root, 'dist/cli.mjs');
    const child = spawn(process.execPath, [cli, 'broadcast', 'log', '--port', '0'], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/ready at .*\n/.test(said)) {
          resolve();
        }
      });
      child.on('exit', code => reject(new Error(`the broadcaster ended with ${code}: ${said}`)));
    });
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(said) ?? [];
    if (port === undefined) {
      child.kill('SIGKILL');
      throw new Error(`the broadcaster named no port: ${said}`);
    }
    return new Talker(child, `sipyco+broadcast://127.0.0.1:${port}/log`);
  }

  say(levelno: number, source: string, text: string): void {
    const fields = `${levelno}, ${JSON.stringify(source)}, 1700000000.5, ${JSON.stringify(text)}`;
    this._child.stdin?.write(`(${fields})\n`);
  }

  async stop(): Promise<void> {
    const ended = new Promise(resolve => this._child.once('exit', resolve));
    this._child.kill('SIGKILL');
    await ended;
  }
}

/** Over what stands in a field, with Enter at the end: it counts when a person is done. */
async function type(field: Locator, text: string): Promise<void> {
  await field.press('ControlOrMeta+a');
  await field.press('Delete');
  await field.pressSequentially(text);
  await field.press('Enter');
}

let talker: Talker;

test.beforeEach(async () => {
  talker = await Talker.start();
});

test.afterEach(() => talker.stop());

test('a log follows, holds what is read, filters, pauses, copies and exports', async ({
  page,
  tmpPath,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openNotebook(page, tmpPath, 'log.ipynb', [
    `import labwire as lw\nlw.log("${talker.address}", title="master")`,
  ]);
  await runAll(page);
  const log = viewOf(page, 'master');
  await expectLive(log);
  await expect(log.locator('.jp-LogView-note')).toHaveText('No messages yet.');
  for (let i = 0; i < 40; i++) {
    talker.say(i % 2 === 0 ? 10 : 20, `worker(${i % 4},scan.py)`, `scan:point ${i}`);
  }
  talker.say(40, 'worker(7,fit.py)', 'fit:=1+1\nTraceback\nError: <b>no</b>');
  const grid = log.getByRole('treegrid');
  const rows = grid.locator('.jp-LogView-rows [role=row]');
  const count = log.locator('.jp-LogView-count');
  await expect(count).toHaveText('41 records');
  const failure = rows.filter({ hasText: '=1+1' });
  await expect(failure).toBeInViewport();
  await expect(failure).toContainText('✕');
  await expect(failure).toContainText('ERROR');
  await expect(failure).toContainText('+2 lines');

  // A click holds and unfolds; text from elsewhere is text.
  await failure.click();
  await expect(rows.filter({ hasText: 'Error: <b>no</b>' })).toHaveCount(1);
  const follow = log.getByRole('button', { name: 'Follow' });
  await expect(follow).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('Control+c');
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^2023-11-14T\S+\tERROR\tworker\(7,fit\.py\)\tfit\t=1\+1\nTraceback\n/);

  // What comes meanwhile moves nothing; End follows again.
  await page.keyboard.press('Home');
  await expect(rows.filter({ hasText: /point 0$/ })).toBeInViewport();
  talker.say(20, 'worker(0,scan.py)', 'scan:point 40');
  await expect(count).toHaveText('42 records');
  await expect(rows.filter({ hasText: /point 0$/ })).toBeInViewport();
  await page.keyboard.press('End');
  await expect(rows.filter({ hasText: /point 40$/ })).toBeInViewport();
  await expect(follow).toHaveAttribute('aria-pressed', 'true');

  // By level, source and text; kept from the notebook's own keys.
  await log.getByLabel('Least level').selectOption('INFO');
  await expect(count).toHaveText('22 of 42');
  await log.getByLabel('Source').selectOption('worker(1,scan.py)');
  await expect(count).toHaveText('10 of 42');
  await grid.focus();
  await page.keyboard.press('/');
  await page.keyboard.type('POINT 3');
  await expect(count).toHaveText('2 of 42');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(grid).toBeFocused();
  await log.getByLabel('Source').selectOption('');
  await log.getByLabel('Least level').selectOption('');

  // Paused, others gather.
  await grid.focus();
  await page.keyboard.press('p');
  await expect(stateOf(log)).toHaveText(/^paused since /);
  talker.say(20, 'worker(0,scan.py)', 'scan:point 41');
  await expect(count).toHaveText('42 records · 1 new');
  await page.keyboard.press('p');
  await expect(count).toHaveText('43 records');
  await expect(rows.filter({ hasText: /point 41$/ })).toBeInViewport();

  // The settings have a filter that stays with the notebook; what the bar sets stands there too.
  await log.hover();
  await log.getByRole('button', { name: 'Settings' }).click();
  const card = log.locator('.jp-SettingsCard');
  const contains = card.getByLabel('Only records that contain');
  await type(contains, 'point 3');
  await expect(count).toHaveText('11 of 43');
  await log.locator('.jp-LogView-bar').getByLabel('Least level').selectOption('INFO');
  await expect(count).toHaveText('6 of 43');
  await expect(card.getByLabel('Least level')).toHaveValue('INFO');
  await expect(contains).toHaveValue('point 3');
  await card.getByLabel('Least level').selectOption('');
  await type(contains, '');
  await expect(count).toHaveText('43 records');

  await log.hover();
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    log.getByRole('button', { name: 'Export the data as CSV' }).click(),
  ]);
  const text = readFileSync(await csv.path(), 'utf8');
  expect(text).toContain(`,ERROR,"worker(7,fit.py)",fit,"'=1+1\nTraceback`);
  expect(text.split('\r\n')).toHaveLength(1 + 43 + 1);
});

test('a progress bar says how far it is, and what it needs', async ({ page, tmpPath }) => {
  await openNotebook(page, tmpPath, 'progress.ipynb', [
    `import labwire as lw\nlw.progress("${DEMO}", "progress")`,
    `lw.progress("${DEMO}", "types.str", title="text")`,
    `lw.progress("${DEMO}", "types.float_nan", title="nothing")`,
  ]);
  await runAll(page);
  const view = viewOf(page, 'progress');
  await expectLive(view);
  const bar = view.getByRole('progressbar', { name: 'progress' });
  await expect(bar).toHaveAttribute('aria-valuemax', '100');
  await expect(view.locator('.jp-ProgressView-text')).toHaveText(/^\d+ %$/);
  const before = await bar.getAttribute('aria-valuenow');
  await expect.poll(() => bar.getAttribute('aria-valuenow')).not.toBe(before);
  await expect(viewOf(page, 'nothing').locator('.jp-ProgressView-text')).toHaveText(
    'not measured yet',
  );
  const empty = viewOf(page, 'nothing').getByRole('progressbar');
  await expect(empty).not.toHaveAttribute('aria-valuenow');
  await expect(viewOf(page, 'text').locator('.jp-ErrorCard')).toContainText(
    'a progress bar needs a number',
  );

  // Its ends are changed where it stands, and saved with the notebook.
  await view.hover();
  await view.getByRole('button', { name: 'Settings' }).click();
  const full = view.getByLabel('Value where the bar is full');
  await expect(full).toHaveValue('100');
  await type(full, '0');
  await expect(bar).toHaveAttribute('aria-valuemax', '100');
  await type(full, '1000');
  await expect(bar).toHaveAttribute('aria-valuemax', '1000');
  await expect(full).toBeFocused();
  await expect(view.locator('.jp-StateLine-last')).toHaveText(/ of 1\s?000$/);
  await page.notebook.save();
  const text = await page.evaluate(async file => {
    const { contents } = window.jupyterapp.serviceManager;
    return JSON.stringify((await contents.get(file)).content);
  }, `${tmpPath}/progress.ipynb`);
  const [cell] = JSON.parse(text).cells;
  expect(cell.outputs[0].data[VIEW_MIME].options).toEqual({ min: 0, max: 1000 });
});

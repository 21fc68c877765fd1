// Methods: found, filled in, called, taken into a notebook; and never called by anything but a person.

import { readFileSync } from 'node:fs';
import { expect, test } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';
import { choose, fieldOf, formOf, LAB, methodOf, showMethods, withInstruments } from './calls.js';
import { notebookOf, openNotebook, runAll, setTheme } from './page.js';

const RPC_MIME = 'application/vnd.labwire.rpc.v1+json';

async function bothThemes(page: Page, name: string): Promise<void> {
  for (const theme of ['JupyterLab Dark', 'JupyterLab Light'] as const) {
    await setTheme(page, theme);
    await page.screenshot({ path: `test-results/${name}-${theme.slice(11).toLowerCase()}.png` });
  }
}

test.describe('methods of the demo lab', () => {
  test.use({ mockSettings: withInstruments({ name: 'lab', address: LAB }) });

  test('are browsed, filled in, called, repeated', async ({ page }) => {
    const methods = await showMethods(page);
    await methodOf(methods, 'lab › siggen').click();
    await methodOf(methods, 'set_frequency').click();
    const form = formOf(methods, 'siggen.set_frequency');
    await expect(form).toContainText('(channel: int, frequency: float) -> float');
    await expect(methodOf(methods, 'set_frequency')).toContainText(
      'Set the frequency of a channel.',
    );

    // What is wrong is marked where it is, and not sent.
    await fieldOf(form, 'channel').fill('0');
    await fieldOf(form, 'frequency').fill('[1e6, 2e6');
    const frequency = form.locator('.jp-CallField').nth(1);
    await expect(frequency.locator('.jp-CallField-problem')).toContainText('position 9');
    await expect(frequency.locator('.jp-CallField-caret')).toBeVisible();
    await fieldOf(form, 'channel').press('Enter');
    await expect(fieldOf(form, 'frequency')).toBeFocused();
    await expect(form.locator('.jp-CallResult')).toHaveCount(0);

    // A value with its exact type.
    await fieldOf(form, 'frequency').fill('1.5e6');
    await expect(frequency.locator('.jp-CallField-type')).toHaveText('float');
    await fieldOf(form, 'frequency').press('Enter');
    await expect(form.locator('.jp-CallResult-value')).toHaveText('1500000.0');
    await expect(form.locator('.jp-CallResult-type')).toHaveText('float');

    // What the method raised, with its traceback.
    await fieldOf(form, 'frequency').fill('1e12');
    await form.getByRole('button', { name: 'Call ⏎' }).click();
    await expect(form.locator('.jp-CallResult-value')).toContainText('ValueError: frequency');
    await form.getByText(/^remote traceback \(\d+ lines\)$/).click();
    await expect(form.locator('.jp-CallResult-traceback pre')).toContainText('File "');
    await bothThemes(page, 'methods-raised');

    // The call before, again.
    await form.getByText('History (2)').click();
    await form.getByTitle('Call set_frequency(0, 1.5e6) again').click();
    await expect(form.locator('.jp-CallResult-value')).toHaveText('1500000.0');
    await expect(form.getByText('History (3)')).toBeVisible();

    // An array is drawn from where it is.
    const sweep = await choose(methods, 'siggen', 'sweep');
    await fieldOf(sweep, 'start').fill('1e6');
    await fieldOf(sweep, 'stop').fill('2e6');
    await fieldOf(sweep, 'points').fill('501');
    await fieldOf(sweep, 'stop').press('Enter');
    await expect(sweep.locator('.jp-CallResult-type')).toHaveText('float64[501]');
    await expect(sweep.locator('.jp-CallResult-spark path')).toBeVisible();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      sweep.getByRole('button', { name: 'Save…' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('sweep.txt');
    expect(readFileSync(await file.path(), 'utf8')).toMatch(/^array\(\[1000000\.0, .*\]\)$/s);
    await expect(sweep).toContainText(/saved as sweep\.txt, [\d.]+ kB/);
    await sweep.getByRole('button', { name: 'Show as plot' }).click();
    await expect(sweep.locator('.jp-StateLine-text')).toContainText('501 points');
    await expect(sweep.locator('.jp-LiveView .u-over')).toBeVisible();
    await bothThemes(page, 'methods-plot');

    // A tree, open to its second level.
    const status = await choose(methods, 'schedule', 'get_status');
    await status.getByRole('button', { name: 'Call ⏎' }).click();
    const tree = status.getByRole('group', { name: 'Items of the result' });
    const job = tree.getByRole('button', { name: /^4711: dict/ });
    await expect(job).toHaveAttribute('aria-expanded', 'true');
    await expect(tree).toContainText("'status': 'running'str");
    await expect(tree.getByRole('button', { name: /^'expid': dict/ }).first()).toHaveAttribute(
      'aria-expanded',
      'false',
    );
    await bothThemes(page, 'methods-tree');
    await tree
      .getByRole('button', { name: /^'expid': dict/ })
      .first()
      .click();
    await expect(tree).toContainText("'file': ");
    await job.click();
    await expect(job).toHaveAttribute('aria-expanded', 'false');
    await expect(tree.getByText("'file':", { exact: true })).toBeHidden();

    // A server that cannot list its methods gives their names, and says so.
    await methods.getByRole('searchbox').fill('unlistable');
    await expect(methods.getByText('names only')).toBeVisible();
    await expect(methods.getByText(/^The server’s list of methods fails: /)).toBeVisible();
    await expect(methodOf(methods, 'ping')).toBeVisible();
  });

  test('return arrays, which are tables too: by commands and keys', async ({ page }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    const run = (name: string) =>
      page.evaluate(id => window.jupyterapp.commands.execute(id), `labwire:${name}`);
    const methods = await showMethods(page);
    const form = await choose(methods, 'dataset_db', 'get');
    await fieldOf(form, 'key').fill("'camera.frame'");
    await fieldOf(form, 'key').press('Enter');
    await expect(form.locator('.jp-CallResult-type')).toHaveText('uint16[512, 512]');

    // Only what is seen of 262 144 cells is there.
    await run('show-result-as-table');
    const table = form.getByRole('grid', { name: "Result of get('camera.frame')" });
    const active = table.getByRole('gridcell', { selected: true });
    await expect(table).toHaveAttribute('aria-rowcount', '513');
    await expect(active).toHaveText(/^\d+$/);
    await table.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect(form).toContainText(/row 1, column 1\s*\d+/);
    await page.keyboard.press('Control+End');
    await expect(form).toContainText(/row 511, column 511\s*\d+/);
    await expect(active).toHaveText(/^\d+$/);
    await expect(active).toBeInViewport();
    expect(await table.getByRole('gridcell').count()).toBeLessThan(1000);
    const id = await active.getAttribute('id');
    await expect(table).toHaveAttribute('aria-activedescendant', id ?? '');
    await page.keyboard.press('Control+c');
    await expect(form.locator('.jp-ResultTable-says')).toHaveText('copied');
    expect(await clipboard()).toBe(await active.innerText());
    await page.keyboard.press('Home');
    await page.keyboard.press('PageUp');
    await expect(form).toContainText(/row (?!511)\d+, column 0\s*\d+/);
    await run('copy-result-cell');
    await expect.poll(clipboard).toBe(await active.innerText());
    await bothThemes(page, 'methods-table');
    await run('show-result-as-table');
    await expect(table).toHaveCount(0);

    // All of it, as far as there is room, and as a file.
    await run('copy-result');
    await expect(form).toContainText('copied the beginning of it; Save… takes all of it');
    expect(await clipboard()).toMatch(/^array\(\[\[\d+, \d+, \d+, \d+, /);
    const [file] = await Promise.all([page.waitForEvent('download'), run('save-result')]);
    expect(readFileSync(await file.path(), 'utf8').split(', ')).toHaveLength(512 * 512 + 1);

    // What a command does to the form sends nothing.
    await fieldOf(form, 'key').focus();
    await run('fill-last-call');
    await expect(form.getByRole('button', { name: 'Call ⏎' })).toBeFocused();
    await run('go-to-call-history');
    await expect(form.getByTitle("Fill the form with get('camera.frame')")).toBeFocused();
    await expect(form.getByText('History (1)')).toBeVisible();

    // What was raised is copied too.
    await fieldOf(form, 'key').fill("'nowhere'");
    await fieldOf(form, 'key').press('Enter');
    await expect(form.locator('.jp-CallResult-value')).toContainText('KeyError');
    await run('copy-result');
    await expect.poll(clipboard).toBe("KeyError: 'nowhere'");
  });

  test('go by keyboard alone: found, called, cancelled, confirmed', async ({ page }) => {
    const methods = await showMethods(page);
    await expect(methodOf(methods, 'lab › faulty')).toBeVisible();
    await methods.getByRole('searchbox').focus();
    await page.keyboard.type('faulty slow');
    await expect(methodOf(methods, 'slow')).toBeVisible();
    await expect(methods.getByRole('treeitem')).toHaveCount(2); // all others have been asked
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await expect(methodOf(methods, 'slow')).toBeFocused();
    await page.keyboard.press('Enter');
    const form = formOf(methods, 'faulty.slow');
    await expect(fieldOf(form, 'seconds')).toBeFocused();
    await expect(fieldOf(form, 'seconds')).toHaveValue('5.0');
    await page.keyboard.type('3600'); // over the default, which is selected
    await page.keyboard.press('Enter');
    await expect(form.locator('.jp-CallForm-elapsed')).toHaveText(/^… \d+(\.\d)? (ms|s)$/);
    await page.keyboard.press('Escape');
    await expect(form.locator('.jp-CallResult')).toContainText(/^–cancelled after/);
    await expect(form.getByRole('button', { name: 'Call ⏎' })).toBeEnabled();

    // One that stops what others use is apart, and asks; Escape is no.
    await methods.getByRole('searchbox').fill('motor stop');
    await expect(methods.getByRole('treeitem')).toHaveCount(3);
    await methods.getByRole('searchbox').press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    const stop = formOf(methods, 'motor.stop');
    await expect(stop.getByRole('button', { name: 'Call ⏎' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(stop.getByRole('button', { name: 'Do not' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(stop.getByRole('button', { name: 'Call it' })).toHaveCount(0);
    await expect(stop.locator('.jp-CallResult')).toHaveCount(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(stop.locator('.jp-CallResult-value')).toHaveText('False');
  });

  test('become a cell, which calls nothing before a person does', async ({ page, tmpPath }) => {
    // What somebody else saved is text, and calls and connects to nothing.
    const spec = { version: 1, address: `${LAB}/motor`, method: 'stop', args: [], kwargs: {} };
    const saved = JSON.parse(notebookOf([{ html: '' }]));
    saved.cells[0].outputs[0].data = { [RPC_MIME]: spec, 'text/plain': '<a call of stop()>' };
    await page.contents.uploadContent(JSON.stringify(saved), 'text', `${tmpPath}/theirs.ipynb`);
    await page.notebook.openByPath(`${tmpPath}/theirs.ipynb`);
    await expect(page.getByText('<a call of stop()>')).toBeVisible();
    await expect(formOf(page, 'motor.stop')).toHaveCount(0);

    await openNotebook(page, tmpPath, 'call.ipynb', ['1 + 1']);
    const methods = await showMethods(page);
    const form = await choose(methods, 'siggen', 'set_power');
    await fieldOf(form, 'channel').fill('1');
    await fieldOf(form, 'power').fill('3.5');
    await form.getByRole('button', { name: 'Insert cell' }).click();
    await expect(form).toContainText('inserted');
    const cell = page.locator('.jp-Cell', { hasText: 'lw.rpc(' });
    await expect(cell).toContainText("method='set_power', args=[1, 3.5]");
    await expect(cell.locator('.jp-OutputArea-output')).toHaveCount(0);

    await runAll(page);
    const inCell = formOf(cell, 'siggen.set_power');
    await expect(inCell).toContainText('Nothing is sent before you press Call.');
    await expect(inCell.getByRole('textbox', { name: 'Argument 2' })).toHaveValue('3.5');
    const power = await choose(methods, 'siggen', 'get_power');
    await fieldOf(power, 'channel').fill('1');
    await fieldOf(power, 'channel').press('Enter');
    await expect(power.locator('.jp-CallResult-value')).toHaveText('-10.0');
    await inCell.getByRole('button', { name: 'Call ⏎' }).click();
    await expect(inCell.locator('.jp-CallResult-value')).toHaveText('3.5');
    await expect(fieldOf(inCell, 'power')).toHaveValue('3.5');
    await bothThemes(page, 'methods-cell');
  });
});

test.describe('an instrument that is only looked at', () => {
  test.use({
    mockSettings: withInstruments({ name: 'lab', address: LAB, readOnly: true }),
  });

  test('says so before anybody presses, and calls nothing', async ({ page }) => {
    const methods = await showMethods(page);
    const form = await choose(methods, 'siggen', 'set_output');
    await expect(form).toContainText('read-only in your list: calls are refused');
    await expect(form.getByRole('button', { name: 'Call ⏎' })).toBeDisabled();
    await fieldOf(form, 'channel').fill('0');
    await fieldOf(form, 'channel').press('Enter');
    await expect(form.locator('.jp-CallResult')).toHaveCount(0);
  });
});

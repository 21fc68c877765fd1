// axe finds nothing that keeps people out: names, roles, contrast, keyboard. Light, dark, high contrast.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';
import {
  choose,
  fieldOf,
  formOf,
  LAB,
  showMethods,
  showSidebar,
  withInstruments,
} from './calls.js';
import { DEMO, expectLive, openNotebook, runAll, setTheme, THEMES, viewOf } from './page.js';

const SERIOUS = ['serious', 'critical'];

/** What axe has against the nodes of Labwire at `selector`, a line for each node. JupyterLab's own are its own. */
async function faultsOf(page: Page, selector: string): Promise<readonly string[]> {
  const { violations, passes } = await new AxeBuilder({ page })
    .include(selector)
    .setLegacyMode() // in this page alone
    .analyze();
  expect(passes.length, `axe looked at ${selector}`).toBeGreaterThan(0);
  return violations
    .filter(({ impact }) => SERIOUS.includes(impact ?? ''))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}\n${failureSummary}`),
    );
}

async function expectNoFaults(page: Page, theme: string, place: string): Promise<void> {
  expect.soft(await faultsOf(page, place), `${place} in ${theme}`).toEqual([]);
}

async function inEveryTheme(page: Page, ...places: readonly string[]): Promise<void> {
  for (const theme of THEMES) {
    await setTheme(page, theme);
    for (const place of places) {
      await expectNoFaults(page, theme, place);
    }
  }
}

test('the sidebar: empty, asking for an address, with instruments', async ({ page }) => {
  const sidebar = await showSidebar(page);
  await inEveryTheme(page, '#labwire-sidebar');
  await sidebar.getByRole('button', { name: 'Try the demo lab' }).click();
  const instruments = sidebar.locator('.jp-InstrumentsSection');
  const rows = instruments.locator('.jp-LabwireRows-row');
  await expect(rows.filter({ hasText: 'demo datasets' })).toContainText(/live · .*\/s/);
  await sidebar.getByRole('button', { name: 'Add an instrument' }).click();
  await instruments.getByRole('textbox', { name: 'Address' }).fill('127.0.0.1');
  await expect(instruments.locator('.jp-InstrumentForm-says')).toContainText('expected a port');
  await inEveryTheme(page, '#labwire-sidebar');
  await page.keyboard.press('Escape');
  await rows.filter({ hasText: 'demo datasets' }).locator('.jp-LabwireRows-main').press('Enter');
  await expect(instruments.getByRole('group', { name: 'About demo datasets' })).toBeVisible();
  await page.evaluate(() => window.jupyterapp.commands.execute('labwire:find-method'));
  await expect(sidebar.getByRole('treeitem').first()).toBeVisible();
  await inEveryTheme(page, '#labwire-sidebar');
});

test.describe('calls', () => {
  test.use({ mockSettings: withInstruments({ name: 'lab', address: LAB }) });

  test('the methods, and forms with a value, an error, a question', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'calls.ipynb', [
      `import labwire as lw\nlw.rpc("${LAB}/motor", method="stop")`,
      `lw.rpc("${LAB}/motor")`,
    ]);
    await runAll(page);
    await page.getByRole('button', { name: 'Connect, and list its methods' }).waitFor();
    await formOf(page, 'motor.stop').getByRole('button', { name: 'Call ⏎' }).click();
    await expect(page.getByRole('button', { name: 'Do not' })).toBeFocused();
    await inEveryTheme(page, '.jp-RenderedRpc .jp-CallForm', '.jp-RenderedRpc .jp-CallOffer');

    const methods = await showMethods(page);
    const sweep = await choose(methods, 'siggen', 'sweep');
    await fieldOf(sweep, 'start').fill('1e6');
    await fieldOf(sweep, 'stop').fill('[1');
    await expect(sweep.locator('.jp-CallField-problem').nth(1)).not.toBeEmpty();
    await inEveryTheme(page, '.jp-MethodsSection');
    await fieldOf(sweep, 'stop').fill('2e6');
    await fieldOf(sweep, 'stop').press('Enter');
    await sweep.getByRole('button', { name: 'Show as plot' }).click();
    await expect(sweep.locator('.jp-StateLine-text')).toContainText('101 points');
    await sweep.getByText(/^History/).click();
    await inEveryTheme(page, '.jp-MethodsSection .jp-CallForm');
    await sweep.getByRole('button', { name: 'Show as table' }).click();
    await expect(sweep.getByRole('gridcell', { selected: true })).toHaveText('1000000.0');
    await inEveryTheme(page, '.jp-MethodsSection .jp-CallForm');
    const status = await choose(methods, 'schedule', 'get_status');
    await status.getByRole('button', { name: 'Call ⏎' }).click();
    await expect(status.locator('.jp-ResultTree')).toContainText("'status'");
    await inEveryTheme(page, '.jp-MethodsSection .jp-CallForm');
    const frequency = await choose(methods, 'siggen', 'set_frequency');
    await fieldOf(frequency, 'channel').fill('0');
    await fieldOf(frequency, 'frequency').fill('1e12');
    await fieldOf(frequency, 'frequency').press('Enter');
    await frequency.getByText(/^remote traceback/).click();
    await inEveryTheme(page, '.jp-MethodsSection .jp-CallForm');
  });
});

/** Every kind of view, as `lw` makes it. */
const VIEWS: readonly { readonly title: string; readonly code: string }[] = [
  { title: 'number', code: `lw.dataset(DEMO, "temperature", title="number")` },
  { title: 'text', code: `lw.dataset(DEMO, "types.str", title="text")` },
  {
    title: 'trace',
    code: `lw.dataset(DEMO, "rabi.p", x="rabi.t", error="rabi.p_err", view="trace", title="trace")`,
  },
  { title: 'image', code: `lw.dataset(DEMO, "camera.frame", title="image")` },
  { title: 'table', code: `lw.dataset(DEMO, title="table")` },
  {
    title: 'histogram',
    code: `lw.dataset(DEMO, "photons.counts", view="histogram", x="photons.bins", title="histogram")`,
  },
  {
    title: 'xy',
    code: `lw.dataset(DEMO, "rabi.p", x="rabi.t", error="rabi.p_err", fit="rabi.fit", title="xy")`,
  },
  {
    title: 'xy_hist',
    code: `lw.dataset(DEMO, "photons.by_t", x="photons.t", bins="photons.bins", title="xy_hist")`,
  },
  { title: 'log', code: `lw.log("demo+sipyco+broadcast:///log", title="log")` },
  { title: 'progress', code: `lw.progress(DEMO, "progress", title="progress")` },
  {
    title: 'chart',
    code: `lw.chart({"data": {"name": "d"}, "mark": "line", "encoding": {
  "x": {"field": "t", "type": "quantitative"}, "y": {"field": "p", "type": "quantitative"}}},
  {"d": {"t": DEMO + "#rabi.t", "p": DEMO + "#rabi.p"}}, title="chart")`,
  },
];

test('every live view, its cards, and one that cannot be shown', async ({ page, tmpPath }) => {
  test.slow(); // axe reads the page some forty times
  const missing = `lw.progress(DEMO, "types.str", title="wrong")`;
  await openNotebook(page, tmpPath, 'views.ipynb', [
    `import labwire as lw\nDEMO = "${DEMO}"`,
    ...VIEWS.map(({ code }) => code),
    missing,
  ]);
  await runAll(page);
  for (const theme of THEMES) {
    await setTheme(page, theme);
    for (const { title } of VIEWS) {
      const view = viewOf(page, title);
      await view.scrollIntoViewIfNeeded();
      await expectLive(view);
      await expectNoFaults(page, theme, `.jp-LiveView[aria-label="${title}"]`);
    }
    const wrong = viewOf(page, 'wrong');
    await wrong.scrollIntoViewIfNeeded();
    await expect(wrong.locator('.jp-ErrorCard')).toContainText('a progress bar needs a number');
    await expectNoFaults(page, theme, '.jp-LiveView[aria-label="wrong"]');
  }

  // Its cards: the facts, and what can be set.
  for (const [title, button, card] of [
    ['table', 'About this view (i)', '.jp-InfoCard'],
    ['trace', 'Settings', '.jp-SettingsCard'],
    ['image', 'Settings', '.jp-SettingsCard'],
  ] as const) {
    const view = viewOf(page, title);
    await view.scrollIntoViewIfNeeded();
    await view.getByRole('button', { name: button, exact: true }).press('Enter');
    await expect(view.locator(card)).toBeVisible();
    await inEveryTheme(page, `.jp-LiveView[aria-label="${title}"]`);
    await page.keyboard.press('Escape');
  }
});

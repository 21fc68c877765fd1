// The sidebar: instruments that a person adds, states that are true, views that are open.

import { expect, galata, test } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';
import { showSidebar } from './calls.js';
import { Demolab } from './lab.js';
import { DEMO, expectLive, notebookOf, reload, runAll, viewOf } from './page.js';

/** A row of a section, by its name. */
function rowOf(section: Locator, name: string): Locator {
  return section.locator('.jp-LabwireRows-row', {
    has: section.page().locator('.jp-LabwireRows-name', { hasText: new RegExp(`^${name}$`) }),
  });
}

function detailOf(row: Locator): Locator {
  return row.locator('.jp-LabwireRows-detail');
}

/** How many hub workers the page has: the demo lab and every connection live in one. */
function workerCount(page: Page): number {
  return page.workers().filter(worker => worker.url().includes('labwire')).length;
}

test('the first ten minutes: demo lab, an instrument by its port, its views', async ({
  page,
  tmpPath,
}) => {
  const lab = await Demolab.start();
  try {
    expect(workerCount(page), 'nothing runs before the sidebar was opened').toBe(0);
    const sidebar = await showSidebar(page);
    const instruments = sidebar.locator('.jp-InstrumentsSection');
    const views = sidebar.locator('.jp-LiveViewsSection');
    await expect(instruments).toContainText(
      'No instruments yet. Add one by its address, or try the demo lab.',
    );
    expect(workerCount(page), 'nor for an empty list').toBe(0);

    // The demo lab, and its datasets as a live view.
    await instruments.getByRole('button', { name: 'Try the demo lab' }).click();
    await expect(detailOf(rowOf(instruments, 'demo lab'))).toHaveText(/^live/);
    const datasets = rowOf(instruments, 'demo datasets');
    await expect(detailOf(datasets)).toHaveText(/^live · .*\/s$/);
    await datasets.hover();
    await datasets.getByRole('button', { name: 'Open as a live view: demo datasets' }).click();
    await expectLive(viewOf(page, 'datasets'));
    const tab = rowOf(views, 'datasets');
    await expect(tab.locator('.jp-LabwireRows-aside')).toHaveText('table');

    // An instrument by host and port: it is asked what it is.
    await sidebar.getByRole('button', { name: 'Add an instrument' }).click();
    const address = instruments.getByRole('textbox', { name: 'Address' });
    const says = instruments.locator('.jp-InstrumentForm-says');
    await address.fill('127.0.0.1');
    await expect(says).toHaveText('"127.0.0.1": expected a port, such as :3251, found nothing');
    await address.fill(`127.0.0.1:${lab.port}`);
    await expect(says).toContainText('what it speaks is found out by asking');
    await address.press('Enter');
    await expect(
      instruments.getByRole('radio', { name: `sipyco+sync://127.0.0.1:${lab.port}/datasets` }),
    ).toBeChecked();
    await instruments.getByRole('textbox', { name: 'Name' }).fill('lab');
    await instruments.getByRole('checkbox', { name: 'Read-only' }).check();
    await instruments.getByRole('button', { name: 'Add', exact: true }).click();
    const added = rowOf(instruments, 'lab');
    await expect(detailOf(added)).toHaveText(/^live · .*· read-only$/);
    await expect(added.locator('.jp-LabwireRows-main')).toBeFocused();

    // A view in a cell: found from the sidebar, and frozen there.
    // By its path: the file browser would take the sidebar's place.
    const path = `${tmpPath}/cells.ipynb`;
    const cells = [`import labwire as lw\nlw.dataset("${DEMO}", "temperature")`];
    await page.contents.uploadContent(notebookOf(cells), 'text', path);
    await page.evaluate(
      opened => window.jupyterapp.commands.execute('docmanager:open', { path: opened }),
      path,
    );
    await expect(page.locator('.jp-NotebookPanel')).toBeVisible();
    await runAll(page);
    const cell = rowOf(views, 'temperature');
    await expect(detailOf(cell)).toHaveText(/^cells\.ipynb · live/);
    await tab.locator('.jp-LabwireRows-main').click();
    await expect(viewOf(page, 'datasets')).toBeFocused();
    await cell.locator('.jp-LabwireRows-main').click();
    await expect(viewOf(page, 'temperature')).toBeFocused();
    // The notebook is in front of the tab, of which nobody knows a rate now.
    await expect(detailOf(tab)).toHaveText(/^live · out of sight$/);
    await cell.hover();
    await cell.getByRole('button', { name: 'Freeze it (Delete): temperature' }).click();
    await expect(detailOf(cell)).toHaveText(/^cells\.ipynb · frozen at/);
    await tab.hover();
    await tab.getByRole('button', { name: 'Close its tab (Delete): datasets' }).click();
    await expect(tab).toHaveCount(0);
    await expect(viewOf(page, 'datasets')).toHaveCount(0);

    // All of it is there again after a reload, and closed sections are closed.
    await page.evaluate(() => window.jupyterapp.restored);
    const methods = page
      .locator('#labwire-sidebar')
      .locator('.lm-AccordionPanel-title', { hasText: 'Methods' });
    const saved = page.waitForRequest(
      request =>
        request.url().includes('/api/workspaces') &&
        (request.postData() ?? '').includes('"expansionStates":[true,false,true]'),
    );
    await methods.click();
    await saved;
    await reload(page);
    await showSidebar(page);
    await expect(methods).toHaveAttribute('aria-expanded', 'false');
    await expect(detailOf(added)).toHaveText(/^live · .*· read-only$/);
  } finally {
    await lab.kill();
  }
});

test('says what is stale since when, and reconnects', async ({ page }) => {
  let lab = await Demolab.start();
  try {
    const sidebar = await showSidebar(page);
    const instruments = sidebar.locator('.jp-InstrumentsSection');
    await instruments.getByRole('button', { name: 'Add instrument…' }).click();
    const address = instruments.getByRole('textbox', { name: 'Address' });
    await address.fill(lab.address);
    await address.press('Enter');
    await expect(instruments.getByRole('button', { name: 'Add', exact: true })).toBeVisible();
    await address.press('Enter');
    const row = rowOf(instruments, 'datasets');
    await expect(detailOf(row)).toHaveText(/^live · [\d.]+ ms/);
    await lab.kill();
    await expect(detailOf(row)).toHaveText(
      new RegExp(`^stale for \\d+ s · 127\\.0\\.0\\.1:${lab.port} refused the connection$`),
    );
    const card = instruments.getByRole('group', { name: 'About datasets' });
    await expect(card.locator('.jp-ErrorCard-try')).toContainText('check the port');
    lab = await Demolab.start(lab.port);
    await card.getByRole('button', { name: 'Reconnect now' }).click();
    await expect(detailOf(row)).toHaveText(/^live/);
    await expect(card.locator('.jp-ErrorCard')).toHaveCount(0);
  } finally {
    await lab.kill();
  }
});

const LONG = 'the instrument in the far corner of the second laboratory, behind the curtain';

test.describe('a list that was edited by hand', () => {
  test.use({
    mockSettings: {
      ...galata.DEFAULT_SETTINGS,
      'labwire:sidebar': {
        instruments: [
          { name: LONG, address: 'demo+sipyco+rpc://' },
          { name: 'broken', address: 'http://lab' },
          ...Array.from({ length: 1998 }, (_, index) => ({
            name: `motor ${index}`,
            address: `demo+ca://motor${index}`,
          })),
        ],
      },
    },
  });

  test('names the broken entry, shows 2 000 and goes by keyboard alone', async ({ page }) => {
    const sidebar = await showSidebar(page);
    const instruments = sidebar.locator('.jp-InstrumentsSection');
    await expect(instruments.locator('.jp-LabwireSidebar-notice')).toContainText(
      'Entry 2: address "http://lab": expected one of',
    );
    const rows = instruments.locator('.jp-LabwireRows-row');
    await expect(rows.first()).toHaveAttribute('aria-setsize', '1999');
    expect(await rows.count(), 'only what can be seen is in the page').toBeLessThan(60);
    await expect(detailOf(rowOf(instruments, LONG))).toHaveText(/^live/);

    const main = (name: string) => rowOf(instruments, name).locator('.jp-LabwireRows-main');
    await main(LONG).focus();
    await page.keyboard.press('ArrowDown');
    await expect(main('motor 0')).toBeFocused();
    await page.keyboard.press('End');
    await expect(main('motor 1997')).toBeFocused();
    await expect(main('motor 1997')).toBeInViewport();
    await page.keyboard.press('Home');
    await expect(main(LONG)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(instruments.getByRole('group', { name: `About ${LONG}` })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(instruments.getByRole('group', { name: `About ${LONG}` })).toBeHidden();

    // F2 edits, Escape leaves, Delete asks first.
    await page.keyboard.press('F2');
    const form = instruments.getByRole('form', { name: `Edit ${LONG}` });
    await expect(form.getByRole('textbox', { name: 'Address' })).toBeFocused();
    await form.getByRole('textbox', { name: 'Name' }).fill('corner');
    await page.keyboard.press('Enter');
    await expect(main('corner')).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Delete');
    const dialog = page.locator('.jp-Dialog');
    await expect(dialog).toContainText('Remove motor 0 from the list?');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(main('motor 0')).toBeFocused();
    await page.keyboard.press('Delete');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await expect(rows.first()).toHaveAttribute('aria-setsize', '1998');
    await expect(main('motor 1')).toBeFocused();
  });
});

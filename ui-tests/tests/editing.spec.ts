// Datasets edited where they stand: armed by a person, typed, asked, seen elsewhere, taken back.

import { expect, test } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';
import { showSidebar, withInstruments } from './calls.js';
import { Demolab } from './lab.js';
import { DEMO, expectLive, expectValue, openNotebook, runAll, viewOf } from './page.js';

const MASTER = {
  name: 'master',
  address: 'demo+sipyco+rpc:///dataset_db',
  readOnly: true,
};

/** Arm a view with the keyboard alone. */
async function arm(view: Locator, page: Page, endpoint: string): Promise<void> {
  await view.locator('[data-tool=edit]').focus();
  await page.keyboard.press('Enter');
  const card = view.getByRole('group', { name: 'Edit the datasets of this view' });
  await expect(card.getByRole('textbox', { name: 'Edits go to' })).toBeFocused();
  await expect(card.locator('.jp-ArmCard-says')).toHaveText(`✔ ${endpoint} takes edits.`);
  await page.keyboard.press('Tab');
  await expect(card.getByRole('button', { name: 'Arm' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(view).toHaveClass(/jp-mod-armed/);
  await expect(view.locator('.jp-EditPanel-left')).toHaveText('10 min left');
}

/** Choose the row of `name`, which nothing else is called. */
async function choose(view: Locator, page: Page, name: string): Promise<void> {
  await view.focus();
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  const [label = ''] = name.split('.').slice(-1);
  await expect(view.locator('.jp-TableView-rows [role=row]').last()).toContainText(label);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(view.locator('.jp-TableView-rows .jp-mod-active')).toContainText(label);
}

test('a dataset is edited by keyboard, seen in another view, and taken back', async ({
  page,
  tmpPath,
}) => {
  const lab = await Demolab.startInRow();
  try {
    await openNotebook(page, tmpPath, 'edit.ipynb', [
      `import labwire as lw\nlw.dataset("${lab.address}")`,
      `lw.dataset("${lab.address}", "cooling.detuning")`,
    ]);
    await runAll(page);
    const table = viewOf(page, 'datasets');
    const number = viewOf(page, 'cooling.detuning');
    await expectLive(table);
    await expectLive(number);
    // A view that is out of sight draws nothing.
    const expectFigure = async (text: string) => {
      const figure = number.locator('.jp-NumberView-text');
      await figure.scrollIntoViewIfNeeded();
      await expect(figure).toHaveText(text);
    };
    await expectFigure('-10.250');
    // A double click on the figure leads to its editor, which a person arms first.
    await number.locator('.jp-NumberView-text').dblclick();
    const card = number.getByRole('group', { name: 'Edit the datasets of this view' });
    await expect(card).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(card).toHaveCount(0);

    await arm(table, page, `127.0.0.1:${lab.rpcPort}`);
    await choose(table, page, 'detuning');
    await page.keyboard.press('Enter');
    const form = table.locator('.jp-EditForm');
    const value = form.getByRole('textbox', { name: 'Value' });
    await expect(value).toBeFocused();
    await expect(value).toHaveValue('-10250000.0');
    await page.keyboard.type('[1, ');
    await expect(form.locator('.jp-CallField-problem').first()).toContainText('expected a value');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('-9000000');
    await expect(form.locator('.jp-EditField-note').first()).toHaveText(
      'float · sent as -9000000.0',
    );
    await expectFigure('-10.250'); // nothing is sent by typing
    await page.keyboard.press('Enter');
    await expectFigure('-9.000');
    await expect(form).toHaveCount(0);
    await expect(table).toBeFocused();

    // Undo says what it would do, and its button does it.
    await page.keyboard.press('Control+z');
    await expect(form.locator('.jp-EditForm-head')).toHaveText(
      'Undo: cooling.detuning back to -10250000.0?',
    );
    await page.keyboard.press('Enter');
    await expectFigure('-10.250');

    // Another person sets it while the editor is open; and then the type is another.
    await page.keyboard.press('F2');
    await expect(value).toBeFocused();
    await lab.setDataset('cooling.detuning', '-8e6');
    await expect(form.locator('.jp-EditForm-now')).toContainText('the instrument says now');
    await page.keyboard.type('"off"');
    await page.keyboard.press('Enter');
    const asks = form.locator('.jp-EditForm-asks');
    await expect(asks).toContainText('The instrument has another value by now: -8000000.0.');
    await expect(asks).toContainText('It becomes str; it was float.');
    await expectFigure('-8.000');
    await page.keyboard.press('Enter');
    await expectFigure('off');

    // Without its connection it is not armed any more.
    await lab.kill();
    await expect(table.locator('.jp-EditPanel-says')).toContainText('the connection was lost');
    await expect(table).not.toHaveClass(/jp-mod-armed/);
  } finally {
    await lab.kill();
  }
});

test.describe('an instrument that is read-only', () => {
  test.use({ mockSettings: withInstruments(MASTER) });

  test('is not edited; without the mark datasets are made, renamed, deleted', async ({
    page,
    tmpPath,
  }) => {
    await openNotebook(page, tmpPath, 'new.ipynb', [
      'import labwire as lw\nlw.dataset("demo+sipyco+sync:///schedule")',
      `lw.dataset("${DEMO}")`,
    ]);
    await runAll(page);
    // What no target takes is not edited, and says so where editing is looked for.
    const schedule = viewOf(page, 'schedule');
    await schedule.locator('[data-tool=edit]').focus();
    await page.keyboard.press('Enter');
    await expect(schedule.getByRole('note')).toContainText(
      'What schedule publishes cannot be edited',
    );
    const table = viewOf(page, 'datasets');
    await table.scrollIntoViewIfNeeded();
    await expectLive(table);
    const tool = table.locator('[data-tool=edit]');
    await tool.focus();
    await tool.click();
    const card = table.getByRole('group', { name: 'Edit the datasets of this view' });
    await expect(card.locator('.jp-ArmCard-says')).toContainText('Read-only');
    await card.getByRole('button', { name: 'Arm' }).click({ force: true });
    await expect(table).not.toHaveClass(/jp-mod-armed/);
    await page.keyboard.press('Escape');
    await expect(card).toHaveCount(0);

    // The person takes the mark off.
    const sidebar = await showSidebar(page);
    const row = sidebar.locator('.jp-InstrumentsSection .jp-LabwireRows-row').first();
    await row.hover();
    await row.getByRole('button', { name: 'Edit (F2): master' }).click();
    await sidebar.getByRole('checkbox', { name: 'Read-only' }).uncheck();
    await sidebar.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(row.locator('.jp-LabwireRows-detail')).not.toContainText('read-only');
    await arm(table, page, 'demo lab');

    const form = table.locator('.jp-EditForm');
    const field = (name: string) => form.getByRole('textbox', { name, exact: true });
    await table.getByRole('button', { name: 'New…' }).click();
    await field('Name').fill('temperature');
    await field('Value').fill('(1, 2.0)');
    await field('Unit').fill('V');
    await form.getByRole('button', { name: 'Make ⏎' }).click();
    await expect(form).toContainText('there is a dataset "temperature" already');
    await field('Name').fill('mine');
    await field('Name').press('Enter');
    await expect(form).toHaveCount(0);
    await expectValue(table, 'mine', '(1, 2.0)');

    await choose(table, page, 'mine');
    await page.keyboard.press('Enter');
    await form.getByRole('button', { name: 'Rename…' }).click();
    await field('New name').fill('yours');
    await page.keyboard.press('Enter');
    await expect(form.locator('.jp-EditForm-asks')).toContainText('mine becomes yours');
    await page.keyboard.press('Enter');
    await expect(form).toHaveCount(0);
    await choose(table, page, 'yours');
    await expectValue(table, 'yours', '(1, 2.0)');

    await page.keyboard.press('Delete');
    await expect(form).toContainText('Delete yours?');
    await page.keyboard.press('Escape');
    await expect(form).toHaveCount(0);
    await expectValue(table, 'yours', '(1, 2.0)');
    await page.keyboard.press('Delete');
    await form.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(table.locator('.jp-TableView-note')).toHaveText('No name contains “yours”.');
    await table.getByRole('button', { name: 'Undo: bring back yours = (1, 2.0)' }).click();
    await form.getByRole('button', { name: 'Undo', exact: true }).click();
    await expectValue(table, 'yours', '(1, 2.0)');

    // A whole group, with the datasets that the filter hides: their names are shown first, and undo
    // brings back all of them, whatever their type.
    await choose(table, page, 'types.fraction');
    await page.keyboard.press('Home');
    await page.keyboard.press('Delete');
    const names = form.getByRole('list', { name: 'Datasets of the group' });
    await expect(names).toBeFocused();
    await expect(form.locator('.jp-EditForm-head')).toHaveText(
      /^Delete all 4\d datasets in types\?$/,
    );
    await expect(names).toContainText('types.array_all_nan');
    const count = await names.getByRole('listitem').count();
    await form.getByRole('button', { name: 'Delete all' }).click();
    await expect(table.locator('.jp-TableView-note')).toHaveText(
      'No name contains “types.fraction”.',
    );
    const undo = `Undo: bring back ${count} datasets of types`;
    await table.getByRole('button', { name: undo }).click();
    await form.getByRole('button', { name: 'Undo', exact: true }).click();
    await expectValue(table, 'fraction', 'Fraction(22, 7)');
    await expect(form).toHaveCount(0);

    await table.getByRole('button', { name: 'Disarm' }).click();
    await expect(table).not.toHaveClass(/jp-mod-armed/);
  });
});

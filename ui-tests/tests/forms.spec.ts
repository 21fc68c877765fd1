// Forms that outlive what they call: an instrument that goes and comes back, a reload, another tab.

import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import { choose, fieldOf, formOf, methodOf, showMethods, showSidebar } from './calls.js';
import { Demolab } from './lab.js';
import { reload } from './page.js';
import { OwnServer } from './server.js';

/** Once the layout that the server keeps has `text` in it. */
function saved(page: IJupyterLabPageFixture, text: string): Promise<unknown> {
  return page.waitForRequest(
    request =>
      request.url().includes('/api/workspaces') && (request.postData() ?? '').includes(text),
  );
}

test('by keyboard alone: add, browse, call; the instrument dies, the page is loaded anew', async ({
  page,
}) => {
  let lab = await Demolab.startInRow();
  try {
    // Add it by host and port.
    const sidebar = await showSidebar(page);
    const { keyboard } = page;
    await sidebar.getByRole('button', { name: 'Add instrument…' }).press('Enter');
    await expect(sidebar.getByRole('textbox', { name: 'Address' })).toBeFocused();
    await keyboard.type(`127.0.0.1:${lab.rpcPort}`);
    await keyboard.press('Enter');
    await expect(sidebar.getByRole('button', { name: 'Add', exact: true })).toBeVisible();
    await keyboard.press('Enter');
    await expect(sidebar.getByRole('button', { name: /, live/ })).toBeFocused();

    // Find a method, and call it.
    await keyboard.press('Control+Shift+c');
    await expect(page.locator('.jp-ModalCommandPalette input')).toBeFocused();
    await keyboard.type('Find a Method to Call');
    await expect(page.locator('.jp-ModalCommandPalette .lm-mod-active')).toContainText('Find a');
    await keyboard.press('Enter');
    const methods = sidebar.locator('.jp-MethodsSection');
    await expect(methods.getByRole('searchbox')).toBeFocused();
    await keyboard.type('siggen set_frequency');
    await expect(methodOf(methods, 'set_frequency')).toBeVisible();
    await expect(methods.getByRole('treeitem')).toHaveCount(2); // all others have been asked
    await keyboard.press('ArrowDown');
    await keyboard.press('End');
    await expect(methodOf(methods, 'set_frequency')).toBeFocused();
    await keyboard.press('Enter');
    const inSidebar = formOf(methods, 'siggen.set_frequency');
    await expect(fieldOf(inSidebar, 'channel')).toBeFocused();
    await keyboard.type('0');
    await keyboard.press('Tab');
    await keyboard.type('1.5e6');
    await keyboard.press('Enter');
    await expect(inSidebar.locator('.jp-CallResult-value')).toHaveText('1500000.0');

    // In a tab of its own, with what was typed.
    await inSidebar.getByRole('button', { name: 'Open in a tab' }).press('Enter');
    const form = formOf(page.locator('#jp-main-dock-panel'), 'siggen.set_frequency');
    await expect(fieldOf(form, 'channel')).toBeFocused();
    const layout = saved(page, '2.5e6');
    await fieldOf(form, 'frequency').fill('2.5e6');
    await layout;

    // The instrument dies: the form says so, and keeps what was typed.
    const { port } = lab;
    await lab.kill();
    await fieldOf(form, 'frequency').press('Enter');
    await expect(form.locator('.jp-ErrorCard')).toContainText(`127.0.0.1:${lab.rpcPort}`);
    // Which of these depends on who hears first of the death: the bridge, or the form.
    await expect(form.locator('.jp-CallResult')).toContainText(
      /Nothing was sent\.|The call was sent: |It is not known whether the call was sent: /,
    );
    await expect(fieldOf(form, 'frequency')).toHaveValue('2.5e6');

    // It is back, and so is the form after a reload: nothing is called before the person does.
    lab = await Demolab.start(port);
    await expect(async () => {
      await fieldOf(form, 'frequency').press('Enter');
      await expect(form.locator('.jp-CallResult-value')).toHaveText('2500000.0', {
        timeout: 2000,
      });
    }).toPass();
    await reload(page);
    await expect(fieldOf(form, 'channel')).toHaveValue('0');
    await expect(fieldOf(form, 'frequency')).toHaveValue('2.5e6');
    await expect(form).toContainText('Nothing is sent before you press Call.');
    await expect(form.locator('.jp-CallResult')).toHaveCount(0);
    await fieldOf(form, 'frequency').press('Enter');
    await expect(form.locator('.jp-CallResult-value')).toHaveText('2500000.0');
  } finally {
    await lab.kill();
  }
});

test('in two tabs of the browser: one list, and each its own calls, every one confirmed', async ({
  browser,
}) => {
  const [server, lab] = await Promise.all([OwnServer.start(), Demolab.start()]);
  const context = await browser.newContext();
  try {
    const one = await context.newPage();
    await one.goto(`${server.url}/lab`);
    const sidebar = await showSidebar(one);
    await sidebar.getByRole('button', { name: 'Add instrument…' }).click();
    await sidebar.getByRole('textbox', { name: 'Address' }).fill(`127.0.0.1:${lab.rpcPort}`);
    await sidebar.getByRole('textbox', { name: 'Address' }).press('Enter');
    await sidebar.getByRole('checkbox', { name: 'Confirm every call' }).check();
    await sidebar.getByRole('button', { name: 'Add', exact: true }).click();
    const first = await choose(sidebar.locator('.jp-MethodsSection'), 'siggen', 'set_power');
    await fieldOf(first, 'channel').fill('1');

    // The other has the same instrument, and the same wish.
    const other = await context.newPage();
    await other.goto(`${server.url}/lab/workspaces/other`);
    const second = await choose(await showMethods(other), 'siggen', 'set_power');
    await fieldOf(second, 'channel').fill('1');
    await fieldOf(second, 'power').fill('2.5');
    await fieldOf(second, 'power').press('Enter');
    await expect(second).toContainText('Calls of this instrument are confirmed.');
    await expect(second.getByRole('button', { name: 'Do not' })).toBeFocused();
    await other.keyboard.press('Escape');
    await expect(second.getByRole('button', { name: 'Call it' })).toHaveCount(0);
    await expect(second.locator('.jp-CallResult')).toHaveCount(0);
    await other.keyboard.press('Enter');
    await second.getByRole('button', { name: 'Call it' }).click();
    await expect(second.locator('.jp-CallResult-value')).toHaveText('2.5');

    // Nothing of that in the first, which goes on.
    await one.bringToFront();
    await expect(first.locator('.jp-CallResult')).toHaveCount(0);
    await expect(first.locator('.jp-CallHistory')).toBeHidden();
    await other.close();
    await fieldOf(first, 'power').fill('-1.0');
    await fieldOf(first, 'power').press('Enter');
    await first.getByRole('button', { name: 'Call it' }).click();
    await expect(first.locator('.jp-CallResult-value')).toHaveText('-1.0');
    await expect(first.getByText('History (1)')).toBeVisible();
  } finally {
    await context.close();
    await Promise.all([lab.kill(), server.remove()]);
  }
});

// What stays in a notebook, and what a notebook from elsewhere may not do.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import {
  DEMO,
  expectLive,
  expectMoving,
  openNotebook,
  pictureOf,
  runAll,
  stateOf,
  VIEW_MIME,
  viewOf,
} from './page.js';
import { python } from './server.js';

type Output = {
  readonly data: { readonly [mime: string]: unknown };
  readonly metadata: { readonly [mime: string]: unknown };
};

async function savedOutput(page: IJupyterLabPageFixture, file: string): Promise<Output> {
  const text = await page.evaluate(async path_ => {
    const { contents } = window.jupyterapp.serviceManager;
    return JSON.stringify((await contents.get(path_)).content);
  }, file);
  return JSON.parse(text).cells[0].outputs[0] as Output;
}

test.describe('a frozen view', () => {
  test('keeps picture and text, for readers without trust and for nbconvert', async ({
    page,
    tmpPath,
  }) => {
    const file = `${tmpPath}/frozen.ipynb`;
    await openNotebook(page, tmpPath, 'frozen.ipynb', [
      `import labwire as lw\nlw.dataset("${DEMO}", "rabi.p", x="rabi.t", title="scan")`,
    ]);
    await runAll(page);
    const scan = viewOf(page, 'scan');
    await expectMoving(scan);
    await scan.hover();
    await scan.getByRole('button', { name: /^Freeze/ }).click();
    await expect(stateOf(scan)).toHaveText(/^frozen at \d\d:\d\d:\d\d$/);
    const picture = await pictureOf(scan);
    // It says so once the output has the picture: what is saved from then on keeps it.
    await page.notebook.save();
    const output = await savedOutput(page, file);
    const png = String(output.data['image/png']);
    expect(Buffer.from(png, 'base64').subarray(1, 4).toString()).toBe('PNG');
    expect(png.length * 0.75).toBeLessThan(200_000);
    expect(String(output.data['text/plain'])).toMatch(
      /^scan: float64\[250\], \d+ of 250 points measured; last 0\.\d+\nfrozen at \d{4}-.* · demo\+sipyco\+sync:/,
    );
    expect(output.data[VIEW_MIME]).toMatchObject({ version: 1 });

    // As nbconvert shows it: the picture, without any Labwire.
    const home = process.env.LABWIRE_UI_HOME ?? '';
    const { stdout } = await promisify(execFile)(
      python,
      ['-m', 'nbconvert', '--to', 'html', '--stdout', path.join(home, 'notebooks', file)],
      { maxBuffer: 100_000_000 },
    );
    expect(stdout.replace(/\s/g, '')).toContain(png.slice(0, 400).replace(/\s/g, ''));

    // Reopened with trust it is the picture still, and goes live when asked.
    await page.notebook.close(true);
    await page.notebook.openByPath(file);
    await expect(stateOf(scan)).toHaveText(/^frozen at/);
    await expect(scan.locator('.jp-LiveView-overlay img')).toBeVisible();
    await scan.getByRole('button', { name: 'Go live', exact: true }).click();
    await expectLive(scan);
    expect(await pictureOf(scan)).not.toBe(picture);
  });

  test('without trust is a picture or text, and connects to nothing', async ({ page, tmpPath }) => {
    const asked: string[] = [];
    page.on('request', request => asked.push(request.url()));
    const spec = {
      version: 1,
      view: 'trace',
      sources: [{ role: 'y', address: `${DEMO}#rabi.p` }],
      options: {},
    };
    await openNotebook(page, tmpPath, 'foreign.ipynb', [{ view: spec, text: 'rabi.p, a trace' }]);
    await expect(page.getByText('rabi.p, a trace')).toBeVisible();
    await expect(page.locator('.jp-LiveView')).toHaveCount(0);
    expect(asked.filter(url => url.includes('/labwire-worker.'))).toEqual([]);
  });
});

test('a link in an untrusted notebook runs no command that changes anything', async ({
  page,
  tmpPath,
}) => {
  test.setTimeout(240_000);
  const commands = await page.evaluate(() =>
    window.jupyterapp.commands.listCommands().filter(id => id.startsWith('labwire:')),
  );
  expect(commands.length).toBeGreaterThanOrEqual(45);
  const described = await page.evaluate(
    ids =>
      Promise.all(ids.map(async id => (await window.jupyterapp.commands.describedBy(id)).args)),
    commands,
  );
  expect(described).toEqual(commands.map(() => ({ type: 'object', properties: {} })));
  const args = JSON.stringify({
    address: `${DEMO}#temperature`,
    spec: { version: 1, view: 'number', sources: [{ role: 'value', address: DEMO }], options: {} },
    questionId: 1,
    answer: 'always',
    endpoint: '10.255.0.7:3251',
  }).replace(/"/g, '&quot;');
  const html = commands
    .map(
      id =>
        `<p><button data-commandlinker-command="${id}" data-commandlinker-args="${args}">run ${id}</button></p>`,
    )
    .join('');
  await openNotebook(page, tmpPath, 'live.ipynb', [
    `import labwire as lw\nlw.dataset("${DEMO}", "temperature")`,
    'lw.dataset("sipyco+sync://10.255.0.7:3251/datasets", "x", title="asking")',
    'lw.rpc("demo+sipyco+rpc:///siggen", method="reset")',
    'lw.rpc("demo+sipyco+rpc:///motor")',
  ]);
  await runAll(page);
  await expectLive(viewOf(page, 'temperature'));
  await expect(stateOf(viewOf(page, 'asking'))).toHaveText(/waiting for your answer$/);
  // The person was in a form and in a view before: these are what a command of the palette acts on.
  const form = page.getByRole('group', { name: 'Call siggen.reset' });
  const call = form.getByRole('button', { name: 'Call ⏎' });
  await form.getByText('Nothing is sent before you press Call.').click();
  const run = (name: string) =>
    page.evaluate(id => window.jupyterapp.commands.execute(id), `labwire:${name}`);
  await run('go-to-connect'); // leads to the button, and connects nothing
  await expect(form.getByRole('button', { name: /^Connect, and show/ })).toBeFocused();
  await run('add-argument');
  await expect(form.getByRole('textbox', { name: 'Argument 1' })).toBeFocused();
  await run('remove-argument');
  await expect(form.getByRole('textbox')).toHaveCount(0);
  await run('go-to-call');
  await expect(call).toBeFocused();
  const offer = page.locator('.jp-CallOffer');
  await offer.locator('code').click();
  await run('go-to-offer');
  await expect(offer.getByRole('button', { name: /^Connect, and list/ })).toBeFocused();
  await viewOf(page, 'temperature').click();
  await openNotebook(page, tmpPath, 'foreign.ipynb', [{ html }]);

  for (const id of commands) {
    await page.getByRole('button', { name: `run ${id}`, exact: true }).click();
    // JupyterLab asks first. The person says yes: it must be harmless all the same.
    await page.getByRole('button', { name: /^Run/ }).first().click();
    // What a command may do is open its control; the person then leaves it.
    const dialog = page.locator('.jp-Dialog', { hasNotText: 'Run Once' });
    if (id === 'labwire:open-view') {
      await expect(dialog.getByLabel('Address', { exact: true })).toHaveValue('');
      await page.keyboard.press('Escape');
    }
    if (id === 'labwire:review-questions') {
      await expect(dialog).toContainText('May Labwire connect to 10.255.0.7:3251?');
      await page.keyboard.press('Escape');
    }
    await expect(page.locator('.jp-Dialog', { hasText: 'Run Once' })).toHaveCount(0);
    await expect(dialog).toHaveCount(0);
  }

  expect(await page.locator('.lm-DockPanel-tabBar .lm-TabBar-tab').allInnerTexts()).toEqual(
    expect.not.arrayContaining(['temperature', 'datasets']),
  );
  expect(await page.notebook.getCellCount()).toBe(1);
  await page.notebook.activate('live.ipynb');
  await expect(form).toContainText('Nothing is sent before you press Call.');
  await expect(form.getByRole('textbox')).toHaveCount(0);
  await expect(offer).toBeAttached(); // it has listed nothing
  const temperature = viewOf(page, 'temperature');
  await expectLive(temperature);
  await expect(temperature.getByRole('button', { name: /^Pause/ })).toHaveAttribute(
    'aria-pressed',
    'false',
  );
  await expect(temperature.locator('.jp-LiveView-card')).toBeEmpty();
  await expect(stateOf(viewOf(page, 'asking'))).toHaveText(/waiting for your answer$/);
});

// npm run screenshots: the pictures of README and docs, taken from the real thing: the demo lab on a
// port, JupyterLab with the wheel, the first example in a Chromium. Into docs/images/.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';
import { startDemolab, startJupyterLab } from './services.mjs';
import { checkNode, ensureNodeModules, ensurePython, ensureWheel } from './setup.mjs';
import { main, root } from './steps.mjs';

const IMAGES = path.join(root, 'docs/images');
const PATIENCE_MS = 60_000;

await main(async () => {
  checkNode();
  await Promise.all([ensureNodeModules(), ensurePython()]);
  await ensureNodeModules('ui-tests');
  await build();
  await ensureWheel();
  const { chromium } = createRequire(path.join(root, 'ui-tests/package.json'))('@playwright/test');
  await mkdir(IMAGES, { recursive: true });

  const folder = await mkdtemp(path.join(tmpdir(), 'labwire-screenshots-'));
  const services = [];
  let browser;
  try {
    await copyExample(folder);
    const demolab = await startDemolab();
    services.push(demolab.service);
    const lab = await startJupyterLab({
      name: 'screenshots',
      env: { LABWIRE_DEMO_SYNC: demolab.address },
      port: 0,
      folder,
    });
    services.push(lab.service);
    browser = await chromium.launch({ ...(await findChromium()), args: CHROMIUM_ARGS });
    for (const theme of ['light', 'dark']) {
      await photograph(browser, lab, theme);
    }
  } finally {
    await browser?.close();
    await Promise.all(services.map(service => service.stop()));
    await rm(folder, { recursive: true, force: true });
  }
});

// Headings and views: a picture needs no prose. The cell that sleeps for a minute is not run.
async function copyExample(folder) {
  const name = '01-live-datasets.ipynb';
  const notebook = JSON.parse(await readFile(path.join(root, 'examples', name), 'utf8'));
  const end = notebook.cells.findIndex(cell => cell.id === 'busy');
  notebook.cells = notebook.cells.slice(0, end);
  for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === 'markdown')) {
    cell.source = cell.source.slice(0, 1).filter(line => line.startsWith('#'));
  }
  notebook.cells = notebook.cells.filter(({ source }) => source.length > 0);
  await writeFile(path.join(folder, name), JSON.stringify(notebook));
}

async function photograph(browser, lab, theme) {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 1290 },
    locale: 'en-US',
    colorScheme: theme,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await setTheme(lab, theme);
  await page.goto(`${lab.url}/lab/tree/01-live-datasets.ipynb?token=${lab.token}&reset`);
  await page.locator('.jp-Notebook .jp-CodeCell').first().waitFor();
  await page.keyboard.press('Control+b'); // the file browser goes
  await page.locator('.jp-Notebook .jp-Cell').first().click();
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
  await page.getByText('Run All Cells', { exact: true }).click();

  const view = index => page.locator('.jp-LiveView').nth(index); // in the order of the notebook
  const live = (one, words) =>
    one.locator('.jp-StateLine[data-state="live"]', { hasText: words }).waitFor();
  // Only what can be seen is drawn, so each is scrolled to before it is waited for.
  const suffix = theme === 'light' ? '' : `-${theme}`;
  for (const [index, words, name] of [
    [1, '/s', 'image'],
    [2, '/s', 'number'],
    [4, 'values', 'table'],
    // Enough of the scan that one sees what it will be.
    [0, /\b(1[5-9]\d|2\d\d) of 250 points/, 'trace'],
  ]) {
    await view(index).scrollIntoViewIfNeeded();
    await live(view(index), words);
    await page.mouse.move(1, 1); // tool bars show on hover
    if (theme === 'light') {
      await view(index).screenshot({ path: path.join(IMAGES, `${name}.png`) });
    }
  }
  await page.locator('.jp-Notebook .jp-Cell').first().scrollIntoViewIfNeeded();
  await live(view(0), '/s');
  await live(view(1), '/s');
  await page.mouse.move(1, 1);
  await page.screenshot({ path: path.join(IMAGES, `live-datasets${suffix}.png`) });
  await context.close();
}

async function setTheme(lab, theme) {
  const name = theme === 'light' ? 'JupyterLab Light' : 'JupyterLab Dark';
  const answer = await fetch(`${lab.url}/lab/api/settings/@jupyterlab/apputils-extension:themes`, {
    method: 'PUT',
    headers: { Authorization: `token ${lab.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ raw: JSON.stringify({ theme: name }) }),
  });
  if (!answer.ok) {
    throw new Error(`the theme could not be set: ${answer.status}`);
  }
}

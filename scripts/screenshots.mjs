// npm run screenshots: the pictures of README and docs, taken from the real thing: the demo lab on a
// port, JupyterLab with the wheel, the first example and the sidebar in a Chromium. Into docs/images/.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';
import { startDemolab, startJupyterLab } from './services.mjs';
import { checkNode, ensureAll, ensureWheel } from './setup.mjs';
import { main, root } from './steps.mjs';

const IMAGES = path.join(root, 'docs/images');
const PATIENCE_MS = 60_000;

await main(async () => {
  checkNode();
  await ensureAll();
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
      isFresh: true, // what was added to the sidebar the last time is not in it
    });
    services.push(lab.service);
    browser = await chromium.launch({ ...(await findChromium()), args: CHROMIUM_ARGS });
    for (const theme of ['light', 'dark']) {
      await photograph(browser, lab, theme);
    }
    await photographSidebar(browser, lab);
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
  for (const source of [
    'lw.dataset(LAB, "rabi.p", x="rabi.t", error="rabi.p_err", fit="rabi.fit", title="Points and fit")',
    'lw.log("demo+sipyco+broadcast:///log", title="Log of the demo lab")',
  ]) {
    const id = `more-${notebook.cells.length}`;
    notebook.cells.push({
      cell_type: 'code',
      id,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    });
  }
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
  await page.getByText('Python 3 (ipykernel) | Idle').waitFor(); // on a busy machine it takes its time
  await page.locator('.jp-Notebook .jp-Cell').first().click();
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
  await page.getByText('Run All Cells', { exact: true }).click();

  const view = title => page.locator(`.jp-LiveView[aria-label="${title}"]`);
  const live = (one, words) =>
    one.locator('.jp-StateLine[data-state="live"]', { hasText: words }).waitFor();
  // Only what can be seen is drawn, so each is scrolled to before it is waited for.
  const suffix = theme === 'light' ? '' : `-${theme}`;
  for (const [title, words, name] of [
    ['Ion chain', '/s', 'image'],
    ['temperature', '/s', 'number'],
    ['datasets', 'values', 'table'],
    ['Log of the demo lab', '/s', 'log'],
    // Enough of the scan that one sees what it will be.
    ['Points and fit', /\b(1[5-9]\d|2\d\d) of 250 points/, 'xy'],
    ['Photons', 'bins', 'histogram'],
    ['Photons by pulse length', 'points', 'xy-hist'],
    ['Rabi scan', /\b(1[5-9]\d|2\d\d) of 250 points/, 'trace'],
  ]) {
    await view(title).scrollIntoViewIfNeeded();
    await live(view(title), words);
    if (name === 'xy-hist') {
      const means = view(title).locator('.u-over').first();
      await means.click({ position: { x: 60, y: 60 } });
    }
    await page.mouse.move(1, 1); // tool bars show on hover
    if (theme === 'light') {
      await view(title).screenshot({ path: path.join(IMAGES, `${name}.png`) });
    }
  }
  await page.locator('.jp-Notebook .jp-Cell').first().scrollIntoViewIfNeeded();
  await live(view('Rabi scan'), '/s');
  await live(view('Ion chain'), '/s');
  await page.mouse.move(1, 1);
  await page.screenshot({ path: path.join(IMAGES, `live-datasets${suffix}.png`) });
  await context.close();
}

// The list with the demo lab, its methods, and a form with what a call returned.
async function photographSidebar(browser, lab) {
  const context = await browser.newContext({
    viewport: { width: 900, height: 760 },
    locale: 'en-US',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await setTheme(lab, 'light');
  await page.goto(`${lab.url}/lab?token=${lab.token}&reset`);
  await page.locator('.jp-Launcher').waitFor(); // until then the layout chooses a panel of its own
  await page.getByRole('tab', { name: 'Labwire: instruments, methods, live views' }).click();
  const sidebar = page.locator('#labwire-sidebar');
  // Wide enough to read what is in it.
  const handle = page.locator('#jp-main-split-panel > .lm-SplitPanel-handle').first();
  const box = await handle.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + 160, box.y + 300, { steps: 5 });
  await page.mouse.up();
  await sidebar.getByRole('button', { name: 'Try the demo lab' }).click();
  await sidebar.locator('.jp-LabwireRows-row[data-state="live"]').nth(1).waitFor();
  await page.mouse.move(850, 700);
  await sidebar.screenshot({ path: path.join(IMAGES, 'instruments.png') });

  await sidebar.getByRole('searchbox').fill('siggen set_frequency');
  await sidebar.getByRole('treeitem').filter({ hasText: 'set_frequency(' }).click();
  const field = name => sidebar.getByRole('textbox', { name: new RegExp(`^${name}`) });
  await field('channel').fill('0');
  await field('frequency').fill('80e6');
  await field('frequency').press('Enter');
  await sidebar.locator('.jp-CallResult-value').waitFor();
  await page.mouse.move(850, 700);
  await sidebar.screenshot({ path: path.join(IMAGES, 'methods.png') });
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

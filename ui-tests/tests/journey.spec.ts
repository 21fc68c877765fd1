// The first thing that a person does: run the cells and see datasets fill up, while the kernel is busy.

import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import { Demolab } from './lab.js';
import {
  coloursAt,
  DEMO,
  expectLive,
  expectMoving,
  expectValue,
  openNotebook,
  runAll,
  viewOf,
} from './page.js';

const PATIENCE_MS = 30_000; // a picture is drawn again when its size is known

function cellsFor(address: string): readonly string[] {
  return [
    `import labwire as lw\nLAB = "${address}"`,
    'lw.dataset(LAB, "rabi.p", x="rabi.t", error="rabi.p_err", title="scan")',
    'lw.dataset(LAB, "camera.frame", title="camera")',
    'lw.dataset(LAB, "temperature")',
    'lw.dataset(LAB, title="all")',
    'lw.dataset(LAB, "photons.bins", view="trace", title="line")',
    'lw.dataset(LAB, "types.array_2d", view="image", title="steps")',
    'print("busy"); import time; time.sleep(600)',
  ];
}

async function expectJourney(page: IJupyterLabPageFixture): Promise<void> {
  const [scan, camera, temperature, all] = ['scan', 'camera', 'temperature', 'all'].map(title =>
    viewOf(page, title),
  ) as [ReturnType<typeof viewOf>, ...ReturnType<typeof viewOf>[]];
  await expect(page.getByText('busy', { exact: true })).toBeVisible();

  // All of it is live while the kernel sleeps.
  for (const view of [scan, camera!, temperature!, all!]) {
    await view.scrollIntoViewIfNeeded(); // what is not seen gets no frames
    await expectLive(view);
  }
  await expect(scan.locator('.jp-StateLine-text')).toHaveText(/ of 250 points/);
  await expect(temperature!.locator('.jp-NumberView-unit')).toHaveText('°C');
  await expect(temperature!.locator('.jp-NumberView-text')).toHaveText(/^\d\d\.\d{3}$/);
  await expectValue(all!, 'exposure', '80.0');
  await expectValue(all!, 'detuning', '-10.250');

  for (const view of [scan, camera!, temperature!]) {
    await view.scrollIntoViewIfNeeded();
    await expectMoving(view);
  }
  await expectLine(page);
  await expectSteps(page);
}

// photons.bins is 0, 1, … 48: on axes from 0 to 48 and 0 to 50 its curve is known pixel by pixel.
async function expectLine(page: IJupyterLabPageFixture): Promise<void> {
  const line = viewOf(page, 'line');
  await line.scrollIntoViewIfNeeded();
  await expectLive(line);
  await expect(line.locator('.u-over')).toBeVisible();
  const at = [6, 12, 24, 36, 47].map(x => [x / 48, 1 - x / 50] as const);
  const beside = at.map(([x, y]) => [x, y - 0.06] as const);
  const read = (places: readonly (readonly [number, number])[]) =>
    coloursAt(line.locator('canvas'), line.locator('.u-over'), places);
  await expect(async () => {
    for (const [r, g, b] of await read(at)) {
      expect(b > 150 && r < 100 && g < 160, `the curve is rgb(${r}, ${g}, ${b})`).toBe(true);
    }
    for (const [r, g, b] of await read(beside)) {
      expect(Math.max(r, g, b) - Math.min(r, g, b), 'grey beside the curve').toBeLessThan(16);
    }
  }).toPass({ timeout: PATIENCE_MS });
}

// types.array_2d counts up row by row: viridis from its darkest to its lightest colour.
async function expectSteps(page: IJupyterLabPageFixture): Promise<void> {
  const steps = viewOf(page, 'steps');
  await steps.scrollIntoViewIfNeeded();
  await expectLive(steps);
  await expect(steps.locator('.jp-StateLine-last')).toHaveText('4 × 3');
  const [columns, rows] = [4, 3];
  const surface = steps.locator('.jp-ImageView-surface');
  await expect(async () => {
    const box = await surface.evaluate(node => [node.clientWidth, node.clientHeight] as const);
    const scale = Math.min(box[0] / columns, box[1] / rows);
    const left = (box[0] - columns * scale) / 2;
    const top = (box[1] - rows * scale) / 2;
    const centres = Array.from({ length: columns * rows }, (_, i) => {
      const x = left + ((i % columns) + 0.5) * scale;
      const y = top + (Math.floor(i / columns) + 0.5) * scale;
      return [x / box[0], y / box[1]] as const;
    });
    const colours = await coloursAt(surface.locator('canvas'), surface, centres);
    const light = colours.map(([r, g, b]) => 0.21 * r + 0.72 * g + 0.07 * b);
    expect(colours[0]![0]).toBeLessThan(80);
    expect(colours[0]![2]).toBeGreaterThan(70);
    expect(colours.at(-1)![0]).toBeGreaterThan(220);
    expect(
      light.every((value, i) => i === 0 || value > light[i - 1]!),
      `lightness ${light.map(Math.round).join(' ')}`,
    ).toBe(true);
  }).toPass({ timeout: PATIENCE_MS });
}

test.describe('the journey', () => {
  test.setTimeout(240_000);

  test('runs with no publisher, in the worker', async ({ page, tmpPath }) => {
    await openNotebook(page, tmpPath, 'demo.ipynb', cellsFor(DEMO));
    await runAll(page);
    await expectJourney(page);
  });

  test('runs through TCP, bridge kernel and websocket', async ({ page, tmpPath }) => {
    const lab = await Demolab.start();
    try {
      await openNotebook(page, tmpPath, 'real.ipynb', cellsFor(lab.address));
      await runAll(page);
      await expectJourney(page);
      for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
        await page.theme.setTheme(theme);
        await viewOf(page, 'scan').scrollIntoViewIfNeeded();
        await expectMoving(viewOf(page, 'scan'));
        await page.screenshot({ path: `test-results/${theme.replace(/ /g, '-')}.png` });
      }
    } finally {
      await lab.kill();
    }
  });

  test('costs nothing before the first view', async ({ page, tmpPath }) => {
    const asked: string[] = [];
    page.on('request', request => {
      asked.push(request.url());
    });
    const isWorker = (url: string) => url.includes('/labwire-worker.');
    await openNotebook(page, tmpPath, 'none.ipynb', [
      '1 + 1',
      `import labwire as lw\nlw.dataset("${DEMO}", "temperature")`,
    ]);
    await page.notebook.runCell(0);
    await expect(page.getByText('2', { exact: true }).first()).toBeVisible();
    expect(asked.filter(isWorker)).toEqual([]);
    await page.notebook.runCell(1);
    await expectLive(viewOf(page, 'temperature'));
    expect(asked.filter(isWorker)).toHaveLength(1);
  });

  test('runs where the worker’s file cannot be loaded, and under an odd language', async ({
    page,
    tmpPath,
  }) => {
    const refused: string[] = [];
    await page.route(/\/labwire-worker\./, route => {
      refused.push(route.request().url());
      return route.abort();
    });
    // What Chromium reports under LANG=C.UTF-8: no language tag, at which uPlot throws on import.
    await page.evaluate(() => {
      Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' });
    });
    await openNotebook(page, tmpPath, 'blob.ipynb', [
      `import labwire as lw\nlw.dataset("${DEMO}", "photons.bins", view="trace", title="line")`,
    ]);
    await runAll(page);
    await expectLine(page);
    expect(refused).toHaveLength(1);
    expect(await page.evaluate(() => navigator.language)).toBe('en-US@posix');
  });
});

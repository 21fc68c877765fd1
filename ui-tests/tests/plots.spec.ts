// Histograms, points with fits, and histograms over x: drawn where the data say, chosen by hand.

import { readFileSync } from 'node:fs';
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { Demolab } from './lab.js';
import { coloursAt, expectLive, openNotebook, runAll, stateOf, viewOf } from './page.js';

type Place = readonly [x: number, y: number];

/** A line is as thin as a pixel: looked for a little above and below as well. */
const NEAR = [-0.012, -0.008, -0.004, 0, 0.004, 0.008, 0.012];

/** At shares of the plot's axes, 0 at the left and at the bottom: is there the colour of `series`? */
async function isDrawn(
  plot: Locator,
  places: readonly Place[],
  series: 0 | 1 = 0,
): Promise<readonly boolean[]> {
  const colours = await coloursAt(
    plot.locator('canvas').first(),
    plot.locator('.u-over'),
    places.flatMap(([x, y]) => NEAR.map(dy => [x, 1 - y + dy] as const)),
  );
  const isSeries = colours.map(([r, g, b]) =>
    series === 0 ? b > 150 && r < 80 : r > 120 && g > 100 && b < 130,
  );
  return places.map((_place, index) =>
    isSeries.slice(index * NEAR.length, (index + 1) * NEAR.length).includes(true),
  );
}

const DATA = {
  'm.n': '7',
  'm.counts': 'np.array([0, 10, 5])',
  'm.edges': 'np.array([0., 1., 2., 4.])',
  'm.x': 'np.array([2., 0., 1.])',
  'm.p': 'np.array([2., 1., 3.])',
  'm.e': 'np.array([.5, .5, .5])',
  'm.fit': 'np.array([2., 1., 3.])',
  'm.xs': 'np.array([10., 20., 30.])',
  'm.bins': 'np.array([0., 1., 2., 3.])',
  'm.rows': 'np.array([[4, 0, 0], [0, 4, 0], [0, 0, 4]])',
};

test('histogram, xy and xy_hist show their data, and say what does not fit', async ({
  page,
  tmpPath,
}) => {
  const lab = await Demolab.start();
  try {
    await Promise.all(Object.entries(DATA).map(([name, value]) => lab.setDataset(name, value)));
    const call = (rest: string) => `lw.dataset("${lab.address}", ${rest})`;
    await openNotebook(page, tmpPath, 'plots.ipynb', [
      `import labwire as lw\n${call('"m.counts", view="histogram", x="m.edges", title="run {m/n:03d}"')}`,
      call('"m.p", x="m.x", error="m.e", fit="m.fit"'),
      call('"m.rows", x="m.xs", bins="m.bins"'),
    ]);
    await runAll(page);

    // Counts of 0, 10 and 5 between 0, 1, 2 and 4; the axis ends at 10.
    const histogram = page.locator('.jp-LiveView[data-kind=histogram]');
    await expectLive(histogram);
    await expect(stateOf(histogram)).toHaveText(/ · 3 bins$/);
    await expect(histogram.locator('.jp-StateLine-last')).toHaveText('15 in all');
    await expect
      .poll(() =>
        isDrawn(histogram, [
          [0.13, 0.05],
          [0.38, 0.93],
          [0.72, 0.43],
          [0.72, 0.57],
        ]),
      )
      .toEqual([false, true, true, false]);
    await histogram.locator('.u-over').hover();
    await expect(histogram.locator('.jp-StateLine-last')).toHaveText(/^[12] to [24]: (10|5)$/);
    await expect(histogram.locator('.jp-LiveView-title')).toHaveText('run 007');
    await lab.setDataset('m.n', '8');
    await expect(histogram.locator('.jp-LiveView-title')).toHaveText('run 008');

    // Points at (2, 2), (0, 1), (1, 3); the line of the fit goes from one to the next by x.
    const xy = viewOf(page, 'm.p');
    await xy.scrollIntoViewIfNeeded();
    await expectLive(xy);
    await expect
      .poll(() =>
        isDrawn(xy, [
          [0.5, 0.75],
          [0.6, 0.9],
        ]),
      )
      .toEqual([true, false]);
    await expect
      .poll(() =>
        isDrawn(
          xy,
          [
            [0.264, 0.5],
            [0.736, 0.625],
            [0.5, 0.38],
          ],
          1,
        ),
      )
      .toEqual([true, true, false]);
    await xy.hover();
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      xy.getByRole('button', { name: 'Export the data as CSV' }).click(),
    ]);
    expect(
      readFileSync(await csv.path(), 'utf8')
        .split('\r\n')
        .slice(0, 2),
    ).toEqual(['m.x,m.p,m.e,m.fit', '2,2,0.5,2']);
    await lab.setDataset('m.p', 'np.array([2., 1.])');
    await expect(xy).toContainText('m.p has 2 values and m.x has 3: they must be equally long');
    await lab.setDataset('m.p', DATA['m.p']);
    await expect.poll(() => isDrawn(xy, [[0.5, 0.75]])).toEqual([true]);

    // Means of 0.5, 1.5 and 2.5: a click chooses the one in the middle, a key the next.
    const rows = viewOf(page, 'm.rows'); // it is of no kind before it is seen
    await rows.scrollIntoViewIfNeeded();
    await expectLive(rows);
    await expect(rows).toContainText('Click a point, or press ← or →, to see its histogram.');
    const [means, chosen] = [
      rows.locator('.jp-XYHistView-part').first(),
      rows.locator('.jp-XYHistView-part').last(),
    ];
    await means.locator('.u-over').click();
    await expect(chosen).toContainText('at 20: mean 1.5');
    await expect
      .poll(() =>
        isDrawn(chosen, [
          [0.17, 0.53],
          [0.53, 0.53],
          [0.83, 0.53],
        ]),
      )
      .toEqual([false, true, false]);
    await page.keyboard.press('ArrowRight');
    await expect(chosen).toContainText('at 30: mean 2.5');
    await expect
      .poll(() =>
        isDrawn(chosen, [
          [0.53, 0.53],
          [0.83, 0.53],
        ]),
      )
      .toEqual([false, true]);
  } finally {
    await lab.kill();
  }
});

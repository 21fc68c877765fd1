// Charts that a person describes: drawn from live data without compiling code, and refused by name.

import { readFileSync } from 'node:fs';
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { Demolab } from './lab.js';
import {
  coloursAt,
  DEMO,
  expectLive,
  openNotebook,
  pictureOf,
  runAll,
  setTheme,
  settledPictureOf,
  VIEW_MIME,
  viewOf,
} from './page.js';

const BAR_SPEC = `{
  "description": "Counts of each state",
  "data": {"name": "counts"},
  "mark": {"type": "bar", "tooltip": True},
  "params": [{"name": "least", "value": 0}, {"name": "chosen", "select": "point"}],
  "transform": [{"calculate": "datum.n * 1", "as": "m"}, {"filter": "datum.m >= least"}],
  "encoding": {
    "x": {"field": "state", "type": "nominal"},
    "y": {"field": "m", "type": "quantitative", "scale": {"domain": [0, 100]}},
    "color": {"condition": {"param": "chosen", "value": "#0072b2"}, "value": "#cccccc"}
  }
}`;

/** In the middle of each of so many bars, at a height from 0 to 1 of the axis: is there a bar? */
async function barsAt(chart: Locator, count: number, height: number): Promise<readonly boolean[]> {
  const canvas = chart.locator('.jp-ChartView-plot canvas');
  // The axis takes the left and the lower edge: bars are looked for across the rest.
  const places = Array.from({ length: count }, (_, bar) => {
    return [0.06 + (0.94 * (bar + 0.5)) / count, 0.03 + 0.8 * (1 - height)] as const;
  });
  const colours = await coloursAt(canvas, canvas, places);
  return colours.map(([r, g, b]) => b > 150 && r < 60 && g > 60);
}

test('a chart draws live data, in the colours of the theme, and compiles no code', async ({
  page,
  tmpPath,
}) => {
  const lab = await Demolab.start();
  const asked: string[] = [];
  page.on('request', request => {
    if (request.url().includes('/labwire-vega.')) {
      asked.push(request.url());
    }
  });
  try {
    await lab.setDataset('c.state', '["up", "down"]');
    await lab.setDataset('c.n', '[80, 30]');
    await openNotebook(page, tmpPath, 'chart.ipynb', [
      `import labwire as lw\nA = "${lab.address}"\n` +
        `lw.chart(${BAR_SPEC.replace(/\n\s*/g, ' ')}, ` +
        '{"counts": {"state": A + "#c.state", "n": A + "#c.n"}})',
    ]);
    // Labwire's own scripts compile no text to code. (JupyterLab does, to check settings.)
    await page.evaluate(() => {
      const compiled: string[] = [];
      const note = (texts: readonly unknown[]) => {
        const { stack = '' } = new Error();
        if (stack.includes('/labextensions/labwire/')) {
          compiled.push(`${texts.join(', ')}\n${stack}`);
        }
      };
      const { eval: evaluate } = window;
      Object.assign(window, {
        compiled,
        Function: new Proxy(Function, {
          apply: (target, self, texts) => {
            note(texts);
            return Reflect.apply(target, self, texts);
          },
          construct: (target, texts) => {
            note(texts);
            return Reflect.construct(target, texts);
          },
        }),
        eval: (text: string) => {
          note([text]);
          return evaluate(text);
        },
      });
    });
    expect(asked).toEqual([]);
    await runAll(page);
    const chart = viewOf(page, 'counts');
    await expectLive(chart);
    await expect(chart.locator('.jp-StateLine-last')).toHaveText('2 rows');
    await expect(chart.getByRole('img', { name: 'Counts of each state: 2 rows' })).toBeVisible();
    // "down" comes before "up".
    await expect.poll(() => barsAt(chart, 2, 0.2)).toEqual([true, true]);
    await expect.poll(() => barsAt(chart, 2, 0.6)).toEqual([false, true]);
    await lab.setDataset('c.n', '[30, 80]');
    await expect.poll(() => barsAt(chart, 2, 0.6)).toEqual([true, false]);
    // What a person chose stays chosen under new rows.
    const canvas = chart.locator('.jp-ChartView-plot canvas');
    const { width, height } = (await canvas.boundingBox())!;
    await canvas.click({ position: { x: 0.3 * width, y: 0.75 * height } });
    await expect.poll(() => barsAt(chart, 2, 0.2)).toEqual([true, false]);
    await lab.setDataset('c.n', '[90, 70]');
    await expect(chart.locator('.jp-StateLine-last')).toHaveText('2 rows');
    await expect.poll(() => barsAt(chart, 2, 0.65)).toEqual([true, false]);
    await expect.poll(() => barsAt(chart, 2, 0.75)).toEqual([false, false]);
    await lab.setDataset('c.n', '[30, 80]');
    await expect.poll(() => barsAt(chart, 2, 0.75)).toEqual([true, false]);
    await canvas.click({ position: { x: 0.98 * width, y: 0.05 * height } });
    await expect.poll(() => barsAt(chart, 2, 0.2)).toEqual([true, true]);
    await chart.hover();
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      chart.getByRole('button', { name: 'Export the data as CSV' }).click(),
    ]);
    expect(readFileSync(await csv.path(), 'utf8')).toBe('state,n\r\nup,30\r\ndown,80\r\n');
    const light = await settledPictureOf(chart);
    await setTheme(page, 'JupyterLab Dark');
    await expect.poll(() => pictureOf(chart)).not.toBe(light);
    await expect.poll(() => barsAt(chart, 2, 0.6)).toEqual([true, false]);
    expect(asked).toHaveLength(1);
    expect(
      await page.evaluate(() => (window as unknown as { compiled: unknown }).compiled),
    ).toEqual([]);
  } finally {
    await lab.kill();
  }
});

test('a chart with an address in it is refused, and a mistake is shown with its line', async ({
  page,
  tmpPath,
}) => {
  const asked: string[] = [];
  page.on('request', request => {
    if (request.url().includes('elsewhere.invalid')) {
      asked.push(request.url());
    }
  });
  const spec = (mark: string, x: string) =>
    `{"data": {"name": "rabi"}, "mark": ${mark}, ` +
    `"encoding": {"x": {"field": "index", "type": "${x}"}, ` +
    '"color": {"field": "value", "type": "quantitative", "scale": {"scheme": "viridisss"}}}}';
  const sources = `{"rabi": "${DEMO}#rabi.p"}`;
  const picture = '{"type": "point", "href": "https://elsewhere.invalid/"}';
  const raw = `{"version": 1, "view": "chart", "chart": ${spec(picture, 'quantitative')}, "sources":
    [{"role": "data", "name": "rabi", "address": "${DEMO}#rabi.p"}]}`;
  await openNotebook(page, tmpPath, 'refused.ipynb', [
    'import labwire as lw',
    `from IPython.display import display\ndisplay({"${VIEW_MIME}": ${raw}}, raw=True)`,
    `lw.chart(${spec('"point"', 'quantative')}, ${sources}, title="typo")`,
    `lw.chart(${spec('"point"', 'quantitative')}, ${sources}, title="partly")`,
    `lw.chart(${spec(picture, 'quantitative')}, ${sources})`,
  ]);
  await runAll(page);
  await expect(page.locator('.jp-ErrorCard').first()).toContainText(
    'the chart cannot be drawn: mark.href: it asks for a link, and a chart loads nothing',
  );
  await expect(page.locator('.jp-OutputArea-output').last()).toContainText(
    'spec.mark.href asks for a link, and a chart loads nothing',
  );
  const typo = viewOf(page, 'typo');
  await expect(typo).toContainText('line 9, encoding.x.type: "quantative" is no type of a field');
  await expect(typo.locator('.jp-ChartView-line.jp-mod-meant')).toContainText(
    '9        "type": "quantative"',
  );
  // What can be drawn is, and what cannot is named below.
  const partly = viewOf(page, 'partly');
  await partly.scrollIntoViewIfNeeded();
  await expectLive(partly);
  await expect(partly.locator('.jp-ChartView-notes')).toContainText(
    'Unrecognized scheme name: viridisss (line 15, encoding.color.scale.scheme)',
  );
  await expect(partly.locator('canvas')).toBeVisible();
  expect(asked).toEqual([]);
});

// A chart over live data: its first picture, and what it costs from then on.
//
//   node bench/chart.mjs [--json]        (after `npm run build`)
//
// A Vega-Lite specification with as many points as a chart may have, bound to two datasets that a
// publisher process feeds through the bridge; the product's page code and worker in a plain Chromium
// without GPU. The view itself marks when the code that draws has come, and when it has drawn.

import { bridged } from './browser/bridged.mjs';
import { Instrument } from './browser/instrument.mjs';
import { COLUMNS } from './browser/instruments.mjs';
import { print, row } from './browser/rows.mjs';
import { runOnClock } from './browser/threads.mjs';

const WARM_UP_MS = 2000;
const MEASURE_MS = 5000;
const FIRST_CHARTS = 3; // each in a fresh page
const POINTS = {
  mark: 'point',
  data: { name: 'points' },
  encoding: {
    x: { field: 'x', type: 'quantitative' },
    y: { field: 'y', type: 'quantitative' },
    color: { field: 'y', type: 'quantitative' },
  },
};

function specOf(instrument) {
  const source = name => ({
    role: 'data',
    name: 'points',
    column: name,
    address: `${instrument.addressOf('columns')}#${name}`,
  });
  return { version: 1, view: 'chart', sources: [source('x'), source('y')], chart: POINTS };
}

async function measure(browser, channel, instrument) {
  const result = await runOnClock(browser, {
    type: 'chart',
    worker: 'worker.js',
    spec: specOf(instrument),
    channel,
    warmUpMs: WARM_UP_MS,
    measureMs: MEASURE_MS,
  });
  if (result.state !== 'live' || result.coloured < 0.001) {
    throw new Error(`this is no chart: ${JSON.stringify(result)}`);
  }
  return result;
}

function rowsOf(results) {
  const [middle] = [...results].sort((a, b) => a.paintMs - b.paintMs).slice(results.length >> 1);
  const { paintMs, loadMs, firstGapMs, idleGapMs, longestGapMs, drawnHz, canvas } = middle;
  const name = `chart of ${COLUMNS.rows} points`;
  const feed = `feed ${COLUMNS.hz} Hz, update ${COLUMNS.rows} float64, canvas ${canvas.join(' × ')}`;
  const first =
    `median of ${results.length} fresh pages; loading took ${loadMs.toPrecision(3)} ms before; longest ` +
    `gap between animation frames from the first to the last of it ${firstGapMs.toPrecision(3)} ms`;
  const live =
    `${feed}; ${drawnHz.toPrecision(3)} drawn per second; longest gap between animation frames ` +
    `${longestGapMs.toPrecision(3)} ms, ${idleGapMs.toPrecision(3)} ms in the same page while it was idle`;
  return [
    row(`${name}: first picture after its code was loaded`, 'ms', paintMs, '<= 300', first),
    row(`${name}, live: UI thread`, '% of a core', 100 * middle.page, null, live),
  ];
}

export function run() {
  return bridged({}, async (browser, channel) => {
    const instrument = await Instrument.start('columns');
    try {
      instrument.begin(COLUMNS.hz);
      const results = [];
      for (let i = 0; i < FIRST_CHARTS; i += 1) {
        results.push(await measure(browser, channel, instrument));
      }
      return rowsOf(results);
    } finally {
      await instrument.stop();
    }
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  print(await run());
}

// Ten live views at once, fed through the bridge.
//
//   node bench/tenviews.mjs [--json]        (after `npm run build`)
//
// Three traces, two images, a table and four numbers in one page, as bench/views.mjs shows one: the
// product's page code and worker in a plain Chromium without GPU. One publisher process feeds them over
// TCP, bridge kernel, jupyter_server and websocket, all on this machine. CPU times are those of the
// renderer's own threads as Linux counts them (/proc), so nothing is attached to the browser.

import { bridged } from './browser/bridged.mjs';
import { Instrument } from './browser/instrument.mjs';
import { TEN } from './browser/instruments.mjs';
import { print, row } from './browser/rows.mjs';
import { runOnClock } from './browser/threads.mjs';

const WARM_UP_MS = 2000;
const MEASURE_MS = 8000;
const WINDOW = [1600, 1200]; // all ten are in sight

const { traces, pictures, datasets, numbers } = TEN;
const FEED =
  `feed: ${traces.count} traces of ${traces.points} points, one float64 of each set at ${traces.hz} Hz; ` +
  `${pictures.count} images ${pictures.size} × ${pictures.size} uint16 at ${pictures.hz} Hz; a table of ` +
  `${datasets.count} datasets at ${datasets.hz} changes/s; ${numbers.count} numbers at ${numbers.hz} Hz`;

const some = (count, view, addressOf) =>
  Array.from({ length: count }, (_, at) => ({ view, address: addressOf(at) }));

function viewsOf(instrument) {
  const address = feed => instrument.addressOf(feed);
  return [
    ...some(traces.count, 'trace', at => `${address('traces')}#y${at}`),
    ...some(pictures.count, 'image', at => `${address('pictures')}#frame${at}`),
    { view: 'table', address: address('datasets') },
    ...some(numbers.count, 'number', at => `${address('numbers')}#n${at}`),
  ];
}

/** `trace 60/s, image 9.8/s, …`: the pictures of all views of a kind, per view. */
function drawnOf({ views, seconds }) {
  const kinds = [...new Set(views.map(({ kind }) => kind))];
  return kinds
    .map(kind => {
      const rates = views
        .filter(view => view.kind === kind)
        .map(({ drawn }) => (drawn / seconds).toPrecision(3));
      return `${kind} ${rates.join(', ')}`;
    })
    .join('; ');
}

function rowsOf(result) {
  for (const view of result.views) {
    if (view.state !== 'live' || view.drawn === 0 || !view.box.isSeen) {
      throw new Error(`this is no view that is watched: ${JSON.stringify(view)}`);
    }
  }
  const percent = (what, share, target, note) =>
    row(`ten views at once: ${what}`, '% of a core', 100 * share, target, note);
  const script = `${(100 * result.scriptShare).toPrecision(3)} % in scripts of the views`;
  return [
    row(
      'ten views at once: longest gap between animation frames',
      'ms',
      result.longestGapMs,
      '<= 50',
      `${FEED}; drawn per second: ${drawnOf(result)}; ` +
        `${result.idleGapMs.toPrecision(3)} ms in the same page while it was idle`,
    ),
    percent('UI thread', result.page, '<= 40', script),
    percent('worker', result.worker, '<= 60'),
  ];
}

export function run() {
  return bridged({ size: WINDOW }, async (browser, channel) => {
    const instrument = await Instrument.start('traces', 'pictures', 'datasets', 'numbers');
    try {
      instrument.begin(traces.hz, pictures.hz, datasets.hz, numbers.hz);
      const job = {
        type: 'views',
        worker: 'worker.js',
        views: viewsOf(instrument),
        channel,
        warmUpMs: WARM_UP_MS,
        measureMs: MEASURE_MS,
      };
      return rowsOf(await runOnClock(browser, job));
    } finally {
      await instrument.stop();
    }
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  print(await run());
}

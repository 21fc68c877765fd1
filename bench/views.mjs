// Live views in the browser: pictures drawn, and how late.
//
//   node bench/views.mjs [--json]        (after `npm run build`)
//
// The product's own page code (HubSession, FramePump, LiveView) and worker in a bare page of a plain
// Chromium without GPU. A picture counts as drawn when a new frame came from the worker and the view
// painted it. "Fed inside the worker" has the publisher there too; "through the bridge" is publisher
// process → TCP → bridge kernel → jupyter_server → websocket → worker → page, on one machine.

import { feedWorker, page, productWorker, style } from './browser/bundle.mjs';
import { Browser } from './browser/chromium.mjs';
import { Instrument } from './browser/instrument.mjs';
import { CAMERA_HZ, CAMERA_SIZE, CHANGES_POINTS, TRACE_HZ } from './browser/instruments.mjs';
import { Jupyter } from './browser/jupyter.mjs';
import { print, quantile, row } from './browser/rows.mjs';

const WARM_UP_MS = 2000;
const MEASURE_MS = 8000;
const HEIGHT = {
  trace: 280, // what a trace has in a cell; the page is 1100 px wide
  image: 720, // twice that of a cell: a view that was dragged large, or is in a tab
};

const gapRow = (name, { longestGapMs, idleGapMs }) =>
  row(
    `${name}: longest gap between animation frames`,
    'ms',
    longestGapMs,
    '<= 50',
    idle(idleGapMs),
  );

const idle = ms => `${ms.toPrecision(3)} ms in the same page while it was idle`;

/** Does the picture show anything? A bench of blank canvases would be fast. */
function checkPicture(result, least) {
  if (result.coloured < least || result.state !== 'live') {
    const { draws, ...rest } = result;
    throw new Error(`this is no picture: ${JSON.stringify({ ...rest, draws: draws.length })}`);
  }
}

async function traceRows(browser) {
  const result = await browser.run({
    type: 'view',
    worker: 'feed.js',
    view: 'trace',
    height: HEIGHT.trace,
    address: 'demo+sipyco+sync:///trace#y',
    channel: null,
    warmUpMs: WARM_UP_MS,
    measureMs: MEASURE_MS,
  });
  checkPicture(result, 0.002);
  const name = `trace of 1 M points, one element set at ${TRACE_HZ} Hz inside the worker`;
  const times = result.draws.map(({ scriptMs }) => scriptMs);
  const median = quantile(times, 0.5);
  const late = quantile(times, 0.95).toPrecision(3);
  const [width, height] = result.canvas;
  const feed = `feed ${TRACE_HZ} Hz, update one float64, canvas ${width} × ${height}`;
  return [
    row(`${name}: drawn`, '1/s', result.draws.length / result.seconds, '>= 50', feed),
    row(`${name}: page script a frame`, 'ms', median, '<= 4', `median; 95 % within ${late} ms`),
    gapRow(name, result),
  ];
}

const UPDATE = `${CAMERA_SIZE} × ${CAMERA_SIZE} uint16, 11.2 MB as PYON`;

async function imageRows(browser) {
  const result = await browser.run({
    type: 'view',
    worker: 'feed.js',
    view: 'image',
    height: HEIGHT.image,
    address: 'demo+sipyco+sync:///camera#frame',
    channel: null,
    warmUpMs: WARM_UP_MS,
    measureMs: MEASURE_MS,
  });
  checkPicture(result, 0.1);
  const name = `image ${CAMERA_SIZE} × ${CAMERA_SIZE} at ${CAMERA_HZ} Hz, fed inside the worker`;
  return [
    row(`${name}: drawn`, '1/s', result.draws.length / result.seconds, '>= 9.5', noteOf(result)),
    gapRow(name, result),
  ];
}

function noteOf({ canvas: [width, height], droppedCount, draws, seconds }) {
  const shown = `feed ${CAMERA_HZ} Hz, update ${UPDATE}, canvas ${width} × ${height}`;
  return `${shown}; ${draws.length} drawn in ${seconds.toFixed(1)} s, ${droppedCount} dropped in the worker`;
}

async function bridgedImageRows(browser, channel) {
  const camera = await Instrument.start('camera');
  try {
    camera.begin(CAMERA_HZ);
    const result = await browser.run({
      type: 'view',
      worker: 'worker.js',
      view: 'image',
      height: HEIGHT.image,
      address: `${camera.addressOf('camera')}#frame`,
      channel,
      warmUpMs: WARM_UP_MS,
      measureMs: MEASURE_MS,
    });
    checkPicture(result, 0.1);
    const { stamps } = await camera.end();
    const name = `image ${CAMERA_SIZE} × ${CAMERA_SIZE} at ${CAMERA_HZ} Hz, through the bridge`;
    const { fromMs, seconds, draws, droppedCount } = result;
    const sent = stamps.filter(ms => ms >= fromMs && ms < fromMs + 1000 * seconds).length;
    const overtaken = Math.max(0, sent - draws.length - droppedCount);
    const note = `${noteOf(result)}, ${overtaken} of ${sent} in the publisher, whose queue holds one`;
    return [
      row(`${name}: drawn`, '1/s', result.draws.length / result.seconds, '>= 6', note),
      gapRow(name, result),
    ];
  } finally {
    await camera.stop();
  }
}

async function changeRows(browser, channel, hz) {
  const instrument = await Instrument.start('changes');
  try {
    instrument.begin(hz);
    const result = await browser.run({
      type: 'view',
      worker: 'worker.js',
      view: 'trace',
      height: HEIGHT.trace,
      address: `${instrument.addressOf('changes')}#y`,
      channel,
      warmUpMs: WARM_UP_MS,
      measureMs: MEASURE_MS,
    });
    const { stamps } = await instrument.end();
    checkPicture(result, 0.0005);
    const late = latenesses(stamps, result.draws);
    const name = `change → drawn through the bridge at ${hz} changes/s`;
    const note = `trace of ${CHANGES_POINTS} points, update one float64; ${late.length} changes, ${result.draws.length} pictures`;
    return [
      row(`${name}: p50`, 'ms', quantile(late, 0.5), '<= 30', note),
      row(`${name}: p95`, 'ms', quantile(late, 0.95), '<= 50', `${quantile(late, 1)} ms at most`),
    ];
  } finally {
    await instrument.stop();
  }
}

/**
 * How long each change took until a picture had it. A change that was overtaken by the next before
 * there was a picture counts until the picture that has the next.
 */
function latenesses(stamps, draws) {
  const first = draws[0].value;
  const last = draws.at(-1).value;
  let at = 0;
  return stamps
    .filter(stamp => stamp > first && stamp <= last)
    .map(stamp => {
      while (draws[at].value < stamp) {
        at += 1;
      }
      return draws[at].atMs - stamp;
    });
}

export async function run() {
  const browser = await Browser.open({
    ...(await page()),
    'page.css': await style(),
    'worker.js': await productWorker(),
    'feed.js': await feedWorker(),
  });
  try {
    const rows = [...(await traceRows(browser)), ...(await imageRows(browser))];
    const jupyter = await Jupyter.start({ origin: browser.origin });
    try {
      const channel = await jupyter.channel();
      for (const hz of [10, 100]) {
        rows.push(...(await changeRows(browser, channel, hz)));
      }
      rows.push(...(await bridgedImageRows(browser, channel)));
    } finally {
      await jupyter.stop();
    }
    return rows;
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  print(await run());
}

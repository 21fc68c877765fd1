// The worker's share of a live view: from bytes received to a frame ready for the page.
//
//   node bench/hub.mjs [--json]        (after `npm run build`)
//
// A hub as the worker makes it, fed over loopback with lines of sync_struct that were encoded before;
// the page pulls 60 frames a second, so a feed of 100 changes a second puts one or two into a frame.
// Everything between is counted: lines, PYON, applying the mod, telling the views, reducing, the
// frame. What crosses to the page is handed over there and is not.

import { Hub } from '../lib/hub/index.js';
import { encodeLine } from '../lib/protocols/sipyco/index.js';
import { LoopbackTransport, PlatformClock } from '../lib/transports/index.js';
import { NDArray, PyDict, Tuple } from '../lib/values/index.js';

const FRAME_HZ = 60;
const WIDTH = 1200; // device pixels: two of them a point of a cell on a fine screen
const LOG_HZ = 5000;
const WHOLE = 'sipyco+sync://bench:3250/datasets';

const viewport = {
  width: WIDTH,
  height: 560,
  x: null,
  region: null,
  colormap: 'viridis',
  levels: { mode: 'percentile', low: 1, high: 99 },
  firstRow: 0,
  rowCount: 40,
  filter: '',
  folded: [],
};

/** A hub that is fed the bytes of one server, from `init` on. */
function openFeed(init) {
  let server;
  const hub = new Hub({
    version: 'bench',
    clock: new PlatformClock(),
    demo: { connect: () => () => Promise.reject(new Error('no demo lab here')), close() {} },
    makeBridge: () => undefined,
    connect: () => async () => {
      const [client, other] = LoopbackTransport.pair(['bench:3250', 'hub']);
      server = other;
      send(init);
      return client;
    },
    defer: callback => setImmediate(callback),
    report: error => {
      throw error;
    },
  });
  // In chunks, as a socket gives them.
  const send = bytes => {
    for (let at = 0; at < bytes.length; at += 65536) {
      server.send(bytes.subarray(at, at + 65536));
    }
  };
  const openAt = (view, address) => {
    const role = view === 'trace' ? 'y' : view === 'table' ? 'table' : 'value';
    const spec = { version: 1, view, sources: [{ role, address }], options: {} };
    return hub.openView(spec, viewport);
  };
  const open = (view, fragment) => openAt(view, fragment === null ? WHOLE : `${WHOLE}#${fragment}`);
  return { hub, send, open, openAt };
}

const openDatasets = entries => openFeed(line({ action: 'init', struct: new PyDict(entries) }));

function line(fields) {
  return encodeLine(new PyDict(Object.entries(fields)), 2);
}

function setElement(name, index, value) {
  return `{"action":"setitem","path":["${name}",1],"key":${index},"value":${value}}\n`;
}

function setDataset(name, value) {
  return `{"action":"setitem","path":[],"key":"${name}","value":{"__jsonclass__":["tuple",[[false,${value},{}]]]}}\n`;
}

const dataset = value => new Tuple([false, value, new PyDict()]);
const encoder = new TextEncoder();

async function until(hub, kind) {
  for (;;) {
    const frame = (await hub.pull()).find(candidate => candidate.kind === kind);
    if (frame !== undefined) {
      return frame;
    }
  }
}

/** ms from the first byte of a frame's changes to the frame: median and 95th percentile of `count`. */
async function timeFrames({ hub, send }, changesOf, count) {
  const times = [];
  for (let i = 0; i < count + 20; i++) {
    const bytes = encoder.encode(changesOf(i));
    const start = performance.now();
    if (bytes.length > 0) {
      send(bytes);
      await hub.pull();
      times.push(performance.now() - start);
    }
  }
  const sorted = times.slice(20).sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], late: sorted[Math.floor(sorted.length * 0.95)] };
}

/** How many changes of `hz` fall into frame `i`. */
const inFrame = (i, hz) => Math.floor(((i + 1) * hz) / FRAME_HZ) - Math.floor((i * hz) / FRAME_HZ);

const some = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join('');

/** All over the place, the same in every run. */
function stepper(count) {
  let at = 0;
  return () => {
    at = (at + 7919) % count;
    return at;
  };
}

function row(name, unit, ours, { peer = null, target, note, isRate = false }) {
  const limit = Number(/[\d.]+/.exec(target)[0]);
  return {
    case: name,
    unit,
    ours: round(ours),
    peer: peer === null ? null : round(peer),
    ratio: peer === null ? null : round(ours / peer),
    target,
    ok: isRate ? ours >= limit : ours <= limit,
    note,
  };
}

const round = value => Number(value.toPrecision(3));

async function traceRow() {
  const points = 1_000_000;
  const data = Float64Array.from({ length: points }, (_, i) => Math.sin(i / 5e4));
  const feed = openDatasets([['curve', dataset(NDArray.of(data))]]);
  await feed.open('trace', 'curve');
  await until(feed.hub, 'trace');
  const anywhere = stepper(points);
  const { median, late } = await timeFrames(
    feed,
    i => some(inFrame(i, 100), () => setElement('curve', anywhere(), 0.5)),
    600,
  );
  await feed.hub.bye();
  return row('trace of 1 M points, one element set at 100 Hz: worker time a frame', 'ms', median, {
    peer: scanTime(data),
    target: '<= 4 ms',
    note: `60 frames a second, ${WIDTH} columns; 95 % within ${round(late)} ms; peer: looking at all points anew`,
  });
}

/** What it takes without a pyramid: smallest and largest of each column, from all points. */
function scanTime(data) {
  const scan = () => {
    const out = new Float64Array(2 * WIDTH);
    for (let column = 0; column < WIDTH; column++) {
      const end = Math.floor(((column + 1) * data.length) / WIDTH);
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let i = Math.floor((column * data.length) / WIDTH); i < end; i++) {
        const value = data[i];
        low = value < low ? value : low;
        high = value > high ? value : high;
      }
      out[2 * column] = low;
      out[2 * column + 1] = high;
    }
    return out;
  };
  const times = Array.from({ length: 40 }, () => {
    const start = performance.now();
    scan();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[20];
}

async function tableRows() {
  const names = count => Array.from({ length: count }, (_, i) => `group${i % 50}.value${i}`);
  const measure = async count => {
    const all = names(count);
    const feed = openDatasets(all.map(name => [name, dataset(1)]));
    const start = performance.now();
    await feed.open('table', null);
    await until(feed.hub, 'table');
    const firstMs = performance.now() - start;
    const anywhere = stepper(count);
    const times = await timeFrames(
      feed,
      i =>
        // One of them is on the screen in every frame, so that there is one.
        setDataset(all[0], i) + some(inFrame(i, 500) - 1, () => setDataset(all[anywhere()], i)),
      600,
    );
    await feed.hub.bye();
    return { ...times, firstMs };
  };
  const small = await measure(2000);
  const large = await measure(1_000_000);
  const feed = '500 changes a second, 60 frames a second, 40 rows of 50 groups';
  return [
    row('table of 2 000 datasets at 500 changes/s: worker time a frame', 'ms', small.median, {
      target: '<= 4 ms',
      note: `${feed}; 95 % within ${round(small.late)} ms`,
    }),
    row('table of 1 000 000 datasets at 500 changes/s: worker time a frame', 'ms', large.median, {
      target: '<= 4 ms',
      note: `${feed}; 95 % within ${round(large.late)} ms; the first frame ${round(large.firstMs / 1000)} s after the view was opened, struct decoded and all`,
    }),
  ];
}

async function modsRow() {
  const all = Array.from({ length: 64 }, (_, i) => `scan.${i}`);
  const feed = openDatasets(all.map(name => [name, dataset(new NDArray('<f8', [1000]))]));
  await feed.open('table', null);
  await feed.open('trace', 'scan.0');
  await feed.open('number', '["scan.1", 1, 5]');
  await until(feed.hub, 'number');
  const count = 100_000;
  const bytes = encoder.encode(
    some(count, i => setElement(`scan.${i % 64}`, i % 1000, ((i * 0.618) % 1) + 0.001)),
  );
  const rates = [];
  for (let run = 0; run < 5; run++) {
    const before = (await feed.hub.endpoints())[0].receivedBytes;
    const start = performance.now();
    feed.send(bytes);
    do {
      await feed.hub.pull();
    } while ((await feed.hub.endpoints())[0].receivedBytes < before + bytes.length);
    rates.push(count / (performance.now() - start));
  }
  await feed.hub.bye();
  rates.sort((a, b) => a - b);
  return row(
    'small mods (path of 2) from bytes into a table, a trace and a number',
    'k/s',
    rates[2],
    {
      target: '>= 200 k/s',
      note: '64 datasets of 1000 points; all three views are open and pulled meanwhile',
      isRate: true,
    },
  );
}

async function logRow() {
  const feed = openFeed(new Uint8Array());
  await feed.openAt('log', 'sipyco+broadcast://bench/log');
  const record = i =>
    `{"__jsonclass__":["tuple",[[${10 * (1 + (i % 4))},"worker(${i % 20},scan.py)",1700000000.5,"scan:measured point ${i}"]]]}\n`;
  // A full ring, out of which the oldest falls for each that comes.
  for (let i = 0; i < 100_000; i += 1000) {
    feed.send(encoder.encode(some(1000, record)));
    await feed.hub.pull();
  }
  let sent = 0;
  const { median, late } = await timeFrames(
    feed,
    i => some(inFrame(i, LOG_HZ), () => record(sent++)),
    600,
  );
  const [frame] = await Promise.all([until(feed.hub, 'log'), feed.send(encoder.encode(record(0)))]);
  await feed.hub.bye();
  return row(`log of ${LOG_HZ} records/s: worker time a frame`, 'ms', median, {
    target: '<= 4 ms',
    note: `60 frames a second, ${frame.recordCount} records kept, ${frame.rows.length} rows; 95 % within ${round(late)} ms`,
  });
}

export async function run() {
  return [await traceRow(), ...(await tableRows()), await modsRow(), await logRow()];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const asJson = process.argv.includes('--json');
  for (const measured of await run()) {
    const { case: name, ours, peer, unit, target, ok, note } = measured;
    const beside = peer === null ? '' : `, peer ${peer} ${unit}`;
    const shown = `${name}: ${ours} ${unit}${beside} (${target}) ${ok ? 'ok' : 'MISSED'}; ${note}`;
    console.log(asJson ? JSON.stringify(measured) : shown);
  }
}

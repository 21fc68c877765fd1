// The bridge: instrument over TCP, kernel, Jupyter server, kernel websocket, client.
//
//   node bench/bridge.mjs [--json] [--long] [--node | --worker]        (after `npm run build`)
//
// Beside it, in the same run and through the same server, a bare probe kernel
// (tests/peers/probe_kernel.py: raw echo and flood, no TCP leg). The client is Node, and the worker
// of a Chromium that no test driver is attached to. Ours and the probe take turns; medians count.

import { fork } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { measures } from './bridge/measure.mjs';
import { cpuSeconds, descendants, rssMiB } from './bridge/processes.mjs';
import { Server } from './bridge/server.mjs';
import { pageFiles } from './browser/bundle.mjs';
import { Browser } from './browser/chromium.mjs';

const TURNS = 3;
const BULK_TURNS = 7; // the row that uses all cores, and so feels everything else that runs
const STALL_S = 30;
const has = option => process.argv.includes(option);
const file = name => fileURLToPath(new URL(`bridge/${name}`, import.meta.url));

const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = value => Number(value.toPrecision(3));

/** Fork `name` and wait for what it sends first. */
async function forked(name, ...args) {
  const child = fork(file(name), args);
  const first = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', code => reject(new Error(`${name} ended with ${code}`)));
  });
  return { child, first };
}

/** Two measures by turns: medians of one of their numbers. */
async function byTurns(client, ours, theirs, key, options, turns = TURNS) {
  const values = { ours: [], theirs: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    values.theirs.push((await client(theirs, options))[key]);
    values.ours.push((await client(ours, options))[key]);
  }
  return { ours: median(values.ours), peer: median(values.theirs) };
}

function row(name, unit, { ours, peer = null }, target, ok, note) {
  return {
    case: name,
    unit,
    ours: round(ours),
    peer: peer === null ? null : round(peer),
    ratio: peer === null ? null : round(ours / peer),
    target,
    ok,
    ...(note === undefined ? {} : { note }),
  };
}

/** The rows of one kind of client. `client(type, options, path)` measures. */
async function* rowsOf(where, client, processes) {
  const frames = await byTurns(client, 'bridgeFrames', 'probeFrames', 'perSecond', { seconds: 2 });
  yield row(
    `64 B payload, one per frame, 32 under way (${where})`,
    '/s',
    frames,
    '>= 0.8 × the probe',
    frames.ours >= 0.8 * frames.peer,
    'PING and PONG beside the probe’s echo',
  );

  const runs = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    runs.push(await client('messages'));
  }
  const peer = await client('probeMessages', { total: 64 * 20_000 });
  const lost = runs.reduce((sum, run) => sum + run.lost, 0);
  const perSecond = median(runs.map(run => run.perSecond));
  yield row(
    `64 B messages of a TCP source, coalesced (${where})`,
    '/s',
    { ours: perSecond, peer: peer.perSecond },
    '>= 60 000/s, 0 lost of 100 000',
    perSecond >= 60_000 && lost === 0,
    `${lost} lost of ${TURNS} × 100 000; the probe sends one a frame`,
  );

  const echo = await byTurns(client, 'echo', 'probeEcho', 'p50', { count: 500 });
  yield row(
    `echo of 64 B, p50 (${where})`,
    'ms',
    echo,
    '<= probe + 0.5 ms',
    echo.ours <= echo.peer + 0.5,
  );

  const ticks = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    ticks.push(await client('ticks', { seconds: 3 }));
  }
  const p99 = median(ticks.map(run => run.p99));
  yield row(
    `500 messages of 64 B a second, age when read, p99 (${where})`,
    'ms',
    { ours: p99 },
    '<= 8 ms',
    p99 <= 8,
    `p50 ${round(median(ticks.map(run => run.p50)))} ms; load average ${round(loadavg()[0])}`,
  );

  yield* bulk(where, client);

  if (where === 'worker') {
    const run = await client('bulk', { seconds: 4 });
    yield row(
      'longest gap between frames of the page meanwhile (worker)',
      'ms',
      { ours: run.longestGapMs },
      '<= 50 ms',
      run.longestGapMs <= 50,
      `bulk at ${round(run.megabytesPerSecond)} MB/s`,
    );
  }

  yield await steady(where, client, processes());
  if (has('--long')) {
    yield* stalled(where, client, processes());
  }
}

/** Bulk near and far: one turn is the probe, ours, and ours at a distance. */
async function* bulk(where, client) {
  const rates = { probe: [], near: [], far: [] };
  for (let turn = 0; turn < BULK_TURNS; turn += 1) {
    rates.probe.push((await client('probeBulk', { seconds: 2 })).megabytesPerSecond);
    rates.near.push((await client('bulk', { seconds: 2 })).megabytesPerSecond);
    rates.far.push((await client('bulk', { seconds: 3 }, 'far')).megabytesPerSecond);
  }
  const peer = median(rates.probe);
  const note = `probe ${spread(rates.probe)}; `;
  const near = { ours: median(rates.near), peer };
  yield row(
    `bulk of a TCP source, adaptive window (${where})`,
    'MB/s',
    near,
    '>= 0.8 × the probe at 1 MiB messages, 4 MiB window',
    near.ours >= 0.8 * peer,
    `${note}ours ${spread(rates.near)}`,
  );
  const far = { ours: median(rates.far), peer };
  yield row(
    `the same at 10 ms of added round trip (${where})`,
    'MB/s',
    far,
    '>= 0.6 × the probe without it',
    far.ours >= 0.6 * peer,
    `${note}ours ${spread(rates.far)}`,
  );
}

const spread = values => `${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))}`;

/** CPU of every process on the way, of the middle of a steady run. */
async function steady(where, client, { kernel, server, readers }) {
  const seconds = 8;
  const running = client('steady', { seconds });
  await sleep(2);
  const pids = { kernel: [kernel], server: [server], [where]: readers() };
  const before = usage(pids);
  const started = performance.now();
  await sleep(seconds - 3);
  const elapsed = (performance.now() - started) / 1000;
  const after = usage(pids);
  const run = await running;
  const shares = Object.keys(pids).map(name => [
    name,
    (100 * (after[name] - before[name])) / elapsed,
  ]);
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  return row(
    `10 000 × 40 B per second: kernel + server + client (${where})`,
    '% of a core',
    { ours: total },
    '<= 50 %',
    total <= 50,
    `${shares.map(([name, share]) => `${name} ${share.toFixed(0)}`).join(', ')}; ` +
      `${round(run.megabytesPerSecond * 1000)} kB/s came in ${round(run.chunksPerSecond)} chunks/s`,
  );
}

function usage(pids) {
  return Object.fromEntries(
    Object.entries(pids).map(([name, list]) => [
      name,
      list.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
    ]),
  );
}

/** Memory of kernel and server while a client takes nothing for 30 s of a flood. */
async function* stalled(where, client, { kernel, server }) {
  const running = client('stall', { seconds: STALL_S });
  await sleep(2);
  const peaks = { kernel: 0, server: 0 };
  const start = { kernel: rssMiB(kernel), server: rssMiB(server) };
  for (let second = 0; second < STALL_S; second += 1) {
    await sleep(1);
    peaks.kernel = Math.max(peaks.kernel, rssMiB(kernel));
    peaks.server = Math.max(peaks.server, rssMiB(server));
  }
  const run = await running;
  for (const name of ['kernel', 'server']) {
    const growth = peaks[name] - start[name];
    yield row(
      `client stalled for ${STALL_S} s at full rate: ${name} RSS growth (${where})`,
      'MiB',
      { ours: Math.max(0, growth) },
      '< 20 MiB',
      growth < 20,
      `${round(run.before)} MB/s before, ${round(run.after)} MB/s after`,
    );
  }
}

const sleep = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));

async function nodeRows(server, environment, print) {
  const client = (type, options = {}, path = 'near') =>
    measures[type]({ WebSocket, ...environment(path) }, options);
  for await (const one of rowsOf('Node', client, () => ({
    ...processesOf(server),
    readers: () => [process.pid],
  }))) {
    print(one);
  }
}

async function workerRows(browser, server, environment, print) {
  const client = (type, options = {}, path = 'near') =>
    browser.run({ type, options, ...environment(path) });
  const readers = () => [
    ...descendants(process.pid, '--type=renderer'),
    ...descendants(process.pid, 'network.mojom.NetworkService'),
  ];
  for await (const one of rowsOf('worker', client, () => ({ ...processesOf(server), readers }))) {
    print(one);
  }
}

function processesOf(server) {
  const [kernel] = descendants(server.pid, 'labwire.bridge');
  return { kernel, server: server.pid };
}

const PAGE = { jobs: 'bridge/page.mjs', worker: 'bridge/worker.mjs' };

async function main() {
  const print = one => {
    const peer = one.peer === null ? '' : ` | probe ${one.peer}, ratio ${one.ratio}`;
    const note = one.note === undefined ? '' : ` (${one.note})`;
    console.log(
      has('--json')
        ? JSON.stringify(one)
        : `${one.ok ? 'ok    ' : 'MISSED'} ${one.case}: ${one.ours} ${one.unit}${peer} | ${one.target}${note}`,
    );
  };
  // One after the other, each with a server of its own: a page that waited for a job while Node
  // measured was seen to miss it.
  if (!has('--worker')) {
    await withServer(null, (server, environment) => nodeRows(server, environment, print));
  }
  if (!has('--node')) {
    const browser = await Browser.open(await pageFiles(PAGE));
    try {
      await withServer(browser, (server, environment) =>
        workerRows(browser, server, environment, print),
      );
    } finally {
      await browser.close();
    }
  }
}

/** Does `body` beside a Jupyter server, its two kernels, the instruments and the slow relay. */
async function withServer(browser, body) {
  const ends = [];
  try {
    const server = await Server.start(browser?.origin ?? '');
    ends.push(() => server.stop());
    const instruments = await forked('instruments.mjs');
    ends.push(() => instruments.child.disconnect());
    const relay = await forked('relay.mjs', String(server.port), '5');
    ends.push(() => relay.child.disconnect());
    const near = {
      bridge: (await server.kernel('labwire')).place,
      probe: (await server.kernel('probe')).place,
    };
    const through = ({ wsUrl, token }) => ({
      wsUrl: wsUrl.replace(`:${server.port}/`, `:${relay.first}/`),
      token,
    });
    const far = { bridge: through(near.bridge), probe: through(near.probe) };
    const environment = path => ({
      places: path === 'far' ? far : near,
      ports: instruments.first,
    });
    await body(server, environment);
  } finally {
    for (const end of ends.reverse()) {
      await end();
    }
  }
}

await main();

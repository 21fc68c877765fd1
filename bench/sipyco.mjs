// SiPyCo's calls, publishers and logs, beside Python:
//
//   node bench/sipyco.mjs [--json] [--node] [--only=PART,PART…]        (after `npm run build`)
//
// The parts are calls, connects, busy, publisher, logs, tls and bridge; `--node` leaves out the last.
//
// The peer is bench/sipyco_peer.py: asyncio and the standard library, doing what SiPyCo does. Servers
// run in processes of their own. The worker is that of a Chromium that no test driver is attached to,
// its calls go through a real jupyter_server and the bridge kernel.

import { execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { platformBase64, useBase64 } from '../lib/protocols/pyon/index.js';
import { LogServerMachine, Notifier } from '../lib/protocols/sipyco/index.js';
import { Publisher } from '../lib/servers/index.js';
import { connectTcp, listenTcp, SimpleSSLConfig } from '../lib/transports/node/index.js';
import { dict, NDArray, tuple } from '../lib/values/index.js';
import { python } from '../scripts/setup.mjs';
import { root } from '../scripts/steps.mjs';
import { Server } from './bridge/server.mjs';
import { pageFiles } from './browser/bundle.mjs';
import { Browser } from './browser/chromium.mjs';
import { bareSockets } from './sipyco/bare.mjs';
import { calls } from './sipyco/calls.mjs';
import { ownCores, place } from './sipyco/cores.mjs';

useBase64(platformBase64(globalThis));

const TURNS = 3;
const SUBSCRIBERS = 10;
const has = option => process.argv.includes(option);
const only = process.argv
  .find(option => option.startsWith('--only='))
  ?.slice(7)
  .split(',');
const wants = part => only?.includes(part) ?? !(part === 'bridge' && has('--node'));
const file = name => fileURLToPath(new URL(name, import.meta.url));
const median = values => [...values].sort((a, b) => a - b)[values.length >> 1];
const round = value => Number(value.toPrecision(3));

async function peer(...args) {
  const { stdout } = await promisify(execFile)(python, [
    file('sipyco_peer.py'),
    ...args.map(String),
  ]);
  return Number(stdout);
}

/** By turns, medians: all give numbers; `bare` is there where sockets alone are measured too. */
async function byTurns(ours, theirs, bare) {
  const measures = [ours, theirs, ...(bare === undefined ? [] : [bare])];
  const values = measures.map(() => []);
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [i, measure] of measures.entries()) {
      values[i].push(await measure());
    }
  }
  const [own, peers, bares] = values.map(median);
  return { ours: own, peer: peers, bare: bares };
}

function print(name, unit, { ours, peer: theirs = null }, target, ok, note) {
  const one = {
    case: name,
    unit,
    ours: round(ours),
    peer: theirs === null ? null : round(theirs),
    ratio: theirs === null ? null : round(ours / theirs),
    target,
    ok,
    ...(note === undefined ? {} : { note }),
  };
  const beside = theirs === null ? '' : ` | Python ${one.peer}, ratio ${one.ratio}`;
  console.log(
    has('--json')
      ? JSON.stringify(one)
      : `${ok === undefined ? '      ' : ok ? 'ok    ' : 'MISSED'} ${name}: ${one.ours} ${unit}${beside} | ${target} ${note ?? ''}`,
  );
}

// ---- Servers ----------------------------------------------------------------------------------------

async function ourServer() {
  const child = fork(file('sipyco/server.mjs'));
  const [ports] = await once(child, 'message');
  return { ...ports, pid: child.pid, stop: () => child.disconnect() };
}

async function pythonServer() {
  const child = spawn(python, [file('sipyco_peer.py'), 'serve']);
  const [port] = await once(child.stdout.setEncoding('utf8'), 'data');
  return { port: Number(port), pid: child.pid, stop: () => child.stdin.end() };
}

const to = port => options => connectTcp({ host: '127.0.0.1', port, ...options });

// ---- Calls from Node --------------------------------------------------------------------------------

const BOTH_PYTHON = 'peer: a Python client and a Python server';
/** What V8 needs to have compiled all of the way; Python has nothing to warm up. */
const WARM = { seconds: 1, connects: 4000 };

/** `body` with the servers on one core, and on another the clients: ours is this process, Python's its child. */
async function onCores([clientCore, serverCore], servers, all, body) {
  await place([process.pid], [clientCore]);
  await place(
    servers.map(({ pid }) => pid),
    [serverCore],
  );
  try {
    return await body();
  } finally {
    await place([process.pid, ...servers.map(({ pid }) => pid)], all);
  }
}

/** The rows in which one end waits for the other, so that the cores they run on decide. */
async function waitingRows(ours, theirs) {
  const all = await ownCores();
  const servers = [ours, theirs];
  const on = (cores, body) => (all.length === 0 ? body() : onCores(cores, servers, all, body));
  const together =
    all.length === 0 ? 'on cores that the system chose' : 'both ends of each on one core';
  await on([all[0], all[0]], async () => {
    if (wants('calls')) {
      await callRows(ours, theirs, `${together}; ${BOTH_PYTHON}`);
    }
    if (wants('connects')) {
      await calls.connects(to(ours.port), { count: WARM.connects });
      await connectRow(ours, theirs, 'one at a time', together);
    }
  });
  const isApart = all.length > 1;
  const where = isApart ? 'each end on a core of its own' : together;
  await on(isApart ? [all[0], all[1]] : [all[0], all[0]], async () => {
    if (wants('calls') && isApart) {
      await callApartRow(ours, theirs, where);
    }
    if (wants('connects')) {
      if (isApart) {
        await connectRow(ours, theirs, 'one at a time, apart', where);
      }
      await connectRow(ours, theirs, `${SEVERAL.underWay} under way`, where, SEVERAL);
    }
  });
}

const callRate = async port => (await calls.oneByOne(to(port), { seconds: 1 })).perSecond;

async function callRows(ours, theirs, note) {
  await calls.oneByOne(to(ours.port), { seconds: WARM.seconds });
  const own = await byTurns(
    () => callRate(ours.port),
    () => peer('calls', theirs.port, 10_000),
  );
  print('call one at a time, Node, our server', '/s', own, '>= 12 000/s', own.ours >= 12e3, note);
  const foreign = { ours: await callRate(theirs.port), peer: own.peer };
  print(
    'call one at a time, Node, the Python server',
    '/s',
    foreign,
    '>= 8 000/s',
    foreign.ours >= 8e3,
    note,
  );
}

/** As an application does that opens all of its controllers: some wait while others are served. */
const SEVERAL = { underWay: 8, target: 3000 };

/** Beside what sockets alone can do in the same place. */
async function connectRow(ours, theirs, how, where, { underWay = 1, target } = {}) {
  const run = { count: 1500, underWay };
  const connects = await byTurns(
    async () => (await calls.connects(to(ours.port), run)).perSecond,
    () => peer('connects', theirs.port, 500, underWay),
    () => bareSockets.connects(ours.barePort, run),
  );
  print(
    `connect, handshake, close, ${how}, Node, our server`,
    '/s',
    connects,
    target === undefined ? '' : '>= 3 000/s',
    target === undefined ? undefined : connects.ours >= target,
    `${where}, where bare sockets of Node make ${round(connects.bare)} /s; ${BOTH_PYTHON}`,
  );
}

/** How far from what sockets alone can do, for no target says that. */
async function callApartRow(ours, theirs, where) {
  const called = await byTurns(
    () => callRate(ours.port),
    () => peer('calls', theirs.port, 5000),
    () => bareSockets.echoes(ours.barePort, { seconds: 1 }),
  );
  const sockets = `bare sockets of Node make ${round(called.bare)} /s`;
  const note = `${where}, where ${sockets}; ${BOTH_PYTHON}`;
  print('call one at a time, Node, our server, apart', '/s', called, '', undefined, note);
}

/** The rows in which one end has always something to do: on whatever cores. */
async function busyRows(ours, theirs) {
  const many = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    many.push((await calls.pipelined(to(ours.port), { seconds: 1 })).perSecond);
  }
  const pipelined = { ours: median(many) };
  print(
    'calls, 256 under way, Node, our server',
    '/s',
    pipelined,
    '>= 40 000/s',
    pipelined.ours >= 40e3,
  );
  const arrays = await byTurns(
    async () => (await calls.arrays(to(ours.port), { count: 10 })).megabytesPerSecond,
    () => peer('array', theirs.port, 5),
  );
  print(
    '10 MB float64 as a reply, Node, our server',
    'MB/s',
    arrays,
    '>= 150 MB/s',
    arrays.ours >= 150,
    BOTH_PYTHON,
  );
}

// ---- Through the bridge -----------------------------------------------------------------------------

const PAGE = { jobs: 'bridge/page.mjs', worker: 'sipyco/worker.mjs' };

async function bridgeRows({ port }) {
  const ends = [];
  try {
    const browser = await Browser.open(await pageFiles(PAGE));
    ends.push(() => browser.close());
    const server = await Server.start(browser.origin);
    ends.push(() => server.stop());
    const instruments = fork(file('bridge/instruments.mjs'));
    const [ports] = await once(instruments, 'message');
    ends.push(() => instruments.disconnect());
    const places = { bridge: (await server.kernel('labwire')).place };
    const run = (type, options) =>
      browser.run({ type, options, places, ports: { ...ports, rpc: port } });
    const p50 = await byTurns(
      async () => (await run('oneByOne', { seconds: 1 })).p50,
      async () => (await run('echo', { count: 500 })).p50,
    );
    print(
      'call one at a time, worker, through the bridge, p50',
      'ms',
      p50,
      '<= the bridge’s echo + 0.6 ms',
      p50.ours <= p50.peer + 0.6,
      'peer: the echo of 64 B through the same bridge',
    );
    const many = [];
    const arrays = [];
    for (let turn = 0; turn < TURNS; turn += 1) {
      many.push((await run('pipelined', { seconds: 1 })).perSecond);
      arrays.push((await run('arrays', { count: 10 })).megabytesPerSecond);
    }
    const rate = { ours: median(many) };
    print(
      'calls, 256 under way, worker, through the bridge',
      '/s',
      rate,
      '>= 10 000/s',
      rate.ours >= 10e3,
    );
    const bulk = { ours: median(arrays) };
    print(
      '10 MB float64 as a reply, worker, through the bridge',
      'MB/s',
      bulk,
      '>= 80 MB/s',
      bulk.ours >= 80,
    );
  } finally {
    for (const end of ends.reverse()) {
      await end();
    }
  }
}

// ---- The publisher ----------------------------------------------------------------------------------

/** Subscribers that only read, in a process of their own; it says when each has had `bytes`. */
async function readers(port, count) {
  const child = fork(file('sipyco/readers.mjs'), [String(port), String(count)]);
  await once(child, 'message');
  return child;
}

async function publisherRun(mods) {
  const struct = () =>
    dict({ 'rabi.p': tuple(false, NDArray.of(new Float64Array(1000)), dict({})) });
  const notifier = new Notifier(struct());
  const publisher = new Publisher({ notifiers: { datasets: notifier } });
  const listener = await listenTcp();
  publisher.start(listener);
  const child = await readers(listener.port, SUBSCRIBERS);
  const points = notifier.at('rabi.p').at(1n);
  const started = performance.now();
  for (let i = 0; i < mods; i += 1) {
    points.set(BigInt(i % 1000), i / 3);
    if (i % 500 === 499) {
      await new Promise(setImmediate); // so that what was written leaves
    }
  }
  const encodedMs = performance.now() - started;
  notifier.set('end', null);
  await once(child, 'message');
  const seconds = (performance.now() - started) / 1000;
  const { resyncCount } = publisher;
  child.disconnect();
  await publisher.stop();
  return {
    encoded: (mods * 1000) / encodedMs,
    delivered: (mods * SUBSCRIBERS) / seconds,
    resyncCount,
  };
}

async function publisherRows() {
  const mods = 200_000;
  const runs = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    runs.push(await publisherRun(mods));
  }
  const best = runs.sort((a, b) => a.delivered - b.delivered)[TURNS >> 1];
  const theirs = await peer('publish', 20_000, SUBSCRIBERS);
  const note = `${mods} mods, ${SUBSCRIBERS} subscribers, ${best.resyncCount} fresh starts`;
  print(
    'publisher, 10 subscribers: small mods, encoded once',
    '/s',
    { ours: best.encoded, peer: theirs / SUBSCRIBERS },
    '>= 250 000/s',
    best.encoded >= 250e3,
    note,
  );
  print(
    'publisher, 10 subscribers: deliveries',
    '/s',
    { ours: best.delivered, peer: theirs },
    '>= 1 000 000/s, none left out',
    best.delivered >= 1e6 && best.resyncCount === 0,
    note,
  );
}

// ---- TLS and logs -----------------------------------------------------------------------------------

async function tlsRow(folder) {
  await promisify(execFile)(
    python,
    ['-m', 'tests.peers.tls_authority', folder, 'server', 'client', 'stranger'],
    { cwd: root },
  );
  const config = (own, peerName) =>
    new SimpleSSLConfig(
      join(folder, `${own}.pem`),
      join(folder, `${own}.key`),
      join(folder, `${peerName}-ca.pem`),
    );
  const listener = await listenTcp({ ssl: config('server', 'client') });
  const started = performance.now();
  let known = 'nothing';
  try {
    const link = await connectTcp({
      host: '127.0.0.1',
      port: listener.port,
      ssl: config('stranger', 'server'),
    });
    for await (const _ of link.chunks);
  } catch (error) {
    known = error.message;
  }
  const elapsed = performance.now() - started;
  await listener.close();
  print(
    'a client certificate that the server does not trust: failure known after',
    'ms',
    { ours: elapsed },
    '<= 1 000 ms',
    elapsed <= 1000 && known !== 'nothing',
    known,
  );
}

async function logRow(folder) {
  const one = [
    'ctl(3,dds):INFO:dds.core:frequency set to 80.000 MHz',
    'worker(7,scan.py):WARNING<3>:scan:point 17 was lost',
    'Traceback (most recent call last):',
    'ValueError: no photon',
    'ctl(4,camera):DEBUG:camera.driver:exposure 10 ms',
    'ctl(4,camera):plain text that somebody printed',
  ];
  const lines = 100_000 * one.length;
  const text = Buffer.from(`${one.join('\n')}\n`.repeat(100_000));
  const name = join(folder, 'lines.log');
  await writeFile(name, text);
  const rate = async () => {
    const machine = new LogServerMachine();
    machine.receive(Buffer.from('ARTIQ logging\n'));
    let records = 0;
    const started = performance.now();
    for (let at = 0; at < text.length; at += 65_536) {
      machine.receive(text.subarray(at, at + 65_536));
      records += machine.takeEvents().length;
    }
    const seconds = (performance.now() - started) / 1000;
    if (records !== 400_000) {
      throw new Error(`${records} records`);
    }
    return lines / seconds;
  };
  const both = await byTurns(rate, () => peer('logs', name));
  print(
    'log lines parsed, from bytes',
    'lines/s',
    both,
    '>= 500 000/s',
    both.ours >= 500e3,
    'peer: the regular expression, from lines',
  );
}

async function main() {
  const folder = await mkdtemp(join(tmpdir(), 'labwire-bench-'));
  const [ours, theirs] = await Promise.all([ourServer(), pythonServer()]);
  try {
    await waitingRows(ours, theirs);
    const parts = {
      busy: () => busyRows(ours, theirs),
      publisher: publisherRows,
      logs: () => logRow(folder),
      tls: () => tlsRow(folder),
      bridge: () => bridgeRows(ours),
    };
    for (const [name, measure] of Object.entries(parts)) {
      if (wants(name)) {
        await measure();
      }
    }
  } finally {
    ours.stop();
    theirs.stop();
    await rm(folder, { recursive: true });
  }
}

await main();

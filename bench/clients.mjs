// sync_struct over TCP, from the socket to the struct, beside Python:
//
//   node bench/clients.mjs [--json]        (after `npm run build`)
//
// A server in a thread of its own sends the same prepared bytes to our subscriber and to a Python
// subscriber (bench/clients_peer.py).

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { Subscriber } from '../lib/clients/index.js';
import { encodeBytes, platformBase64, useBase64 } from '../lib/protocols/pyon/index.js';
import { modToValue, Notifier } from '../lib/protocols/sipyco/index.js';
import { Publisher } from '../lib/servers/index.js';
import { connectTcp, listenTcp, NodeClock } from '../lib/transports/node/index.js';
import { dict, NDArray, tuple } from '../lib/values/index.js';

useBase64(platformBase64(globalThis));

const HERE = path.dirname(fileURLToPath(import.meta.url));
const VENV = path.join(HERE, '../.venv/bin/python');
const PYTHON = existsSync(VENV) ? VENV : 'python3';
const POINTS = 1000;
const clock = new NodeClock();

const struct = () =>
  dict({ 'rabi.p': tuple(false, NDArray.of(new Float64Array(POINTS)), dict({})) });

function lineOf(mod) {
  return Buffer.concat([encodeBytes(modToValue(mod)), Buffer.from('\n')]);
}

/** A second of a fast scan: one element after the other. */
function pointBlock() {
  const lines = Array.from({ length: POINTS }, (_, i) =>
    lineOf({ action: 'setitem', path: ['rabi.p', 1n], key: BigInt(i), value: i / 3 }),
  );
  return { bytes: Buffer.concat(lines), mods: POINTS };
}

/** The whole array again and again. */
function arrayBlock() {
  const value = tuple(false, NDArray.of(new Float64Array(POINTS).map(Math.sin)), dict({}));
  const line = lineOf({ action: 'setitem', path: [], key: 'rabi.p', value });
  return { bytes: Buffer.concat(new Array(20).fill(line)), mods: 20 };
}

const BLOCKS = { points: pointBlock(), arrays: arrayBlock() };

// ---- The server, in a thread of its own -----------------------------------------------------------

/** A notifier is named `points 600`: the struct, and then 600 times that block. */
async function serve() {
  const listener = await listenTcp();
  parentPort.postMessage(listener.port);
  for await (const link of listener.connections) {
    const { value } = await link.chunks[Symbol.asyncIterator]().next();
    const [, name, count] = /\n(\w+) (\d+)\n$/.exec(Buffer.from(value).toString());
    link.send(lineOf({ action: 'init', struct: struct() }));
    for (let i = 0; i < count; i++) {
      link.send(BLOCKS[name].bytes);
      if (link.bufferedBytes > 1024 * 1024) {
        await link.drained();
      }
    }
    await link.drained();
    link.end();
  }
}

// ---- Its subscribers ------------------------------------------------------------------------------

async function subscribe(port, notifierName, onMod) {
  const subscriber = new Subscriber({
    notifierName,
    connect: options => connectTcp({ host: '127.0.0.1', port, ...options }),
    clock,
    notifyCb: onMod,
  });
  await subscriber.connect();
  return subscriber;
}

async function ours(port, name, count) {
  const total = count * BLOCKS[name].mods;
  let heard = -1; // the init
  let start = 0;
  let finish = () => {};
  const finished = new Promise(resolve => {
    finish = resolve;
  });
  const subscriber = await subscribe(port, `${name} ${count}`, () => {
    heard += 1;
    if (heard === 1) {
      start = performance.now();
    } else if (heard === total) {
      finish(performance.now());
    }
  });
  const seconds = ((await finished) - start) / 1000;
  await subscriber.close();
  return total / seconds;
}

async function pythons(port, name, count) {
  const mods = count * BLOCKS[name].mods;
  const peer = path.join(HERE, 'clients_peer.py');
  const args = [peer, String(port), `${name} ${count}`, String(mods)];
  return Number((await promisify(execFile)(PYTHON, args)).stdout);
}

/** From `set` on a notifier to the subscriber's callback, both in this process. */
async function publishRate(mods) {
  const notifier = new Notifier(struct());
  const publisher = new Publisher({ notifiers: { x: notifier } });
  const listener = await listenTcp();
  publisher.start(listener);
  let heard = -1;
  let finish = () => {};
  const finished = new Promise(resolve => {
    finish = resolve;
  });
  const subscriber = await subscribe(listener.port, 'x', () => {
    heard += 1;
    if (heard === mods) {
      finish();
    }
  });
  const part = notifier.at('rabi.p', 1n);
  const start = performance.now();
  for (let i = 0; i < mods; i++) {
    part.set(BigInt(i % POINTS), i / 3);
    if (i % 500 === 0) {
      await new Promise(resolve => setImmediate(resolve));
    }
  }
  await finished;
  const seconds = (performance.now() - start) / 1000;
  await subscriber.close();
  await publisher.stop();
  return mods / seconds;
}

export async function run() {
  const server = new Worker(new URL(import.meta.url));
  const [port] = await once(server, 'message');
  const rows = [];
  for (const [title, name, oursCount, theirsCount] of [
    ['small mods (path of 2): socket to struct', 'points', 1000, 400],
    ['arrays of 1000 float64: socket to struct', 'arrays', 3000, 800],
  ]) {
    await ours(port, name, Math.ceil(oursCount / 10)); // warm
    const mine = await ours(port, name, oursCount);
    rows.push(row(title, mine, await pythons(port, name, theirsCount)));
  }
  await server.terminate();
  rows.push(
    row('small mods: notifier to publisher to socket to struct', await publishRate(200_000)),
  );
  return rows;
}

function row(name, mine, peer = null) {
  return {
    case: name,
    unit: 'k/s',
    ours: Number((mine / 1000).toPrecision(3)),
    peer: peer === null ? null : Number((peer / 1000).toPrecision(3)),
    ratio: peer === null ? null : Number((mine / peer).toFixed(1)),
  };
}

if (!isMainThread) {
  await serve();
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asJson = process.argv.includes('--json');
  for (const line of await run()) {
    const { case: name, ours: mine, peer, unit, ratio } = line;
    console.log(
      asJson
        ? JSON.stringify(line)
        : `${name}: ${mine} ${unit}, peer ${peer ?? '-'}, ratio ${ratio ?? '-'}`,
    );
  }
}

// sync_struct mods: decoded from bytes and applied.
//
//   node bench/mods.mjs [--json]        (after `npm run build`)
//
// The feed: an init of 64 datasets in ARTIQ's shape, each with 1000 float64, then mods with a path of
// two, which is what a scan sends for each point. Received in chunks of 64 KiB, as a socket gives them.
// Beside it the same bytes in Python, and a feed whose keys take Python's key identity at its word
// (1, 1.0, True and np.int64(1) are one key, tuples are keys). Then five million mods, and the heap.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeLine, processMod, SubscriberMachine } from '../lib/protocols/sipyco/index.js';
import { NDArray, PyDict, Tuple } from '../lib/values/index.js';

const DATASETS = 64;
const POINTS = 1000;
const MODS = 100_000;
const RUNS = 7;
const SOAK_MODS = 5_000_000;
const CHUNK_BYTES = 64 * 1024;
/** Growth that is noise: less than one byte for ten mods. */
const FLAT_BYTES = SOAK_MODS / 10;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

function initLine() {
  const datasets = Array.from({ length: DATASETS }, (_, i) => [
    `scan.${i}`,
    new Tuple([false, new NDArray('<f8', [POINTS]), new PyDict()]),
  ]);
  const counters = new PyDict([
    [1n, 0n],
    [new Tuple([0n, 1n]), 0n],
  ]);
  const struct = new PyDict([...datasets, ['counters', counters]]);
  return encodeLine(
    new PyDict([
      ['action', 'init'],
      ['struct', struct],
    ]),
    2,
  );
}

/** One point of a scan after the other. */
function pointMods(count) {
  return lines(count, i => {
    const value = ((i * 0.6180339887) % 1) + 0.001;
    return `{"action":"setitem","path":["scan.${i % DATASETS}",1],"key":${i % POINTS},"value":${value}}\n`;
  });
}

/** Keys that Python finds equal though they look different. */
function keyMods(count) {
  const keys = [
    '1',
    '1.0',
    'true',
    '{"__jsonclass__":["npscalar",["<i8","AQAAAAAAAAA="]]}',
    '{"__jsonclass__":["tuple",[[0,1]]]}',
  ];
  return lines(count, i => {
    const key = keys[i % keys.length];
    return `{"action":"setitem","path":["counters"],"key":${key},"value":${i}}\n`;
  });
}

function lines(count, line) {
  return new TextEncoder().encode(Array.from({ length: count }, (_, i) => line(i)).join(''));
}

/** A subscriber that has had its init, and the struct. */
function subscriber() {
  const machine = new SubscriberMachine('datasets');
  machine.receive(initLine());
  const [init] = machine.takeEvents();
  return { machine, struct: init.struct };
}

function feed({ machine, struct }, bytes) {
  let applied = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    machine.receive(bytes.subarray(at, at + CHUNK_BYTES));
    for (const event of machine.takeEvents()) {
      processMod(struct, event.mod);
      applied += 1;
    }
  }
  return applied;
}

/** Median over some runs. */
function modsPerSecond(bytes) {
  const target = subscriber();
  feed(target, bytes);
  const rates = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    const applied = feed(target, bytes);
    return applied / ((performance.now() - start) / 1000);
  });
  rates.sort((a, b) => a - b);
  return rates[RUNS >> 1];
}

function pythonModsPerSecond(bytes) {
  const own = new URL('../.venv/bin/python', import.meta.url).pathname;
  const python = process.env.PYTHON ?? (existsSync(own) ? own : 'python3');
  const script = new URL('mods_peer.py', import.meta.url).pathname;
  const folder = mkdtempSync(join(tmpdir(), 'labwire-bench-'));
  try {
    const file = join(folder, 'mods.pyon');
    writeFileSync(file, Buffer.concat([initLine(), bytes]));
    return Number(execFileSync(python, [script, file], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Bytes by which the heap grows over the soak, after garbage collection, the machine still alive. */
function heapGrowth(bytes) {
  const target = subscriber();
  feed(target, bytes);
  collectGarbage();
  const before = process.memoryUsage();
  let applied = 0;
  while (applied < SOAK_MODS) {
    applied += feed(target, bytes);
  }
  collectGarbage();
  const after = process.memoryUsage();
  return after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
}

export function run() {
  const points = pointMods(MODS);
  const keys = keyMods(MODS);
  const python = pythonModsPerSecond(points);
  const row = (name, rate, peer) => ({
    case: name,
    unit: 'k/s',
    ours: Math.round(rate / 1000),
    peer: peer === null ? null : Math.round(peer / 1000),
    ratio: peer === null ? null : Number((rate / peer).toFixed(1)),
    target: '>= 400 k/s',
    ok: rate >= 400_000,
  });
  const grown = heapGrowth(points);
  return [
    row(
      'small mods (path of 2) decoded from bytes and applied, beside Python',
      modsPerSecond(points),
      python,
    ),
    row('the same, keys equal to Python and different to JavaScript', modsPerSecond(keys), null),
    {
      case: 'heap growth over 5 M small mods',
      unit: 'kB',
      ours: Math.round(grown / 1000),
      peer: null,
      ratio: null,
      target: `<= ${FLAT_BYTES / 1000} kB`,
      ok: grown <= FLAT_BYTES,
    },
  ];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const asJson = process.argv.includes('--json');
  for (const line of run()) {
    const { case: name, ours, peer, unit, ratio, target, ok } = line;
    const shown = `${name}: ${ours} ${unit}, peer ${peer ?? '-'}, ratio ${ratio ?? '-'} (${target}) ${ok ? 'ok' : 'MISSED'}`;
    console.log(asJson ? JSON.stringify(line) : shown);
  }
}

// PYON beside Python's standard library and beside native JSON.parse.
//
//   node bench/pyon.mjs [--json]        (after `npm run build`)
//
// The same documents go to bench/pyon_peer.py in the same run. Figures are the fastest
// of their runs on both sides: what else the machine does slows some runs, and speeds none up.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode, encodeBytes, platformBase64 } from '../lib/protocols/pyon/index.js';
import { NDArray, PyDict, Tuple } from '../lib/values/index.js';

const SECONDS_PER_JOB = 1;
const MIN_RUNS = 5;
const SCALARS = 100_000;
const FLOATS = 1_250_000; // 10 MB
const base64 = platformBase64(globalThis);

// ---- The documents ----------------------------------------------------------------------------------

/** Numbers that look random and are the same on every run. */
function* random(seed) {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** One of the scalars a dataset holds: counts, rounded and raw readings, words, flags. */
function scalar(next, i) {
  switch (i % 8) {
    case 0:
      return BigInt(Math.floor(next() * 100));
    case 1:
      return BigInt(Math.floor(next() * 1e7));
    case 2:
      return Math.round(next() * 1e4) / 100;
    case 3:
      return next();
    case 4:
      return `ch${Math.floor(next() * 64)}`;
    case 5:
      return next() < 0.5;
    case 6:
      return Math.round(next() * 1e3) / 8;
    default:
      return null;
  }
}

function mixedDocument() {
  const numbers = random(1);
  const next = () => numbers.next().value;
  const dict = new PyDict();
  for (let i = 0; i < SCALARS; i += 10) {
    dict.set(
      `dataset.${i}`,
      Array.from({ length: 10 }, (_, k) => scalar(next, i + k)),
    );
  }
  return dict;
}

/** Int keys and tuples: what JSON has no words for. */
function tuplesDocument() {
  const numbers = random(2);
  const next = () => numbers.next().value;
  const dict = new PyDict();
  for (let i = 0; i < SCALARS; i += 10) {
    dict.set(BigInt(i), new Tuple(Array.from({ length: 10 }, (_, k) => scalar(next, i + k))));
  }
  return dict;
}

function arrayDocument() {
  const numbers = random(3);
  return NDArray.of(Float64Array.from({ length: FLOATS }, () => numbers.next().value));
}

// ---- Measuring --------------------------------------------------------------------------------------

function bestSeconds(job) {
  job();
  globalThis.gc?.(); // what earlier jobs left is not this job's work
  const times = [];
  const stop = performance.now() + 1000 * SECONDS_PER_JOB;
  while (times.length < MIN_RUNS || performance.now() < stop) {
    const start = performance.now();
    job();
    times.push((performance.now() - start) / 1000);
  }
  return Math.min(...times);
}

function pythonSeconds(folder) {
  const own = new URL('../.venv/bin/python', import.meta.url).pathname;
  const python = process.env.PYTHON ?? (existsSync(own) ? own : 'python3');
  const script = new URL('pyon_peer.py', import.meta.url).pathname;
  const lines = execFileSync(python, [script, folder], { encoding: 'utf8' }).trim().split('\n');
  return new Map(lines.map(line => JSON.parse(line)).map(row => [row.job, row.seconds]));
}

/** A row. `isTime`: the ratio is of times and must not pass `bound`; else of speeds and must reach it. */
function row(name, ours, peer, isTime, bound, unit, scale) {
  const ratio = isTime ? ours / peer : peer / ours;
  return {
    case: name,
    ours: scale(ours),
    peer: scale(peer),
    ratio: Number(ratio.toFixed(2)),
    target: isTime ? `<= ${bound}` : `>= ${bound}`,
    ok: isTime ? ratio <= bound : ratio >= bound,
    unit,
  };
}

/** The documents as bytes. The values themselves are not kept: a collector would walk them all along. */
function documentBytes() {
  const mixed = mixedDocument();
  return {
    'mixed.v2': encodeBytes(mixed),
    'mixed.v1': encodeBytes(mixed, { version: 1 }),
    'tuples.v2': encodeBytes(tuplesDocument()),
    'array.v2': encodeBytes(arrayDocument()),
  };
}

export function run() {
  const documents = documentBytes();
  const folder = mkdtempSync(join(tmpdir(), 'labwire-bench-'));
  let python;
  try {
    for (const [name, bytes] of Object.entries(documents)) {
      writeFileSync(join(folder, name), bytes);
    }
    python = pythonSeconds(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }

  const mixedBytes = documents['mixed.v2'];
  const arrayBytes = documents['array.v2'];
  const text = new TextDecoder();
  const mixedSeconds = bestSeconds(() => decode(mixedBytes, { base64 }));
  const jsonSeconds = bestSeconds(() => JSON.parse(text.decode(mixedBytes)));
  const tuplesSeconds = bestSeconds(() => decode(documents['tuples.v2'], { base64 }));
  const decodeSeconds = bestSeconds(() => decode(arrayBytes, { base64 }));
  const array = decode(arrayBytes);
  const encodeSeconds = bestSeconds(() => encodeBytes(array, { base64 }));
  const ownDecodeSeconds = bestSeconds(() => decode(arrayBytes));
  const ownEncodeSeconds = bestSeconds(() => encodeBytes(array));
  const v1Seconds = bestSeconds(() => decode(documents['mixed.v1'], { version: 1 }));
  if (encode(decode(mixedBytes)) !== text.decode(mixedBytes)) {
    throw new Error('the document did not survive');
  }

  const ms = seconds => Number((1000 * seconds).toFixed(2));
  const millionsPerSecond = seconds => Number((SCALARS / seconds / 1e6).toFixed(2));
  const mbPerSecond = seconds => Math.round((8 * FLOATS) / seconds / 1e6);
  // The table's own path has no peer: a figure in MB/s against a bound.
  const own = (name, seconds) => ({
    case: name,
    ours: mbPerSecond(seconds),
    peer: null,
    ratio: null,
    target: '>= 250 MB/s',
    ok: mbPerSecond(seconds) >= 250,
    unit: 'MB/s',
  });
  const size = `${(mixedBytes.length / 1e6).toFixed(2)} MB`;
  return [
    row(
      `PYON v2 decode, 1e5 mixed scalars (${size}), beside Python`,
      mixedSeconds,
      python.get('decode mixed'),
      true,
      1.3,
      'ms',
      ms,
    ),
    row(
      `PYON v2 decode, 1e5 mixed scalars (${size}), beside JSON.parse`,
      mixedSeconds,
      jsonSeconds,
      true,
      1.6,
      'ms',
      ms,
    ),
    row(
      'PYON v2 decode, int keys and tuples, beside Python',
      tuplesSeconds,
      python.get('decode tuples'),
      true,
      1.2,
      'ms',
      ms,
    ),
    row(
      'PYON v2 decode, 10 MB float64, bytes to array, beside Python',
      decodeSeconds,
      python.get('decode array'),
      false,
      4,
      'MB/s',
      mbPerSecond,
    ),
    row(
      'PYON v2 encode, 10 MB float64, array to bytes, beside Python',
      encodeSeconds,
      python.get('encode array'),
      false,
      8,
      'MB/s',
      mbPerSecond,
    ),
    own('PYON v2 decode, 10 MB float64, without platform base64', ownDecodeSeconds),
    own('PYON v2 encode, 10 MB float64, without platform base64', ownEncodeSeconds),
    row(
      'PYON v1 decode, 1e5 mixed scalars, beside Python',
      v1Seconds,
      python.get('decode v1'),
      false,
      10,
      'M/s',
      millionsPerSecond,
    ),
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

// The log view at 5 000 lines a second: frames and memory.
//
//   node bench/log.mjs [--json]        (after `npm run build`)
//
// A broadcaster in a process of its own, through the bridge, into one view of the product's page code
// in a plain Chromium. The log is full before anything is measured: each record that comes makes an
// older one go. Heaps are what is in use after a collection, elements and buffers included.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bridged } from './browser/bridged.mjs';
import { print, row } from './browser/rows.mjs';

const LOGGER = fileURLToPath(new URL('browser/logger.mjs', import.meta.url));
const RECORDS = 100_000; // a log keeps so many
const FILL_HZ = 20_000;
const LOG_HZ = 5000;
const MEASURE_MS = 5000; // following, and again with a filter
const LEAST_HZ = 0.98 * LOG_HZ; // a feed that came slower was no such feed
const MB = 1e6;

async function logger() {
  const child = fork(LOGGER);
  const { endpoint } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', code => reject(new Error(`the logger ended with ${code}`)));
  });
  return {
    address: `sipyco+broadcast://${endpoint}/log`,
    say: hz => child.send({ hz }),
    stop: () => child.disconnect(),
  };
}

function rowsOf(result) {
  const { followed, filtered, recordCount, rowCount, state, idleGapMs } = result;
  const isFed = followed.recordHz >= LEAST_HZ && filtered.recordHz >= LEAST_HZ;
  if (state !== 'live' || recordCount < RECORDS || rowCount === 0 || !isFed) {
    throw new Error(`this is no log of ${LOG_HZ} records/s: ${JSON.stringify(result)}`);
  }
  const name = `log of ${LOG_HZ} records/s through the bridge`;
  const noteOf = ({ drawnHz, scriptShare, recordHz }) =>
    `${recordHz.toFixed(0)} records/s came, ${RECORDS} are kept, ${drawnHz.toFixed(0)} pictures/s, ` +
    `${(100 * scriptShare).toPrecision(2)} % of a core in scripts of the page`;
  const gap = (how, watched, more) =>
    row(
      `${name}, ${how}: longest gap between animation frames`,
      'ms',
      watched.longestGapMs,
      '<= 50',
      noteOf(watched) + more,
    );
  const heap = where => {
    const before = result.heapsBefore[where] / MB;
    const after = result.heapsAfter[where] / MB;
    const note = `from ${before.toFixed(1)} to ${after.toFixed(1)} MB`;
    const seconds = (2 * MEASURE_MS) / 1000;
    const what = `${name}: heap growth of the ${where} in ${seconds} s with a full log`;
    return row(what, 'MB', after - before, '<= 4', note);
  };
  const idle = `; ${idleGapMs.toPrecision(3)} ms in the same page while it was idle`;
  return [
    gap('following', followed, idle),
    gap('held with a filter', filtered, ''),
    heap('page'),
    heap('worker'),
  ];
}

export function run() {
  return bridged({ devtools: true }, async (browser, channel) => {
    const log = await logger();
    const answers = {
      fill: () => log.say(FILL_HZ),
      run: () => log.say(LOG_HZ),
      heaps: () => browser.devtools.heaps(),
    };
    try {
      const { address } = log;
      const job = { type: 'log', worker: 'worker.js', address, channel, limit: RECORDS };
      return rowsOf(
        await browser.run({ ...job, measureMs: MEASURE_MS }, question => answers[question]()),
      );
    } finally {
      log.stop();
    }
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  print(await run());
}

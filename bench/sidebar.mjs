// The sidebar with 50 instruments and 500 methods, in JupyterLab.
//
//   node bench/sidebar.mjs [--json]        (after `npm run build`)
//
// A real JupyterLab in a plain Chromium opens the sidebar and types into the filter of the methods; the
// instruments are 50 pc_rpc servers on this machine, reached through the bridge. Times are of the wall,
// from the gesture to the painted picture: handlers, layout and all of JupyterLab's page included, the
// wait for the next frame not. Beside them stands what the UI thread ran by its own clock: where the
// wall has more, the thread waited for a core that another process had.

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../scripts/steps.mjs';
import { Browser } from './browser/chromium.mjs';
import { METHODS } from './browser/instruments.mjs';
import { Jupyter } from './browser/jupyter.mjs';
import { print, quantile, row } from './browser/rows.mjs';
import { KEY_MARKS, probedCopy } from './browser/sidebarprobe.mjs';

const CONTROLLERS = fileURLToPath(new URL('browser/controllers.mjs', import.meta.url));
const TEXTS = ['power', 'set phase', 'device17 ramp', 'lab 4 calibrate', 'nothing'];
const JOB = {
  rows: METHODS.instruments * (1 + METHODS.perInstrument),
  texts: TEXTS,
  settledMs: 1000, // after the start, and after the last answer
};
const WHAT = `sidebar with ${METHODS.instruments} instruments and ${METHODS.instruments * METHODS.perInstrument} methods`;

/** The page goes to JupyterLab, which posts the result in its place. */
const JOBS = `export function run({ url }) {
  location.href = url;
  return new Promise(() => {});
}`;

async function controllers() {
  const child = fork(CONTROLLERS);
  const { endpoints } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', code => reject(new Error(`the instruments ended with ${code}`)));
  });
  const instruments = endpoints.map((endpoint, i) => ({
    name: `lab ${i}`,
    address: `sipyco+rpc://${endpoint}`,
  }));
  return { instruments, stop: () => child.disconnect() };
}

/** ms that the UI thread ran for each keystroke. */
function ranMs(marks) {
  const at = name => marks.filter(mark => mark.name === name).map(({ cpuMs }) => cpuMs);
  const ends = at(KEY_MARKS.end);
  return at(KEY_MARKS.begin).map((begin, i) => ends[i] - begin);
}

function rowsOf(result, marks) {
  const { openedMs, againMs, knownMs, listedCount, keysMs, counts, drawnCount } = result;
  if (listedCount !== METHODS.instruments || new Set(counts).size < TEXTS.length) {
    throw new Error(`this is no such sidebar: ${listedCount} instruments, rows ${counts}`);
  }
  const again = `${quantile(againMs, 1).toPrecision(3)} ms at most when it was opened again`;
  const known = `all methods were known ${(knownMs / 1000).toPrecision(2)} s later`;
  const keys = `${keysMs.length} keystrokes, ${Math.min(...counts)} to ${Math.max(...counts)} rows, ${drawnCount} of them in the page`;
  const ran = ranMs(marks);
  if (ran.length !== keysMs.length || !ran.every(ms => ms > 0)) {
    throw new Error(`${keysMs.length} keystrokes, and the trace has ${ran.length}: ${ran}`);
  }
  const ranFor = share => `${quantile(ran, share).toPrecision(3)} ms by the UI thread's own clock`;
  return [
    row(`${WHAT}: opens`, 'ms', openedMs, '<= 200', `the first time; ${again}; ${known}`),
    row(
      `${WHAT}: filter keystroke, p50`,
      'ms',
      quantile(keysMs, 0.5),
      '<= 16',
      `${ranFor(0.5)}; ${keys}`,
    ),
    row(
      `${WHAT}: filter keystroke, longest`,
      'ms',
      quantile(keysMs, 1),
      '<= 16',
      `${ranFor(1)} at most`,
    ),
  ];
}

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'labwire-sidebar-'));
  const browser = await Browser.open({ 'jobs.js': JOBS }, { devtools: true });
  try {
    probedCopy(join(folder, 'jupyter/labextensions/labwire'), browser.origin, JOB);
    const lab = await controllers();
    try {
      const jupyter = await Jupyter.start({
        module: 'jupyterlab',
        paths: [join(folder, 'jupyter'), join(root, 'jupyter-config')].join(delimiter),
        settings: { 'labwire/sidebar': { instruments: lab.instruments } },
      });
      try {
        await browser.devtools.noteMarks();
        const url = `${jupyter.url}/lab?reset&token=${jupyter.token}`;
        const result = await browser.run({ url });
        return rowsOf(result, await browser.devtools.marks());
      } finally {
        await jupyter.stop();
      }
    } finally {
      lab.stop();
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  print(await run());
}

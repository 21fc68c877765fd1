// What Labwire weighs, and what it costs those who do not use it.
//
//   node bench/size.mjs [--json]        (after `npm run build`)
//
// The wheel is made anew. The cost at JupyterLab's start is what a real JupyterLab in Chromium spends
// on the extension's scripts, compiling included, and on activating its plugins; nobody opens a view.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { python } from '../scripts/setup.mjs';
import { root } from '../scripts/steps.mjs';
import { Browser } from './browser/chromium.mjs';
import { Jupyter } from './browser/jupyter.mjs';
import { markedCopy } from './browser/marked.mjs';
import { print, row } from './browser/rows.mjs';

const STARTS = 3;

/** The page goes to JupyterLab, which posts the result in its place. */
const JOBS = `export function run({ url }) {
  location.href = url;
  return new Promise(() => {});
}`;

function wheelRow(folder) {
  const options = ['--no-deps', '--no-build-isolation', '--no-index', '--quiet'];
  const pip = ['-m', 'pip', 'wheel', '--disable-pip-version-check', ...options];
  execFileSync(python, [...pip, '--wheel-dir', folder, root], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [name] = readdirSync(folder).filter(file => file.endsWith('.whl'));
  const { size } = statSync(join(folder, name));
  return row('wheel', 'kB', size / 1000, '<= 1000', name);
}

function bundleRow() {
  const { size } = statSync(join(root, 'lib/hub/worker.bundle.js'));
  return row('worker bundle', 'kB', size / 1000, '<= 400', 'minified, not compressed');
}

async function startRow(folder) {
  const browser = await Browser.open({ 'jobs.js': JOBS });
  try {
    markedCopy(join(folder, 'jupyter/labextensions/labwire'), browser.origin);
    const jupyter = await Jupyter.start({ module: 'jupyterlab', paths: join(folder, 'jupyter') });
    try {
      const results = [];
      for (let i = 0; i < STARTS; i += 1) {
        results.push(await browser.run({ url: `${jupyter.url}/lab?reset&token=${jupyter.token}` }));
      }
      return rowOfStarts(results);
    } finally {
      await jupyter.stop();
    }
  } finally {
    await browser.close();
  }
}

function rowOfStarts(results) {
  if (results.some(({ workers }) => workers > 0)) {
    throw new Error('a worker was started though no view was opened');
  }
  const sums = results.map(({ measures }) => {
    const sum = prefix =>
      measures
        .filter(({ name }) => name.startsWith(prefix))
        .reduce((total, { ms }) => total + ms, 0);
    const count = measures.filter(({ name }) => name.startsWith('activate:')).length;
    const scripts = sum('script:') + sum('module:');
    const activation = sum('activate:');
    return { count, scripts, activation, all: scripts + activation };
  });
  const middle = sums.sort((a, b) => a.all - b.all)[STARTS >> 1];
  const note =
    `median of ${STARTS} starts: scripts ${middle.scripts.toPrecision(3)} ms, activation of ` +
    `${middle.count} plugins ${middle.activation.toPrecision(3)} ms; no worker was started`;
  return row('cost at the start of JupyterLab, unused', 'ms', middle.all, '<= 20', note);
}

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'labwire-size-'));
  try {
    return [wheelRow(folder), bundleRow(), await startRow(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  print(await run());
}

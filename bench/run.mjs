// npm run bench           every bench/*.mjs, then docs/performance.md
// npm run bench -- NAME…  some of them, printed only
//
// A bench prints ours beside the peer's, measured in the same run: machines differ, ratios less.
// With --json it writes one document to stdout (bench/README.md) and its progress to stderr.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from '../scripts/build.mjs';
import {
  checkNode,
  ensureNodeModules,
  ensurePython,
  ensureWheel,
  python,
} from '../scripts/setup.mjs';
import { main, root, run, StepError } from '../scripts/steps.mjs';

const folder = path.join(root, 'bench');
const TIME_LIMIT_MS = 15 * 60_000; // for one bench

/** @returns the bench's document, or `{title, failure}` with the reason why there is none. */
async function measure(name) {
  const file = path.join(folder, `${name}.mjs`);
  const { code, stdout, stderr } = await capture(process.execPath, ['--expose-gc', file, '--json']);
  const reason = stderr.trim().split('\n').at(-1) || `exit code ${code}`;
  if (code !== 0) {
    return { title: name, failure: reason };
  }
  try {
    return checked(JSON.parse(stdout), name);
  } catch (error) {
    return { title: name, failure: error.message };
  }
}

function checked(document, name) {
  if (typeof document.title !== 'string' || !Array.isArray(document.rows)) {
    throw new StepError(`${name} printed no {"title": …, "rows": […]}`);
  }
  for (const row of document.rows) {
    const { case: what, unit, better, ours, peers = [] } = row;
    const fits =
      typeof what === 'string' &&
      typeof unit === 'string' &&
      ['lower', 'higher'].includes(better) &&
      (ours === null || typeof ours === 'number') &&
      peers.every(peer => typeof peer.name === 'string' && typeof peer.value === 'number');
    if (!fits) {
      throw new StepError(`${name} printed a row that is none: ${JSON.stringify(row)}`);
    }
  }
  return document;
}

function capture(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text;
      process.stderr.write(text);
    });
    const timer = setTimeout(() => {
      stderr += `\nstill running after ${TIME_LIMIT_MS / 60_000} min`;
      child.kill('SIGKILL');
    }, TIME_LIMIT_MS);
    child.on('error', reject);
    child.on('close', code => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}

// ---- The page -----------------------------------------------------------------------------------

/** One document as Markdown: a heading, a table, remarks. */
export function markdownOf({ title, note, rows, failure }) {
  const lines = [`## ${title}`, ''];
  if (failure !== undefined) {
    return [...lines, `Could not be measured here: ${failure}`, ''].join('\n');
  }
  if (note) {
    lines.push(note, '');
  }
  lines.push('| case | Labwire | peer | ratio | target |', '| --- | ---: | ---: | ---: | --- |');
  for (const row of rows) {
    lines.push(`| ${cellsOf(row).join(' | ')} |`);
  }
  return [...lines, ''].join('\n');
}

function cellsOf({ case: what, unit, better, ours, peers = [], target = '', met, note = '' }) {
  const peer = peers.map(({ name, value }) => `${name}: ${figure(value)} ${unit}`).join('<br>');
  const ratio = peers
    .map(({ value }) => `${figure(ours / value)} × the ${better === 'lower' ? 'time' : 'rate'}`)
    .join('<br>');
  const verdict = met === undefined ? '' : met ? ' ✓' : ' ✗';
  const own = ours === null ? '–' : `${figure(ours)} ${unit}`;
  return [what, own, peer, ours === null ? '' : ratio, target + verdict]
    .map((cell, i) => (i === 0 && note ? `${cell}<br>${note}` : cell))
    .map(cell => cell.replaceAll('|', '\\|'));
}

/** Three significant digits, thousands apart: what a measurement of this kind can bear. */
function figure(value) {
  if (!Number.isFinite(value)) {
    return '–';
  }
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 4 }).replaceAll(',', ' ');
}

async function machine() {
  const pythonVersion = (await run(python, ['--version'])).trim();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const kind = { x64: 'x86-64', arm64: 'ARM64' }[os.arch()] ?? os.arch();
  const system = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[os.platform()];
  return (
    `${os.availableParallelism()} cores (${kind}), ${memory} GB of memory, ${system}, ` +
    `Node ${process.versions.node}, ${pythonVersion}`
  );
}

function pageOf(documents, description, date) {
  return [
    '# Performance',
    '',
    'Written by `npm run bench`: every figure of Labwire beside a peer that did the same work in the',
    'same run. Machines differ, so the ratio is what to compare.',
    '',
    `Measured on ${date} with ${description}.`,
    '',
    ...documents.map(markdownOf),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

if (process.argv[1] && path.resolve(process.argv[1]) === path.join(folder, 'run.mjs')) {
  await main(async wanted => {
    checkNode();
    await Promise.all([ensureNodeModules(), ensurePython()]);
    await ensureNodeModules('ui-tests');
    await build();
    await ensureWheel();
    const present = readdirSync(folder)
      .filter(file => file.endsWith('.mjs') && file !== 'run.mjs')
      .map(file => path.basename(file, '.mjs'))
      .sort();
    const unknown = wanted.filter(name => !present.includes(name));
    if (unknown.length > 0) {
      throw new StepError(`no bench ${unknown.join(', ')}: there are ${present.join(', ')}`);
    }
    const documents = [];
    for (const name of wanted.length > 0 ? wanted : present) {
      console.error(`\n── bench/${name}.mjs`);
      const document = await measure(name);
      documents.push(document);
      console.log(markdownOf(document));
    }
    if (wanted.length === 0) {
      const file = path.join(root, 'docs/performance.md');
      const text = pageOf(documents, await machine(), new Date().toISOString().slice(0, 10));
      if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
        writeFileSync(file, text);
      }
      console.log('docs/performance.md is written');
    }
    const failed = documents.filter(({ failure }) => failure !== undefined);
    if (failed.length > 0) {
      process.exitCode = 1;
    }
  });
}

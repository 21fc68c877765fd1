// npm run bench                    every bench/*.mjs, then docs/performance.md
// npm run bench -- NAME…           some of them, printed only
// npm run bench -- --write NAME…   some of them, which then take their places on the page
//
// A bench prints ours beside the peer's, measured in the same run: machines differ, ratios less.
// With --json it writes one line of JSON per row (bench/README.md).

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

/** What a bench measured: `rows`, or `failure`, the reason why there are none. */
async function measure(name) {
  const file = path.join(folder, `${name}.mjs`);
  const title = titleOf(readFileSync(file, 'utf8')) ?? name;
  const { code, stdout, stderr } = await capture(process.execPath, ['--expose-gc', file, '--json']);
  try {
    const rows = stdout
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(rowOf);
    // Some benches end badly when a target is missed: their rows are all there.
    const failure = code === 0 || rows.length > 0 ? undefined : lastLine(stderr, code);
    return { name, title, rows, failure };
  } catch (error) {
    return { name, title, rows: [], failure: error.message };
  }
}

function lastLine(stderr, code) {
  return stderr.trim().split('\n').at(-1) || `exit code ${code}`;
}

/** The sentence with which the file begins. */
function titleOf(source) {
  return /^(?:#!.*\n)?\/\/ (.*?[.:]?)(?:\n|$)/.exec(source)?.[1].replace(/[.:]$/, '');
}

function rowOf(line) {
  const row = JSON.parse(line);
  const isNumber = value => value === null || value === undefined || typeof value === 'number';
  const fits =
    typeof row.case === 'string' &&
    [row.ours, row.peer, row.ratio].every(isNumber) &&
    [row.unit ?? '', row.target ?? '', row.note ?? ''].every(text => typeof text === 'string') &&
    ['boolean', 'undefined'].includes(typeof (row.ok ?? undefined));
  if (!fits) {
    throw new StepError(`this is no row of a bench: ${line}`);
  }
  return row;
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

/** One bench as Markdown: a heading, when and where it was measured, a table. */
export function markdownOf({ title, rows, failure }, circumstances) {
  const lines = [`## ${title}`, '', `Measured ${circumstances}.`, ''];
  if (failure !== undefined) {
    return [...lines, `Not measured here: ${failure}`, ''].join('\n');
  }
  lines.push(
    '| case | Labwire | peer | ratio | target | |',
    '| --- | ---: | ---: | ---: | --- | --- |',
  );
  for (const { case: what, ours, peer, ratio, target = '', ok, unit = '', note } of rows) {
    const cells = [
      note ? `${what}<br>${note}` : what,
      figure(ours, unit),
      figure(peer, unit),
      figure(ratio, ''),
      target.replace('<=', '≤').replace('>=', '≥'),
      ok === undefined || ok === null ? '' : ok ? 'met' : 'missed',
    ];
    lines.push(`| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  }
  return [...lines, ''].join('\n');
}

/** Three significant digits: what a measurement of this kind can bear. */
function figure(value, unit) {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return '';
  }
  const rounded = Number(value.toPrecision(3));
  const text = rounded.toLocaleString('en-US', { maximumFractionDigits: 6 }).replaceAll(',', ' ');
  return unit === '' ? text : `${text} ${unit}`;
}

async function machine() {
  const pythonVersion = (await run(python, ['--version'])).trim();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const kind = { x64: 'x86-64', arm64: 'ARM64' }[os.arch()] ?? os.arch();
  const system = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[os.platform()];
  const [load] = os.loadavg();
  const beside =
    load > 1
      ? `, while other work ran beside it (load average ${load.toFixed(1)} at the start)`
      : '';
  return (
    `${os.availableParallelism()} cores (${kind}), ${memory} GB of memory, ${system}, ` +
    `Node ${process.versions.node}, ${pythonVersion}${beside}`
  );
}

const HEAD = `# Performance

Written by \`npm run bench\`: each figure of Labwire beside a peer that did the same work in the same
run, where there is one. Machines differ, so the ratio (Labwire / peer) is what to compare: below 1
is better for times, above 1 for rates.
`;

/** The page with these sections in it: each takes the place of the one of its heading, or the end. */
export function pageWith(page, sections) {
  const [, ...others] = page.split(/^(?=## )/m);
  const headingOf = section => section.slice(0, section.indexOf('\n'));
  for (const section of sections) {
    const at = others.findIndex(other => headingOf(other) === headingOf(section));
    others.splice(at < 0 ? others.length : at, 1, section);
  }
  return [HEAD, ...others]
    .map(part => part.trimEnd())
    .join('\n\n')
    .concat('\n');
}

if (process.argv[1] && path.resolve(process.argv[1]) === path.join(folder, 'run.mjs')) {
  await main(async args => {
    const wanted = args.filter(arg => arg !== '--write');
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
    const description = await machine(); // before the benches make a load of their own
    const circumstances = `on ${new Date().toISOString().slice(0, 10)} with ${description}`;
    const sections = [];
    for (const name of wanted.length > 0 ? wanted : present) {
      console.error(`\n── bench/${name}.mjs`);
      const document = await measure(name);
      sections.push(markdownOf(document, circumstances));
      console.log(sections.at(-1));
      if (document.failure !== undefined) {
        process.exitCode = 1;
      }
    }
    if (wanted.length < args.length || wanted.length === 0) {
      const file = path.join(root, 'docs/performance.md');
      const isFresh = wanted.length === 0 || !existsSync(file);
      writeFileSync(file, pageWith(isFresh ? HEAD : readFileSync(file, 'utf8'), sections));
      console.log('docs/performance.md is written');
    }
  });
}

// src → lib (tsc) → worker bundle → command line → labextension. `npm run build` makes all of it,
// with arguments only the named parts: lib, worker, cli, labextension.

import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleWorker, WORKER_MARKER } from './bundle.mjs';
import { checkNode, ensureNodeModules } from './setup.mjs';
import { main, root, run, StepError, step } from './steps.mjs';

const node = process.execPath;
const static_ = path.join(root, 'labwire/labextension/static');

/** Compile; `projects` are folders or files of tsconfigs. */
export function compile(projects = ['tsconfig.json'], title = 'tsc') {
  return step(title, () => run(node, ['node_modules/typescript/bin/tsc', '-b', ...projects]));
}

export function buildWorker() {
  return step('worker bundle', bundleWorker);
}

export function buildCli() {
  return step('command line bundle', () => run(node, ['scripts/bundlecli.mjs']));
}

export async function buildLabextension() {
  await step('labextension', async () => {
    const output = await run(node, labextensionArguments());
    refuseWarnings(output);
  });
  await checkWorkerChunks();
  await checkStart(path.join(static_, path.basename(await entryName())));
}

/** How the builder is called: it has no `bin`, and without the core package file it asks the network. */
export function labextensionArguments(...flags) {
  return [
    'node_modules/@jupyter/builder/lib/build-labextension.js',
    ...['--core-package-file', 'node_modules/@jupyterlab/core-meta/core.package.json'],
    ...flags,
    '.',
  ];
}

// "Circular dependency between chunks" means that the worker's code is now in the page's entry: that
// happens without an error when the worker's name equals the package's.
function refuseWarnings(output) {
  if (/circular dependency|^\s*warning\b/im.test(output)) {
    throw new StepError(`the labextension was built with warnings:\n${output.trimEnd()}`);
  }
}

/**
 * The worker's code must be in one worker chunk and in one text chunk, and nowhere else. Written in
 * any other form than `new Worker(new URL('…', import.meta.url), …)` it becomes a part of the page
 * and runs on the main thread, without a word from the builder.
 */
export async function checkWorkerChunks(folder = static_) {
  const holders = [];
  for (const name of await readdir(folder)) {
    if ((await readFile(path.join(folder, name), 'utf8')).includes(WORKER_MARKER)) {
      holders.push(name);
    }
  }
  const scripts = holders.filter(name => !name.endsWith('.map'));
  const workers = scripts.filter(name => /^labwire-worker\.[0-9a-f]+\.js$/.test(name));
  const texts = scripts.filter(name => !workers.includes(name));
  const entry = texts.find(name => name.startsWith('remoteEntry'));
  if (workers.length !== 1 || texts.length !== 1 || entry !== undefined) {
    throw new StepError(
      `the worker's code must be in static/labwire-worker.*.js and in one text chunk, ` +
        `it is in: ${scripts.join(', ') || 'no file'}`,
    );
  }
  const text = await readFile(path.join(folder, texts[0]), 'utf8');
  if (!/exports\s*=\s*["'`]/.test(text)) {
    throw new StepError(
      `static/${texts[0]} runs the worker's code on the page: it must hold it as text`,
    );
  }
}

async function entryName() {
  const manifest = JSON.parse(
    await readFile(path.join(root, 'labwire/labextension/package.json'), 'utf8'),
  );
  const entry = manifest.jupyterlab?._build?.load;
  if (!entry || !existsSync(path.join(root, 'labwire/labextension', entry))) {
    throw new StepError(`the labextension names no entry that exists: ${entry}`);
  }
  return entry;
}

const START_LIMIT = 100_000; // bytes of script, minified

/**
 * JupyterLab runs the entry and the chunks of `./extension` at its start, and waits for them. One import
 * of a widget as a value, where its type would do, and all widgets are among them.
 */
export async function checkStart(entry) {
  const text = await readFile(entry, 'utf8');
  const loads = /"\.\/extension":\(\)=>(.*?)\.then\(/s.exec(text)?.[1];
  const ids = [...(loads ?? '').matchAll(/\.e\("?([\w-]+)"?\)/g)].map(([, id]) => id);
  if (ids.length === 0) {
    throw new StepError(`${path.basename(entry)} does not say what ./extension loads`);
  }
  const folder = path.dirname(entry);
  const names = (await readdir(folder)).filter(name => ids.includes(name.split('.')[0] ?? ''));
  const sizes = await Promise.all(
    [entry, ...names.map(name => path.join(folder, name))].map(
      async file => (await stat(file)).size,
    ),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (names.length < ids.length || bytes > START_LIMIT) {
    throw new StepError(
      `JupyterLab would load ${bytes} bytes of scripts at its start (${names.join(', ')}), at most ` +
        `${START_LIMIT} are meant to be: see what src/plugins imports beside types`,
    );
  }
}

const PARTS = { lib: compile, worker: buildWorker, cli: buildCli, labextension: buildLabextension };

/** Build the named parts in their order; all of them when none is named. */
export async function build(names = Object.keys(PARTS)) {
  const unknown = names.filter(name => !(name in PARTS));
  if (unknown.length > 0) {
    throw new StepError(
      `no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`,
    );
  }
  for (const [name, make] of Object.entries(PARTS)) {
    if (names.includes(name)) {
      await make();
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async names => {
    checkNode();
    await ensureNodeModules();
    await build(names.length > 0 ? names : undefined);
  });
}

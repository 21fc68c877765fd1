// What the page and its workers load: the product's compiled rooms, bundled as the product's are.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../../scripts/steps.mjs';

const SETTINGS = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'es2022',
  write: false,
  outdir: 'lib/bench', // names the outputs; nothing is written
  logLevel: 'silent',
  loader: { '.svg': 'text', '.txt': 'text' },
};

/** One script from `entry`, a file of this folder. */
export async function script(entry, format, plugins = []) {
  const file = join('bench/browser', entry);
  const { outputFiles } = await build({ ...SETTINGS, entryPoints: [file], format, plugins });
  return outputFiles.find(({ path }) => path.endsWith('.js')).contents;
}

/** What the page of another bench loads: `jobs.js`, and its worker. The entries are files of bench/. */
export async function pageFiles({ jobs, worker }) {
  return {
    'jobs.js': await script(join('..', jobs), 'esm'),
    'worker.js': await script(join('..', worker), 'iife'),
  };
}

/**
 * Modules of the page: `jobs.js`, and the chunks that it loads when they are wanted, by name.
 * JupyterLab's own style sheets are left out.
 */
export async function page() {
  const { outputFiles } = await build({
    ...SETTINGS,
    entryPoints: { jobs: 'bench/browser/page.mjs' },
    format: 'esm',
    splitting: true,
    plugins: [
      {
        name: 'no-css',
        setup: ({ onLoad }) => onLoad({ filter: /\.css$/ }, () => ({ contents: '' })),
      },
    ],
  });
  return Object.fromEntries(
    outputFiles
      .filter(({ path }) => path.endsWith('.js'))
      .map(({ path, contents }) => [basename(path), contents]),
  );
}

/** The product's style, with as much of JupyterLab's theme as it needs. */
export async function style() {
  const { outputFiles } = await build({
    ...SETTINGS,
    entryPoints: ['bench/browser/page.css'],
    loader: { '.svg': 'dataurl' },
    plugins: [
      {
        name: 'packages',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^~/ }, ({ path }) => ({
            path: join(root, 'node_modules', path.slice(1)),
          })),
      },
    ],
  });
  return outputFiles[0].contents;
}

/** The product's worker as it is shipped. */
export function productWorker() {
  return readFile(join(root, 'lib/hub/worker.bundle.js'));
}

/**
 * The product's worker with another demo lab: `demo+` addresses reach the feeds of feeds.mjs. All
 * else is the code that is shipped.
 */
export function feedWorker() {
  return script('../../lib/hub/worker.js', 'iife', [
    {
      name: 'feeds',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^\.\/lazydemo\.js$/ }, ({ importer }) =>
          importer.endsWith('/hub/worker.js')
            ? { path: join(root, 'bench/browser/feeds.mjs') }
            : undefined,
        ),
    },
  ]);
}

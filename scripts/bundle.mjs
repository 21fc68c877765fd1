// The worker as one file without imports: src/hub/worker.ts → lib/hub/worker.bundle.js, and a copy
// that ends in .txt. The page loads the first as a worker chunk, and where that fails (a
// content-security policy, a proxy) makes a Blob of the second. Beside it the demo lab, which the
// worker loads when a `demo+` address is opened: src/hub/demoscript.ts → lib/hub/demo.bundle.js.
//
// esbuild makes it, not the labextension builder: in the builder's worker chunks every package that
// JupyterLab shares throws at start, and nothing would say so before a person opens a view.

import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, root, StepError } from './steps.mjs';

/** A text that is in the worker's code and in no other: the build looks for it where it must not be. */
export const WORKER_MARKER = 'labwire worker bundle';

export const WORKER_BUNDLE = path.join(root, 'lib/hub/worker.bundle.js');
export const DEMO_BUNDLE = path.join(root, 'lib/hub/demo.bundle.js');

// The worker's own rooms, and the packages that may come along. The demo lab has a bundle of its own.
const ALLOWED_INPUT =
  /^(src\/(?!(models|widgets|plugins|cli|npm|node|demolab)\/)|(.*\/)?node_modules\/comlink\/)/;

/** Settings for esbuild, for one build and for watching. */
export function workerOptions() {
  return {
    ...COMMON,
    entryPoints: ['src/hub/worker.ts'],
    outfile: WORKER_BUNDLE,
    metafile: true,
    banner: { js: `self.labwireBuild=${JSON.stringify(WORKER_MARKER)};` },
    plugins: [{ name: 'labwire-text', setup: build => build.onEnd(finish) }],
  };
}

/** The same for the demo lab's script. */
export function demoOptions() {
  return { ...COMMON, entryPoints: ['src/hub/demoscript.ts'], outfile: DEMO_BUNDLE };
}

const COMMON = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  mangleProps: /^_[a-z]/, // private members, by the project's spelling: 8 % of the bundle
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'warning',
};

async function finish({ errors, metafile }) {
  if (errors.length > 0) {
    return;
  }
  const strangers = Object.keys(metafile.inputs).filter(input => !ALLOWED_INPUT.test(input));
  if (strangers.length > 0) {
    return { errors: [{ text: `the worker must not contain ${strangers.join(', ')}` }] };
  }
  await copyFile(WORKER_BUNDLE, WORKER_BUNDLE.replace(/\.js$/, '.txt'));
}

/** @throws {StepError} with esbuild's own words. */
export async function bundleWorker() {
  const { build } = await import('esbuild');
  try {
    await build({ ...workerOptions(), logLevel: 'silent' });
    await build({ ...demoOptions(), logLevel: 'silent' });
  } catch (error) {
    throw new StepError(`worker bundle: ${error.message}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(bundleWorker);
}

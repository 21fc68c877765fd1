// The example extension, built as its README says, with the packages of this checkout: `labwire` is
// lib/ as compiled. No network, no second node_modules; two seconds, of which tsc takes most.

import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { root, run } from './steps.mjs';

const folder = path.join(root, 'examples/extension');
const packages = path.join(root, 'node_modules');

/** Needs lib/ (`npm run build -- lib`). @throws {StepError} with what tsc or the builder say. */
export async function buildExample() {
  const node = process.execPath;
  await run(node, [path.join(packages, 'typescript/bin/tsc'), '-p', folder]);
  const core = path.join(packages, '@jupyterlab/core-meta/core.package.json');
  // From its own folder: the builder takes a path from elsewhere for a package without a licence.
  const builder = path.join(packages, '@jupyter/builder/lib/build-labextension.js');
  await run(node, [builder, '--core-package-file', core, '.'], { cwd: folder });
}

/**
 * Lay the built example out as Jupyter looks for extensions.
 * @param {string} target made where it is missing
 * @returns {string} for JUPYTER_PATH
 */
export function linkExample(target) {
  const link = path.join(target, 'labextensions/labwire-example-gauge');
  if (!existsSync(link)) {
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(folder, 'labextension'), link, 'dir');
  }
  return target;
}

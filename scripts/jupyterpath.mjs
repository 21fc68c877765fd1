// Labwire as built in the checkout, laid out as Jupyter looks for it: no installation between an
// edit and the page that shows it.

import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { root, StepError } from './steps.mjs';

/**
 * @param {string} folder made where it is missing
 * @returns {{JUPYTER_PATH: string, PYTHONPATH: string}} for the environment of a Jupyter server
 */
export function linkCheckout(folder) {
  for (const [kind, target] of [
    ['labextensions', 'labwire/labextension'],
    ['kernels', 'jupyter-config/kernels/labwire'],
  ]) {
    if (!existsSync(path.join(root, target))) {
      throw new StepError(`${target} is not there: "npm run build" makes it`);
    }
    const link = path.join(folder, kind, 'labwire');
    if (!existsSync(link)) {
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(root, target), link, 'dir');
    }
  }
  return { JUPYTER_PATH: folder, PYTHONPATH: root };
}

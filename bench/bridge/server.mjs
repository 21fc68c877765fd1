// A jupyter_server for the bridge benches, with the bare probe kernel among its kernels.

import { join } from 'node:path';
import { root } from '../../scripts/steps.mjs';
import { Jupyter } from '../browser/jupyter.mjs';

const PROBE = ['python', join(root, 'tests/peers/probe_kernel.py'), '-f', '{connection_file}'];

export const Server = {
  /** @param {string} origin - a page that may open websockets here, or ''. */
  start(origin = '') {
    return Jupyter.start({ origin, kernels: { probe: PROBE } });
  },
};

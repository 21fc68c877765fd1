// The Jupyter that the browser tests talk to: its home, its port and where it finds Labwire.
//
// By default it takes labextension, kernelspec and Python package from the checkout as built, so
// that `npm run build && cd ui-tests && npx playwright test NAME` is the whole loop. With
// LABWIRE_UI_FROM=installed it takes what the wheel put into the virtual environment: `npm test`.
// The example extension is no part of the wheel and is built and linked in both cases.

import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildExample, linkExample } from '../scripts/example.mjs';
import { linkCheckout } from '../scripts/jupyterpath.mjs';
import { freePort } from '../scripts/ports.mjs';
import { python as own } from '../scripts/setup.mjs';

export const python = existsSync(own) ? own : 'python3';

/**
 * A fresh home and a free port. Playwright evaluates its configuration in every process; the first
 * one decides, and the others read its choice from the environment.
 */
export async function prepareJupyter() {
  process.env.LABWIRE_UI_PORT ??= String(await freePort());
  if (process.env.LABWIRE_UI_HOME === undefined) {
    await buildExample();
    process.env.LABWIRE_UI_HOME = makeHome();
  }
  const home = process.env.LABWIRE_UI_HOME;
  const port = Number(process.env.LABWIRE_UI_PORT);
  return { home, port, url: `http://127.0.0.1:${port}`, env: jupyterEnvironment(home) };
}

function makeHome() {
  const home = mkdtempSync(path.join(tmpdir(), 'labwire-ui-'));
  for (const folder of ['config', 'data', 'runtime', 'notebooks', 'workspaces', 'settings']) {
    mkdirSync(path.join(home, folder));
  }
  return home;
}

// Nothing of the user's own Jupyter is read or written: settings, policy and audit are the home's.
function jupyterEnvironment(home) {
  const example = linkExample(path.join(home, 'example'));
  const checkout =
    process.env.LABWIRE_UI_FROM === 'installed' ? null : linkCheckout(path.join(home, 'checkout'));
  return {
    JUPYTER_PATH: [checkout?.JUPYTER_PATH, example].filter(Boolean).join(path.delimiter),
    PYTHONPATH: checkout?.PYTHONPATH ?? '',
    JUPYTER_CONFIG_DIR: path.join(home, 'config'),
    JUPYTER_DATA_DIR: path.join(home, 'data'),
    JUPYTER_RUNTIME_DIR: path.join(home, 'runtime'),
    JUPYTERLAB_GALATA_ROOT_DIR: path.join(home, 'notebooks'),
    JUPYTERLAB_SETTINGS_DIR: path.join(home, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: path.join(home, 'workspaces'),
    IPYTHONDIR: path.join(home, 'ipython'),
    LABWIRE_UI_PORT: process.env.LABWIRE_UI_PORT,
    LABWIRE_UI_HOME: home,
  };
}

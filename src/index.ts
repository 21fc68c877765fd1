// The list of plugins.

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  commandsPlugin,
  hubPlugin,
  policyPlugin,
  rendererPlugin,
  viewsPlugin,
} from './plugins/index.js';

export * from './tokens.js';

const plugins: readonly JupyterFrontEndPlugin<unknown>[] = [
  hubPlugin,
  rendererPlugin,
  viewsPlugin,
  policyPlugin,
  commandsPlugin,
];

export default plugins;

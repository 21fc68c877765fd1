// The list of plugins.

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  commandsPlugin,
  hubPlugin,
  policyPlugin,
  rendererPlugin,
  sidebarPlugin,
  viewsPlugin,
} from './plugins/index.js';

export * from './tokens.js';

const plugins: readonly JupyterFrontEndPlugin<unknown>[] = [
  hubPlugin,
  rendererPlugin,
  viewsPlugin,
  policyPlugin,
  commandsPlugin,
  sidebarPlugin,
];

export default plugins;

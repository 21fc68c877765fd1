// The list of plugins.

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  commandsPlugin,
  hubPlugin,
  policyPlugin,
  rendererPlugin,
  rpcPlugin,
  sidebarPlugin,
  viewRegistryPlugin,
  viewsPlugin,
} from './plugins/index.js';

export * from './tokens.js';

const plugins: readonly JupyterFrontEndPlugin<unknown>[] = [
  hubPlugin,
  viewRegistryPlugin,
  rendererPlugin,
  viewsPlugin,
  policyPlugin,
  commandsPlugin,
  sidebarPlugin,
  rpcPlugin,
];

export default plugins;

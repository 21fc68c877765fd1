// Where other extensions add views.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Labwire } from './labwire.js';
import { ILabwire, IViewRegistry } from './token.js';

export const viewRegistryPlugin: JupyterFrontEndPlugin<IViewRegistry> = {
  id: 'labwire:view-registry',
  description: 'Lets other extensions add kinds of live views.',
  autoStart: true,
  requires: [ILabwire],
  provides: IViewRegistry,
  activate(_app: JupyterFrontEnd, labwire: ILabwire): IViewRegistry {
    return (labwire as Labwire).added;
  },
};

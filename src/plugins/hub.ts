// The plugin behind all others: one hub per tab, started when the first view is shown.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { BridgeServer } from './bridgeserver.js';
import { Labwire } from './labwire.js';
import { ILabwire } from './token.js';

export const hubPlugin: JupyterFrontEndPlugin<ILabwire> = {
  id: 'labwire:hub',
  description: 'Connects live views to lab instruments, in a worker of its own.',
  autoStart: true,
  provides: ILabwire,
  optional: [ITranslator, IThemeManager],
  activate(
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    themes: IThemeManager | null,
  ): ILabwire {
    const trans = (translator ?? nullTranslator).load('labwire');
    const server = new BridgeServer(app.serviceManager.serverSettings);
    const labwire = new Labwire({ server, trans });
    themes?.themeChanged.connect(() => labwire.restyle());
    return labwire;
  },
};

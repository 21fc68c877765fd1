// Cell outputs of type application/vnd.labwire.view.v1+json become live views.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { VIEW_MIME } from '../models/index.js';
import type { Labwire } from './labwire.js';
import { LateRenderer } from './laterenderer.js';
import { ILabwire } from './token.js';

const RANK = 40; // before HTML (50) and the pictures (80, 90), which are what others see

export const rendererPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labwire:renderer',
  description: 'Shows live views in cell outputs.',
  autoStart: true,
  requires: [ILabwire, IRenderMimeRegistry],
  optional: [ITranslator],
  activate(
    _app: JupyterFrontEnd,
    labwire: ILabwire,
    registry: IRenderMimeRegistry,
    translator: ITranslator | null,
  ): void {
    const trans = (translator ?? nullTranslator).load('labwire');
    registry.addFactory({
      // A view opens connections: an output without trust shows its picture or text instead.
      safe: false,
      mimeTypes: [VIEW_MIME],
      defaultRank: RANK,
      createRenderer: () =>
        new LateRenderer(async () => {
          const { content, liveViews } = labwire as Labwire;
          const { RenderedLiveView } = await content();
          return new RenderedLiveView(await liveViews(), trans);
        }),
    });
  },
};

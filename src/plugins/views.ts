// Live views in tabs of the main area (in Notebook 7 at its side), and what settings say about all views.

import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
  type ILayoutRestorer as Restorer,
} from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { JSONExt, type ReadonlyJSONObject } from '@lumino/coreutils';
import type { ViewOptions } from '../models/index.js';
import type { LiveView } from '../widgets/index.js';
import type { Labwire } from './labwire.js';
import { Tabs } from './tabs.js';
import { ILabwire } from './token.js';

const ID = 'labwire:views';

export const viewsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Opens live views in tabs.',
  autoStart: true,
  requires: [ILabwire],
  optional: [ILayoutRestorer, ISettingRegistry, ITranslator, ILabShell],
  activate(
    app: JupyterFrontEnd,
    labwire: ILabwire,
    restorer: Restorer | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
    labShell: ILabShell | null,
  ): void {
    const trans = (translator ?? nullTranslator).load('labwire');
    const tabs = new Tabs<LiveView>({
      name: 'labwire-view',
      app,
      labShell,
      restorer,
      stateOf: ({ spec }) => JSONExt.deepCopy(spec as unknown as ReadonlyJSONObject),
      contentOf: async state => {
        const { parseSpec } = await (labwire as Labwire).content();
        return labwire.createView({ spec: parseSpec(state), place: 'tab' });
      },
      dress: tab => {
        const { content, title } = tab;
        // JupyterLab calls every content "main area content"; this one has a name.
        content.node.setAttribute('aria-label', content.model.title);
        content.node.tabIndex = 0;
        // Values in the title may change with every frame; Lumino tells the tab bar only what is new.
        const entitle = (model: LiveView['model']) => {
          title.label = model.title;
        };
        entitle(content.model);
        content.model.frameChanged.connect(entitle);
        title.caption = content.spec.sources.map(({ address }) => address).join('\n');
        content.optionsChanged.connect(() => void tabs.save(tab));
      },
    });
    labwire.offerTabs(async spec => tabs.open(await labwire.createView({ spec, place: 'tab' })));
    if (settings !== null) {
      settings.load(ID).then(
        loaded => {
          const apply = () => {
            (labwire as Labwire).setDefaults(defaultsOf(loaded.composite));
          };
          loaded.changed.connect(apply);
          apply();
        },
        reason => {
          console.warn(trans.__('Labwire: its settings could not be read'), reason);
        },
      );
    }
  },
};

function defaultsOf(composite: ISettingRegistry.ISettings['composite']): ViewOptions {
  const { colormap, style } = composite as Pick<ViewOptions, 'colormap' | 'style'>;
  return {
    ...(colormap === undefined ? {} : { colormap }),
    ...(style === undefined ? {} : { style }),
  };
}

// Live views in tabs of the main area (in Notebook 7 at its side), and what settings say about all views.

import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
  type ILayoutRestorer as Restorer,
} from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';
import { parseSpec, type ViewOptions, type ViewSpec } from '../models/index.js';
import { type LiveView, viewIcon } from '../widgets/index.js';
import type { Labwire } from './labwire.js';
import { ILabwire } from './token.js';

type Tab = MainAreaWidget<LiveView>;
type RestoreOptions = NonNullable<Parameters<WidgetTracker<Tab>['restore']>[0]>;

const ID = 'labwire:views';

/**
 * Restores tabs without a command. One that takes an address as its argument could be run by a link
 * in any notebook; so the restorer is given a registry that only it knows.
 */
class TabTracker extends WidgetTracker<Tab> {
  constructor(open: (spec: ViewSpec, id: string) => Tab) {
    super({ namespace: 'labwire-views' });
    const execute = async (_command: string, args: unknown) => {
      const { spec, id } = args as { readonly spec?: unknown; readonly id?: unknown };
      // Its place in the layout is kept by its id.
      return open(parseSpec(spec), String(id));
    };
    this._registry = { execute } as unknown as RestoreOptions['registry'];
  }

  override async restore(options?: RestoreOptions): Promise<unknown> {
    return super.restore(options && { ...options, registry: this._registry });
  }

  override defer(options: RestoreOptions): void {
    super.defer({ ...options, registry: this._registry });
  }

  private readonly _registry: RestoreOptions['registry'];
}

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
    const open = (spec: ViewSpec, id = `labwire-view-${UUID.uuid4()}`): Tab => {
      const content = labwire.createView({ spec, place: 'tab' });
      const tab = new MainAreaWidget({ content });
      // JupyterLab calls every content "main area content"; this one has a name.
      content.node.setAttribute('aria-label', content.model.title);
      content.node.tabIndex = 0;
      tab.id = id;
      // Values in the title may change with every frame; Lumino tells the tab bar only what is new.
      const entitle = ({ title }: LiveView['model']) => {
        tab.title.label = title;
      };
      entitle(content.model);
      content.model.frameChanged.connect(entitle);
      tab.title.caption = spec.sources.map(({ address }) => address).join('\n');
      tab.title.icon = viewIcon;
      tab.title.closable = true;
      tab.toolbar.hide();
      content.optionsChanged.connect(() => void tracker.save(tab));
      void tracker.add(tab);
      if (labShell === null) {
        // Notebook 7 has one document to a page, and room at its side.
        app.shell.add(tab, 'right');
      } else {
        labShell.add(tab, 'main', { mode: 'split-right' });
      }
      app.shell.activateById(tab.id);
      return tab;
    };
    const tracker = new TabTracker(open);
    labwire.offerTabs(spec => open(spec));
    if (restorer !== null) {
      void restorer.restore(tracker, {
        command: 'labwire:views',
        args: tab => ({ id: tab.id, spec: JSON.parse(JSON.stringify(tab.content.spec)) }),
        name: tab => tab.id,
      });
    }
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

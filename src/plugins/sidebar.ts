// The sidebar: its panel, the list of instruments behind it, and what is open in cells and tabs.
//
// Nothing is connected, and no worker started, before a person has opened it.

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
  type ILayoutRestorer as Restorer,
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';
import { type IInstrumentStore, InstrumentsModel } from '../models/index.js';
import { Sidebar, sidebarIcon } from '../widgets/index.js';
import type { Labwire } from './labwire.js';
import { ILabwire } from './token.js';

const ID = 'labwire:sidebar';
const RANK = 700; // below JupyterLab's own panels

/** What the sidebar offers to the plugins that add a section to it. */
export interface ISidebar {
  readonly panel: Sidebar;
  readonly instruments: InstrumentsModel;
}

export const ISidebar = new Token<ISidebar>(
  'labwire:ISidebar',
  'Labwire’s sidebar: add a section, and know the instruments in its list.',
);

/** The list as JupyterLab's settings keep it. */
class SettingsStore implements IInstrumentStore {
  constructor(settings: ISettingRegistry.ISettings) {
    this._settings = settings;
    settings.changed.connect(() => this._changed.emit());
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  read(): unknown {
    return this._settings.composite.instruments;
  }

  async write(entries: readonly unknown[]): Promise<void> {
    await this._settings.set('instruments', entries as never);
  }

  private readonly _settings: ISettingRegistry.ISettings;
  private readonly _changed = new Signal<this, void>(this);
}

export const sidebarPlugin: JupyterFrontEndPlugin<ISidebar> = {
  id: ID,
  description: 'The sidebar with instruments and live views.',
  autoStart: true,
  provides: ISidebar,
  requires: [ILabwire],
  optional: [ITranslator, ISettingRegistry, ILayoutRestorer, ICommandPalette],
  activate(
    app: JupyterFrontEnd,
    labwire: ILabwire,
    translator: ITranslator | null,
    registry: ISettingRegistry | null,
    restorer: Restorer | null,
    palette: ICommandPalette | null,
  ): ISidebar {
    const trans = (translator ?? nullTranslator).load('labwire');
    const { session } = labwire as Labwire;
    const instruments = new InstrumentsModel({
      open: () => session.open(),
      after: (callback, ms) => {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
      nowMs: () => performance.now(),
    });
    session.stateChanged.connect((_session, state) => {
      if (state === 'running') {
        instruments.onRunning();
      }
    });
    const panel = new Sidebar({ translator: translator ?? nullTranslator });
    panel.shownChanged.connect((_panel, isShown) => instruments.setWatched(isShown));

    app.commands.addCommand('labwire:show-sidebar', {
      label: trans.__('Show Instruments and Live Views'),
      caption: trans.__('Open Labwire’s sidebar'),
      icon: sidebarIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        app.shell.activateById(panel.id);
      },
    });
    palette?.addItem({ command: 'labwire:show-sidebar', category: trans.__('Labwire') });

    registry?.load(ID).then(
      settings => instruments.setStore(new SettingsStore(settings)),
      reason => {
        console.warn(trans.__('Labwire: its list of instruments could not be read'), reason);
      },
    );
    app.shell.add(panel, 'left', { rank: RANK, type: 'Labwire' });
    restorer?.add(panel, panel.id);
    return { panel, instruments };
  },
};

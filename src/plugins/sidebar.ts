// The sidebar: its panel, the list of instruments behind it, and what is open in cells and tabs.
//
// Nothing is connected, no worker started, and no section made, before a person has opened it.

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
import type { Widget } from '@lumino/widgets';
import {
  faultOf,
  type IInstrumentStore,
  InstrumentsModel,
  LiveViewsModel,
} from '../models/index.js';
import type { Fault } from '../values/index.js';
import {
  type InstrumentsSection,
  Sidebar,
  type SidebarSection,
  sidebarIcon,
} from '../widgets/index.js';
import { commandAdder } from './command.js';
import type { Labwire } from './labwire.js';
import { OpenViews } from './openviews.js';
import { afterPalette } from './palette.js';
import { ILabwire } from './token.js';

const ID = 'labwire:sidebar';
const RANK = 700; // below JupyterLab's own panels
const SETTINGS_COMMAND = 'settingeditor:open';

/** What the sidebar offers to the plugins that add a section to it. */
export interface ISidebar {
  readonly panel: Sidebar;
  readonly instruments: InstrumentsModel;
  /** The list was read, or could not be. */
  readonly listed: Promise<void>;
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
    const { session, viewsChanged } = labwire as Labwire;
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
    const views = new LiveViewsModel();
    const open = new OpenViews(app.shell);
    viewsChanged.connect(() => views.setViews(open.list(labwire.views)));

    const panel = new Sidebar({ translator: translator ?? nullTranslator });
    panel.shownChanged.connect((_panel, isShown) => instruments.setWatched(isShown));
    const hasEditor = () => app.commands.hasCommand(SETTINGS_COMMAND);
    let refused: Fault | null = null; // the settings that keep the list
    const section = panel.addSection({
      label: trans.__('Instruments'),
      rank: 100,
      make: async () => {
        const { InstrumentsSection, specOf } = await (labwire as Labwire).content();
        const made = new InstrumentsSection({
          model: instruments,
          trans,
          actions: {
            decide: endpoints => (labwire as Labwire).decide(endpoints),
            openAddress: address =>
              labwire.openTab === null ? null : () => void labwire.openTab?.(specOf(address)),
            openSettings: () => {
              if (hasEditor()) {
                void app.commands.execute(SETTINGS_COMMAND, { query: 'Labwire' });
              }
            },
          },
        });
        if (refused !== null) {
          made.showFault(refused);
        }
        return made;
      },
    });
    const viewsSection = panel.addSection({
      label: trans.__('Live views'),
      rank: 300,
      make: async () => {
        const { LiveViewsSection } = await (labwire as Labwire).content();
        return new LiveViewsSection({ model: views, trans });
      },
    });

    const add = commandAdder(app, palette, trans);
    const addCommand = (
      name: string,
      label: string,
      execute: () => unknown,
      isEnabled: () => boolean = () => true,
    ) => add(name, { label, icon: sidebarIcon, isEnabled, execute: afterPalette(execute) });
    const show = <T extends Widget>(shown: SidebarSection<T>): Promise<T> => {
      app.shell.activateById(panel.id);
      panel.expand(shown);
      return shown.make();
    };
    addCommand('show-sidebar', trans.__('Show Instruments and Live Views'), () => {
      app.shell.activateById(panel.id);
    });
    addCommand('add-instrument', trans.__('Add an Instrument…'), async () => {
      (await show(section)).showForm();
    });
    // These act on the instrument that the person has opened in the list.
    const addForCurrent = (
      name: string,
      label: string,
      execute: (made: InstrumentsSection) => void,
      isEnabled: (made: InstrumentsSection) => boolean = () => true,
    ) => {
      const shown = () => (instruments.current === null ? null : section.made);
      addCommand(
        name,
        label,
        () => {
          const made = shown();
          if (made !== null) {
            execute(made);
          }
        },
        () => {
          const made = shown();
          return made !== null && isEnabled(made);
        },
      );
    };
    addForCurrent('edit-instrument', trans.__('Edit the Instrument…'), made => {
      void show(section);
      made.editCurrent();
    });
    addForCurrent(
      'guard-instrument',
      trans.__('Make the Instrument Read-Only, or Confirm Its Calls…'),
      made => {
        void show(section);
        made.guardCurrent();
      },
    );
    addForCurrent('remove-instrument', trans.__('Remove the Instrument…'), made =>
      made.removeCurrent(),
    );
    addForCurrent('reconnect-instrument', trans.__('Reconnect the Instrument Now'), () => {
      if (instruments.current !== null) {
        instruments.retry(instruments.current);
      }
    });
    addForCurrent(
      'open-instrument',
      trans.__('Open the Instrument as a Live View'),
      made => made.openCurrent(),
      made => made.canOpenCurrent,
    );
    addCommand('find-view', trans.__('Find a Live View That Is Open…'), async () => {
      (await show(viewsSection)).activate();
    });
    // This one acts on the view that the person is in.
    add('stop-view', {
      label: trans.__('Stop the Live View: Close Its Tab, or Freeze It'),
      isEnabled: () => labwire.focused !== null,
      execute: () => {
        const { focused } = labwire;
        if (focused !== null) {
          open.list([focused])[0]?.stop();
        }
      },
    });

    const listed = registry?.load(ID).then(
      settings => instruments.setStore(new SettingsStore(settings)),
      reason => {
        // Not even a list: the whole file is refused, and nothing of it is known.
        refused = faultOf(reason);
        section.made?.showFault(refused);
      },
    );
    app.shell.add(panel, 'left', { rank: RANK, type: 'Labwire' });
    restorer?.add(panel, panel.id);
    return { panel, instruments, listed: listed ?? Promise.resolve() };
  },
};

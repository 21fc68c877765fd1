// What can be called: the sidebar's Methods, and cell outputs of application/vnd.labwire.rpc.v1+json.
//
// Both show forms, and nothing is called but by a person in a form: there is no command here that calls.

import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
  type ILayoutRestorer as Restorer,
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import {
  type CallGuard,
  callTabOf,
  type ICallGuards,
  type InstrumentsModel,
  parseCallTab,
  RPC_MIME,
} from '../models/index.js';
import type { CallForm, CallOffer } from '../widgets/index.js';
import { addCallCommands } from './callcommands.js';
import { commandAdder } from './command.js';
import { FocusTracker } from './focus.js';
import { insertCell } from './insertion.js';
import type { Labwire } from './labwire.js';
import { LateRenderer } from './laterenderer.js';
import { once } from './loading.js';
import { afterPalette } from './palette.js';
import { ISidebar } from './sidebar.js';
import { Tabs } from './tabs.js';
import { ILabwire } from './token.js';

const RANK = 40; // as live views have it
const SECTION_RANK = 200;

/** What a person has set for the instruments in the list. */
class ListGuards implements ICallGuards {
  constructor(instruments: InstrumentsModel) {
    this._instruments = instruments;
    this.changed = instruments.changed;
  }

  readonly changed: ISignal<unknown, unknown>;

  /** One for each endpoint, as the hub has it: the strictest of its instruments holds. */
  guardOf(address: string): CallGuard {
    const there = this._instruments.sharing(address);
    return {
      readOnly: there.some(({ readOnly }) => readOnly),
      confirmCalls: there.some(({ confirm }) => confirm),
    };
  }

  private readonly _instruments: InstrumentsModel;
}

export const rpcPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labwire:rpc',
  description: 'Calls methods of instruments, from the sidebar and from cell outputs.',
  autoStart: true,
  requires: [ILabwire],
  optional: [
    IRenderMimeRegistry,
    ISidebar,
    ITranslator,
    ICommandPalette,
    ILayoutRestorer,
    ILabShell,
  ],
  activate(
    app: JupyterFrontEnd,
    labwire: ILabwire,
    registry: IRenderMimeRegistry | null,
    sidebar: ISidebar | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: Restorer | null,
    labShell: ILabShell | null,
  ): void {
    const trans = (translator ?? nullTranslator).load('labwire');
    const guards = sidebar === null ? null : new ListGuards(sidebar.instruments);
    if (sidebar !== null && guards !== null) {
      (labwire as Labwire).guardWith(sidebar.listed.then(() => guards));
    }
    const insert = (text: string) => insertCell(app, text, trans);
    const focus = new FocusTracker<CallForm>();
    const offers = new FocusTracker<CallOffer>();
    const calls = once(async () => {
      const { content, liveViews } = labwire as Labwire;
      const { Calls } = await content();
      const openTab = (form: CallForm) => {
        tabs.open(form);
        form.focusFirst();
      };
      const views = await liveViews();
      return new Calls(labwire as Labwire, views, focus, offers, guards, insert, openTab, trans);
    });
    const tabs = new Tabs<CallForm>({
      name: 'labwire-call',
      app,
      labShell,
      restorer,
      stateOf: ({ model, target }) => callTabOf(target, model),
      contentOf: async state => (await calls()).formAgain(parseCallTab(state)),
      dress: tab => {
        const { content, title } = tab;
        content.addClass('jp-mod-tab');
        // JupyterLab calls every content "main area content"; this one has a name.
        content.node.setAttribute('role', 'group');
        content.node.setAttribute('aria-label', trans.__('Call %1', content.heading));
        title.label = content.heading;
        title.caption = content.model.address;
        const save = () => void tabs.save(tab);
        content.model.fieldsChanged.connect(save);
        content.model.fieldChecked.connect(save);
      },
    });
    const add = commandAdder(app, palette, trans);
    addCallCommands(add, () => focus.current, trans);
    add('go-to-offer', {
      label: trans.__('Go to Connect, and List the Methods'),
      isEnabled: () => offers.current !== null,
      execute: afterPalette(() => offers.current?.focusConnect()),
    });
    if (sidebar !== null) {
      const { panel, instruments } = sidebar;
      const section = panel.addSection({
        label: trans.__('Methods'),
        rank: SECTION_RANK,
        make: async () => {
          const made = (await calls()).section(instruments);
          // The first form gets the room that it needs; from then on the person has the last word.
          made.opened.connect(function first() {
            made.opened.disconnect(first);
            panel.favour(section);
          });
          return made;
        },
      });
      add('find-method', {
        label: trans.__('Find a Method to Call…'),
        caption: trans.__('Search the methods of the instruments in Labwire’s sidebar'),
        execute: afterPalette(async () => {
          app.shell.activateById(panel.id);
          panel.expand(section);
          (await section.make()).focusFilter();
        }),
      });
    }
    registry?.addFactory({
      // It offers calls: an output without trust shows its text instead.
      safe: false,
      mimeTypes: [RPC_MIME],
      defaultRank: RANK,
      createRenderer: () =>
        new LateRenderer(async () => {
          const { RenderedRpc } = await (labwire as Labwire).content();
          return new RenderedRpc(await calls(), trans);
        }),
    });
  },
};

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
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import {
  type CallArguments,
  CallFormModel,
  type CallGuard,
  CallHistory,
  type CallTab,
  callTabOf,
  type ICallGuards,
  type InstrumentsModel,
  type MethodDescription,
  MethodsModel,
  nameOf,
  parseCallTab,
  RPC_MIME,
  type RpcSpec,
  resultSource,
  resultSpec,
} from '../models/index.js';
import { formatEndpoint, parseAddress } from '../values/index.js';
import { CallForm, MethodsSection } from '../widgets/index.js';
import { addCallCommands } from './callcommands.js';
import { commandAdder } from './command.js';
import { FocusTracker } from './focus.js';
import { insertCell } from './insertion.js';
import type { Labwire } from './labwire.js';
import { afterPalette } from './palette.js';
import { RenderedRpc } from './renderedrpc.js';
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

/** Makes forms and browsers, in the sidebar and in cells. One history for all. */
export class Calls {
  constructor(
    private readonly _labwire: Labwire,
    private readonly _guards: ICallGuards | null,
    private readonly _insert: (text: string) => Promise<void>,
    private readonly _openTab: (form: CallForm) => void,
    private readonly _trans: TranslationBundle,
  ) {}

  form(options: {
    readonly address: string;
    readonly target: string;
    readonly method: MethodDescription;
    readonly filled: CallArguments | null;
    readonly place: 'cell' | 'tab' | 'sidebar';
    readonly isKnown?: boolean;
  }): CallForm {
    const { address, target, method, filled, place, isKnown = true } = options;
    const { session } = this._labwire;
    const model = new CallFormModel({
      address,
      method,
      open: () => session.open(),
      history: this._history,
      guards: this._guards,
      isKnown,
      ...(filled === null ? {} : { filled }),
    });
    const form = new CallForm({
      model,
      target,
      actions: {
        viewOf: (entry, view): Widget =>
          this._labwire.createView({
            spec: resultSpec(entry, view),
            source: resultSource(session, entry.callId),
          }),
        insertCell: place === 'cell' ? null : this._insert,
        openTab:
          place === 'sidebar'
            ? ({ method: known, filled: typed }) =>
                this._openTab(
                  this.form({ address, target, method: known, filled: typed, place: 'tab' }),
                )
            : null,
      },
      trans: this._trans,
    });
    this._focus.add(form);
    return form;
  }

  /** The form that the person is in. */
  get focused(): CallForm | null {
    return this._focus.current;
  }

  /** The form of a cell. It connects to nothing before the person wants it. */
  formOf(spec: RpcSpec & { readonly method: string }): CallForm {
    const { address, method: name, args, kwargs } = spec;
    const method: MethodDescription = {
      name,
      parameters: null,
      signature: null,
      docstring: null,
      isLifeCycle: false,
    };
    const target = nameOf(address);
    return this.form({
      address,
      target,
      method,
      filled: { args, kwargs },
      place: 'cell',
      isKnown: false,
    });
  }

  /** The form of a tab that was open before the page was loaded anew. It has asked nobody yet. */
  formAgain({ address, target, method, filled }: CallTab): CallForm {
    return this.form({ address, target, method, filled, place: 'tab', isKnown: false });
  }

  /** All methods of one address. */
  browserOf(address: string): MethodsSection {
    const one = {
      instruments: [{ name: formatEndpoint(parseAddress(address)), address }],
      changed: new Signal<object, void>({}),
    };
    const model = new MethodsModel({ open: () => this._labwire.session.open(), callables: one });
    return new MethodsSection({
      model,
      formOf: chosen => this.form({ ...chosen, place: 'cell' }),
      emptyText: this._trans.__('Nothing can be called at %1.', address),
      trans: this._trans,
    });
  }

  /** All methods of the instruments in the list. */
  section(instruments: InstrumentsModel): MethodsSection {
    const { session } = this._labwire;
    return new MethodsSection({
      model: new MethodsModel({ open: () => session.open(), callables: instruments }),
      formOf: chosen => this.form({ ...chosen, place: 'sidebar' }),
      emptyText: this._trans.__(
        'No methods yet. Add an instrument above, such as 127.0.0.1:3251, or the demo lab.',
      ),
      trans: this._trans,
    });
  }

  private readonly _history = new CallHistory();
  private readonly _focus = new FocusTracker<CallForm>();
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
    const openTab = (form: CallForm) => {
      tabs.open(form);
      form.focusFirst();
    };
    const calls = new Calls(labwire as Labwire, guards, insert, openTab, trans);
    const tabs = new Tabs<CallForm>({
      name: 'labwire-call',
      app,
      labShell,
      restorer,
      stateOf: ({ model, target }) => callTabOf(target, model),
      contentOf: state => calls.formAgain(parseCallTab(state)),
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
    addCallCommands(add, () => calls.focused, trans);
    if (sidebar !== null) {
      const section = calls.section(sidebar.instruments);
      sidebar.panel.addSection(section, SECTION_RANK);
      // The first form gets the room that it needs; from then on the person has the last word.
      section.opened.connect(function once() {
        section.opened.disconnect(once);
        sidebar.panel.favour(section);
      });
      add('find-method', {
        label: trans.__('Find a Method to Call…'),
        caption: trans.__('Search the methods of the instruments in Labwire’s sidebar'),
        execute: afterPalette(() => {
          app.shell.activateById(sidebar.panel.id);
          sidebar.panel.expand(section);
          section.focusFilter();
        }),
      });
    }
    registry?.addFactory({
      // It offers calls: an output without trust shows its text instead.
      safe: false,
      mimeTypes: [RPC_MIME],
      defaultRank: RANK,
      createRenderer: () => new RenderedRpc(calls, trans),
    });
  },
};

// Makes forms and browsers of what can be called, in the sidebar, in tabs and in cells. One history for all.

import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import {
  type CallArguments,
  CallFormModel,
  CallHistory,
  type CallTab,
  type ICallGuards,
  type InstrumentsModel,
  type MethodDescription,
  MethodsModel,
  nameOf,
  type RpcSpec,
  resultSource,
  resultSpec,
} from '../models/index.js';
import { formatEndpoint, parseAddress } from '../values/index.js';
import { CallForm, CallOffer, MethodsSection } from '../widgets/index.js';
import type { FocusTracker } from './focus.js';
import type { Labwire } from './labwire.js';
import type { LiveViews } from './liveviews.js';

export class Calls {
  constructor(
    private readonly _labwire: Labwire,
    private readonly _views: LiveViews,
    private readonly _focus: FocusTracker<CallForm>,
    private readonly _offers: FocusTracker<CallOffer>,
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
          this._views.create({
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

  /** What stands in a cell until the person wants to know what can be called. It connects to nothing. */
  offerOf(address: string, onConnect: () => void): CallOffer {
    const offer = new CallOffer({ address, onConnect, trans: this._trans });
    this._offers.add(offer);
    return offer;
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
}

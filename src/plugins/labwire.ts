// The tab's one hub and the views that use it.

import type { TranslationBundle } from '@jupyterlab/translation';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import {
  BridgeOpener,
  HubSession,
  type IBridgeServer,
  LiveViewModel as Model,
  PolicyModel,
  specOf,
  type ViewOptions,
  type ViewSpec,
} from '../models/index.js';
import { LiveView } from '../widgets/index.js';
import { FocusTracker } from './focus.js';
import type { ILabwire, LiveViewOptions } from './token.js';

export namespace Labwire {
  export interface IOptions {
    /** How to reach the bridge kernel; null: only `demo+` addresses work. */
    readonly server: IBridgeServer | null;
    readonly trans: TranslationBundle;
  }
}

export class Labwire implements ILabwire {
  constructor(options: Labwire.IOptions) {
    this._trans = options.trans;
    const opener = options.server === null ? null : new BridgeOpener(options.server);
    this.session = new HubSession({
      page:
        opener === null
          ? null
          : {
              openChannel: reason => opener.open(reason),
              policyAsked: question => this.policy.ask(question),
              policySettled: questionId => this.policy.settle(questionId),
            },
      screen: {
        requestFrame: callback => {
          requestAnimationFrame(() => callback());
        },
        delay: (callback, ms) => {
          setTimeout(callback, ms);
        },
        nowMs: () => performance.now(),
      },
    });
    this.policy = new PolicyModel({ open: () => this.session.open() });
    // Streams end at once, not when their lease does. A page that is kept for going back to stays.
    window.addEventListener('pagehide', event => {
      if (!event.persisted) {
        this.session.bye();
      }
    });
  }

  readonly policy: PolicyModel;

  /** The worker behind it all. */
  readonly session: HubSession;

  get views(): readonly LiveView[] {
    return [...this._views];
  }

  /** A view was made, or is gone. */
  get viewsChanged(): ISignal<this, void> {
    return this._viewsChanged;
  }

  get focused(): LiveView | null {
    return this._focus.current;
  }

  get openTab(): ((spec: ViewSpec) => Widget) | null {
    return this._openTab;
  }

  createView({ spec, place = 'cell', frozen, source }: LiveViewOptions): LiveView {
    const model = new Model({ spec, source: source ?? this.session });
    if (frozen !== undefined) {
      model.freeze(frozen.atNs);
    } else if (source !== undefined) {
      model.open(); // who has a source knows what opening it does
    }
    const hasTabs = this._openTab !== null && source === undefined;
    const view = new LiveView({
      model,
      place,
      trans: this._trans,
      defaults: this._defaults,
      actions: {
        openTab: hasTabs ? given => void this._openTab?.(given) : null,
        openAddress: address => void this._openTab?.(specOf(address)),
        decide: asking => this.decide(asking.endpoints),
      },
      ...(frozen?.picture == null ? {} : { picture: frozen.picture }),
    });
    this._views.add(view);
    this._focus.add(view);
    view.disposed.connect(() => {
      this._views.delete(view);
      this._viewsChanged.emit();
    });
    this._viewsChanged.emit();
    return view;
  }

  offerTabs(open: (spec: ViewSpec) => Widget): IDisposable {
    this._openTab = open;
    return new DisposableDelegate(() => {
      if (this._openTab === open) {
        this._openTab = null;
      }
    });
  }

  offerAnswers(ask: (endpoints: readonly string[]) => void): IDisposable {
    this._ask = ask;
    return new DisposableDelegate(() => {
      if (this._ask === ask) {
        this._ask = null;
      }
    });
  }

  /** What settings say about new and open views. */
  setDefaults(defaults: ViewOptions): void {
    this._defaults = defaults;
    for (const view of this._views) {
      view.takeDefaults(defaults);
    }
  }

  /** The theme changed. */
  restyle(): void {
    for (const view of this._views) {
      view.restyle();
    }
  }

  /** Let the person decide whether the bridge may connect to one of these. */
  decide(endpoints: readonly string[]): void {
    this._ask?.(endpoints);
  }

  private readonly _trans: TranslationBundle;
  private readonly _views = new Set<LiveView>();
  private readonly _viewsChanged = new Signal<this, void>(this);
  private readonly _focus = new FocusTracker();
  private _openTab: ((spec: ViewSpec) => Widget) | null = null;
  private _ask: ((endpoints: readonly string[]) => void) | null = null;
  private _defaults: ViewOptions = {};
}

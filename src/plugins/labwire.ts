// The tab's one hub and the views that use it.

import type { TranslationBundle } from '@jupyterlab/translation';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import {
  BridgeOpener,
  type CallOptions,
  HubSession,
  type IBridgeServer,
  type ICallGuards,
  type IWatch,
  PolicyModel,
  ValueCaller,
  type ViewOptions,
  ViewRegistry,
  type ViewSpec,
  Watch,
} from '../models/index.js';
import type { PlainValue, PyClone } from '../values/index.js';
import type { LiveView, ViewExtension } from '../widgets/index.js';
import { confirmCall } from './confirmation.js';
import { FocusTracker } from './focus.js';
import type { LiveViews } from './liveviews.js';
import { type Content, contentLoader, once } from './loading.js';
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
    const { trans } = options;
    this.content = contentLoader(trans);
    this.liveViews = once(async () => {
      const { LiveViews } = await this.content();
      return new LiveViews(this, trans);
    });
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
    this._caller = new ValueCaller({
      open: () => this.session.open(),
      guards: () => this._guards,
      confirm: (address, call) => confirmCall(address, call, trans),
    });
    // Streams end at once, not when their lease does. A page that is kept for going back to stays.
    window.addEventListener('pagehide', event => {
      if (!event.persisted) {
        this.session.bye();
      }
    });
  }

  readonly policy: PolicyModel;

  /** The code of what people see: loaded now, if it was not before. */
  readonly content: () => Promise<Content>;

  /** What makes views. */
  readonly liveViews: () => Promise<LiveViews>;

  /** What other extensions draw. */
  readonly added = new ViewRegistry<ViewExtension>();

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

  get openTab(): ((spec: ViewSpec) => Promise<Widget>) | null {
    return this._openTab;
  }

  async createView(options: LiveViewOptions): Promise<LiveView> {
    return (await this.liveViews()).create(options);
  }

  /** A view that was made: it is one of `views` until it is disposed. */
  adopt(view: LiveView): void {
    this._views.add(view);
    this._focus.add(view);
    view.disposed.connect(() => {
      this._views.delete(view);
      this._viewsChanged.emit();
    });
    this._viewsChanged.emit();
  }

  watch(address: string, options: { readonly plain: true }): IWatch<PlainValue>;
  watch(address: string, options?: { readonly plain?: false }): IWatch;
  watch(address: string, { plain = false }: { readonly plain?: boolean } = {}): unknown {
    return new Watch({ address, plain, source: this.session });
  }

  call(
    address: string,
    method: string,
    options: CallOptions & { readonly plain: true },
  ): Promise<PlainValue>;
  call(
    address: string,
    method: string,
    options?: CallOptions & { readonly plain?: false },
  ): Promise<PyClone>;
  call(address: string, method: string, options?: CallOptions): Promise<unknown> {
    return this._caller.call(address, method, options);
  }

  /** What a person has set for the instruments; null where nothing keeps a list of them. */
  get guards(): Promise<ICallGuards | null> {
    return this._guards;
  }

  /** What a person has set for the instruments, as soon as their list is read. */
  guardWith(guards: Promise<ICallGuards>): void {
    this._guards = guards;
  }

  offerTabs(open: (spec: ViewSpec) => Promise<Widget>): IDisposable {
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

  get defaults(): ViewOptions {
    return this._defaults;
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

  private readonly _caller: ValueCaller;
  private readonly _views = new Set<LiveView>();
  private readonly _viewsChanged = new Signal<this, void>(this);
  private readonly _focus = new FocusTracker();
  private _openTab: ((spec: ViewSpec) => Promise<Widget>) | null = null;
  private _ask: ((endpoints: readonly string[]) => void) | null = null;
  private _guards: Promise<ICallGuards | null> = Promise.resolve(null);
  private _defaults: ViewOptions = {};
}

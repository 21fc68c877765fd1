// What other extensions may ask of Labwire.
//
// They are code that the person has installed, and trusted like it: nothing here asks before it
// connects. What guards against accidents holds for them too.

import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';
import type { CallOptions, IFrameSource, IWatch, PolicyModel, ViewSpec } from '../models/index.js';
import type { PlainValue, PyClone } from '../values/index.js';
import type { LiveView, IViewRegistry as Registry } from '../widgets/index.js';

export type LiveViewOptions = {
  readonly spec: ViewSpec;
  /** `cell`: it has a height of its own. `tab`: it fills what it is put in. Default: `cell`. */
  readonly place?: 'cell' | 'tab';
  /** Start frozen, connected to nothing, with a picture of that time (PNG, base64). */
  readonly frozen?: { readonly atNs: bigint; readonly picture: string | null };
  /** Where its frames come from, e.g. the result of a call. Default: what the spec names. */
  readonly source?: IFrameSource;
};

/** The one hub of this tab, as far as others may use it. */
export interface ILabwire {
  /**
   * A live view to put anywhere. It connects when it is attached, and lets go when it is disposed:
   * that is the caller's part.
   * The first one waits until the page has the code of views, which it does not have before.
   * @throws {ParseError} an address that cannot be read. What else is wrong is shown in the view.
   */
  createView(options: LiveViewOptions): Promise<LiveView>;
  /**
   * Watch the value at an address, from now until the result is disposed: the caller's part. Whoever
   * watches the same instrument shares one connection.
   *
   * At most one update an animation frame, none while the page is hidden, always the newest value. One
   * of more than 1 MB is not handed over: the reading says so, and a view can show it. Values are exact
   * (`PyClone`: an int is a bigint, a float a number, tuples, dicts and arrays are tagged); with `plain`
   * ordinary numbers up to 2^53, arrays and objects. They belong to the caller.
   *
   * It connects at once, also where opening has effects: whether to ask a person first is up to the caller.
   * Where the bridge must ask, the reading's status is `asking`.
   *
   * @throws {ParseError} an address that cannot be read. All else is told by the reading's status.
   */
  watch(address: string, options: { readonly plain: true }): IWatch<PlainValue>;
  watch(address: string, options?: { readonly plain?: false }): IWatch;
  /**
   * Call a method of a target, and get what it returned: exact, or ordinary with `plain`, as `watch`.
   *
   * Meant for a gesture of a person: nothing that is shown or opened may call by itself. It goes the way of
   * the sidebar's calls: refused where the instrument is read-only, confirmed by a person where it is
   * marked so, written into the audit.
   *
   * @param address - of the target, e.g. `sipyco+rpc://127.0.0.1:3251/siggen`.
   * @throws {RemoteError} the method raised: class, message and traceback as `remoteClass`,
   *   `remoteMessage`, `remoteTraceback`.
   * @throws {PolicyError} read-only, or a person declined. @throws {EncodeError} an argument that is no
   *   Python value. @throws {DeadlineError} no answer in time. @throws {LimitError} a result of more than
   *   16 MB; it was called. @throws {TransportError} the link. @throws the signal's reason.
   *   Errors are told apart by `name`; after the second and third nothing was sent.
   */
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
  /** The views that exist, in the order in which they were made. */
  readonly views: readonly LiveView[];
  /** The view that commands act on: where the person was last, unless they have gone elsewhere. */
  readonly focused: LiveView | null;
  /** Questions of the bridge that wait for a person. */
  readonly policy: PolicyModel;
  /** Show a view in the main area; null where nothing offers tabs. */
  readonly openTab: ((spec: ViewSpec) => Promise<Widget>) | null;
  /** Offer tabs until the result is disposed. */
  offerTabs(open: (spec: ViewSpec) => Promise<Widget>): IDisposable;
  /** Offer to let the person answer a question, until the result is disposed. */
  offerAnswers(ask: (endpoints: readonly string[]) => void): IDisposable;
}

export const ILabwire = new Token<ILabwire>(
  'labwire:ILabwire',
  'Live views of lab instruments: make one, find those that are open; watch a value, call a method.',
);

/** Where other extensions add views, and controls: a control is a view that calls on a person's gesture. */
export type IViewRegistry = Registry;

export const IViewRegistry = new Token<IViewRegistry>(
  'labwire:IViewRegistry',
  'Add a kind of live view, by a name such as example:gauge.',
);

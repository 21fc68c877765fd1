// What other extensions may ask of Labwire.

import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';
import type { IFrameSource, PolicyModel, ViewSpec } from '../models/index.js';
import type { LiveView } from '../widgets/index.js';

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
   * @throws {ParseError} an address that cannot be read. What else is wrong is shown in the view.
   */
  createView(options: LiveViewOptions): LiveView;
  /** The views that exist, in the order in which they were made. */
  readonly views: readonly LiveView[];
  /** The view that commands act on: where the person was last, unless they have gone elsewhere. */
  readonly focused: LiveView | null;
  /** Questions of the bridge that wait for a person. */
  readonly policy: PolicyModel;
  /** Show a view in the main area; null where nothing offers tabs. */
  readonly openTab: ((spec: ViewSpec) => Widget) | null;
  /** Offer tabs until the result is disposed. */
  offerTabs(open: (spec: ViewSpec) => Widget): IDisposable;
  /** Offer to let the person answer a question, until the result is disposed. */
  offerAnswers(ask: (endpoints: readonly string[]) => void): IDisposable;
}

export const ILabwire = new Token<ILabwire>(
  'labwire:ILabwire',
  'Live views of lab instruments: make one, find those that are open.',
);

// A view reduces what its sources say to what a screen can show.
//
// It holds the state (a value, a ring, a pyramid, rows) and a viewport told by the page, and yields
// frames no larger than the viewport. Its cost grows with the viewport, not with the data rate:
// `input` only notes what changed, `frame` does the work, at most once per frame drawn.

import type { Display, Fault } from '../../values/index.js';
import type { Frame, FrameHead, SourceRole, ViewAnswer, Viewport, ViewQuery } from '../api.js';
import type { SourceEvent } from '../sources/source.js';

/** A frame without its head, and what is to be transferred with it. */
export type Body<F extends Frame = Frame> = F extends Frame
  ? { readonly content: Omit<F, keyof FrameHead>; readonly transfer: readonly Transferable[] }
  : never;

export interface IView {
  readonly kind: Frame['kind'];
  /** Something happened at the source with this role. Never throws for what a value looks like. */
  input(role: SourceRole, event: SourceEvent): void;
  setViewport(viewport: Viewport): void;
  /** Would a frame differ from the last one taken? */
  readonly dirty: boolean;
  /** The picture now; clears `dirty`. A value that does not fit gives `kind: 'empty'` with a fault. */
  frame(nowMs: number): Body | Promise<Body>;
  /** @throws {RangeError | UnsupportedError} a question that this kind of view cannot answer. */
  ask(query: ViewQuery): ViewAnswer;
  /** Type and display of the leading value for the frame's head. */
  readonly type: string;
  readonly display: Display;
  close(): void;
}

/** Why this value cannot be shown by this view: told in the frame, with what to try. */
export type Misfit = Fault;

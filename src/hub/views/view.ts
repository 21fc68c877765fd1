// A view reduces what its sources say to what a screen can show.
//
// It holds the state (a value, a ring, a pyramid, rows) and a viewport told by the page, and yields
// frames no larger than the viewport. Its cost grows with the viewport, not with the data rate:
// `input` only notes what changed, `frame` does the work, at most once per frame drawn.

import type { Display, Fault } from '../../values/index.js';
import type {
  FrameHead,
  PictureFrame,
  SourceRole,
  ViewAnswer,
  Viewport,
  ViewQuery,
} from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import type { CsvTable } from './csv.js';

/** A frame without its head, and what is to be transferred with it. */
export type Body<F extends PictureFrame = PictureFrame> = F extends PictureFrame
  ? { readonly content: Omit<F, keyof FrameHead>; readonly transfer: readonly Transferable[] }
  : never;

/** An export is asked for part by part, and answered from a copy (`IView.table`). */
export type Question = Exclude<ViewQuery, { readonly type: 'csv' }>;

export interface IView {
  readonly kind: PictureFrame['kind'];
  /**
   * Something happened at the source with this role. Never throws for what a value looks like.
   * @param index - which of the sources with this role; 0 where there is one.
   */
  input(role: SourceRole, event: SourceEvent, index?: number): void;
  setViewport(viewport: Viewport): void;
  /** For a view that holds its picture itself while it is paused, so that it can be looked through. */
  setPaused?(isPaused: boolean): void;
  /** Would a frame differ from the last one taken? */
  readonly dirty: boolean;
  /** It was drawn so lately that what came since is no news yet; it wakes the view when it is. Absent: never. */
  readonly isResting?: boolean;
  /** The picture now; clears `dirty`. A value that does not fit gives `kind: 'empty'` with a fault. */
  frame(nowMs: number): Body | Promise<Body>;
  /** @throws {RangeError | UnsupportedError} a question that this kind of view cannot answer. */
  ask(query: Question): ViewAnswer;
  /** A copy of all the data as they are now, for an export. @throws {UnsupportedError} there are none. */
  table(): CsvTable;
  /** Type and display of the leading value for the frame's head. */
  readonly type: string;
  readonly display: Display;
  close(): void;
}

/** Why this value cannot be shown by this view: told in the frame, with what to try. */
export type Misfit = Fault;

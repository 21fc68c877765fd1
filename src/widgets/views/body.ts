// What the frame of a live view needs of the picture inside it. One file per kind implements it.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type {
  LiveViewModel,
  PictureFrame,
  ViewKind,
  ViewOptions,
  Viewport,
} from '../../models/index.js';
import { element } from '../element.js';
import type { ThemeColours } from '../theme.js';

/** Editing what a body shows, while a person has armed it. */
export interface IRowEditing {
  readonly isArmed: boolean;
  /** A person wants to edit what the view shows: they arm it first, where it is not. */
  editShown(): void;
  /** Let the person type over the dataset at `address`, or the one that holds what is there. */
  edit(address: string): void;
  /** Ask whether it is to be deleted. */
  remove(address: string): void;
  /** Do the groups of the tree hold datasets, and can those be deleted? */
  readonly canRemoveGroups: boolean;
  /** Ask whether all of `group` is to be deleted. */
  removeGroup(group: string): void;
}

/** What a body may ask of the frame around it. */
export interface IBodyHost {
  readonly model: LiveViewModel;
  readonly trans: TranslationBundle;
  /** Options as they are now: the spec's, changed by the person. */
  readonly options: ViewOptions;
  /** The person changed an option on the picture itself. */
  setOptions(change: Partial<ViewOptions>): void;
  /** What is under the pointer, for the right end of the state line; null: show the last value. */
  setReadout(text: string | null): void;
  /** Show this address in a view of its own. */
  openAddress(address: string): void;
  /** Undefined where nothing can be edited. */
  readonly editing: IRowEditing | undefined;
}

export interface IViewBody extends IDisposable {
  readonly kind: ViewKind;
  readonly node: HTMLElement;
  /** Draw `frame`, whose kind is this body's. Called in an animation frame. */
  draw(frame: PictureFrame): void;
  /** The node has this size now, in CSS px. Draws the last frame again where it must. */
  fit(width: number, height: number): void;
  /** Theme or options changed: read them again and redraw. */
  restyle(): void;
  /** The last value in words, for the state line and for what is copied. */
  summary(frame: PictureFrame): string;
  /** More lines of text, for an output that is frozen; what nbconvert shows without pictures. */
  plainText(frame: PictureFrame): string;
  /** Paint the picture as it is now, `width` × `height` CSS px, on a canvas that is scaled already. */
  paint(
    context: CanvasRenderingContext2D,
    width: number,
    height: number,
    theme: ThemeColours,
  ): void;
  /** A key that the frame did not use. True if it did something. */
  handleKey(event: KeyboardEvent): boolean;
  /** A second has passed: write ages anew; absent where none are shown. */
  readonly tick?: (nowNs: bigint) => void;
  /** Back to the whole picture; absent where there is nothing to zoom. */
  readonly reset?: () => void;
  /** Let the next drag draw a box to zoom into; absent where that does not exist. */
  readonly startBox?: () => void;
}

/** The frames that a view of this kind draws. */
export type FrameOf<K extends ViewKind> = Extract<PictureFrame, { readonly kind: K }>;

/** What the body of every kind has: a host, a node, and the last frame, which is of its own kind. */
export abstract class Body<K extends ViewKind> implements IDisposable {
  constructor(host: IBodyHost, kind: K, className: string) {
    this.host = host;
    this.kind = kind;
    this.node = element('div', { className });
  }

  readonly kind: K;
  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  draw(frame: PictureFrame): void {
    if (this._isOwn(frame)) {
      const before = this.frame;
      this.frame = frame;
      this.drawFrame(frame, before);
    }
  }

  plainText(frame: PictureFrame): string {
    return this._isOwn(frame) ? this.textOf(frame) : '';
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.release();
      this.frame = null;
    }
  }

  protected abstract drawFrame(frame: FrameOf<K>, before: FrameOf<K> | null): void;
  protected abstract textOf(frame: FrameOf<K>): string;
  /** Let go of what is held beside the frame. */
  protected release(): void {}

  private _isOwn(frame: PictureFrame): frame is FrameOf<K> {
    return frame.kind === this.kind;
  }

  protected readonly host: IBodyHost;
  protected frame: FrameOf<K> | null = null;
  private _isDisposed = false;
}

/** Device pixels for the hub: it never sends more than fits. */
export function devicePixels(width: number, height: number): Pick<Viewport, 'width' | 'height'> {
  const ratio = globalThis.devicePixelRatio || 1;
  return {
    width: Math.max(1, Math.round(width * ratio)),
    height: Math.max(1, Math.round(height * ratio)),
  };
}

/** Make `canvas` cover `width` × `height` CSS px sharply. @returns its context, scaled to CSS px. */
export function sizedContext(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const size = devicePixels(width, height);
  if (canvas.width !== size.width || canvas.height !== size.height) {
    canvas.width = size.width;
    canvas.height = size.height;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(size.width / width, 0, 0, size.height / height, 0, 0);
  return context;
}

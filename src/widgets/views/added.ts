// A view that another extension draws, in the frame that ours have: title, tools, state line, cards.
//
// Its code is trusted as every extension's is, and may still be wrong: what it throws is shown in the
// view, and stops no other one.

import type { IDisposable } from '@lumino/disposable';
import type {
  AddedKind,
  AddedView,
  PictureFrame,
  ViewKind,
  ViewOptions,
  Viewport,
  ViewSpec,
} from '../../models/index.js';
import { type Fault, type LinkStatus, toFault } from '../../values/index.js';
import { element } from '../element.js';
import { errorCard } from '../errorcard.js';
import type { ThemeColours } from '../theme.js';
import { devicePixels, type FrameOf, type IBodyHost, type IViewBody } from './body.js';

/** What a view of another extension may ask of the frame around it. */
export interface IAddedHost {
  /** What the cell or tab asks for: addresses, and the options it came with. */
  readonly spec: ViewSpec;
  /** Options as they are now: the spec's, changed by the person, over those of the settings. */
  readonly options: ViewOptions;
  /** How the link does, since when, and why; the state line says it too. */
  readonly status: LinkStatus;
  /** The person changed an option on the picture itself; it is kept in the cell or tab. */
  setOptions(change: Partial<ViewOptions>): void;
  /** What of the data can be seen. The size is told already, with every `fit`. */
  setViewport(change: Partial<Viewport>): void;
  /** A text for the right end of the state line; null: the body's `summary`. */
  setReadout(text: string | null): void;
  /** Show this address in a view of its own. */
  openAddress(address: string): void;
}

/**
 * The picture of a view of another extension. Only `node` and `draw` are needed. It writes nothing to an
 * instrument but on a gesture of a person (`ILabwire.call`).
 */
export interface IAddedBody<F extends PictureFrame = PictureFrame> {
  /** Fills its place; text from an instrument is text in it, never markup. */
  readonly node: HTMLElement;
  /** Called in an animation frame, with what is newest then. Arrays in the frame are the body's own. */
  draw(frame: F): void;
  /** The node has this size now, in CSS px. Draw the last frame again where the size matters. */
  fit?(width: number, height: number): void;
  /** Theme or options changed: read them again and redraw. */
  restyle?(): void;
  /** The last value in words, for the state line and below an exported picture. */
  summary?(frame: F): string;
  /** What a frozen output says as text. Default: the summary. */
  plainText?(frame: F): string;
  /**
   * Paint the picture as it is now, `width` × `height` CSS px, on a canvas that is scaled already: for
   * PNG and for frozen outputs. Default: what the canvases in `node` show, or the text without any.
   */
  paint?(
    context: CanvasRenderingContext2D,
    width: number,
    height: number,
    theme: ThemeColours,
  ): void;
  /** A key that the frame did not use. @returns whether it did something. */
  handleKey?(event: KeyboardEvent): boolean;
  /** A second has passed. */
  tick?(nowNs: bigint): void;
  /** Back to the whole picture. */
  reset?(): void;
  dispose?(): void;
}

/** A view that another extension adds. `kind` says which frames it draws: those of our view of that name. */
export type ViewExtension<K extends AddedKind = AddedKind> = AddedView & {
  readonly kind: K;
  /** For people: in the list of views to open, and to screen readers. */
  readonly label: string;
  /** CSS px of the picture in a cell; default: that of our view. */
  readonly height?: number;
  /** Called once for each place where the view is shown. */
  create(host: IAddedHost): IAddedBody<FrameOf<K>>;
};

/** Where other extensions add views. */
export interface IViewRegistry {
  /**
   * Add a view. Cells and tabs that name it and waited for it start at once.
   *
   * @returns dispose of it to take the view away; those that are open say so.
   * @throws {RangeError} a name without a colon, or one that is taken.
   */
  add<K extends AddedKind>(view: ViewExtension<K>): IDisposable;
  /** In the order in which they were added. */
  readonly views: readonly ViewExtension[];
}

export class AddedBody implements IViewBody {
  constructor(host: IBodyHost, view: ViewExtension) {
    this._host = host;
    this._view = view;
    this.kind = view.kind;
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', view.label);
    this._body = this._try(() => view.create(hostOf(host)));
    if (this._body !== undefined) {
      this.node.append(this._body.node);
    }
    this.reset = this._body?.reset && (() => this._try(() => this._body?.reset?.()));
    this.tick = this._body?.tick && (nowNs => this._try(() => this._body?.tick?.(nowNs)));
  }

  readonly kind: ViewKind;
  readonly node = element('div', { className: 'jp-AddedView' });
  readonly reset: (() => void) | undefined;
  readonly tick: ((nowNs: bigint) => void) | undefined;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  draw(frame: PictureFrame): void {
    if (frame.kind === this.kind) {
      this._try(() => this._body?.draw(frame));
    }
  }

  fit(width: number, height: number): void {
    this._host.model.setViewport(devicePixels(width, height));
    this._try(() => this._body?.fit?.(width, height));
  }

  restyle(): void {
    this._try(() => this._body?.restyle?.());
  }

  summary(frame: PictureFrame): string {
    return frame.kind === this.kind ? (this._try(() => this._body?.summary?.(frame)) ?? '') : '';
  }

  plainText(frame: PictureFrame): string {
    const text =
      frame.kind === this.kind ? this._try(() => this._body?.plainText?.(frame)) : undefined;
    return text ?? this.summary(frame);
  }

  paint(
    context: CanvasRenderingContext2D,
    width: number,
    height: number,
    theme: ThemeColours,
  ): void {
    if (this._body?.paint !== undefined) {
      this._try(() => this._body?.paint?.(context, width, height, theme));
    } else {
      paintNode(this.node, context, height, theme);
    }
  }

  handleKey(event: KeyboardEvent): boolean {
    return this._try(() => this._body?.handleKey?.(event)) ?? false;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._try(() => this._body?.dispose?.());
      this._body = undefined;
    }
  }

  /** One mistake ends it: the same would come with every frame. */
  private _try<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (reason) {
      const { name } = this._view;
      console.error(`Labwire: the view ${name} failed`, reason);
      this._body = undefined;
      const { model, trans } = this._host;
      const where = model.spec.sources.map(({ address }) => address).join('\n');
      this.node.replaceChildren(errorCard({ fault: mistakeOf(name, reason), where, trans }));
      return undefined;
    }
  }

  private readonly _host: IBodyHost;
  private readonly _view: ViewExtension;
  private _body: IAddedBody | undefined;
  private _isDisposed = false;
}

function hostOf(host: IBodyHost): IAddedHost {
  return {
    spec: host.model.spec,
    get options() {
      return host.options;
    },
    get status() {
      return host.model.status;
    },
    setOptions: change => host.setOptions(change),
    setViewport: change => host.model.setViewport(change),
    setReadout: text => host.setReadout(text),
    openAddress: address => host.openAddress(address),
  };
}

function mistakeOf(view: string, reason: unknown): Fault {
  const fault = toFault(reason);
  return {
    ...fault,
    message: `the view ${view} failed: ${fault.message}`,
    hint: 'Tell whoever made the extension; view="auto" shows the value meanwhile.',
    facts: { ...fault.facts, view },
  };
}

function paintNode(
  node: HTMLElement,
  context: CanvasRenderingContext2D,
  height: number,
  theme: ThemeColours,
): void {
  const own = node.getBoundingClientRect();
  const canvases = [...node.querySelectorAll('canvas')].filter(
    canvas => canvas.width > 0 && canvas.height > 0,
  );
  for (const canvas of canvases) {
    const at = canvas.getBoundingClientRect();
    context.drawImage(canvas, at.left - own.left, at.top - own.top, at.width, at.height);
  }
  if (canvases.length === 0) {
    context.fillStyle = theme.text;
    context.textBaseline = 'middle';
    context.font = `13px ${theme.font}`;
    context.fillText(node.innerText.replace(/\s+/g, ' ').trim(), 8, height / 2);
  }
}

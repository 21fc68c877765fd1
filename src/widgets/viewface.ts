// What of a live view is seen, in its place: title, tools, picture, state line, lower edge.
//
// It reads the model and draws it; what a person does there goes to the view around it.

import type { PictureFrame, ViewKind, ViewRegistry } from '../models/index.js';
import type { Fault } from '../values/index.js';
import { BodySlot } from './bodyslot.js';
import { element, setText } from './element.js';
import { LowerEdge } from './loweredge.js';
import { Overlay } from './overlay.js';
import { Spoken } from './spoken.js';
import { StateLine } from './stateline.js';
import { ViewToolbar } from './toolbar.js';
import type { ViewExtension } from './views/added.js';
import type { IBodyHost, IViewBody } from './views/body.js';
import { type StateAction, type StateWords, stateOf, stateWords } from './words.js';

/** The view around it. */
export interface IFaceHost extends IBodyHost {
  /** Gets the classes and data that its style goes by. */
  readonly node: HTMLElement;
}

export namespace ViewFace {
  export interface IOptions {
    readonly host: IFaceHost;
    /** `cell`: has a height of its own, its lower edge can be dragged. `tab`: fills its place. */
    readonly place: 'cell' | 'tab';
    /** What other extensions draw; null: nothing. */
    readonly added: ViewRegistry<ViewExtension> | null;
    /** Base64 PNG, shown while the model is frozen and has no frame; null: there is none. */
    readonly picture: string | null;
    readonly onAction: (action: StateAction) => void;
    /** The person asks why it is not live. */
    readonly onWhy: () => void;
    /** The lower edge was let go at so many CSS px. */
    readonly onHeight: (height: number) => void;
    /** There is another picture: other tools, other settings. */
    readonly onBody: () => void;
  }
}

let faceIds = 0;

export class ViewFace {
  constructor(options: ViewFace.IOptions) {
    const { host, place, added, picture } = options;
    const { trans } = host;
    this._host = host;
    this._picture = picture;
    this._onBody = options.onBody;
    this._title = element('span', { className: 'jp-LiveView-title', title: this.where });
    this.toolbar = new ViewToolbar(trans);
    this._slot = new BodySlot(host, added);
    this.bodyNode = element('div', {
      className: 'jp-LiveView-body',
      children: [this._slot.node, this._overlay.node],
    });
    this._stateLine = new StateLine({ trans, onAction: options.onAction, onWhy: options.onWhy });
    // What a canvas shows is told by the state line: its words and the last value.
    faceIds += 1;
    this._stateLine.node.id = `labwire-state-${faceIds}`;
    host.node.setAttribute('aria-describedby', this._stateLine.node.id);
    this._edge =
      place === 'tab'
        ? null
        : new LowerEdge({
            label: trans.__('Height of the view'),
            height: () => this.bodyNode.clientHeight,
            onDrag: height => this.setHeight(height),
            onDone: options.onHeight,
          });
    this._drawTitle();
  }

  readonly toolbar: ViewToolbar;
  /** Whose size is the picture's. */
  readonly bodyNode: HTMLElement;

  /** Title, picture and state line, then what the view puts below them, then the rest. */
  nodesAround(cards: HTMLElement): readonly HTMLElement[] {
    const header = element('div', {
      className: 'jp-LiveView-header',
      children: [this._title, this.toolbar.node],
    });
    return [header, this.bodyNode, this._stateLine.node, cards, this._spoken.node];
  }

  /** At the bottom of all; null in a tab. */
  get edgeNode(): HTMLElement | null {
    return this._edge?.node ?? null;
  }

  /** Null before the first frame, and where whoever drew it is gone. */
  get body(): IViewBody | null {
    return this._slot.body;
  }

  /** The addresses of what is shown. */
  get where(): string {
    return this._host.model.spec.sources.map(({ address }) => address).join('\n');
  }

  /** Why it is not live; null where it is, or nobody expects it. */
  get fault(): Fault | null {
    const { frame, frozenNs, status } = this._host.model;
    if (frozenNs !== null) {
      return null;
    }
    return (frame?.kind === 'empty' ? frame.fault : null) ?? status.fault;
  }

  /** The state in words. */
  get words(): StateWords {
    const { model, trans } = this._host;
    return stateWords(model, BigInt(Date.now()) * 1_000_000n, trans, this._isExplained);
  }

  /** A new picture came. */
  drawFrame(frame: PictureFrame): void {
    if (frame.kind !== 'empty') {
      this._bodyFor(frame.kind)?.draw(frame);
    }
    this._drawTitle();
    this._drawOverlay();
    // Rates and counts once a second are enough, and can be read; what is new at once is the value.
    if (this._hasRate) {
      this._drawLast();
    } else {
      this._hasRate = true;
      this._drawState();
    }
  }

  /** Anything but the picture changed. */
  drawState(): void {
    const { model } = this._host;
    this._slot.dropTakenAway();
    this._drawOverlay();
    this._drawState();
    this._spoken.tell(stateOf(model), () => `${model.title}: ${this.words.word}`);
  }

  /** A second has passed. */
  tick(): void {
    this._drawState();
    if (this.body === null || this._host.model.frame?.kind === 'empty') {
      this._drawOverlay();
    }
    this.body?.tick?.(BigInt(Date.now()) * 1_000_000n);
  }

  /** What is under the pointer, for the right end of the state line; null: the last value. */
  setReadout(text: string | null): void {
    this._readout = text;
    this._drawLast();
  }

  /** The picture of the past is out of date. */
  forgetPicture(): void {
    this._picture = null;
  }

  /** @param height - CSS px while the edge is dragged; null: as the options say. */
  setHeight(height: number | null): void {
    if (this._edge === null) {
      return;
    }
    if (this._isExplained) {
      this.bodyNode.style.height = '';
      return;
    }
    const px = height ?? this._host.options.height ?? this._slot.height;
    this.bodyNode.style.height = `${px}px`;
    this._edge.update();
    if (height !== null) {
      this.fit();
    }
  }

  /** Draw as large as there is room for. */
  fit(): void {
    const { clientWidth, clientHeight } = this._slot.node;
    const size = `${clientWidth} ${clientHeight} ${globalThis.devicePixelRatio}`;
    if (this.body !== null && size !== this._size && clientWidth > 0 && clientHeight > 0) {
      this._size = size;
      this.body.fit(clientWidth, clientHeight);
    }
  }

  dispose(): void {
    this._slot.dispose();
  }

  private _bodyFor(kind: ViewKind): IViewBody | null {
    if (!this._slot.take(kind)) {
      return this.body;
    }
    this._host.node.dataset.kind = kind;
    this.setHeight(null);
    this._size = '';
    this.fit();
    this._onBody();
    return this.body;
  }

  // Values in it may change with every frame.
  private _drawTitle(): void {
    const { model, node } = this._host;
    const { title } = model;
    if (this._title.textContent !== title) {
      setText(this._title, title);
      node.setAttribute('aria-label', title);
    }
  }

  private _drawOverlay(): void {
    const { model, node, trans } = this._host;
    const { frame, frozenNs } = model;
    const { body, fault } = this;
    const isEmpty = frame === null || frame.kind === 'empty' || body === null;
    // Behind a picture that is gone there is room for a sentence; the card opens with "Why?".
    const isExplained = isEmpty && fault !== null && body === null;
    node.classList.toggle('jp-mod-gone', isEmpty && body !== null);
    this._setExplained(isExplained);
    if (!isEmpty) {
      this._overlay.clear();
    } else if (frozenNs !== null && this._picture !== null) {
      this._overlay.picture(this._picture, this.words.sentence);
    } else if (isExplained) {
      this._overlay.fault(fault, this.where, trans);
    } else if (body !== null) {
      // A source that lives has a value that this view cannot show: which, and why.
      const reason = frame?.kind === 'empty' ? frame.fault?.message : undefined;
      this._overlay.sentence(reason ?? this.words.sentence);
    } else {
      this._overlay.clear(); // the state line says it
    }
  }

  // An error card takes the height that it needs.
  private _setExplained(isExplained: boolean): void {
    if (isExplained !== this._isExplained) {
      this._isExplained = isExplained;
      this._host.node.classList.toggle('jp-mod-explained', isExplained);
      this.setHeight(null);
    }
  }

  private _drawState(): void {
    const { words } = this;
    const { dataset } = this._host.node;
    if (dataset.state !== words.state) {
      dataset.state = words.state;
    }
    this._stateLine.draw(words, this.fault !== null && !this._isExplained);
    this._drawLast();
  }

  private _drawLast(): void {
    const { frame } = this._host.model;
    const last = this._readout ?? (frame === null ? '' : (this.body?.summary(frame) ?? ''));
    this._stateLine.drawLast(last);
  }

  private readonly _host: IFaceHost;
  private readonly _onBody: () => void;
  private readonly _title: HTMLElement;
  private readonly _slot: BodySlot;
  private readonly _overlay = new Overlay();
  private readonly _stateLine: StateLine;
  private readonly _spoken = new Spoken();
  private readonly _edge: LowerEdge | null;
  private _picture: string | null;
  private _readout: string | null = null;
  private _size = '';
  private _isExplained = false;
  private _hasRate = false;
}

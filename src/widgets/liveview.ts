// A live view: title, tools, picture, state line, cards. The same in a cell and in a tab.
//
// The picture comes from the frames' kind (views/), the words from words.ts; this file puts them in
// their places and passes on what the person does.

import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import {
  type DatasetEditorModel,
  isQuiet,
  type LiveViewModel,
  type PictureFrame,
  type ViewKind,
  type ViewOptions,
  type ViewRegistry,
  type ViewSpec,
} from '../models/index.js';
import type { Fault } from '../values/index.js';
import { Attachment } from './attachment.js';
import { BodySlot } from './bodyslot.js';
import { Cards } from './cards.js';
import { EditPanel } from './edit/panel.js';
import { element, setText } from './element.js';
import { exportCsv } from './exporting.js';
import { type Frozen, keep, savePng } from './keeping.js';
import { LowerEdge } from './loweredge.js';
import { Overlay } from './overlay.js';
import { Spoken } from './spoken.js';
import { StateLine } from './stateline.js';
import { ViewToolbar } from './toolbar.js';
import type { ViewExtension } from './views/added.js';
import type { IBodyHost, IViewBody } from './views/body.js';
import { viewTools } from './viewtools.js';
import { type StateAction, stateOf, stateWords } from './words.js';

/** What a view asks of whoever shows it. */
export interface ILiveViewActions {
  /** Show `spec` in a tab of its own; null where there are no tabs. */
  readonly openTab: ((spec: ViewSpec) => void) | null;
  /** Show one address in a view of its own. */
  readonly openAddress: (address: string) => void;
  /** Let the person decide whether the bridge may connect to what this view shows. */
  readonly decide: (model: LiveViewModel) => void;
}

export namespace LiveView {
  export interface IOptions {
    readonly model: LiveViewModel;
    readonly actions: ILiveViewActions;
    readonly trans: TranslationBundle;
    /** `cell`: has a height of its own, its lower edge can be dragged. `tab`: fills its place. */
    readonly place: 'cell' | 'tab';
    /** What other extensions draw; absent: nothing. */
    readonly added?: ViewRegistry<ViewExtension>;
    /** What of it can be edited, once a person has armed it; absent: nothing. */
    readonly editor?: DatasetEditorModel;
    /** Where the person's settings have no say. */
    readonly defaults?: ViewOptions;
    /** A picture of the past, base64 PNG: shown while the model is frozen and has no frame. */
    readonly picture?: string;
  }
}

let viewIds = 0;

export class LiveView extends Widget implements IBodyHost {
  constructor(options: LiveView.IOptions) {
    super();
    this.model = options.model;
    this.trans = options.trans;
    this._actions = options.actions;
    this._place = options.place;
    this._defaults = options.defaults ?? {};
    this._chosen = options.model.spec.options;
    this._picture = options.picture ?? null;
    const { trans } = this;
    this.addClass('jp-LiveView');
    this.addClass(`jp-mod-${options.place}`);
    this.node.tabIndex = 0;
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-roledescription', trans.__('live view'));
    this._title = element('span', { className: 'jp-LiveView-title' });
    this._toolbar = new ViewToolbar(trans);
    this._slot = new BodySlot(this, options.added ?? null);
    this._body = element('div', {
      className: 'jp-LiveView-body',
      children: [this._slot.node, this._overlay.node],
    });
    this._stateLine = new StateLine({
      trans,
      onAction: action => this._act(action),
      onWhy: () => this._cards.toggle('why'),
    });
    // What a canvas shows is told by the state line: its words and the last value.
    viewIds += 1;
    this._stateLine.node.id = `labwire-state-${viewIds}`;
    this.node.setAttribute('aria-describedby', this._stateLine.node.id);
    this._cards = new Cards({
      host: this,
      body: () => this._slot.body,
      fault: () => this._fault(),
      where: () => this._where(),
      onChange: () => this._drawTools(),
    });
    this._title.title = this._where();
    this._drawTitle();
    this.node.append(
      element('div', {
        className: 'jp-LiveView-header',
        children: [this._title, this._toolbar.node],
      }),
      this._body,
      this._stateLine.node,
      this._cards.node,
      this._spoken.node,
    );
    this.editing = options.editor && new EditPanel(this, options.editor, () => this._drawTools());
    if (this._place === 'cell') {
      this._edge = new LowerEdge({
        label: trans.__('Height of the view'),
        height: () => this._body.clientHeight,
        onDrag: height => this._setHeight(height),
        onDone: height => this.setOptions({ height }),
      });
      this.node.append(this._edge.node);
    }
    this._setHeight(null);
    this._applyOptions(this.options);
    this.model.frameChanged.connect(this._onFrame, this);
    this.model.stateChanged.connect(this._onState, this);
    this._onState();
  }

  readonly model: LiveViewModel;
  readonly trans: TranslationBundle;
  readonly editing: EditPanel | undefined;

  /** The person froze it (what it leaves), or made it live again (null). */
  get frozen(): ISignal<this, Frozen | null> {
    return this._frozen;
  }

  /** The person changed how it is shown. */
  get optionsChanged(): ISignal<this, ViewOptions> {
    return this._optionsChanged;
  }

  get options(): ViewOptions {
    return { ...this._defaults, ...this._chosen };
  }

  /** The spec with the options as the person left them. */
  get spec(): ViewSpec {
    return { ...this.model.spec, options: this._chosen };
  }

  /** Options from outside, e.g. of an output that another tab changed; emits nothing. */
  takeOptions(options: ViewOptions): void {
    this._chosen = options;
    this._setHeight(null);
    this._applyOptions(this.options);
  }

  /** Settings changed: they hold where neither spec nor person said otherwise. */
  takeDefaults(defaults: ViewOptions): void {
    this._defaults = defaults;
    this._applyOptions(this.options);
  }

  /** Colours may have changed: draw with the new ones. */
  restyle(): void {
    this._slot.body?.restyle();
  }

  // ---- What commands and tools do -----------------------------------------------------------------

  togglePause(): void {
    this.model.setPaused(!this.model.paused);
  }

  /** Hold the picture, let go of the source, and leave picture and text; or go live again. */
  toggleFreeze(): void {
    const body = this._slot.body;
    if (this.model.frozenNs !== null) {
      this._picture = null;
      this.model.open();
      this._frozen.emit(null);
    } else if (body !== null) {
      // It says that it is frozen once the output has it: who saves the notebook then, keeps it.
      this._isKeeping = true;
      this.model.freeze();
      this._reporting(async () => {
        try {
          const frozen = await keep(this.model, body, this.trans);
          if (frozen !== null && !this.isDisposed && this.model.frozenNs === frozen.atNs) {
            this._frozen.emit(frozen);
          }
        } finally {
          this._isKeeping = false;
          if (!this.isDisposed) {
            this._onState();
          }
        }
      });
    }
  }

  exportPng(): void {
    const body = this._slot.body;
    if (body !== null) {
      this._reporting(() => savePng(this.model, body, this._words().word));
    }
  }

  exportCsv(): void {
    if (!this._isExporting) {
      this._isExporting = true;
      this._reporting(() =>
        exportCsv(this.model, this.trans).finally(() => {
          this._isExporting = false;
        }),
      );
    }
  }

  openTab(): void {
    this._actions.openTab?.(this.spec);
  }

  toggleInfo(): void {
    this._cards.toggle('info');
  }

  toggleSettings(): void {
    this._cards.toggle('settings');
  }

  resetZoom(): void {
    this._slot.body?.reset?.();
  }

  startBox(): void {
    this._slot.body?.startBox?.();
  }

  get canPause(): boolean {
    return this.model.phase === 'open';
  }

  get canFreeze(): boolean {
    return this.model.frozenNs !== null || this._slot.body !== null;
  }

  get canZoom(): boolean {
    return this._slot.body?.startBox !== undefined;
  }

  get canExport(): boolean {
    return this._slot.body !== null;
  }

  // ---- For the body -------------------------------------------------------------------------------

  setOptions(change: Partial<ViewOptions>): void {
    this._chosen = { ...this._chosen, ...change };
    this._applyOptions(change);
    this._optionsChanged.emit(this._chosen);
  }

  setReadout(text: string | null): void {
    this._readout = text;
    this._drawLast();
  }

  openAddress(address: string): void {
    this._actions.openAddress(address);
  }

  // ---- Lumino -------------------------------------------------------------------------------------

  handleEvent(event: Event): void {
    if (event.type === 'keydown') {
      const key = event as KeyboardEvent;
      if (event.eventPhase === Event.BUBBLING_PHASE || event.eventPhase === Event.AT_TARGET) {
        this._onKey(key);
      }
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._stop();
    this.editing?.dispose();
    this._slot.dispose();
    this.model.dispose();
    super.dispose(); // tells that it is gone, and clears its signals
  }

  protected override onAfterAttach(_msg: Message): void {
    this.node.addEventListener('keydown', this);
    this._attachment = new Attachment({
      node: this.node,
      body: this._body,
      onSize: () => this._fit(),
      onVisible: visible => this.model.setVisible(visible),
      onTick: () => this._tick(),
    });
    this.model.setVisible(true);
    this._fit();
    this._begin();
  }

  protected override onBeforeDetach(_msg: Message): void {
    this._stop();
    this.model.setVisible(false); // a notebook that windows its cells takes them out of the page
  }

  protected override onAfterShow(_msg: Message): void {
    this._attachment?.update();
  }

  protected override onAfterHide(_msg: Message): void {
    this._attachment?.update();
  }

  protected override onResize(_msg: Widget.ResizeMessage): void {
    this._attachment?.update();
  }

  private _begin(): void {
    // Only what listens opens by itself; the rest waits for the person.
    if (this.model.phase === 'waiting' && isQuiet(this.model.spec)) {
      this.model.open();
    }
  }

  private _stop(): void {
    this.node.removeEventListener('keydown', this);
    this._attachment?.dispose();
    this._attachment = null;
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  private _onFrame(_model: LiveViewModel, frame: PictureFrame): void {
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

  private _onState(): void {
    if (this._isKeeping) {
      return;
    }
    this._slot.dropTakenAway();
    this._drawOverlay();
    this._drawState();
    this._drawTools();
    this._spoken.tell(stateOf(this.model), () => `${this.model.title}: ${this._words().word}`);
  }

  // Values in it may change with every frame.
  private _drawTitle(): void {
    const { title } = this.model;
    if (this._title.textContent !== title) {
      setText(this._title, title);
      this.node.setAttribute('aria-label', title);
    }
  }

  private _bodyFor(kind: ViewKind): IViewBody | null {
    if (!this._slot.take(kind)) {
      return this._slot.body;
    }
    this.node.dataset.kind = kind;
    this._setHeight(null);
    this._size = '';
    this._fit();
    this._drawTools();
    this._cards.renew();
    return this._slot.body;
  }

  private _fit(): void {
    const { clientWidth, clientHeight } = this._slot.node;
    const size = `${clientWidth} ${clientHeight} ${globalThis.devicePixelRatio}`;
    if (this._slot.body !== null && size !== this._size && clientWidth > 0 && clientHeight > 0) {
      this._size = size;
      this._slot.body.fit(clientWidth, clientHeight);
    }
  }

  private _setHeight(height: number | null): void {
    if (this._place === 'tab') {
      return;
    }
    if (this._isExplained) {
      this._body.style.height = '';
      return;
    }
    this._body.style.height = `${height ?? this._chosen.height ?? this._slot.height}px`;
    this._edge?.update();
    if (height !== null) {
      this._fit();
    }
  }

  private _drawOverlay(): void {
    const { frame, frozenNs } = this.model;
    const isEmpty = frame === null || frame.kind === 'empty' || this._slot.body === null;
    const fault = this._fault();
    // Behind a picture that is gone there is room for a sentence; the card opens with "Why?".
    const isExplained = isEmpty && fault !== null && this._slot.body === null;
    this.node.classList.toggle('jp-mod-gone', isEmpty && this._slot.body !== null);
    this._setExplained(isExplained);
    if (!isEmpty) {
      this._overlay.clear();
    } else if (frozenNs !== null && this._picture !== null) {
      this._overlay.picture(this._picture, this._words().sentence);
    } else if (isExplained) {
      this._overlay.fault(fault, this._where(), this.trans);
    } else if (this._slot.body !== null) {
      // A source that lives has a value that this view cannot show: which, and why.
      const reason = frame?.kind === 'empty' ? frame.fault?.message : undefined;
      this._overlay.sentence(reason ?? this._words().sentence);
    } else {
      this._overlay.clear(); // the state line says it
    }
  }

  // An error card takes the height that it needs.
  private _setExplained(isExplained: boolean): void {
    if (isExplained !== this._isExplained) {
      this._isExplained = isExplained;
      this.node.classList.toggle('jp-mod-explained', isExplained);
      this._setHeight(null);
    }
  }

  private _drawState(): void {
    const words = this._words();
    if (this.node.dataset.state !== words.state) {
      this.node.dataset.state = words.state;
    }
    this._stateLine.draw(words, this._fault() !== null && !this._isExplained);
    this._drawLast();
  }

  private _drawLast(): void {
    const { frame } = this.model;
    const last = this._readout ?? (frame === null ? '' : (this._slot.body?.summary(frame) ?? ''));
    this._stateLine.drawLast(last);
  }

  private _drawTools(): void {
    const tools = viewTools(this, {
      card: this._cards.open,
      hasZoom: this.canZoom,
      hasTabs: this._actions.openTab !== null && this._place === 'cell',
    });
    this._toolbar.draw(tools);
  }

  // Only what changed: levels that were dragged must outlive a new height.
  private _applyOptions({ colormap, levels }: Partial<ViewOptions>): void {
    this.model.setViewport({
      ...(colormap === undefined ? {} : { colormap }),
      ...(levels === undefined
        ? {}
        : { levels: { mode: 'percentile', low: levels[0], high: levels[1] } as const }),
    });
    this._slot.body?.restyle();
  }

  private _words() {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    return stateWords(this.model, nowNs, this.trans, this._isExplained);
  }

  private _where(): string {
    return this.model.spec.sources.map(({ address }) => address).join('\n');
  }

  private _fault(): Fault | null {
    const { model } = this;
    const { frame } = model;
    if (model.frozenNs !== null) {
      return null;
    }
    return (frame?.kind === 'empty' ? frame.fault : null) ?? model.status.fault;
  }

  private _reporting(work: () => Promise<void>): void {
    work().catch(reason => {
      console.error(`Labwire: ${this.model.title}`, reason);
      const message = reason instanceof Error ? reason.message : String(reason);
      Notification.error(`${this.model.title}: ${message}`);
    });
  }

  private _tick(): void {
    if (this._isKeeping) {
      return;
    }
    this._drawState();
    if (this._slot.body === null || this.model.frame?.kind === 'empty') {
      this._drawOverlay();
    }
    this._slot.body?.tick?.(BigInt(Date.now()) * 1_000_000n);
    this._cards.tick();
  }

  // ---- What the person does -----------------------------------------------------------------------

  private _act(action: StateAction): void {
    switch (action) {
      case 'allow':
        this.model.retry();
        this._actions.decide(this.model);
        break;
      case 'answer':
        this._actions.decide(this.model);
        break;
      case 'retry':
        this.model.retry();
        break;
      case 'live':
        this.toggleFreeze();
        break;
      case 'resume':
        this.model.setPaused(false);
        break;
      case 'connect':
        this.model.open();
        break;
    }
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
      return;
    }
    const { target } = event;
    const isField = target instanceof HTMLElement && target.closest('input, select, textarea');
    if (event.key === 'Escape' && this._cards.open !== null) {
      this._cards.show(null);
      this.node.focus();
    } else if (isField) {
      return;
    } else if (event.key === 'i') {
      this.toggleInfo();
    } else if (event.key === 'p' && this.canPause) {
      this.togglePause();
    } else if (target instanceof HTMLElement && target.closest('button, summary, [role=slider]')) {
      return;
    } else if (this._slot.body?.handleKey(event) !== true) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private readonly _actions: ILiveViewActions;
  private readonly _place: 'cell' | 'tab';
  private readonly _title: HTMLElement;
  private readonly _toolbar: ViewToolbar;
  private readonly _slot: BodySlot;
  private readonly _overlay = new Overlay();
  private readonly _body: HTMLElement;
  private readonly _stateLine: StateLine;
  private readonly _cards: Cards;
  private readonly _spoken = new Spoken();
  private readonly _edge: LowerEdge | null = null;
  private readonly _frozen = new Signal<this, Frozen | null>(this);
  private readonly _optionsChanged = new Signal<this, ViewOptions>(this);
  private _defaults: ViewOptions;
  private _chosen: ViewOptions;
  private _picture: string | null;
  private _attachment: Attachment | null = null;
  private _readout: string | null = null;
  private _size = '';
  private _isExplained = false;
  private _hasRate = false;
  private _isExporting = false;
  private _isKeeping = false;
}

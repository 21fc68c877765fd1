// A live view: what a person can do with it, and when. The same in a cell and in a tab.
//
// How it looks is viewface.ts, the picture in it views/, the words words.ts; this file passes on what
// the person does, and keeps what they chose.

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
  PROGRESS_ENDS,
  type ViewOptions,
  type ViewRegistry,
  type ViewSpec,
} from '../models/index.js';
import { Attachment } from './attachment.js';
import { Cards } from './cards.js';
import { EditPanel } from './edit/panel.js';
import { exportCsv } from './exporting.js';
import { type Frozen, keep, savePng } from './keeping.js';
import { type IFaceHost, ViewFace } from './viewface.js';
import type { ViewExtension } from './views/added.js';
import { viewTools } from './viewtools.js';
import type { StateAction } from './words.js';

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

export class LiveView extends Widget implements IFaceHost {
  constructor(options: LiveView.IOptions) {
    super();
    this.model = options.model;
    this.trans = options.trans;
    this._actions = options.actions;
    this._place = options.place;
    this._defaults = options.defaults ?? {};
    this._chosen = options.model.spec.options;
    const { trans } = this;
    this.addClass('jp-LiveView');
    this.addClass(`jp-mod-${options.place}`);
    this.node.tabIndex = 0;
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-roledescription', trans.__('live view'));
    this._face = new ViewFace({
      host: this,
      place: options.place,
      added: options.added ?? null,
      picture: options.picture ?? null,
      onAction: action => this._act(action),
      onWhy: () => this._cards.toggle('why'),
      onHeight: height => this.setOptions({ height }),
      onBody: () => this._onBody(),
    });
    this._cards = new Cards({
      host: this,
      body: () => this._face.body,
      fault: () => this._face.fault,
      where: () => this._face.where,
      onChange: () => this._drawTools(),
    });
    this.node.append(...this._face.nodesAround(this._cards.node));
    this.editing = options.editor && new EditPanel(this, options.editor, () => this._drawTools());
    if (this._face.edgeNode !== null) {
      this.node.append(this._face.edgeNode);
    }
    this._face.setHeight(null);
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
    this._face.setHeight(null);
    this._applyOptions(this.options);
    this._cards.renew();
  }

  /** Settings changed: they hold where neither spec nor person said otherwise. */
  takeDefaults(defaults: ViewOptions): void {
    this._defaults = defaults;
    this._applyOptions(this.options);
  }

  /** Colours may have changed: draw with the new ones. */
  restyle(): void {
    this._face.body?.restyle();
  }

  // ---- What commands and tools do -----------------------------------------------------------------

  togglePause(): void {
    this.model.setPaused(!this.model.paused);
  }

  /** Hold the picture, let go of the source, and leave picture and text; or go live again. */
  toggleFreeze(): void {
    const body = this._face.body;
    if (this.model.frozenNs !== null) {
      this._face.forgetPicture();
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
    const body = this._face.body;
    if (body !== null) {
      this._reporting(() => savePng(this.model, body, this._face.words.word));
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

  toggleUneditable(): void {
    this._cards.toggle('uneditable');
  }

  resetZoom(): void {
    this._face.body?.reset?.();
  }

  startBox(): void {
    this._face.body?.startBox?.();
  }

  get canPause(): boolean {
    return this.model.phase === 'open';
  }

  get canFreeze(): boolean {
    return this.model.frozenNs !== null || this._face.body !== null;
  }

  get canZoom(): boolean {
    return this._face.body?.startBox !== undefined;
  }

  get canExport(): boolean {
    return this._face.body !== null;
  }

  // ---- For the body -------------------------------------------------------------------------------

  setOptions(change: Partial<ViewOptions>): void {
    this._chosen = { ...this._chosen, ...change };
    this._applyOptions(change);
    this._cards.renew();
    this._optionsChanged.emit(this._chosen);
  }

  setReadout(text: string | null): void {
    this._face.setReadout(text);
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
    this._face.dispose();
    this.model.dispose();
    super.dispose(); // tells that it is gone, and clears its signals
  }

  protected override onAfterAttach(_msg: Message): void {
    this.node.addEventListener('keydown', this);
    this._attachment = new Attachment({
      node: this.node,
      body: this._face.bodyNode,
      onSize: () => this._face.fit(),
      onVisible: visible => this.model.setVisible(visible),
      onTick: () => this._tick(),
    });
    this.model.setVisible(true);
    this._face.fit();
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
    this._face.drawFrame(frame);
  }

  private _onState(): void {
    if (!this._isKeeping) {
      this._face.drawState();
      this._drawTools();
    }
  }

  private _onBody(): void {
    this._drawTools();
    this._cards.renew();
  }

  private _tick(): void {
    if (!this._isKeeping) {
      this._face.tick();
      this._cards.tick();
    }
  }

  private _drawTools(): void {
    const tools = viewTools(this, {
      card: this._cards.open,
      hasZoom: this.canZoom,
      hasTabs: this._actions.openTab !== null && this._place === 'cell',
    });
    this._face.toolbar.draw(tools);
  }

  // Only what changed: levels that were dragged must outlive a new height.
  private _applyOptions({ colormap, levels }: Partial<ViewOptions>): void {
    const { min = PROGRESS_ENDS[0], max = PROGRESS_ENDS[1] } = this.options;
    this.model.setViewport({
      ends: [min, max],
      ...(colormap === undefined ? {} : { colormap }),
      ...(levels === undefined
        ? {}
        : { levels: { mode: 'percentile', low: levels[0], high: levels[1] } as const }),
    });
    this._face.body?.restyle();
  }

  private _reporting(work: () => Promise<void>): void {
    work().catch(reason => {
      console.error(`Labwire: ${this.model.title}`, reason);
      const message = reason instanceof Error ? reason.message : String(reason);
      Notification.error(`${this.model.title}: ${message}`);
    });
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
    } else if (this._face.body?.handleKey(event) !== true) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private readonly _actions: ILiveViewActions;
  private readonly _place: 'cell' | 'tab';
  private readonly _face: ViewFace;
  private readonly _cards: Cards;
  private readonly _frozen = new Signal<this, Frozen | null>(this);
  private readonly _optionsChanged = new Signal<this, ViewOptions>(this);
  private _defaults: ViewOptions;
  private _chosen: ViewOptions;
  private _attachment: Attachment | null = null;
  private _isExporting = false;
  private _isKeeping = false;
}

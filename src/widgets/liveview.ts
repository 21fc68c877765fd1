// A live view: title, tools, picture, state line, cards. The same in a cell and in a tab.
//
// The picture comes from the frames' kind (views/), the words from words.ts; this file puts them in
// their places and passes on what the person does.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import {
  type Frame,
  isQuiet,
  type LiveViewModel,
  type ViewKind,
  type ViewOptions,
  type ViewSpec,
} from '../models/index.js';
import type { Fault } from '../values/index.js';
import { element, setText } from './element.js';
import { errorCard } from './errorcard.js';
import { toolIcons } from './icons.js';
import { InfoCard } from './infocard.js';
import { LowerEdge } from './loweredge.js';
import { settingsCard } from './settingscard.js';
import { download, PICTURE_LIMIT_BYTES, type Picture, takePicture } from './snapshot.js';
import { StateLine } from './stateline.js';
import { type Tool, ViewToolbar } from './toolbar.js';
import type { IBodyHost, IViewBody } from './views/body.js';
import { ImageBody } from './views/image.js';
import { NumberBody } from './views/number.js';
import { TableBody } from './views/table.js';
import { TraceBody } from './views/trace.js';
import { VisibilityWatcher } from './visibility.js';
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

/** What a frozen view leaves behind. */
export type Frozen = { readonly picture: Picture; readonly text: string; readonly atNs: bigint };

export namespace LiveView {
  export interface IOptions {
    readonly model: LiveViewModel;
    readonly actions: ILiveViewActions;
    readonly trans: TranslationBundle;
    /** `cell`: has a height of its own, its lower edge can be dragged. `tab`: fills its place. */
    readonly place: 'cell' | 'tab';
    /** Where the person's settings have no say. */
    readonly defaults?: ViewOptions;
    /** A picture of the past, base64 PNG: shown while the model is frozen and has no frame. */
    readonly picture?: string;
  }
}

/** CSS px of the picture in a cell. A number: 4.5 em with its frame. A table: 12 rows and header. */
const HEIGHTS: { readonly [kind in ViewKind]: number } = {
  number: 56,
  trace: 280,
  image: 360,
  table: 312,
};
const TICK_MS = 1000;

type Card = 'info' | 'settings' | 'why';

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
    this._content = element('div', { className: 'jp-LiveView-content' });
    this._overlay = element('div', { className: 'jp-LiveView-overlay' });
    this._body = element('div', {
      className: 'jp-LiveView-body',
      children: [this._content, this._overlay],
    });
    this._stateLine = new StateLine({
      trans,
      onAction: action => this._act(action),
      onWhy: () => this._toggleCard('why'),
    });
    this._cardNode = element('div', { className: 'jp-LiveView-card' });
    this._live = element('div', {
      className: 'jp-Labwire-spoken',
      attributes: { role: 'status', 'aria-live': 'polite' },
    });
    this.node.append(
      element('div', {
        className: 'jp-LiveView-header',
        children: [this._title, this._toolbar.node],
      }),
      this._body,
      this._stateLine.node,
      this._cardNode,
      this._live,
    );
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
    this._bodyView?.restyle();
  }

  // ---- What commands and tools do -----------------------------------------------------------------

  togglePause(): void {
    this.model.setPaused(!this.model.paused);
  }

  /** Hold the picture, let go of the source, and leave picture and text; or go live again. */
  async toggleFreeze(): Promise<void> {
    if (this.model.frozenNs !== null) {
      this._picture = null;
      this.model.open();
      this._frozen.emit(null);
      return;
    }
    const { frame } = this.model;
    if (this._bodyView === null || frame === null || this._isFreezing) {
      return;
    }
    this._isFreezing = true;
    try {
      this.model.freeze();
      const picture = await takePicture(
        this._bodyView,
        this.model.title,
        this._words().sentence,
        PICTURE_LIMIT_BYTES,
      );
      if (!this.isDisposed && this.model.frozenNs !== null) {
        const text = `${this.model.title}: ${this._bodyView.plainText(frame)}`;
        this._frozen.emit({ picture, text, atNs: this.model.frozenNs });
      }
    } finally {
      this._isFreezing = false;
    }
  }

  async exportPng(): Promise<void> {
    if (this._bodyView !== null) {
      const { sentence } = this._words();
      const picture = await takePicture(this._bodyView, this.model.title, sentence, null);
      const bytes = Uint8Array.from(atob(picture.base64), char => char.charCodeAt(0));
      download(bytes, 'image/png', `${this.model.title}.png`);
    }
  }

  async exportCsv(): Promise<void> {
    try {
      const answer = await this.model.ask({ type: 'csv' });
      if (answer.type === 'csv') {
        download(answer.bytes, 'text/csv', answer.fileName);
      }
    } catch (reason) {
      this._say(this.trans.__('Nothing was exported: %1', messageOf(reason)));
    }
  }

  openTab(): void {
    this._actions.openTab?.(this.spec);
  }

  toggleInfo(): void {
    this._toggleCard('info');
  }

  toggleSettings(): void {
    this._toggleCard('settings');
  }

  resetZoom(): void {
    this._bodyView?.reset?.();
  }

  get canPause(): boolean {
    return this.model.phase === 'open';
  }

  get canFreeze(): boolean {
    return this.model.frozenNs !== null || this._bodyView !== null;
  }

  get canExport(): boolean {
    return this._bodyView !== null;
  }

  // ---- For the body -------------------------------------------------------------------------------

  setOptions(change: Partial<ViewOptions>): void {
    this._chosen = { ...this._chosen, ...change };
    this._applyOptions(change);
    this._optionsChanged.emit(this._chosen);
  }

  setReadout(text: string | null): void {
    this._readout = text;
    this._drawState();
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
    this._bodyView?.dispose();
    this._bodyView = null;
    this.model.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onAfterAttach(_msg: Message): void {
    this.node.addEventListener('keydown', this);
    window.addEventListener('keydown', this._beforeShortcuts, true);
    this._resizing = new ResizeObserver(() => this._fit());
    this._resizing.observe(this._body);
    this._watcher = new VisibilityWatcher(this._body, visible => {
      this.model.setVisible(visible);
    });
    this._ticker = setInterval(() => this._tick(), TICK_MS);
    this._fit();
    this._begin();
  }

  protected override onBeforeDetach(_msg: Message): void {
    this._stop();
  }

  protected override onAfterShow(_msg: Message): void {
    this._watcher?.update();
    this._fit();
  }

  protected override onAfterHide(_msg: Message): void {
    this._watcher?.update();
  }

  protected override onResize(_msg: Widget.ResizeMessage): void {
    this._watcher?.update();
    this._fit();
  }

  private _begin(): void {
    // Only what listens opens by itself; the rest waits for the person.
    if (this.model.phase === 'waiting' && isQuiet(this.model.spec)) {
      this.model.open();
    }
  }

  private _stop(): void {
    this.node.removeEventListener('keydown', this);
    window.removeEventListener('keydown', this._beforeShortcuts, true);
    this._resizing?.disconnect();
    this._resizing = null;
    this._watcher?.dispose();
    this._watcher = null;
    clearInterval(this._ticker);
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  private _onFrame(_model: LiveViewModel, frame: Frame): void {
    if (frame.kind !== 'empty') {
      this._bodyFor(frame.kind).draw(frame);
    }
    this._drawOverlay();
    this._drawState();
  }

  private _onState(): void {
    this._drawOverlay();
    this._drawState();
    this._drawTools();
    this._speak();
  }

  private _bodyFor(kind: ViewKind): IViewBody {
    if (this._bodyView?.kind === kind) {
      return this._bodyView;
    }
    this._bodyView?.dispose();
    const body = makeBody(kind, this);
    this._bodyView = body;
    this._content.replaceChildren(body.node);
    this.node.dataset.kind = kind;
    this._setHeight(null);
    this._size = '';
    this._fit();
    this._drawTools();
    if (this._card === 'settings') {
      this._showCard('settings');
    }
    return body;
  }

  private _fit(): void {
    const { clientWidth, clientHeight } = this._content;
    const size = `${clientWidth} ${clientHeight} ${globalThis.devicePixelRatio}`;
    if (this._bodyView !== null && size !== this._size && clientWidth > 0 && clientHeight > 0) {
      this._size = size;
      this._bodyView.fit(clientWidth, clientHeight);
    }
  }

  private _setHeight(height: number | null): void {
    if (this._place === 'tab') {
      return;
    }
    const { view } = this.model.spec;
    const kind = this._bodyView?.kind ?? (view === 'auto' ? 'number' : view);
    this._body.style.height = `${height ?? this._chosen.height ?? HEIGHTS[kind]}px`;
    this._edge?.update();
    if (height !== null) {
      this._fit();
    }
  }

  private _drawOverlay(): void {
    const { model, trans } = this;
    const { frame } = model;
    const isEmpty = frame === null || frame.kind === 'empty';
    const fault = this._fault();
    this.node.classList.toggle('jp-mod-gone', isEmpty && this._bodyView !== null);
    if (isEmpty && model.frozenNs !== null && this._picture !== null) {
      this._showPicture(this._picture);
      return;
    }
    this._overlay.hidden = !isEmpty;
    if (!isEmpty) {
      this._overlay.replaceChildren();
      this._shownFault = null;
      return;
    }
    if (fault !== null && (model.status.state !== 'connecting' || this._bodyView === null)) {
      if (this._shownFault !== fault) {
        this._shownFault = fault;
        const where = model.spec.sources.map(({ address }) => address).join('\n');
        this._overlay.replaceChildren(errorCard({ fault, where, actions: [], trans }));
      }
    } else {
      this._shownFault = null;
      const { sentence } = this._words();
      if (this._overlay.textContent !== sentence || this._overlay.childElementCount !== 1) {
        this._overlay.replaceChildren(
          element('div', { className: 'jp-LiveView-empty', text: sentence }),
        );
      }
    }
  }

  private _showPicture(base64: string): void {
    this._overlay.hidden = false;
    this._shownFault = null;
    if (this._overlay.querySelector('img') === null) {
      const image = element('img', { attributes: { alt: this._words().sentence } });
      image.src = `data:image/png;base64,${base64}`;
      this._overlay.replaceChildren(image);
    }
  }

  private _drawState(): void {
    const { model } = this;
    const words = this._words();
    const { frame } = model;
    const last = this._readout ?? (frame === null ? '' : (this._bodyView?.summary(frame) ?? ''));
    setText(this._title, model.title);
    this._title.title = model.spec.sources.map(({ address }) => address).join('\n');
    this.node.setAttribute('aria-label', model.title);
    this.node.dataset.state = words.state;
    this._stateLine.draw(words, last, this._fault() !== null);
  }

  private _drawTools(): void {
    const { trans } = this;
    const { paused, frozenNs } = this.model;
    const isFrozen = frozenNs !== null;
    const tools: Tool[] = [
      {
        name: 'pause',
        label: paused ? trans.__('Resume') : trans.__('Pause the picture (the data go on)'),
        icon: paused ? toolIcons.resume : toolIcons.pause,
        pressed: paused,
        enabled: this.canPause,
        run: () => this.togglePause(),
      },
      {
        name: 'freeze',
        label: isFrozen
          ? trans.__('Go live again')
          : trans.__('Freeze: keep picture and text, disconnect'),
        icon: isFrozen ? toolIcons.resume : toolIcons.freeze,
        pressed: isFrozen,
        enabled: this.canFreeze,
        run: () => void this.toggleFreeze().catch(reason => this._report(reason)),
      },
      {
        name: 'csv',
        label: trans.__('Export the data as CSV'),
        icon: toolIcons.csv,
        enabled: this.model.phase === 'open' && this.canExport,
        run: () => void this.exportCsv(),
      },
      {
        name: 'png',
        label: trans.__('Export the picture as PNG'),
        icon: toolIcons.png,
        enabled: this.canExport,
        run: () => void this.exportPng().catch(reason => this._report(reason)),
      },
    ];
    if (this._bodyView?.startBox !== undefined) {
      tools.push({
        name: 'box',
        label: trans.__('Zoom into a box (or Alt and drag)'),
        icon: toolIcons.box,
        run: () => this._bodyView?.startBox?.(),
      });
      tools.push({
        name: 'reset',
        label: trans.__('Show everything (double click)'),
        icon: toolIcons.reset,
        run: () => this.resetZoom(),
      });
    }
    if (this._actions.openTab !== null && this._place === 'cell') {
      tools.push({
        name: 'tab',
        label: trans.__('Open in a tab'),
        icon: toolIcons.tab,
        run: () => this.openTab(),
      });
    }
    tools.push(
      {
        name: 'info',
        label: trans.__('About this view (i)'),
        icon: toolIcons.info,
        pressed: this._card === 'info',
        run: () => this.toggleInfo(),
      },
      {
        name: 'settings',
        label: trans.__('Settings'),
        icon: toolIcons.settings,
        pressed: this._card === 'settings',
        run: () => this.toggleSettings(),
      },
    );
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
    this._bodyView?.restyle();
  }

  // ---- Words --------------------------------------------------------------------------------------

  private _words() {
    return stateWords(this.model, BigInt(Date.now()) * 1_000_000n, this.trans);
  }

  private _fault(): Fault | null {
    const { model } = this;
    const { frame } = model;
    if (model.frozenNs !== null) {
      return null;
    }
    return (frame?.kind === 'empty' ? frame.fault : null) ?? model.status.fault;
  }

  // State changes only: values would never let the reader come to an end.
  private _speak(): void {
    const state = stateOf(this.model);
    if (state !== this._spokenState) {
      const isFirst = this._spokenState === null;
      this._spokenState = state;
      if (!isFirst) {
        this._say(`${this.model.title}: ${this._words().word}`);
      }
    }
  }

  private _say(words: string): void {
    setText(this._live, words);
  }

  private _report(reason: unknown): void {
    console.error(`Labwire: ${this.model.title}`, reason);
    this._say(messageOf(reason));
  }

  private _tick(): void {
    if (this._watcher?.visible === false) {
      this._watcher.update();
      return;
    }
    this._fit();
    this._drawState();
    if (this._bodyView === null || this.model.frame?.kind === 'empty') {
      this._drawOverlay();
    }
    this._bodyView?.tick?.(BigInt(Date.now()) * 1_000_000n);
    this._info?.update();
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
        void this.toggleFreeze().catch(reason => this._report(reason));
        break;
      case 'resume':
        this.model.setPaused(false);
        break;
      case 'connect':
        this.model.open();
        break;
    }
  }

  private _toggleCard(card: Card): void {
    this._showCard(this._card === card ? null : card);
  }

  private _showCard(card: Card | null): void {
    this._card = card;
    this._info = null;
    this._cardNode.replaceChildren();
    const fault = this._fault();
    if (card === 'info') {
      this._info = new InfoCard(this.model, this.trans);
      this._cardNode.append(this._info.node);
    } else if (card === 'settings') {
      const node = settingsCard({
        kind: this._bodyView?.kind ?? null,
        options: this.options,
        trans: this.trans,
        onChange: change => this.setOptions(change),
      });
      this._cardNode.append(node);
    } else if (card === 'why' && fault !== null) {
      const where = this.model.spec.sources.map(({ address }) => address).join('\n');
      this._cardNode.append(errorCard({ fault, where, trans: this.trans }));
    }
    this._drawTools();
  }

  // The notebook's single-letter shortcuts would cut the cell that the view is in. Those with Ctrl or
  // Cmd stay JupyterLab's. Runs before JupyterLab's own listener, which is on the document.
  private readonly _beforeShortcuts = (event: KeyboardEvent): void => {
    if (event.target instanceof Node && this.node.contains(event.target)) {
      const isShortcut = event.ctrlKey || event.metaKey;
      this.node.toggleAttribute('data-lm-suppress-shortcuts', !isShortcut);
    }
  };

  private _onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
      return;
    }
    const { target } = event;
    const isField = target instanceof HTMLElement && target.closest('input, select, textarea');
    if (event.key === 'Escape' && this._card !== null) {
      this._showCard(null);
      this.node.focus();
    } else if (isField) {
      return;
    } else if (event.key === 'i') {
      this.toggleInfo();
    } else if (event.key === 'p' && this.canPause) {
      this.togglePause();
    } else if (target instanceof HTMLElement && target.closest('button, summary, [role=slider]')) {
      return;
    } else if (this._bodyView?.handleKey(event) !== true) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private readonly _actions: ILiveViewActions;
  private readonly _place: 'cell' | 'tab';
  private readonly _title: HTMLElement;
  private readonly _toolbar: ViewToolbar;
  private readonly _content: HTMLElement;
  private readonly _overlay: HTMLElement;
  private readonly _body: HTMLElement;
  private readonly _stateLine: StateLine;
  private readonly _cardNode: HTMLElement;
  private readonly _live: HTMLElement;
  private readonly _edge: LowerEdge | null = null;
  private readonly _frozen = new Signal<this, Frozen | null>(this);
  private readonly _optionsChanged = new Signal<this, ViewOptions>(this);
  private _defaults: ViewOptions;
  private _chosen: ViewOptions;
  private _picture: string | null;
  private _bodyView: IViewBody | null = null;
  private _resizing: ResizeObserver | null = null;
  private _watcher: VisibilityWatcher | null = null;
  private _ticker: ReturnType<typeof setInterval> | undefined;
  private _card: Card | null = null;
  private _info: InfoCard | null = null;
  private _shownFault: Fault | null = null;
  private _readout: string | null = null;
  private _spokenState: string | null = null;
  private _size = '';
  private _isFreezing = false;
}

function makeBody(kind: ViewKind, host: IBodyHost): IViewBody {
  switch (kind) {
    case 'number':
      return new NumberBody(host);
    case 'trace':
      return new TraceBody(host);
    case 'image':
      return new ImageBody(host);
    case 'table':
      return new TableBody(host);
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

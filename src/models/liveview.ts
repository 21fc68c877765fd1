// One live view, mirrored on the page: what it shows, how it is doing, what may be asked of it.
//
// It owns one view of the hub from `open()` to `freeze()` or `dispose()`, in whatever order answers
// come: a view that is disposed while it opens is closed as soon as the hub has named it.

import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type {
  EndpointStatus,
  Frame,
  IHub,
  LogViewport,
  PictureFrame,
  ViewAnswer,
  Viewport,
  ViewQuery,
  ViewSpec,
} from '../hub/api.js';
import { ClosedError, type Fault, type LinkStatus } from '../values/index.js';
import type { FramePump } from './framepump.js';
import { faultOf } from './remote.js';
import { endpointsOf, titleOf } from './spec.js';
import { type IAddedViews, openedSpec, takenAway } from './viewregistry.js';

/** Where a view gets its hub and its frames. */
export interface IFrameSource {
  open(): Promise<IHub>;
  readonly pump: FramePump;
}

/** `waiting`: not opened yet. `broken`: it cannot be opened; `fault` says why. `frozen`: holds its last picture, connected to nothing. */
export type ViewPhase = 'waiting' | 'opening' | 'open' | 'broken' | 'frozen' | 'closed';

/** What a view tells the hub before it knows its own size. */
export const FIRST_VIEWPORT: Viewport = {
  width: 800,
  height: 300,
  x: null,
  region: null,
  colormap: 'viridis',
  levels: { mode: 'percentile', low: 1, high: 99 },
  firstRow: 0,
  rowCount: 12,
  filter: '',
  folded: [],
};

export namespace LiveViewModel {
  export interface IOptions {
    readonly spec: ViewSpec;
    readonly source: IFrameSource;
    /** Starts from here; what the spec's options say about the viewport wins. */
    readonly viewport?: Viewport;
    /** Where the names of other extensions are looked up; absent: nothing is known by such a name. */
    readonly added?: IAddedViews;
    /** ns since 1970-01-01 UTC. */
    readonly now?: () => bigint;
  }
}

export class LiveViewModel implements IDisposable {
  constructor(options: LiveViewModel.IOptions) {
    this.spec = options.spec;
    this._title = titleOf(options.spec);
    this.endpoints = endpointsOf(options.spec);
    this._source = options.source;
    this._added = options.added ?? null;
    this._now = options.now ?? (() => BigInt(Date.now()) * 1_000_000n);
    this._viewport = viewportOf(options.spec, options.viewport ?? FIRST_VIEWPORT);
    this._sinceNs = this._now();
    this._source.pump.faulted.connect(this._onPumpFaulted, this);
    this._added?.changed.connect(this._onAdded, this);
  }

  readonly spec: ViewSpec;
  readonly endpoints: readonly string[];

  /** What to call it: the frame's title where datasets are in it, else the spec's, else its name. */
  get title(): string {
    return this._frame?.title ?? this._title;
  }

  /** The newest frame; null before the first. */
  get frame(): PictureFrame | null {
    return this._frame;
  }

  get frameChanged(): ISignal<this, PictureFrame> {
    return this._frameChanged;
  }

  /** Anything but the frame changed: phase, status, paused, fault. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  get phase(): ViewPhase {
    return this._phase;
  }

  /** Why it is broken. */
  get fault(): Fault | null {
    return this._fault;
  }

  /** The link's state as the last frame told it; `connecting` before the first. */
  get status(): LinkStatus {
    if (this._fault !== null) {
      return { state: 'failed', sinceNs: this._sinceNs, fault: this._fault, outOfStepCount: 0 };
    }
    return (
      this._frame?.status ?? {
        state: 'connecting',
        sinceNs: this._sinceNs,
        fault: null,
        outOfStepCount: 0,
      }
    );
  }

  get paused(): boolean {
    return this._pausedNs !== null;
  }

  /** Since when it is paused; null when it is not. ns since 1970-01-01 UTC. */
  get pausedNs(): bigint | null {
    return this._pausedNs;
  }

  /** When it was frozen; null when it is not. ns since 1970-01-01 UTC. */
  get frozenNs(): bigint | null {
    return this._frozenNs;
  }

  get viewport(): Viewport {
    return this._viewport;
  }

  get visible(): boolean {
    return this._visible;
  }

  get isDisposed(): boolean {
    return this._phase === 'closed';
  }

  /** Begin to watch. Does nothing where it already does; starts anew after a freeze or a fault. */
  open(): void {
    if (this._phase === 'opening' || this._phase === 'open' || this._phase === 'closed') {
      return;
    }
    this._frozenNs = null;
    this._fault = null;
    this._sinceNs = this._now();
    this._setPhase('opening');
    this._turn += 1;
    void this._open(this._turn);
  }

  /** Hold the last picture and let go of the source. */
  freeze(atNs: bigint = this._now()): void {
    if (this._phase === 'closed' || this._phase === 'frozen') {
      return;
    }
    this._close();
    this._frozenNs = atNs;
    this._fault = null;
    this._pausedNs = null;
    this._setPhase('frozen');
  }

  /** Hold the picture until it is resumed; the data behind it go on, and the status is told as ever. */
  setPaused(paused: boolean): void {
    if (this.paused === paused || this._phase === 'closed') {
      return;
    }
    this._pausedNs = paused ? this._now() : null;
    this._tell((hub, id) => hub.setPaused(id, paused));
    this._stateChanged.emit();
  }

  /** An unseen view gets no frames, and the newest at once when it is seen again. */
  setVisible(visible: boolean): void {
    if (this._visible === visible || this._phase === 'closed') {
      return;
    }
    this._visible = visible;
    this._tell((hub, id) => hub.setVisible(id, visible));
  }

  /** Change how much can be seen; what is equal already is not sent. */
  setViewport(change: Partial<Viewport>): void {
    const next = { ...this._viewport, ...change };
    if (this._phase === 'closed' || isSameViewport(this._viewport, next)) {
      return;
    }
    this._viewport = next;
    this._tell((hub, id) => hub.setViewport(id, next));
  }

  /** @throws {ClosedError} the view is not connected: it is frozen, broken, or gone. */
  async ask(query: ViewQuery): Promise<ViewAnswer> {
    const open = this._opened;
    if (open === null) {
      throw new ClosedError('this view is not connected, so its data cannot be asked for', {
        hint: 'Make it live again first.',
      });
    }
    return open.hub.ask(open.id, query);
  }

  /** How its connections do; those that nobody has opened are not among them. */
  async endpointStatus(): Promise<readonly EndpointStatus[]> {
    const open = this._opened;
    const all = open === null ? [] : await open.hub.endpoints();
    return all.filter(({ endpoint }) => this.endpoints.includes(endpoint));
  }

  /** Try now: reconnect, or open again what could not be opened. */
  retry(): void {
    if (this._phase === 'broken') {
      this.open();
    } else {
      this._tell((hub, id) => hub.retry(id));
    }
  }

  dispose(): void {
    if (this._phase === 'closed') {
      return;
    }
    this._close();
    this._phase = 'closed';
    this._frame = null;
    this._source.pump.faulted.disconnect(this._onPumpFaulted, this);
    this._added?.changed.disconnect(this._onAdded, this);
    Signal.clearData(this);
  }

  private async _open(turn: number): Promise<void> {
    try {
      const spec = openedSpec(this.spec, this._added);
      const hub = await this._source.open();
      if (turn !== this._turn) {
        return;
      }
      const told = { viewport: this._viewport, visible: true, paused: false };
      const id = await hub.openView(spec, told.viewport);
      if (turn !== this._turn) {
        await hub.closeView(id);
        return;
      }
      this._opened = { hub, id };
      this._connection = this._source.pump.connect(id, frame => this._onFrame(frame));
      this._setPhase('open');
      // What was decided while the hub opened it.
      if (told.viewport !== this._viewport) {
        this._tell((h, v) => h.setViewport(v, this._viewport));
      }
      if (told.visible !== this._visible) {
        this._tell((h, v) => h.setVisible(v, this._visible));
      }
      if (told.paused !== this.paused) {
        this._tell((h, v) => h.setPaused(v, this.paused));
      }
    } catch (reason) {
      if (turn === this._turn) {
        this._fail(faultOf(reason));
      }
    }
  }

  private _close(): void {
    this._turn += 1;
    this._connection?.dispose();
    this._connection = null;
    const open = this._opened;
    this._opened = null;
    open?.hub.closeView(open.id).catch(reason => {
      console.warn(`Labwire: closing ${this.title} failed`, reason);
    });
  }

  private _fail(fault: Fault): void {
    this._close();
    this._fault = fault;
    this._sinceNs = this._now();
    this._setPhase('broken');
  }

  private _tell(message: (hub: IHub, id: number) => Promise<void>): void {
    const open = this._opened;
    if (open === null) {
      return; // told once it is open
    }
    message(open.hub, open.id).catch(reason => {
      if (this._opened === open) {
        this._fail(faultOf(reason));
      }
    });
  }

  private _onFrame(frame: Frame): void {
    const held = this._frame;
    const before = held?.status;
    // A log holds its records itself, and goes on showing what is looked at.
    const canDraw = held === null || !this.paused || frame.kind === 'log';
    if (frame.kind !== 'status' && canDraw) {
      this._frame = frame;
      this._frameChanged.emit(frame);
    } else {
      // Also a picture that was under way when the person paused: it would move what is being read.
      const { status } = frame;
      this._frame = held === null ? { ...frame, kind: 'empty', fault: null } : { ...held, status };
    }
    if (before?.state !== frame.status.state || before.sinceNs !== frame.status.sinceNs) {
      this._stateChanged.emit();
    }
  }

  private _onPumpFaulted(_pump: FramePump, reason: unknown): void {
    if (reason !== null && this._phase === 'open') {
      this._fail(faultOf(reason));
    }
  }

  // Whoever draws it came or went. A view that nobody has opened, or that is frozen, stays as it is.
  private _onAdded(added: IAddedViews, name: string): void {
    if (name !== this.spec.view) {
      return;
    }
    const isThere = added.find(name) !== null;
    if (isThere && this._phase === 'broken') {
      this.open();
    } else if (!isThere && (this._phase === 'open' || this._phase === 'opening')) {
      this._fail(faultOf(takenAway(name)));
    }
  }

  private _setPhase(phase: ViewPhase): void {
    this._phase = phase;
    this._stateChanged.emit();
  }

  private readonly _source: IFrameSource;
  private readonly _added: IAddedViews | null;
  private readonly _title: string;
  private readonly _now: () => bigint;
  private readonly _frameChanged = new Signal<this, PictureFrame>(this);
  private readonly _stateChanged = new Signal<this, void>(this);
  private _viewport: Viewport;
  private _phase: ViewPhase = 'waiting';
  private _sinceNs: bigint;
  private _frame: PictureFrame | null = null;
  private _fault: Fault | null = null;
  private _frozenNs: bigint | null = null;
  private _pausedNs: bigint | null = null;
  private _visible = true;
  private _opened: { readonly hub: IHub; readonly id: number } | null = null;
  private _connection: IDisposable | null = null;
  private _turn = 0; // counts openings: an answer to an earlier one is stale
}

function viewportOf(spec: ViewSpec, base: Viewport): Viewport {
  const { colormap, levels } = spec.options;
  return {
    ...base,
    ...(colormap === undefined ? {} : { colormap }),
    ...(levels === undefined
      ? {}
      : { levels: { mode: 'percentile' as const, low: levels[0], high: levels[1] } }),
  };
}

function isSameViewport(a: Viewport, b: Viewport): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.colormap === b.colormap &&
    a.firstRow === b.firstRow &&
    a.rowCount === b.rowCount &&
    a.filter === b.filter &&
    (a.point ?? null) === (b.point ?? null) &&
    a.levels.mode === b.levels.mode &&
    a.levels.low === b.levels.low &&
    a.levels.high === b.levels.high &&
    isSameList(a.x, b.x) &&
    isSameList(a.region, b.region) &&
    isSameList(a.ends ?? null, b.ends ?? null) &&
    isSameList(a.folded, b.folded) &&
    isSameLog(a.log, b.log)
  );
}

function isSameLog(a: LogViewport | undefined, b: LogViewport | undefined): boolean {
  if (a === undefined || b === undefined) {
    return a === b;
  }
  return (
    a.level === b.level &&
    a.source === b.source &&
    a.filter === b.filter &&
    a.follow === b.follow &&
    a.around === b.around &&
    a.columns === b.columns &&
    isSameList(a.unfolded, b.unfolded)
  );
}

function isSameList(
  a: readonly (number | string)[] | null,
  b: readonly (number | string)[] | null,
): boolean {
  if (a === null || b === null) {
    return a === b;
  }
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

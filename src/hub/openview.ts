// One view as the page opened it: its sources, its state, and when it has news.
//
// A frame is made only when the page pulls and the view can be seen. What arrives in between goes
// into the view's state; what was replaced before anybody could see it is counted.

import {
  type Address,
  type Fault,
  formatAddress,
  isLabwireError,
  type LinkStatus,
  NO_ALARM,
  type PyValue,
  type Reading,
  toFault,
  UnsupportedError,
} from '../values/index.js';
import type { IClock } from '../wire/index.js';
import type {
  CsvPart,
  Frame,
  FrameHead,
  SourceRole,
  StatusFrame,
  ViewAnswer,
  Viewport,
  ViewQuery,
} from './api.js';
import { RateCounter } from './rate.js';
import { checkShape } from './shapes.js';
import { addressInside } from './sources/path.js';
import type { ISource, IWatch, SourceEvent } from './sources/source.js';
import type { Sources } from './sources.js';
import { BESIDE, type CheckedSource, type CheckedSpec } from './spec.js';
import { isSameStatus, mergeStatuses } from './status.js';
import { isScalar } from './views/chartcolumn.js';
import { CsvExport } from './views/csv.js';
import { COPY_LIMIT, reprText } from './views/format.js';
import type { MakeBitmap } from './views/image.js';
import { makeView } from './views/make.js';
import { Title } from './views/title.js';
import type { IView } from './views/view.js';

export type OpenViewOptions = {
  readonly id: number;
  readonly spec: CheckedSpec;
  readonly viewport: Viewport;
  readonly sources: Pick<Sources, 'open'>;
  /** The address of what lies at a path inside; absent: below that of the leading source. */
  readonly addressOf?: (path: readonly PyValue[]) => string;
  readonly clock: IClock;
  readonly makeBitmap: MakeBitmap | null;
  /** Something happened that a frame would show, or that moved the rate. */
  readonly onEvent: (view: OpenView) => void;
};

/** A frame, and what is to be transferred with it. */
export type Drawn = { readonly frame: Frame; readonly transfer: readonly Transferable[] };

type Input = {
  readonly role: SourceRole;
  /** Among those of the same role. */
  readonly index: number;
  /** Of the title's field that it fills. */
  readonly name: string;
  readonly isLeading: boolean;
  readonly source: ISource | null;
  status: LinkStatus;
  watch: IWatch | null;
};

type ReadingEvent = Extract<SourceEvent, { readonly type: 'reading' }>;

const RATE_STEP = 0.05; // of the rate last told: less is not worth a frame

export class OpenView {
  readonly id: number;
  /** The addresses of the wholes that it looks at or into. */
  readonly wholes: ReadonlySet<string>;
  private readonly _clock: IClock;
  private readonly _onEvent: (view: OpenView) => void;
  private readonly _view: IView;
  private readonly _inputs: Input[];
  private readonly _title: Title | null;
  private readonly _rate: RateCounter;
  private _reading: Reading<PyValue> | null = null;
  // When a tree changed or a message came last; its wall time is only worked out for a frame.
  private _changedAtMs: number | null = null;
  // The last reading of an input that the view has not been given.
  private readonly _held = new Map<Input, ReadingEvent>();
  private _export: CsvExport | null = null;
  private _undrawn = 0;
  private _dropped = 0;
  private _toldRateHz = 0;
  private _toldAtMs = Number.NEGATIVE_INFINITY;
  private _headChanged = true;
  private _statusChanged = false;
  private _isVisible = true;
  private _isPaused = false;
  private _isClosed = false;

  constructor(options: OpenViewOptions) {
    const { id, spec, viewport, clock } = options;
    this.id = id;
    this._clock = clock;
    this._onEvent = options.onEvent;
    this._rate = new RateCounter(clock.nowMs());
    const leading = leadingOf(spec);
    const labels: { [R in SourceRole]?: string[] } = {};
    const indices = spec.sources.map(({ role, address }) => {
      labels[role] ??= [];
      return labels[role].push(address.fragment || address.path) - 1;
    });
    const names = spec.sources.flatMap(({ role, name }) => (role === 'title' ? [name!] : []));
    this._title = names.length === 0 ? null : new Title(spec.options.title ?? '', names);
    const hasAxes = spec.sources.length - names.length > 1 || leading.role === 'y';
    const view = spec.view === 'auto' && hasAxes ? 'trace' : spec.view;
    const opened = spec.sources.map(source => this._openInput(source, view, options.sources));
    const talks = opened.some(({ source }) => source?.shape === 'messages');
    this._view = makeView(view === 'auto' && talks ? 'log' : view, {
      options: spec.options,
      labels,
      data: spec.sources.flatMap(({ role, name = '', column = null, address }) =>
        role === 'data' ? [{ name, column, label: address.fragment || address.path }] : [],
      ),
      addressOf: options.addressOf ?? (path => addressInside(leading.address, path)),
      clock,
      wake: () => this._onEvent(this),
      makeBitmap: options.makeBitmap,
    });
    this._view.setViewport(viewport);
    this.wholes = new Set(spec.sources.map(({ address }) => wholeOf(address)));
    this._inputs = spec.sources.map((source, at) => ({
      ...opened[at]!,
      role: source.role,
      index: indices[at]!,
      name: source.name ?? '',
      isLeading: source === leading,
      watch: null,
    }));
    for (const input of this._inputs) {
      input.watch = input.source?.watch(event => this._hear(input, event)) ?? null;
    }
  }

  // A source that cannot be opened is a state of the view: the others may work.
  private _openInput(
    { address, role }: CheckedSource,
    view: CheckedSpec['view'],
    sources: OpenViewOptions['sources'],
  ): Pick<Input, 'source' | 'status'> {
    const sinceNs = this._clock.wallNs();
    try {
      const source = sources.open(address);
      checkShape(source, view, role);
      const status = { state: 'connecting', sinceNs, fault: null, outOfStepCount: 0 } as const;
      return { source, status };
    } catch (error) {
      if (isLabwireError(error, 'ParseError')) {
        throw error;
      }
      const fault = toFault(error);
      const status = { state: 'failed', sinceNs, fault, outOfStepCount: 0 } as const;
      return { source: null, status };
    }
  }

  private _hear(input: Input, event: SourceEvent): void {
    if (event.type === 'status') {
      const isNew = !isSameStatus(input.status, event.status);
      this._headChanged ||= isNew;
      this._statusChanged ||= isNew;
      input.status = event.status;
    } else if (input.isLeading) {
      this._count(event);
    }
    if (input.role === 'title') {
      this._headChanged = this._title?.take(input.name, event) === true || this._headChanged;
    } else if (event.type === 'reading' && this._canHold(event)) {
      this._held.set(input, merged(this._held.get(input), event));
    } else {
      this._give(input);
      this._view.input(input.role, event, input.index);
    }
    if (!this._isClosed) {
      this._onEvent(this);
    }
  }

  // A number remembers each value, and so does a chart of scalars; every other view needs only the
  // last one before it draws. So a curve that nobody looks at costs nothing but this.
  private _canHold({ reading }: ReadingEvent): boolean {
    const { kind } = this._view;
    return kind !== 'number' && kind !== 'empty' && !(kind === 'chart' && isScalar(reading.value));
  }

  private _give(input: Input): void {
    const event = this._held.get(input);
    if (event !== undefined) {
      this._held.delete(input);
      this._view.input(input.role, event, input.index);
    }
  }

  private _giveAll(): void {
    for (const input of this._inputs) {
      this._give(input);
    }
  }

  private _count(event: SourceEvent): void {
    const nowMs = this._clock.nowMs();
    if (event.type === 'reading') {
      const { reading, range } = event;
      this._reading = reading;
      this._rate.add(nowMs);
      // A change in place is in the next picture; a value that was replaced is in none.
      this._undrawn += range === null ? 1 : 0;
    } else if (event.type === 'deltas') {
      this._changedAtMs = nowMs;
      this._rate.add(nowMs, event.deltas.length);
    } else if (event.type === 'tree') {
      this._changedAtMs = nowMs;
    } else if (event.type === 'messages') {
      this._changedAtMs = nowMs;
      this._rate.add(nowMs, event.messages.length);
    }
  }

  // ---- What the page says -----------------------------------------------------------------------

  setViewport(viewport: Viewport): void {
    this._view.setViewport(viewport);
  }

  setVisible(isVisible: boolean): void {
    // Whoever shows a view again has drawn over it, or forgotten it.
    this._headChanged ||= isVisible && !this._isVisible;
    this._isVisible = isVisible;
  }

  setPaused(isPaused: boolean): void {
    if (this._view.setPaused !== undefined) {
      this._view.setPaused(isPaused);
      return;
    }
    this._headChanged ||= this._isPaused && !isPaused;
    this._isPaused = isPaused;
  }

  retry(): void {
    for (const { source } of this._inputs) {
      source?.retry();
    }
  }

  ask(query: ViewQuery): ViewAnswer {
    if (this._reading === null && this._changedAtMs === null) {
      throw new UnsupportedError(
        'there is no value yet',
        { feature: query.type },
        { hint: 'Wait for the first one.' },
      );
    }
    if (query.type === 'text' && this._reading !== null) {
      return { type: 'text', text: reprText(this._reading.value, COPY_LIMIT, true) };
    }
    this._giveAll();
    return query.type === 'csv' ? this._exportPart(query.from ?? 0) : this._view.ask(query);
  }

  private _exportPart(from: number): CsvPart {
    if (from === 0) {
      this._export = new CsvExport(this._view.table());
    }
    const running = this._export;
    if (running === null) {
      throw new UnsupportedError('no export is under way', { feature: `csv from row ${from}` });
    }
    const { bytes, next } = running.part(from);
    if (next === null) {
      this._export = null;
    }
    const { fileName, rowCount } = running;
    return { type: 'csv', bytes, fileName, rowCount, next };
  }

  // ---- Frames -----------------------------------------------------------------------------------

  /** Would it look different from its last frame? What holds its picture has a status all the same. */
  get hasNews(): boolean {
    return this._canBeSeen
      ? this._headChanged || (!this._isResting && (this._held.size > 0 || this._view.dirty))
      : this._statusChanged && !this._isClosed;
  }

  /** Was the rate that the page shows overtaken, with nothing else to draw? Once a second is often enough. */
  get hasOldRate(): boolean {
    const nowMs = this._clock.nowMs();
    const rateHz = this._rate.rateHz(nowMs);
    const step = RATE_STEP * Math.max(rateHz, this._toldRateHz);
    return (
      this._canBeSeen &&
      nowMs - this._toldAtMs >= 900 &&
      (Math.abs(rateHz - this._toldRateHz) > step || (rateHz === 0 && this._toldRateHz > 0))
    );
  }

  /** Is there a rate to watch: something came lately, or the page still shows that it did? */
  get isBusy(): boolean {
    return this._toldRateHz > 0 || this._rate.rateHz(this._clock.nowMs()) > 0;
  }

  private get _isResting(): boolean {
    return this._view.isResting === true;
  }

  private get _canBeSeen(): boolean {
    return this._isVisible && !this._isPaused && !this._isClosed;
  }

  /** The picture now, and nothing older. Never rejects: a view that cannot draw says so in its frame. */
  async draw(): Promise<Drawn> {
    this._statusChanged = false;
    if (!this._canBeSeen) {
      return { frame: { ...this._head(), kind: 'status' }, transfer: [] };
    }
    const nowMs = this._clock.nowMs();
    this._headChanged = false;
    this._dropped += Math.max(0, this._undrawn - 1);
    this._undrawn = 0;
    this._toldRateHz = this._rate.rateHz(nowMs);
    this._toldAtMs = nowMs;
    try {
      this._giveAll();
      const head = this._head();
      const { content, transfer } = await this._view.frame(nowMs);
      return { frame: { ...head, ...content } as Frame, transfer };
    } catch (error) {
      const fault = toFault(error);
      return { frame: { ...this._head(), kind: 'empty', fault }, transfer: [] };
    }
  }

  /** Send the rate with the next frame, even if nothing else changed. */
  tellRate(): void {
    this._headChanged = true;
  }

  private _head(): FrameHead {
    return {
      viewId: this.id,
      status: mergeStatuses(this._inputs.filter(isTold).map(({ status }) => status)),
      rateHz: this._toldRateHz,
      droppedCount: this._dropped,
      timeNs: this._reading?.timeNs ?? this._changedNs(),
      type: this._view.type,
      display: this._view.display,
      alarm: this._reading?.alarm ?? NO_ALARM,
      ...(this._title === null ? {} : { title: this._title.text }),
    };
  }

  private _changedNs(): bigint | null {
    return this._changedAtMs === null
      ? null
      : this._clock.wallNs() - BigInt(Math.round((this._clock.nowMs() - this._changedAtMs) * 1e6));
  }

  /** The last frame, for a view that ends though nobody closed it. */
  farewell(fault: Fault): StatusFrame {
    const sinceNs = this._clock.wallNs();
    const status = { state: 'closed', sinceNs, fault, outOfStepCount: 0 } as const;
    return { ...this._head(), kind: 'status', status };
  }

  close(): void {
    this._isClosed = true;
    this._export = null;
    for (const input of this._inputs) {
      input.watch?.close();
    }
    this._view.close();
  }
}

/** The later event, about all that changed since the view was given one. */
function merged(held: ReadingEvent | undefined, event: ReadingEvent): ReadingEvent {
  if (held === undefined) {
    return event;
  }
  const [before, now] = [held.range, event.range];
  const range =
    before === null || now === null
      ? null
      : { from: Math.min(before.from, now.from), to: Math.max(before.to, now.to) };
  return { ...event, range };
}

/** The source that the view is about: its type, time and rate are the view's. */
function leadingOf(spec: CheckedSpec): CheckedSource {
  const { sources } = spec;
  return sources.find(({ role }) => !BESIDE.has(role)) ?? sources[0]!;
}

// A value that is missing from the title shows there; the picture is as good without it.
function isTold({ role, status }: Input): boolean {
  return role !== 'title' || status.state !== 'missing';
}

function wholeOf(address: Address): string {
  return formatAddress({ ...address, fragment: null });
}

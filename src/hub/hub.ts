// The hub: every connection of this tab, and every view of it.
//
// Platform-free: what it needs of a worker or of Node is passed in. Nothing leaves it but plain
// data, and what it throws is a Fault, since comlink drops the fields of an error.

import {
  type Address,
  ClosedError,
  type Fault,
  LimitError,
  type PlainValue,
  type PyClone,
  toFault,
} from '../values/index.js';
import type { Connect, IClock, ITimer } from '../wire/index.js';
import type {
  EndpointStatus,
  Frame,
  IHub,
  IPage,
  PolicyAnswer,
  StatusFrame,
  ViewAnswer,
  ViewKind,
  Viewport,
  ViewQuery,
  ViewSpec,
} from './api.js';
import { type IBridge, type IBridgeListener, noBridge } from './bridge.js';
import type {
  DatabaseDescription,
  DatasetState,
  Edit,
  EditCheck,
  EditOutcome,
  EditorState,
} from './editapi.js';
import { Edits } from './edits.js';
import { OpenView, type OpenViewOptions } from './openview.js';
import { type Defer, FramePull } from './pull.js';
import { RemoteCalls } from './remote.js';
import type {
  CallOutcome,
  CallRequest,
  CellWindow,
  Guard,
  LiteralCheck,
  ProbeAnswer,
  ResultItems,
  ResultPart,
  ServerDescription,
  TargetDescription,
  ValueCall,
} from './remoteapi.js';
import { wellFormed } from './remotedescribe.js';
import { checkLiteral } from './remoteliteral.js';
import { itemsOf } from './resultitems.js';
import { cellsOf } from './resulttable.js';
import { ValueSource } from './sources/value.js';
import { type IDemo, Sources } from './sources.js';
import { type CheckedSpec, checkSpec, checkViewport } from './spec.js';
import type { MakeBitmap } from './views/image.js';

export type HubOptions = {
  readonly version: string;
  readonly clock: IClock;
  readonly demo: IHubDemo;
  /** Makes the bridge of a page; it connects to nothing before it is used. */
  readonly makeBridge: (page: IPage, listener: IBridgeListener) => IBridge;
  /** How to reach the network where there is no page; Node has sockets. */
  readonly connect?: (address: Address) => Connect;
  readonly makeBitmap?: MakeBitmap | null;
  /** Marks what is handed over with an answer rather than copied: comlink's `transfer` in a worker. */
  readonly handOver?: <T extends object>(value: T, transfer: readonly Transferable[]) => T;
  /** Calls back when what goes on now is over: a macrotask. */
  readonly defer: Defer;
  /** A mistake of ours that nobody waits for. */
  readonly report: (error: unknown, where: string) => void;
};

/** The demo lab that `demo+` addresses reach. */
export interface IHubDemo extends IDemo {
  /** End what runs; it starts anew when it is reached again. */
  close(): void;
}

const RATE_MS = 1000; // how often a rate is told that nothing else brings up
const VIEW_LIMIT = 1000; // views of one tab; a browser has stopped drawing long before

/** What a view of a result looks at: no address that anybody could open. */
const RESULT: Address = {
  scheme: 'sipyco+rpc',
  demo: true,
  host: '',
  port: 0,
  path: '',
  fragment: null,
  tls: null,
};
const LOOKS_AT = { role: 'value', address: 'demo+sipyco+rpc:///' } as const;

const DROPPED: Fault = toFault(
  new ClosedError('the result is not kept any more', { hint: 'Call the method again.' }),
);

export class Hub implements IHub {
  private readonly _options: HubOptions;
  private readonly _sources: Sources;
  private readonly _views = new Map<number, OpenView>();
  /** Views of a result, by the call that gave it. */
  private readonly _resultViews = new Map<number, Set<number>>();
  /** The last word of views that the hub closed itself. */
  private _farewells: StatusFrame[] = [];
  private readonly _remote: RemoteCalls;
  private readonly _edits: Edits;
  private readonly _pull: FramePull;
  private _bridge: IBridge | null = null;
  private _lastId = 0;
  private _rateTimer: ITimer | null = null;

  constructor(options: HubOptions) {
    this._options = options;
    this._sources = new Sources({
      clock: options.clock,
      demo: options.demo,
      connect: address => this._connect(address),
      report: options.report,
    });
    this._remote = new RemoteCalls({
      clock: options.clock,
      sources: this._sources,
      connect: address => (address.demo ? options.demo.connect(address) : this._connect(address)),
      audit: entry => this._bridge?.audit(entry),
      onDropped: callId => this._closeResult(callId),
      report: options.report,
    });
    this._edits = new Edits({
      clock: options.clock,
      sources: this._sources,
      describe: address => this._remote.describeTarget(address),
      audit: entry => this._bridge?.audit(entry),
      guard: address => this._remote.checkGuard(address),
    });
    this._pull = new FramePull(() => this._compose(), options.defer);
  }

  start(page: IPage | null): Promise<{ readonly version: string }> {
    return answer(() => {
      this._bridge?.close();
      const { makeBridge, report } = this._options;
      const listener: IBridgeListener = {
        asking: (address, isAsking) => {
          this._sources.setAsking(address, isAsking);
          this._remote.setAsking(address, isAsking);
        },
        linkChanged: down => this._sources.setLink(down),
        report,
      };
      this._bridge = page === null ? null : makeBridge(page, listener);
      return { version: this._options.version };
    });
  }

  openView(spec: ViewSpec, viewport: Viewport): Promise<number> {
    return answer(() => this._open(checkSpec(spec), viewport, { sources: this._sources }).id);
  }

  closeView(viewId: number): Promise<void> {
    return answer(() => {
      // Twice is harmless: a page that goes closes what it has.
      this._views.get(viewId)?.close();
      this._views.delete(viewId);
      for (const views of this._resultViews.values()) {
        views.delete(viewId);
      }
    });
  }

  setViewport(viewId: number, viewport: Viewport): Promise<void> {
    return this._tell(viewId, view => view.setViewport(checkViewport(viewport)));
  }

  setVisible(viewId: number, visible: boolean): Promise<void> {
    return this._tell(viewId, view => view.setVisible(visible));
  }

  setPaused(viewId: number, paused: boolean): Promise<void> {
    return this._tell(viewId, view => view.setPaused(paused));
  }

  retry(viewId: number): Promise<void> {
    return this._tell(viewId, view => {
      this._bridge?.retry();
      view.retry();
    });
  }

  pull(): Promise<readonly Frame[]> {
    return answer(() => this._pull.pull());
  }

  ask(viewId: number, query: ViewQuery): Promise<ViewAnswer> {
    return answer(() => {
      const reply = this._view(viewId).ask(query);
      return reply.type === 'csv' ? this._handOver(reply, [reply.bytes.buffer]) : reply;
    });
  }

  answerPolicy(questionId: number, policy: PolicyAnswer): Promise<void> {
    return answer(() => {
      this._bridge?.answer(questionId, policy);
    });
  }

  endpoints(): Promise<readonly EndpointStatus[]> {
    return answer(() =>
      this._sources.connections().map(({ connection }) => {
        const { endpoint, address, status, receivedBytes, isDemo } = connection;
        const users = [...this._views.values()].filter(view => view.wholes.has(address));
        const viewCount = users.length;
        const linkMs = isDemo ? null : (this._bridge?.roundTripMs ?? null);
        const roundTripMs = connection.roundTripMs ?? linkMs;
        return { endpoint, address, status, viewCount, receivedBytes, roundTripMs };
      }),
    );
  }

  bye(): Promise<void> {
    return answer(() => {
      this._edits.close();
      this._remote.close();
      for (const view of this._views.values()) {
        view.close();
      }
      this._views.clear();
      this._resultViews.clear();
      this._farewells = [];
      this._sources.close();
      this._bridge?.close();
      this._options.demo.close();
      this._pull.close();
      this._rateTimer?.cancel();
      this._rateTimer = null;
    });
  }

  // ---- What can be called -----------------------------------------------------------------------

  probe(text: string): Promise<readonly ProbeAnswer[]> {
    return answer(() => this._remote.probe(text));
  }

  cancelProbes(): Promise<void> {
    return answer(() => this._remote.cancelProbes());
  }

  hold(address: string): Promise<void> {
    return answer(() => this._remote.hold(address));
  }

  release(address: string): Promise<void> {
    return answer(() => this._remote.release(address));
  }

  retryEndpoint(address: string): Promise<void> {
    return answer(() => {
      this._bridge?.retry();
      this._remote.retryEndpoint(address);
    });
  }

  describeServer(address: string): Promise<ServerDescription> {
    return answer(() => this._remote.describeServer(address));
  }

  describeTarget(address: string): Promise<TargetDescription> {
    return answer(() => this._remote.describeTarget(address));
  }

  checkLiteral(text: string): Promise<LiteralCheck> {
    return answer(() => checkLiteral(text));
  }

  call(request: CallRequest): Promise<CallOutcome> {
    return answer(() => this._remote.call(request));
  }

  callValue(call: ValueCall): Promise<PyClone | PlainValue> {
    return answer(async () => {
      const returned = await this._remote.callValue(call);
      const { value } = returned;
      const isForm = typeof value === 'object' && value !== null && 'transfer' in returned;
      return isForm ? this._handOver(value, returned.transfer) : value;
    });
  }

  cancelCall(callId: number): Promise<void> {
    return answer(() => this._remote.cancelCall(callId));
  }

  openResult(callId: number, kind: 'auto' | ViewKind, viewport: Viewport): Promise<number> {
    return answer(() => {
      const { method, value, timeNs } = this._remote.result(callId);
      const address: Address = { ...RESULT, path: wellFormed(method) };
      const spec = checkSpec({ version: 1, view: kind, sources: [LOOKS_AT], options: {} });
      const source = new ValueSource({ address, value, timeNs });
      const view = this._open(
        { ...spec, sources: [{ ...spec.sources[0]!, address }] },
        viewport,
        // Nothing inside a result has an address of its own.
        { sources: { open: () => source }, addressOf: () => '' },
      );
      const views = this._resultViews.get(callId) ?? new Set();
      this._resultViews.set(callId, views.add(view.id));
      return view.id;
    });
  }

  resultText(callId: number): Promise<string> {
    return answer(() => this._remote.resultText(callId));
  }

  resultItems(
    callId: number,
    path: readonly number[],
    from: number,
    count: number,
  ): Promise<ResultItems> {
    return answer(() => itemsOf(this._remote.result(callId).value, path, from, count));
  }

  resultCells(callId: number, window: CellWindow): Promise<readonly (readonly string[])[]> {
    return answer(() => cellsOf(this._remote.result(callId).value, window));
  }

  resultPart(callId: number, from: number): Promise<ResultPart> {
    return answer(() => {
      const part = this._remote.resultPart(callId, from);
      return this._handOver(part, [part.bytes.buffer]);
    });
  }

  dropResult(callId: number): Promise<void> {
    return answer(() => this._remote.dropResult(callId));
  }

  callAsCode(request: CallRequest, language: 'python' | 'typescript'): Promise<string> {
    return answer(() => this._remote.callAsCode(request, language));
  }

  setGuards(guards: readonly Guard[]): Promise<void> {
    return answer(() => this._remote.setGuards(guards));
  }

  // ---- What can be edited -----------------------------------------------------------------------

  describeDatabase(address: string): Promise<DatabaseDescription> {
    return answer(() => this._edits.describe(address));
  }

  armEditor(datasets: string, database: string): Promise<number> {
    return answer(() => this._edits.arm(datasets, database));
  }

  disarmEditor(editorId: number): Promise<void> {
    return answer(() => this._edits.disarm(editorId));
  }

  watchEditor(editorId: number, revision: number): Promise<EditorState> {
    return answer(() => this._edits.state(editorId, revision));
  }

  openDataset(editorId: number, address: string | null): Promise<DatasetState | null> {
    return answer(() => this._edits.open(editorId, address));
  }

  checkEdit(editorId: number, edit: Edit): Promise<EditCheck> {
    return answer(() => this._edits.check(editorId, edit));
  }

  applyEdit(editorId: number, edit: Edit, agreed: readonly string[]): Promise<EditOutcome> {
    return answer(() => this._edits.apply(editorId, edit, agreed));
  }

  /** A result is kept no longer: its views end, and say so. */
  private _closeResult(callId: number): void {
    for (const viewId of this._resultViews.get(callId) ?? []) {
      const view = this._views.get(viewId);
      if (view !== undefined) {
        this._farewells.push(view.farewell(DROPPED));
        view.close();
        this._views.delete(viewId);
        this._pull.notify();
      }
    }
    this._resultViews.delete(callId);
  }

  // ---- Views ------------------------------------------------------------------------------------

  private _open(
    spec: CheckedSpec,
    viewport: Viewport,
    over: Pick<OpenViewOptions, 'sources' | 'addressOf'>,
  ): OpenView {
    if (this._views.size >= VIEW_LIMIT) {
      throw new LimitError(
        `${VIEW_LIMIT} views are open, which is as many as one tab may have`,
        { limit: 'views', value: VIEW_LIMIT + 1, maximum: VIEW_LIMIT, unit: 'views' },
        { hint: 'Clear the output of cells that are not looked at, or reload the page.' },
      );
    }
    checkViewport(viewport);
    const { clock, makeBitmap = null } = this._options;
    this._lastId += 1;
    const view = new OpenView({
      ...over,
      id: this._lastId,
      spec,
      viewport,
      clock,
      makeBitmap,
      onEvent: opened => this._onEvent(opened),
    });
    this._views.set(view.id, view);
    this._pull.notify();
    return view;
  }

  private _view(viewId: number): OpenView {
    const view = this._views.get(viewId);
    if (view === undefined) {
      throw new ClosedError(`view ${viewId} is not open`);
    }
    return view;
  }

  private _tell(viewId: number, change: (view: OpenView) => void): Promise<void> {
    return answer(() => {
      const view = this._view(viewId);
      change(view);
      this._onEvent(view);
    });
  }

  private _onEvent(view: OpenView): void {
    if (view.hasNews) {
      this._pull.notify();
    } else {
      this._watchRates();
    }
  }

  private async _compose(): Promise<readonly Frame[]> {
    const views = [...this._views.values()].filter(view => view.hasNews);
    const drawn = await Promise.all(views.map(view => view.draw()));
    this._watchRates();
    const kept = drawn.filter(({ frame }) => this._views.has(frame.viewId));
    const frames = [...this._farewells.splice(0), ...kept.map(({ frame }) => frame)];
    return this._handOver(
      frames,
      kept.flatMap(({ transfer }) => transfer),
    );
  }

  private _handOver<T extends object>(value: T, transfer: readonly Transferable[]): T {
    return this._options.handOver?.(value, transfer) ?? value;
  }

  // A feed that stops says nothing any more: somebody must tell that its rate is 0.
  private _watchRates(): void {
    if (this._rateTimer === null && [...this._views.values()].some(view => view.isBusy)) {
      this._rateTimer = this._options.clock.after(RATE_MS, () => {
        this._rateTimer = null;
        for (const view of this._views.values()) {
          if (view.hasOldRate) {
            view.tellRate();
            this._pull.notify();
          }
        }
        this._watchRates();
      });
    }
  }

  // ---- The network ------------------------------------------------------------------------------

  private _connect(address: Address): Connect {
    if (this._options.connect !== undefined) {
      return this._options.connect(address);
    }
    return async options => {
      if (this._bridge === null) {
        throw noBridge(address);
      }
      return this._bridge.connect(address)(options);
    };
  }
}

/** Faults instead of errors, whether `work` throws or rejects. */
async function answer<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFault(error);
  }
}

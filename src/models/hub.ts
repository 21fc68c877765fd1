// The worker as the page sees it: started on first use, one per tab.
//
// `open()` gives the hub's methods with errors instead of Faults. Nothing here runs before the first
// view is opened, so an unused Labwire costs a page nothing.

import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { proxy, type Remote, wrap } from 'comlink';
import type {
  CallOutcome,
  EditCheck,
  EditOutcome,
  IHub,
  IPage,
  LiteralCheck,
  ViewAnswer,
} from '../hub/api.js';
import { ClosedError, type PlainValue, type PyClone } from '../values/index.js';
import { FramePump, type IScreen } from './framepump.js';
import { answering, calling } from './remote.js';
import {
  demoUrl,
  type IWorkerHandle,
  startWorker,
  type WorkerMaker,
  workerFromBlob,
  workerFromFile,
} from './worker.js';

/** What a live view needs: the hub when it runs, and the pump that brings its frames. */
export interface IHubSession extends IDisposable {
  /** The hub; starts it on first call. A start that failed is tried again by the next call. */
  open(): Promise<IHub>;
  readonly pump: FramePump;
  /** The hub began to run, or could not. */
  readonly stateChanged: ISignal<IHubSession, HubState>;
  readonly state: HubState;
  /** The page goes: streams end at once. The session stays usable if it does not go after all. */
  bye(): void;
}

export type HubState = 'idle' | 'starting' | 'running' | 'failed';

export namespace HubSession {
  export interface IOptions {
    /** What the worker may ask of the page; null where there is no bridge (only `demo+` works). */
    readonly page: IPage | null;
    readonly screen: IScreen;
    /** Ways to make a worker, tried in order. */
    readonly makers?: readonly WorkerMaker[];
  }
}

export class HubSession implements IHubSession {
  constructor(options: HubSession.IOptions) {
    this._page = options.page;
    this._makers = options.makers ?? [workerFromFile, workerFromBlob];
    this.pump = new FramePump({ open: () => this.open(), screen: options.screen });
  }

  readonly pump: FramePump;

  get state(): HubState {
    return this._state;
  }

  get stateChanged(): ISignal<this, HubState> {
    return this._stateChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  open(): Promise<IHub> {
    if (this._isDisposed) {
      return Promise.reject(new ClosedError('this Labwire session is closed'));
    }
    this._hub ??= this._start();
    return this._hub;
  }

  bye(): void {
    // Only a hub that runs: leaving must not start one.
    this._running?.bye().catch(reason => {
      console.warn('Labwire: the worker did not take leave', reason);
    });
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.pump.dispose();
    this._handle?.terminate();
    this._handle = null;
    this._running = null;
    this._hub = null;
    Signal.clearData(this);
  }

  private async _start(): Promise<IHub> {
    this._setState('starting');
    try {
      const { handle, answer } = await startWorker(this._makers, async made => {
        const hub = hubOf(wrap<IHub>(made.endpoint));
        await hub.start(this._page === null ? null : proxy(pageOf(this._page)), {
          demoUrl: demoUrl(),
        });
        return hub;
      });
      if (this._isDisposed) {
        handle.terminate();
        throw new ClosedError('this Labwire session was closed while its worker started');
      }
      this._handle = handle;
      this._running = answer;
      this._setState('running');
      return answer;
    } catch (reason) {
      this._hub = null;
      this._setState('failed');
      throw reason;
    }
  }

  private _setState(state: HubState): void {
    this._state = state;
    this._stateChanged.emit(state);
  }

  private readonly _page: IPage | null;
  private readonly _makers: readonly WorkerMaker[];
  private readonly _stateChanged = new Signal<this, HubState>(this);
  private _state: HubState = 'idle';
  private _hub: Promise<IHub> | null = null;
  private _running: IHub | null = null;
  private _handle: IWorkerHandle | null = null;
  private _isDisposed = false;
}

/** The hub behind comlink, method by method, so that what is not in the contract cannot be called. */
function hubOf(remote: Remote<IHub>): IHub {
  return {
    start: (page, files) => calling(() => remote.start(page as never, files)),
    openView: (spec, viewport) => calling(() => remote.openView(spec, viewport)),
    closeView: viewId => calling(() => remote.closeView(viewId)),
    setViewport: (viewId, viewport) => calling(() => remote.setViewport(viewId, viewport)),
    setVisible: (viewId, visible) => calling(() => remote.setVisible(viewId, visible)),
    setPaused: (viewId, paused) => calling(() => remote.setPaused(viewId, paused)),
    pull: () => calling(() => remote.pull()),
    ask: (viewId, query) => calling<ViewAnswer>(async () => remote.ask(viewId, query)),
    retry: viewId => calling(() => remote.retry(viewId)),
    answerPolicy: (questionId, answer) => calling(() => remote.answerPolicy(questionId, answer)),
    endpoints: () => calling(() => remote.endpoints()),
    probe: text => calling(() => remote.probe(text)),
    cancelProbes: () => calling(() => remote.cancelProbes()),
    hold: address => calling(() => remote.hold(address)),
    release: address => calling(() => remote.release(address)),
    retryEndpoint: address => calling(() => remote.retryEndpoint(address)),
    describeServer: address => calling(() => remote.describeServer(address)),
    describeTarget: address => calling(() => remote.describeTarget(address)),
    checkLiteral: text => calling<LiteralCheck>(async () => remote.checkLiteral(text)),
    call: request => calling<CallOutcome>(async () => remote.call(request)),
    callValue: call => calling<PyClone | PlainValue>(async () => remote.callValue(call)),
    cancelCall: callId => calling(() => remote.cancelCall(callId)),
    openResult: (callId, view, viewport) =>
      calling(() => remote.openResult(callId, view, viewport)),
    resultText: callId => calling(() => remote.resultText(callId)),
    resultItems: (callId, path, from, count) =>
      calling(() => remote.resultItems(callId, path, from, count)),
    resultCells: (callId, window) => calling(() => remote.resultCells(callId, window)),
    resultPart: (callId, from) => calling(() => remote.resultPart(callId, from)),
    dropResult: callId => calling(() => remote.dropResult(callId)),
    callAsCode: (request, language) => calling(() => remote.callAsCode(request, language)),
    setGuards: guards => calling(() => remote.setGuards(guards)),
    describeDatabase: address => calling(() => remote.describeDatabase(address)),
    armEditor: (datasets, database) => calling(() => remote.armEditor(datasets, database)),
    disarmEditor: editorId => calling(() => remote.disarmEditor(editorId)),
    watchEditor: (editorId, revision) => calling(() => remote.watchEditor(editorId, revision)),
    openDataset: (editorId, address) => calling(() => remote.openDataset(editorId, address)),
    checkEdit: (editorId, edit) => calling<EditCheck>(async () => remote.checkEdit(editorId, edit)),
    applyEdit: (editorId, edit, agreed) =>
      calling<EditOutcome>(async () => remote.applyEdit(editorId, edit, agreed)),
    bye: () => calling(() => remote.bye()),
  };
}

function pageOf(page: IPage): IPage {
  return {
    openChannel: reason => answering(() => page.openChannel(reason)),
    policyAsked: question => page.policyAsked(question),
    policySettled: questionId => page.policySettled(questionId),
  };
}

// The streams of one bridge, and what they share: the link, its questions, its lease.
//
// Everything a link brings goes through here to the stream it is for; everything streams send leaves
// through `fill`, in turns.

import {
  BridgeError,
  ClosedError,
  ConnectionLostError,
  DeadlineError,
  type Fault,
  type LabwireError,
  toFault,
} from '../values/index.js';
import type { IClock, ITimer, ITransport } from '../wire/index.js';
import type { Draft } from './draft.js';
import { Fields } from './fields.js';
import type {
  BridgeConnectOptions,
  BridgeState,
  BridgeStatus,
  KernelBridgeOptions,
} from './kernel.js';
import { type IChannelOwner, KernelChannel } from './kernelchannel.js';
import { type IStreamChannel, KernelStream, type StreamTarget } from './kernelstream.js';
import { type PolicyChoice, Questions, readQuestion } from './questions.js';
import {
  type BridgeRecord,
  jsonRecord,
  Kind,
  MalformedMessage,
  nameOf,
  record,
} from './records.js';
import { linkFailure } from './refusals.js';
import type { Welcome } from './welcome.js';

/** A line for the bridge's audit file: what it cannot know because it does not read the bytes. */
export type AuditEntry = {
  readonly action: 'write' | 'call' | (string & {});
  readonly endpoint: string;
  readonly method?: string;
  readonly old?: string;
  readonly new?: string;
  readonly detail?: string;
};

/** What an urgent stop did: streams reset, bytes for instruments that did not leave. */
export type Stopped = { readonly streams: number; readonly droppedBytes: number };

const STOPPED_WITHIN_MS = 5000;
/** Round trip before the first was measured. */
const ROUND_TRIP_MS = 2;
/** Stages of a BridgeError after which no stream is left. */
const KERNEL_ENDED: ReadonlySet<string> = new Set(['dead', 'restarting', 'restarted', 'shutdown']);
/** Audit lines kept while there is no link; of those beyond, the number. */
const AUDIT_BACKLOG = 1000;

type Waiter<T> = {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
};

export class KernelCore implements IChannelOwner, IStreamChannel {
  private readonly _options: KernelBridgeOptions;
  private readonly _channel: KernelChannel;
  private readonly _questions: Questions;
  private readonly _streams = new Map<number, KernelStream>();
  private readonly _asking = new Map<number, (asking: boolean) => void>();
  private _nextNumber = 1;
  private _status: BridgeStatus;
  private _welcome: Welcome | null = null;
  private _restarted = false;
  private _leaseTimer: ITimer | null = null;
  private _linkWaiters: Waiter<void>[] = [];
  private _stopWaiters: Waiter<Stopped>[] = [];
  private _auditBacklog: AuditEntry[] = [];
  private _auditLeftOut = 0;
  private _closed = false;

  constructor(options: KernelBridgeOptions) {
    this._options = options;
    this._channel = new KernelChannel({ ...options, client: options.client ?? 'labwire' }, this);
    this._questions = new Questions(
      question => options.onQuestion?.(question),
      id => options.onQuestionSettled?.(id),
    );
    this._status = {
      state: 'idle',
      sinceNs: options.clock.wallNs(),
      fault: null,
      host: null,
      pid: null,
      text: false,
      policy: null,
    };
  }

  get status(): BridgeStatus {
    return this._status;
  }

  get measuredMs(): number | null {
    return this._channel.roundTripMs;
  }

  get streams(): readonly KernelStream[] {
    return [...this._streams.values()];
  }

  async open(
    target: StreamTarget,
    token: string | null,
    options: BridgeConnectOptions,
  ): Promise<KernelStream> {
    const { signal, onAsking } = options;
    signal?.throwIfAborted();
    if (this._closed) {
      throw new ClosedError('the bridge was closed here');
    }
    const stream = new KernelStream(this._freeNumber(), target, this, token);
    this._streams.set(stream.number, stream);
    if (onAsking !== undefined) {
      this._asking.set(stream.number, onAsking);
    }
    const abort = () => stream.abandon(signal!.reason);
    signal?.addEventListener('abort', abort);
    if (this._channel.linked) {
      stream.begin();
    } else {
      this._connect();
    }
    try {
      return await stream.opened;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  answer(questionId: string, choice: PolicyChoice): boolean {
    const stream = this._questions.streamOf(questionId);
    if (stream === null || !this._channel.linked) {
      return false;
    }
    this.queue(jsonRecord(Kind.ANSWER, stream, { question: questionId, choice }));
    return true;
  }

  audit(entry: AuditEntry): void {
    if (this._channel.linked) {
      this.queue(jsonRecord(Kind.AUDIT, 0, entry));
    } else if (this._auditBacklog.length < AUDIT_BACKLOG) {
      this._auditBacklog.push(entry);
    } else {
      this._auditLeftOut += 1;
    }
  }

  async ping(): Promise<number> {
    await this._linked();
    return new Promise((resolve, reject) => {
      const waiter = { resolve: () => undefined, reject };
      this._linkWaiters.push(waiter); // a lost link ends the wait
      this._channel.ping(ms => {
        this._linkWaiters = this._linkWaiters.filter(other => other !== waiter);
        resolve(ms);
      });
    });
  }

  stopAll(): Promise<Stopped> {
    if (!this._channel.linked) {
      return Promise.reject(
        new BridgeError(
          'the bridge cannot be reached: nothing was stopped',
          { stage: 'lost' },
          { hint: `it ends all streams ${this._leaseText()} after the last sign of life` },
        ),
      );
    }
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(STOPPED_WITHIN_MS, () => {
        this._stopWaiters = this._stopWaiters.filter(other => other !== waiter);
        const facts = { operation: 'stop', timeoutMs: STOPPED_WITHIN_MS };
        const message = `the bridge did not confirm the stop within ${STOPPED_WITHIN_MS / 1000} s`;
        reject(new DeadlineError(message, facts));
      });
      const waiter: Waiter<Stopped> = {
        resolve: stopped => {
          timer.cancel();
          resolve(stopped);
        },
        reject: error => {
          timer.cancel();
          reject(error);
        },
      };
      this._stopWaiters.push(waiter);
      this._channel.sendControl(record(Kind.STOP, 0, new TextEncoder().encode('{}')));
    });
  }

  close(keep: readonly KernelStream[]): void {
    if (this._closed) {
      return;
    }
    this._closed = true;
    this._channel.close(jsonRecord(Kind.BYE, 0, { keep: keep.map(stream => stream.number) }));
    this._leaseTimer?.cancel();
    const error = new ClosedError('the bridge was closed here');
    this._failStreams(() => error);
    this._rejectWaiters(error);
    this._tell('closed', null);
  }

  // -- IStreamChannel -----------------------------------------------------------------------------

  get clock(): IClock {
    return this._options.clock;
  }

  get roundTripMs(): number {
    return this._channel.roundTripMs ?? ROUND_TRIP_MS;
  }

  get windowBytes(): number {
    return this._welcome?.windowBytes ?? Number.POSITIVE_INFINITY;
  }

  get restarted(): boolean {
    return this._restarted;
  }

  queue(small: Uint8Array): void {
    this._channel.queue(small);
  }

  wake(): void {
    this._channel.wake();
  }

  forget(stream: KernelStream): void {
    this._streams.delete(stream.number);
    this._settleQuestion(stream.number);
    this._asking.delete(stream.number);
  }

  kernelEnds(): void {
    // The server keeps the websocket open, and nothing comes of it any more.
    this._channel.drop(
      new BridgeError(
        'the bridge kernel was shut down',
        { stage: 'shutdown' },
        { hint: 'the next connection starts it again' },
      ),
    );
  }

  // -- IChannelOwner ------------------------------------------------------------------------------

  get wanted(): boolean {
    return !this._closed && (this._streams.size > 0 || this._linkWaiters.length > 0);
  }

  linkUp(welcome: Welcome): void {
    this._restarted = this._welcome !== null && this._welcome.pid !== welcome.pid;
    this._welcome = welcome;
    this._leaseTimer?.cancel();
    this._leaseTimer = null;
    this._tell('ready', null);
    for (const stream of this._streams.values()) {
      stream.begin();
    }
    const backlog = this._auditBacklog;
    this._auditBacklog = [];
    for (const entry of backlog) {
      this.audit(entry);
    }
    if (this._auditLeftOut > 0) {
      const detail = `${this._auditLeftOut} lines, while the bridge was out of reach`;
      this.audit({ action: 'left out', endpoint: '', detail });
      this._auditLeftOut = 0;
    }
    const waiters = this._linkWaiters;
    this._linkWaiters = [];
    for (const waiter of waiters) {
      waiter.resolve();
    }
  }

  linkDown(fault: LabwireError, willReturn: boolean): void {
    for (const number of this._streams.keys()) {
      this._settleQuestion(number);
    }
    if (fault instanceof BridgeError && KERNEL_ENDED.has(fault.stage)) {
      // The sockets died with the process: there is nothing to wait for.
      this._failStreams(
        stream => this._lossOf(stream, fault),
        stream => !stream.isOpening,
      );
    }
    for (const stream of this._streams.values()) {
      stream.detach();
    }
    this._rejectWaiters(fault);
    this._leaseTimer ??= this.clock.after(this._welcome?.leaseMs ?? 0, () => this._leaseOver());
    this._tell(willReturn && this.wanted ? 'reconnecting' : 'down', fault);
  }

  attemptFailed(fault: LabwireError): void {
    this._failStreams(
      () => fault,
      stream => stream.isOpening,
    );
    this._rejectWaiters(fault);
    this._tell(this.wanted ? 'reconnecting' : 'down', fault);
  }

  receive(records: readonly BridgeRecord[]): void {
    for (const one of records) {
      if (one.stream === 0 || one.kind === Kind.STOPPED) {
        this._receiveForLink(one);
        continue;
      }
      const stream = this._streams.get(one.stream);
      if (stream === undefined) {
        continue; // it crossed our CLOSE
      }
      if (one.kind === Kind.QUESTION) {
        this._questions.ask(readQuestion(Fields.read(one.kind, one.payload)), one.stream);
        this._asking.get(one.stream)?.(true);
        continue;
      }
      stream.receive(one);
      if (one.kind === Kind.OPENED) {
        this._settleQuestion(one.stream);
      }
    }
  }

  fill(draft: Draft): boolean {
    let more = false;
    for (const stream of this._streams.values()) {
      more = stream.fill(draft) || more;
    }
    return more;
  }

  // -- inside -------------------------------------------------------------------------------------

  private _freeNumber(): number {
    while (this._streams.has(this._nextNumber)) {
      this._nextNumber = (this._nextNumber % 0xffffffff) + 1;
    }
    const number = this._nextNumber;
    this._nextNumber = (this._nextNumber % 0xffffffff) + 1;
    return number;
  }

  private _connect(): void {
    if (this._status.state === 'idle' || this._status.state === 'down') {
      this._tell('connecting', this._status.fault);
    }
    this._channel.want();
  }

  hurry(): void {
    this._channel.hurry();
  }

  private _linked(): Promise<void> {
    if (this._channel.linked) {
      return Promise.resolve();
    }
    if (this._closed) {
      return Promise.reject(new ClosedError('the bridge was closed here'));
    }
    return new Promise((resolve, reject) => {
      this._linkWaiters.push({ resolve, reject });
      this._connect();
    });
  }

  private _receiveForLink(one: BridgeRecord): void {
    if (one.kind === Kind.STOPPED) {
      const fields = Fields.read(one.kind, one.payload);
      const stopped = { streams: fields.count('streams'), droppedBytes: fields.count('dropped') };
      this._stopWaiters.shift()?.resolve(stopped);
    } else if (one.kind === Kind.FAILED) {
      const fields = Fields.read(one.kind, one.payload);
      const question = fields.textOr('question', null);
      const number = fields.countOr('stream', null);
      if (question !== null) {
        this._options.onAnswerRefused?.(question, toFault(linkFailure(fields)));
      } else if (number !== null) {
        this._streams.get(number)?.fail(linkFailure(fields)); // its number was not free
      }
    } else if (one.stream === 0) {
      throw new MalformedMessage(`${nameOf(one.kind)} on stream 0`);
    }
  }

  private _settleQuestion(stream: number): void {
    this._questions.settle(stream);
    this._asking.get(stream)?.(false);
  }

  private _leaseOver(): void {
    this._leaseTimer = null;
    const why = new BridgeError(
      `the bridge was out of reach for ${this._leaseText()}, and has closed its connections`,
      { stage: 'lease' },
    );
    this._failStreams(
      stream => this._lossOf(stream, why),
      stream => !stream.isOpening,
    );
  }

  private _leaseText(): string {
    return `${(this._welcome?.leaseMs ?? 0) / 1000} s`;
  }

  private _lossOf(stream: ITransport, why: LabwireError): ConnectionLostError {
    const { endpoint } = stream;
    return new ConnectionLostError(
      `the connection to ${endpoint} is gone: ${why.message}`,
      { endpoint, sent: 'unknown' },
      { cause: why, ...(why.hint === undefined ? {} : { hint: why.hint }) },
    );
  }

  private _failStreams(
    error: (stream: KernelStream) => LabwireError,
    which: (stream: KernelStream) => boolean = () => true,
  ): void {
    for (const stream of [...this._streams.values()].filter(which)) {
      stream.fail(error(stream));
    }
  }

  private _rejectWaiters(error: unknown): void {
    const waiters = [...this._linkWaiters, ...this._stopWaiters];
    this._linkWaiters = [];
    this._stopWaiters = [];
    for (const waiter of waiters) {
      waiter.reject(error);
    }
  }

  private _tell(state: BridgeState, fault: LabwireError | Fault | null): void {
    const before = this._status;
    this._status = {
      state,
      sinceNs: state === before.state ? before.sinceNs : this.clock.wallNs(),
      fault: fault instanceof Error ? toFault(fault) : fault,
      host: this._welcome?.host ?? null,
      pid: this._welcome?.pid ?? null,
      text: this._channel.text,
      policy: this._welcome?.policy ?? null,
    };
    this._options.onStatus?.(this._status);
  }
}

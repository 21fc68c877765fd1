// One connection after the other.
//
// What every client does, whatever it speaks: open a connection, hold a conversation over it to its
// end, and open the next, with pauses that grow; say how it is doing; stop when nobody wants it any
// more. A client makes one of these and gives it the conversation.

import {
  ClosedError,
  ConnectionLostError,
  type DeadlineError,
  fromFault,
  isLabwireError,
  type LinkState,
  type LinkStatus,
  LocalProtocolError,
  type ProtocolName,
  toFault,
} from '../values/index.js';
import {
  type Connect,
  type IClock,
  type IMachine,
  type ITransport,
  Pump,
  type PumpEnd,
} from '../wire/index.js';
import { Backoff } from './backoff.js';
import { Reason } from './reason.js';

/** How long the first attempt may take, or who may call it off. */
export type ConnectOptions = { readonly deadlineMs?: number; readonly signal?: AbortSignal };

/** What the users of every client can ask for. */
export type ClientOptions = {
  /** Opens a transport; called again for every reconnect. */
  readonly connect: Connect;
  readonly clock: IClock;
  /** `status` changed. */
  readonly statusCb?: (status: LinkStatus) => void;
  /** Hears what a callback threw, which goes on being called. Default: the console. */
  readonly reportError?: (error: unknown, where: string) => void;
};

/** What is said over one connection. */
export type Conversation<Command, Event> = {
  readonly machine: IMachine<Command, Event>;
  /** Hears every event, as a `Pump` tells them. What it throws ends the connection with that error. */
  readonly take: (event: Event) => undefined | Promise<void>;
  /** What the pump works on, where that is not the transport as it is. */
  readonly pumped?: ITransport;
  /** The connection is over, whoever ended it. Called once, before the status changes. */
  readonly ended?: (reason: Reason) => void;
};

/** What a client adds to what its user asked for. */
export type LinkOptions<Command, Event> = {
  /** Whose link it is, for messages: `the subscriber of datasets`. */
  readonly owner: string;
  /** Who is at the other end: `the publisher`. */
  readonly peer: string;
  readonly protocol: ProtocolName;
  /** A connection has opened. Once it is good for something, call `up`: here, or on an event. */
  readonly open: (transport: ITransport) => Conversation<Command, Event>;
  /** What `connect` rejects with when `up` was not called in time. */
  readonly deadlineError: (timeoutMs: number) => DeadlineError;
  /** A connection ended, and not by `close`. It is opened again all the same. */
  readonly disconnectCb?: (() => void) | undefined;
};

/** What an attempt that failed asks for. */
type Cure = 'wait' | 'at-once' | 'person';

/** How a connection, or the attempt to have one, ended. */
type Ending = { readonly error: unknown; readonly wasOpen: boolean };

/** Who waits for the first `up`. */
type Opening = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

/** What `connect` or `start` has begun, until somebody ends it. */
class Attempt {
  private _over: Reason | null = null;
  /** Calls off the transport that is being opened. */
  private _opening: AbortController | null = null;

  /** Why it was ended; null while it goes on. */
  get over(): Reason | null {
    return this._over;
  }

  /** Call `opened` when it has settled. */
  open(connect: Connect): Promise<ITransport> {
    this._opening = new AbortController();
    return connect({ signal: this._opening.signal });
  }

  /** There is nothing to call off any more. */
  opened(): void {
    this._opening = null;
  }

  end(reason: Reason): void {
    this._over ??= reason;
    this._opening?.abort(reason.error);
  }
}

/** The connection of one client, for as long as that lives. */
export class Link<Command, Event extends { readonly type: string }> {
  private readonly _clientOptions: ClientOptions;
  private readonly _options: LinkOptions<Command, Event>;
  private readonly _clock: IClock;
  private readonly _backoff: Backoff;
  private _phase: 'idle' | 'open' | 'closed' = 'idle';
  private _attempt: Attempt | null = null;
  private _opening: Opening | null = null;
  private _running: Promise<void> | null = null;
  private _pump: Pump<Command, Event> | null = null;
  private _earlierBytes = 0;
  private _wasUp = false;
  private _status: LinkStatus;
  /** Why the present connection is out of step. */
  private _stepError: unknown = null;

  constructor(clientOptions: ClientOptions, options: LinkOptions<Command, Event>) {
    const { clock } = clientOptions;
    this._clientOptions = clientOptions;
    this._options = options;
    this._clock = clock;
    this._backoff = new Backoff(clock);
    this._status = { state: 'connecting', sinceNs: clock.wallNs(), fault: null, outOfStepCount: 0 };
  }

  /**
   * How the link is doing. `failed` before the first `up` and `stale` after it go on trying;
   * `refused`, and `failed` where trying again cannot help, wait for `retryNow`.
   */
  get status(): LinkStatus {
    return this._status;
  }

  /** `close` was called. */
  get isClosed(): boolean {
    return this._phase === 'closed';
  }

  /** Bytes received, over all connections so far. */
  get receivedBytes(): number {
    return this._earlierBytes + (this._pump?.receivedBytes ?? 0);
  }

  /**
   * Open; resolves with the first `up`. From then on it reconnects by itself.
   *
   * Rejects with what the first attempt failed with, a `DeadlineError`, or the signal's reason:
   * nothing is open then, and it may be called again.
   * @throws {LocalProtocolError} it is open already. {ClosedError} it was closed.
   */
  async connect(options: ConnectOptions = {}): Promise<void> {
    const { deadlineMs, signal } = options;
    signal?.throwIfAborted();
    if (this._phase === 'open') {
      const { owner, protocol } = this._options;
      const facts = { command: 'connect', state: this._status.state };
      throw new LocalProtocolError(`${owner} is open already`, facts, { protocol });
    }
    this._begin();
    const opened = new Promise<void>((resolve, reject) => {
      this._opening = { resolve, reject };
    });
    const onAbort = () => this._giveUp(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      deadlineMs === undefined
        ? null
        : this._clock.after(deadlineMs, () =>
            this._giveUp(this._options.deadlineError(deadlineMs)),
          );
    try {
      await opened;
    } finally {
      timer?.cancel();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Open, and keep trying whatever the first attempt says: look at `status`. Twice is harmless. */
  start(): void {
    if (this._phase !== 'open') {
      this._begin();
    }
  }

  /** Try now rather than after the pause. Where only a person could help, this says that one did. */
  retryNow(): void {
    if (this._phase === 'open') {
      if (this._status.state === 'failed' || this._status.state === 'refused') {
        this._setStatus('connecting', null);
      }
      this._backoff.retryNow();
    }
  }

  /**
   * End for good: no callback is called once this has returned its promise. Twice is harmless.
   * @param reason - a `ClosedError` for those who wait, where the owner has told others already.
   */
  async close(reason?: Reason): Promise<void> {
    if (this._phase !== 'closed') {
      this._setStatus('closed', null);
      this._phase = 'closed';
      this._stop(reason ?? new Reason(() => new ClosedError(`${this._options.owner} was closed`)));
    }
    await this._running;
  }

  /** The conversation came to the point where the link is good for something. Twice is harmless. */
  up(): void {
    this._wasUp = true;
    this._backoff.up();
    this._setStatus('live', null);
    this._opening?.resolve();
    this._opening = null;
  }

  /** Nothing that follows on this connection can be trusted: end it, and open a fresh one at once. */
  outOfStep(error: unknown, reason: string): void {
    this._stepError = error;
    this._setStatus('out-of-step', error);
    void this._pump?.close(reason);
  }

  /**
   * Call what is not ours: what it throws is told, and nothing here stops for it. Not once closed.
   * Nobody waits for one that is asynchronous; what it rejects with is told as well.
   */
  tell(callback: (() => unknown) | undefined, name: string): void {
    if (callback === undefined || this._phase === 'closed') {
      return;
    }
    try {
      const answer = callback();
      if (answer instanceof Promise) {
        answer.catch(error => this._report(error, name));
      }
    } catch (error) {
      this._report(error, name);
    }
  }

  private _report(error: unknown, name: string): void {
    const { reportError } = this._clientOptions;
    const where = `${name} of ${this._options.owner}`;
    if (reportError === undefined) {
      console.error(`labwire: ${where}:`, error);
    } else {
      reportError(error, where);
    }
  }

  private _begin(): void {
    if (this._phase === 'closed') {
      throw new ClosedError(`${this._options.owner} was closed`);
    }
    this._phase = 'open';
    const attempt = new Attempt();
    this._attempt = attempt;
    this._setStatus('connecting', null);
    const earlier = this._running;
    const running = this._follow(attempt);
    this._running = earlier === null ? running : running.then(() => earlier);
  }

  /** `connect` was called off. */
  private _giveUp(reason: unknown): void {
    if (this._opening !== null && this._phase === 'open') {
      this._phase = 'idle';
      this._setStatus('failed', reason);
      this._stop(new Reason(() => reason));
    }
  }

  private _stop(reason: Reason): void {
    this._attempt?.end(reason);
    this._backoff.cancel();
    void this._pump?.close(`${this._options.owner} was closed`);
    this._opening?.reject(reason.error);
    this._opening = null;
  }

  /** One connection after the other, until somebody ends the attempt. Never rejects. */
  private async _follow(attempt: Attempt): Promise<void> {
    while (attempt.over === null) {
      const { error, wasOpen } = await this._converse(attempt);
      if (attempt.over !== null) {
        return;
      }
      this._backoff.down();
      if (this._opening !== null) {
        this._giveUp(error); // connect(): the first attempt decides
        return;
      }
      const cure = this._cureOf(error);
      this._setStatus(this._stateAfter(error, cure), error);
      if (wasOpen) {
        this.tell(this._options.disconnectCb, 'disconnectCb');
      }
      if (cure === 'person') {
        await this._backoff.waitForPerson();
      } else if (cure === 'wait') {
        await this._backoff.wait();
      } else {
        this._backoff.nextDelayMs(); // counts as an attempt
      }
    }
  }

  /** Open one connection and serve it to its end. Never rejects. */
  private async _converse(attempt: Attempt): Promise<Ending> {
    let transport: ITransport;
    try {
      transport = await attempt.open(this._clientOptions.connect);
    } catch (error) {
      return { error, wasOpen: false };
    } finally {
      attempt.opened();
    }
    if (attempt.over !== null) {
      // It came too late, and a later attempt may have its own: touch nothing that is shared.
      await transport.close();
      return { error: null, wasOpen: false };
    }
    this._stepError = null;
    let conversation: Conversation<Command, Event>;
    try {
      conversation = this._options.open(transport);
    } catch (error) {
      await transport.close();
      return { error, wasOpen: false };
    }
    const { machine, take, pumped = transport } = conversation;
    const pump = new Pump(machine, pumped, take);
    this._pump = pump;
    let error: unknown;
    try {
      error = this._errorOf(await pump.run(), transport.endpoint);
    } catch (thrown) {
      error = thrown;
    }
    this._earlierBytes += pump.receivedBytes;
    if (this._pump === pump) {
      this._pump = null; // a later attempt may have begun
    }
    conversation.ended?.(
      error === null && attempt.over !== null ? attempt.over : new Reason(() => error),
    );
    await transport.close();
    return { error, wasOpen: true };
  }

  private _errorOf(end: PumpEnd, endpoint: string): unknown {
    switch (end.type) {
      case 'failed':
        return fromFault({ ...end.fault, message: `${endpoint}: ${end.fault.message}` });
      case 'closed':
        return this._stepError;
      case 'eof': {
        const facts = { endpoint, sent: 'yes' } as const;
        const { peer } = this._options;
        return new ConnectionLostError(`${endpoint}: ${peer} closed the connection`, facts);
      }
    }
  }

  private _cureOf(error: unknown): Cure {
    if (error === this._stepError) {
      // A peer that goes out of step within a second is not asked in a tight circle.
      return this._backoff.isFresh ? 'at-once' : 'wait';
    }
    const heals =
      !isLabwireError(error, 'PolicyError') &&
      !isLabwireError(error, 'LimitError') &&
      !isLabwireError(error, 'UnsupportedError') &&
      !(isLabwireError(error, 'BridgeError') && error.stage === 'kernelspec');
    return heals ? 'wait' : 'person';
  }

  private _stateAfter(error: unknown, cure: Cure): LinkState {
    if (error === this._stepError) {
      return 'out-of-step';
    }
    if (isLabwireError(error, 'PolicyError')) {
      return 'refused';
    }
    return cure === 'person' || !this._wasUp ? 'failed' : 'stale';
  }

  private _setStatus(state: LinkState, error: unknown): void {
    const before = this._status;
    const fault = error === null ? null : toFault(error);
    if (before.state === state && before.fault?.message === fault?.message) {
      return;
    }
    const sinceNs = before.state === state ? before.sinceNs : this._clock.wallNs();
    const outOfStepCount = before.outOfStepCount + (state === 'out-of-step' ? 1 : 0);
    this._status = { state, sinceNs, fault, outOfStepCount };
    this.tell(() => this._clientOptions.statusCb?.(this._status), 'statusCb');
  }
}

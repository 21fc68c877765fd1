// A struct that follows a publisher's: sync_struct, subscriber end.
//
// One connection at a time, opened again whenever it ends. While it is away the last struct stays as
// it was and is called stale; the fresh one that comes with the next connection is compared with it,
// so that a view learns what changed rather than starting over.
//
// Source: docs/protocols/sync_struct.md. Names are SiPyCo's (`sipyco.sync_struct.Subscriber`).

import {
  type Mod,
  type PyonVersion,
  processMod,
  type SubscriberEvent,
  SubscriberMachine,
} from '../protocols/sipyco/index.js';
import {
  ClosedError,
  ConnectionLostError,
  DeadlineError,
  fromFault,
  isLabwireError,
  type LinkState,
  type LinkStatus,
  LocalProtocolError,
  type PyValue,
  toFault,
} from '../values/index.js';
import { type Connect, type IClock, type ITransport, Pump, type PumpEnd } from '../wire/index.js';
import { Backoff } from './backoff.js';
import { type Difference, difference } from './difference.js';

/**
 * Hears every mod after it was applied, `init` too; read `Subscriber.target` inside. `difference` is
 * null but for an `init` that replaced an earlier struct: then it says what is not the same.
 */
export type NotifyCb = (mod: Mod, difference: Difference | null) => void;

export type SubscriberOptions = {
  readonly notifierName: string;
  /** Opens a transport; called again for every reconnect. */
  readonly connect: Connect;
  readonly clock: IClock;
  /** Makes the struct that mods are applied to from that of each `init`. Default: it is that one. */
  readonly targetBuilder?: (struct: PyValue) => PyValue;
  /** The first of `Subscriber.notifyCbs`. */
  readonly notifyCb?: NotifyCb | readonly NotifyCb[];
  /** A connection ended, and not by `close`. It is opened again all the same. */
  readonly disconnectCb?: () => void;
  /** `Subscriber.status` changed. */
  readonly statusCb?: (status: LinkStatus) => void;
  /** Longest line taken, in bytes. Default: SiPyCo's own 100 MiB. */
  readonly lineBytes?: number;
  /** Hears what a callback threw, which goes on being called. Default: the console. */
  readonly reportError?: (error: unknown, where: string) => void;
};

/** What an attempt that failed asks for. */
type Cure = 'wait' | 'at-once' | 'person';

/** How a connection, or the attempt to have one, ended. */
type Ending = { readonly error: unknown; readonly wasOpen: boolean };

/** Who waits for the first struct. */
type Opening = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

/** One notifier of one publisher, followed for as long as this lives. */
export class Subscriber {
  readonly notifierName: string;
  /** Called in order for each mod; add and remove as you like. */
  readonly notifyCbs: NotifyCb[];
  private readonly _options: SubscriberOptions;
  private readonly _clock: IClock;
  private readonly _backoff: Backoff;
  private _phase: 'idle' | 'open' | 'closed' = 'idle';
  private _attempt = new AbortController();
  private _opening: Opening | null = null;
  private _running: Promise<void> = Promise.resolve();
  private _pump: Pump<never, SubscriberEvent> | null = null;
  private _earlierBytes = 0;
  private _target: PyValue | undefined = undefined;
  private _status: LinkStatus;
  private _pyon: PyonVersion | null = null;
  /** Why the present connection is out of step. */
  private _stepError: unknown = null;

  constructor(options: SubscriberOptions) {
    const { notifierName, notifyCb = [], clock } = options;
    this.notifierName = notifierName;
    this.notifyCbs = typeof notifyCb === 'function' ? [notifyCb] : [...notifyCb];
    this._options = options;
    this._clock = clock;
    this._backoff = new Backoff(clock);
    this._status = { state: 'connecting', sinceNs: clock.wallNs(), fault: null, outOfStepCount: 0 };
  }

  /** The struct as it is now, alive: later mods change it. Undefined before the first `init`. */
  get target(): PyValue | undefined {
    return this._target;
  }

  /**
   * How the link is doing. `failed` before the first struct and `stale` after it go on trying;
   * `refused`, and `failed` where trying again cannot help, wait for `retryNow`.
   */
  get status(): LinkStatus {
    return this._status;
  }

  /** The version of PYON that the publisher speaks; null before the first struct. */
  get pyon(): PyonVersion | null {
    return this._pyon;
  }

  /** Bytes received, over all connections so far. */
  get receivedBytes(): number {
    return this._earlierBytes + (this._pump?.receivedBytes ?? 0);
  }

  /**
   * Open; resolves with the first struct in `target`. From then on it reconnects by itself.
   *
   * Rejects with what the first attempt failed with, a `DeadlineError`, or the signal's reason:
   * nothing is open then, and it may be called again.
   * @throws {LocalProtocolError} it is open already. {ClosedError} it was closed.
   */
  async connect(
    options: { readonly deadlineMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { deadlineMs, signal } = options;
    signal?.throwIfAborted();
    if (this._phase === 'open') {
      throw new LocalProtocolError(
        `the subscriber of ${this.notifierName} is open already`,
        { command: 'connect', state: this._status.state },
        { protocol: 'sipyco' },
      );
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
        : this._clock.after(deadlineMs, () => this._giveUp(this._deadlineError(deadlineMs)));
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

  /** End for good: no callback is called once this has returned its promise. Twice is harmless. */
  async close(): Promise<void> {
    if (this._phase !== 'closed') {
      this._setStatus('closed', null);
      this._phase = 'closed';
      this._stop(new ClosedError(`the subscriber of ${this.notifierName} was closed`));
    }
    await this._running;
  }

  private _begin(): void {
    if (this._phase === 'closed') {
      throw new ClosedError(`the subscriber of ${this.notifierName} was closed`);
    }
    this._phase = 'open';
    this._attempt = new AbortController();
    this._setStatus('connecting', null);
    const earlier = this._running;
    this._running = this._follow(this._attempt.signal).then(() => earlier);
  }

  /** `connect` was called off. */
  private _giveUp(reason: unknown): void {
    if (this._opening !== null && this._phase === 'open') {
      this._phase = 'idle';
      this._setStatus('failed', reason);
      this._stop(reason);
    }
  }

  private _stop(reason: unknown): void {
    this._attempt.abort(reason);
    this._backoff.cancel();
    void this._pump?.close('the subscriber was closed');
    this._opening?.reject(reason);
    this._opening = null;
  }

  /** One connection after the other, until `signal`. Never rejects. */
  private async _follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { error, wasOpen } = await this._converse(signal);
      if (signal.aborted) {
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
        this._call(this._options.disconnectCb, 'disconnectCb');
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
  private async _converse(signal: AbortSignal): Promise<Ending> {
    let transport: ITransport;
    try {
      transport = await this._options.connect({ signal });
    } catch (error) {
      return { error, wasOpen: false };
    }
    if (signal.aborted) {
      // It came too late, and a later attempt may have its own: touch nothing that is shared.
      await transport.close();
      return { error: signal.reason, wasOpen: false };
    }
    const machine = new SubscriberMachine(this.notifierName, this._options.lineBytes);
    const pump = new Pump(machine, transport, event => this._take(event));
    this._stepError = null;
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
        return new ConnectionLostError(`${endpoint}: the publisher closed the connection`, facts);
      }
    }
  }

  private _take(event: SubscriberEvent): undefined {
    switch (event.type) {
      case 'init':
        this._init(event.struct, event.pyon);
        return;
      case 'mod':
        this._mod(event.mod);
        return;
      case 'eof':
      case 'failed':
        return; // the pump says so too
    }
  }

  private _init(struct: PyValue, pyon: PyonVersion): void {
    const { targetBuilder } = this._options;
    const before = this._target;
    this._pyon = pyon;
    this._target = targetBuilder === undefined ? struct : targetBuilder(struct);
    const changes = before === undefined ? null : difference(before, this._target);
    this._backoff.up();
    this._setStatus('live', null);
    this._notify({ action: 'init', struct }, changes);
    this._opening?.resolve();
    this._opening = null;
  }

  private _mod(mod: Mod): void {
    try {
      processMod(this._target as PyValue, mod);
    } catch (error) {
      if (!isLabwireError(error)) {
        throw error;
      }
      // Nothing that follows can be trusted: one fresh struct, over a connection of its own.
      this._stepError = error;
      this._setStatus('out-of-step', error);
      void this._pump?.close('a mod did not apply');
      return;
    }
    this._notify(mod, null);
  }

  private _notify(mod: Mod, changes: Difference | null): void {
    for (const notifyCb of [...this.notifyCbs]) {
      this._call(() => notifyCb(mod, changes), 'notifyCb');
    }
  }

  /** A callback is not ours: what it throws is told, and nothing here stops for it. */
  private _call(callback: (() => void) | undefined, name: string): void {
    if (callback === undefined || this._phase === 'closed') {
      return;
    }
    try {
      callback();
    } catch (error) {
      const where = `${name} of the subscriber of ${this.notifierName}`;
      const { reportError } = this._options;
      if (reportError === undefined) {
        console.error(`labwire: ${where}:`, error);
      } else {
        reportError(error, where);
      }
    }
  }

  private _cureOf(error: unknown): Cure {
    if (error === this._stepError) {
      // A struct that does not hold for a second is not asked for in a tight circle.
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
    return cure === 'person' || this._target === undefined ? 'failed' : 'stale';
  }

  private _deadlineError(timeoutMs: number): DeadlineError {
    return new DeadlineError(
      `no struct of ${JSON.stringify(this.notifierName)} within ${timeoutMs} ms`,
      { operation: `subscribe to ${this.notifierName}`, timeoutMs },
      { protocol: 'sipyco', hint: 'check that a sync_struct server answers there, or wait longer' },
    );
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
    this._call(() => this._options.statusCb?.(this._status), 'statusCb');
  }
}

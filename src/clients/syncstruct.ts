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
import { DeadlineError, isLabwireError, type PyValue } from '../values/index.js';
import { type Difference, difference } from './difference.js';
import { type ClientOptions, Link } from './link.js';
import { LinkedClient } from './linked.js';

/**
 * Hears every mod after it was applied, `init` too; read `Subscriber.target` inside. `difference` is
 * null but for an `init` that replaced an earlier struct: then it says what is not the same.
 */
export type NotifyCb = (mod: Mod, difference: Difference | null) => void;

export type SubscriberOptions = ClientOptions & {
  readonly notifierName: string;
  /** Makes the struct that mods are applied to from that of each `init`. Default: it is that one. */
  readonly targetBuilder?: (struct: PyValue) => PyValue;
  /** The first of `Subscriber.notifyCbs`. */
  readonly notifyCb?: NotifyCb | readonly NotifyCb[];
  /** A connection ended, and not by `close`. It is opened again all the same. */
  readonly disconnectCb?: () => void;
  /** Longest line taken, in bytes. Default: SiPyCo's own 100 MiB. */
  readonly lineBytes?: number;
};

/** One notifier of one publisher, followed for as long as this lives. It is `live` with the first struct in `target`. */
export class Subscriber extends LinkedClient {
  readonly notifierName: string;
  /** Called in order for each mod; add and remove as you like. */
  readonly notifyCbs: NotifyCb[];
  private readonly _options: SubscriberOptions;
  protected readonly _link: Link<never, SubscriberEvent>;
  private _target: PyValue | undefined = undefined;
  private _pyon: PyonVersion | null = null;

  constructor(options: SubscriberOptions) {
    super();
    const { notifierName, notifyCb = [], lineBytes } = options;
    this.notifierName = notifierName;
    this.notifyCbs = typeof notifyCb === 'function' ? [notifyCb] : [...notifyCb];
    this._options = options;
    this._link = new Link(options, {
      owner: `the subscriber of ${notifierName}`,
      peer: 'the publisher',
      protocol: 'sipyco',
      open: () => ({
        machine: new SubscriberMachine(notifierName, lineBytes),
        take: event => this._take(event),
      }),
      deadlineError: timeoutMs => this._deadlineError(timeoutMs),
      disconnectCb: options.disconnectCb,
    });
  }

  /** The struct as it is now, alive: later mods change it. Undefined before the first `init`. */
  get target(): PyValue | undefined {
    return this._target;
  }

  /** The version of PYON that the publisher speaks; null before the first struct. */
  get pyon(): PyonVersion | null {
    return this._pyon;
  }

  /** Bytes received, over all connections so far. */
  get receivedBytes(): number {
    return this._link.receivedBytes;
  }

  /** End for good: no callback is called once this has returned its promise. Twice is harmless. */
  close(): Promise<void> {
    return this._link.close();
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
    this._link.up();
    this._notify({ action: 'init', struct }, changes);
  }

  private _mod(mod: Mod): void {
    try {
      processMod(this._target as PyValue, mod);
    } catch (error) {
      if (!isLabwireError(error)) {
        throw error;
      }
      // Nothing that follows can be trusted: one fresh struct, over a connection of its own.
      this._link.outOfStep(error, 'a mod did not apply');
      return;
    }
    this._notify(mod, null);
  }

  private _notify(mod: Mod, changes: Difference | null): void {
    for (const notifyCb of [...this.notifyCbs]) {
      this._link.tell(() => notifyCb(mod, changes), 'notifyCb');
    }
  }

  private _deadlineError(timeoutMs: number): DeadlineError {
    return new DeadlineError(
      `no struct of ${JSON.stringify(this.notifierName)} within ${timeoutMs} ms`,
      { operation: `subscribe to ${this.notifierName}`, timeoutMs },
      { protocol: 'sipyco', hint: 'check that a sync_struct server answers there, or wait longer' },
    );
  }
}

// What a broadcaster says on one channel: broadcast, receiver end.
//
// One connection at a time, opened again whenever it ends. A broadcaster answers nothing, so the link
// counts as live once the connection is open, and it replays nothing: what was broadcast while the
// connection was away is lost, and `status` says between when and when.
//
// Source: docs/protocols/sipyco.md, "broadcast". Names are SiPyCo's (`sipyco.broadcast.Receiver`).

import {
  type PyonVersion,
  type ReceiverEvent,
  ReceiverMachine,
} from '../protocols/sipyco/index.js';
import { DeadlineError, type LinkStatus, type PyValue } from '../values/index.js';
import type { IClock } from '../wire/index.js';
import { type ClientOptions, Link } from './link.js';
import { LinkedClient } from './linked.js';

/** Hears every message of the channel. */
export type ReceiverNotifyCb = (value: PyValue) => void;

/** A time without a connection: messages of it are lost, if there were any. ns since 1970-01-01 UTC. */
export type ReceiverGap = { readonly fromNs: bigint; readonly untilNs: bigint };

/** How a receiver is doing, and what it cannot have heard. */
export type ReceiverStatus = LinkStatus & {
  /** The last gap between two connections; null while there was none. */
  readonly gap: ReceiverGap | null;
  readonly gapCount: number;
};

export type ReceiverOptions = Omit<ClientOptions, 'statusCb'> & {
  /** The channel. Any name is one. */
  readonly name: string;
  /** The first of `Receiver.notifyCbs`. */
  readonly notifyCb?: ReceiverNotifyCb | readonly ReceiverNotifyCb[];
  /** A connection ended, and not by `close`. It is opened again all the same. */
  readonly disconnectCb?: () => void;
  /** `Receiver.status` changed. */
  readonly statusCb?: (status: ReceiverStatus) => void;
  /** Longest line taken, in bytes. Default: SiPyCo's own 100 MiB. */
  readonly lineBytes?: number;
};

/**
 * One channel of one broadcaster, heard for as long as this lives.
 *
 * It is `live` as soon as a connection is open. A message that is broadcast before the server has
 * read our two lines does not reach us, and nothing tells when it has.
 */
export class Receiver extends LinkedClient {
  readonly name: string;
  /** Called in order for each message; add and remove as you like. */
  readonly notifyCbs: ReceiverNotifyCb[];
  protected readonly _link: Link<never, ReceiverEvent>;
  private readonly _clock: IClock;
  private _pyon: PyonVersion | null = null;
  private _awaySinceNs: bigint | null = null;
  private _gap: ReceiverGap | null = null;
  private _gapCount = 0;

  constructor(options: ReceiverOptions) {
    super();
    const { name, notifyCb = [], statusCb, lineBytes, clock } = options;
    this.name = name;
    this.notifyCbs = typeof notifyCb === 'function' ? [notifyCb] : [...notifyCb];
    this._clock = clock;
    const clientOptions = { ...options, statusCb: () => statusCb?.(this.status) };
    this._link = new Link(clientOptions, {
      owner: `the receiver of ${name}`,
      peer: 'the broadcaster',
      protocol: 'sipyco',
      open: () => {
        const machine = new ReceiverMachine(name, lineBytes);
        this._opened();
        return {
          machine,
          take: event => this._take(event),
          ended: () => {
            this._awaySinceNs ??= this._clock.wallNs();
          },
        };
      },
      deadlineError: timeoutMs => this._deadlineError(timeoutMs),
      disconnectCb: options.disconnectCb,
    });
  }

  override get status(): ReceiverStatus {
    return { ...this._link.status, gap: this._gap, gapCount: this._gapCount };
  }

  /** The version of PYON of the last message; null before the first. */
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

  private _opened(): void {
    if (this._awaySinceNs !== null) {
      this._gap = { fromNs: this._awaySinceNs, untilNs: this._clock.wallNs() };
      this._gapCount += 1;
      this._awaySinceNs = null;
    }
    this._link.up();
  }

  private _take(event: ReceiverEvent): undefined {
    if (event.type === 'message') {
      this._pyon = event.pyon;
      for (const notifyCb of [...this.notifyCbs]) {
        this._link.tell(() => notifyCb(event.value), 'notifyCb');
      }
    } // else: the pump says so too
  }

  private _deadlineError(timeoutMs: number): DeadlineError {
    return new DeadlineError(
      `no connection for ${JSON.stringify(this.name)} within ${timeoutMs} ms`,
      { operation: `listen to ${this.name}`, timeoutMs },
      { protocol: 'sipyco', hint: 'check that a broadcast server answers there, or wait longer' },
    );
  }
}

// One connection per endpoint, whoever asks.
//
// Connections are counted by lease and linger for five seconds after the last one is returned: a
// cell that is run again finds its connection open, and the instrument sees one client, not ten.

import type { LinkStatus } from '../values/index.js';
import type { IClock, ITimer } from '../wire/index.js';
import type { LinkDown } from './bridge.js';

export const LINGER_MS = 5000;

/** What the hub keeps open: a subscription, later a channel or a remote target. */
export interface IConnection {
  /** Where it leads: `127.0.0.1:3250`, `demo lab`. */
  readonly endpoint: string;
  /** The address of the whole that it serves. */
  readonly address: string;
  readonly status: LinkStatus;
  readonly receivedBytes: number;
  readonly roundTripMs: number | null;
  /** Try now rather than after the back-off. */
  retry(): void;
  readonly isDemo: boolean;
  /** The bridge waits for a person to allow the endpoint, or no longer does. */
  setAsking(isAsking: boolean): void;
  /** The way to it is cut, though nobody has closed it: nothing of it is current. */
  setLink(down: LinkDown | null): void;
  close(): void;
}

/** The right to use a connection, until it is returned. */
export interface ILease<C extends IConnection> {
  readonly connection: C;
  /** Twice is harmless. */
  release(): void;
}

type Entry = {
  readonly connection: IConnection;
  leases: number;
  linger: ITimer | null;
};

export class Endpoints {
  private readonly _clock: IClock;
  private readonly _entries = new Map<string, Entry>();

  constructor(clock: IClock) {
    this._clock = clock;
  }

  /** The connection of `key`, made by `make` if there is none. One key always means one class. */
  acquire<C extends IConnection>(key: string, make: () => C): ILease<C> {
    let entry = this._entries.get(key);
    if (entry === undefined) {
      entry = { connection: make(), leases: 0, linger: null };
      this._entries.set(key, entry);
    }
    entry.linger?.cancel();
    entry.linger = null;
    entry.leases += 1;
    return this._lease<C>(key, entry);
  }

  /** The connection of `key` if it is open now, lease or no lease. */
  find(key: string): IConnection | null {
    return this._entries.get(key)?.connection ?? null;
  }

  /** All that is open, with the number of leases: 0 while it lingers. */
  list(): readonly { readonly connection: IConnection; readonly leases: number }[] {
    return [...this._entries.values()];
  }

  /** Close everything at once. Leases that are returned later are harmless. */
  close(): void {
    for (const [key, entry] of [...this._entries]) {
      this._drop(key, entry);
    }
  }

  private _lease<C extends IConnection>(key: string, entry: Entry): ILease<C> {
    let held = true;
    return {
      connection: entry.connection as C,
      release: () => {
        if (held) {
          held = false;
          this._release(key, entry);
        }
      },
    };
  }

  private _release(key: string, entry: Entry): void {
    entry.leases -= 1;
    if (entry.leases === 0 && this._entries.get(key) === entry) {
      entry.linger = this._clock.after(LINGER_MS, () => this._drop(key, entry));
    }
  }

  private _drop(key: string, entry: Entry): void {
    entry.linger?.cancel();
    this._entries.delete(key);
    entry.connection.close();
  }
}

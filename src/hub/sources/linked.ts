// What all connections of the hub have in common: where they lead, how they are, who is told.
//
// A link knows how itself is doing. Two things it cannot know: that a person is asked whether it may
// connect, and that the way to the network is cut while nobody has closed it. Both are laid over
// its status here, for every protocol alike.

import {
  type Address,
  formatAddress,
  formatEndpoint,
  type LinkState,
  type LinkStatus,
} from '../../values/index.js';
import type { Connect, IClock } from '../../wire/index.js';
import type { LinkDown } from '../bridge.js';
import type { IConnection } from '../endpoints.js';
import type { Listener, SourceEvent } from './source.js';

export type LinkedOptions = {
  /** Of the whole: without fragment. */
  readonly address: Address;
  readonly clock: IClock;
  readonly connect: Connect;
  /** What a listener threw. */
  readonly report: (error: unknown, where: string) => void;
};

/** The clients of `clients/`, as far as a connection needs them all alike. */
export interface ILinked {
  readonly status: LinkStatus;
  readonly receivedBytes: number;
  retryNow(): void;
}

/** States in which an attempt to connect may be waiting for a person. */
const WAITS: ReadonlySet<LinkState> = new Set<LinkState>(['connecting', 'stale', 'failed']);

/** One client of `clients/` as a connection of the hub. */
export abstract class Linked<Client extends ILinked> implements IConnection {
  readonly endpoint: string;
  readonly address: string;
  readonly isDemo: boolean;
  protected readonly _clock: IClock;
  private readonly _report: LinkedOptions['report'];
  private _askingSinceNs: bigint | null = null;
  private _down: LinkDown | null = null;

  constructor({ address, clock, report }: LinkedOptions) {
    this.endpoint = formatEndpoint(address);
    this.address = formatAddress(address);
    this.isDemo = address.demo;
    this._clock = clock;
    this._report = report;
  }

  protected abstract readonly _client: Client;

  /** End the client for good. */
  protected abstract _end(): Promise<void>;

  /** Tell `status` to all who watch. */
  protected abstract _onStatus(): void;

  get status(): LinkStatus {
    const { status } = this._client;
    if (this._askingSinceNs !== null && WAITS.has(status.state)) {
      return { ...status, state: 'asking', sinceNs: this._askingSinceNs, fault: null };
    }
    return this._down !== null && status.state === 'live'
      ? { ...status, state: 'stale', ...this._down }
      : status;
  }

  get receivedBytes(): number {
    return this._client.receivedBytes;
  }

  /** Null where the peer never answers anything. */
  get roundTripMs(): number | null {
    return null;
  }

  retry(): void {
    this._client.retryNow();
  }

  setAsking(isAsking: boolean): void {
    if (isAsking !== (this._askingSinceNs !== null)) {
      this._askingSinceNs = isAsking ? this._clock.wallNs() : null;
      this._onStatus();
    }
  }

  setLink(down: LinkDown | null): void {
    this._down = down;
    this._onStatus();
  }

  close(): void {
    void this._end();
  }

  protected _tell(listener: Listener, event: SourceEvent): void {
    try {
      listener(event);
    } catch (error) {
      this._report(error, `a watcher of ${this.address}`);
    }
  }
}

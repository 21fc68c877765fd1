// Two ends in one process.
//
// What a TCP connection of 127.0.0.1 would do, without the socket: bytes in order, back-pressure,
// half close, loss. Nothing is in flight beyond what the other end has not taken, so `bufferedBytes`
// of one end is exactly what waits in the other. Servers of the demo lab are reached this way, and
// tests cut, split and lose what they like.

import { ClosedError, ConnectError, ConnectionLostError } from '../values/index.js';
import type { IListener, ITransport } from '../wire/index.js';
import { Drain } from './drain.js';
import { Inbox } from './inbox.js';

export type LoopbackOptions = {
  /** Deliver at most so many bytes at once, however they were sent: 1 is byte by byte. Default: as sent. */
  readonly chunkBytes?: number;
};

/** One end of a pair. Bytes are copied once on the way, so each end owns what it has. */
export class LoopbackTransport implements ITransport {
  readonly endpoint: string;
  private readonly _chunkBytes: number;
  private readonly _inbox: Inbox<Uint8Array>;
  private readonly _drain = new Drain();
  private _peer!: LoopbackTransport;
  private _bufferedBytes = 0;
  private _state: 'open' | 'ended' | 'closed' = 'open';
  private _lost: ConnectionLostError | null = null;

  private constructor(endpoint: string, chunkBytes: number) {
    this.endpoint = endpoint;
    this._chunkBytes = chunkBytes;
    this._inbox = new Inbox(chunk => this._peer._left(chunk.length));
  }

  /** Two connected ends. `endpoints` are what each says it leads to. */
  static pair(
    endpoints: readonly [string, string],
    options: LoopbackOptions = {},
  ): [LoopbackTransport, LoopbackTransport] {
    const { chunkBytes = Number.POSITIVE_INFINITY } = options;
    if (!(chunkBytes >= 1)) {
      throw new RangeError(`chunkBytes is ${chunkBytes}, it must be at least 1`);
    }
    const one = new LoopbackTransport(endpoints[0], chunkBytes);
    const other = new LoopbackTransport(endpoints[1], chunkBytes);
    one._peer = other;
    other._peer = one;
    return [one, other];
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this._inbox;
  }

  get bufferedBytes(): number {
    return this._bufferedBytes;
  }

  send(chunk: Uint8Array): void {
    if (this._lost !== null) {
      throw this._lost;
    }
    if (this._state !== 'open') {
      throw new ClosedError(
        `${this.endpoint}: send() after ${this._state === 'ended' ? 'end' : 'close'}()`,
      );
    }
    this._bufferedBytes += chunk.length;
    for (let at = 0; at < chunk.length; at += this._chunkBytes) {
      this._peer._inbox.put(chunk.slice(at, Math.min(chunk.length, at + this._chunkBytes)));
    }
  }

  drained(): Promise<void> {
    return this._drain.wait(this._bufferedBytes);
  }

  /** End our direction only: the other end reads to the end of its chunks, and may still send. */
  end(): void {
    if (this._state === 'open') {
      this._state = 'ended';
      this._peer._inbox.end();
    }
  }

  close(reason?: string): Promise<void> {
    if (this._state !== 'closed') {
      this.end();
      this._state = 'closed';
      this._inbox.clear();
      this._drain.fail(() => new ClosedError(`${this.endpoint} was closed`));
      this._peer._lose(`${this._peer.endpoint} closed${reason ? `: ${reason}` : ''}`, 'sending');
    }
    return Promise.resolve();
  }

  /** Break the connection: both ends get what was sent before, then a ConnectionLostError. */
  lose(reason = 'the connection was reset'): void {
    this._lose(reason, 'both');
    this._peer._lose(reason, 'both');
  }

  private _lose(reason: string, direction: 'sending' | 'both'): void {
    if (this._lost !== null || this._state === 'closed') {
      return;
    }
    const sent = this._bufferedBytes === 0 ? 'yes' : 'unknown';
    const lost = new ConnectionLostError(`${this.endpoint}: ${reason}`, {
      endpoint: this.endpoint,
      sent,
    });
    this._lost = lost;
    this._drain.fail(() => lost);
    if (direction === 'both') {
      this._inbox.fail(lost);
    }
  }

  private _left(bytes: number): void {
    this._bufferedBytes -= bytes;
    this._drain.level(this._bufferedBytes);
  }
}

/** A listener of a LoopbackNetwork. */
class LoopbackListener implements IListener {
  readonly endpoint: string;
  readonly accepted = new Inbox<ITransport>();
  private readonly _onClose: () => void;

  constructor(endpoint: string, onClose: () => void) {
    this.endpoint = endpoint;
    this._onClose = onClose;
  }

  get connections(): AsyncIterable<ITransport> {
    return this.accepted;
  }

  async close(): Promise<void> {
    this._onClose();
    // Who connected and was never accepted hears it at once, as from a kernel's backlog.
    for (const transport of this.accepted.clear()) {
      (transport as LoopbackTransport).lose('the listener closed before it accepted');
    }
  }
}

/** Names instead of ports: what `demo+` addresses are dialled in. */
export class LoopbackNetwork {
  private readonly _options: LoopbackOptions;
  private readonly _listeners = new Map<string, LoopbackListener>();
  private _dialled = 0;

  constructor(options: LoopbackOptions = {}) {
    this._options = options;
  }

  /** @throws {ConnectError} somebody listens there already. */
  listen(name: string): IListener {
    if (this._listeners.has(name)) {
      throw new ConnectError(
        `something listens at ${name} already`,
        { endpoint: name },
        { hint: 'close it first, or choose another name' },
      );
    }
    const listener = new LoopbackListener(name, () => {
      if (this._listeners.get(name) === listener) {
        this._listeners.delete(name);
      }
    });
    this._listeners.set(name, listener);
    return listener;
  }

  /** @throws {ConnectError} nothing listens at `name`; or the signal's reason. */
  async connect(
    name: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<LoopbackTransport> {
    options.signal?.throwIfAborted();
    const listener = this._listeners.get(name);
    if (listener === undefined) {
      const known = [...this._listeners.keys()].join(', ');
      throw new ConnectError(
        `nothing listens at ${name}`,
        { endpoint: name },
        { hint: known === '' ? 'start a server first' : `these do: ${known}` },
      );
    }
    this._dialled += 1;
    const caller = `${name} caller ${this._dialled}`;
    const [ours, theirs] = LoopbackTransport.pair([name, caller], this._options);
    listener.accepted.put(theirs);
    return ours;
  }
}

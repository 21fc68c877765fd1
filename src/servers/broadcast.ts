// Messages for whoever listens: broadcast, server end.
//
// A message is encoded once and goes to every receiver of its channel in the same bytes. Those of one
// turn leave together.
//
// A receiver that does not keep up costs a bounded amount: what its transport has not sent yet and a
// queue, bounded in messages as SiPyCo's is and in bytes besides. A message that finds it full is
// dropped for that receiver. SiPyCo drops without a word; here the drops are counted.
//
// Source: docs/protocols/sipyco.md, "broadcast". Names are SiPyCo's (`sipyco.broadcast.Broadcaster`).

import {
  type BroadcasterCommand,
  type BroadcasterEvent,
  BroadcasterMachine,
  encodeLine,
  type PyonVersion,
} from '../protocols/sipyco/index.js';
import type { PyValue } from '../values/index.js';
import { HIGH_WATER_BYTES, type IListener, type ITransport } from '../wire/index.js';
import { Reception, type ReportError, reportToConsole } from './reception.js';
import { ServedListener } from './served.js';

/** What receivers can make large. */
export type BroadcasterLimits = {
  /** Bytes that wait for one slow receiver. Guards memory; a message larger than this is sent when it is alone. */
  readonly queueBytes: number;
  /**
   * Open connections, subscribed or not. Guards sockets: half of Linux's usual 1024 files. One more
   * takes the place of a receiver that closed its side, or is closed at once.
   */
  readonly connections: number;
};

export const BROADCASTER_LIMITS: BroadcasterLimits = {
  queueBytes: 16 * 1024 * 1024,
  connections: 512,
};

/** SiPyCo's own. */
const QUEUE_LIMIT = 1024;
/** Up to so many bytes are given to the transport at once. */
const TOGETHER_BYTES = 256 * 1024;

export type BroadcasterOptions = {
  /** Messages that wait for one receiver at most, those of the present turn included. Default: SiPyCo's own 1024. */
  readonly queueLimit?: number;
  /** What receivers read: 2, the default, from SiPyCo 1.10 on; 1 before. */
  readonly pyon?: PyonVersion;
  readonly limits?: Partial<BroadcasterLimits>;
  /** Hears what is not the doing of a receiver: a listener that broke. Default: the console. */
  readonly reportError?: (error: unknown, where: string) => void;
};

/** How one receiver is doing. */
export type ReceiverInfo = {
  readonly endpoint: string;
  readonly channel: string;
  /** Messages that were not for it because it did not keep up. */
  readonly dropCount: number;
  readonly waitingMessages: number;
  /** Bytes that have not left, in the queue and in the transport. */
  readonly waitingBytes: number;
};

/** Serves channels on any number of listeners. */
export class Broadcaster {
  private readonly _pyon: PyonVersion;
  private readonly _reception: Reception<Connection>;
  /** Who listens to which channel. */
  private readonly _channels = new Map<string, Set<Connection>>();
  private _dropCount = 0;

  /** @throws {RangeError} a queue that holds nothing. */
  constructor(options: BroadcasterOptions = {}) {
    const { queueLimit = QUEUE_LIMIT, pyon = 2, reportError = reportToConsole } = options;
    if (!(queueLimit >= 1)) {
      throw new RangeError(`queueLimit is ${queueLimit}, it must be at least 1`);
    }
    const limits = { ...BROADCASTER_LIMITS, ...options.limits };
    this._pyon = pyon;
    const desk: Desk = {
      queueLimit,
      queueBytes: limits.queueBytes,
      subscribed: connection => this._subscribed(connection),
      left: connection => this._left(connection),
      dropped: () => {
        this._dropCount += 1;
      },
      reportError,
    };
    this._reception = new Reception(
      'the broadcaster',
      limits.connections,
      transport => new Connection(transport, desk),
      reportError,
    );
  }

  /** Who listens now. Over TCP one that left counts until the next message finds out. */
  get receivers(): ReceiverInfo[] {
    return [...this._channels.values()].flatMap(connections =>
      Array.from(connections, connection => connection.info),
    );
  }

  /** Messages dropped so far, for all receivers together, those included that have left. */
  get dropCount(): number {
    return this._dropCount;
  }

  /** Accept receivers from `listener`, which is ours from now on. More than one is fine. */
  start(listener: IListener): void {
    this._reception.start(listener);
  }

  /** Stop accepting and end every connection, after what was sent; what waits is dropped. It may be started again. */
  stop(): Promise<void> {
    return this._reception.stop();
  }

  /**
   * Send `value` to everyone who listens to the channel `name`. Encoded only if somebody does.
   * @throws {EncodeError | LimitError} it has no form in this version of PYON; nobody gets anything.
   */
  broadcast(name: string, value: PyValue): void {
    const connections = this._channels.get(name);
    if (connections !== undefined) {
      const line = encodeLine(value, this._pyon);
      for (const connection of connections) {
        connection.offer(line);
      }
    }
  }

  private _subscribed(connection: Connection): void {
    const { channel } = connection.info;
    const connections = this._channels.get(channel);
    if (connections === undefined) {
      this._channels.set(channel, new Set([connection]));
    } else {
      connections.add(connection);
    }
  }

  private _left(connection: Connection): void {
    const { channel } = connection.info;
    const connections = this._channels.get(channel);
    connections?.delete(connection);
    if (connections?.size === 0) {
      this._channels.delete(channel);
    }
  }
}

/** What a connection asks of its broadcaster. */
type Desk = {
  readonly queueLimit: number;
  readonly queueBytes: number;
  readonly subscribed: (connection: Connection) => void;
  readonly left: (connection: Connection) => void;
  readonly dropped: () => void;
  readonly reportError: ReportError;
};

/** One receiver: its two lines and its queue. */
class Connection extends ServedListener<BroadcasterCommand, BroadcasterEvent> {
  private readonly _desk: Desk;
  private _channel: string | null = null;
  /** Lines that have not been given to the transport, shared with other connections. */
  private _queue: Uint8Array<ArrayBuffer>[] = [];
  private _queuedBytes = 0;
  private _isFlushing = false;
  private _dropCount = 0;

  constructor(transport: ITransport, desk: Desk) {
    super(new BroadcasterMachine(), transport, 'the receiver', desk.reportError);
    this._desk = desk;
  }

  get info(): ReceiverInfo {
    return {
      endpoint: this._transport.endpoint,
      channel: this._channel ?? '',
      dropCount: this._dropCount,
      waitingMessages: this._queue.length,
      waitingBytes: this._queuedBytes + this._transport.bufferedBytes,
    };
  }

  /** A message of its channel. `line` is shared. */
  offer(line: Uint8Array<ArrayBuffer>): void {
    const { queueLimit, queueBytes, dropped } = this._desk;
    const isFull =
      this._queue.length >= queueLimit ||
      (this._queue.length > 0 && this._queuedBytes + line.length > queueBytes);
    if (isFull) {
      this._dropCount += 1;
      dropped();
      return;
    }
    this._queue.push(line);
    this._queuedBytes += line.length;
    if (!this._isFlushing) {
      this._isFlushing = true;
      this._flush().catch(error => this._leave(error));
    }
  }

  protected get _isListening(): boolean {
    return this._channel !== null;
  }

  protected _take(event: BroadcasterEvent): undefined {
    if (event.type === 'subscribed') {
      this._channel = event.channel;
      this._desk.subscribed(this);
    } // else a stranger, or the end: the pump says so too
  }

  /** Give the transport what waits, whenever it has room, until nothing waits. */
  private async _flush(): Promise<void> {
    await Promise.resolve(); // the messages of one turn leave together
    while (this._queue.length > 0) {
      if (this._transport.bufferedBytes > HIGH_WATER_BYTES) {
        await this._transport.drained();
      } else {
        this._writeSome();
      }
    }
    this._isFlushing = false;
  }

  private _writeSome(): void {
    let count = 0;
    let length = 0;
    while (count < this._queue.length && (count === 0 || length < TOGETHER_BYTES)) {
      length += this._queue[count]!.length;
      count += 1;
    }
    // A transport owns what it is given, and a line belongs to all: a copy, and one for all of them.
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const line of this._queue.splice(0, count)) {
      bytes.set(line, at);
      at += line.length;
    }
    this._queuedBytes -= length;
    this._pump.send({ type: 'message', line: bytes });
  }

  protected _forget(): void {
    if (this._channel !== null) {
      this._desk.left(this);
    }
    this._queue = [];
    this._queuedBytes = 0;
  }
}

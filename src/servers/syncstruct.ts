// Structs for whoever subscribes: sync_struct, publisher end.
//
// A mod is encoded once, by its notifier, and goes to every subscriber in the same bytes. Mods of one
// turn leave together: a scan that sets a thousand points costs each subscriber one write.
//
// A subscriber that does not keep up costs a bounded amount: what its transport has not sent yet,
// one line, and a queue of `queueBytes`. When the queue is full it is dropped, and as soon as the
// subscriber takes bytes again it gets a fresh `init` instead of the mods it missed. SiPyCo's own
// publisher queues without bound; its subscribers take an `init` at any time.
//
// Source: docs/protocols/sync_struct.md. Names are SiPyCo's (`sipyco.sync_struct.Publisher`).

import {
  type Notifier,
  type PublisherCommand,
  type PublisherEvent,
  PublisherMachine,
} from '../protocols/sipyco/index.js';
import { HIGH_WATER_BYTES, type IListener, type ITransport } from '../wire/index.js';
import { Reception, type ReportError, reportToConsole } from './reception.js';
import { ServedListener } from './served.js';

/** What subscribers can make large. */
export type PublisherLimits = {
  /**
   * Bytes that wait for one slow subscriber, before they give way to a fresh `init`. Guards memory.
   * Two seconds of a 512 × 512 camera at 10 Hz; a mod larger than this is sent when it is alone.
   */
  readonly queueBytes: number;
  /**
   * Open connections, subscribed or not. Guards sockets: half of Linux's usual 1024 files. One more
   * takes the place of a subscriber that closed its side, or is closed at once.
   */
  readonly connections: number;
};

export const PUBLISHER_LIMITS: PublisherLimits = {
  queueBytes: 16 * 1024 * 1024,
  connections: 512,
};

/** Lines up to so many bytes are given to the transports at once. */
const TOGETHER_BYTES = 64 * 1024;

/** What a queued line costs beside its bytes: an object and its place. Measured in V8, rounded up. */
const LINE_BYTES = 200;

export type PublisherOptions = {
  /** By name. Each tells one publisher only; its `pyon` decides the encoding. */
  readonly notifiers: { readonly [name: string]: Notifier };
  readonly limits?: Partial<PublisherLimits>;
  /** Hears what is not the doing of a subscriber: a listener that broke, a struct that cannot be sent. Default: the console. */
  readonly reportError?: (error: unknown, where: string) => void;
};

/** Serves notifiers on any number of listeners. */
export class Publisher {
  private readonly _notifiers: ReadonlyMap<string, Notifier>;
  private readonly _reception: Reception<Connection>;
  /** Lines of this turn that no subscriber has been given yet. */
  private readonly _lines = new Map<Notifier, Lines>();
  private _resyncCount = 0;

  /** @throws {RangeError} a notifier that tells another publisher already. */
  constructor(options: PublisherOptions) {
    const { reportError = reportToConsole } = options;
    const { queueBytes, connections } = { ...PUBLISHER_LIMITS, ...options.limits };
    this._notifiers = new Map(Object.entries(options.notifiers));
    for (const [name, notifier] of this._notifiers) {
      if (notifier.publish !== null) {
        throw new RangeError(`the notifier ${JSON.stringify(name)} has a publisher already`);
      }
    }
    for (const notifier of this._notifiers.values()) {
      notifier.publish = (_mod, line) => this._publish(notifier, line);
    }
    const desk: Desk = {
      queueBytes,
      find: name => this._find(name),
      resynced: () => {
        this._resyncCount += 1;
      },
      reportError,
    };
    this._reception = new Reception(
      'the publisher',
      connections,
      transport => new Connection(transport, desk),
      reportError,
    );
  }

  /** Subscribers that have been given a struct. Over TCP one that left counts until the next line finds out. */
  get subscriberCount(): number {
    return [...this._reception.connections].filter(({ notifier }) => notifier !== null).length;
  }

  /** How often the queue of a slow subscriber was dropped for a fresh `init`. */
  get resyncCount(): number {
    return this._resyncCount;
  }

  /** Bytes that wait for all subscribers together, in queues and transports. A line that waits for several counts for each. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const connection of this._reception.connections) {
      bytes += connection.waitingBytes;
    }
    return bytes;
  }

  /** Accept subscribers from `listener`, which is ours from now on. More than one is fine. */
  start(listener: IListener): void {
    this._reception.start(listener);
  }

  /** Stop accepting and end every connection, after what was sent. It may be started again. */
  stop(): Promise<void> {
    return this._reception.stop();
  }

  private _find(name: string): Notifier | null {
    const notifier = this._notifiers.get(name) ?? null;
    if (notifier !== null) {
      this._flush(notifier); // the struct that a new subscriber gets holds these mods already
    }
    return notifier;
  }

  private _publish(notifier: Notifier, line: Uint8Array<ArrayBuffer>): void {
    let lines = this._lines.get(notifier);
    if (lines === undefined) {
      lines = { parts: [], bytes: 0 };
      this._lines.set(notifier, lines);
      void Promise.resolve().then(() => this._flush(notifier));
    }
    lines.parts.push(line);
    lines.bytes += line.length;
    if (lines.bytes > TOGETHER_BYTES) {
      this._flush(notifier);
    }
  }

  private _flush(notifier: Notifier): void {
    const lines = this._lines.get(notifier);
    if (lines === undefined) {
      return;
    }
    this._lines.delete(notifier);
    const whole = joined(lines);
    for (const connection of this._reception.connections) {
      if (connection.notifier === notifier) {
        connection.offer(whole);
      }
    }
  }
}

type Lines = { readonly parts: Uint8Array<ArrayBuffer>[]; bytes: number };

function joined({ parts, bytes }: Lines): Uint8Array<ArrayBuffer> {
  const [first] = parts;
  if (parts.length === 1 && first!.buffer.byteLength < 2 * first!.length) {
    return first!; // of the others, which share a buffer, a copy may wait
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** What a connection asks of its publisher. */
type Desk = {
  readonly queueBytes: number;
  readonly find: (name: string) => Notifier | null;
  readonly resynced: () => void;
  readonly reportError: ReportError;
};

/** One subscriber: its two lines, its init, its queue. */
class Connection extends ServedListener<PublisherCommand, PublisherEvent> {
  private readonly _desk: Desk;
  private _notifier: Notifier | null = null;
  /** Lines that wait for room in the transport, shared with other connections; null while it has room. */
  private _queue: Uint8Array<ArrayBuffer>[] | null = null;
  private _queuedBytes = 0;
  /** The queue was dropped: the next line is an init. */
  private _missedMods = false;

  constructor(transport: ITransport, desk: Desk) {
    super(new PublisherMachine(), transport, 'the subscriber', desk.reportError);
    this._desk = desk;
  }

  /** What it follows; null until it has been given the struct, and when it has left. */
  get notifier(): Notifier | null {
    return this._notifier;
  }

  get waitingBytes(): number {
    return this._transport.bufferedBytes + this._queuedBytes;
  }

  /** One line or more of the notifier that it follows, shared. */
  offer(line: Uint8Array<ArrayBuffer>): void {
    try {
      if (this._queue === null) {
        this._send('mod', line);
      } else if (!this._missedMods) {
        this._enqueue(this._queue, line);
      } // else: the init that it will get holds this mod too
    } catch (error) {
      this._leave(error);
    }
  }

  protected get _isListening(): boolean {
    return this._notifier !== null;
  }

  protected _take(event: PublisherEvent): undefined {
    if (event.type !== 'subscribed') {
      return; // a stranger, or the end: the pump says so too
    }
    const notifier = this._desk.find(event.notifierName);
    if (notifier === null) {
      // Closing without a word is how this protocol says that there is no such notifier.
      void this._pump.close('there is no such notifier');
      return;
    }
    // The struct, and the place among those who hear mods, in one go: no mod is lost or comes twice.
    this._notifier = notifier;
    this._send('init', notifier.initLine());
  }

  private _send(type: 'init' | 'mod', line: Uint8Array<ArrayBuffer>): void {
    this._pump.send({ type, line });
    if (this._queue === null && this._transport.bufferedBytes > HIGH_WATER_BYTES) {
      this._queue = [];
      this._queuedBytes = 0;
      this._catchUp().catch(error => this._leave(error));
    }
  }

  private _enqueue(queue: Uint8Array<ArrayBuffer>[], line: Uint8Array<ArrayBuffer>): void {
    queue.push(line);
    this._queuedBytes += line.length + LINE_BYTES;
    if (this._queuedBytes > this._desk.queueBytes && queue.length > 1) {
      this._queue = [];
      this._queuedBytes = 0;
      this._missedMods = true;
      this._desk.resynced();
    }
  }

  /** Send what waits whenever there is room, until nothing waits. */
  private async _catchUp(): Promise<void> {
    while (this._queue !== null) {
      await this._transport.drained();
      if (this._notifier === null) {
        return;
      }
      if (this._missedMods) {
        this._missedMods = false;
        this._send('init', this._notifier.initLine());
      } else {
        this._sendQueued();
      }
      if (this._queue.length === 0 && this._transport.bufferedBytes <= HIGH_WATER_BYTES) {
        this._queue = null;
      }
    }
  }

  private _sendQueued(): void {
    const queue = this._queue ?? [];
    let sent = 0;
    while (sent < queue.length && this._transport.bufferedBytes <= HIGH_WATER_BYTES) {
      const line = queue[sent]!;
      this._queuedBytes -= line.length + LINE_BYTES;
      this._send('mod', line);
      sent += 1;
    }
    queue.splice(0, sent);
  }

  protected _forget(): void {
    this._notifier = null;
    this._queue = null;
  }
}

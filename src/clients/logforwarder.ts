// A log that goes to a server: logging, client end.
//
// Records wait in a bounded queue and leave together. A record that finds the queue full is lost, as
// with SiPyCo, but nothing is thrown at the code that logs: the loss is counted. The server answers
// nothing, so of what was written shortly before a connection dropped nobody knows whether it arrived.
// It is not sent again, since a line that comes twice is worse to read than one that is missing; it
// is counted, apart. Once records go again, one of them says what was lost.
//
// Source: docs/protocols/sipyco.md, "logging". Names are SiPyCo's (`sipyco.logs.LogForwarder`).

import {
  type LogEntry,
  type LogForwarderCommand,
  type LogForwarderEvent,
  LogForwarderMachine,
  logLine,
  type SourceFilter,
} from '../protocols/sipyco/index.js';
import {
  DeadlineError,
  isLabwireError,
  type LinkStatus,
  LocalProtocolError,
} from '../values/index.js';
import { HIGH_WATER_BYTES, type IClock, type ITimer, type ITransport } from '../wire/index.js';
import { type ClientOptions, Link } from './link.js';
import { LinkedClient } from './linked.js';

/** What did not arrive, or may not have. */
export type LogLoss = {
  /** Records that found the queue full. */
  readonly lostCount: number;
  /** Records that had not left, or had left for less than a second, when a connection dropped. */
  readonly uncertainCount: number;
  /** Since when: the first of them. ns since 1970-01-01 UTC. */
  readonly sinceNs: bigint;
};

export type LogForwarderStatus = LinkStatus & {
  /** What was lost and the server has not been told yet; null when there is nothing to tell. */
  readonly loss: LogLoss | null;
};

export type LogForwarderOptions = Omit<ClientOptions, 'statusCb'> & {
  /** Which records go, and the source of those that name none. Without it every record must name one. */
  readonly filter?: SourceFilter;
  /** Records that wait at most. Default: SiPyCo's own 1000. */
  readonly queueSize?: number;
  /** Bytes that wait at most; a larger record goes when it is alone. Default: 16 MiB. */
  readonly queueBytes?: number;
  /** The state of the link changed, or a loss began or was told. */
  readonly statusCb?: (status: LogForwarderStatus) => void;
};

const QUEUE_SIZE = 1000;
const QUEUE_BYTES = 16 * 1024 * 1024;
/** What left longer ago than this is taken to have arrived. */
const SETTLED_MS = 1000;
/** Under this name the forwarder speaks for itself. */
const OWN_NAME = 'labwire.logforwarder';
const WARNING = 30;

/** Forwards records for as long as it lives. It is `live` as soon as a connection is open. */
export class LogForwarder extends LinkedClient {
  private readonly _filter: SourceFilter | null;
  private readonly _queueSize: number;
  private readonly _queueBytes: number;
  private readonly _clock: IClock;
  protected readonly _link: Link<LogForwarderCommand, LogForwarderEvent>;
  private readonly _statusCb: ((status: LogForwarderStatus) => void) | undefined;
  private _conversation: Conversation | null = null;
  private _queue: Uint8Array<ArrayBuffer>[] = [];
  private _queuedBytes = 0;
  private _isFlushDue = false;
  private _whenEmpty: (() => void)[] = [];
  private _loss: LogLoss | null = null;
  private _lostCount = 0;
  private _uncertainCount = 0;

  constructor(options: LogForwarderOptions) {
    super();
    const { filter = null, queueSize = QUEUE_SIZE, queueBytes = QUEUE_BYTES, statusCb } = options;
    if (!(queueSize >= 1 && queueBytes >= 1)) {
      throw new RangeError(`queueSize is ${queueSize}, queueBytes ${queueBytes}: at least 1 each`);
    }
    this._filter = filter;
    this._queueSize = queueSize;
    this._queueBytes = queueBytes;
    this._clock = options.clock;
    this._statusCb = statusCb;
    const clientOptions = { ...options, statusCb: () => statusCb?.(this.status) };
    this._link = new Link(clientOptions, {
      owner: 'the log forwarder',
      peer: 'the log server',
      protocol: 'sipyco',
      open: transport => this._opened(transport),
      deadlineError,
    });
  }

  override get status(): LogForwarderStatus {
    return { ...this._link.status, loss: this._loss };
  }

  /** Records that wait. */
  get queuedCount(): number {
    return this._queue.length;
  }

  /** Records lost so far because the queue was full. */
  get lostCount(): number {
    return this._lostCount;
  }

  /** Records under way when a connection dropped, so far: lost or not. */
  get uncertainCount(): number {
    return this._uncertainCount;
  }

  /** End for good. What waits is lost: await `flushed` first. Twice is harmless. */
  async close(): Promise<void> {
    await this._link.close();
    this._lose(this._queue.length, 0);
    this._emptyQueue();
  }

  /**
   * Forward `entry`, now or when there is a connection again. Callable at any time.
   * @returns false when it is lost: the queue is full, or this was closed. An entry that the filter
   *   holds back is not lost.
   * @throws {LocalProtocolError} no source, or a source or name that would break the line.
   * {LimitError} a line longer than servers take. Nothing else is affected.
   */
  log(entry: LogEntry): boolean {
    const record = this._filter === null ? sourced(entry) : this._filter.filter(entry);
    if (record === null) {
      return true;
    }
    const line = logLine(record);
    const isFull =
      this._queue.length >= this._queueSize ||
      (this._queue.length > 0 && this._queuedBytes + line.length > this._queueBytes);
    if (isFull || this._link.isClosed) {
      this._lose(1, 0);
      return false;
    }
    this._queue.push(line);
    this._queuedBytes += line.length;
    this._flushSoon();
    return true;
  }

  /** Resolves once nothing waits here: every record was given to the transport or, at `close`, lost. */
  flushed(): Promise<void> {
    return this._queue.length === 0
      ? Promise.resolve()
      : new Promise(resolve => this._whenEmpty.push(resolve));
  }

  private _opened(transport: ITransport): Conversation {
    const conversation = new Conversation(transport, this._clock, uncertain => {
      if (this._conversation === conversation) {
        this._conversation = null;
      }
      this._lose(0, this._link.isClosed ? 0 : uncertain);
    });
    this._conversation = conversation;
    this._link.up();
    this._flushSoon();
    return conversation;
  }

  /** Records of one turn leave together. */
  private _flushSoon(): void {
    if (!this._isFlushDue && this._conversation !== null) {
      this._isFlushDue = true;
      void this._flush().catch(error => {
        if (!isLabwireError(error)) {
          throw error; // ours
        } // else: the link knows that the connection dropped
      });
    }
  }

  private async _flush(): Promise<void> {
    await Promise.resolve();
    this._isFlushDue = false;
    const conversation = this._conversation;
    if (conversation === null || conversation.isFull || this._link.isClosed) {
      return; // a connection, or its drain, comes back here
    }
    if (this._queue.length > 0) {
      conversation.write(this._queue); // what it does not take stays for the next connection
      this._emptyQueue();
    }
    if (this._loss !== null) {
      conversation.write([this._notice(this._loss)]);
      this._loss = null;
      this._tellStatus();
    }
    if (conversation.isFull) {
      await conversation.transport.drained();
      this._flushSoon();
    }
  }

  private _emptyQueue(): void {
    this._queue = [];
    this._queuedBytes = 0;
    const whenEmpty = this._whenEmpty;
    this._whenEmpty = [];
    for (const resolve of whenEmpty) {
      resolve();
    }
  }

  private _lose(lost: number, uncertain: number): void {
    if (lost + uncertain === 0) {
      return;
    }
    this._lostCount += lost;
    this._uncertainCount += uncertain;
    const before = this._loss;
    this._loss = {
      lostCount: lost + (before?.lostCount ?? 0),
      uncertainCount: uncertain + (before?.uncertainCount ?? 0),
      sinceNs: before?.sinceNs ?? this._clock.wallNs(),
    };
    if (before === null) {
      this._tellStatus();
    }
  }

  private _notice(loss: LogLoss): Uint8Array<ArrayBuffer> {
    const source = this._filter?.localSource ?? 'labwire';
    return logLine({ levelno: WARNING, source, name: OWN_NAME, message: lossText(loss) });
  }

  private _tellStatus(): void {
    this._link.tell(() => this._statusCb?.(this.status), 'statusCb');
  }
}

/** One connection: what was written to it, and how much of that may be under way. */
class Conversation {
  readonly machine = new LogForwarderMachine();
  readonly transport: ITransport;
  private readonly _clock: IClock;
  private readonly _over: (uncertain: number) => void;
  private _underWay = 0;
  private _settling: ITimer | null = null;

  constructor(transport: ITransport, clock: IClock, over: (uncertain: number) => void) {
    this.transport = transport;
    this._clock = clock;
    this._over = over;
  }

  /** Does more of it wait to leave than is polite? */
  get isFull(): boolean {
    return this.transport.bufferedBytes > HIGH_WATER_BYTES;
  }

  /** @throws {ConnectionLostError | ClosedError | LocalProtocolError} the connection is over; nothing was written. */
  write(lines: readonly Uint8Array<ArrayBuffer>[]): void {
    for (const line of lines) {
      this.machine.send({ type: 'record', line });
    }
    this.transport.send(together(this.machine.takeOutput()));
    this._underWay += lines.length;
    this._settle();
  }

  take(): undefined {
    // It hears the end alone, and the pump says so too.
  }

  ended(): void {
    this._settling?.cancel();
    this._over(this._underWay);
  }

  private _settle(): void {
    if (this._settling === null && this._underWay > 0) {
      const then = this._underWay;
      this._settling = this._clock.after(SETTLED_MS, () => {
        this._settling = null;
        if (this.transport.bufferedBytes === 0) {
          this._underWay -= then;
        }
        this._settle();
      });
    }
  }
}

function together(lines: readonly Uint8Array[]): Uint8Array {
  if (lines.length === 1) {
    return lines[0]!;
  }
  const bytes = new Uint8Array(lines.reduce((length, line) => length + line.length, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    at += line.length;
  }
  return bytes;
}

function sourced(entry: LogEntry): LogEntry & { readonly source: string } {
  const { source } = entry;
  if (source === undefined) {
    throw new LocalProtocolError(
      'a record without a source cannot be forwarded',
      { command: 'log', state: 'open' },
      { protocol: 'sipyco', hint: 'Name one, or give the forwarder a SourceFilter.' },
    );
  }
  return { ...entry, source };
}

function lossText(loss: LogLoss): string {
  const { lostCount, uncertainCount, sinceNs } = loss;
  const since = new Date(Number(sinceNs / 1_000_000n)).toISOString();
  const parts = [
    lostCount > 0 ? `${records(lostCount)} lost: the queue was full` : null,
    uncertainCount > 0
      ? `${records(uncertainCount)} under way when a connection dropped, and may be lost`
      : null,
  ];
  return `since ${since} ${parts.filter(part => part !== null).join('; ')}`;
}

function records(count: number): string {
  return count === 1 ? '1 record was' : `${count} records were`;
}

function deadlineError(timeoutMs: number): DeadlineError {
  return new DeadlineError(
    `no connection to a log server within ${timeoutMs} ms`,
    { operation: 'forward a log', timeoutMs },
    { protocol: 'sipyco', hint: 'check that a log server answers there, or wait longer' },
  );
}

// Records from whoever forwards them: logging, server end.
//
// A client that breaks the protocol is dropped, as by SiPyCo; what it did is told, since it is a
// program of the lab that needs mending. A `recordCb` that is slow slows the clients: it may return
// a promise.
//
// Source: docs/protocols/sipyco.md, "logging". Names are SiPyCo's (`sipyco.logs.Server`).

import {
  LOG_LIMITS,
  type LogLimits,
  type LogRecord,
  type LogServerEvent,
  LogServerMachine,
} from '../protocols/sipyco/index.js';
import type { Fault } from '../values/index.js';
import type { IClock, IListener, ITransport } from '../wire/index.js';
import { Reception, type ReportError, reportToConsole } from './reception.js';
import { Served } from './served.js';

/** What clients can make large. */
export type LogServerLimits = LogLimits & {
  /** Open connections. Guards sockets: half of Linux's usual 1024 files. One more is closed at once. */
  readonly connections: number;
};

export const LOG_SERVER_LIMITS: LogServerLimits = { ...LOG_LIMITS, connections: 512 };

export type LogServerOptions = {
  /**
   * Hears every record, in the order in which it came from its client. A promise makes that client wait.
   * What it throws is reported, and the next record is told all the same.
   */
  readonly onRecord: (record: LogRecord, endpoint: string) => undefined | void | Promise<void>;
  /** Stamps each record with its arrival, `timeNs`. Without it records carry no time. */
  readonly clock?: IClock;
  /** A client was dropped: why, and who. Default: nothing. */
  readonly dropCb?: (fault: Fault, endpoint: string) => void;
  readonly limits?: Partial<LogServerLimits>;
  /** Hears what callbacks throw, and of a listener that broke. Default: the console. */
  readonly reportError?: (error: unknown, where: string) => void;
};

/** Takes records on any number of listeners. */
export class LogServer {
  private readonly _reception: Reception<Connection>;
  private _recordCount = 0;
  private _dropCount = 0;

  constructor(options: LogServerOptions) {
    const { onRecord, dropCb, clock, reportError = reportToConsole } = options;
    const limits = { ...LOG_SERVER_LIMITS, ...options.limits };
    const desk: Desk = {
      limits,
      clock: clock ?? null,
      reportError,
      record: (record, endpoint) => {
        this._recordCount += 1;
        return onRecord(record, endpoint);
      },
      dropped: (fault, endpoint) => {
        this._dropCount += 1;
        dropCb?.(fault, endpoint);
      },
    };
    this._reception = new Reception(
      'the log server',
      limits.connections,
      transport => new Connection(transport, desk),
      reportError,
    );
  }

  /** Clients that are connected. */
  get clientCount(): number {
    return this._reception.connectionCount;
  }

  /** Records taken so far. */
  get recordCount(): number {
    return this._recordCount;
  }

  /** Clients dropped so far for what they sent. */
  get dropCount(): number {
    return this._dropCount;
  }

  /** Accept clients from `listener`, which is ours from now on. More than one is fine. */
  start(listener: IListener): void {
    this._reception.start(listener);
  }

  /** Stop accepting and end every connection. It may be started again. */
  stop(): Promise<void> {
    return this._reception.stop();
  }
}

/** What a connection asks of its server. */
type Desk = {
  readonly limits: LogLimits;
  readonly clock: IClock | null;
  readonly record: LogServerOptions['onRecord'];
  readonly dropped: (fault: Fault, endpoint: string) => void;
  readonly reportError: ReportError;
};

/** One client. */
class Connection extends Served<never, LogServerEvent> {
  private readonly _desk: Desk;

  constructor(transport: ITransport, desk: Desk) {
    super(new LogServerMachine(desk.limits), transport, 'the log client', desk.reportError);
    this._desk = desk;
  }

  protected _take(event: LogServerEvent): undefined | Promise<void> {
    switch (event.type) {
      case 'record':
        return this._record(event.record);
      case 'failed':
        this._tell(() => this._desk.dropped(event.fault, this._transport.endpoint), 'dropCb');
        return;
      case 'eof':
        return;
    }
  }

  private _record(record: LogRecord): undefined | Promise<void> {
    const { clock } = this._desk;
    const stamped = clock === null ? record : { ...record, timeNs: clock.wallNs() };
    try {
      const wait = this._desk.record(stamped, this._transport.endpoint);
      return wait === undefined ? undefined : wait.catch(error => this._report(error, 'onRecord'));
    } catch (error) {
      this._report(error, 'onRecord');
      return undefined;
    }
  }

  private _tell(callback: () => void, name: string): void {
    try {
      callback();
    } catch (error) {
      this._report(error, name);
    }
  }

  private _report(error: unknown, name: string): void {
    this._desk.reportError(error, `${name} of the log server, for ${this._transport.endpoint}`);
  }
}

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
import { type Fault, isLabwireError } from '../values/index.js';
import { type IClock, type IListener, type ITransport, Pump } from '../wire/index.js';
import { type IServed, Reception } from './reception.js';

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
    const { onRecord, dropCb, clock } = options;
    const limits = { ...LOG_SERVER_LIMITS, ...options.limits };
    const reportError =
      options.reportError ?? ((error, where) => console.error(`labwire: ${where}:`, error));
    const desk: Desk = {
      limits,
      clock: clock ?? null,
      report: reportError,
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
  readonly report: (error: unknown, where: string) => void;
};

/** One client. */
class Connection implements IServed {
  readonly isHalfClosed = false; // a client that has closed its side is over
  private readonly _endpoint: string;
  private readonly _desk: Desk;
  private readonly _pump: Pump<never, LogServerEvent>;

  constructor(transport: ITransport, desk: Desk) {
    this._endpoint = transport.endpoint;
    this._desk = desk;
    this._pump = new Pump(new LogServerMachine(desk.limits), transport, event => this._take(event));
  }

  async serve(): Promise<void> {
    try {
      await this._pump.run();
    } catch (error) {
      // A client may leave without a goodbye; all else is told.
      if (!isLabwireError(error, 'ConnectionLostError') && !isLabwireError(error, 'ClosedError')) {
        this._desk.report(error, `the log client ${this._endpoint} was left`);
      }
    }
    await this.close('it is over');
  }

  close(reason: string): Promise<void> {
    return this._pump.close(reason);
  }

  private _take(event: LogServerEvent): undefined | Promise<void> {
    switch (event.type) {
      case 'record':
        return this._record(event.record);
      case 'failed':
        this._tell(() => this._desk.dropped(event.fault, this._endpoint), 'dropCb');
        return;
      case 'eof':
        return;
    }
  }

  private _record(record: LogRecord): undefined | Promise<void> {
    const { clock } = this._desk;
    const stamped = clock === null ? record : { ...record, timeNs: clock.wallNs() };
    try {
      const wait = this._desk.record(stamped, this._endpoint);
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
    this._desk.report(error, `${name} of the log server, for ${this._endpoint}`);
  }
}

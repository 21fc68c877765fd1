// One connection of a server, whatever is said over it.
//
// It is served until one side ends it. A client may leave without a goodbye; what else goes wrong is
// told. A client that only listens may have closed its side and still be there.

import { isLabwireError } from '../values/index.js';
import { type IMachine, type ITransport, Pump, type PumpEnd } from '../wire/index.js';
import type { IServed, ReportError } from './reception.js';

/** A machine at work for one client. */
export abstract class Served<Command, Event extends { readonly type: string }> implements IServed {
  protected readonly _transport: ITransport;
  protected readonly _pump: Pump<Command, Event>;
  private readonly _who: string;
  private readonly _reportError: ReportError;

  /** @param who - is at the other end, for messages: `the subscriber`. */
  constructor(
    machine: IMachine<Command, Event>,
    transport: ITransport,
    who: string,
    reportError: ReportError,
  ) {
    this._transport = transport;
    this._pump = new Pump(machine, transport, event => this._take(event));
    this._who = who;
    this._reportError = reportError;
  }

  get givesWay(): boolean {
    return false;
  }

  async serve(): Promise<void> {
    try {
      const wait = this._linger(await this._pump.run());
      if (wait !== undefined) {
        await wait;
      }
    } catch (error) {
      this._leave(error);
    }
    await this.close('it is over');
  }

  close(reason: string): Promise<void> {
    return this._pump.close(reason);
  }

  /** As a `Pump` tells them. */
  protected abstract _take(event: Event): undefined | Promise<void>;

  /** The conversation has ended: how long does the connection stay? */
  protected _linger(_end: PumpEnd): undefined | Promise<void> {
    return undefined;
  }

  /** It cannot be served any more. */
  protected _leave(error: unknown): void {
    if (!isLost(error)) {
      this._reportError(error, `${this._who} ${this._transport.endpoint} was left`);
    }
  }
}

/** A client that has said all it ever says, and listens. */
export abstract class ServedListener<
  Command,
  Event extends { readonly type: string },
> extends Served<Command, Event> {
  private _isHalfClosed = false;
  private _setGone: () => void = () => {};
  private readonly _gone = new Promise<void>(resolve => {
    this._setGone = resolve;
  });

  /** The peer closed its side: it may still listen, or has left without our knowing. */
  override get givesWay(): boolean {
    return this._isHalfClosed;
  }

  override close(reason: string): Promise<void> {
    this._end();
    return super.close(reason);
  }

  /** It has said what it wants to hear, and there is such a thing. */
  protected abstract get _isListening(): boolean;

  /** It hears no more: give up what waits for it. Called again it changes nothing. */
  protected abstract _forget(): void;

  protected override async _linger(end: PumpEnd): Promise<void> {
    if (end.type === 'eof' && this._isListening) {
      this._isHalfClosed = true;
      await this._transport.drained(); // a transport that knows that it left says so
      await this._gone;
    }
  }

  protected override _leave(error: unknown): void {
    this._end();
    super._leave(error);
    if (!isLost(error)) {
      void this._pump.close('it cannot be served');
    }
  }

  private _end(): void {
    this._forget();
    this._setGone();
  }
}

/** A client that went away, which it may. */
export function isLost(error: unknown): boolean {
  return isLabwireError(error, 'ConnectionLostError') || isLabwireError(error, 'ClosedError');
}

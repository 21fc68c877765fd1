// `sipyco+log`: what programs forward to this address. Watching it means listening there.
//
// A log server has nothing to subscribe to: it *is* the end of the line. So this source takes the
// place of one, which other programs notice: where a lab has its own server, watch that server's
// broadcast instead.

import { logRecordToValue } from '../../protocols/sipyco/index.js';
import { LogServer } from '../../servers/index.js';
import { type Address, type LinkStatus, toFault } from '../../values/index.js';
import type { IClock, IListener } from '../../wire/index.js';
import { Channel } from './channel.js';
import type { SourceContext } from './context.js';
import { Leased, WATCHED } from './leased.js';
import type { ILinked, LinkedOptions } from './linked.js';
import type { Abilities, IWatch, Listener, Message } from './source.js';

type InputOptions = {
  readonly listen: () => Promise<IListener>;
  readonly clock: IClock;
  readonly onMessages: (messages: readonly Message[]) => void;
  readonly statusCb: () => void;
  readonly report: (error: unknown, where: string) => void;
};

/** A log server that says how it is doing, as a client does. */
class LogInput implements ILinked {
  private readonly _options: InputOptions;
  private readonly _server: LogServer;
  private _status: LinkStatus;
  private _isOpening = false;

  constructor(options: InputOptions) {
    const { clock, onMessages, report } = options;
    this._options = options;
    this._status = { state: 'connecting', sinceNs: clock.wallNs(), fault: null, outOfStepCount: 0 };
    this._server = new LogServer({
      clock,
      onRecord: record =>
        onMessages([{ value: logRecordToValue(record), timeNs: record.timeNs ?? clock.wallNs() }]),
      dropCb: (fault, endpoint) => report(fault, `the log client ${endpoint} was dropped`),
      reportError: report,
    });
  }

  get status(): LinkStatus {
    return this._status;
  }

  readonly receivedBytes = 0; // a server does not count what its clients send

  start(): void {
    void this._open();
  }

  retryNow(): void {
    if (this._status.state === 'failed') {
      void this._open();
    }
  }

  async close(): Promise<void> {
    this._setStatus('closed', null);
    await this._server.stop();
  }

  // A port that somebody has is not tried again and again: only a person knows who should have it.
  private async _open(): Promise<void> {
    if (this._isOpening) {
      return;
    }
    this._isOpening = true;
    this._setStatus('connecting', null);
    try {
      const listener = await this._options.listen();
      if (this._status.state === 'closed') {
        await listener.close();
        return;
      }
      this._server.start(listener);
      this._setStatus('live', null);
    } catch (error) {
      this._setStatus('failed', error);
    } finally {
      this._isOpening = false;
    }
  }

  private _setStatus(state: LinkStatus['state'], error: unknown): void {
    if (this._status.state !== 'closed') {
      const fault = error === null ? null : toFault(error);
      this._status = { ...this._status, state, sinceNs: this._options.clock.wallNs(), fault };
      this._options.statusCb();
    }
  }
}

class LogChannel extends Channel<LogInput> {
  protected readonly _client: LogInput;

  constructor(options: LinkedOptions, listen: () => Promise<IListener>) {
    super(options);
    const { clock, report } = options;
    this._client = new LogInput({
      listen,
      clock,
      report,
      onMessages: messages => this._onMessages(messages),
      statusCb: () => this._onStatus(),
    });
    this._client.start();
  }

  protected _end(): Promise<void> {
    return this._client.close();
  }
}

export class LogSource extends Leased<LogChannel> {
  readonly abilities: Abilities;
  readonly shape = 'messages';
  private readonly _listen: () => Promise<IListener>;

  constructor(address: Address, context: SourceContext) {
    super(address, context);
    this.abilities = { ...WATCHED, openingHasEffects: !address.demo };
    this._listen = () => context.listen(address);
  }

  protected _make(options: LinkedOptions): LogChannel {
    return new LogChannel(options, this._listen);
  }

  protected _watch(channel: LogChannel, listener: Listener): IWatch {
    return channel.watch(listener);
  }
}

// `sipyco+broadcast`: what is said on one channel, from now on.

import { Receiver } from '../../clients/index.js';
import { Channel } from './channel.js';
import { Leased, WATCHED } from './leased.js';
import type { LinkedOptions } from './linked.js';
import type { IWatch, Listener } from './source.js';

class BroadcastChannel extends Channel<Receiver> {
  protected readonly _client: Receiver;

  constructor(options: LinkedOptions) {
    super(options);
    const { address, clock, connect, report } = options;
    this._client = new Receiver({
      name: address.path,
      connect,
      clock,
      notifyCb: value => this._onMessages([{ value, timeNs: clock.wallNs() }]),
      statusCb: () => this._onStatus(),
      reportError: report,
    });
    this._client.start();
  }

  protected _end(): Promise<void> {
    return this._client.close();
  }
}

export class BroadcastSource extends Leased<BroadcastChannel> {
  readonly abilities = WATCHED;
  readonly shape = 'messages';

  protected _make(options: LinkedOptions): BroadcastChannel {
    return new BroadcastChannel(options);
  }

  protected _watch(channel: BroadcastChannel, listener: Listener): IWatch {
    return channel.watch(listener);
  }
}

// A publisher that a test drives, reached by loopback as if it were the network.

import { Notifier } from '../../protocols/sipyco/index.js';
import { Publisher } from '../../servers/index.js';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import { type Address, dict, PyDict, type PyValue, Tuple } from '../../values/index.js';
import type { Connect } from '../../wire/index.js';

export const LAB = 'sipyco+sync://lab:3250/datasets';

/** A dataset as ARTIQ sends it. */
export function dataset(value: PyValue, metadata: { [name: string]: PyValue } = {}): Tuple {
  return new Tuple([false, value, dict(metadata)]);
}

export class Lab {
  datasets: Notifier;
  private readonly _network = new LoopbackNetwork();
  private _publisher: Publisher | null = null;
  private _transports: LoopbackTransport[] = [];
  connectCount = 0;

  constructor(entries: Iterable<readonly [PyValue, PyValue]> = []) {
    this.datasets = new Notifier(new PyDict(entries));
  }

  /** The hub's way to the network. */
  readonly connect =
    (address: Address): Connect =>
    async options => {
      this.connectCount += 1;
      const transport = await this._network.connect(`${address.host}:${address.port}`, options);
      this._transports.push(transport);
      return transport;
    };

  start(entries?: Iterable<readonly [PyValue, PyValue]>): this {
    if (entries !== undefined) {
      this.datasets = new Notifier(new PyDict(entries));
    }
    this._publisher = new Publisher({ notifiers: { datasets: this.datasets } });
    this._publisher.start(this._network.listen('lab:3250'));
    return this;
  }

  async stop(): Promise<void> {
    await this._publisher?.stop();
    this._publisher = null;
  }

  get subscriberCount(): number {
    return this._publisher?.subscriberCount ?? 0;
  }

  /** Break every connection. */
  cut(): void {
    for (const transport of this._transports.splice(0)) {
      transport.lose('the cable was pulled');
    }
  }
}

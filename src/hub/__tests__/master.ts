// A master with datasets and a target that sets them, reached by loopback as if it were the network.

import { Notifier } from '../../protocols/sipyco/index.js';
import {
  method,
  Publisher,
  PyError,
  RpcServer,
  type RpcTarget,
  rpcTarget,
} from '../../servers/index.js';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import { type Address, OpaqueObject, PyDict, type PyValue, Tuple } from '../../values/index.js';
import type { Connect } from '../../wire/index.js';

export const DATASETS = 'sipyco+sync://lab:3250/datasets';
export const DATABASE = 'sipyco+rpc://lab:3251/dataset_db';

/** `old`: ARTIQ 7, `set` without metadata. `bare`: no `delete`. `mute`: it cannot list its methods. */
export type Age = 'new' | 'old' | 'bare' | 'mute';

/** What keeps a `set` or `delete` waiting, fails it, or lets it be done. */
export type Deed = (call: string) => Promise<void> | void;

export class Master {
  readonly datasets: Notifier;
  /** Calls as they came: `set a.b 5.0`. */
  readonly calls: string[] = [];
  /** Asked before a call is carried out. */
  deed: Deed = () => {};
  private readonly _network = new LoopbackNetwork();
  private readonly _servers: { stop(): Promise<void> }[] = [];
  private _transports: { readonly port: number; readonly transport: LoopbackTransport }[] = [];

  constructor(entries: readonly (readonly [string, PyValue])[]) {
    this.datasets = new Notifier(new PyDict(entries));
  }

  readonly connect =
    (address: Address): Connect =>
    async options => {
      const transport = await this._network.connect(`${address.host}:${address.port}`, options);
      this._transports.push({ port: address.port, transport });
      return transport;
    };

  start(age: Age = 'new'): this {
    const publisher = new Publisher({ notifiers: { datasets: this.datasets } });
    publisher.start(this._network.listen('lab:3250'));
    const server = new RpcServer({
      targets: { dataset_db: this._target(age), other: rpcTarget({ methods: [] }) },
    });
    server.start(this._network.listen('lab:3251'));
    this._servers.push(publisher, server);
    return this;
  }

  async stop(): Promise<void> {
    for (const server of this._servers.splice(0)) {
      await server.stop();
    }
  }

  /** Break every connection to a port. */
  cut(port: number): void {
    for (const { transport } of this._transports.filter(each => each.port === port)) {
      transport.lose('the cable was pulled');
    }
    this._transports = this._transports.filter(each => each.port !== port);
  }

  /** A dataset as it stands, or undefined. */
  at(key: string): PyValue | undefined {
    return (this.datasets.rawView as PyDict).get(key);
  }

  /** The value of a dataset, without what stands beside it. */
  valueAt(key: string): PyValue | undefined {
    const found = this.at(key);
    return found instanceof Tuple ? found.items[1] : undefined;
  }

  private _target(age: Age): RpcTarget {
    const put = async (
      key: string,
      value: PyValue,
      rest: (old: Tuple | undefined) => PyValue[],
    ) => {
      await this._do(`set ${key}`);
      const old = this.at(key) as Tuple | undefined;
      const [persist = false, ...more] = rest(old);
      this.datasets.set(key, new Tuple([persist, value, ...more]));
    };
    const set =
      age === 'old'
        ? method('set(self, key, value, persist=None)', null, args =>
            put(args.str('key'), args.get('value'), old => [
              args.get('persist') ?? old?.items[0] ?? false,
            ]),
          )
        : method('set(self, key, value, persist=None, metadata=None)', null, args =>
            put(args.str('key'), args.get('value'), old => [
              args.get('persist') ?? old?.items[0] ?? false,
              args.get('metadata') ?? old?.items[2] ?? new PyDict(),
            ]),
          );
    const remove = method('delete(self, key)', null, async args => {
      await this._do(`delete ${args.str('key')}`);
      this.datasets.delete(args.get('key'));
    });
    // A default that has no form in PYON: the list of methods fails, the methods do not.
    const odd = method('odd(self, handle=None)', null, () => null);
    const mute = { ...odd, argspec: { ...odd.argspec, defaults: [NO_FORM] } };
    const more = { new: [remove], old: [remove], bare: [], mute: [remove, mute] };
    return rpcTarget({ methods: [set, ...more[age]] });
  }

  private async _do(call: string): Promise<void> {
    this.calls.push(call);
    await this.deed(call);
  }
}

const NO_FORM: PyValue = new OpaqueObject('handle', '<handle>');

export function refusing(message: string): Deed {
  return () => {
    throw new PyError('ValueError', message);
  };
}

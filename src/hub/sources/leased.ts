// A source that shares one connection with all other sources of the same whole.

import { type Address, formatAddress } from '../../values/index.js';
import type { IConnection, ILease } from '../endpoints.js';
import type { SourceContext } from './context.js';
import type { LinkedOptions } from './linked.js';
import type { Abilities, IRemote, ISource, IWatch, Listener } from './source.js';

/** What a source can do that is only watched, and that nobody notices. */
export const WATCHED: Abilities = {
  describe: false,
  read: false,
  watch: true,
  call: false,
  write: false,
  openingHasEffects: false,
};

/** The connection is opened by the first who needs it, and lingers after the last. */
export abstract class Leased<C extends IConnection> implements ISource {
  readonly address: Address;
  abstract readonly abilities: Abilities;
  abstract readonly shape: ISource['shape'];
  readonly remote: IRemote | null = null;
  private readonly _context: SourceContext;
  private readonly _whole: Address;
  private readonly _key: string;

  constructor(address: Address, context: SourceContext) {
    this.address = address;
    this._context = context;
    this._whole = { ...address, fragment: null };
    this._key = formatAddress(this._whole);
  }

  /** Make the connection; it connects at once. */
  protected abstract _make(options: LinkedOptions): C;

  protected abstract _watch(connection: C, listener: Listener): IWatch;

  watch(listener: Listener): IWatch {
    const lease = this._acquire();
    const watch = this._watch(lease.connection, listener);
    return {
      close() {
        watch.close();
        lease.release();
      },
    };
  }

  retry(): void {
    this._connection?.retry();
  }

  get receivedBytes(): number {
    return this._connection?.receivedBytes ?? 0;
  }

  get roundTripMs(): number | null {
    return this._connection?.roundTripMs ?? null;
  }

  protected _acquire(): ILease<C> {
    const { clock, connect, report, endpoints } = this._context;
    const address = this._whole;
    const make = () => this._make({ address, clock, connect: connect(address), report });
    return endpoints.acquire(this._key, make);
  }

  private get _connection(): IConnection | null {
    return this._context.endpoints.find(this._key);
  }
}

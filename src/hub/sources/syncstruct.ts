// `sipyco+sync`: a notifier as a tree of values, or with a fragment one value of it.

import { type Address, formatAddress } from '../../values/index.js';
import type { IConnection, ILease } from '../endpoints.js';
import type { SourceContext } from './context.js';
import type { Path } from './effect.js';
import { Notifier } from './notifier.js';
import { pathOf } from './path.js';
import type { Abilities, ISource, IWatch, Listener } from './source.js';

const ABILITIES: Abilities = {
  describe: false,
  read: false,
  watch: true,
  call: false,
  write: false,
  openingHasEffects: false,
};

export class SyncStructSource implements ISource {
  readonly address: Address;
  readonly abilities = ABILITIES;
  readonly shape: 'value' | 'tree';
  private readonly _context: SourceContext;
  private readonly _whole: Address;
  private readonly _key: string;
  private readonly _path: Path | null;

  /** @throws {ParseError} a fragment that starts with `[` and is no PYON list. */
  constructor(address: Address, context: SourceContext) {
    this.address = address;
    this._context = context;
    this._whole = { ...address, fragment: null };
    this._key = formatAddress(this._whole);
    this._path = address.fragment === null ? null : pathOf(address.fragment);
    this.shape = this._path === null ? 'tree' : 'value';
  }

  watch(listener: Listener): IWatch {
    const lease = this._acquire();
    const watch =
      this._path === null
        ? lease.connection.watchTree(listener)
        : lease.connection.watchPath(this._path, listener);
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

  private get _connection(): IConnection | null {
    return this._context.endpoints.find(this._key);
  }

  private _acquire(): ILease<Notifier> {
    const { clock, connect, report, endpoints } = this._context;
    return endpoints.acquire(
      this._key,
      () => new Notifier({ address: this._whole, clock, connect: connect(this._whole), report }),
    );
  }
}

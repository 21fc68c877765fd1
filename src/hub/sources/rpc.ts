// `sipyco+rpc`: a target that can be described and called.
//
// An address without a target means the only one of its server; where there are several it names
// the server, which can be described and not called.

import { RpcClient } from '../../clients/index.js';
import {
  type Address,
  ConnectError,
  DeadlineError,
  formatAddress,
  fromFault,
  type PyDict,
  type PyValue,
  toFault,
  UnsupportedError,
} from '../../values/index.js';
import type { SourceContext } from './context.js';
import { Leased } from './leased.js';
import { Linked, type LinkedOptions } from './linked.js';
import type {
  Abilities,
  CallOptions,
  Description,
  Identity,
  IRemote,
  IWatch,
  Listener,
  Method,
} from './source.js';

type Waiter = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

class RpcConnection extends Linked<RpcClient> {
  protected readonly _client: RpcClient;
  private readonly _listeners = new Set<Listener>();
  private readonly _waiters = new Set<Waiter>();

  constructor(options: LinkedOptions) {
    super(options);
    const { address, clock, connect, report } = options;
    this._client = new RpcClient({
      connect,
      clock,
      target: address.path === '' ? null : address.path,
      statusCb: () => this._onStatus(),
      reportError: report,
    });
    this._client.start();
  }

  override close(): void {
    this._listeners.clear();
    super.close();
    this._settle();
  }

  protected _end(): Promise<void> {
    return this._client.closeRpc();
  }

  watch(listener: Listener): IWatch {
    this._listeners.add(listener);
    this._tell(listener, { type: 'status', status: this.status });
    return { close: () => this._listeners.delete(listener) };
  }

  get abandoned(): string | null {
    return this._client.abandoned;
  }

  async identify(options: CallOptions): Promise<Identity> {
    await this._ready(options);
    const { targets, description } = this._client.getRpcId();
    return { targets, description };
  }

  async describe(options: CallOptions): Promise<Description> {
    await this._ready(options);
    const { targets, description } = this._client.getRpcId();
    const target = await this._select(options);
    if (target === null) {
      return { targets, description, target, docstring: null, methods: [], fault: null };
    }
    const list = await this._client.getRpcMethodList(options);
    const methods: Method[] = Array.from(list.methods, ([name, doc]) => ({
      name,
      argspec: doc?.argspec ?? null,
      docstring: doc?.docstring ?? null,
    }));
    const fault = list.error === null ? null : toFault(list.error);
    return { targets, description, target, docstring: list.docstring, methods, fault };
  }

  async call(
    method: string,
    args: readonly PyValue[],
    kwargs: PyDict,
    options: CallOptions,
  ): Promise<PyValue> {
    await this._ready(options);
    if ((await this._select(options)) === null) {
      const { targets } = this._client.getRpcId();
      throw new UnsupportedError(
        `${this.endpoint} has ${targets.length} targets, and the address names none of them`,
        { feature: 'call' },
        { hint: `Add one to the address: ${targets.map(name => `/${name}`).join(', ')}.` },
      );
    }
    return this._client.call(method, args, kwargs, options);
  }

  protected _onStatus(): void {
    const { status } = this;
    for (const listener of this._listeners) {
      this._tell(listener, { type: 'status', status });
    }
    this._settle();
  }

  /** The target that is called, chosen where there is no choice; null where a person must name one. */
  private async _select(options: CallOptions): Promise<string | null> {
    const selected = this._client.getSelectedTarget();
    const { targets } = this._client.getRpcId();
    const [only] = targets;
    if (selected !== null || only === undefined || targets.length > 1) {
      return selected;
    }
    await this._client.selectRpcTarget(only, options);
    return only;
  }

  /** Resolves when the link is up. A person who is asked may take their time; a link that failed is not waited for. */
  private async _ready({ deadlineMs, signal }: CallOptions): Promise<void> {
    signal?.throwIfAborted();
    let waiter: Waiter | null = null;
    let onAbort = () => {};
    const waiting = new Promise<void>((resolve, reject) => {
      waiter = { resolve, reject };
      onAbort = () => reject(signal?.reason);
      this._waiters.add(waiter);
      this._settle();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      deadlineMs === undefined
        ? null
        : this._clock.after(deadlineMs, () => waiter?.reject(this._tooLate(deadlineMs)));
    try {
      await waiting;
    } finally {
      timer?.cancel();
      signal?.removeEventListener('abort', onAbort);
      if (waiter !== null) {
        this._waiters.delete(waiter);
      }
    }
  }

  private _settle(): void {
    const { state, fault } = this.status;
    if (state === 'connecting' || state === 'asking') {
      return;
    }
    const error = fault === null ? null : fromFault(fault);
    for (const waiter of this._waiters) {
      if (state === 'live') {
        waiter.resolve();
      } else {
        const { endpoint } = this;
        waiter.reject(error ?? new ConnectError(`${endpoint} is ${state}`, { endpoint }));
      }
    }
  }

  private _tooLate(timeoutMs: number): DeadlineError {
    return new DeadlineError(
      `${this.endpoint} did not answer within ${timeoutMs} ms`,
      { operation: `connect to ${this.address}`, timeoutMs },
      { protocol: 'sipyco', hint: 'Check that a pc_rpc server runs there, or wait longer.' },
    );
  }
}

export class RpcSource extends Leased<RpcConnection> {
  readonly abilities: Abilities = {
    describe: true,
    read: false,
    watch: true,
    call: true,
    write: false,
    openingHasEffects: false,
  };
  readonly shape = 'target';
  override readonly remote: IRemote;
  /** The connection that was asked last. */
  private _asked: RpcConnection | null = null;

  /** @throws {UnsupportedError} an address with a fragment: a target has nothing inside. */
  constructor(address: Address, context: SourceContext) {
    super(address, context);
    if (address.fragment !== null) {
      throw new UnsupportedError(
        `a target has no parts, and the address names #${address.fragment}`,
        { feature: 'fragment' },
        { hint: `Use ${formatAddress({ ...address, fragment: null })}.` },
      );
    }
    this.remote = {
      abandoned: () => this._asked?.abandoned ?? null,
      identify: (options = {}) => this._during(connection => connection.identify(options)),
      describe: (options = {}) => this._during(connection => connection.describe(options)),
      call: (method, args, kwargs, options = {}) =>
        this._during(connection => connection.call(method, args, kwargs, options)),
    };
  }

  protected _make(options: LinkedOptions): RpcConnection {
    return new RpcConnection(options);
  }

  protected _watch(connection: RpcConnection, listener: Listener): IWatch {
    return connection.watch(listener);
  }

  private async _during<T>(work: (connection: RpcConnection) => Promise<T>): Promise<T> {
    const lease = this._acquire();
    this._asked = lease.connection;
    try {
      return await work(lease.connection);
    } finally {
      lease.release();
    }
  }
}

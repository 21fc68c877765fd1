// Methods for whoever calls: pc_rpc, server end.
//
// A server has targets, one of which each connection chooses. Over all connections one method runs at
// a time, as instruments want it, unless `allowParallel`.
//
// Source: docs/protocols/sipyco.md, "pc_rpc". Names are SiPyCo's (`sipyco.pc_rpc.Server`).

import { RpcServerMachine } from '../protocols/sipyco/index.js';
import type { IListener } from '../wire/index.js';
import { type Desk, Lock, RpcConnection } from './rpcconnection.js';
import type { RpcTarget } from './rpctarget.js';

/** What callers can make large. A request line has SiPyCo's own limit, `LIMITS.requestBytes`. */
export type RpcServerLimits = {
  /**
   * Open connections. Guards sockets: half of Linux's usual 1024 files. One more takes the place of
   * a connection that has not chosen a target, or is closed at once.
   */
  readonly connections: number;
};

export const RPC_SERVER_LIMITS: RpcServerLimits = { connections: 512 };

export type RpcServerOptions = {
  /** By name. A function is called once per connection that chooses it, so that each has a target of its own. */
  readonly targets: { readonly [name: string]: RpcTarget | (() => RpcTarget) };
  readonly description?: string | null;
  /** Offer a method `terminate` on every target; see `waitTerminate`. Default false. */
  readonly builtinTerminate?: boolean;
  /** Let calls of several connections run at the same time. Default false. */
  readonly allowParallel?: boolean;
  /** What may be negotiated; none is SiPyCo before 1.10. Default `pyon_v2`. */
  readonly features?: readonly string[];
  readonly limits?: Partial<RpcServerLimits>;
  /** Hears what is not the doing of a caller: a listener that broke, a factory that failed. Default: the console. */
  readonly reportError?: (error: unknown, where: string) => void;
};

/** Serves targets on any number of listeners. */
export class RpcServer {
  private readonly _options: RpcServerOptions;
  private readonly _targets: ReadonlyMap<string, RpcTarget | (() => RpcTarget)>;
  private readonly _lock: Lock | null;
  private readonly _limits: RpcServerLimits;
  private readonly _reportError: (error: unknown, where: string) => void;
  private readonly _listeners = new Set<IListener>();
  private readonly _connections = new Map<RpcConnection, Promise<void>>();
  private readonly _terminated: Promise<void>;
  private _setTerminated: () => void = () => {};
  private _stopping = new AbortController();

  /** @throws {RangeError} a name that a client cannot ask for. */
  constructor(options: RpcServerOptions) {
    this._options = options;
    this._targets = new Map(Object.entries(options.targets));
    this._lock = options.allowParallel === true ? null : new Lock();
    this._limits = { ...RPC_SERVER_LIMITS, ...options.limits };
    this._reportError =
      options.reportError ?? ((error, where) => console.error(`labwire: ${where}:`, error));
    this._terminated = new Promise(resolve => {
      this._setTerminated = resolve;
    });
    for (const name of this._targets.keys()) {
      if (/[ \x00-\x1f\x7f]/.test(name)) {
        throw new RangeError(
          `the target name ${JSON.stringify(name)} holds a blank or a control character`,
        );
      }
    }
  }

  /** Open connections, whether they have chosen a target or not. */
  get connectionCount(): number {
    return this._connections.size;
  }

  /** Accept callers from `listener`, which is ours from now on. More than one is fine. */
  start(listener: IListener): void {
    this._listeners.add(listener);
    this._accept(listener).catch(error => {
      this._listeners.delete(listener);
      this._reportError(error, `${listener.endpoint} accepts no more connections`);
    });
  }

  /**
   * Stop accepting and end every connection, without the answers that are not ready. Methods at work
   * hear their signal; they are not waited for. It may be started again.
   */
  async stop(): Promise<void> {
    const listeners = [...this._listeners];
    this._listeners.clear();
    const ended = Array.from(this._connections, async ([connection, served]) => {
      await connection.close('the server stopped');
      await served;
    });
    this._stopping.abort(new Error('the server stopped')); // nobody hears what methods make of it
    this._stopping = new AbortController();
    await Promise.all([...listeners.map(listener => listener.close()), ...ended]);
  }

  /** Resolves once a caller has asked for the end, with `terminate` or by a method that raised SystemExit. Then `stop`. */
  waitTerminate(): Promise<void> {
    return this._terminated;
  }

  private async _accept(listener: IListener): Promise<void> {
    const desk: Desk = {
      targets: this._targets,
      lock: this._lock,
      signal: this._stopping.signal,
      terminate: this._options.builtinTerminate === true ? this._setTerminated : null,
      report: this._reportError,
    };
    const rpcId = {
      targets: [...this._targets.keys()],
      description: this._options.description ?? null,
    };
    const { features } = this._options;
    for await (const transport of listener.connections) {
      if (!this._listeners.has(listener) || !this._hasRoom()) {
        await transport.close('the server takes no more callers');
        continue;
      }
      const machine = new RpcServerMachine(rpcId, features === undefined ? {} : { features });
      const connection = new RpcConnection(machine, transport, desk);
      const served = connection.serve().finally(() => this._connections.delete(connection));
      this._connections.set(connection, served);
    }
  }

  /** Is there room for one more, if need be that of one who has asked for nothing yet? */
  private _hasRoom(): boolean {
    if (this._connections.size < this._limits.connections) {
      return true;
    }
    for (const connection of this._connections.keys()) {
      if (!connection.hasTarget) {
        this._connections.delete(connection);
        void connection.close('others want its place');
        return true;
      }
    }
    return false;
  }
}

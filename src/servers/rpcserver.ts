// Methods for whoever calls: pc_rpc, server end.
//
// A server has targets, one of which each connection chooses. Over all connections one method runs at
// a time, as instruments want it, unless `allowParallel`.
//
// Source: docs/protocols/sipyco.md, "pc_rpc". Names are SiPyCo's (`sipyco.pc_rpc.Server`).

import { RpcServerMachine } from '../protocols/sipyco/index.js';
import type { IListener } from '../wire/index.js';
import { Reception, reportToConsole } from './reception.js';
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
  private readonly _reception: Reception<RpcConnection>;
  private readonly _desk: Desk;
  private readonly _terminated: Promise<void>;
  private _setTerminated: () => void = () => {};
  private _stopping = new AbortController();

  /** @throws {RangeError} a name that a client cannot ask for. */
  constructor(options: RpcServerOptions) {
    const { description = null, features, reportError = reportToConsole } = options;
    const targets = new Map(Object.entries(options.targets));
    const { connections } = { ...RPC_SERVER_LIMITS, ...options.limits };
    this._terminated = new Promise(resolve => {
      this._setTerminated = resolve;
    });
    for (const name of targets.keys()) {
      if (/[ \x00-\x1f\x7f]/.test(name)) {
        throw new RangeError(
          `the target name ${JSON.stringify(name)} holds a blank or a control character`,
        );
      }
    }
    const desk: Desk = {
      targets,
      signal: this._stopping.signal,
      lock: options.allowParallel === true ? null : new Lock(),
      terminate: options.builtinTerminate === true ? this._setTerminated : null,
      reportError,
    };
    this._desk = desk;
    const rpcId = { targets: [...targets.keys()], description };
    const machine = RpcServerMachine.maker(rpcId, features === undefined ? {} : { features });
    this._reception = new Reception(
      'the server',
      connections,
      transport => new RpcConnection(machine(), transport, desk),
      reportError,
    );
  }

  /** Open connections, whether they have chosen a target or not. */
  get connectionCount(): number {
    return this._reception.connectionCount;
  }

  /** Accept callers from `listener`, which is ours from now on. More than one is fine. */
  start(listener: IListener): void {
    this._reception.start(listener);
  }

  /**
   * Stop accepting and end every connection, without the answers that are not ready. Methods at work
   * hear their signal; they are not waited for. It may be started again.
   */
  async stop(): Promise<void> {
    const stopped = this._reception.stop();
    this._stopping.abort(new Error('the server stopped')); // nobody hears what methods make of it
    this._stopping = new AbortController();
    this._desk.signal = this._stopping.signal;
    await stopped;
  }

  /** Resolves once a caller has asked for the end, with `terminate` or by a method that raised SystemExit. Then `stop`. */
  waitTerminate(): Promise<void> {
    return this._terminated;
  }
}

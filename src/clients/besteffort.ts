// Calls that must not hold anyone up: while the server is away they return null.
//
// For what is nice to have, such as a display that an experiment feeds. Connecting goes on in the
// background; each outage is warned of once. What the server itself says no to is still thrown: an
// exception of the method is news about the instrument, not about the link.
//
// Source: docs/protocols/sipyco.md, "pc_rpc". Names are SiPyCo's (`sipyco.pc_rpc.BestEffortClient`).

import { isLabwireError, type LinkStatus, type PyDict, type PyValue } from '../values/index.js';
import { type AutoTarget, type IRpcCallable, RpcClient, type RpcClientOptions } from './rpc.js';
import type { CallOptions } from './rpcconversation.js';
import { type RemoteMethods, remoteOf } from './rpcremote.js';

/** Hears of what is not worth an exception. Default: the console. */
export type ReportWarning = (message: string, error: unknown) => void;

export type BestEffortClientOptions = RpcClientOptions & {
  readonly target?: string | typeof AutoTarget;
  readonly reportWarning?: ReportWarning;
};

/** Tell it, or the console. What the one who is told throws is told there: nothing here stops for it. */
export function warn(
  reportWarning: ReportWarning | undefined,
  message: string,
  error: unknown,
): void {
  if (reportWarning === undefined) {
    console.warn(`labwire: ${message}`);
    return;
  }
  try {
    reportWarning(message, error);
  } catch (thrown) {
    console.error('labwire: reportWarning threw:', thrown);
  }
}

/** SiPyCo's own: so long its constructor holds a program up that starts before its server. */
const FIRST_CONNECTION_MS = 1000;

/** An `RpcClient` whose calls resolve with null while there is no connection. */
export class BestEffortClient<Remote = RemoteMethods> implements IRpcCallable {
  /** As `RpcClient.remote`. Before the first connection any name can be called. */
  readonly remote: Remote;
  private readonly _options: BestEffortClientOptions;
  private readonly _client: RpcClient;
  private _isWarned = false;
  private readonly _awaiting = new Set<() => void>();

  constructor(options: BestEffortClientOptions) {
    this._options = options;
    this._client = new RpcClient({ ...options, statusCb: status => this._heard(status) });
    this.remote = remoteOf(
      () => this.methods,
      (name, args, kwargs) => this.call(name, args, kwargs),
    ) as Remote;
  }

  /** As `RpcClient.status`. */
  get status(): LinkStatus {
    return this._client.status;
  }

  /** All callable names, private ones included; empty before the first connection, then the last known. */
  get methods(): ReadonlySet<string> {
    return this._client.methods;
  }

  /**
   * Open, and wait for the first connection, by default for 1 s. Whatever comes of it, connecting
   * goes on in the background. @returns whether it is there now.
   */
  async connect(options: { readonly deadlineMs?: number } = {}): Promise<boolean> {
    this.start();
    if (this.status.state !== 'live') {
      const { clock } = this._options;
      await new Promise<void>(resolve => {
        const done = () => {
          timer.cancel();
          this._awaiting.delete(done);
          resolve();
        };
        const timer = clock.after(options.deadlineMs ?? FIRST_CONNECTION_MS, done);
        this._awaiting.add(done);
      });
    }
    return this.status.state === 'live';
  }

  /** Open, and return at once. Twice is harmless. */
  start(): void {
    this._client.start();
  }

  /** Try now rather than after the pause. */
  retryNow(): void {
    this._client.retryNow();
  }

  /**
   * Call a method. Null while there is no connection, and when it is lost before the answer: then
   * the method may have run. Rejects as `RpcClient.call` does for all else.
   */
  async call(
    name: string,
    args?: readonly PyValue[],
    kwargs?: { readonly [name: string]: PyValue } | PyDict,
    options?: CallOptions,
  ): Promise<PyValue> {
    try {
      return await this._client.call(name, args, kwargs, options);
    } catch (error) {
      if (!isLabwireError(error, 'ConnectionLostError')) {
        throw error;
      }
      this._warn(error);
      return null;
    }
  }

  /** End for good. Twice is harmless. */
  async closeRpc(): Promise<void> {
    await this._client.closeRpc();
    this._release();
  }

  private _heard(status: LinkStatus): void {
    if (status.state === 'live') {
      this._isWarned = false;
      this._release();
    } else if (status.fault !== null) {
      this._warn(status.fault);
    }
    this._options.statusCb?.(status);
  }

  private _release(): void {
    for (const done of [...this._awaiting]) {
      done();
    }
  }

  /** Once per outage. */
  private _warn(error: { readonly message: string }): void {
    if (this._isWarned) {
      return;
    }
    this._isWarned = true;
    const message = `calls return null until the server is back: ${error.message}`;
    warn(this._options.reportWarning, message, error);
  }
}

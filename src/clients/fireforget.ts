// Calls that nobody waits for.
//
// One at a time: what comes while the last call is under way is dropped, with a warning, and so is
// what the method raises. For status displays and the like, which the next call brings up to date.
//
// Source: docs/protocols/sipyco.md. Names are SiPyCo's (`sipyco.fire_and_forget.FFProxy`).

import { LocalProtocolError, type PyDict, type PyValue } from '../values/index.js';
import { type ReportWarning, warn } from './besteffort.js';
import type { IRpcCallable } from './rpc.js';
import { type RemoteMethods, remoteOf } from './rpcremote.js';

export type FFProxyOptions = { readonly reportWarning?: ReportWarning };

/** A client whose calls return at once, and nothing. */
export class FFProxy<Remote = RemoteMethods<void>> {
  /** The methods of the target as functions that return at once. */
  readonly remote: Remote;
  private readonly _target: IRpcCallable;
  private readonly _options: FFProxyOptions;
  private _running: Promise<void> | null = null;

  constructor(target: IRpcCallable, options: FFProxyOptions = {}) {
    this._target = target;
    this._options = options;
    this.remote = remoteOf(
      () => target.methods,
      (name, args, kwargs) => this.call(name, args, kwargs),
    ) as Remote;
  }

  /** Call a method and forget it. @throws {LocalProtocolError} the target has no such method. */
  call(
    name: string,
    args?: readonly PyValue[],
    kwargs?: { readonly [name: string]: PyValue } | PyDict,
  ): void {
    const { methods } = this._target;
    if (methods.size > 0 && !methods.has(name)) {
      const facts = { command: 'call', state: 'selected' };
      throw new LocalProtocolError(`the target has no method ${JSON.stringify(name)}`, facts, {
        protocol: 'sipyco',
      });
    }
    if (this._running !== null) {
      this._warn(`skipped the call of ${name}: the one before it is not complete`, null);
      return;
    }
    this._running = this._run(name, args, kwargs).finally(() => {
      this._running = null;
    });
  }

  /** Resolves when no call is under way. */
  async ffJoin(): Promise<void> {
    await this._running;
  }

  private async _run(
    name: string,
    args?: readonly PyValue[],
    kwargs?: { readonly [name: string]: PyValue } | PyDict,
  ): Promise<void> {
    try {
      await this._target.call(name, args, kwargs);
    } catch (error) {
      this._warn(`${name} was called and failed: ${messageOf(error)}`, error);
    }
  }

  private _warn(message: string, error: unknown): void {
    warn(this._options.reportWarning, message, error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// One caller of a pc_rpc server: its target, and one request at a time.
//
// The next request is not looked at before the answer to the last has gone, nor read from the
// transport while answers wait to leave. A call that is at work when its caller goes away is worked
// to its end, as SiPyCo does it: nobody can know whether the caller still wants it.
//
// Source: docs/protocols/sipyco.md, "pc_rpc"; vectors/sipyco/sessions/pc_rpc_*.jsonl.

import {
  BUILTIN_TERMINATE,
  type MethodDoc,
  methodListToValue,
  type RpcServerCommand,
  type RpcServerEvent,
  type RpcServerMachine,
} from '../protocols/sipyco/index.js';
import { PythonError, type PyValue } from '../values/index.js';
import { HIGH_WATER_BYTES, type ITransport, type PumpEnd } from '../wire/index.js';
import type { ReportError } from './reception.js';
import { bind } from './rpcbind.js';
import { PyError, packException } from './rpcexceptions.js';
import {
  callMethod,
  type RpcCall,
  type RpcMethod,
  type RpcResult,
  type RpcTarget,
} from './rpctarget.js';
import { isLost, Served } from './served.js';

/** What a connection asks of its server. */
export type Desk = {
  readonly targets: ReadonlyMap<string, RpcTarget | (() => RpcTarget)>;
  /** Held while a method runs; null where they may run side by side. */
  readonly lock: Lock | null;
  /** Aborts when the server stops; of a server that starts again it is another. */
  signal: AbortSignal;
  /** Null where callers cannot end the server. */
  readonly terminate: (() => void) | null;
  readonly reportError: ReportError;
};

type CallEvent = Extract<RpcServerEvent, { type: 'call' }>;

/** The server's end of one connection. */
export class RpcConnection extends Served<RpcServerCommand, RpcServerEvent> {
  private readonly _desk: Desk;
  private readonly _call: RpcCall;
  private _target: RpcTarget | null = null;
  private _isClosed = false;
  private _methodName = '';
  /** Give up waiting for the method at work. */
  private _abandon: () => void = () => {};

  constructor(machine: RpcServerMachine, transport: ITransport, desk: Desk) {
    super(machine, transport, 'the caller', desk.reportError);
    this._desk = desk;
    this._call = { endpoint: transport.endpoint, signal: desk.signal };
  }

  /** Nothing was asked of it yet. */
  override get givesWay(): boolean {
    return this._target === null;
  }

  override close(reason: string): Promise<void> {
    this._isClosed = true;
    this._abandon();
    return super.close(reason);
  }

  protected override _linger(end: PumpEnd): undefined | Promise<void> {
    // Who has ended its requests still wants the answers.
    return end.type === 'eof' && this._transport.bufferedBytes > 0
      ? this._transport.drained()
      : undefined;
  }

  protected _take(event: RpcServerEvent): undefined | Promise<void> {
    switch (event.type) {
      case 'select':
        this._select(event.target);
        return undefined;
      case 'call':
        return this._answer(event);
      case 'get_rpc_method_list':
        return this._settle(event.id, () =>
          methodListValue(this._chosen, this._desk.terminate !== null),
        );
      case 'eof':
      case 'failed':
        return undefined; // the pump says so too
      default: {
        const never: never = event;
        return never;
      }
    }
  }

  private get _chosen(): RpcTarget {
    if (this._target === null) {
      throw new Error('a request came before a target was chosen');
    }
    return this._target;
  }

  private _select(name: string): void {
    const found = this._desk.targets.get(name);
    if (found === undefined) {
      // Closing without a word is how this protocol says that there is no such target.
      void this.close('there is no such target');
      return;
    }
    try {
      this._target = typeof found === 'function' ? found() : found;
    } catch (error) {
      this._desk.reportError(error, `the target ${JSON.stringify(name)} could not be made`);
      void this.close('the target could not be made');
      return;
    }
    const names = [...this._target.methods.keys()];
    this._pump.send({
      type: 'methods',
      names: this._desk.terminate === null ? names : [...names, TERMINATE],
    });
  }

  private _answer(event: CallEvent): undefined | Promise<void> {
    const { id, name } = event;
    if (name === TERMINATE && this._desk.terminate !== null) {
      const wait = this._settle(id, () => null);
      this._desk.terminate();
      return wait;
    }
    const target = this._chosen;
    const method = target.methods.get(name);
    if (method === undefined) {
      const text = `'${target.className}' object has no attribute '${name}'`;
      return this._refuse(id, new PythonError('AttributeError', text));
    }
    const { lock } = this._desk;
    if (lock === null) {
      return this._settle(id, () => this._invoke(target, method, event));
    }
    const held = lock.acquire();
    if (held !== null) {
      return this._await(
        id,
        held.then(async () => {
          // The server may have been stopped while others were at work.
          return this._isClosed ? null : await this._invoke(target, method, event);
        }),
        lock,
      );
    }
    return this._settle(id, () => this._invoke(target, method, event), lock);
  }

  private _invoke(target: RpcTarget, method: RpcMethod, event: CallEvent) {
    const qualname = `${target.className}.${method.name}`;
    const args = bind(qualname, method.argspec, event.args, event.kwargs);
    this._methodName = method.name;
    return callMethod(method, args, this._call);
  }

  /** Answer with what `work` gives or throws; at once if it is no promise. */
  private _settle(
    id: number,
    work: () => RpcResult | Promise<RpcResult>,
    lock: Lock | null = null,
  ): undefined | Promise<void> {
    let result: RpcResult | Promise<RpcResult>;
    try {
      result = work();
    } catch (error) {
      lock?.release();
      return this._refuse(id, error);
    }
    if (result instanceof Promise) {
      return this._await(id, result, lock);
    }
    lock?.release();
    return this._return(id, result);
  }

  /** Answer when `work` is done, or never: a connection that is closed waits for nothing. */
  private _await(id: number, work: Promise<RpcResult>, lock: Lock | null): Promise<void> {
    const answered = work.then(
      result => {
        lock?.release();
        return this._isClosed ? undefined : this._return(id, result);
      },
      error => {
        lock?.release();
        return this._isClosed ? undefined : this._refuse(id, error);
      },
    );
    return new Promise((resolve, reject) => {
      this._abandon = resolve; // of one that is settled it does nothing
      answered.then(resolve, reject);
    });
  }

  private _return(id: number, result: RpcResult): undefined | Promise<void> {
    try {
      this._pump.send({ type: 'return', id, value: result ?? null });
    } catch (error) {
      if (isLost(error)) {
        throw error;
      }
      // It has no form on this wire: nothing of it was written.
      const text = error instanceof Error ? error.message : String(error);
      return this._refuse(id, new PythonError('TypeError', text));
    }
    return this._room();
  }

  private _refuse(id: number, error: unknown): undefined | Promise<void> {
    if (error instanceof PyError && UNANSWERED.has(error.pythonClass)) {
      return this._drop(error);
    }
    this._pump.send({ type: 'raise', id, exception: packException(error, this._methodName) });
    return this._room();
  }

  /** What ends a Python server's task, and with it the connection: no answer is sent. */
  private _drop(error: PyError): undefined {
    if (error.pythonClass === 'SystemExit') {
      if (this._desk.terminate === null) {
        this._desk.reportError(
          error,
          'a method raised SystemExit, and callers cannot end this server',
        );
      } else {
        this._desk.terminate();
      }
    }
    void this.close(`a method raised ${error.pythonClass}`);
    return undefined;
  }

  /** Before the next request is looked at, answers that wait must leave. */
  private _room(): undefined | Promise<void> {
    return this._transport.bufferedBytes > HIGH_WATER_BYTES
      ? this._transport.drained().catch(error => {
          if (!isLost(error)) {
            throw error;
          }
        })
      : undefined;
  }
}

const TERMINATE = 'terminate';
const UNANSWERED: ReadonlySet<string> = new Set(['SystemExit', 'CancelledError']);

/** The listing of a target: public methods by name, the built-in `terminate` last. */
function methodListValue(target: RpcTarget, hasTerminate: boolean): PyValue {
  const methods = new Map<string, MethodDoc>();
  for (const name of [...target.methods.keys()].sort()) {
    if (!name.startsWith('_')) {
      methods.set(name, target.methods.get(name)!);
    }
  }
  if (hasTerminate) {
    methods.delete(TERMINATE);
    methods.set(TERMINATE, BUILTIN_TERMINATE);
  }
  return methodListToValue({ docstring: target.docstring, methods });
}

/** Held by one at a time; who waits gets it in the order of asking. */
export class Lock {
  private _isHeld = false;
  private readonly _waiting: (() => void)[] = [];

  /** Null: it is ours already. */
  acquire(): Promise<void> | null {
    if (!this._isHeld) {
      this._isHeld = true;
      return null;
    }
    return new Promise(resolve => this._waiting.push(resolve));
  }

  release(): void {
    const next = this._waiting.shift();
    if (next === undefined) {
      this._isHeld = false;
    } else {
      next();
    }
  }
}

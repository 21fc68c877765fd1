// Python code of ours inside a controller: remote_exec, client end.
//
// A server that allows it has a target `NAME_rexec` beside `NAME`: text is executed there, in a
// namespace of this connection, and its functions can be called. A new connection knows nothing of
// it: after a reconnect add the code again.
//
// Source: docs/protocols/sipyco.md, "remote_exec". Names are SiPyCo's (`sipyco.remote_exec`).

import { type PyValue, strRepr } from '../values/index.js';
import type { IRpcCallable } from './rpc.js';
import type { CallOptions } from './rpcconversation.js';
import { type Kwargs, splitArguments } from './rpcremote.js';

/** What a client of a `_rexec` target can do. */
export class RemoteExecClient<Rpc extends IRpcCallable = IRpcCallable> {
  /** The client itself, for what has deadlines, and to close it. */
  readonly rpc: Rpc;

  /** @param rpc - a client whose target is the `_rexec` one. */
  constructor(rpc: Rpc) {
    this.rpc = rpc;
  }

  /** Execute Python text. Rejects with what it raises, a SyntaxError too, as a `RemoteError`. */
  async addCode(code: string, options?: CallOptions): Promise<void> {
    await this.rpc.call('add_code', [code], {}, options);
  }

  /** Call a function that was added, or that the controller offers; `kwargs({…})` last. */
  async call(functionName: string, ...args: (PyValue | Kwargs)[]): Promise<PyValue> {
    const [positional, named] = splitArguments(args);
    return this.rpc.call('call', [functionName, ...positional], named);
  }
}

/** Where a controller is to connect to. */
export type GlobalRpcOptions = {
  /** As the controller's computer sees it. Default: our own end of the client's connection. */
  readonly host?: string;
  /** Default 3251, an ARTIQ master's. */
  readonly port?: number;
  /** Default `dataset_db`; masters before ARTIQ 8 call it `master_dataset_db`. */
  readonly target?: string;
  /** The global variable that holds the client there. Default `dataset_db`. */
  readonly name?: string;
} & CallOptions;

/**
 * Give code of `controllerRexec` a global variable with an RPC client of its own, by default that of
 * the datasets of a master on this computer. One that is there already stays.
 * @throws {RangeError} no port, or no name that Python could write.
 * @throws {TypeError} no host is given and the connection does not tell its own.
 */
export async function connectGlobalRpc(
  controllerRexec: RemoteExecClient<IRpcCallable & { getLocalHost(): string | null }>,
  options: GlobalRpcOptions = {},
): Promise<void> {
  const { port = 3251, target = 'dataset_db', name = 'dataset_db', ...rest } = options;
  const host = options.host ?? controllerRexec.rpc.getLocalHost();
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`port ${port} is not from 1 to 65535`);
  }
  if (!IDENTIFIER.test(name)) {
    throw new RangeError(`${JSON.stringify(name)} is not a name of a variable`);
  }
  if (host === null) {
    throw new TypeError('this connection does not tell its own address: name the host');
  }
  await controllerRexec.addCode(globalRpcCode(host, port, target, name), rest);
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z_0-9]*$/;

/** Texts stand in it as Python writes them, so that none can end its quotes. */
function globalRpcCode(host: string, port: number, target: string, name: string): string {
  const variable = strRepr(name);
  return [
    'import sipyco.pc_rpc',
    `if ${variable} not in globals():`,
    `    globals()[${variable}] = sipyco.pc_rpc.Client(${strRepr(host)}, ${port}, ${strRepr(target)})`,
    '',
  ].join('\n');
}

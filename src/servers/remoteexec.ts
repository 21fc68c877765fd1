// remote_exec, the serving end.
//
// SiPyCo's server takes Python code and runs it beside the driver. This one runs no Python, and says
// so; what it can do is call functions that its owner has registered, under the names and with the
// arguments that clients use for code of their own. Each connection has its own, when a factory
// makes them.
//
// Source: vectors/sipyco/sessions/pc_rpc_rexec.jsonl. Names are SiPyCo's (`sipyco.remote_exec`).

import { PythonError, pyRepr } from '../values/index.js';
import { bind } from './rpcbind.js';
import { PyError } from './rpcexceptions.js';
import {
  callMethod,
  method,
  methodTable,
  type RpcMethod,
  type RpcTarget,
  rpcTarget,
} from './rpctarget.js';

/** Functions that `call` offers: signatures without `self`. A function makes them for each connection. */
export type RemoteExecFunctions = readonly RpcMethod[] | (() => readonly RpcMethod[]);

/**
 * A target with SiPyCo's `add_code` and `call`.
 * @throws {RangeError} two functions of one name.
 */
export function remoteExecTarget(functions: readonly RpcMethod[] = []): RpcTarget {
  const table = methodTable(functions);
  const known = [...table.keys()].join(', ') || 'none';
  return rpcTarget({
    className: 'RemoteExecServer',
    docstring: 'Calls functions that this server has registered.',
    methods: [
      method(
        'add_code(self, code)',
        'Refused: this server is not a Python program and runs no code.',
        () => {
          throw new PyError(
            'NotImplementedError',
            `this server runs no Python code; functions that can be called: ${known}`,
          );
        },
      ),
      method(
        'call(self, function, *args, **kwargs)',
        'Call a registered function with the arguments given.',
        (args, call) => {
          const name = args.get('function');
          const found = typeof name === 'string' ? table.get(name) : undefined;
          if (found === undefined) {
            throw new PythonError('KeyError', pyRepr(name));
          }
          return callMethod(found, bind(found.name, found.argspec, args.varargs, args.varkw), call);
        },
      ),
    ],
  });
}

/** The two targets of a driver that others extend: `NAME`, and `NAME_rexec`, made for each connection. */
export function remoteExecTargets(
  name: string,
  target: RpcTarget | (() => RpcTarget),
  functions: RemoteExecFunctions = [],
): { readonly [name: string]: RpcTarget | (() => RpcTarget) } {
  return {
    [name]: target,
    [`${name}_rexec`]: () =>
      remoteExecTarget(typeof functions === 'function' ? functions() : functions),
  };
}

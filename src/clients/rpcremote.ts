// Remote methods as if they were local: `client.remote.set_freq(0n, 80e6, kwargs({ phase: 0.5 }))`.
//
// A proxy has only what the server named. What JavaScript itself looks for in any object (`then`,
// `toJSON`, symbols) is never a remote method, so that awaiting or printing a proxy calls nothing.

import { dict, PyDict, type PyValue } from '../values/index.js';

/** Keyword arguments of one call: the last argument of a remote method. Made by `kwargs`. */
export class Kwargs {
  readonly dict: PyDict;

  constructor(dict: PyDict) {
    this.dict = dict;
  }
}

/** Keyword arguments by name, for a method of `remote`. A dict is taken as it is. */
export function kwargs(named: { readonly [name: string]: PyValue } | PyDict): Kwargs {
  return new Kwargs(dictOf(named));
}

/** A method of the server. Positional arguments, then `kwargs({…})` where there are any. */
export type RemoteMethod<Result = Promise<PyValue>> = (...args: (PyValue | Kwargs)[]) => Result;

/** The methods of a target by name. A type with the methods that you know is as good. */
export type RemoteMethods<Result = Promise<PyValue>> = {
  readonly [name: string]: RemoteMethod<Result>;
};

/** Named arguments as a dict, without a copy where they are one. */
export function dictOf(named: { readonly [name: string]: PyValue } | PyDict): PyDict {
  return named instanceof PyDict ? named : dict(Object.entries(named));
}

/** `kwargs` taken off the end of the arguments of a call. @throws {TypeError} they stand elsewhere. */
export function splitArguments(args: readonly (PyValue | Kwargs)[]): [readonly PyValue[], PyDict] {
  const last = args.at(-1);
  const positional = last instanceof Kwargs ? args.slice(0, -1) : args;
  const at = positional.findIndex(arg => arg instanceof Kwargs);
  if (at >= 0) {
    throw new TypeError(`kwargs() is argument ${at + 1} of ${args.length}, it must be the last`);
  }
  return [positional as readonly PyValue[], last instanceof Kwargs ? last.dict : NO_KWARGS];
}

/** For calls without keyword arguments: never changed. */
export const NO_KWARGS = new PyDict();

/**
 * A proxy that calls. Before the server has named its methods every name that could be one is there,
 * so that a call says what is wrong with the connection rather than with the name.
 *
 * @param methods - what the server named, private names included; empty while it has not.
 */
export function remoteOf<Result>(
  methods: () => ReadonlySet<string>,
  call: (name: string, args: readonly PyValue[], kwargs: PyDict) => Result,
): RemoteMethods<Result> {
  const made = new Map<string, RemoteMethod<Result>>();
  const isThere = (name: string | symbol): name is string => {
    if (typeof name === 'symbol' || NEVER.has(name) || name.startsWith('__')) {
      return false;
    }
    const names = methods();
    return names.size === 0 ? !(name in Object.prototype) : names.has(name);
  };
  const methodOf = (name: string | symbol): RemoteMethod<Result> | undefined => {
    if (!isThere(name)) {
      return undefined;
    }
    let method = made.get(name);
    if (method === undefined) {
      method = (...args) => call(name, ...splitArguments(args));
      made.set(name, method);
    }
    return method;
  };
  return new Proxy<RemoteMethods<Result>>(Object.create(null), {
    get: (_target, name) => methodOf(name),
    has: (_target, name) => isThere(name),
    ownKeys: () => [...methods()].filter(isThere),
    getOwnPropertyDescriptor: (_target, name) => {
      const value = methodOf(name);
      return value && { value, writable: false, enumerable: true, configurable: true };
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
    setPrototypeOf: () => false,
    preventExtensions: () => false,
  });
}

/** What the language and its tools ask any object for. Such a method is reached by `call`. */
const NEVER: ReadonlySet<string> = new Set(['then', 'toJSON']);

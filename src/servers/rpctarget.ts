// What a pc_rpc target offers, described in TypeScript.
//
// Only what is described can be reached: a target is a table of methods, not a JavaScript object, so
// there is no prototype to fall through to. A method is described by the text of its Python
// signature, from which callers learn its parameters and by which their arguments are bound.
//
// Source: docs/protocols/sipyco.md, "pc_rpc".

import { type ArgSpec, type MethodDoc, parseSignature } from '../protocols/sipyco/index.js';
import type { PyValue } from '../values/index.js';
import type { BoundArguments } from './rpcbind.js';

/** What surrounds a call. */
export type RpcCall = {
  /** Who calls, for people. */
  readonly endpoint: string;
  /**
   * Aborts when the server stops: what takes long should end then, nobody hears its result. It says
   * nothing of the caller: a call whose caller went away is worked to its end, as by SiPyCo.
   */
  readonly signal: AbortSignal;
};

/** What a method gives; nothing is None. */
// biome-ignore lint/suspicious/noConfusingVoidType: a method that returns nothing is the usual one
export type RpcResult = PyValue | undefined | void;

export type RpcFunction = (args: BoundArguments, call: RpcCall) => RpcResult | Promise<RpcResult>;

/** A method as callers see it, and what it does. Made by `method`. */
export type RpcMethod = MethodDoc & { readonly name: string; readonly call: RpcFunction };

/** An object that can be called from afar. Made by `rpcTarget`. */
export type RpcTarget = {
  /** What Python's messages call its class. */
  readonly className: string;
  readonly docstring: string | null;
  readonly methods: ReadonlyMap<string, RpcMethod>;
};

export type RpcTargetOptions = {
  /** Default `Target`. */
  readonly className?: string;
  readonly docstring?: string;
  /** Names beginning with `_` can be called and are not listed, as in Python. */
  readonly methods: readonly RpcMethod[] | { readonly [name: string]: RpcMethod };
};

/**
 * Describe a method by its Python signature: with `self` where it has one, defaults as literals,
 * annotations by name.
 *
 * @example
 * method('set_freq(self, channel: int, freq: float = 1e6, *, phase=0.0) -> float',
 *   'Set one channel and give the applied frequency.',
 *   args => oscillator.tune(args.int('channel'), args.float('freq')));
 *
 * @param docstring - indented as the code is; the indent is taken off.
 * @param call - may be async. What it throws reaches the caller, see `PyError`.
 * @throws {ParseError} not a signature.
 */
export function method(signature: string, docstring: string | null, call: RpcFunction): RpcMethod {
  const { name, argspec }: { name: string; argspec: ArgSpec } = parseSignature(signature);
  return { name, argspec, docstring: docstring === null ? null : cleandoc(docstring), call };
}

/** Describe a target. @throws {RangeError} two methods of one name, or one under another's name. */
export function rpcTarget({
  className = 'Target',
  docstring,
  methods,
}: RpcTargetOptions): RpcTarget {
  return {
    className,
    docstring: docstring === undefined ? null : cleandoc(docstring),
    methods: methodTable(methods),
  };
}

/** Everything that a method does is below this function; a traceback begins after it. */
export function callMethod(
  { call }: RpcMethod,
  args: BoundArguments,
  context: RpcCall,
): RpcResult | Promise<RpcResult> {
  return call(args, context);
}

/** Methods by their names. @throws {RangeError} */
export function methodTable(methods: RpcTargetOptions['methods']): Map<string, RpcMethod> {
  const table = new Map<string, RpcMethod>();
  const entries: Iterable<readonly [string, RpcMethod]> = Array.isArray(methods)
    ? (methods as readonly RpcMethod[]).map(one => [one.name, one] as const)
    : Object.entries(methods as { readonly [name: string]: RpcMethod });
  for (const [name, one] of entries) {
    if (name !== one.name) {
      throw new RangeError(`the method ${one.name} is described under the name ${name}`);
    }
    if (table.has(name)) {
      throw new RangeError(`the method ${name} is described twice`);
    }
    table.set(name, one);
  }
  return table;
}

/** What Python's `inspect.cleandoc` makes of a docstring: no common indent, no empty lines around. */
function cleandoc(text: string): string {
  const lines = text.replaceAll('\t', '        ').split('\n');
  const indents = lines
    .slice(1)
    .filter(line => line.trim() !== '')
    .map(line => line.length - line.trimStart().length);
  const indent = Math.min(...indents);
  const clean = lines.map((line, i) =>
    i === 0 ? line.trimStart() : Number.isFinite(indent) ? line.slice(indent) : line,
  );
  while (clean.length > 0 && clean[0] === '') {
    clean.shift();
  }
  while (clean.length > 0 && clean.at(-1) === '') {
    clean.pop();
  }
  return clean.join('\n');
}

// What the two pc_rpc machines are told and hear, and what a remote method looks like. Types only.
//
// Source: docs/protocols/sipyco.md, "pc_rpc".

import type { PyDict, PyValue } from '../../values/index.js';
import type { FailedEvent } from '../../wire/index.js';
import type { PyonVersion } from '../pyon/index.js';

/** What a server says of itself before a target is chosen. */
export type RpcId = {
  /** Names that can be selected, as sent (SiPyCo sorts them). */
  readonly targets: readonly string[];
  readonly description: string | null;
  /** What may be asked for when selecting; `pyon_v2` from SiPyCo 1.10 on, empty before. */
  readonly features: readonly string[];
};

/**
 * An exception as it travels. `class` is the name of a builtin or `GenericRemoteException`, whose
 * message then begins with the qualified name of the class. All of it is text to show.
 */
export type PackedException = {
  readonly class: string;
  readonly message: string;
  /** Entries of Python's `traceback.format_tb`, outermost first, each of one line or several, with their newlines. */
  readonly traceback: readonly string[];
};

/** The parameters of a method: Python's `inspect.getfullargspec`, field by field. */
export type ArgSpec = {
  /** With `self` or `cls` where the method has one. */
  readonly args: readonly string[];
  readonly varargs: string | null;
  readonly varkw: string | null;
  /** Of the last `args`, right-aligned; null where there are none. */
  readonly defaults: readonly PyValue[] | null;
  readonly kwonlyargs: readonly string[];
  readonly kwonlydefaults: PyDict | null;
  /** Name of the type by parameter; that of the result under `return`. */
  readonly annotations: ReadonlyMap<string, string>;
};

export type MethodDoc = { readonly argspec: ArgSpec; readonly docstring: string | null };

/** The answer to `get_rpc_method_list`. */
export type MethodList = {
  /** Of the target. */
  readonly docstring: string | null;
  /** As sent: alphabetical, the built-in `terminate` last. */
  readonly methods: ReadonlyMap<string, MethodDoc>;
};

/** What a client is told to say. `id`s are the caller's own; answers come back under them, in the order of the calls. */
export type RpcClientCommand =
  /** Once, after `identified`. */
  | { readonly type: 'select'; readonly target: string }
  /** After `selected`, as often as wanted without waiting for answers. */
  | {
      readonly type: 'call';
      readonly id: number;
      readonly name: string;
      readonly args: readonly PyValue[];
      readonly kwargs: PyDict;
    }
  | { readonly type: 'get_rpc_method_list'; readonly id: number };

/** What a client hears. */
export type RpcClientEvent =
  | { readonly type: 'identified'; readonly rpcId: RpcId }
  | {
      readonly type: 'selected';
      readonly target: string;
      /** All callable names of the target, private ones included. */
      readonly methods: ReadonlySet<string>;
      readonly pyon: PyonVersion;
    }
  /** A method list is a value as well: `methodListOf` reads it. */
  | { readonly type: 'returned'; readonly id: number; readonly value: PyValue }
  | { readonly type: 'raised'; readonly id: number; readonly exception: PackedException }
  /** The server closed its side with no answer owed. With answers owed that is `failed`, and says which. */
  | { readonly type: 'eof' }
  | FailedEvent;

/**
 * What a server is told to say. Requests are answered in their order: `id` must be that of the oldest.
 * Answers owed may still be given after `eof` or `failed`; a SiPyCo server gives them and then closes.
 */
export type RpcServerCommand =
  /** The answer to `select`. Where the target cannot be had after all, close without a word. */
  | { readonly type: 'methods'; readonly names: Iterable<string> }
  | { readonly type: 'return'; readonly id: number; readonly value: PyValue }
  | { readonly type: 'raise'; readonly id: number; readonly exception: PackedException };

/** What a server hears. Requests that are wrong in form the machine answers itself, in their turn. */
export type RpcServerEvent =
  /** A target of the server, always; anything else is `failed`. */
  | { readonly type: 'select'; readonly target: string; readonly pyon: PyonVersion }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly name: string;
      readonly args: readonly PyValue[];
      readonly kwargs: PyDict;
    }
  /** Answered by `return` with `methodListToValue`. */
  | { readonly type: 'get_rpc_method_list'; readonly id: number }
  | { readonly type: 'eof' }
  | FailedEvent;

// Everything an address can name, in one shape.
//
// A source may be described, read, watched, called, written; it says which of these it can, and
// whether opening it has effects. A new protocol adds one file here and one line to the registry.

import type { ArgSpec } from '../../protocols/sipyco/index.js';
import type { Address, Fault, LinkStatus, PyDict, PyValue, Reading } from '../../values/index.js';

/** What a source can do, and whether merely opening it changes something in the lab. */
export type Abilities = {
  readonly describe: boolean;
  readonly read: boolean;
  readonly watch: boolean;
  readonly call: boolean;
  readonly write: boolean;
  readonly openingHasEffects: boolean;
};

/** Elements [from, to) of the first axis changed in place; null: anything may have. */
export type ChangedRange = { readonly from: number; readonly to: number } | null;

/** What happened to one name of a tree. Its value is asked of the `ITree`, if anybody looks at it. */
export type Delta = {
  readonly type: 'added' | 'changed' | 'removed';
  readonly key: PyValue;
};

/** The names of a tree and their values as they are now. A million names cost nothing until read. */
export interface ITree {
  readonly size: number;
  keys(): Iterable<PyValue>;
  /** The value of a name where it is a dict, which may be unfolded; else null. */
  dictAt(key: PyValue): PyDict | null;
  /** Null where there is no such name. */
  read(key: PyValue): Reading<PyValue> | null;
}

/** One message of a channel, or one record of a log. It is told once, and not kept. */
export type Message = {
  readonly value: PyValue;
  /** When it came. ns since 1970-01-01 UTC. */
  readonly timeNs: bigint;
};

/**
 * What a watcher hears. Values are the source's own objects, alive: read now, copy what is kept.
 * A source of one value sends `reading`; a tree sends `tree` once and then `deltas`; a channel sends
 * `messages`; a target nothing but what all send: `status`, first and on each change. After a
 * reconnect only differences are told; what a channel said meanwhile is lost.
 */
export type SourceEvent =
  | { readonly type: 'status'; readonly status: LinkStatus }
  | {
      readonly type: 'reading';
      readonly reading: Reading<PyValue>;
      /** Which elements changed since the last reading, when the value is the same object. */
      readonly range: ChangedRange;
    }
  /** The value is gone; what was shown stays, marked. */
  | { readonly type: 'gone' }
  /** All of it is told by `tree`, which stays valid and current while the watch is open. */
  | { readonly type: 'tree'; readonly tree: ITree }
  | { readonly type: 'deltas'; readonly deltas: readonly Delta[] }
  /** Oldest first. */
  | { readonly type: 'messages'; readonly messages: readonly Message[] };

export type Listener = (event: SourceEvent) => void;

export interface IWatch {
  close(): void;
}

/** One method of a target; what the server does not tell is null. */
export type Method = {
  readonly name: string;
  readonly argspec: ArgSpec | null;
  readonly docstring: string | null;
};

/** A server, as it describes itself. */
export type Identity = {
  /** Names of all targets of the server. */
  readonly targets: readonly string[];
  /** Of the server. */
  readonly description: string | null;
};

/** A target and its server, as they describe themselves. */
export type Description = Identity & {
  /** The one that the address names; null where it names none and there are several, or none. */
  readonly target: string | null;
  readonly docstring: string | null;
  /** By name, without private ones. */
  readonly methods: readonly Method[];
  /** Why there are names only; null where there is all. */
  readonly fault: Fault | null;
};

export type CallOptions = { readonly deadlineMs?: number; readonly signal?: AbortSignal };

/** What a source whose `abilities.call` is true can do beside being watched. The link is opened where it is not. */
export interface IRemote {
  /** The method that the server is at, where its caller gave it up: calls under way wait behind it. */
  abandoned(): string | null;
  /** The server alone: no target is chosen that the address does not name. @throws as `describe`. */
  identify(options?: CallOptions): Promise<Identity>;
  /** @throws why the server cannot be reached, or asked. */
  describe(options?: CallOptions): Promise<Description>;
  /** @throws {RemoteError} what the method raised; {EncodeError | LimitError} nothing was sent; what the link does. */
  call(
    method: string,
    args: readonly PyValue[],
    kwargs: PyDict,
    options?: CallOptions,
  ): Promise<PyValue>;
}

export interface ISource {
  readonly address: Address;
  readonly abilities: Abilities;
  /** Known from the address alone. */
  readonly shape: 'value' | 'tree' | 'messages' | 'target';
  /** Null where nothing can be called. */
  readonly remote: IRemote | null;
  /**
   * Hear everything from now on; the present state is told before this returns. A listener must not
   * throw: what it throws is reported and it goes on being called.
   */
  watch(listener: Listener): IWatch;
  /** Reconnect at once instead of after the back-off. */
  retry(): void;
  /** Of the connection behind it; 0 and null while there is none. */
  readonly receivedBytes: number;
  readonly roundTripMs: number | null;
}

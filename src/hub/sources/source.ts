// Everything an address can name, in one shape.
//
// A source may be described, read, watched, called, written; it says which of these it can, and
// whether opening it has effects. A new protocol adds one file here and one line to the registry.

import type { Address, LinkStatus, PyDict, PyValue, Reading } from '../../values/index.js';

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

/**
 * What a watcher hears. Values are the source's own objects, alive: read now, copy what is kept.
 * A source of one value sends `reading`; a tree sends `tree` once and then `deltas`; both send
 * `status`, first and on each change. After a reconnect only differences are told.
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
  | { readonly type: 'deltas'; readonly deltas: readonly Delta[] };

export type Listener = (event: SourceEvent) => void;

export interface IWatch {
  close(): void;
}

export interface ISource {
  readonly address: Address;
  readonly abilities: Abilities;
  /** One value or a tree: known from the address alone. */
  readonly shape: 'value' | 'tree';
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

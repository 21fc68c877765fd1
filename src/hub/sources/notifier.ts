// One notifier of one publisher, for all who look at it or into it.
//
// One subscription serves every view. Each mod is turned into what it means for each of them: a
// delta for who sees the whole, a reading with the changed elements for who sees that one value, and
// nothing for the others.

import { type Difference, Subscriber } from '../../clients/index.js';
import type { Mod } from '../../protocols/sipyco/index.js';
import {
  type Address,
  formatAddress,
  formatEndpoint,
  type LinkState,
  type LinkStatus,
  NO_ALARM,
  PyDict,
  type PyValue,
  pyRepr,
  type Reading,
} from '../../values/index.js';
import type { Connect, IClock } from '../../wire/index.js';
import type { LinkDown } from '../bridge.js';
import type { IConnection } from '../endpoints.js';
import { typeText } from '../typetext.js';
import { type Change, changedRange, type Path, touches } from './effect.js';
import { dictIn, type Entry, entryOf } from './entry.js';
import { itemOf, lookUp, missingFault, namesOf, sizeOf } from './lookup.js';
import type { ChangedRange, Delta, ITree, IWatch, Listener, SourceEvent } from './source.js';

export type NotifierOptions = {
  /** Without fragment. */
  readonly address: Address;
  readonly clock: IClock;
  readonly connect: Connect;
  /** What a listener threw. */
  readonly report: (error: unknown, where: string) => void;
};

/** States in which an attempt to connect may be waiting for a person. */
const WAITS: ReadonlySet<LinkState> = new Set<LinkState>(['connecting', 'stale', 'failed']);

/** One value that somebody watches. */
type Pick = {
  readonly path: Path;
  readonly listener: Listener;
  /** Where the value itself lay last: inside a dataset it is a step deeper. */
  inner: Path;
  isPresent: boolean;
  missingSinceNs: bigint | null;
};

export class Notifier implements IConnection, ITree {
  readonly endpoint: string;
  readonly address: string;
  readonly isDemo: boolean;
  private readonly _name: string;
  private readonly _clock: IClock;
  private readonly _report: NotifierOptions['report'];
  private readonly _subscriber: Subscriber;
  private readonly _trees = new Set<Listener>();
  // Picks by the first key of their path: a mod looks only at those it may concern.
  private readonly _picks = new Map<string, Set<Pick>>();
  private readonly _otherPicks = new Set<Pick>();
  // When each name changed last; those that never did since the first struct came are not in it.
  private readonly _times = new Map<string, bigint>();
  private _initNs = 0n;
  private _size = 0;
  private _askingSinceNs: bigint | null = null;
  private _down: LinkDown | null = null;

  constructor(options: NotifierOptions) {
    const { address, clock, connect, report } = options;
    this.endpoint = formatEndpoint(address);
    this.address = formatAddress(address);
    this.isDemo = address.demo;
    this._name = address.path;
    this._clock = clock;
    this._report = report;
    this._subscriber = new Subscriber({
      notifierName: address.path,
      connect,
      clock,
      notifyCb: (mod, difference) => this._onMod(mod, difference),
      statusCb: () => this._onStatus(),
      reportError: report,
    });
    this._subscriber.start();
  }

  // ---- A connection -----------------------------------------------------------------------------

  get status(): LinkStatus {
    const { status } = this._subscriber;
    if (this._askingSinceNs !== null && WAITS.has(status.state)) {
      return { ...status, state: 'asking', sinceNs: this._askingSinceNs, fault: null };
    }
    return this._down !== null && status.state === 'live'
      ? { ...status, state: 'stale', ...this._down }
      : status;
  }

  get receivedBytes(): number {
    return this._subscriber.receivedBytes;
  }

  readonly roundTripMs = null; // the publisher never answers anything

  retry(): void {
    this._subscriber.retryNow();
  }

  /** The bridge waits for a person to allow this endpoint, or no longer does. */
  setAsking(isAsking: boolean): void {
    if (isAsking !== (this._askingSinceNs !== null)) {
      this._askingSinceNs = isAsking ? this._clock.wallNs() : null;
      this._onStatus();
    }
  }

  setLink(down: LinkDown | null): void {
    this._down = down;
    this._onStatus();
  }

  close(): void {
    this._trees.clear();
    this._picks.clear();
    this._otherPicks.clear();
    void this._subscriber.close();
  }

  // ---- A tree -----------------------------------------------------------------------------------

  get size(): number {
    return sizeOf(this._subscriber.target);
  }

  keys(): Iterable<PyValue> {
    return namesOf(this._subscriber.target);
  }

  dictAt(key: PyValue): PyDict | null {
    const item = this._item(key);
    return item === undefined ? null : dictIn(item);
  }

  read(key: PyValue): Reading<PyValue> | null {
    const item = this._item(key);
    return item === undefined ? null : this._readingOf(entryOf(item), key);
  }

  private _item(key: PyValue): PyValue | undefined {
    const root = this._subscriber.target;
    return root === undefined ? undefined : itemOf(root, key);
  }

  private _readingOf(entry: Entry, name: PyValue | undefined): Reading<PyValue> {
    const changedNs = name === undefined ? undefined : this._times.get(timeKey(name));
    return {
      value: entry.value,
      type: typeText(entry.value),
      timeNs: changedNs ?? this._initNs,
      alarm: NO_ALARM,
      display: entry.display,
      persist: entry.persist,
    };
  }

  // ---- Watchers ---------------------------------------------------------------------------------

  /** All of it. */
  watchTree(listener: Listener): IWatch {
    this._trees.add(listener);
    this._tell(listener, { type: 'status', status: this.status });
    if (this._subscriber.target !== undefined) {
      this._tell(listener, { type: 'tree', tree: this });
    }
    return { close: () => this._trees.delete(listener) };
  }

  /** What `path` names. */
  watchPath(path: Path, listener: Listener): IWatch {
    const pick: Pick = { path, listener, inner: path, isPresent: false, missingSinceNs: null };
    const group = this._groupOf(path[0], true);
    group.add(pick);
    if (this._subscriber.target === undefined) {
      this._tell(listener, { type: 'status', status: this.status });
    } else {
      this._refresh(pick, null);
      this._tell(listener, { type: 'status', status: this._statusOf(pick) });
    }
    return {
      close: () => {
        group.delete(pick);
        const [first] = path;
        if (group.size === 0 && typeof first === 'string' && this._picks.get(first) === group) {
          this._picks.delete(first);
        }
      },
    };
  }

  private _groupOf(first: PyValue | undefined, make: boolean): Set<Pick> {
    if (typeof first !== 'string') {
      return this._otherPicks;
    }
    let group = this._picks.get(first);
    if (group === undefined) {
      group = new Set();
      if (make) {
        this._picks.set(first, group);
      }
    }
    return group;
  }

  private *_allPicks(): IterableIterator<Pick> {
    for (const group of this._picks.values()) {
      yield* group;
    }
    yield* this._otherPicks;
  }

  private _tell(listener: Listener, event: SourceEvent): void {
    try {
      listener(event);
    } catch (error) {
      this._report(error, `a watcher of ${this.address}`);
    }
  }

  // ---- Status -----------------------------------------------------------------------------------

  private _onStatus(): void {
    const { status } = this;
    for (const listener of this._trees) {
      this._tell(listener, { type: 'status', status });
    }
    for (const pick of this._allPicks()) {
      this._tell(pick.listener, { type: 'status', status: this._statusOf(pick) });
    }
  }

  private _statusOf(pick: Pick): LinkStatus {
    const { status } = this;
    const root = this._subscriber.target;
    if (status.state !== 'live' || pick.missingSinceNs === null || root === undefined) {
      return status;
    }
    return {
      ...status,
      state: 'missing',
      sinceNs: pick.missingSinceNs,
      fault: missingFault(this._name, root, pick.path),
    };
  }

  // ---- Changes ----------------------------------------------------------------------------------

  private _onMod(mod: Mod, difference: Difference | null): void {
    const root = this._subscriber.target;
    if (root === undefined) {
      return;
    }
    if (mod.action === 'init') {
      this._onInit(difference);
    } else {
      this._onChange(root, mod);
    }
    this._size = sizeOf(root);
  }

  private _onInit(difference: Difference | null): void {
    if (difference === null || difference.replaced) {
      this._initNs = this._clock.wallNs();
      this._times.clear();
      this._tellTrees({ type: 'tree', tree: this });
      for (const pick of this._allPicks()) {
        this._refresh(pick, null);
      }
      return;
    }
    const { added, changed, removed } = difference;
    const nowNs = this._clock.wallNs();
    const deltas: Delta[] = [];
    for (const key of removed) {
      this._times.delete(timeKey(key));
      deltas.push({ type: 'removed', key });
    }
    for (const [type, keys] of [
      ['added', added],
      ['changed', changed],
    ] as const) {
      for (const key of keys) {
        this._times.set(timeKey(key), nowNs);
        deltas.push({ type, key });
      }
    }
    if (deltas.length > 0) {
      this._tellTrees({ type: 'deltas', deltas });
    }
    for (const { key } of deltas) {
      for (const pick of this._groupOf(key, false)) {
        this._refresh(pick, null);
      }
    }
  }

  private _onChange(root: PyValue, mod: Change): void {
    const isDeep = mod.path.length > 0;
    const name = nameIn(root, isDeep ? mod.path[0]! : topKey(mod));
    if (name !== undefined) {
      if (isDeep || this._item(name) !== undefined) {
        this._times.set(timeKey(name), this._clock.wallNs());
      } else {
        this._times.delete(timeKey(name));
      }
    }
    if (this._trees.size > 0) {
      this._tellTrees(this._treeEvent(root, name, isDeep));
    }
    if (typeof name === 'string') {
      this._change(this._picks.get(name) ?? [], mod);
      this._change(this._otherPicks, mod);
    } else {
      this._change(this._allPicks(), mod);
    }
  }

  private _treeEvent(root: PyValue, name: PyValue | undefined, isDeep: boolean): SourceEvent {
    if (name === undefined || !(isDeep || root instanceof PyDict)) {
      // Items of a list moved: every name may mean another value now.
      return { type: 'tree', tree: this };
    }
    const size = sizeOf(root);
    const type =
      isDeep || size === this._size ? 'changed' : size > this._size ? 'added' : 'removed';
    return { type: 'deltas', deltas: [{ type, key: name }] };
  }

  private _tellTrees(event: SourceEvent): void {
    for (const listener of this._trees) {
      this._tell(listener, event);
    }
  }

  private _change(picks: Iterable<Pick>, mod: Change): void {
    for (const pick of picks) {
      if (touches(mod, pick.path)) {
        this._refresh(pick, mod);
      }
    }
  }

  // Tell a watcher what its path names now. `mod` is what changed it, if that was all.
  private _refresh(pick: Pick, mod: Change | null): void {
    const root = this._subscriber.target;
    const entry = root === undefined ? undefined : lookUp(root, pick.path);
    if (entry === undefined) {
      this._lose(pick);
      return;
    }
    const inner = entry.inner.length === 0 ? pick.path : [...pick.path, ...entry.inner];
    const range: ChangedRange =
      mod !== null && pick.isPresent && inner.length === pick.inner.length
        ? changedRange(mod, inner, entry.value)
        : null;
    const wasMissing = pick.missingSinceNs !== null;
    pick.inner = inner;
    pick.isPresent = true;
    pick.missingSinceNs = null;
    const reading = this._readingOf(entry, pick.path[0]);
    this._tell(pick.listener, { type: 'reading', reading, range });
    if (wasMissing) {
      this._tell(pick.listener, { type: 'status', status: this._statusOf(pick) });
    }
  }

  private _lose(pick: Pick): void {
    if (pick.missingSinceNs !== null) {
      return;
    }
    pick.missingSinceNs = this._clock.wallNs();
    if (pick.isPresent) {
      pick.isPresent = false;
      this._tell(pick.listener, { type: 'gone' });
    }
    this._tell(pick.listener, { type: 'status', status: this._statusOf(pick) });
  }
}

/** The name in the root that a mod of the root itself is about; undefined when it is more than one. */
function topKey(mod: Change): PyValue | undefined {
  switch (mod.action) {
    case 'setitem':
    case 'delitem':
      return mod.key;
    case 'pop':
      return mod.i;
    default:
      return undefined;
  }
}

/** The name as the struct has it: True and 1.0 find 1, -1 the last item. Undefined for no single one. */
function nameIn(root: PyValue, key: PyValue | undefined): PyValue | undefined {
  if (root instanceof PyDict) {
    if (typeof key === 'string' || typeof key === 'bigint' || key === undefined) {
      return key;
    }
    // A key that is gone may have been written otherwise than it was deleted.
    return root.keyOf(key);
  }
  const size = BigInt(sizeOf(root));
  const index = typeof key === 'bigint' && key < 0n ? key + size : key;
  return typeof index === 'bigint' && index >= 0n && index < size ? index : undefined;
}

function timeKey(key: PyValue): string {
  return typeof key === 'string' ? key : `\0${pyRepr(key)}`;
}

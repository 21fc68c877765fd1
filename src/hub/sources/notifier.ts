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
  PyDict,
  type PyValue,
} from '../../values/index.js';
import type { Connect, IClock } from '../../wire/index.js';
import type { LinkDown } from '../bridge.js';
import type { IConnection } from '../endpoints.js';
import { type Change, changedRange, type Path, touches } from './effect.js';
import { lookUp, missingFault, sizeOf } from './lookup.js';
import { type Pick, Picks } from './picks.js';
import type { Delta, IWatch, Listener, SourceEvent } from './source.js';
import { StructTree } from './structtree.js';

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

export class Notifier implements IConnection {
  readonly endpoint: string;
  readonly address: string;
  readonly isDemo: boolean;
  private readonly _name: string;
  private readonly _clock: IClock;
  private readonly _report: NotifierOptions['report'];
  private readonly _subscriber: Subscriber;
  private readonly _trees = new Set<Listener>();
  private readonly _picks = new Picks();
  private readonly _tree = new StructTree(() => this._subscriber.target);
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
    void this._subscriber.close();
  }

  // ---- Watchers ---------------------------------------------------------------------------------

  /** All of it. */
  watchTree(listener: Listener): IWatch {
    this._trees.add(listener);
    this._tell(listener, { type: 'status', status: this.status });
    if (this._subscriber.target !== undefined) {
      this._tell(listener, { type: 'tree', tree: this._tree });
    }
    return { close: () => this._trees.delete(listener) };
  }

  /** What `path` names. */
  watchPath(path: Path, listener: Listener): IWatch {
    const pick: Pick = { path, listener, inner: path, isPresent: false, missingSinceNs: null };
    const takeOut = this._picks.add(pick);
    if (this._subscriber.target === undefined) {
      this._tell(listener, { type: 'status', status: this.status });
    } else {
      this._refresh(pick, null);
      this._tell(listener, { type: 'status', status: this._statusOf(pick) });
    }
    return { close: takeOut };
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
    for (const pick of this._picks) {
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
    const nowNs = this._clock.wallNs();
    if (difference === null || difference.replaced) {
      this._tree.began(nowNs);
      this._tellTrees({ type: 'tree', tree: this._tree });
      for (const pick of this._picks) {
        this._refresh(pick, null);
      }
      return;
    }
    const deltas: Delta[] = (['removed', 'added', 'changed'] as const).flatMap(type =>
      difference[type].map(key => ({ type, key })),
    );
    if (deltas.length === 0) {
      return;
    }
    for (const { key } of deltas) {
      this._tree.changed(key, nowNs);
    }
    this._tellTrees({ type: 'deltas', deltas });
    const names = new Set(deltas.map(({ key }) => key));
    for (const pick of this._picks) {
      const [name] = pick.path;
      if (typeof name !== 'string' || names.has(name)) {
        this._refresh(pick, null);
      }
    }
  }

  private _onChange(root: PyValue, mod: Change): void {
    const isDeep = mod.path.length > 0;
    const name = nameIn(root, isDeep ? mod.path[0]! : topKey(mod));
    this._tree.changed(name, this._clock.wallNs());
    if (this._trees.size > 0) {
      this._tellTrees(this._treeEvent(root, name, isDeep));
    }
    for (const pick of this._picks.under(name)) {
      if (touches(mod, pick.path)) {
        this._refresh(pick, mod);
      }
    }
  }

  private _treeEvent(root: PyValue, name: PyValue | undefined, isDeep: boolean): SourceEvent {
    if (name === undefined || !(isDeep || root instanceof PyDict)) {
      // Items of a list moved: every name may mean another value now.
      return { type: 'tree', tree: this._tree };
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

  // Tell a watcher what its path names now. `mod` is what changed it, if that was all.
  private _refresh(pick: Pick, mod: Change | null): void {
    const root = this._subscriber.target;
    const entry = root === undefined ? undefined : lookUp(root, pick.path);
    if (entry === undefined) {
      this._lose(pick);
      return;
    }
    const inner = entry.inner.length === 0 ? pick.path : [...pick.path, ...entry.inner];
    const range =
      mod !== null && pick.isPresent && inner.length === pick.inner.length
        ? changedRange(mod, inner, entry.value)
        : null;
    const wasMissing = pick.missingSinceNs !== null;
    pick.inner = inner;
    pick.isPresent = true;
    pick.missingSinceNs = null;
    const reading = this._tree.readingOf(entry, pick.path[0]);
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

// One notifier of one publisher, for all who look at it or into it.
//
// One subscription serves every view. Each mod is turned into what it means for each of them: a
// delta for who sees the whole, a reading with the changed elements for who sees that one value, and
// nothing for the others.

import { type Difference, Subscriber } from '../../clients/index.js';
import type { Mod } from '../../protocols/sipyco/index.js';
import { type LinkStatus, PyDict, type PyValue } from '../../values/index.js';
import { type Change, changedRange, type Path, touches } from './effect.js';
import { Linked, type LinkedOptions } from './linked.js';
import { lookUp, missingFault, sizeOf } from './lookup.js';
import { type Pick, Picks } from './picks.js';
import type { Delta, IWatch, Listener, SourceEvent } from './source.js';
import { StructTree } from './structtree.js';

export class Notifier extends Linked<Subscriber> {
  protected readonly _client: Subscriber;
  private readonly _name: string;
  private readonly _trees = new Set<Listener>();
  private readonly _picks = new Picks();
  private readonly _tree = new StructTree(() => this._client.target);
  private _size = 0;

  constructor(options: LinkedOptions) {
    super(options);
    const { address, clock, connect, report } = options;
    this._name = address.path;
    this._client = new Subscriber({
      notifierName: address.path,
      connect,
      clock,
      notifyCb: (mod, difference) => this._onMod(mod, difference),
      statusCb: () => this._onStatus(),
      reportError: report,
    });
    this._client.start();
  }

  override close(): void {
    this._trees.clear();
    this._picks.clear();
    super.close();
  }

  protected _end(): Promise<void> {
    return this._client.close();
  }

  // ---- Watchers ---------------------------------------------------------------------------------

  /** All of it. */
  watchTree(listener: Listener): IWatch {
    this._trees.add(listener);
    this._tell(listener, { type: 'status', status: this.status });
    if (this._client.target !== undefined) {
      this._tell(listener, { type: 'tree', tree: this._tree });
    }
    return { close: () => this._trees.delete(listener) };
  }

  /** What `path` names. */
  watchPath(path: Path, listener: Listener): IWatch {
    const pick: Pick = { path, listener, inner: path, isPresent: false, missingSinceNs: null };
    const takeOut = this._picks.add(pick);
    if (this._client.target === undefined) {
      this._tell(listener, { type: 'status', status: this.status });
    } else {
      this._refresh(pick, null);
      this._tell(listener, { type: 'status', status: this._statusOf(pick) });
    }
    return { close: takeOut };
  }

  // ---- Status -----------------------------------------------------------------------------------

  protected _onStatus(): void {
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
    const root = this._client.target;
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
    const root = this._client.target;
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
    const root = this._client.target;
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

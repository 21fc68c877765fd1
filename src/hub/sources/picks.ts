// The values inside a notifier that somebody watches, found by the name that a mod is about.

import type { PyValue } from '../../values/index.js';
import type { Path } from './effect.js';
import type { Listener } from './source.js';

/** One value, for one who watches it. */
export type Pick = {
  readonly path: Path;
  readonly listener: Listener;
  /** Where the value itself lay last: inside a dataset it is a step deeper. */
  inner: Path;
  isPresent: boolean;
  /** Since when it is not there; null while it is, or while nothing is known. */
  missingSinceNs: bigint | null;
};

export class Picks implements Iterable<Pick> {
  private readonly _byName = new Map<string, Set<Pick>>();
  // Those that begin with another key than a text, and those of the whole.
  private readonly _others = new Set<Pick>();

  /** @returns takes it out again. */
  add(pick: Pick): () => void {
    const [name] = pick.path;
    if (typeof name !== 'string') {
      this._others.add(pick);
      return () => this._others.delete(pick);
    }
    const group = this._byName.get(name) ?? new Set();
    this._byName.set(name, group.add(pick));
    return () => {
      group.delete(pick);
      if (group.size === 0 && this._byName.get(name) === group) {
        this._byName.delete(name);
      }
    };
  }

  /** All that may be concerned by what happens under `name`; undefined: by anything. */
  *under(name: PyValue | undefined): IterableIterator<Pick> {
    if (typeof name !== 'string') {
      yield* this;
      return;
    }
    yield* this._byName.get(name) ?? [];
    yield* this._others;
  }

  *[Symbol.iterator](): IterableIterator<Pick> {
    for (const group of this._byName.values()) {
      yield* group;
    }
    yield* this._others;
  }

  clear(): void {
    this._byName.clear();
    this._others.clear();
  }
}

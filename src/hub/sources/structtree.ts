// A notifier's struct as a tree of readings, with the time of each name's last change.

import { NO_ALARM, type PyDict, type PyValue, pyRepr, type Reading } from '../../values/index.js';
import { typeText } from '../typetext.js';
import { dictIn, type Entry, entryOf } from './entry.js';
import { itemOf, namesOf, sizeOf } from './lookup.js';
import type { ITree } from './source.js';

export class StructTree implements ITree {
  private readonly _root: () => PyValue | undefined;
  // Names that never changed since the struct came are not in it: a million of them cost nothing.
  private readonly _times = new Map<string, bigint>();
  private _initNs = 0n;
  private _lastNs = 0n;

  /** @param root - the struct as it is now; undefined before the first. */
  constructor(root: () => PyValue | undefined) {
    this._root = root;
  }

  get size(): number {
    return sizeOf(this._root());
  }

  keys(): Iterable<PyValue> {
    return namesOf(this._root());
  }

  has(key: PyValue): boolean {
    return this._item(key) !== undefined;
  }

  dictAt(key: PyValue): PyDict | null {
    const item = this._item(key);
    return item === undefined ? null : dictIn(item);
  }

  read(key: PyValue): Reading<PyValue> | null {
    const item = this._item(key);
    return item === undefined ? null : this.readingOf(entryOf(item), key);
  }

  /** A reading of what was found under `name`; undefined: of the whole struct. */
  readingOf(entry: Entry, name: PyValue | undefined): Reading<PyValue> {
    return {
      value: entry.value,
      type: typeText(entry.value),
      timeNs: name === undefined ? this._lastNs : (this._times.get(textOf(name)) ?? this._initNs),
      alarm: NO_ALARM,
      display: entry.display,
      persist: entry.persist,
    };
  }

  /** The whole struct came at `ns`. */
  began(ns: bigint): void {
    this._times.clear();
    this._initNs = ns;
    this._lastNs = ns;
  }

  /** What is under `name` came, changed or went at `ns`; undefined: more than one name did. */
  changed(name: PyValue | undefined, ns: bigint): void {
    this._lastNs = ns;
    if (name === undefined) {
      return;
    }
    if (this.has(name)) {
      this._times.set(textOf(name), ns);
    } else {
      this._times.delete(textOf(name));
    }
  }

  private _item(key: PyValue): PyValue | undefined {
    const root = this._root();
    return root === undefined ? undefined : itemOf(root, key);
  }
}

// Names of other types by their repr; were a text to begin with NUL, at most its time would be wrong.
function textOf(name: PyValue): string {
  return typeof name === 'string' ? name : `\0${pyRepr(name)}`;
}

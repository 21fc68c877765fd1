// A dict: insertion order, Python's key identity, every text an ordinary key.

import { isCompound, keyText, type Simple, simplify } from './key.js';
import type { PyValue } from './python.js';

/**
 * A Python dict. Equal keys are one (1, 1.0 and True); the first key object stays, as in Python; an
 * unhashable key is a `TypeError` that names its type. `str` keys cost one Map access.
 */
export class PyDict {
  // The Map's own keys: strings, bigints, non-integral numbers and null as they are, a PyObject by
  // identity, and for a compound key (tuple, bytes, …) the object that came first.
  private readonly _map = new Map<Simple, PyValue>();
  /** Compound keys by their text. */
  private _compounds: Map<string, Simple> | null = null;
  /** Keys that were not simple themselves, by what stands for them: True for 1, 1.0 for 1. */
  private _originals: Map<Simple, PyValue> | null = null;

  constructor(entries?: Iterable<readonly [PyValue, PyValue]>) {
    if (entries !== undefined) {
      for (const [key, value] of entries) {
        this.set(key, value);
      }
    }
  }

  get pyType(): string {
    return 'dict';
  }

  get size(): number {
    return this._map.size;
  }

  /** The value of `key`, undefined where there is none (None is null). */
  get(key: PyValue): PyValue | undefined {
    return this._map.get(typeof key === 'string' ? key : this._find(key));
  }

  has(key: PyValue): boolean {
    return this._map.has(typeof key === 'string' ? key : this._find(key));
  }

  set(key: PyValue, value: PyValue): this {
    if (typeof key === 'string' || typeof key === 'bigint') {
      this._map.set(key, value);
    } else {
      this._map.set(this._claim(key), value);
    }
    return this;
  }

  /** @returns whether the key was there. */
  delete(key: PyValue): boolean {
    const found = typeof key === 'string' ? key : this._find(key);
    if (!this._map.delete(found)) {
      return false;
    }
    this._originals?.delete(found);
    if (this._compounds !== null && isCompound(found)) {
      this._compounds.delete(keyText(found));
    }
    return true;
  }

  clear(): void {
    this._map.clear();
    this._compounds = null;
    this._originals = null;
  }

  /** Keys as they were first set, in insertion order. */
  *keys(): IterableIterator<PyValue> {
    for (const key of this._map.keys()) {
      yield this._original(key);
    }
  }

  values(): IterableIterator<PyValue> {
    return this._map.values();
  }

  *entries(): IterableIterator<[PyValue, PyValue]> {
    for (const [key, value] of this._map) {
      yield [this._original(key), value];
    }
  }

  /** As `entries`, without an array for each. The dict must not change meanwhile. */
  forEach(visit: (value: PyValue, key: PyValue) => void): void {
    for (const [key, value] of this._map) {
      visit(value, this._original(key));
    }
  }

  /** Does `test` hold for all of `keys`? */
  everyKey(test: (key: PyValue) => boolean): boolean {
    for (const key of this._map.keys()) {
      if (!test(this._original(key))) {
        return false;
      }
    }
    return true;
  }

  [Symbol.iterator](): IterableIterator<[PyValue, PyValue]> {
    return this.entries();
  }

  /** The key object in the dict that equals `key`: `true` may find `1n`. Undefined where there is none. */
  keyOf(key: PyValue): PyValue | undefined {
    const found = this._find(key);
    return this._map.has(found) ? this._original(found) : undefined;
  }

  private _original(key: Simple): PyValue {
    const original = this._originals?.get(key);
    return original === undefined ? (key as PyValue) : original;
  }

  /** What stands for `key` in the Map if it is there. */
  private _find(key: PyValue): Simple {
    const simple = simplify(key);
    if (!isCompound(simple)) {
      return simple;
    }
    const text = keyText(simple);
    return this._compounds?.get(text) ?? simple;
  }

  /** What stands for `key` in the Map, now or from now on. */
  private _claim(key: PyValue): Simple {
    let simple = simplify(key);
    if (isCompound(simple)) {
      const text = keyText(simple);
      this._compounds ??= new Map();
      const first = this._compounds.get(text);
      if (first === undefined) {
        this._compounds.set(text, simple);
      } else {
        simple = first;
      }
    }
    if (simple !== key && !this._map.has(simple)) {
      this._originals ??= new Map();
      this._originals.set(simple, key);
    }
    return simple;
  }
}

/** collections.OrderedDict: a dict whose type PYON v1 keeps, and whose equality minds the order. */
export class OrderedDict extends PyDict {
  override get pyType(): string {
    return 'OrderedDict';
  }
}

// A struct that tells what happens to it: the publisher's side of sync_struct.
//
// Every change goes through the notifier: it is first encoded, then made, then published. So a value
// that no subscriber could be sent is refused while the struct still is as it was, and the bytes of a
// mod are made once however many listen.
//
// Source: docs/protocols/sync_struct.md; vectors/sipyco/notifier.jsonl. Names are SiPyCo's.

import {
  appendItem,
  deleteItem,
  EncodeError,
  getItem,
  insertItem,
  iterate,
  PyDict,
  type PyValue,
  popItem,
  pyEquals,
  Slice,
  setItem,
} from '../../values/index.js';
import type { PyonVersion } from '../pyon/index.js';
import { encodeLine, encodeSharedLine } from './lines.js';
import { type Mod, pathText } from './mods.js';

/**
 * Hears each change after it was made. `line` is the mod in PYON with its newline, ready to be sent to
 * every subscriber; nobody may change it. Its buffer holds other lines as well: copy what is kept.
 */
export type Publish = (mod: Mod, line: Uint8Array<ArrayBuffer>) => void;

export type NotifierOptions = {
  /** The encoding of the lines. 2 is what SiPyCo ≥ 1.10 speaks, 1 all older ones. Default 2. */
  readonly pyon?: PyonVersion;
};

/** What the notifiers of one struct share. */
type Root = {
  readonly struct: PyValue;
  readonly pyon: PyonVersion;
  publish: Publish | null;
};

/**
 * A struct, or the part of it that a path leads to. The struct is kept, not copied: change it through
 * notifiers only. Python's rules hold for keys and indices; ints are bigints.
 */
export class Notifier {
  private _root: Root;
  private _path: readonly PyValue[] = [];

  constructor(struct: PyValue, options: NotifierOptions = {}) {
    this._root = { struct, pyon: options.pyon ?? 2, publish: null };
  }

  /** Keys from the root to the part that this notifier changes. */
  get path(): readonly PyValue[] {
    return this._path;
  }

  /** The value itself, alive: read it, do not change it. @throws {PythonError} the path leads nowhere any more. */
  get rawView(): PyValue {
    let value = this._root.struct;
    for (const key of this.path) {
      value = getItem(value, key);
    }
    return value;
  }

  /** The encoding of the lines. */
  get pyon(): PyonVersion {
    return this._root.pyon;
  }

  /** Who hears of changes, anywhere in the struct; one publisher per notifier. */
  get publish(): Publish | null {
    return this._root.publish;
  }

  set publish(publish: Publish | null) {
    this._root.publish = publish;
  }

  /** The part at `keys`, as a notifier of its own. @throws {PythonError} there is none. */
  at(...keys: PyValue[]): Notifier {
    const part = new Notifier(null);
    part._root = this._root;
    part._path = [...this._path, ...keys];
    part.rawView; // the path is walked here, so that a wrong key is found where it was written
    return part;
  }

  /** The line with which a subscriber begins: the whole struct as it is now. @throws {EncodeError} */
  initLine(): Uint8Array<ArrayBuffer> {
    return encodeLine(modToValue({ action: 'init', struct: this._root.struct }), this.pyon);
  }

  /** `x` at the end of a list. @throws {EncodeError | PythonError} nothing was changed. */
  append(x: PyValue): void {
    this._change({ action: 'append', path: this.path, x }, target => appendItem(target, x));
  }

  /** `x` before item `i` of a list. @throws {EncodeError | PythonError} nothing was changed. */
  insert(i: PyValue, x: PyValue): void {
    this._change({ action: 'insert', path: this.path, i, x }, target => insertItem(target, i, x));
  }

  /**
   * Take item `i` out of a list, the last by default; or key `i` out of a dict, -1 by default.
   * @returns what was there. @throws {EncodeError | PythonError} nothing was changed.
   */
  pop(i: PyValue = -1n): PyValue {
    return this._change({ action: 'pop', path: this.path, i }, target => popItem(target, i));
  }

  /**
   * `[key] = value`: of a dict, a list or an array, slices included.
   * @throws {EncodeError} the value cannot be sent; nothing was changed.
   * @throws {PythonError} it does not fit there. As in Python, the elements of an array before the one
   *   that does not fit are changed, and no subscriber is told.
   */
  set(key: PyValue, value: PyValue): void {
    this._change({ action: 'setitem', path: this.path, key, value }, target => {
      this._checkStays(target, key, value);
      setItem(target, key, value);
    });
  }

  /** `del [key]`. @throws {EncodeError | PythonError} nothing was changed. */
  delete(key: PyValue): void {
    this._change({ action: 'delitem', path: this.path, key }, target => deleteItem(target, key));
  }

  private _change<T>(mod: Mod, change: (target: PyValue) => T): T {
    const target = this.rawView;
    const line = encodeSharedLine(modToValue(mod), this.pyon);
    const result = change(target);
    this._root.publish?.(mod, line);
    return result;
  }

  /** Two things that a mod can say and the struct, once they are in it, cannot. */
  private _checkStays(target: PyValue, key: PyValue, value: PyValue): void {
    if (this.pyon === 2 && target instanceof PyDict && key === '__jsonclass__') {
      throw new EncodeError('a dict with the key "__jsonclass__" cannot be sent', {
        path: pathText([...this.path, key]),
      });
    }
    if (Array.isArray(target) && key instanceof Slice) {
      encodeLine([...iterate(value)], this.pyon); // items of an array are numpy scalars, some of which cannot
    }
  }
}

/**
 * Make the dict that `target` notifies of equal to `source`: the keys that `source` has not go first,
 * then those that differ are set. Python's equality decides, so 1 is not replaced by 1.0.
 * @throws {EncodeError} a value cannot be sent; the keys before it are done.
 * @throws {TypeError} the target is no dict.
 */
export function updateFromDict(target: Notifier, source: PyDict): void {
  const current = target.rawView;
  if (!(current instanceof PyDict)) {
    throw new TypeError('updateFromDict needs a notifier of a dict');
  }
  for (const key of [...current.keys()]) {
    if (!source.has(key)) {
      target.delete(key);
    }
  }
  for (const [key, value] of source) {
    const old = current.get(key);
    if (old === undefined || !pyEquals(old, value)) {
      target.set(key, value);
    }
  }
}

/** A mod as the dict that goes over the wire; the order of its entries is part of the format. */
export function modToValue(mod: Mod): PyDict {
  const value = new PyDict().set('action', mod.action); // faster than `dict` of an object
  if (mod.action === 'init') {
    return value.set('struct', mod.struct);
  }
  value.set('path', [...mod.path]);
  switch (mod.action) {
    case 'append':
      return value.set('x', mod.x);
    case 'insert':
      return value.set('i', mod.i).set('x', mod.x);
    case 'pop':
      return value.set('i', mod.i);
    case 'setitem':
      return value.set('key', mod.key).set('value', mod.value);
    case 'delitem':
      return value.set('key', mod.key);
  }
}

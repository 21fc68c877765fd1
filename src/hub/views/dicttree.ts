// A value that is a dict, as a tree source: so that a table shows it like a whole notifier.

import { PyDict, type PyValue, type Reading } from '../../values/index.js';
import type { Delta, ITree } from '../sources/source.js';
import { typeText } from '../typetext.js';

export class DictTree implements ITree {
  private _reading: Reading<PyValue>;
  private _dict: PyDict;
  // What was told last: scalars by value. A container may have changed inside: it always counts.
  private _told: PyDict;

  /** @param reading - of a dict. */
  constructor(reading: Reading<PyValue>) {
    this._reading = reading;
    this._dict = dictOf(reading);
    this._told = new PyDict(this._dict);
  }

  get size(): number {
    return this._dict.size;
  }

  keys(): Iterable<PyValue> {
    return this._dict.keys();
  }

  dictAt(key: PyValue): PyDict | null {
    const value = this._dict.get(key);
    return value instanceof PyDict ? value : null;
  }

  read(key: PyValue): Reading<PyValue> | null {
    const value = this._dict.get(key);
    return value === undefined
      ? null
      : { ...this._reading, value, type: typeText(value), display: {}, persist: null };
  }

  /** The dict is this now. @returns what that changed. */
  update(reading: Reading<PyValue>): readonly Delta[] {
    const before = this._told;
    this._reading = reading;
    this._dict = dictOf(reading);
    this._told = new PyDict(this._dict);
    const deltas: Delta[] = [];
    for (const key of before.keys()) {
      if (!this._dict.has(key)) {
        deltas.push({ type: 'removed', key });
      }
    }
    for (const [key, value] of this._dict) {
      const old = before.get(key);
      if (old === undefined) {
        deltas.push({ type: 'added', key });
      } else if (!Object.is(old, value) || (typeof value === 'object' && value !== null)) {
        deltas.push({ type: 'changed', key });
      }
    }
    return deltas;
  }
}

function dictOf(reading: Reading<PyValue>): PyDict {
  if (!(reading.value instanceof PyDict)) {
    throw new TypeError(`a dict is needed, ${reading.type} came`);
  }
  return reading.value;
}

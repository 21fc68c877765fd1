// A set: a dict's keys.

import { PyDict } from './dict.js';
import type { PyValue } from './python.js';

/** A Python set; members obey a dict's key identity. Iterates in insertion order, which means nothing. */
export class PySet {
  private readonly _members = new PyDict();

  /** @throws {TypeError} an unhashable member. */
  constructor(members?: Iterable<PyValue>) {
    if (members !== undefined) {
      for (const member of members) {
        this.add(member);
      }
    }
  }

  get pyType(): string {
    return 'set';
  }

  get size(): number {
    return this._members.size;
  }

  has(member: PyValue): boolean {
    return this._members.has(member);
  }

  /** The member that equals `member`, undefined where there is none. */
  memberOf(member: PyValue): PyValue | undefined {
    return this._members.keyOf(member);
  }

  add(member: PyValue): this {
    this._members.set(member, null);
    return this;
  }

  /** @returns whether the member was there. */
  delete(member: PyValue): boolean {
    return this._members.delete(member);
  }

  clear(): void {
    this._members.clear();
  }

  values(): IterableIterator<PyValue> {
    return this._members.keys();
  }

  [Symbol.iterator](): IterableIterator<PyValue> {
    return this._members.keys();
  }
}

// Short ways to write Python values by hand.

import { PyDict } from './dict.js';
import { Complex, type PyValue, Slice, Tuple } from './python.js';
import { PySet } from './set.js';

/** An int. @throws {RangeError} a number that is not an integer or beyond 2^53. */
export function int(value: number | bigint | string): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError(`${value} is not an exact integer; write larger ones as bigint, e.g. 12n`);
  }
  return BigInt(value);
}

/** A tuple of its arguments. */
export function tuple(...items: PyValue[]): Tuple {
  return new Tuple(items);
}

/** A dict of pairs, or of the own properties of a plain object (all keys `str`). */
export function dict(
  entries: Iterable<readonly [PyValue, PyValue]> | { readonly [key: string]: PyValue } = [],
): PyDict {
  return new PyDict(Symbol.iterator in entries ? entries : Object.entries(entries));
}

/** A set of its arguments. */
export function set(...members: PyValue[]): PySet {
  return new PySet(members);
}

/** A slice as Python's `slice()` takes it: `slice(stop)`, `slice(start, stop)`, `slice(start, stop, step)`. */
export function slice(...members: (bigint | null)[]): Slice {
  if (members.length < 1 || members.length > 3) {
    throw new RangeError(`slice() takes 1 to 3 arguments, not ${members.length}`);
  }
  const [first = null, second = null, step = null] = members;
  return members.length === 1 ? new Slice(null, first, null) : new Slice(first, second, step);
}

export function complex(re: number, im = 0): Complex {
  return new Complex(re, im);
}

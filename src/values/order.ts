// Python's `<`, as far as sorting for people needs it.
//
// Source: the Python language reference, "Comparisons"; how pprint orders what `<` refuses: by the
// text of the type.

import { pyEquals } from './equal.js';
import { Fraction } from './fraction.js';
import { type PyValue, Slice, Tuple } from './python.js';
import { NumpyScalar } from './scalar.js';
import { PySet } from './set.js';
import { typeName } from './typename.js';

/** `values` sorted as pprint sorts keys and members; what cannot be told apart stays in order. */
export function pySorted<T>(values: Iterable<T>, key: (value: T) => PyValue): T[] {
  const items = Array.from(values);
  const before = (a: T, b: T) => isBefore(key(a), key(b));
  // Mixed types have no total order (True < b'' < 0 < True): which comparisons are made decides. For
  // up to 63 items Python takes the run at the start, then inserts the others by halving.
  if (items.length >= 64) {
    return items.sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0));
  }
  const sorted = startingRun(items, before);
  for (const item of items.slice(sorted.length)) {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(item, sorted[middle] as T)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    sorted.splice(low, 0, item);
  }
  return sorted;
}

/** Items that rise, or that fall strictly: these turned round. */
function startingRun<T>(items: readonly T[], before: (a: T, b: T) => boolean): T[] {
  const falls = (i: number) => before(items[i] as T, items[i - 1] as T);
  if (items.length < 2) {
    return [...items];
  }
  const isFalling = falls(1);
  let end = 2;
  while (end < items.length && falls(end) === isFalling) {
    end += 1;
  }
  const run = items.slice(0, end);
  return isFalling ? run.reverse() : run;
}

function isBefore(a: PyValue, b: PyValue): boolean {
  return isLess(a, b) ?? className(a) < className(b);
}

/** Python's `str(type(value))`. */
function className(value: PyValue): string {
  return `<class '${value instanceof Fraction ? 'fractions.' : ''}${typeName(value)}'>`;
}

/** `a < b`; null where Python raises TypeError. */
function isLess(a: PyValue, b: PyValue): boolean | null {
  if (typeof a === 'string' && typeof b === 'string') {
    return compareTexts(Array.from(a), Array.from(b)) < 0;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return compareItems(a, b) < 0;
  }
  const left = real(a);
  const right = real(b);
  if (left !== null && right !== null) {
    return isSmaller(left, right);
  }
  if ((a instanceof Tuple && b instanceof Tuple) || (a instanceof Slice && b instanceof Slice)) {
    return isSequenceLess(itemsOf(a), itemsOf(b));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return isSequenceLess(a, b);
  }
  if (a instanceof PySet && b instanceof PySet) {
    return a.size < b.size && Array.from(a).every(member => b.has(member));
  }
  return null;
}

function itemsOf(value: Tuple | Slice): readonly PyValue[] {
  return value instanceof Tuple ? value.items : [value.start, value.stop, value.step];
}

/** The first pair that differs decides. */
function isSequenceLess(a: readonly PyValue[], b: readonly PyValue[]): boolean | null {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    if (!pyEquals(a[i] as PyValue, b[i] as PyValue)) {
      return isLess(a[i] as PyValue, b[i] as PyValue);
    }
  }
  return a.length < b.length;
}

type Real = bigint | number | Fraction;

function real(value: PyValue): Real | null {
  const plain = value instanceof NumpyScalar ? value.item() : value;
  switch (typeof plain) {
    case 'bigint':
    case 'number':
      return plain;
    case 'boolean':
      return plain ? 1n : 0n;
  }
  return plain instanceof Fraction ? plain : null;
}

function isSmaller(a: Real, b: Real): boolean {
  if (!(a instanceof Fraction) && !(b instanceof Fraction)) {
    return a < b; // JavaScript too compares bigint and number exactly
  }
  if (typeof a === 'number' && !Number.isFinite(a)) {
    return a === -Infinity;
  }
  if (typeof b === 'number' && !Number.isFinite(b)) {
    return b === Infinity;
  }
  const left = fractionOf(a);
  const right = fractionOf(b);
  return left.numerator * right.denominator < right.numerator * left.denominator;
}

function fractionOf(value: Real): Fraction {
  if (value instanceof Fraction) {
    return value;
  }
  return typeof value === 'number' ? Fraction.fromFloat(value) : new Fraction(value);
}

function compareItems(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    if (a[i] !== b[i]) {
      return a[i]! - b[i]!;
    }
  }
  return a.length - b.length;
}

/** By code point: JavaScript's own order puts astral characters before some others. */
function compareTexts(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    if (a[i] !== b[i]) {
      return a[i]!.codePointAt(0)! - b[i]!.codePointAt(0)!;
    }
  }
  return a.length - b.length;
}

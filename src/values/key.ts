// Python's key identity: which values are the same key of a dict.
//
// Equal numbers are one key whatever their type (1 == 1.0 == True == np.int64(1) == Fraction(1)), a
// str is never a bytes, tuples compare by their items. A JavaScript Map compares strings, numbers
// and bigints by value and everything else by identity, so a key is first reduced to its simplest
// equal; where that is still an object, its text (injective) finds the object that stands for it.

import { instant } from './datetime.js';
import { Fraction } from './fraction.js';
import { Complex, PyObject, type PyValue, Tuple } from './python.js';
import { NumpyScalar } from './scalar.js';
import { typeName } from './typename.js';

/** What stands for a key in a Map: itself, or its text where identity would not do. */
export type Simple = string | number | bigint | null | object;

/** The simplest value equal to `key`, still hashable. @throws {TypeError} unhashable type. */
export function simplify(key: PyValue): Simple {
  switch (typeof key) {
    case 'string':
    case 'bigint':
      return key;
    case 'number':
      return Number.isInteger(key) ? BigInt(key) : key;
    case 'boolean':
      return key ? 1n : 0n;
  }
  if (key === null || key instanceof Tuple || key instanceof Uint8Array) {
    return key;
  }
  if (key instanceof NumpyScalar) {
    const { kind } = key.dtype;
    if (kind === 'M' || kind === 'm') {
      return key;
    }
    if (kind !== 'V') {
      return simplify(key.item());
    }
  }
  if (key instanceof Complex) {
    return key.im === 0 ? simplify(key.re) : key;
  }
  if (key instanceof Fraction) {
    if (key.denominator === 1n) {
      return key.numerator;
    }
    const value = key.toNumber();
    return isDyadic(key, value) ? value : key;
  }
  if (key instanceof PyObject) {
    return key;
  }
  throw new TypeError(`unhashable type: '${typeName(key)}'`);
}

/** Does the text of `simple` decide, rather than Map's own comparison? */
export function isCompound(simple: Simple): simple is object {
  return typeof simple === 'object' && simple !== null && !(simple instanceof PyObject);
}

/** A text that two simplified keys share exactly when Python finds them equal. */
export function keyText(simple: Simple): string {
  switch (typeof simple) {
    case 'string':
      return `s${simple.length}:${simple}`;
    case 'bigint':
      return `i${simple}`;
    case 'number':
      return `f${simple}`;
  }
  if (simple === null) {
    return 'n';
  }
  if (simple instanceof Tuple) {
    return `(${simple.items.map(item => keyText(simplify(item))).join(',')})`;
  }
  if (simple instanceof Uint8Array) {
    return `b${simple.join('.')};`;
  }
  if (simple instanceof Complex) {
    return `c${simple.re}:${simple.im}`; // String(-0) is "0", as -0.0 == 0.0 wants
  }
  if (simple instanceof Fraction) {
    return `q${simple.numerator}/${simple.denominator}`;
  }
  if (simple instanceof NumpyScalar) {
    return `t${simple.dtype.kind}${instant(simple)}`;
  }
  return `o${identity(simple)}`;
}

const IDENTITIES = new WeakMap<object, number>();
let identities = 0;

function identity(object: object): number {
  let id = IDENTITIES.get(object);
  if (id === undefined) {
    identities += 1;
    id = identities;
    IDENTITIES.set(object, id);
  }
  return id;
}

/** Is the fraction exactly `value`? Then both are one key. */
function isDyadic(fraction: Fraction, value: number): boolean {
  const { denominator } = fraction;
  if (!Number.isFinite(value) || (denominator & (denominator - 1n)) !== 0n) {
    return false;
  }
  const exact = Fraction.fromFloat(value);
  return exact.numerator === fraction.numerator && exact.denominator === denominator;
}

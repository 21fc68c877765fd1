// The order in which CPython shows a set of numbers: that of a hash table which their hashes fill.
//
// Hashes of numbers are the same in every process; those of texts, bytes and None are not.
//
// Source: the Python library reference, "Hashing of numeric types"; the order of sets as CPython 3.11
// was observed to fill them: ten places in a row, then a jump, and four times as many at 3/5.

import { Fraction } from './fraction.js';
import { Complex, type PyValue } from './python.js';
import { NumpyScalar } from './scalar.js';

const MODULUS = (1n << 61n) - 1n;
const HASH_OF_INFINITY = 314159n;
const IMAGINARY = 1000003n;

/** Places that are tried one after the other before a jump. */
const IN_A_ROW = 10;
const SMALLEST_TABLE = 8;
/** Above so many members a table grows by two, below by four. */
const MANY = 50_000;

/** `members`, added one after the other to an empty set, as Python iterates over it; null where nobody knows. */
export function hashOrdered(members: readonly PyValue[]): PyValue[] | null {
  const entries: Entry[] = [];
  for (const value of members) {
    const hash = numberHash(value);
    if (hash === null) {
      return null;
    }
    entries.push({ value, hash: BigInt.asUintN(64, hash) });
  }
  let table = tableOf(SMALLEST_TABLE);
  entries.forEach((entry, i) => {
    insert(table, entry);
    const used = i + 1;
    if (used * 5 >= (table.length - 1) * 3) {
      table = grown(table, used > MANY ? used * 2 : used * 4);
    }
  });
  return table.filter(entry => entry !== null).map(entry => entry.value);
}

type Entry = { readonly value: PyValue; readonly hash: bigint };
type Table = (Entry | null)[];

function tableOf(size: number): Table {
  return new Array<Entry | null>(size).fill(null);
}

function grown(table: Table, least: number): Table {
  let size = SMALLEST_TABLE;
  while (size <= least) {
    size *= 2;
  }
  const next = tableOf(size);
  for (const entry of table) {
    if (entry !== null) {
      insert(next, entry);
    }
  }
  return next;
}

function insert(table: Table, entry: Entry): void {
  const mask = BigInt(table.length - 1);
  let rest = entry.hash;
  let place = entry.hash & mask;
  for (;;) {
    const start = Number(place);
    const row = start + IN_A_ROW <= table.length ? IN_A_ROW : 1;
    for (let i = start; i < start + row; i += 1) {
      if (table[i] === null) {
        table[i] = entry;
        return;
      }
    }
    rest >>= 5n;
    place = (place * 5n + 1n + rest) & mask;
  }
}

/** Python's `hash` of a number; null of what has no fixed one, NaN among them. */
function numberHash(value: PyValue): bigint | null {
  const number = value instanceof NumpyScalar ? value.item() : value;
  if (number instanceof Complex) {
    const re = numberHash(number.re);
    const im = numberHash(number.im);
    return re === null || im === null ? null : proper(BigInt.asIntN(64, re + IMAGINARY * im));
  }
  if (number instanceof Fraction) {
    return rationalHash(number);
  }
  switch (typeof number) {
    case 'boolean':
      return number ? 1n : 0n;
    case 'bigint':
      return rationalHash(new Fraction(number));
    case 'number':
      if (Number.isNaN(number)) {
        return null;
      }
      return Number.isFinite(number)
        ? rationalHash(Fraction.fromFloat(number))
        : number > 0
          ? HASH_OF_INFINITY
          : -HASH_OF_INFINITY;
    default:
      return null;
  }
}

function rationalHash({ numerator, denominator }: Fraction): bigint {
  const size = numerator < 0n ? -numerator : numerator;
  const below = denominator % MODULUS;
  const hash = below === 0n ? HASH_OF_INFINITY : ((size % MODULUS) * inverse(below)) % MODULUS;
  return proper(numerator < 0n ? -hash : hash);
}

/** -1 says "error" in C, so no hash is. */
function proper(hash: bigint): bigint {
  return hash === -1n ? -2n : hash;
}

/** 1 / value modulo the prime, by Euclid's algorithm. */
function inverse(value: bigint): bigint {
  let [a, b] = [MODULUS, value];
  let [x, y] = [0n, 1n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % MODULUS) + MODULUS) % MODULUS;
}

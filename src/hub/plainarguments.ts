// Arguments as plain data, which another extension made: what is none is refused before anything is sent.
//
// The forms are those of values/clone.ts. A form that is wrong is a mistake in a program, so the error
// says at which argument and where inside it.

import {
  type DTypeClone,
  EncodeError,
  fromClone,
  type PyClone,
  PyDict,
  type PyValue,
} from '../values/index.js';
import type { ValueCall } from './remoteapi.js';
import type { Arguments } from './remoteliteral.js';
import { reprText } from './views/format.js';

const DEPTH_LIMIT = 100; // as PYON's own

/** @throws {EncodeError} the first argument that is no Python value. */
export function plainArguments({ args, kwargs }: Pick<ValueCall, 'args' | 'kwargs'>): Arguments {
  const named = new PyDict();
  for (const [name, value] of kwargs) {
    if (typeof name !== 'string' || named.has(name)) {
      throw refusal('kwargs', `the name ${JSON.stringify(name)} once, as a text`);
    }
    named.set(name, pyValue(value, name));
  }
  return { args: args.map((value, i) => pyValue(value, `args[${i}]`)), kwargs: named };
}

/** As Python writes them, for the audit; each cut to `limit` characters. */
export function argumentTexts({ args, kwargs }: Arguments, limit: number): readonly string[] {
  const named: string[] = [];
  kwargs.forEach((value, name) => {
    named.push(`${String(name)}=${reprText(value, limit)}`);
  });
  return [...args.map(value => reprText(value, limit)), ...named];
}

function pyValue(value: unknown, path: string): PyValue {
  check(value, path, 0);
  try {
    return fromClone(value as PyClone);
  } catch (error) {
    // A shape that its bytes do not fill, a key that has no hash.
    throw refusal(path, error instanceof Error ? error.message : String(error));
  }
}

type Form = { readonly [field: string]: unknown };

function check(value: unknown, path: string, depth: number): void {
  if (depth > DEPTH_LIMIT) {
    throw refusal(path, `at most ${DEPTH_LIMIT} levels`);
  }
  const all = (items: unknown, where: string) => {
    if (!Array.isArray(items)) {
      throw refusal(where, 'a list');
    }
    items.forEach((item, i) => {
      check(item, `${where}[${i}]`, depth + 1);
    });
    return items.length;
  };
  if (value === null || SCALARS.has(typeof value) || value instanceof Uint8Array) {
    return;
  }
  if (Array.isArray(value)) {
    all(value, path);
    return;
  }
  const form = (typeof value === 'object' ? value : {}) as Form;
  switch (form.t) {
    case 'tuple':
    case 'set':
      all(form.v, `${path}.v`);
      return;
    case 'dict':
    case 'odict':
      if (all(form.keys, `${path}.keys`) !== all(form.v, `${path}.v`)) {
        throw refusal(path, 'as many keys as values');
      }
      return;
    case 'slice':
      if (all(form.v, `${path}.v`) !== 3) {
        throw refusal(`${path}.v`, 'start, stop and step');
      }
      return;
    case 'complex':
      if (typeof form.re !== 'number' || typeof form.im !== 'number') {
        throw refusal(path, 'the numbers re and im');
      }
      return;
    case 'fraction':
      if (typeof form.n !== 'bigint' || typeof form.d !== 'bigint' || form.d <= 0n) {
        throw refusal(path, 'bigints n and d, d above 0');
      }
      return;
    case 'npscalar':
    case 'ndarray':
      if (!isDtype(form.dtype, 0) || !(form.bytes instanceof Uint8Array)) {
        throw refusal(path, 'a dtype, and bytes');
      }
      if (form.t === 'ndarray' && !isShape(form.shape)) {
        throw refusal(`${path}.shape`, 'a list of lengths');
      }
      return;
    default:
      throw refusal(path, 'null, a boolean, number, bigint, text, bytes, list, Map or tagged form');
  }
}

const SCALARS: ReadonlySet<string> = new Set(['boolean', 'number', 'bigint', 'string']);
const DIMENSIONS = 64; // as numpy's

function isShape(shape: unknown): boolean {
  return (
    Array.isArray(shape) &&
    shape.length <= DIMENSIONS &&
    shape.every(length => Number.isSafeInteger(length) && length >= 0)
  );
}

function isDtype(dtype: unknown, depth: number): boolean {
  if (typeof dtype !== 'object' || dtype === null || depth > DEPTH_LIMIT) {
    return false;
  }
  const { kind, itemsize, byteorder, unit, fields, subarray } = dtype as DTypeClone;
  return (
    typeof kind === 'string' &&
    Number.isSafeInteger(itemsize) &&
    itemsize >= 0 &&
    ['<', '>', '|'].includes(byteorder) &&
    typeof unit === 'string' &&
    (fields === null ||
      (Array.isArray(fields) && fields.every(field => isDtype(field?.dtype, depth + 1)))) &&
    (subarray === null || (isDtype(subarray?.base, depth + 1) && isShape(subarray.shape)))
  );
}

function refusal(path: string, expected: string): EncodeError {
  return new EncodeError(
    `${path} is no Python value: ${expected}`,
    { path },
    { hint: 'An int is a bigint, 3n; a float is a number, 3. Nothing was sent.' },
  );
}

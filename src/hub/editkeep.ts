// What a person types, in the type that the dataset has.
//
// People write `5` for a float and a list for an array. Where nothing is lost the value takes the
// old type; where it would be another type that is told, so that it can be asked.

import {
  Complex,
  NDArray,
  NumpyScalar,
  nestedSequence,
  OrderedDict,
  ParseError,
  PyDict,
  PythonError,
  type PyValue,
  pyRepr,
  setArrayItem,
  Tuple,
  typeName,
} from '../values/index.js';
import { typeText } from './typetext.js';

/** A part of a value that gets another type. */
export type TypeChange = {
  /** `[2]`, `['a']`; empty for all of it. */
  readonly where: string;
  readonly from: string;
  readonly to: string;
};

export type Kept = { readonly value: PyValue; readonly changes: readonly TypeChange[] };

/**
 * @param typed - what a literal says. @param old - what it takes the place of.
 * @throws {ParseError} it has no form in the old dtype, and none that one could guess.
 */
export function keepType(typed: PyValue, old: PyValue): Kept {
  const changes: TypeChange[] = [];
  return { value: kept(typed, old, '', changes), changes };
}

function kept(typed: PyValue, old: PyValue, where: string, changes: TypeChange[]): PyValue {
  if (old instanceof NumpyScalar && !(typed instanceof NumpyScalar)) {
    const array = filled(old.dtype.str, [], [typed], where);
    if (array !== null) {
      return new NumpyScalar(old.dtype, array.toBytes());
    }
  } else if (old instanceof NDArray && !(typed instanceof NDArray)) {
    const array = arrayLike(typed, old, where, changes);
    if (array !== null) {
      return array;
    }
  } else if (typeof old === 'number' && typeof typed === 'bigint') {
    const float = Number(typed);
    if (Number.isFinite(float) && BigInt(float) === typed) {
      return float;
    }
  } else if (old instanceof Complex && (typeof typed === 'number' || typeof typed === 'bigint')) {
    return new Complex(Number(typed), 0);
  } else if (typed instanceof PyDict && old instanceof PyDict) {
    const entries = Array.from(typed, ([key, item]): [PyValue, PyValue] => {
      const before = old.get(key);
      const inside = `${where}[${pyRepr(key)}]`;
      return [key, before === undefined ? item : kept(item, before, inside, changes)];
    });
    return old instanceof OrderedDict ? new OrderedDict(entries) : new PyDict(entries);
  } else if (Array.isArray(typed) && Array.isArray(old)) {
    return items(typed, old, where, changes);
  } else if (typed instanceof Tuple && old instanceof Tuple) {
    return new Tuple(items(typed.items, old.items, where, changes));
  }
  if (formOf(typed) !== formOf(old)) {
    changes.push({ where, from: typeText(old), to: typeText(typed) });
  }
  return typed;
}

// An item beyond the old ones is like the last of them, where they are all alike.
function items(
  typed: readonly PyValue[],
  old: readonly PyValue[],
  where: string,
  changes: TypeChange[],
): PyValue[] {
  const last = old.at(-1);
  const isAlike = last !== undefined && old.every(item => formOf(item) === formOf(last));
  return typed.map((item, i) => {
    const before = old[i];
    if (before !== undefined) {
      return kept(item, before, `${where}[${i}]`, changes);
    }
    return isAlike ? kept(item, last, `${where}[${i}]`, []) : item;
  });
}

/** Two values of one form are of one type; an array's dtype counts, its shape does not. */
function formOf(value: PyValue): string {
  return value instanceof NDArray || value instanceof NumpyScalar
    ? `${typeName(value)} ${value.dtype.str}`
    : typeName(value);
}

/** An array of the old dtype, or of the one that its numbers need; null: this is no array. */
function arrayLike(
  typed: PyValue,
  old: NDArray,
  where: string,
  changes: TypeChange[],
): NDArray | null {
  const isSequence = Array.isArray(typed) || typed instanceof Tuple;
  if (isSequence === (old.shape.length === 0)) {
    return null;
  }
  const { shape, leaves } = shapeOf(typed);
  const same = filled(old.dtype.str, shape, leaves, where);
  if (same !== null) {
    return same;
  }
  const wider = ['<f8', '<c16'].find(dtype => leaves.every(leaf => takes(dtype, leaf)));
  const array = wider === undefined ? null : filled(wider, shape, leaves, where);
  if (array === null) {
    const odd = leaves.find(leaf => !takes(old.dtype.str, leaf)) ?? null;
    throw misfit(odd, old.dtype.name, where);
  }
  changes.push({ where, from: typeText(old), to: typeText(array) });
  return array;
}

function shapeOf(typed: PyValue): ReturnType<typeof nestedSequence> {
  try {
    return nestedSequence(typed);
  } catch (error) {
    throw error instanceof PythonError ? refusal(error.message, 'rows of one length') : error;
  }
}

/** Null: a value is of another kind. @throws {ParseError} it is of the kind, and out of range. */
function filled(
  dtype: string,
  shape: readonly number[],
  values: readonly PyValue[],
  where: string,
): NDArray | null {
  if (!values.every(value => takes(dtype, value))) {
    return null;
  }
  const array = new NDArray(dtype, [values.length]);
  values.forEach((value, i) => {
    try {
      setArrayItem(array, BigInt(i), value);
    } catch (error) {
      throw error instanceof PythonError ? misfit(value, array.dtype.name, where) : error;
    }
    // Without a word numpy cuts a text that is longer, and makes inf of a number that is too large.
    const isText = typeof value === 'string' || value instanceof Uint8Array;
    const isCut = isText && pyRepr(array.at(i)) !== pyRepr(value);
    const isInf = typeof value === 'number' && Number.isFinite(value) && isInfinite(array.at(i));
    if (isCut || isInf) {
      throw misfit(value, array.dtype.name, where);
    }
  });
  return new NDArray(array.dtype, shape, array.bytes);
}

function isInfinite(value: PyValue): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

/** May a value of this type become an element without losing what it is? */
function takes(dtype: string, value: PyValue): boolean {
  const isInt = typeof value === 'bigint';
  const isReal = isInt || typeof value === 'number';
  switch (dtype[1]) {
    case 'b':
      return typeof value === 'boolean';
    case 'i':
    case 'u':
      return isInt;
    case 'f':
      return isReal;
    case 'c':
      return isReal || value instanceof Complex;
    case 'U':
      return typeof value === 'string';
    case 'S':
      return value instanceof Uint8Array;
    default:
      return false;
  }
}

function misfit(value: PyValue, dtype: string, where: string): ParseError {
  const text = pyRepr(value);
  const found = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return refusal(`${where === '' ? '' : `${where}: `}${found} does not fit ${dtype}`, dtype, found);
}

function refusal(message: string, expected: string, found = 'another shape'): ParseError {
  return new ParseError(
    message,
    { position: 0, expected, found },
    { hint: 'The dataset keeps its type. Nothing was sent.' },
  );
}

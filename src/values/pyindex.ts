// Python's indexing: `x[key]`, `x[key] = value`, `del x[key]` for every Python value.
//
// Source: the Python language reference, "Subscriptions"; the sequence types of the library reference.

import { PyDict } from './dict.js';
import { LimitError } from './errors.js';
import { NDArray } from './ndarray.js';
import { getArrayItem, setArrayItem } from './npassign.js';
import { INVALID_INDEX } from './npindex.js';
import { PythonError } from './pyerror.js';
import { indexValue, sliceRange } from './pyslice.js';
import { type PyValue, Slice, Tuple } from './python.js';
import { pyRepr } from './repr.js';
import { NumpyScalar } from './scalar.js';
import { PySet } from './set.js';
import { typeName } from './typename.js';

/**
 * `value[key]`. A list, dict, tuple or array inside is itself, not a copy; a slice of an array is a
 * view, any other slice a copy.
 * @throws {PythonError} what Python raises. @throws {LimitError} a fancy key of too many places.
 */
export function getItem(value: PyValue, key: PyValue): PyValue {
  if (value instanceof PyDict) {
    const item = typeof key === 'string' ? value.get(key) : value.get(hashable(key));
    if (item === undefined) {
      throw new PythonError('KeyError', pyRepr(key));
    }
    return item;
  }
  if (value instanceof NDArray) {
    return getArrayItem(value, key);
  }
  if (Array.isArray(value)) {
    return key instanceof Slice ? sliced(value, key) : value[place(key, value.length, LIST)]!;
  }
  if (value instanceof Tuple) {
    return key instanceof Slice
      ? new Tuple(sliced(value.items, key))
      : value.items[place(key, value.length, TUPLE)]!;
  }
  if (typeof value === 'string') {
    return getText(value, key);
  }
  if (value instanceof Uint8Array) {
    return key instanceof Slice
      ? Uint8Array.from(sliced(value, key))
      : BigInt(value[place(key, value.length, BYTES)]!);
  }
  if (value instanceof NumpyScalar) {
    return getScalar(value, key);
  }
  throw new PythonError('TypeError', `'${typeName(value)}' object is not subscriptable`);
}

/**
 * `value[key] = item`.
 * @throws {PythonError} what Python raises; AttributeError for what has no items to set.
 * @throws {LimitError} a fancy key of too many places.
 */
export function setItem(value: PyValue, key: PyValue, item: PyValue): void {
  if (value instanceof PyDict) {
    value.set(typeof key === 'string' ? key : hashable(key), item);
  } else if (value instanceof NDArray) {
    setArrayItem(value, key, item);
  } else if (Array.isArray(value)) {
    if (key instanceof Slice) {
      setSlice(value, key, item);
    } else {
      value[place(key, value.length, LIST_SET)] = item;
    }
  } else if (value instanceof NumpyScalar && value.dtype.kind === 'V') {
    throw new PythonError('IndexError', "can't index void scalar without fields");
  } else {
    throw noAttribute(value, '__setitem__');
  }
}

/** `del value[key]`. @throws {PythonError} what Python raises. */
export function deleteItem(value: PyValue, key: PyValue): void {
  if (value instanceof PyDict) {
    if (!value.delete(hashable(key))) {
      throw new PythonError('KeyError', pyRepr(key));
    }
  } else if (value instanceof NDArray) {
    throw new PythonError('ValueError', 'cannot delete array elements');
  } else if (Array.isArray(value)) {
    if (key instanceof Slice) {
      deleteSlice(value, key);
    } else {
      value.splice(place(key, value.length, LIST_SET), 1);
    }
  } else {
    throw noAttribute(value, '__delitem__');
  }
}

/** `value.append(item)`. @throws {PythonError} not a list. */
export function appendItem(value: PyValue, item: PyValue): void {
  if (!Array.isArray(value)) {
    throw noAttribute(value, 'append');
  }
  value.push(item);
}

/** `value.insert(index, item)`: an index outside means the nearest end. @throws {PythonError} not a list, not an index. */
export function insertItem(value: PyValue, index: PyValue, item: PyValue): void {
  if (!Array.isArray(value)) {
    throw noAttribute(value, 'insert');
  }
  const at = Number(ssize(index));
  value.splice(at < 0 ? Math.max(0, at + value.length) : at, 0, item);
}

/** `value.pop(index)` of a list, `value.pop(key)` of a dict. @returns what was there. @throws {PythonError} */
export function popItem(value: PyValue, index: PyValue): PyValue {
  if (value instanceof PyDict) {
    // An empty dict does not look at the key at all.
    const item = value.size === 0 ? undefined : value.get(hashable(index));
    if (item === undefined) {
      throw new PythonError('KeyError', pyRepr(index));
    }
    value.delete(index);
    return item;
  }
  if (Array.isArray(value)) {
    const at = Number(ssize(index));
    const counted = at < 0 ? at + value.length : at;
    if (counted < 0 || counted >= value.length) {
      throw new PythonError(
        'IndexError',
        value.length === 0 ? 'pop from empty list' : 'pop index out of range',
      );
    }
    return value.splice(counted, 1)[0]!;
  }
  if (value instanceof PySet) {
    throw new PythonError('TypeError', 'set.pop() takes no arguments (1 given)');
  }
  throw noAttribute(value, 'pop');
}

/**
 * Letters, bytes and array elements become values of their own when iterated over, each many times
 * larger than in what they came from; at most so many.
 */
const MAXIMUM_ITEMS = 2 ** 20;

function checkItems(value: string | Uint8Array | NDArray, count: number): void {
  if (count > MAXIMUM_ITEMS) {
    throw new LimitError(
      `a ${typeName(value)} of ${count} items is too long to be taken apart, at most ${MAXIMUM_ITEMS} are allowed`,
      { limit: 'MAXIMUM_ITEMS', value: count, maximum: MAXIMUM_ITEMS, unit: 'items' },
    );
  }
}

/**
 * The items that iterating over `value` gives.
 * @throws {PythonError} TypeError: not iterable. @throws {LimitError} too many letters, bytes or elements.
 */
export function iterate(value: PyValue): Iterable<PyValue> {
  if (Array.isArray(value) || value instanceof Tuple || value instanceof PySet) {
    return value;
  }
  if (typeof value === 'string') {
    checkItems(value, value.length);
    return value;
  }
  if (value instanceof PyDict) {
    return value.keys();
  }
  if (value instanceof Uint8Array) {
    checkItems(value, value.length);
    return Array.from(value, BigInt);
  }
  if (value instanceof NDArray) {
    if (value.shape.length === 0) {
      throw new PythonError('TypeError', 'iteration over a 0-d array');
    }
    checkItems(value, value.shape[0]!);
    return Array.from({ length: value.shape[0]! }, (_, i) => getArrayItem(value, BigInt(i)));
  }
  if (value instanceof NumpyScalar && (value.dtype.kind === 'U' || value.dtype.kind === 'S')) {
    return iterate(value.item());
  }
  throw new PythonError('TypeError', `'${typeName(value)}' object is not iterable`);
}

// ---- Places in a sequence -----------------------------------------------------------------------

/** What a sequence says about an index it has not, and about a key that is none. */
type Words = { readonly outside: string; readonly keys: string };

const LIST: Words = {
  outside: 'list index out of range',
  keys: 'list indices must be integers or slices, not ',
};
const LIST_SET: Words = { ...LIST, outside: 'list assignment index out of range' };
const TUPLE: Words = {
  outside: 'tuple index out of range',
  keys: 'tuple indices must be integers or slices, not ',
};
const BYTES: Words = {
  outside: 'index out of range',
  keys: 'byte indices must be integers or slices, not ',
};
const TEXT: Words = {
  outside: 'string index out of range',
  keys: 'string indices must be integers, not ',
};

/** The place of item `key` in a sequence of `length`. */
function place(key: PyValue, length: number, words: Words): number {
  const index = typeof key === 'bigint' ? key : indexValue(key);
  if (index === null) {
    throw key instanceof NDArray
      ? new PythonError(
          'TypeError',
          'only integer scalar arrays can be converted to a scalar index',
        )
      : new PythonError('TypeError', words.keys + typeName(key));
  }
  if (BigInt.asIntN(64, index) !== index) {
    throw new PythonError('IndexError', "cannot fit 'int' into an index-sized integer");
  }
  const at = index < 0n ? Number(index) + length : Number(index);
  if (at < 0 || at >= length) {
    throw new PythonError('IndexError', words.outside);
  }
  return at;
}

/** An argument that CPython takes as Py_ssize_t. */
function ssize(value: PyValue): bigint {
  const index = indexValue(value);
  if (index === null) {
    throw value instanceof NDArray
      ? new PythonError(
          'TypeError',
          'only integer scalar arrays can be converted to a scalar index',
        )
      : new PythonError(
          'TypeError',
          `'${typeName(value)}' object cannot be interpreted as an integer`,
        );
  }
  if (BigInt.asIntN(64, index) !== index) {
    throw new PythonError('OverflowError', 'Python int too large to convert to C ssize_t');
  }
  return index;
}

function sliced<T>(items: { readonly length: number; readonly [i: number]: T }, slice: Slice): T[] {
  const { start, step, count } = sliceRange(slice, items.length);
  return Array.from({ length: count }, (_, i) => items[start + i * step]!);
}

/** `list[a:b] = items` may change the length; with a step it may not. */
function setSlice(list: PyValue[], slice: Slice, items: PyValue): void {
  const { start, stop, step, count } = sliceRange(slice, list.length);
  let values: PyValue[];
  try {
    values = [...iterate(items)];
  } catch (error) {
    if (error instanceof PythonError && !(items instanceof NDArray)) {
      const only =
        step === 1 ? 'can only assign an iterable' : 'must assign iterable to extended slice';
      throw new PythonError('TypeError', only);
    }
    throw error;
  }
  if (step === 1) {
    replace(list, start, Math.max(start, stop) - start, values);
    return;
  }
  if (values.length !== count) {
    throw new PythonError(
      'ValueError',
      `attempt to assign sequence of size ${values.length} to extended slice of size ${count}`,
    );
  }
  values.forEach((value, i) => {
    list[start + i * step] = value;
  });
}

function deleteSlice(list: PyValue[], slice: Slice): void {
  const { start, step, count } = sliceRange(slice, list.length);
  if (count === 0) {
    return;
  }
  if (Math.abs(step) === 1) {
    list.splice(step > 0 ? start : start - count + 1, count);
    return;
  }
  const doomed = new Set(Array.from({ length: count }, (_, i) => start + i * step));
  replace(
    list,
    0,
    list.length,
    list.filter((_, i) => !doomed.has(i)),
  );
}

/** `splice`, also for more items than a call may have arguments. */
function replace(list: PyValue[], start: number, count: number, items: readonly PyValue[]): void {
  const tail = list.slice(start + count);
  list.length = start;
  for (const item of items) {
    list.push(item);
  }
  for (const item of tail) {
    list.push(item);
  }
}

// ---- Others ---------------------------------------------------------------------------------------

function getText(text: string, key: PyValue): string {
  const characters = Array.from(text);
  if (key instanceof Slice) {
    return sliced(characters, key).join('');
  }
  const index = typeof key === 'bigint' ? key : indexValue(key);
  if (index === null && !(key instanceof NDArray)) {
    throw new PythonError('TypeError', `${TEXT.keys}'${typeName(key)}'`);
  }
  return characters[place(key, characters.length, TEXT)]!;
}

/** A numpy scalar takes what a 0-d array does, `()` and new axes; a text of numpy's is a text. */
function getScalar(scalar: NumpyScalar, key: PyValue): PyValue {
  const { kind } = scalar.dtype;
  if (kind === 'U' || kind === 'S') {
    return getItem(scalar.item(), key);
  }
  if (kind === 'V' && typeof key === 'string') {
    throw new PythonError('IndexError', INVALID_INDEX);
  }
  try {
    return getArrayItem(new NDArray(scalar.dtype, [], scalar.bytes.slice()), key);
  } catch (error) {
    throw error instanceof PythonError
      ? new PythonError('IndexError', 'invalid index to scalar variable.')
      : error;
  }
}

/** `key` if a dict can have it. @throws {PythonError} TypeError: unhashable. */
function hashable(key: PyValue): PyValue {
  if (key === null || typeof key !== 'object') {
    return key;
  }
  if (key instanceof Tuple) {
    key.items.forEach(hashable);
    return key;
  }
  if (
    Array.isArray(key) ||
    key instanceof PyDict ||
    key instanceof PySet ||
    key instanceof Slice ||
    key instanceof NDArray
  ) {
    throw new PythonError('TypeError', `unhashable type: '${typeName(key)}'`);
  }
  if (key instanceof NumpyScalar && key.dtype.kind === 'V') {
    throw new PythonError('TypeError', "unhashable type: 'writeable void-scalar'");
  }
  if (key instanceof NumpyScalar && key.dtype.kind === 'm' && key.dtype.unit === '') {
    throw new PythonError('ValueError', "Can't hash generic timedelta64");
  }
  return key;
}

/** A method that changes a container. */
export type MutatingMethod = '__setitem__' | '__delitem__' | 'append' | 'insert' | 'pop';

/** @throws {PythonError} AttributeError: `value` has no such method. */
export function checkMethod(value: PyValue, name: MutatingMethod): void {
  const isItems = name === '__setitem__' || name === '__delitem__';
  const has =
    Array.isArray(value) ||
    (value instanceof PyDict && (isItems || name === 'pop')) ||
    (value instanceof NDArray && isItems) ||
    (value instanceof NumpyScalar && value.dtype.kind === 'V' && isItems) ||
    (value instanceof PySet && name === 'pop');
  if (!has) {
    throw noAttribute(value, name);
  }
}

function noAttribute(value: PyValue, name: string): PythonError {
  return new PythonError(
    'AttributeError',
    `'${typeName(value)}' object has no attribute '${name}'`,
  );
}

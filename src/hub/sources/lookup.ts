// Finding what a path names in a struct, or saying why it is not there.

import {
  type Fault,
  getItem,
  PyDict,
  PythonError,
  type PyValue,
  pyRepr,
  Tuple,
} from '../../values/index.js';
import { typeText } from '../typetext.js';
import type { Path } from './effect.js';
import { type Entry, entryOf } from './entry.js';

/** The item of `container` under `key`; undefined where there is none. */
export function itemOf(container: PyValue, key: PyValue): PyValue | undefined {
  if (typeof key === 'string') {
    return container instanceof PyDict ? container.get(key) : undefined;
  }
  try {
    return getItem(container, key);
  } catch (error) {
    if (error instanceof PythonError || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

/** What `path` names; a dataset directly below the root is opened. Undefined where there is nothing. */
export function lookUp(root: PyValue, path: Path): Entry | undefined {
  let value: PyValue | undefined = root;
  for (const key of path) {
    value = itemOf(value, key);
    if (value === undefined) {
      return undefined;
    }
  }
  return path.length === 1 ? entryOf(value) : { ...BARE, value };
}

const BARE = { display: {}, persist: null, inner: [] };

/** How many names a struct has; 0 for what has none. */
export function sizeOf(root: PyValue | undefined): number {
  return root instanceof PyDict
    ? root.size
    : Array.isArray(root) || root instanceof Tuple
      ? root.length
      : 0;
}

/** The names of a struct: keys of a dict, indices of a list or tuple. */
export function* namesOf(root: PyValue | undefined): IterableIterator<PyValue> {
  if (root instanceof PyDict) {
    yield* root.keys();
  } else {
    for (let i = 0n; i < sizeOf(root); i++) {
      yield i;
    }
  }
}

const LIKE = 3; // names that a message suggests
const LOOK_AT = 10_000; // names that are compared for it

/** Why `path` names nothing: the first key that leads nowhere. `name` is the notifier's. */
export function missingFault(name: string, root: PyValue, path: Path): Fault {
  let container = root;
  let where = name;
  for (const key of path) {
    const item = itemOf(container, key);
    if (item === undefined) {
      return faultAt(where, container, key, path);
    }
    container = item;
    where += `[${pyRepr(key)}]`;
  }
  return faultAt(where, container, null, path);
}

function faultAt(where: string, container: PyValue, key: PyValue, path: Path): Fault {
  const isTable = container instanceof PyDict;
  const isList = Array.isArray(container) || container instanceof Tuple;
  const message = isTable
    ? `${where} has no ${pyRepr(key)}`
    : isList
      ? `${where} has ${container.length} items, there is no [${pyRepr(key)}]`
      : `${where} is ${typeText(container)}, there is no [${pyRepr(key)}] in it`;
  const alike = isTable && typeof key === 'string' && key !== '' ? alikeIn(container, key) : [];
  const names = alike.join(', ');
  return {
    name: 'Error',
    message,
    hint:
      alike.length === 0
        ? 'It is shown as soon as it is there.'
        : `It is shown as soon as it is there. Names like it: ${names}.`,
    facts: { path: path.map(pyRepr).join(' '), names },
  };
}

// The same name in other letters, a part of it, or more than it.
function alikeIn(dict: PyDict, key: string): string[] {
  const wanted = key.toLowerCase();
  const alike: string[] = [];
  let looked = 0;
  for (const name of dict.keys()) {
    if (++looked > LOOK_AT || alike.length === LIKE) {
      break;
    }
    if (typeof name === 'string' && name !== '') {
      const text = name.toLowerCase();
      if (text.includes(wanted) || wanted.includes(text) || isOneOff(text, wanted)) {
        alike.push(name);
      }
    }
  }
  return alike;
}

/** Do the texts differ by one character, typed wrong, left out or too many? */
function isOneOff(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) {
    start++;
  }
  return (
    a.slice(start + 1) === b.slice(start + 1) ||
    a.slice(start + 1) === b.slice(start) ||
    a.slice(start) === b.slice(start + 1)
  );
}

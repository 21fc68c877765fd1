// Mods: what a sync_struct publisher says happened to its struct.
//
// A mod is a dict with an action, the path from the root to a container, and the action's own fields.
// A subscriber does to its copy what Python would do, method call for method call; so the corner
// cases of Python's and numpy's indexing are results here, not accidents.
//
// Source: docs/protocols/sync_struct.md; vectors/sipyco/process_mod.jsonl.

import {
  appendItem,
  checkMethod,
  deleteItem,
  getItem,
  insertItem,
  isLabwireError,
  iterate,
  type MutatingMethod,
  NDArray,
  PyDict,
  PySet,
  PythonError,
  type PythonErrorClass,
  type PyValue,
  popItem,
  pyRepr,
  RemoteProtocolError,
  setItem,
  Tuple,
  typeName,
} from '../../values/index.js';

/** The actions, as on the wire. */
export type ModAction = 'init' | 'append' | 'insert' | 'pop' | 'setitem' | 'delitem';

/**
 * A change of a struct. Its fields are named as on the wire; `path` leads from the root to the
 * container. `init` replaces the struct: there is nothing to do it to, so `processMod` refuses it.
 */
export type Mod =
  | { readonly action: 'init'; readonly struct: PyValue }
  | { readonly action: 'append'; readonly path: readonly PyValue[]; readonly x: PyValue }
  | {
      readonly action: 'insert';
      readonly path: readonly PyValue[];
      readonly i: PyValue;
      readonly x: PyValue;
    }
  | { readonly action: 'pop'; readonly path: readonly PyValue[]; readonly i: PyValue }
  | {
      readonly action: 'setitem';
      readonly path: readonly PyValue[];
      readonly key: PyValue;
      readonly value: PyValue;
    }
  | { readonly action: 'delitem'; readonly path: readonly PyValue[]; readonly key: PyValue };

/** A mod does not apply to the struct: we are out of step with the publisher. The struct is as Python leaves it. */
export class ModError extends RemoteProtocolError {
  /** The mod's action as it came, Python's repr where it is no text. */
  readonly action: string;
  /** The path as Python indexing from the root: `["rabi.p"][1]`; empty for the root. */
  readonly path: string;
  /** The exception with which Python's subscriber ends. */
  readonly pythonClass: PythonErrorClass;

  constructor(
    message: string,
    facts: { action: string; path: string; found: string; cause: PythonError },
  ) {
    const { action, path, found, cause } = facts;
    super(
      message,
      { offset: 0, expected: `a place where ${action} applies`, received: found },
      {
        protocol: 'sipyco',
        hint: 'The copy is out of step with the publisher; subscribe again to get a fresh one.',
      },
    );
    this.action = action;
    this.path = path;
    this.pythonClass = cause.pythonClass;
  }

  override facts() {
    const { action, path, pythonClass } = this;
    return { ...super.facts(), action, path, pythonClass };
  }
}

/** Python's indexing from the root along `path`, for people. */
export function pathText(path: Iterable<PyValue>): string {
  let text = '';
  for (const key of path) {
    text += `[${typeof key === 'string' ? JSON.stringify(key) : pyRepr(key)}]`;
  }
  return text;
}

/**
 * Do to `target` what `mod` says, in place. Values of the mod become part of the struct, uncopied.
 * @param mod - a `Mod`, or the dict that came over the wire.
 * @throws {ModError} it does not apply. As in Python, what a mod did before it failed stays done.
 * @throws {LimitError} an index that names more elements than we accept; nothing was changed.
 */
export function processMod(target: PyValue, mod: Mod | PyDict): void {
  try {
    apply(target, mod instanceof PyDict ? new DictFields(mod) : fieldsOf(mod));
  } catch (error) {
    if (error instanceof PythonError) {
      throw modError(target, mod, error);
    }
    throw error;
  }
}

/** The fields that an action reads, each of which may be missing on the wire. */
type Fields = {
  readonly action: PyValue;
  readonly path: PyValue | readonly PyValue[];
  readonly x?: PyValue;
  readonly i?: PyValue;
  readonly key?: PyValue;
  readonly value?: PyValue;
};

function fieldsOf(mod: Mod): Fields {
  return mod.action === 'init' ? { action: 'init', path: [] } : mod;
}

/** A dict's entries as fields. @throws {PythonError} KeyError: missing. */
class DictFields implements Fields {
  private readonly _dict: PyDict;

  constructor(dict: PyDict) {
    this._dict = dict;
  }

  get action(): PyValue {
    return this._field('action');
  }
  get path(): PyValue {
    return this._field('path');
  }
  get x(): PyValue {
    return this._field('x');
  }
  get i(): PyValue {
    return this._field('i');
  }
  get key(): PyValue {
    return this._field('key');
  }
  get value(): PyValue {
    return this._field('value');
  }

  private _field(name: string): PyValue {
    const value = this._dict.get(name);
    if (value === undefined) {
      throw new PythonError('KeyError', `'${name}'`);
    }
    return value;
  }
}

/** What an action calls. */
const METHODS: ReadonlyMap<PyValue, MutatingMethod> = new Map<PyValue, MutatingMethod>([
  ['setitem', '__setitem__'],
  ['append', 'append'],
  ['insert', 'insert'],
  ['pop', 'pop'],
  ['delitem', '__delitem__'],
]);

/** The path, the action, the container's method, the action's fields: the order in which Python would fail. */
function apply(target: PyValue, fields: Fields): void {
  const container = walkPath(target, present(fields.path as PyValue, 'path'));
  const action = present(fields.action, 'action');
  const method = METHODS.get(action);
  if (method !== undefined) {
    checkMethod(container, method);
  }
  switch (action) {
    case 'setitem':
      setItem(container, present(fields.key, 'key'), present(fields.value, 'value'));
      return;
    case 'append':
      appendItem(container, present(fields.x, 'x'));
      return;
    case 'insert':
      insertItem(container, present(fields.i, 'i'), present(fields.x, 'x'));
      return;
    case 'pop':
      popItem(container, present(fields.i, 'i'));
      return;
    case 'delitem':
      deleteItem(container, present(fields.key, 'key'));
      return;
    case 'init':
      throw new PythonError('KeyError', "<ModAction.init: 'init'>");
    default:
      throw new PythonError('ValueError', `${pyRepr(action)} is not a valid ModAction`);
  }
}

function walkPath(target: PyValue, path: PyValue): PyValue {
  let value = target;
  // Python iterates over the path, so the letters of a text and the keys of a dict are one too.
  for (const key of Array.isArray(path) ? path : iterate(path)) {
    value = getItem(value, key);
  }
  return value;
}

function present(value: PyValue | undefined, name: string): PyValue {
  if (value === undefined) {
    throw new PythonError('KeyError', `'${name}'`);
  }
  return value;
}

function modError(target: PyValue, mod: Mod | PyDict, cause: PythonError): ModError {
  const field = (name: 'action' | 'path') =>
    mod instanceof PyDict ? mod.get(name) : (fieldsOf(mod)[name] as PyValue);
  const action = field('action');
  const actionText =
    action === undefined
      ? 'nothing'
      : typeof action === 'string'
        ? action.slice(0, SHOWN)
        : describe(action);
  const keys = pathKeys(field('path'));
  const where = shownPath(keys);
  return new ModError(
    `${actionText} does not apply ${where === '' ? 'to the struct' : `at ${where}`}: ${cause.message}`,
    { action: actionText, path: where, found: foundText(target, keys), cause },
  );
}

/** A path for a message, its long keys described. */
function shownPath(keys: readonly PyValue[]): string {
  const text = keys
    .slice(0, SHOWN)
    .map(key => (typeof key === 'string' ? pathText([key.slice(0, SHOWN)]) : `[${describe(key)}]`))
    .join('');
  return text.length > 3 * SHOWN ? `${text.slice(0, 3 * SHOWN)}…` : text;
}

function pathKeys(path: PyValue | undefined): PyValue[] {
  try {
    return path === undefined ? [] : [...iterate(path)];
  } catch {
    return []; // no path to show; the error that is being reported says so
  }
}

/** What is there, or how far the path leads. */
function foundText(target: PyValue, keys: readonly PyValue[]): string {
  let value = target;
  for (const [depth, key] of keys.entries()) {
    try {
      value = getItem(value, key);
    } catch (error) {
      if (error instanceof PythonError || isLabwireError(error)) {
        return `${describe(value)}${depth === 0 ? '' : ` at ${shownPath(keys.slice(0, depth))}`}`;
      }
      throw error;
    }
  }
  return describe(value);
}

/** A value in one short line; of a container its size. */
export function describe(value: PyValue): string {
  if (value instanceof PyDict || value instanceof PySet) {
    return `a ${typeName(value)} of ${value.size}`;
  }
  if (Array.isArray(value) || value instanceof Tuple || value instanceof Uint8Array) {
    return `a ${typeName(value)} of ${value.length}`;
  }
  if (value instanceof NDArray) {
    return `an array ${value.dtype.str} of shape (${value.shape.join(', ')})`;
  }
  const text = pyRepr(typeof value === 'string' ? value.slice(0, SHOWN) : value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** Characters of a value that a message shows. */
const SHOWN = 100;

// Classes of your own on the wire: `{"__jsonclass__": [name, args]}` and back.

import type { PyObject, PyValue } from '../../values/index.js';

/** How instances of a class go to PYON v2 and come back. */
export type PyonClass<T extends PyObject> = {
  /** The name on the wire, the same as in the Python peer's `register`. */
  readonly name: string;
  /** The arguments that make an equal object. Tuples and dicts in them keep their types. */
  readonly encode: (object: T) => readonly PyValue[];
  /** What `encode` undid. May throw: the message becomes part of a ParseError. */
  readonly decode: (...args: PyValue[]) => PyValue;
};

/** A class, whatever its constructor takes. */
export type PyonConstructor<T extends PyObject> = abstract new (...args: never[]) => T;

type AnyClass = PyonClass<PyObject>;

/** Names that PYON gives a meaning of its own. */
export const BUILT_IN: ReadonlySet<string> = new Set([
  'tuple',
  'dict',
  'OrderedDict',
  'set',
  'complex',
  'bytes',
  'slice',
  'Fraction',
  'nparray',
  'npscalar',
]);

/** A set of registered classes. Most programs use the common one, through `register`. */
export class PyonRegistry {
  private readonly _byType = new Map<unknown, AnyClass>();
  private readonly _byName = new Map<string, AnyClass>();

  /**
   * Teach PYON one or more classes under one name. Only instances of exactly these classes are
   * encoded so; subclasses need their own line.
   * @throws {RangeError} a name or a class that is taken, a name that is not printable ASCII.
   */
  register<T extends PyObject>(
    types: PyonConstructor<T> | readonly PyonConstructor<T>[],
    definition: PyonClass<T>,
  ): void {
    const list: readonly PyonConstructor<T>[] = typeof types === 'function' ? [types] : types;
    const { name } = definition;
    if (!/^[ !#-[\]-~]+$/.test(name)) {
      throw new RangeError('a class name is printable ASCII without quotes and backslashes');
    }
    if (BUILT_IN.has(name) || this._byName.has(name)) {
      throw new RangeError(`PYON knows a class named ${name} already`);
    }
    for (const type of list) {
      if (this._byType.has(type)) {
        throw new RangeError(`the class ${type.name} is registered already`);
      }
    }
    // The map holds classes of different objects; each is only ever called with its own.
    const any = definition as unknown as AnyClass;
    for (const type of list) {
      this._byType.set(type, any);
    }
    this._byName.set(name, any);
  }

  /** Undo `register`. @throws {RangeError} such a line is not there. */
  deregister<T extends PyObject>(
    types: PyonConstructor<T> | readonly PyonConstructor<T>[],
    name: string,
  ): void {
    const list: readonly unknown[] = typeof types === 'function' ? [types] : types;
    const known = this._byName.get(name);
    if (known === undefined || list.some(type => this._byType.get(type) !== known)) {
      throw new RangeError(`no such class is registered under the name ${name}`);
    }
    for (const type of list) {
      this._byType.delete(type);
    }
    this._byName.delete(name);
  }

  /** How `object` is encoded, undefined where its class is not registered. */
  ofObject(object: PyObject): AnyClass | undefined {
    return this._byType.get(object.constructor);
  }

  /** What `name` decodes to, undefined where it is not registered. */
  ofName(name: string): AnyClass | undefined {
    return this._byName.get(name);
  }
}

/** The registry that `encode` and `decode` use when they are given none. */
export const COMMON_REGISTRY = new PyonRegistry();

/** `PyonRegistry.register` on the common registry. */
export function register<T extends PyObject>(
  types: PyonConstructor<T> | readonly PyonConstructor<T>[],
  definition: PyonClass<T>,
): void {
  COMMON_REGISTRY.register(types, definition);
}

/** `PyonRegistry.deregister` on the common registry. */
export function deregister<T extends PyObject>(
  types: PyonConstructor<T> | readonly PyonConstructor<T>[],
  name: string,
): void {
  COMMON_REGISTRY.deregister(types, name);
}

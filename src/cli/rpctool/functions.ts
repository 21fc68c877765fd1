// What a name can stand for beside a value: a function, which may be called.

import { type DType, PyObject, PythonError, type PyValue } from '../../values/index.js';

export type Arguments = {
  readonly args: readonly PyValue[];
  readonly keywords: readonly (readonly [string, PyValue])[];
};

/** A function by its name. It has no form on a wire: as an argument it is refused there. */
export class PyFunction extends PyObject {
  readonly name: string;
  readonly call: (given: Arguments) => PyValue | Promise<PyValue>;
  /** What it stands for as an argument `dtype=`; null where it is no type of numbers. */
  readonly dtype: DType | null;
  private readonly _repr: string;

  constructor(
    name: string,
    repr: string,
    call: (given: Arguments) => PyValue | Promise<PyValue>,
    dtype: DType | null = null,
  ) {
    super();
    this.name = name;
    this.call = call;
    this.dtype = dtype;
    this._repr = repr;
  }

  override get pyType(): string {
    return this._repr.startsWith('<class') ? 'type' : 'function';
  }

  override repr(): string {
    return this._repr;
  }
}

/** Where the names of an expression are looked up. */
export interface IScope {
  /** What `name` (or `np.name`) is; undefined where it is nothing. */
  lookup(name: string): PyValue | undefined;
  /** The error for a name that is nothing. */
  unknown(name: string): PythonError;
}

/**
 * The arguments by parameter, undefined where not given.
 * @param parameters - in order; the first `required` must be given.
 * @throws {PythonError} TypeError: missing, surplus, unknown, or given twice.
 */
export function bind(
  name: string,
  parameters: readonly string[],
  required: number,
  { args, keywords }: Arguments,
): (PyValue | undefined)[] {
  if (args.length > parameters.length) {
    const most = parameters.length === 1 ? '1 argument' : `${parameters.length} arguments`;
    throw new PythonError('TypeError', `${name}() takes at most ${most}, ${args.length} given`);
  }
  const bound: (PyValue | undefined)[] = parameters.map((_, i) => args[i]);
  for (const [keyword, value] of keywords) {
    const index = parameters.indexOf(keyword);
    if (index < 0) {
      const known = parameters.length === 0 ? 'none' : parameters.join(', ');
      throw new PythonError(
        'TypeError',
        `${name}() takes no argument ${keyword} here; its arguments are: ${known}`,
      );
    }
    if (bound[index] !== undefined) {
      throw new PythonError('TypeError', `${name}() got multiple values for argument '${keyword}'`);
    }
    bound[index] = value;
  }
  const missing = parameters.slice(0, required).filter((_, i) => bound[i] === undefined);
  if (missing.length > 0) {
    throw new PythonError('TypeError', `${name}() lacks the argument ${missing.join(', ')}`);
  }
  return bound;
}

/** As `bind`, where none may be given by its name. */
export function positional(
  name: string,
  least: number,
  most: number,
  given: Arguments,
): readonly PyValue[] {
  const keyword = given.keywords[0];
  if (keyword !== undefined) {
    throw new PythonError(
      'TypeError',
      `${name}() takes no keyword arguments, not even ${keyword[0]}`,
    );
  }
  const count = given.args.length;
  if (count < least || count > most) {
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    throw new PythonError('TypeError', `${name}() takes ${wanted} arguments, ${count} given`);
  }
  return given.args;
}

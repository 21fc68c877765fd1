// Arguments to parameters, as Python binds them: positional, keyword, defaults, *args, **kwargs.
//
// What does not fit is refused in the words and in the order of CPython 3.11, so that whoever calls
// reads what a Python driver would have said.
//
// Source: docs.python.org, "Calls"; vectors/sipyco/sessions/pc_rpc_calls.jsonl.

import type { ArgSpec } from '../protocols/sipyco/index.js';
import {
  NDArray,
  NumpyScalar,
  PyDict,
  PythonError,
  type PyValue,
  typeName,
} from '../values/index.js';

/** What a method was called with: a value for every parameter. */
export class BoundArguments {
  /** What `*args` took. */
  readonly varargs: readonly PyValue[];
  /** What `**kwargs` took. */
  readonly varkw: PyDict;
  private readonly _values: ReadonlyMap<string, PyValue>;

  constructor(values: ReadonlyMap<string, PyValue>, varargs: readonly PyValue[], varkw: PyDict) {
    this._values = values;
    this.varargs = varargs;
    this.varkw = varkw;
  }

  /** The value of a parameter, of whatever type the caller gave it. @throws {RangeError} there is no such parameter. */
  get(name: string): PyValue {
    const value = this._values.get(name);
    if (value === undefined) {
      const known = [...this._values.keys()].join(', ');
      throw new RangeError(`there is no parameter ${name}; there are: ${known || 'none'}`);
    }
    return value;
  }

  isNone(name: string): boolean {
    return this.get(name) === null;
  }

  /** An int, a bool, or numpy's. @throws {PythonError} TypeError. */
  int(name: string): bigint {
    const value = unwrapped(this.get(name));
    if (typeof value === 'bigint') {
      return value;
    }
    if (typeof value === 'boolean') {
      return value ? 1n : 0n;
    }
    throw refusal(name, `'${typeName(value)}' object cannot be interpreted as an integer`);
  }

  /** A float, an int, a bool, or numpy's. @throws {PythonError} TypeError, OverflowError. */
  float(name: string): number {
    const value = unwrapped(this.get(name));
    if (typeof value === 'number') {
      return value;
    }
    if (typeof value !== 'bigint' && typeof value !== 'boolean') {
      throw refusal(name, `must be real number, not ${typeName(value)}`);
    }
    const float = Number(value);
    if (!Number.isFinite(float)) {
      throw new PythonError('OverflowError', 'int too large to convert to float');
    }
    return float;
  }

  /** @throws {PythonError} TypeError. */
  str(name: string): string {
    const value = this.get(name);
    if (typeof value !== 'string') {
      throw refusal(name, `must be str, not ${typeName(value)}`);
    }
    return value;
  }

  /** True or False, or numpy's; nothing else is taken for one. @throws {PythonError} TypeError. */
  bool(name: string): boolean {
    const value = unwrapped(this.get(name));
    if (typeof value !== 'boolean') {
      throw refusal(name, `must be bool, not ${typeName(value)}`);
    }
    return value;
  }
}

/** What a numpy scalar, or an array without dimensions, holds. */
function unwrapped(value: PyValue): PyValue {
  if (value instanceof NumpyScalar) {
    return value.item();
  }
  return value instanceof NDArray && value.shape.length === 0 ? value.at([]) : value;
}

function refusal(name: string, text: string): PythonError {
  return new PythonError('TypeError', `argument '${name}': ${text}`);
}

/** Does the first parameter stand for the object itself, which callers do not give? */
export function takesSelf(argspec: ArgSpec): boolean {
  return argspec.args[0] === 'self' || argspec.args[0] === 'cls';
}

/**
 * Bind a call.
 * @param qualname - what messages call the function: `Oscillator.set_freq`.
 * @param given - positional arguments, without the object itself.
 * @throws {PythonError} TypeError: missing, surplus, unexpected or twice given.
 */
export function bind(
  qualname: string,
  argspec: ArgSpec,
  given: readonly PyValue[],
  keywords: PyDict,
): BoundArguments {
  const skipped = takesSelf(argspec) ? 1 : 0;
  const parameters = skipped === 0 ? argspec.args : argspec.args.slice(1);
  const values = new Map<string, PyValue>();
  for (let i = 0; i < parameters.length && i < given.length; i++) {
    values.set(parameters[i]!, given[i]!);
  }
  const varkw = bindKeywords(qualname, argspec, parameters, values, keywords);
  if (given.length > parameters.length && argspec.varargs === null) {
    throw typeError(tooMany(qualname, argspec, given.length + skipped, values));
  }
  fillDefaults(qualname, argspec, parameters, values);
  return new BoundArguments(values, given.slice(parameters.length), varkw);
}

/** Put keyword arguments where they belong. @returns those that only `**kwargs` takes. */
function bindKeywords(
  qualname: string,
  argspec: ArgSpec,
  parameters: readonly string[],
  values: Map<string, PyValue>,
  keywords: PyDict,
): PyDict {
  const varkw = new PyDict();
  if (keywords.size === 0) {
    return varkw;
  }
  for (const [key, value] of keywords) {
    if (typeof key !== 'string') {
      throw new PythonError('TypeError', 'keywords must be strings');
    }
    const isSelf = parameters !== argspec.args && key === argspec.args[0];
    if (parameters.includes(key) || argspec.kwonlyargs.includes(key) || isSelf) {
      if (isSelf || values.has(key)) {
        throw typeError(`${qualname}() got multiple values for argument '${key}'`);
      }
      values.set(key, value);
    } else if (argspec.varkw !== null) {
      varkw.set(key, value);
    } else {
      throw typeError(`${qualname}() got an unexpected keyword argument '${key}'`);
    }
  }
  return varkw;
}

function fillDefaults(
  qualname: string,
  argspec: ArgSpec,
  parameters: readonly string[],
  values: Map<string, PyValue>,
): void {
  const defaults = argspec.defaults ?? [];
  const firstDefault = parameters.length - defaults.length;
  const missing: string[] = [];
  for (const [i, name] of parameters.entries()) {
    if (!values.has(name)) {
      const value = i < firstDefault ? undefined : defaults[i - firstDefault];
      if (value === undefined) {
        missing.push(name);
      } else {
        values.set(name, value);
      }
    }
  }
  if (missing.length > 0) {
    throw typeError(missed(qualname, 'positional', missing));
  }
  for (const name of argspec.kwonlyargs) {
    if (!values.has(name)) {
      const value = argspec.kwonlydefaults?.get(name);
      if (value === undefined) {
        missing.push(name);
      } else {
        values.set(name, value);
      }
    }
  }
  if (missing.length > 0) {
    throw typeError(missed(qualname, 'keyword-only', missing));
  }
}

function missed(qualname: string, kind: string, names: readonly string[]): string {
  const quoted = names.map(name => `'${name}'`);
  const last = quoted.pop() ?? '';
  const list =
    quoted.length === 0 ? last : `${quoted.join(', ')}${quoted.length > 1 ? ',' : ''} and ${last}`;
  return `${qualname}() missing ${names.length} required ${kind} argument${plural(names.length)}: ${list}`;
}

function tooMany(
  qualname: string,
  argspec: ArgSpec,
  given: number,
  values: ReadonlyMap<string, PyValue>,
): string {
  const most = argspec.args.length;
  const least = most - (argspec.defaults?.length ?? 0);
  const takes = least === most ? String(most) : `from ${least} to ${most}`;
  const keywordOnly = argspec.kwonlyargs.filter(name => values.has(name)).length;
  const beside =
    keywordOnly === 0
      ? ''
      : ` positional argument${plural(given)} (and ${keywordOnly} keyword-only argument${plural(keywordOnly)})`;
  const verb = given === 1 && keywordOnly === 0 ? 'was' : 'were';
  const many = least === most ? plural(most) : 's';
  return `${qualname}() takes ${takes} positional argument${many} but ${given}${beside} ${verb} given`;
}

function plural(count: number): string {
  return count === 1 ? '' : 's';
}

function typeError(message: string): PythonError {
  return new PythonError('TypeError', message);
}

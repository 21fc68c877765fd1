// What a client may ask, and what Python raises where SiPyCo looks at something else.
//
// SiPyCo takes a request for a dict and looks no further: what a request lacks, or has of a wrong type,
// comes back as the exception that Python's indexing, `*` and `**` raise. So it does here, without a
// traceback: there are no lines of Python to show.
//
// Source: vectors/sipyco/sessions/pc_rpc_raw_{bad,loose}_requests.jsonl.

import {
  getItem,
  isLabwireError,
  iterate,
  PyDict,
  PythonError,
  type PyValue,
  pyRepr,
  Tuple,
  typeName,
} from '../../values/index.js';
import type { PackedException } from './rpcmessages.js';

/** A request that is right in form. */
export type RpcRequest =
  | {
      readonly action: 'call';
      readonly name: string;
      readonly args: readonly PyValue[];
      readonly kwargs: PyDict;
    }
  | { readonly action: 'get_rpc_method_list' };

/**
 * The request in a line. Any iterable will do for `args`.
 * @throws {PythonError} what Python raises. @throws {LimitError} `args` of too many letters or bytes.
 */
export function rpcRequestOf(value: PyValue): RpcRequest {
  const action = getItem(value, 'action');
  if (action === 'get_rpc_method_list') {
    return { action };
  }
  if (action !== 'call') {
    const text = typeof action === 'string' ? action : pyRepr(action);
    throw new PythonError('ValueError', `Unknown action: ${text}`);
  }
  const name = getItem(value, 'name');
  if (typeof name !== 'string') {
    const type = typeName(name);
    throw new PythonError('TypeError', `attribute name must be string, not '${type}'`);
  }
  // In Python's order: `**` is looked at before `*`, and the keys after both.
  const iterable = getItem(value, 'args');
  const kwargs = mappingOf(getItem(value, 'kwargs'), name);
  const args = itemsOf(iterable, name);
  checkKeywords(kwargs);
  return { action, name, args, kwargs };
}

/** What `**` makes of a value. @throws {PythonError} */
function mappingOf(value: PyValue, name: string): PyDict {
  if (!(value instanceof PyDict)) {
    const type = typeName(value);
    throw new PythonError(
      'TypeError',
      `${name}() argument after ** must be a mapping, not ${type}`,
    );
  }
  return value;
}

/** What `*` makes of a value. @throws {PythonError, LimitError} */
function itemsOf(value: PyValue, name: string): readonly PyValue[] {
  if (value instanceof Tuple) {
    return value.items; // as SiPyCo's clients send them
  }
  try {
    return Array.from(iterate(value));
  } catch (error) {
    if (error instanceof PythonError && error.message.endsWith('object is not iterable')) {
      const type = typeName(value);
      throw new PythonError(
        'TypeError',
        `${name}() argument after * must be an iterable, not ${type}`,
      );
    }
    throw error;
  }
}

/** @throws {PythonError} a key is no str. */
function checkKeywords(kwargs: PyDict): void {
  kwargs.forEach((_, key) => {
    if (typeof key !== 'string') {
      throw new PythonError('TypeError', 'keywords must be strings');
    }
  });
}

/** What was found wrong in a request, or in a value to be returned, as the exception that Python raises there. */
export function pythonExceptionOf(error: unknown): PackedException {
  if (error instanceof PythonError) {
    return raised(error.pythonClass, error.message);
  }
  if (isLabwireError(error, 'EncodeError')) {
    // The path leads from the reply; what the method returned is in its member `ret`.
    const path = error.path.replace(/^\["ret"\]/, '');
    const place = path === '' ? '' : `, at ${path}`;
    return raised(
      'TypeError',
      error.message.replace(`, at ${error.path}`, () => place),
    );
  }
  if (isLabwireError(error, 'LimitError')) {
    return raised(error.limit === 'nesting' ? 'RecursionError' : 'ValueError', error.message);
  }
  throw error;
}

function raised(name: string, message: string): PackedException {
  return { class: name, message, traceback: [] };
}

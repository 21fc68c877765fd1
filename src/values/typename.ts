// What Python calls the type of a value: for messages and for people.

import type { PyValue } from './python.js';

/** `type(value).__name__`, with `numpy.` before numpy's scalars and arrays. */
export function typeName(value: PyValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float';
    case 'bigint':
      return 'int';
    case 'string':
      return 'str';
  }
  if (value === null) {
    return 'NoneType';
  }
  if (Array.isArray(value)) {
    return 'list';
  }
  if (value instanceof Uint8Array) {
    return 'bytes';
  }
  return typeof value === 'object' && typeof value.pyType === 'string'
    ? value.pyType
    : strangerName(value);
}

/** A JavaScript name for what is no Python value, where one slipped in past the types. */
function strangerName(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return `JavaScript ${typeof value}`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const name = prototype === null ? undefined : (prototype as object).constructor?.name;
  return `JavaScript ${name ?? 'object'}`;
}

// What a person types into a form: Python literals, read and never evaluated.

import { decode } from '../protocols/pyon/index.js';
import {
  isLabwireError,
  ParseError,
  PyDict,
  PySet,
  type PyValue,
  Tuple,
  toFault,
} from '../values/index.js';
import type { CallRequest, LiteralCheck } from './remoteapi.js';
import { typeText } from './typetext.js';

/** What `text` is, as it is told while it is typed. */
export function checkLiteral(text: string): LiteralCheck {
  if (text.trim() === '') {
    return { type: 'empty' };
  }
  try {
    return { type: 'value', pyType: literalType(decode(text, { version: 1 })) };
  } catch (error) {
    if (!isLabwireError(error)) {
      throw error;
    }
    return { type: 'wrong', fault: toFault(error) };
  }
}

/** `int`, `dict · 3 keys`, `list · 1 item`, `float64[1000]`. */
export function literalType(value: PyValue): string {
  if (value instanceof PyDict) {
    return counted('dict', value.size, 'key');
  }
  if (Array.isArray(value)) {
    return counted('list', value.length, 'item');
  }
  if (value instanceof Tuple) {
    return counted('tuple', value.length, 'item');
  }
  return value instanceof PySet ? counted('set', value.size, 'item') : typeText(value);
}

function counted(name: string, count: number, what: string): string {
  return `${name} · ${count} ${what}${count === 1 ? '' : 's'}`;
}

/** The arguments of a call as values. */
export type Arguments = { readonly args: readonly PyValue[]; readonly kwargs: PyDict };

/** @throws {ParseError | LimitError} the first argument that is none: its message says which. */
export function argumentsOf({ args, kwargs }: Pick<CallRequest, 'args' | 'kwargs'>): Arguments {
  const named = new PyDict();
  const values = args.map((text, i) => literalValue(text, `argument ${i + 1}`));
  for (const [name, text] of kwargs) {
    if (named.has(name)) {
      throw new ParseError(
        `keyword argument ${JSON.stringify(name)} is given twice`,
        { position: 0, expected: 'each name once', found: JSON.stringify(name) },
        { hint: 'Take one of them out.' },
      );
    }
    named.set(name, literalValue(text, name));
  }
  return { args: values, kwargs: named };
}

function literalValue(text: string, where: string): PyValue {
  try {
    return decode(text, { version: 1 });
  } catch (error) {
    if (!isLabwireError(error, 'ParseError')) {
      throw error;
    }
    const { message, position, expected, found } = error;
    throw new ParseError(
      `${where}: ${message}`,
      { position, expected, found },
      { hint: 'Write a Python literal: a text in quotes, a number, a list. Nothing was sent.' },
    );
  }
}

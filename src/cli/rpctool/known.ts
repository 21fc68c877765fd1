// What is known as soon as it is read: literals, and lists, tuples, dicts and sets of nothing else.

import { ParseError, PyDict, PySet, type PyValue, Tuple } from '../../values/index.js';
import type { Expression, SequenceKind } from './expression.js';

export function literal(value: PyValue, at: number): Expression {
  return { type: 'value', value, at };
}

/** A list of nothing but values is one itself, at once: measured data are long. */
export function sequence(kind: SequenceKind, items: readonly Expression[], at: number): Expression {
  const values: PyValue[] = [];
  for (const item of items) {
    if (item.type !== 'value') {
      return { type: 'sequence', kind, items, at };
    }
    values.push(item.value);
  }
  switch (kind) {
    case 'list':
      return literal(values, at);
    case 'tuple':
      return literal(new Tuple(values), at);
    case 'set': {
      const set = new PySet();
      values.forEach((value, i) => {
        hashing(items[i]!.at, () => set.add(value));
      });
      return literal(set, at);
    }
  }
}

export function dict(
  entries: readonly (readonly [Expression, Expression])[],
  at: number,
): Expression {
  const made = new PyDict();
  for (const [key, value] of entries) {
    if (key.type !== 'value' || value.type !== 'value') {
      return { type: 'dict', entries, at };
    }
    hashing(key.at, () => made.set(key.value, value.value));
  }
  return literal(made, at);
}

/** Do `act`, where a key or a member may be unhashable. @throws {ParseError} it is. */
export function hashing(at: number, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof TypeError) || !error.message.startsWith('unhashable')) {
      throw error;
    }
    throw new ParseError(`TypeError at position ${at}: ${error.message}`, {
      position: at,
      expected: 'a hashable value',
      found: error.message.replace(/^unhashable type: '(.*)'$/, '$1'),
    });
  }
}

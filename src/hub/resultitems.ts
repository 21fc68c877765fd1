// The items of a result, some at a time: what a tree on the page shows of it.

import { PyDict, PySet, type PyValue, Tuple } from '../values/index.js';
import type { ResultItems } from './remoteapi.js';
import { typeText } from './typetext.js';
import { ROW_LIMIT, reprText } from './views/format.js';

const ITEM_LIMIT = 1000; // of one answer: many more than are looked at
const TEXT_LIMIT = 200; // characters of an item: two lines

/** Null for what has none: a scalar, a text, an array. */
export function itemCountOf(value: PyValue): number | null {
  return Array.isArray(value) || value instanceof Tuple
    ? value.length
    : value instanceof PyDict || value instanceof PySet
      ? value.size
      : null;
}

/**
 * @param path - where in `value`: places of items, as they are counted here.
 * @throws {RangeError} there is nothing, or nothing that has items.
 */
export function itemsOf(
  value: PyValue,
  path: readonly number[],
  from: number,
  count: number,
): ResultItems {
  let at = value;
  for (const place of path) {
    const [entry] = slice(at, place, 1);
    if (entry === undefined) {
      throw new RangeError(`there is no item ${path.join('.')}`);
    }
    at = entry[1];
  }
  const itemCount = itemCountOf(at);
  if (itemCount === null) {
    throw new RangeError(`a value of type ${typeText(at)} has no items`);
  }
  return {
    itemCount,
    items: slice(at, from, Math.min(count, ITEM_LIMIT)).map(([key, item]) => ({
      key,
      pyType: typeText(item),
      text: reprText(item, TEXT_LIMIT),
      itemCount: itemCountOf(item),
    })),
  };
}

type Entry = readonly [key: string | null, item: PyValue];

/** A dict and a set are walked from their beginning, a list is not. */
function slice(value: PyValue, from: number, count: number): readonly Entry[] {
  if (Array.isArray(value) || value instanceof Tuple) {
    const items: readonly PyValue[] = value instanceof Tuple ? value.items : value;
    return items
      .slice(from, from + count)
      .map((item, index) => [String(from + index), item] as const);
  }
  const found: Entry[] = [];
  if (value instanceof PyDict || value instanceof PySet) {
    let place = 0;
    // Of a set the keys are what it has.
    for (const key of value instanceof PyDict ? value.keys() : value.values()) {
      if (place >= from + count) {
        break;
      }
      if (place >= from) {
        found.push(
          value instanceof PyDict
            ? [reprText(key, ROW_LIMIT), value.get(key) ?? null]
            : [null, key],
        );
      }
      place += 1;
    }
  }
  return found;
}

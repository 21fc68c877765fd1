// A result as a line or a page of text, and which views can show more of it.

import { NDArray, PyDict, PySet, type PyValue, pprint, Tuple } from '../values/index.js';
import type { ViewKind } from './api.js';
import type { ResultSummary } from './remoteapi.js';
import { itemCountOf } from './resultitems.js';
import { tableShapeOf } from './resulttable.js';
import { typeText } from './typetext.js';
import { kindOf } from './views/auto.js';
import { numberOf, reprText, TEXT_LIMIT } from './views/format.js';
import { sparkOf } from './views/spark.js';

/** Items and characters that pprint lays out: many more than `TEXT_LIMIT` can show. */
const LAID_OUT = 10_000;
/** Brackets inside brackets that pprint lays out: it would need a call stack for each. */
const DEEPEST = 50;
/** Elements of an array whose middle numpy leaves out. */
const SHORTENED_ABOVE = 1000;

export function summaryOf(value: PyValue): ResultSummary {
  const { isSmall, isShortened } = lookedAt(value);
  const whole = isSmall ? pprint(value) : reprText(value, TEXT_LIMIT);
  const isLong = whole.length > TEXT_LIMIT;
  return {
    pyType: typeText(value),
    text: isLong ? `${whole.slice(0, TEXT_LIMIT - 1)}…` : whole,
    isCut: isLong || !isSmall || isShortened,
    views: viewsOf(value),
    itemCount: itemCountOf(value),
    table: tableShapeOf(value),
    spark: sparkOf(value),
  };
}

/** Text, bytes, None and what has no shape of its own are text only. */
function viewsOf(value: PyValue): readonly ViewKind[] {
  const kind = kindOf(value);
  return kind === 'number' && numberOf(value) === null ? [] : [kind];
}

/**
 * Can pprint lay it out: few items and characters, not too deep? And does it leave out the middle of an
 * array? Looks no further than that.
 */
function lookedAt(value: PyValue): { readonly isSmall: boolean; readonly isShortened: boolean } {
  let left = LAID_OUT;
  let isShortened = false;
  // A dict takes two places, for keys and values.
  const waiting: Iterator<PyValue>[] = [[value][Symbol.iterator]()];
  for (let top = waiting.at(-1); top !== undefined; top = waiting.at(-1)) {
    const next = top.next();
    if (next.done === true) {
      waiting.pop();
      continue;
    }
    const item = next.value;
    left -= typeof item === 'string' || item instanceof Uint8Array ? 1 + item.length : 1;
    if (left < 0 || waiting.length > 2 * DEEPEST) {
      return { isSmall: false, isShortened };
    }
    if (item instanceof NDArray) {
      isShortened ||= item.size > SHORTENED_ABOVE;
    } else if (item instanceof PyDict) {
      waiting.push(item.keys()[Symbol.iterator](), item.values()[Symbol.iterator]());
    } else if (Array.isArray(item) || item instanceof Tuple || item instanceof PySet) {
      waiting.push((item as Iterable<PyValue>)[Symbol.iterator]());
    }
  }
  return { isSmall: true, isShortened };
}

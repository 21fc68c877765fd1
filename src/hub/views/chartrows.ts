// Which rows of long tables are drawn: vega-lite takes about a thousand twenty times a second.
//
// A table is cut into stretches, and of each stretch the rows stay in which a column has its smallest
// and its largest value, in their order. So a spike is never lost, and a row is never torn apart. A
// column that only ascends, as an axis does, has its extremes at the ends of each stretch anyway.

import type { Pyramid } from './pyramid.js';

/** Rows of all tables of a chart together. */
export const CHART_ROWS = 1000;

/** A column of numbers as the choice sees it; null: a column of anything else, or one that ascends. */
export type Extremes = Pick<Pyramid, 'extremes'> | null;

/** How many rows each table may have: the short ones all of theirs, the long ones equal shares of the rest. */
export function sharesOf(lengths: readonly number[], limit = CHART_ROWS): readonly number[] {
  const shares = lengths.map(() => 0);
  let left = limit;
  let tables = lengths.length;
  for (const [length, table] of lengths.map((n, i) => [n, i] as const).sort(([a], [b]) => a - b)) {
    shares[table] = Math.min(length, Math.floor(left / tables));
    left -= shares[table]!;
    tables -= 1;
  }
  return shares;
}

/** At most `limit` of `length` rows, ascending; null where they are all of them. */
export function chooseRows(
  columns: readonly Extremes[],
  length: number,
  limit: number,
): Uint32Array | null {
  if (length <= limit) {
    return null;
  }
  const wild = columns.filter(column => column !== null);
  // The first and the last row always stay, so that an axis keeps its length.
  const most = limit - 2;
  const stretches = wild.length === 0 ? most : Math.floor(most / (2 * wild.length));
  if (stretches < 1) {
    return Uint32Array.of(0, length - 1).subarray(0, Math.max(0, limit));
  }
  const chosen = new Set([0, length - 1]);
  const found = new Int32Array(2);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * length) / stretches);
    const to = Math.floor(((stretch + 1) * length) / stretches);
    let isEmpty = true;
    for (const column of wild) {
      column.extremes(from, to, found);
      if (found[0]! >= 0) {
        isEmpty = false;
        chosen.add(found[0]!).add(found[1]!);
      }
    }
    if (isEmpty) {
      chosen.add(from); // without a value in it: it stays a gap
    }
  }
  return Uint32Array.from(chosen).sort();
}

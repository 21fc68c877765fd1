// Rows in order, in chunks, with the sum of their heights per chunk.
//
// A million siblings stay cheap: a new one moves at most one chunk, a new height is added up in one
// chunk, and the row at a given line is found by passing over whole chunks. Rows that arrive in bulk
// are sorted once, when somebody first looks.

const CHUNK_ROWS = 1024;
const FEW = 64; // additions that are cheaper one by one than by merging everything

/** What the list needs of a row. `height` counts screen rows: 0 hidden, more than 1 unfolded. */
export interface ISortable {
  readonly label: string;
  /** Settles the order of rows with one label. */
  readonly rank: number;
  height: number;
}

export type Chunk<R> = {
  rows: R[];
  /** Sum of the heights; wrong while `isStale`. */
  height: number;
  isStale: boolean;
};

export class SortedRows<R extends ISortable> {
  private _chunks: Chunk<R>[] = [];
  private _pending: R[] = [];
  private _size = 0;

  get size(): number {
    return this._size;
  }

  /** In order. Valid until the next change. */
  get chunks(): readonly Chunk<R>[] {
    this._sortIn();
    return this._chunks;
  }

  /** Add a row that is not there yet. */
  add(row: R): void {
    this._pending.push(row);
    this._size += 1;
  }

  find(label: string, rank: number): R | undefined {
    const [chunk, index] = this._locate(label, rank);
    const row = chunk?.rows[index];
    return row !== undefined && row.label === label && row.rank === rank ? row : undefined;
  }

  remove(row: R): void {
    const [chunk, index] = this._locate(row.label, row.rank);
    if (chunk?.rows[index] !== row) {
      throw new RangeError(`no row ${JSON.stringify(row.label)} to remove`);
    }
    chunk.rows.splice(index, 1);
    chunk.isStale = true;
    this._size -= 1;
    if (chunk.rows.length === 0) {
      this._chunks.splice(this._chunks.indexOf(chunk), 1);
    }
  }

  /** The height of `row` is another now. */
  touch(row: R): void {
    const [chunk] = this._locate(row.label, row.rank);
    if (chunk !== undefined) {
      chunk.isStale = true;
    }
  }

  /** All heights may be others now. */
  touchAll(): void {
    for (const chunk of this._chunks) {
      chunk.isStale = true;
    }
  }

  private _sortIn(): void {
    const added = this._pending;
    if (added.length === 0) {
      return;
    }
    this._pending = [];
    if (added.length <= FEW) {
      for (const row of added) {
        this._insert(row);
      }
      return;
    }
    added.sort(compareRows);
    this._chunks = cut(merge(this._chunks, added));
  }

  private _insert(row: R): void {
    const [found, index] = this._place(row.label, row.rank);
    if (found === undefined) {
      const last = this._chunks.at(-1);
      if (last === undefined) {
        this._chunks.push({ rows: [row], height: 0, isStale: true });
        return;
      }
      last.rows.push(row);
      this._settle(last);
      return;
    }
    found.rows.splice(index, 0, row);
    this._settle(found);
  }

  private _settle(chunk: Chunk<R>): void {
    chunk.isStale = true;
    if (chunk.rows.length > CHUNK_ROWS) {
      const rest = chunk.rows.splice(CHUNK_ROWS / 2);
      const at = this._chunks.indexOf(chunk) + 1;
      this._chunks.splice(at, 0, { rows: rest, height: 0, isStale: true });
    }
  }

  private _locate(label: string, rank: number): readonly [Chunk<R> | undefined, number] {
    this._sortIn();
    return this._place(label, rank);
  }

  // The first row that is not before (label, rank): its chunk and index; no chunk if all are before.
  private _place(label: string, rank: number): readonly [Chunk<R> | undefined, number] {
    const chunks = this._chunks;
    const chunk =
      chunks[firstNotBefore(chunks.length, i => isBefore(chunks[i]!.rows.at(-1)!, label, rank))];
    const rows = chunk?.rows ?? [];
    return [chunk, firstNotBefore(rows.length, i => isBefore(rows[i]!, label, rank))];
  }
}

function isBefore(row: ISortable, label: string, rank: number): boolean {
  const order = compareNames(row.label, label);
  return order < 0 || (order === 0 && row.rank < rank);
}

function firstNotBefore(length: number, isBeforeAt: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBeforeAt(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function compareRows(a: ISortable, b: ISortable): number {
  return compareNames(a.label, b.label) || a.rank - b.rank;
}

function merge<R extends ISortable>(chunks: readonly Chunk<R>[], added: readonly R[]): R[] {
  const old = chunks.flatMap(chunk => chunk.rows);
  const merged: R[] = [];
  let next = 0;
  for (const row of old) {
    while (next < added.length && compareRows(added[next]!, row) < 0) {
      merged.push(added[next++]!);
    }
    merged.push(row);
  }
  while (next < added.length) {
    merged.push(added[next++]!);
  }
  return merged;
}

// Half full, so that the next rows do not split every chunk.
function cut<R>(rows: readonly R[]): Chunk<R>[] {
  const chunks: Chunk<R>[] = [];
  for (let at = 0; at < rows.length; at += CHUNK_ROWS / 2) {
    chunks.push({ rows: rows.slice(at, at + CHUNK_ROWS / 2), height: 0, isStale: true });
  }
  return chunks;
}

const ZERO = 0x30;
const NINE = 0x39;

/**
 * Order of names as people count: `ch2` before `ch10`, otherwise by UTF-16 unit. Only texts that are
 * the same compare as 0.
 */
export function compareNames(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  let i = 0;
  while (i < shared && a.charCodeAt(i) === b.charCodeAt(i)) {
    i++;
  }
  if (i === shared) {
    return a.length - b.length;
  }
  const inNumber = i > 0 && isDigit(a.charCodeAt(i - 1));
  const endA = endOfDigits(a, i);
  const endB = endOfDigits(b, i);
  // Two numbers that differ here: the one with more digits left is larger.
  if ((inNumber || (endA > i && endB > i)) && endA - i !== endB - i) {
    return endA - i - (endB - i);
  }
  return a.charCodeAt(i) - b.charCodeAt(i);
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text.charCodeAt(end))) {
    end++;
  }
  return end;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

// The rows of a log: the records that its filters leave, one row each, or one a line where unfolded.
//
// Rows are numbered from when the filters were set. Those that are gone are counted, so that a row
// keeps its number and what a person reads stays in its place while old records go.

import type { LogItem, LogRing } from './logring.js';

/** Lines of an unfolded record; the rest is in what is copied or exported. */
export const LINE_LIMIT = 1000;
/** Characters of a line on the screen. */
export const LINE_CHARACTERS = 500;

/** Which records are shown. */
export type LogFilter = {
  /** Python's number; null: all, and what has no level. */
  readonly level: number | null;
  readonly source: string | null;
  /** What source, name or message contain, whatever its case. */
  readonly texts: readonly string[];
};

/** One row: which line of which record. */
export type LogPlace = { readonly id: number; readonly line: number };

/** An unfolded record that is shown: its place in the list of ids, and how many more rows it takes. */
type Tall = { readonly at: number; readonly more: number };

export class LogRows {
  /** The oldest row that is left. */
  startRow = 0;
  private _filter: LogFilter = { level: null, source: null, texts: [] };
  private _patterns: readonly RegExp[] = [];
  private _ids: number[] = [];
  private _start = 0;
  private _unfolded: readonly number[] = [];
  private _columns = 0;
  private _tall: readonly Tall[] = [];

  /** Records that are shown. */
  get count(): number {
    return this._ids.length - this._start;
  }

  /** Rows of all of them. */
  get height(): number {
    return this._tall.reduce((sum, { more }) => sum + more, this.count);
  }

  /** Show what passes, all of it folded; rows are numbered anew. */
  setFilter(filter: LogFilter, ring: LogRing): void {
    this._filter = filter;
    this._patterns = filter.texts
      .filter(text => text !== '')
      .map(text => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu'));
    this.startRow = 0;
    this._ids = [];
    this._start = 0;
    this._unfolded = [];
    this._tall = [];
    for (let id = ring.firstId; id < ring.nextId; id++) {
      this.add(ring.at(id));
    }
  }

  /** @param unfolded - ids of records, ascending. */
  setUnfolded(unfolded: readonly number[], columns: number, ring: LogRing): void {
    this._unfolded = unfolded;
    this._columns = columns;
    this._tall = unfolded.flatMap(id => {
      const at = this._find(id);
      const more = this._ids[at] === id ? this.lineCount(ring.at(id)) - 1 : 0;
      return more > 0 ? [{ at, more }] : [];
    });
  }

  /** A record came. @returns whether it is shown. */
  add(item: LogItem): boolean {
    const { level, source } = this._filter;
    const isShown =
      (level === null || (item.levelno !== null && item.levelno >= level)) &&
      (source === null || item.source === source) &&
      this._patterns.every(
        pattern =>
          pattern.test(item.message) || pattern.test(item.source) || pattern.test(item.name),
      );
    if (isShown) {
      this._ids.push(item.id);
    }
    return isShown;
  }

  /** Records before `firstId` are gone. */
  dropBefore(firstId: number): void {
    while (this._start < this._ids.length && this._ids[this._start]! < firstId) {
      let rows = 1;
      if (this._tall[0]?.at === this._start) {
        rows += this._tall[0].more;
        this._tall = this._tall.slice(1);
      }
      this.startRow += rows;
      this._start += 1;
    }
    if (this._start > this.count) {
      this._ids = this._ids.slice(this._start);
      this._tall = this._tall.map(({ at, more }) => ({ at: at - this._start, more }));
      this._start = 0;
    }
  }

  /** The first row of record `id`, or of the next that is shown; that behind the last where there is none. */
  rowOf(id: number): number {
    const at = this._find(id);
    const above = this._tall.filter(tall => tall.at < at);
    return this.startRow + at - this._start + above.reduce((sum, { more }) => sum + more, 0);
  }

  /** What stands in `count` rows from `row` on; fewer at the end. */
  places(row: number, count: number): readonly LogPlace[] {
    const places: LogPlace[] = [];
    const tall = this._tall;
    let next = 0;
    let skip = Math.max(0, row - this.startRow);
    let at = this._start;
    while (at < this._ids.length && places.length < count) {
      while (next < tall.length && tall[next]!.at < at) {
        next += 1;
      }
      const to = tall[next]?.at ?? this._ids.length;
      if (at < to) {
        // Folded records up to the next that is not.
        const step = Math.min(skip, to - at);
        skip -= step;
        at += step;
        for (; at < to && places.length < count; at++) {
          places.push({ id: this._ids[at]!, line: 0 });
        }
        continue;
      }
      const lines = 1 + tall[next]!.more;
      for (let line = skip; line < lines && places.length < count; line++) {
        places.push({ id: this._ids[at]!, line });
      }
      skip = Math.max(0, skip - lines);
      at += 1;
    }
    return places;
  }

  /** Records from `first` to `last` that are shown. */
  between(first: number, last: number): readonly number[] {
    return this._ids.slice(this._find(first), this._find(last + 1));
  }

  isUnfolded(id: number): boolean {
    return this._unfolded.includes(id);
  }

  /** Lines that `item` has unfolded. */
  lineCount(item: LogItem): number {
    return countLines(item.message, this._width);
  }

  /** Some lines of `item` unfolded, wrapped where they are too long. */
  lines(item: LogItem, from: number, count: number): readonly string[] {
    return linesOf(item.message, this._width, from, count);
  }

  private get _width(): number {
    return this._columns > 0 ? Math.min(this._columns, LINE_CHARACTERS) : LINE_CHARACTERS;
  }

  // The place of `id` in `_ids`, or of the next.
  private _find(id: number): number {
    let low = this._start;
    let high = this._ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this._ids[middle]! < id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

// Where the lines of a text begin and end, none longer than `width`; LINE_LIMIT of them at most.
function* spansOf(whole: string, width: number): Generator<readonly [from: number, to: number]> {
  // Of a text of megabytes no more is looked through, in each frame, than so many lines can take.
  const text = whole.slice(0, LINE_LIMIT * (width + 1));
  let from = 0;
  let end = -1;
  for (let count = 0; count < LINE_LIMIT && from <= text.length; count++) {
    if (end < from) {
      const newline = text.indexOf('\n', from);
      end = newline < 0 ? text.length : newline;
    }
    if (end - from > width) {
      yield [from, from + width];
      from += width;
    } else {
      yield [from, end];
      from = end + 1;
    }
  }
}

function countLines(text: string, width: number): number {
  let count = 0;
  for (const _span of spansOf(text, width)) {
    count += 1;
  }
  return count;
}

function linesOf(text: string, width: number, from: number, count: number): readonly string[] {
  const lines: string[] = [];
  let line = 0;
  for (const [start, end] of spansOf(text, width)) {
    if (line >= from + count) {
      break;
    }
    if (line >= from) {
      const isCut = line === LINE_LIMIT - 1 && end < text.length;
      lines.push(isCut ? '…' : text.slice(start, end));
    }
    line += 1;
  }
  return lines;
}

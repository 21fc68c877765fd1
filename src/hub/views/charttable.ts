// The rows that go by one name in a chart, made of what its sources say.
//
// A source without a column is the table: a list has {index, value}, a dict of equally long lists its
// columns, a dict of scalars {key, value}, a list of dicts their items. Sources with a column are its
// columns; a scalar among lists stands in each row. Where all are scalars the table is what was read
// of them, {time, …}, the last thousand times.

import {
  type Fault,
  PyDict,
  type PyValue,
  pyRepr,
  type Reading,
  Tuple,
  toFault,
  UnsupportedError,
} from '../../values/index.js';
import type { SourceEvent } from '../sources/source.js';
import {
  cellOf,
  type IChartColumn,
  IndexColumn,
  isScalar,
  ListColumn,
  lengthOf,
  SameColumn,
} from './chartcolumn.js';
import { CHART_ROWS } from './chartrows.js';
import { scalarOf } from './format.js';

/** A source of a chart: whose rows it has, as which column, and what to call it in a sentence. */
export type ChartSource = {
  readonly name: string;
  /** Null: it is the whole table. */
  readonly column: string | null;
  readonly label: string;
};

export type NamedColumn = { readonly name: string; readonly column: IChartColumn };

const COLUMN_LIMIT = 64; // of one dict or one list of dicts

type ReadingEvent = Extract<SourceEvent, { readonly type: 'reading' }>;

/** What one source said last. */
type Part = {
  readonly source: ChartSource;
  readonly list: ListColumn;
  reading: Reading<PyValue> | null;
  misfit: Fault | null;
};

export class ChartTable {
  readonly name: string;
  private readonly _parts: readonly Part[];
  private readonly _isWhole: boolean;
  // Of a whole that is a dict or a list of dicts, by their names.
  private readonly _items = new Map<string, ListColumn>();
  private _history: History | null = null;
  private _wrong: string | null = null;

  /** @param sources - of the same name: one without a column, or some with. */
  constructor(sources: readonly ChartSource[]) {
    this.name = sources[0]!.name;
    this._isWhole = sources[0]!.column === null;
    this._parts = sources.map(source => ({
      source,
      list: new ListColumn(source.label),
      reading: null,
      misfit: null,
    }));
  }

  /** Has every source of it said something? */
  get present(): boolean {
    return this._parts.every(({ reading }) => reading !== null);
  }

  /** Why there are no rows, and will be none of such a value. */
  get misfit(): Fault | null {
    return this._parts.find(({ misfit }) => misfit !== null)?.misfit ?? null;
  }

  /** What does not go together just now, in a clause; null where all does. */
  get wrong(): string | null {
    return this._wrong;
  }

  /** @param at - which of its sources. */
  take(at: number, { reading, range }: ReadingEvent): void {
    const it = this._parts[at]!;
    const { value, display } = reading;
    it.reading = reading;
    it.misfit = null;
    if (isScalar(value) || it.list.take(value, display, range)) {
      this._items.clear();
    } else {
      it.misfit = this._takeItems(reading, it.source);
    }
    this._remember();
    this._wrong = this._difference();
  }

  // A row for each thing that is said, once all have been heard, and as long as all are scalars.
  private _remember(): void {
    const readings = this._parts.flatMap(({ reading }) => (reading === null ? [] : [reading]));
    if (!readings.every(({ value }) => isScalar(value))) {
      this._history = null;
    } else if (this.present) {
      const newest = readings.reduce((most, { timeNs }) => (timeNs > most ? timeNs : most), 0n);
      this._history ??= new History();
      this._history.add(newest, readings);
    }
  }

  // A dict, or a list of dicts. @returns why there are no rows; null where there are.
  private _takeItems(reading: Reading<PyValue>, source: ChartSource): Fault | null {
    const { value, display } = reading;
    this._items.clear();
    const lists = this._isWhole ? listsOf(value) : null;
    if (lists === null) {
      return this._misfitOf(reading, source);
    }
    if (lists.size > COLUMN_LIMIT) {
      return misfit(
        `${source.label} has more than ${COLUMN_LIMIT} columns, a chart takes no more`,
        'Bind the ones that are drawn by themselves.',
      );
    }
    for (const [name, list] of lists) {
      const column = new ListColumn(name);
      this._items.set(name, column);
      if (!column.take(list, display, null)) {
        return this._misfitOf(reading, source);
      }
    }
    return null;
  }

  private _misfitOf({ type }: Reading<PyValue>, { label }: ChartSource): Fault {
    const dicts = this._isWhole ? ', a dict of equally long ones or a list of dicts' : '';
    return misfit(
      `${label || 'this'} is ${type}, a chart takes scalars, a list or 1-D array${dicts}`,
      'Show it with view="auto".',
    );
  }

  private _difference(): string | null {
    const [first, ...others] = this._lists();
    const other = others.find(({ column }) => column.length !== first!.column.length);
    return other === undefined
      ? null
      : `${first!.name} has ${first!.column.length} values and ` +
          `${other.name} has ${other.column.length}: they must be equally long`;
  }

  private _lists(): readonly NamedColumn[] {
    if (this._items.size > 0) {
      return [...this._items].map(([name, column]) => ({ name, column }));
    }
    return this._parts.flatMap(({ source, list, reading }) =>
      reading === null || isScalar(reading.value)
        ? []
        : [{ name: source.column ?? source.label, column: list }],
    );
  }

  /** The number of its first row: of those that were read so many are gone. */
  get firstRow(): number {
    return this._history?.goneCount ?? 0;
  }

  /** As they are now, equally long; only of what is present, with no misfit and nothing wrong. */
  columns(): readonly NamedColumn[] {
    if (this._history !== null) {
      return this._history.columns(this._parts.map(({ source }) => source.column ?? 'value'));
    }
    if (this._items.size > 0) {
      return this._lists();
    }
    if (this._isWhole) {
      const { list } = this._parts[0]!;
      return [
        { name: 'index', column: new IndexColumn(list.length) },
        { name: 'value', column: list },
      ];
    }
    const length = this._lists()[0]?.column.length ?? 0;
    return this._parts.map(({ source, list, reading }) => ({
      name: source.column!,
      column: isScalar(reading!.value)
        ? new SameColumn(reading!.value, reading!.display, length)
        : list,
    }));
  }

  close(): void {
    this._items.clear();
    this._history = null;
    for (const part of this._parts) {
      part.reading = null;
      part.misfit = null;
      part.list.take([], {}, null);
    }
  }
}

/** Readings of scalars, the last thousand, oldest first. */
class History {
  goneCount = 0;
  private readonly _timesMs: number[] = [];
  private readonly _rows: (readonly PyValue[])[] = [];

  add(timeNs: bigint, readings: readonly Reading<PyValue>[]): void {
    // In two steps: a float64 has no room for ns since 1970.
    this._timesMs.push(Number(timeNs / 1000n) / 1000);
    this._rows.push(
      readings.map(({ value, display }) =>
        (display.scale ?? 1) === 1 ? scalarOf(value) : cellOf(value, display),
      ),
    );
    if (this._rows.length > CHART_ROWS) {
      this.goneCount += 1;
      this._timesMs.shift();
      this._rows.shift();
    }
  }

  columns(names: readonly string[]): readonly NamedColumn[] {
    return [
      { name: 'time', column: columnOf(this._timesMs) },
      ...names.map((name, index) => ({
        name,
        column: columnOf(this._rows.map(row => row[index]!)),
      })),
    ];
  }
}

function columnOf(cells: readonly PyValue[]): ListColumn {
  const column = new ListColumn('');
  column.take([...cells], {}, null);
  return column;
}

function listsOf(value: PyValue): ReadonlyMap<string, PyValue> | null {
  return value instanceof PyDict
    ? listsOfDict(value)
    : listsOfRows(Array.isArray(value) ? value : value instanceof Tuple ? value.items : []);
}

// Columns of lists; of scalars, one row for each key. Null: neither.
function listsOfDict(dict: PyDict): ReadonlyMap<string, PyValue> | null {
  const items = [...dict].map(([key, value]) => [nameOf(key), value] as const);
  if (items.every(([, value]) => isScalar(value))) {
    return new Map<string, PyValue>([
      ['key', items.map(([name]) => name)],
      ['value', items.map(([, value]) => value)],
    ]);
  }
  return items.every(([, value]) => lengthOf(value) !== null) ? new Map(items) : null;
}

function listsOfRows(rows: readonly PyValue[]): ReadonlyMap<string, PyValue> | null {
  const lists = new Map<string, PyValue[]>();
  for (const [index, row] of rows.entries()) {
    if (!(row instanceof PyDict)) {
      return null;
    }
    for (const [key, value] of row) {
      const name = nameOf(key);
      const list = lists.get(name) ?? new Array<PyValue>(rows.length).fill(null);
      list[index] = value;
      lists.set(name, list);
      if (lists.size > COLUMN_LIMIT) {
        return lists;
      }
    }
  }
  return rows.length === 0 ? null : lists;
}

function nameOf(key: PyValue): string {
  return typeof key === 'string' ? key : pyRepr(key);
}

function misfit(sentence: string, hint: string): Fault {
  return toFault(new UnsupportedError(sentence, { feature: 'data of a chart' }, { hint }));
}

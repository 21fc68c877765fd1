// A result as rows and columns: what it has of them, and the texts of some of its cells.
//
// Arrays of one and two axes, records, lists of lists of one length, lists of dicts with the same keys.
// Cells are exact: every digit that tells a value of its type from its neighbours. Nobody asks for more
// cells than a screen shows, so a table of a million rows costs what is seen of it.

import {
  type DType,
  isoText,
  NAT,
  NDArray,
  NumpyScalar,
  PyDict,
  PySet,
  type PyValue,
  pyRepr,
  Tuple,
} from '../values/index.js';
import type { CellWindow, TableShape } from './remoteapi.js';
import { typeText } from './typetext.js';
import { COPY_LIMIT, reprText } from './views/format.js';

const CELL_LIMIT = 200; // characters of one among others
const WINDOW_LIMIT = 10_000; // cells of one answer: a screen of 4K shows fewer
const NAME_LIMIT = 1000; // columns with names, which all go to the page
const NAME_CHARACTERS = 100;

type Table = {
  readonly shape: TableShape;
  readonly cell: (row: number, column: number, limit: number) => string;
};

/** Tables that were asked for: to find that all rows are alike takes a look at each. */
const TABLES = new WeakMap<object, Table | { readonly shape: null }>();

/** Null for what is no table, and for one without cells. */
export function tableShapeOf(value: PyValue): TableShape | null {
  return tableOf(value)?.shape ?? null;
}

/**
 * Texts of cells, row by row, cut to 200 characters; of a single cell it is whole up to `COPY_LIMIT`.
 * @throws {RangeError} the value is no table.
 */
export function cellsOf(value: PyValue, window: CellWindow): readonly (readonly string[])[] {
  const table = tableOf(value);
  if (table === null) {
    throw new RangeError(`a value of type ${typeText(value)} is no table`);
  }
  const { shape, cell } = table;
  const columns = between(window.firstColumn, window.columnCount, shape.columnCount, WINDOW_LIMIT);
  const fitting = Math.floor(WINDOW_LIMIT / Math.max(1, columns.length));
  const rows = between(window.firstRow, window.rowCount, shape.rowCount, fitting);
  const limit = rows.length * columns.length === 1 ? COPY_LIMIT : CELL_LIMIT;
  return rows.map(row => columns.map(column => cell(row, column, limit)));
}

function between(first: number, count: number, length: number, limit: number): readonly number[] {
  const start = Math.max(0, first);
  const end = Math.min(start + Math.min(count, limit), length);
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
}

function tableOf(value: PyValue): Table | null {
  if (!(value instanceof NDArray || value instanceof Tuple || Array.isArray(value))) {
    return null;
  }
  const known = TABLES.get(value) ?? found(value) ?? { shape: null };
  TABLES.set(value, known);
  return known.shape === null ? null : known;
}

function found(value: NDArray | Tuple | readonly PyValue[]): Table | null {
  const table = value instanceof NDArray ? tableOfArray(value) : tableOfItems(itemsIn(value));
  return table === null || table.shape.rowCount * table.shape.columnCount === 0 ? null : table;
}

// ---- Arrays -------------------------------------------------------------------------------------

function tableOfArray(array: NDArray): Table | null {
  const { dtype, shape } = array;
  const [rowCount, columnCount] = shape;
  if (dtype.kind === 'O' || rowCount === undefined || shape.length > 2) {
    return null;
  }
  if (columnCount !== undefined) {
    return {
      shape: { rowCount, columnCount, columns: 'numbered' },
      cell: (row, column, limit) => elementText(dtype, array.at([row, column]), limit),
    };
  }
  const { fields } = dtype;
  if (fields === null || fields.length > NAME_LIMIT) {
    return {
      shape: { rowCount, columnCount: 1, columns: 'single' },
      cell: (row, _column, limit) => elementText(dtype, array.at(row), limit),
    };
  }
  return {
    shape: named(
      rowCount,
      fields.map(({ name }) => name),
    ),
    cell: (row, column, limit) => {
      const record = array.at(row) as Tuple;
      return elementText(fields[column]!.dtype, record.items[column]!, limit);
    },
  };
}

/**
 * As numpy writes an element: without its class, with the digits that its own precision needs. A long
 * double is read as float64, and written so.
 */
function elementText(dtype: DType, value: PyValue, limit: number): string {
  if (value instanceof NumpyScalar) {
    return dtype.kind === 'M' ? isoText(value) : durationText(value);
  }
  if (dtype.kind !== 'f' && dtype.kind !== 'c') {
    return reprText(value, limit, true);
  }
  const isLong = dtype.itemsize > (dtype.kind === 'c' ? 16 : 8);
  const text = pyRepr(isLong ? value : NumpyScalar.of(dtype, value));
  return text.replace(/^(?:np\.\w+)?\((.*)\)$/, '$1');
}

function durationText(value: NumpyScalar): string {
  const ticks = value.ticks();
  return ticks === NAT ? 'NaT' : `${ticks} ${value.dtype.unit}`.trimEnd();
}

// ---- Lists --------------------------------------------------------------------------------------

function tableOfItems(items: readonly PyValue[]): Table | null {
  const [first] = items;
  const rowCount = items.length;
  if (first instanceof PyDict) {
    return tableOfDicts(first, items);
  }
  const columnCount = first === undefined ? null : lengthOf(first);
  if (columnCount !== null) {
    return items.every(row => lengthOf(row) === columnCount)
      ? {
          shape: { rowCount, columnCount, columns: 'numbered' },
          cell: (row, column, limit) => itemText(items[row]!, column, limit),
        }
      : null;
  }
  return items.some(isContainer)
    ? null
    : {
        shape: { rowCount, columnCount: 1, columns: 'single' },
        cell: (row, _column, limit) => reprText(items[row]!, limit, true),
      };
}

/** Null for what is no row of cells. */
function lengthOf(value: PyValue): number | null {
  return value instanceof NDArray
    ? value.ndim === 1 && value.dtype.kind !== 'O'
      ? value.size
      : null
    : value instanceof Tuple || Array.isArray(value)
      ? value.length
      : null;
}

function itemText(row: PyValue, column: number, limit: number): string {
  return row instanceof NDArray
    ? elementText(row.dtype, row.at(column), limit)
    : reprText(itemsIn(row as Tuple | readonly PyValue[])[column]!, limit, true);
}

function tableOfDicts(first: PyDict, items: readonly PyValue[]): Table | null {
  const keys = [...first.keys()];
  const isLike = (row: PyValue) =>
    row instanceof PyDict && row.size === keys.length && keys.every(key => row.has(key));
  if (keys.length > NAME_LIMIT || !items.every(isLike)) {
    return null;
  }
  return {
    shape: named(
      items.length,
      keys.map(key => (typeof key === 'string' ? key : reprText(key, NAME_CHARACTERS))),
    ),
    cell: (row, column, limit) => {
      const value = (items[row] as PyDict).get(keys[column]!);
      return reprText(value ?? null, limit, true);
    },
  };
}

function isContainer(value: PyValue): boolean {
  return (
    Array.isArray(value) ||
    value instanceof Tuple ||
    value instanceof PyDict ||
    value instanceof PySet ||
    value instanceof NDArray
  );
}

function itemsIn(value: Tuple | readonly PyValue[]): readonly PyValue[] {
  return value instanceof Tuple ? value.items : value;
}

function named(rowCount: number, names: readonly string[]): TableShape {
  const columns = names.map(name =>
    name.length > NAME_CHARACTERS ? `${name.slice(0, NAME_CHARACTERS)}…` : name,
  );
  return { rowCount, columnCount: columns.length, columns };
}

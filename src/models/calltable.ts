// A result as a table on the page: the cells that are here, and the one that the person is at.
//
// The table stays in the worker. What is seen is asked for, a screen more on each side, one question at
// a time: who scrolls past a million rows asks for those where they stop.

import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { CellWindow, TableShape } from '../hub/api.js';
import { faultOf } from './remote.js';

export type LoadCells = (window: CellWindow) => Promise<readonly (readonly string[])[]>;

export type CellPlace = { readonly row: number; readonly column: number };

/** The worker cuts a cell among others there. */
const CUT = 200; // characters
/** As many cells are asked for at once; the worker gives no more than 10 000. */
const ASKED_LIMIT = 8000;

const NOWHERE: CellWindow = { firstRow: 0, rowCount: 0, firstColumn: 0, columnCount: 0 };

export class CallTableModel implements IDisposable {
  constructor(shape: TableShape, load: LoadCells) {
    this.shape = shape;
    this._load = load;
  }

  readonly shape: TableShape;

  /** Cells came, or the person went to another one. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get active(): CellPlace {
    return this._active;
  }

  get isLoading(): boolean {
    return this._asked !== null;
  }

  /** Why cells do not come; null while they do. */
  get problem(): string | null {
    return this._problem;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Null: not here yet. */
  text(row: number, column: number): string | null {
    const { firstRow, firstColumn } = this._kept;
    return this._cells[row - firstRow]?.[column - firstColumn] ?? null;
  }

  /** What is seen now. */
  show(seen: CellWindow): void {
    this._seen = seen;
    if (this._asked === null && !isInside(seen, this._kept)) {
      void this._ask();
    }
  }

  /** To the nearest cell there is. */
  go({ row, column }: CellPlace): void {
    const { rowCount, columnCount } = this.shape;
    const active = { row: within(row, rowCount), column: within(column, columnCount) };
    if (active.row !== this._active.row || active.column !== this._active.column) {
      this._active = active;
      this._changed.emit();
    }
  }

  /**
   * As a grid's keys go. @param page - rows that are seen at once.
   * @param isFar - Home and End go to the first and the last row too.
   * @returns whether the key was one of those.
   */
  goByKey(key: string, page: number, isFar: boolean): boolean {
    const { row, column } = this._active;
    // Of a single column it is the ends of the column that are meant.
    const isWhole = isFar || this.shape.columns === 'single';
    switch (key) {
      case 'ArrowDown':
        this.go({ row: row + 1, column });
        return true;
      case 'ArrowUp':
        this.go({ row: row - 1, column });
        return true;
      case 'ArrowRight':
        this.go({ row, column: column + 1 });
        return true;
      case 'ArrowLeft':
        this.go({ row, column: column - 1 });
        return true;
      case 'PageDown':
        this.go({ row: row + page, column });
        return true;
      case 'PageUp':
        this.go({ row: row - page, column });
        return true;
      case 'Home':
        this.go({ row: isWhole ? 0 : row, column: 0 });
        return true;
      case 'End':
        this.go({ row: isWhole ? Infinity : row, column: Infinity });
        return true;
      default:
        return false;
    }
  }

  /** The text of the cell that the person is at, to be copied. @throws {ClosedError} the result is gone. */
  async activeText(): Promise<string> {
    const { row, column } = this._active;
    const text = this.text(row, column);
    if (text !== null && text.length < CUT) {
      return text;
    }
    const cells = await this._load({
      firstRow: row,
      rowCount: 1,
      firstColumn: column,
      columnCount: 1,
    });
    return cells[0]?.[0] ?? '';
  }

  /** Names of columns, or their numbers; null: the only one has none. */
  heading(column: number): string | null {
    const { columns } = this.shape;
    return columns === 'single'
      ? null
      : columns === 'numbered'
        ? String(column)
        : (columns[column] ?? '');
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private async _ask(): Promise<void> {
    const seen = this._seen;
    const asked = withMargin(seen, this.shape);
    this._asked = asked;
    try {
      this._cells = await this._load(asked);
      this._problem = null;
    } catch (reason) {
      this._cells = [];
      this._problem = faultOf(reason).message;
    }
    this._kept = asked; // these were refused: they are not asked for again
    this._asked = null;
    if (this._isDisposed) {
      return;
    }
    if (this._seen !== seen) {
      this.show(this._seen); // they scrolled on
    }
    this._changed.emit();
  }

  private readonly _load: LoadCells;
  private readonly _changed = new Signal<this, void>(this);
  private _active: CellPlace = { row: 0, column: 0 };
  private _seen = NOWHERE;
  private _asked: CellWindow | null = null;
  private _kept = NOWHERE;
  private _cells: readonly (readonly string[])[] = [];
  private _problem: string | null = null;
  private _isDisposed = false;
}

function within(index: number, count: number): number {
  return Math.max(0, Math.min(index, count - 1));
}

function isInside(inner: CellWindow, outer: CellWindow): boolean {
  return (
    inner.firstRow >= outer.firstRow &&
    inner.firstRow + inner.rowCount <= outer.firstRow + outer.rowCount &&
    inner.firstColumn >= outer.firstColumn &&
    inner.firstColumn + inner.columnCount <= outer.firstColumn + outer.columnCount
  );
}

/** A screen more above, below and beside, as far as there is something and it is not too much. */
function withMargin(seen: CellWindow, { rowCount, columnCount }: TableShape): CellWindow {
  const columns = widened(seen.firstColumn, seen.columnCount, columnCount);
  const isWide = 3 * seen.rowCount * columns.count > ASKED_LIMIT;
  const { first: firstColumn, count } = isWide
    ? { first: seen.firstColumn, count: seen.columnCount }
    : columns;
  const rows = widened(seen.firstRow, seen.rowCount, rowCount);
  const isLong = rows.count * count > ASKED_LIMIT;
  return {
    firstColumn,
    columnCount: count,
    firstRow: isLong ? seen.firstRow : rows.first,
    rowCount: isLong ? seen.rowCount : rows.count,
  };
}

function widened(first: number, count: number, all: number): { first: number; count: number } {
  const start = Math.max(0, first - count);
  return { first: start, count: Math.max(0, Math.min(all, first + 2 * count) - start) };
}

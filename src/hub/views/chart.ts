// A chart that a person described: the data of it, by name.
//
// The page draws, with vega-lite; here are the rows, at most a thousand of them, at most twenty times
// a second. Cost on the page grows with both.

import { type Display, UnsupportedError } from '../../values/index.js';
import type {
  ChartColumn,
  ChartFrame,
  ChartRows,
  FrameHead,
  SourceRole,
  ViewAnswer,
} from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import type { IChartColumn } from './chartcolumn.js';
import { chooseRows, sharesOf } from './chartrows.js';
import { type ChartSource, ChartTable, type NamedColumn } from './charttable.js';
import type { Column, CsvTable } from './csv.js';
import { intText } from './format.js';
import type { Pace } from './pace.js';
import { misfitOf, type Patience } from './patience.js';
import type { Body, IView, Question } from './view.js';

export class ChartView implements IView {
  readonly kind = 'chart';
  type = '';
  display: Display = {};
  private readonly _tables: readonly ChartTable[];
  // Of each source: its table, and which of the table's sources it is.
  private readonly _places: readonly (readonly [table: ChartTable, at: number])[];
  private readonly _patience: Patience;
  private readonly _pace: Pace;
  private _last: Body = { content: { kind: 'empty', fault: null }, transfer: [] };
  private _revision = 0;
  private _dirty = true;

  /** @param sources - in the order in which `input` counts them. */
  constructor(sources: readonly ChartSource[], patience: Patience, pace: Pace) {
    const names = [...new Set(sources.map(({ name }) => name))];
    const groups = names.map(name => sources.filter(source => source.name === name));
    this._tables = groups.map(group => new ChartTable(group));
    this._places = sources.map(source => {
      const table = names.indexOf(source.name);
      return [this._tables[table]!, groups[table]!.indexOf(source)];
    });
    this._patience = patience;
    this._pace = pace;
  }

  get dirty(): boolean {
    return this._dirty || this._patience.isNews;
  }

  get isResting(): boolean {
    return this._pace.isResting;
  }

  input(_role: SourceRole, event: SourceEvent, index = 0): void {
    if (event.type === 'reading') {
      const [table, at] = this._places[index]!;
      table.take(at, event);
      if (index === 0) {
        this.type = event.reading.type;
        this.display = event.reading.display;
      }
    }
    this._dirty = true;
  }

  setViewport(): void {}

  frame(): Body {
    // Asked for its head's sake: the rows wait for their turn.
    if (this._pace.isResting) {
      return this._last;
    }
    this._pace.rest();
    this._dirty = false;
    const fault = this._tables.find(({ misfit }) => misfit !== null)?.misfit ?? null;
    const wrong = this._tables.find(table => table.wrong !== null)?.wrong ?? null;
    if (this._patience.endures(fault === null && wrong !== null)) {
      return this._last;
    }
    const tables = this._tables.filter(({ present }) => present);
    // Kept to be shown again: what the page gets is a copy.
    this._last =
      fault !== null || tables.length === 0
        ? { content: { kind: 'empty', fault }, transfer: [] }
        : wrong !== null
          ? misfitOf(wrong)
          : { content: this._picture(tables), transfer: [] };
    return this._last;
  }

  private _picture(tables: readonly ChartTable[]): Omit<ChartFrame, keyof FrameHead> {
    const columns = tables.map(table => table.columns());
    const shares = sharesOf(columns.map(rowCountOf));
    const drawn = tables.map((table, index) => rowsOf(table, columns[index]!, shares[index]!));
    const notes = drawn.flatMap(({ notes: own }) => own);
    this._revision += 1;
    return {
      kind: 'chart',
      tables: drawn.map(({ rows }) => rows),
      revision: this._revision,
      ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
    };
  }

  ask(query: Question): ViewAnswer {
    throw new UnsupportedError(`a chart cannot answer "${query.type}"`, { feature: query.type });
  }

  /** All rows, side by side; with several names, each column begins with its own. */
  table(): CsvTable {
    const fitting = this._tables.filter(
      ({ present, misfit, wrong }) => present && misfit === null && wrong === null,
    );
    const columns = fitting.flatMap(table =>
      table.columns().map(
        ({ name, column }): Column => ({
          name: this._tables.length === 1 ? name : `${table.name}.${name}`,
          values: column.cells(),
        }),
      ),
    );
    return { columns, fileName: `${this._tables.map(({ name }) => name).join(', ')}.csv` };
  }

  close(): void {
    this._patience.close();
    this._pace.close();
    for (const table of this._tables) {
      table.close();
    }
  }
}

function rowCountOf(columns: readonly NamedColumn[]): number {
  return columns[0]?.column.length ?? 0;
}

function rowsOf(
  { name, firstRow }: ChartTable,
  columns: readonly NamedColumn[],
  limit: number,
): { readonly rows: ChartRows; readonly notes: readonly string[] } {
  const rowCount = rowCountOf(columns);
  const chosen = chooseRows(
    columns.map(({ column }) => column.extremes),
    rowCount,
    limit,
  );
  const count = chosen?.length ?? rowCount;
  const rounded = columns.filter(({ column }) => hasRounded(column, chosen, count));
  const notes = [
    ...(chosen === null
      ? []
      : [
          `${name}: ${counted(count)} of ${counted(rowCount)} rows, ` +
            'the least and the greatest of each stretch',
        ]),
    ...(rounded.length === 0
      ? []
      : [`${rounded.map(({ name: column }) => column).join(', ')}: ints beyond 2^53 are rounded`]),
  ];
  const drawn = columns.map(({ name: column, column: values }) => ({
    name: column,
    values: drawnOf(values, chosen, count),
  }));
  const numbers = Uint32Array.from({ length: count }, (_, at) => firstRow + (chosen?.[at] ?? at));
  return { rows: { name, columns: drawn, rowCount, numbers }, notes };
}

function drawnOf(
  column: IChartColumn,
  chosen: Uint32Array | null,
  count: number,
): ChartColumn['values'] {
  const at = (_: unknown, index: number) => column.at(chosen?.[index] ?? index);
  return column.isNumeric
    ? (Float64Array.from({ length: count }, at as () => number) as Float64Array)
    : Array.from({ length: count }, at);
}

function hasRounded(column: IChartColumn, chosen: Uint32Array | null, count: number): boolean {
  for (let index = 0; index < count; index++) {
    if (column.isRounded(chosen?.[index] ?? index)) {
      return true;
    }
  }
  return false;
}

function counted(count: number): string {
  return intText(BigInt(count), true);
}

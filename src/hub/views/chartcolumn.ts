// One column of a table for a chart: numbers with a pyramid over them, or texts and what else is short.

import {
  type Display,
  isoText,
  NDArray,
  NumpyScalar,
  type PyValue,
  Tuple,
} from '../../values/index.js';
import type { ChangedRange } from '../sources/source.js';
import type { Extremes } from './chartrows.js';
import type { Cell } from './csv.js';
import { numberOf, scalarOf } from './format.js';
import { TraceAxis, TraceCurve } from './tracecurve.js';

/** What a chart takes into a row. */
export type ChartCell = string | number | boolean | null;

/** Characters of a text in a row: an axis shows no more. */
const TEXT_LIMIT = 200;

export interface IChartColumn {
  readonly length: number;
  /** A number that is none is null where `values` has NaN. */
  at(row: number): ChartCell;
  readonly extremes: Extremes;
  /** The number there is not the int that it was. */
  isRounded(row: number): boolean;
  /** All of it, copied. */
  cells(): ArrayLike<Cell>;
  /** Has it numbers only? */
  readonly isNumeric: boolean;
}

/** A list or 1-D array: as its source has it, read when it is drawn. */
export class ListColumn implements IChartColumn {
  private readonly _curve: TraceCurve;
  private _items: PyValue = [];
  private _display: Display = {};
  private _isNumeric = true;

  constructor(label: string) {
    this._curve = new TraceCurve(new TraceAxis(label), null);
  }

  /** @returns false where it is no list of numbers, texts and truth values; then it has no rows. */
  take(value: PyValue, display: Display, range: ChangedRange): boolean {
    // What changed while these were no numbers, no range tells.
    const known = this._isNumeric ? range : null;
    this._isNumeric = !isOfTruths(value) && this._takeNumbers(value, known);
    if (!this._isNumeric && !isOfCells(value)) {
      this._items = [];
      return false;
    }
    this._items = value;
    this._display = display;
    return true;
  }

  private _takeNumbers(value: PyValue, range: ChangedRange): boolean {
    const { series } = this._curve.y;
    const { values, length } = series;
    const changed = series.update(value, range);
    if (changed !== null) {
      const isSame = series.values === values && series.length === length;
      this._curve.changed(changed.from, changed.to, isSame);
    }
    return changed !== null;
  }

  get isNumeric(): boolean {
    return this._isNumeric;
  }

  get length(): number {
    return this._isNumeric ? this._curve.y.series.length : lengthOf(this._items)!;
  }

  get extremes(): Extremes {
    return this._isNumeric && !this._curve.y.series.ascending ? this._curve.pyramid() : null;
  }

  at(row: number): ChartCell {
    return this._isNumeric
      ? this._curve.y.series.values[row]! / (this._display.scale ?? 1)
      : cellOf(itemAt(this._items, row), this._display);
  }

  isRounded(row: number): boolean {
    return isLargeInt(itemAt(this._items, row));
  }

  cells(): ArrayLike<Cell> {
    return Array.from({ length: this.length }, (_, row) => this.at(row));
  }
}

/** The same in each row; for a scalar beside lists. */
export class SameColumn implements IChartColumn {
  readonly extremes = null;

  constructor(
    private readonly _value: PyValue,
    private readonly _display: Display,
    readonly length: number,
  ) {}

  get isNumeric(): boolean {
    return isNumber(this._value);
  }

  at(): ChartCell {
    return cellOf(this._value, this._display);
  }

  isRounded(): boolean {
    return isLargeInt(this._value);
  }

  cells(): ArrayLike<Cell> {
    return Array.from({ length: this.length }, () => this.at());
  }
}

/** 0, 1, 2, … */
export class IndexColumn implements IChartColumn {
  readonly extremes = null;
  readonly isNumeric = true;

  constructor(readonly length: number) {}

  at(row: number): ChartCell {
    return row;
  }

  isRounded(): boolean {
    return false;
  }

  cells(): ArrayLike<Cell> {
    return Array.from({ length: this.length }, (_, row) => row);
  }
}

/** Is it one short value: a number, a text, True, None, a date? */
export function isScalar(value: PyValue): boolean {
  const scalar = scalarOf(value);
  return (
    scalar === null ||
    typeof scalar !== 'object' ||
    (scalar instanceof NumpyScalar && scalar.dtype.kind === 'M')
  );
}

/** What a row has of a scalar: `value / scale` of a number, NaN included. */
export function cellOf(value: PyValue, { scale = 1 }: Display): ChartCell {
  const scalar = scalarOf(value);
  if (typeof scalar === 'string') {
    return scalar.length > TEXT_LIMIT ? `${scalar.slice(0, TEXT_LIMIT - 1)}…` : scalar;
  }
  if (typeof scalar === 'boolean') {
    return scalar;
  }
  if (scalar instanceof NumpyScalar) {
    return isoText(scalar);
  }
  const number = numberOf(scalar);
  return number === null ? null : number / scale;
}

function isNumber(value: PyValue): boolean {
  const scalar = scalarOf(value);
  return typeof scalar === 'number' || typeof scalar === 'bigint';
}

function isLargeInt(value: PyValue): boolean {
  const scalar = scalarOf(value);
  return typeof scalar === 'bigint' && !Number.isSafeInteger(Number(scalar));
}

/** Of a list, a tuple or a 1-D array; else null. */
export function lengthOf(value: PyValue): number | null {
  if (value instanceof NDArray) {
    return value.shape.length === 1 ? value.shape[0]! : null;
  }
  return Array.isArray(value) || value instanceof Tuple ? value.length : null;
}

/** @param value - one that has a length. */
export function itemAt(value: PyValue, row: number): PyValue {
  if (value instanceof NDArray) {
    return value.at(row);
  }
  return (value instanceof Tuple ? value.items : (value as readonly PyValue[]))[row] ?? null;
}

// True and False are names in a chart; beside numbers they are 0 and 1.
function isOfTruths(value: PyValue): boolean {
  if (value instanceof NDArray) {
    return value.dtype.kind === 'b';
  }
  const items = value instanceof Tuple ? value.items : value;
  return (
    Array.isArray(items) &&
    items.some(item => item !== null) &&
    items.every(item => item === null || typeof item === 'boolean')
  );
}

function isOfCells(value: PyValue): boolean {
  if (value instanceof NDArray) {
    return value.shape.length === 1 && 'bMU'.includes(value.dtype.kind);
  }
  const items = value instanceof Tuple ? value.items : value;
  return Array.isArray(items) && items.every(isScalar);
}

// One row of a table, used again for whichever row comes into sight.

import type { TranslationBundle } from '@jupyterlab/translation';
import { formatAge, formatIso, type TableRow } from '../../models/index.js';
import { element, setText, textButton } from '../element.js';
import { SERIES_COLOURS } from '../theme.js';
import { sizedContext } from './body.js';

export const ROW_HEIGHT = 22; // CSS px, as style/table.css has it
const INDENT = 14;
const SPARK_WIDTH = 60;

let rowIds = 0;

export class RowNode {
  constructor(trans: TranslationBundle) {
    this._trans = trans;
    rowIds += 1;
    const cell = (name: string) =>
      element('span', { className: `jp-TableView-${name}`, attributes: { role: 'gridcell' } });
    this._twisty = element('span', {
      className: 'jp-TableView-twisty',
      attributes: { 'aria-hidden': 'true' },
    });
    this._label = element('span', { className: 'jp-TableView-label' });
    this._name = cell('name');
    this._name.append(this._twisty, this._label);
    this._type = cell('type');
    this._text = element('span', { className: 'jp-TableView-text' });
    this._value = cell('value');
    this._value.append(this._text);
    this._unit = cell('unit');
    this._persist = cell('persist');
    this._age = cell('age');
    this.node = element('div', {
      className: 'jp-TableView-row',
      attributes: { role: 'row', id: `labwire-row-${rowIds}` },
      children: [this._name, this._type, this._value, this._unit, this._persist, this._age],
    });
  }

  readonly node: HTMLElement;

  get row(): TableRow | null {
    return this._row;
  }

  get index(): number {
    return this._index;
  }

  /** @param counts - change counts of the rows that were in sight before: one that moved flashes. */
  draw(
    row: TableRow,
    index: number,
    top: number,
    isActive: boolean,
    counts: ReadonlyMap<string, number>,
  ): void {
    this._row = row;
    this._index = index;
    const { node } = this;
    node.style.transform = `translateY(${top}px)`;
    node.setAttribute('aria-rowindex', String(index + 2));
    node.setAttribute('aria-level', String(row.depth + 1));
    node.setAttribute('aria-selected', String(isActive));
    if (row.isGroup) {
      node.setAttribute('aria-expanded', String(!row.folded));
    } else {
      node.removeAttribute('aria-expanded');
    }
    node.classList.toggle('jp-mod-group', row.isGroup);
    node.classList.toggle('jp-mod-folded', row.folded);
    node.classList.toggle('jp-mod-active', isActive);
    this._name.style.paddingLeft = `${4 + INDENT * row.depth}px`;
    setText(this._label, row.label);
    setText(this._type, row.type);
    setText(this._text, row.text);
    setText(this._unit, row.unit);
    setText(this._persist, row.persist === true ? '✓' : '');
    this._persist.title =
      row.persist === true ? this._trans.__('kept when the master restarts') : '';
    node.title = row.isGroup
      ? ''
      : [row.id, row.text, row.timeNs === null ? '' : formatIso(row.timeNs)]
          .filter(text => text !== '')
          .join('\n');
    this.tick(BigInt(Date.now()) * 1_000_000n);
    this._drawSpark(row.spark);
    const before = counts.get(row.id);
    if (before !== undefined && before !== row.changeCount) {
      this._flash();
    }
  }

  /** A button that asks about all of the group; null: none. */
  offer(remove: ((group: string) => void) | null): void {
    const group = this._row?.group ?? null;
    if (remove === null || group === null) {
      this._remove?.remove();
      this._remove = null;
    } else if (this._remove === null) {
      this._remove = textButton(
        this._trans.__('Delete group…'),
        () => remove(this._row?.group ?? group),
        'jp-Labwire-link jp-TableView-remove',
      );
      this._remove.tabIndex = -1; // the tree has the Delete key for it
      this._value.append(this._remove);
    }
  }

  tick(nowNs: bigint): void {
    const timeNs = this._row?.timeNs ?? null;
    setText(this._age, timeNs === null ? '' : formatAge(nowNs - timeNs));
  }

  // Two equal animations in turn: a class that is there already starts nothing.
  private _flash(): void {
    this._isOdd = !this._isOdd;
    this.node.classList.toggle('jp-mod-flash-odd', this._isOdd);
    this.node.classList.toggle('jp-mod-flash-even', !this._isOdd);
  }

  private _drawSpark(spark: Float32Array | null): void {
    if (spark === null || spark.length < 2) {
      this._spark?.remove();
      this._spark = null;
      return;
    }
    if (this._spark === null) {
      this._spark = element('canvas', {
        className: 'jp-TableView-spark',
        attributes: { 'aria-hidden': 'true' },
      });
      this._value.append(this._spark);
    }
    const context = sizedContext(this._spark, SPARK_WIDTH, ROW_HEIGHT);
    if (context !== null) {
      paintSpark(context, spark);
    }
  }

  private readonly _trans: TranslationBundle;
  private readonly _twisty: HTMLElement;
  private readonly _label: HTMLElement;
  private readonly _name: HTMLElement;
  private readonly _type: HTMLElement;
  private readonly _text: HTMLElement;
  private readonly _value: HTMLElement;
  private readonly _unit: HTMLElement;
  private readonly _persist: HTMLElement;
  private readonly _age: HTMLElement;
  private _spark: HTMLCanvasElement | null = null;
  private _remove: HTMLButtonElement | null = null;
  private _row: TableRow | null = null;
  private _index = -1;
  private _isOdd = false;
}

function paintSpark(context: CanvasRenderingContext2D, spark: Float32Array): void {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of spark) {
    if (Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  context.clearRect(0, 0, SPARK_WIDTH, ROW_HEIGHT);
  context.beginPath();
  let isDown = false;
  spark.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      isDown = false;
      return;
    }
    const x = 1 + (index / (spark.length - 1)) * (SPARK_WIDTH - 2);
    const share = high > low ? (value - low) / (high - low) : 0.5;
    const y = ROW_HEIGHT - 4 - share * (ROW_HEIGHT - 8);
    if (isDown) {
      context.lineTo(x, y);
    } else {
      context.moveTo(x, y);
      isDown = true;
    }
  });
  context.strokeStyle = SERIES_COLOURS[0];
  context.lineWidth = 1.25;
  context.stroke();
}

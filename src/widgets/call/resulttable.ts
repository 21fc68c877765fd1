// A result as rows and columns: only the cells in sight exist, here and in what the worker is asked.
//
// A grid for screen readers and keyboards: arrows, Page, Home and End go from cell to cell, Ctrl+C
// copies the one that the person is at.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { CallTableModel } from '../../models/index.js';
import { element, setText, textButton } from '../element.js';
import { copyText } from '../errorcard.js';
import { TableAxis } from './tableaxis.js';

const ROW_HEIGHT = 22; // CSS px, as style/call.css has it
const PADDING = 18; // CSS px of a cell, both sides, and its border
const NARROWEST = 6; // characters of a column
const WIDEST = 46; // a complex number with all its digits

let tableIds = 0;

export namespace ResultTable {
  export interface IOptions {
    readonly model: CallTableModel;
    /** What it is a table of. */
    readonly label: string;
    readonly trans: TranslationBundle;
  }
}

export class ResultTable extends Widget {
  constructor({ model, label, trans }: ResultTable.IOptions) {
    super();
    this.model = model;
    this._trans = trans;
    tableIds += 1;
    this._id = `labwire-cells-${tableIds}`;
    const { rowCount, columnCount } = model.shape;
    this._rows = new TableAxis(rowCount, ROW_HEIGHT);
    this.addClass('jp-ResultTable');
    this._head = element('div', {
      className: 'jp-ResultTable-row',
      attributes: { role: 'row', 'aria-rowindex': '1' },
    });
    this._body = element('div', {
      className: 'jp-ResultTable-body',
      attributes: { role: 'rowgroup' },
    });
    this._grid = element('div', {
      className: 'jp-ResultTable-grid',
      attributes: {
        role: 'grid',
        tabindex: '0',
        'aria-label': label,
        'aria-readonly': 'true',
        'aria-rowcount': String(rowCount + 1),
        'aria-colcount': String(columnCount + 1),
      },
      children: [
        element('div', {
          className: 'jp-ResultTable-head',
          attributes: { role: 'rowgroup' },
          children: [this._head],
        }),
        this._body,
      ],
    });
    this._place = element('span', { className: 'jp-ResultTable-place' });
    this._text = element('span', { className: 'jp-ResultTable-text' });
    this._says = element('span', {
      className: 'jp-ResultTable-says',
      attributes: { role: 'status' },
    });
    this._ruler = element('span', {
      className: 'jp-ResultTable-ruler',
      text: '0'.repeat(RULER_LENGTH),
      attributes: { 'aria-hidden': 'true' },
    });
    const copy = textButton(trans.__('Copy cell'), () => this.copyCell(), 'jp-Labwire-link');
    this.node.append(
      this._grid,
      element('div', {
        className: 'jp-ResultTable-bar',
        children: [this._place, this._text, copy, this._says],
      }),
      this._ruler,
    );
    this._grid.addEventListener('scroll', this, { passive: true });
    this._grid.addEventListener('keydown', this);
    this._body.addEventListener('click', this);
    this._revealed = model.active;
    model.changed.connect(this._onChanged, this);
  }

  readonly model: CallTableModel;

  /** The text of the cell that the person is at, whole. */
  copyCell(): void {
    const { model, _trans: trans } = this;
    model
      .activeText()
      .then(copyText)
      .then(
        () => this._say(trans.__('copied')),
        reason => this._say(reason instanceof Error ? reason.message : String(reason)),
      );
  }

  focusCells(): void {
    this._grid.focus();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'scroll':
        this.update();
        break;
      case 'keydown':
        this._onKey(event as KeyboardEvent);
        break;
      case 'click':
        this._onClick(event as MouseEvent);
        break;
    }
  }

  protected override onAfterAttach(_msg: Message): void {
    this._observer = new ResizeObserver(() => this.update());
    this._observer.observe(this.node);
    this.update();
  }

  protected override onBeforeDetach(_msg: Message): void {
    this._observer?.disconnect();
    this._observer = null;
  }

  protected override onUpdateRequest(_msg: Message): void {
    if (this.isDisposed || !this.isAttached || this._grid.clientWidth === 0) {
      return; // not to be seen: it is measured when it is
    }
    this._measure();
    const { model, _rows: rows, _columns: columns } = this;
    const down = rows.seen();
    const across = columns.seen();
    model.show({
      firstRow: down.first,
      rowCount: down.count,
      firstColumn: across.first,
      columnCount: across.count,
    });
    this._draw(down, across);
    if (this._byKey) {
      this._byKey = false;
      // The table scrolls by itself; what is around it follows.
      this._activeNode()?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }

  // ---- What the person does -----------------------------------------------------------------------

  private _onKey(event: KeyboardEvent): void {
    const { key, altKey, shiftKey } = event;
    const isFar = event.ctrlKey || event.metaKey;
    if (altKey || shiftKey) {
      return;
    }
    if (isFar && key === 'c' && getSelection()?.isCollapsed !== false) {
      this.copyCell();
    } else if (
      (isFar && key !== 'Home' && key !== 'End') ||
      !this.model.goByKey(key, this._rows.page, isFar)
    ) {
      return;
    } else {
      this._byKey = true;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private _onClick({ target }: MouseEvent): void {
    const cell =
      target instanceof Element ? target.closest<HTMLElement>('[role="gridcell"]') : null;
    const { row, column } = cell?.dataset ?? {};
    if (row !== undefined && column !== undefined) {
      this.model.go({ row: Number(row), column: Number(column) });
    }
  }

  private _onChanged(): void {
    const { active } = this.model;
    if (active !== this._revealed) {
      this._revealed = active;
      this._grid.scrollTop = this._rows.reveal(active.row);
      this._grid.scrollLeft = this._columns.reveal(active.column);
      this._say('');
    }
    this.update();
  }

  private _say(words: string): void {
    setText(this._says, words);
  }

  // ---- Sizes --------------------------------------------------------------------------------------

  private _measure(): void {
    const letter = this._ruler.offsetWidth / RULER_LENGTH;
    const { rowCount, columnCount } = this.model.shape;
    this._indexWidth = Math.ceil(Math.max(3, String(rowCount - 1).length) * letter) + PADDING;
    const width = Math.ceil(this._longest() * letter) + PADDING;
    if (width !== this._columns.size) {
      // A longer text came into sight: what stood at the edge stays there.
      const { first } = this._columns;
      this._columns = new TableAxis(columnCount, width);
      this._lay();
      this._columns.resize(this._grid.clientWidth - this._indexWidth);
      this._grid.scrollLeft = this._columns.scrollTo(first);
    } else {
      this._lay();
    }
    this._rows.resize(this._grid.clientHeight - ROW_HEIGHT);
    this._columns.resize(this._grid.clientWidth - this._indexWidth);
    this._rows.scrolled(this._grid.scrollTop);
    this._columns.scrolled(this._grid.scrollLeft);
  }

  private _lay(): void {
    const width = `${this._indexWidth + this._columns.extent}px`;
    this._head.style.width = width;
    this._body.style.width = width;
    this._body.style.height = `${this._rows.extent}px`;
  }

  /** Characters of the longest text that was in sight: columns grow, and never shrink again. */
  private _longest(): number {
    const { first, count } = this._columns.seen();
    const { first: top, count: rows } = this._rows.seen();
    for (let column = first; column < first + count; column += 1) {
      this._letters = Math.max(this._letters, this._heading(column).length);
      for (let row = top; row < top + rows; row += 1) {
        this._letters = Math.max(this._letters, this.model.text(row, column)?.length ?? 0);
      }
    }
    this._letters = Math.min(WIDEST, this._letters);
    return this._letters;
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  private _draw(down: Seen, across: Seen): void {
    const { model, _trans: trans } = this;
    const { active, problem } = model;
    this._grid.setAttribute('aria-busy', String(model.isLoading));
    const columns = indices(across);
    this._head.replaceChildren(
      this._index('columnheader', '#'),
      ...columns.map(column =>
        this._placed(
          element('span', {
            className: 'jp-ResultTable-heading',
            text: this._heading(column),
            title: this._heading(column),
            attributes: { role: 'columnheader', 'aria-colindex': String(column + 2) },
          }),
          column,
        ),
      ),
    );
    this._body.replaceChildren(
      ...indices(down).map(row => {
        const node = element('div', {
          className: 'jp-ResultTable-row',
          attributes: { role: 'row', 'aria-rowindex': String(row + 2) },
          children: [
            this._index('rowheader', String(row)),
            ...columns.map(column => this._cell(row, column)),
          ],
        });
        node.style.transform = `translateY(${this._rows.placeOf(row)}px)`;
        return node;
      }),
    );
    const activeNode = this._activeNode();
    if (activeNode === null) {
      this._grid.removeAttribute('aria-activedescendant'); // it is scrolled out of sight
    } else {
      this._grid.setAttribute('aria-activedescendant', activeNode.id);
    }
    setText(
      this._place,
      model.shape.columns === 'single'
        ? trans.__('row %1', String(active.row))
        : trans.__('row %1, column %2', String(active.row), this._heading(active.column)),
    );
    setText(this._text, model.text(active.row, active.column) ?? '');
    if (problem !== null) {
      this._say(problem);
    }
  }

  private _activeNode(): HTMLElement | null {
    return this._body.querySelector<HTMLElement>('.jp-mod-active');
  }

  private _cell(row: number, column: number): HTMLElement {
    const { active } = this.model;
    const text = this.model.text(row, column) ?? '';
    const isActive = row === active.row && column === active.column;
    const cell = element('span', {
      className: `jp-ResultTable-cell${isActive ? ' jp-mod-active' : ''}${TEXT.test(text) ? ' jp-mod-text' : ''}`,
      text,
      title: text.length > this._letters ? text : '',
      attributes: {
        role: 'gridcell',
        id: this._cellId(row, column),
        'aria-colindex': String(column + 2),
        'aria-selected': String(isActive),
      },
    });
    cell.dataset.row = String(row);
    cell.dataset.column = String(column);
    return this._placed(cell, column);
  }

  private _placed(node: HTMLElement, column: number): HTMLElement {
    node.style.left = `${this._indexWidth + this._columns.placeOf(column)}px`;
    node.style.width = `${this._columns.size}px`;
    return node;
  }

  private _index(role: 'columnheader' | 'rowheader', text: string): HTMLElement {
    const node = element('span', {
      className: 'jp-ResultTable-index',
      text,
      attributes: { role, 'aria-colindex': '1' },
    });
    node.style.width = `${this._indexWidth}px`;
    return node;
  }

  private _heading(column: number): string {
    return this.model.heading(column) ?? this._trans.__('value');
  }

  private _cellId(row: number, column: number): string {
    return `${this._id}-${row}-${column}`;
  }

  private readonly _trans: TranslationBundle;
  private readonly _id: string;
  private readonly _rows: TableAxis;
  private _columns = new TableAxis(0, 1);
  private readonly _grid: HTMLElement;
  private readonly _head: HTMLElement;
  private readonly _body: HTMLElement;
  private readonly _place: HTMLElement;
  private readonly _text: HTMLElement;
  private readonly _says: HTMLElement;
  private readonly _ruler: HTMLElement;
  private _indexWidth = 0;
  private _letters = NARROWEST;
  private _byKey = false;
  private _revealed: CallTableModel['active'];
  private _observer: ResizeObserver | null = null;
}

type Seen = ReturnType<TableAxis['seen']>;

const RULER_LENGTH = 20; // characters
/** What reads from the left: texts, bytes, containers. */
const TEXT = /^(b?['"]|[[({])/;

function indices({ first, count }: Seen): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

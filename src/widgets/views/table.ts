// A tree of values: only the rows in sight exist, here and in the frames that bring them.
//
// A tree grid for screen readers and keyboards: arrows move and fold, Enter opens a row in a view of
// its own, `/` goes to the filter.

import { formatCount, type TableFrame, type TableRow, type Viewport } from '../../models/index.js';
import { element, setText } from '../element.js';
import type { ThemeColours } from '../theme.js';
import { Body, type IBodyHost, type IViewBody } from './body.js';
import { ROW_HEIGHT, RowNode } from './tablerow.js';

const TALLEST = 8_000_000; // CSS px; browsers lay out nothing taller than 17 million
const SPARE_ROWS = 4; // asked for beyond the edge, so that a slow scroll shows no gap
const TEXT_ROWS = 50; // of a frozen table's text
const NARROW = 460; // CSS px; below it only name and value have room

export class TableBody extends Body<'table'> implements IViewBody {
  constructor(host: IBodyHost) {
    super(host, 'table', 'jp-TableView');
    const { trans } = host;
    this._filter = element('input', {
      className: 'jp-TableView-filter',
      attributes: {
        type: 'search',
        placeholder: trans.__('filter…  ( / )'),
        'aria-label': trans.__('Only names that contain'),
        spellcheck: 'false',
      },
    });
    this._filter.value = host.model.viewport.filter;
    this._count = element('span', { className: 'jp-TableView-count' });
    this._note = element('div', { className: 'jp-TableView-note' });
    const headings = [
      trans.__('Name'),
      trans.__('Type'),
      trans.__('Value'),
      trans.__('Unit'),
      trans.__('Persist'),
      trans.__('Age'),
    ];
    const header = element('div', {
      className: 'jp-TableView-row jp-TableView-header',
      attributes: { role: 'row', 'aria-rowindex': '1' },
      children: headings.map((text, index) =>
        element('span', {
          className: `jp-TableView-${COLUMNS[index]}`,
          text,
          attributes: { role: 'columnheader' },
        }),
      ),
    });
    this._rowsNode = element('div', {
      className: 'jp-TableView-rows',
      attributes: { role: 'rowgroup' },
    });
    this._scroller = element('div', {
      className: 'jp-TableView-scroller',
      attributes: { role: 'treegrid', tabindex: '0', 'aria-label': host.model.title },
      children: [
        element('div', { attributes: { role: 'rowgroup' }, children: [header] }),
        this._rowsNode,
      ],
    });
    header.parentElement?.classList.add('jp-TableView-sticky');
    this.node.append(
      element('div', {
        className: 'jp-TableView-bar',
        children: [this._filter, this._count],
      }),
      this._scroller,
      this._note,
    );
    this._filter.addEventListener('input', this._onFilter);
    this._filter.addEventListener('keydown', this._onFilterKey);
    this._scroller.addEventListener('scroll', this._onScroll, { passive: true });
    this._rowsNode.addEventListener('click', this._onClick);
    this._rowsNode.addEventListener('dblclick', this._onDoubleClick);
  }

  protected override drawFrame(): void {
    this._redraw();
  }

  fit(width: number, height: number): void {
    this._height = Math.max(ROW_HEIGHT, height - BAR_HEIGHT - ROW_HEIGHT);
    this.node.classList.toggle('jp-mod-narrow', width < NARROW);
    this._tellViewport();
    this._redraw();
  }

  restyle(): void {
    this._redraw();
  }

  tick = (nowNs: bigint): void => {
    for (const row of this._rowNodes) {
      row.tick(nowNs);
    }
  };

  summary(): string {
    return '';
  }

  protected override textOf(frame: TableFrame): string {
    const rows = frame.rows.slice(0, TEXT_ROWS).map(lineOf);
    const left = frame.rowCount - rows.length;
    return [...rows, ...(left > 0 ? [`… ${left} more rows`] : [])].join('\n');
  }

  paint(
    context: CanvasRenderingContext2D,
    width: number,
    height: number,
    theme: ThemeColours,
  ): void {
    const { frame } = this;
    if (frame === null) {
      return;
    }
    const columns = [0, 0.36, 0.54, 0.86].map(share => share * width);
    context.font = `12px ${theme.font}`;
    context.textBaseline = 'middle';
    const fitting = Math.floor(height / ROW_HEIGHT);
    frame.rows.slice(0, fitting).forEach((row, index) => {
      const y = (index + 0.5) * ROW_HEIGHT;
      const cells = [row.label, row.type, row.text, row.unit];
      cells.forEach((text, column) => {
        const indent = column === 0 ? 6 + 12 * row.depth : 0;
        const right = columns[column + 1] ?? width;
        const left = columns[column]! + indent;
        context.fillStyle = column === 1 || column === 3 ? theme.muted : theme.text;
        context.save();
        context.beginPath();
        context.rect(left, y - ROW_HEIGHT / 2, right - left - 6, ROW_HEIGHT);
        context.clip();
        context.fillText(text, left, y);
        context.restore();
      });
    });
  }

  handleKey(event: KeyboardEvent): boolean {
    const frame = this.frame;
    if (event.key === '/') {
      this._filter.focus();
      this._filter.select();
      return true;
    }
    if (frame === null || event.target === this._filter) {
      return false;
    }
    const page = Math.max(1, Math.floor(this._height / ROW_HEIGHT) - 1);
    switch (event.key) {
      case 'ArrowDown':
        return this._activate(this._active + 1);
      case 'ArrowUp':
        return this._activate(this._active - 1);
      case 'PageDown':
        return this._activate(this._active + page);
      case 'PageUp':
        return this._activate(this._active - page);
      case 'Home':
        return this._activate(0);
      case 'End':
        return this._activate(frame.rowCount - 1);
      case 'ArrowRight':
      case 'ArrowLeft':
        return this._foldActive(event.key === 'ArrowLeft');
      case 'Enter':
      case 'F2':
      case 'Delete':
        return this._act(event.key, this._rowAt(this._active));
      default:
        return false;
    }
  }

  protected override release(): void {
    this._rowNodes.length = 0;
  }

  // ---- What the person does -----------------------------------------------------------------------

  private readonly _onFilter = (): void => {
    this._scroller.scrollTop = 0;
    this._active = -1;
    this.host.model.setViewport({ filter: this._filter.value, firstRow: 0 });
  };

  private readonly _onFilterKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      if (this._filter.value === '') {
        this._scroller.focus();
      } else {
        this._filter.value = '';
        this._onFilter();
      }
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      this._scroller.focus();
      this._activate(Math.max(0, this._active));
    }
  };

  private readonly _onScroll = (): void => {
    this._tellViewport();
    if (this._isSqueezed()) {
      this._redraw();
    }
  };

  private readonly _onClick = (event: MouseEvent): void => {
    const node = event.target instanceof Element ? event.target.closest('[role=row]') : null;
    const found = this._rowNodes.find(row => row.node === node);
    if (found?.row != null) {
      this._active = found.index;
      // A dict is a group with an address: its triangle folds it, its name opens it.
      const isIn = (name: string) => (event.target as Element).closest(name) !== null;
      if (isIn('.jp-TableView-remove')) {
        return; // it asks by itself
      }
      const isTwisty = isIn('.jp-TableView-twisty');
      if (isTwisty && found.row.isGroup) {
        this._fold(found.row, !found.row.folded);
      } else if (!this._canEdit(found.row)) {
        this._use(found.row);
      }
      this._redraw();
    }
  };

  // While it is armed one click chooses and two edit.
  private readonly _onDoubleClick = (): void => {
    const row = this._rowAt(this._active);
    if (row !== null && this._canEdit(row)) {
      this.host.editing?.edit(row.address);
    }
  };

  private _act(key: 'Enter' | 'F2' | 'Delete', row: TableRow | null): boolean {
    if (row !== null && this._canEdit(row)) {
      if (key === 'Delete') {
        this.host.editing?.remove(row.address);
      } else {
        this.host.editing?.edit(row.address);
      }
      return true;
    }
    if (key === 'Delete' && row !== null && this._canRemoveGroup(row)) {
      this._removeGroup(row.group);
      return true;
    }
    if (key === 'Enter') {
      this._use(row);
    }
    return key === 'Enter' && row !== null;
  }

  private _canEdit(row: TableRow): boolean {
    return this.host.editing?.isArmed === true && row.address !== '';
  }

  private _canRemoveGroup(row: TableRow): row is TableRow & { readonly group: string } {
    const { editing } = this.host;
    return editing?.isArmed === true && editing.canRemoveGroups && row.group !== null;
  }

  private readonly _removeGroup = (group: string): void => this.host.editing?.removeGroup(group);

  private _use(row: TableRow | null): void {
    if (row === null) {
      return;
    }
    if (row.address !== '') {
      this.host.openAddress(row.address);
    } else if (row.isGroup) {
      this._fold(row, !row.folded);
    }
  }

  private _fold(row: TableRow, folded: boolean): void {
    const others = this.host.model.viewport.folded.filter(id => id !== row.id);
    this.host.model.setViewport({ folded: folded ? [...others, row.id] : others });
  }

  private _foldActive(fold: boolean): boolean {
    const row = this._rowAt(this._active);
    if (row?.isGroup && row.folded !== fold) {
      this._fold(row, fold);
    } else if (row !== null && fold) {
      // Left on a leaf or a folded group: to its parent.
      for (let index = this._active - 1; index >= 0; index--) {
        const above = this._rowAt(index);
        if (above === null) {
          break;
        }
        if (above.depth < row.depth) {
          return this._activate(index);
        }
      }
    }
    return row !== null;
  }

  private _activate(index: number): boolean {
    const count = this.frame?.rowCount ?? 0;
    if (count === 0) {
      return false;
    }
    this._active = Math.min(Math.max(index, 0), count - 1);
    const first = this._first();
    const fitting = this._height / ROW_HEIGHT;
    if (this._active < first) {
      this._scrollTo(this._active);
    } else if (this._active + 1 > first + fitting) {
      this._scrollTo(this._active + 1 - fitting);
    }
    this._tellViewport();
    this._redraw();
    return true;
  }

  private _rowAt(index: number): TableRow | null {
    const frame = this.frame;
    return frame?.rows[index - frame.firstRow] ?? null;
  }

  // ---- Geometry -----------------------------------------------------------------------------------

  // So many rows may be taller than a browser can lay out: then the scroll bar's way stands for all of
  // them, and the rows in sight are laid out from where it is.
  private _isSqueezed(): boolean {
    return (this.frame?.rowCount ?? 0) * ROW_HEIGHT > TALLEST;
  }

  // Rows per CSS px of scrolling.
  private _speed(): number {
    const count = this.frame?.rowCount ?? 0;
    return this._isSqueezed()
      ? (count - this._height / ROW_HEIGHT) / (TALLEST - this._height)
      : 1 / ROW_HEIGHT;
  }

  // The row at the upper edge, with its fraction.
  private _first(): number {
    return this._scroller.scrollTop * this._speed();
  }

  private _scrollTo(first: number): void {
    this._scroller.scrollTop = first / this._speed();
  }

  private _topOf(index: number): number {
    return this._isSqueezed()
      ? this._scroller.scrollTop + (index - this._first()) * ROW_HEIGHT
      : index * ROW_HEIGHT;
  }

  private _tellViewport(): void {
    const change: Partial<Viewport> = {
      firstRow: Math.max(0, Math.floor(this._first()) - SPARE_ROWS),
      rowCount: Math.ceil(this._height / ROW_HEIGHT) + 1 + 2 * SPARE_ROWS,
    };
    this.host.model.setViewport(change);
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  private _redraw(): void {
    const frame = this.frame;
    if (frame === null) {
      return;
    }
    const { trans } = this.host;
    this._rowsNode.style.height = `${Math.min(TALLEST, frame.rowCount * ROW_HEIGHT)}px`;
    this._scroller.setAttribute('aria-rowcount', String(frame.rowCount + 1));
    while (this._rowNodes.length < frame.rows.length) {
      const row = new RowNode(trans);
      this._rowNodes.push(row);
      this._rowsNode.append(row.node);
    }
    for (const spare of this._rowNodes.splice(frame.rows.length)) {
      spare.node.remove();
    }
    frame.rows.forEach((row, offset) => {
      const index = frame.firstRow + offset;
      const isActive = index === this._active;
      const node = this._rowNodes[offset]!;
      node.draw(row, index, this._topOf(index), isActive, this._counts);
      node.offer(isActive && this._canRemoveGroup(row) ? this._removeGroup : null);
      if (isActive) {
        this._scroller.setAttribute('aria-activedescendant', node.node.id);
      }
    });
    this._remember(frame);
    setText(
      this._count,
      frame.rowCount === frame.valueCount || this._filter.value === ''
        ? ''
        : trans.__('%1 rows', formatCount(frame.rowCount)),
    );
    setText(
      this._note,
      frame.rowCount > 0
        ? ''
        : this._filter.value === ''
          ? trans.__('No values yet.')
          : trans.__('No name contains “%1”.', this._filter.value),
    );
  }

  // A row that was out of sight must not flash when it comes back, so only rows in sight are known.
  private _remember(frame: TableFrame): void {
    this._counts = new Map(frame.rows.map(row => [row.id, row.changeCount]));
  }

  private readonly _filter: HTMLInputElement;
  private readonly _count: HTMLElement;
  private readonly _note: HTMLElement;
  private readonly _scroller: HTMLElement;
  private readonly _rowsNode: HTMLElement;
  private readonly _rowNodes: RowNode[] = [];
  private _counts: ReadonlyMap<string, number> = new Map();
  private _height = 12 * ROW_HEIGHT;
  private _active = -1;
}

const COLUMNS = ['name', 'type', 'value', 'unit', 'persist', 'age'] as const;
const BAR_HEIGHT = 26; // CSS px, as style/table.css has it

function lineOf(row: TableRow): string {
  const indent = '  '.repeat(row.depth);
  return row.isGroup
    ? `${indent}${row.label}`
    : `${indent}${row.label}  ${row.text}${row.unit === '' ? '' : ` ${row.unit}`}  ${row.type}`;
}

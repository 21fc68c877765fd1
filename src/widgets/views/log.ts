// A log: only the rows in sight exist, here and in the frames that bring them.
//
// It follows the newest record until the person looks back: a wheel, a key or a click holds it. Rows
// have numbers that they keep while old ones go, so what is read stays in its place. Keys: arrows
// choose, Shift extends, Enter unfolds, End follows again, `/` goes to the filter.

import type { LogFrame, LogLevel, LogRow, LogViewport, Viewport } from '../../models/index.js';
import { element, setText } from '../element.js';
import { copyText } from '../errorcard.js';
import type { ThemeColours } from '../theme.js';
import { Body, type IBodyHost, type IViewBody } from './body.js';
import { LogBar } from './logbar.js';
import { logText, paintLog } from './logpicture.js';
import { LogRowNode, logHeader, ROW_HEIGHT } from './logrow.js';

const BAR_HEIGHT = { wide: 28, narrow: 54 };
const SPARE_ROWS = 6; // asked for beyond the edge, so that a slow scroll shows no gap
const TEXT_ROWS = 50; // of a frozen log's text
const UNFOLDED_LIMIT = 100; // records; the one that was unfolded first is folded again
const NARROW = 560; // CSS px; below it source and name have no room
const MEDIUM = 760; // CSS px; below it the name has none

/** Rows from where the person began to where he is, with the records they are of, once seen. */
type Selection = {
  readonly anchor: number;
  readonly active: number;
  anchorId: number | null;
  activeId: number | null;
};

export class LogBody extends Body<'log'> implements IViewBody {
  constructor(host: IBodyHost) {
    super(host, 'log', 'jp-LogView');
    const { trans } = host;
    this._bar = new LogBar(
      {
        setLevel: level => this._choose({ level: level ?? undefined }),
        setSource: source => this._choose({ source: source ?? undefined }),
        setText: text => this._refilter({ filter: text }),
        toggleFollow: () => (this._isFollowing ? this._hold() : this._follow()),
        copy: () => this._copy(),
        leave: () => this._scroller.focus(),
      },
      trans,
    );
    const header = logHeader(trans);
    this._ruler = element('span', {
      className: 'jp-LogView-ruler',
      text: '0'.repeat(RULER),
      attributes: { 'aria-hidden': 'true' },
    });
    this._messageHeading = header.lastElementChild as HTMLElement;
    this._rowsNode = element('div', {
      className: 'jp-LogView-rows',
      attributes: { role: 'rowgroup' },
    });
    this._scroller = element('div', {
      className: 'jp-LogView-scroller',
      attributes: {
        role: 'treegrid',
        tabindex: '0',
        'aria-label': host.model.title,
        'aria-multiselectable': 'true',
      },
      children: [
        element('div', {
          className: 'jp-LogView-sticky',
          attributes: { role: 'rowgroup' },
          children: [header],
        }),
        this._rowsNode,
      ],
    });
    this._note = element('div', { className: 'jp-LogView-note' });
    this.node.append(this._bar.node, this._scroller, this._note, this._ruler);
    this._scroller.addEventListener('scroll', this._onScroll, { passive: true });
    this._scroller.addEventListener('wheel', this._onWheel, { passive: true });
    // Before JupyterLab's own: in a notebook Ctrl+A would choose all cells.
    window.addEventListener('keydown', this._onKey, true);
    this._rowsNode.addEventListener('pointerdown', this._onPointerDown);
    this._rowsNode.addEventListener('click', this._onClick);
    this.restyle();
  }

  protected override drawFrame(frame: LogFrame, before: LogFrame | null): void {
    this._place(frame, before);
    this._redraw(frame);
  }

  fit(width: number, height: number): void {
    const isNarrow = width < NARROW;
    this.node.classList.toggle('jp-mod-narrow', isNarrow);
    this.node.classList.toggle('jp-mod-medium', width < MEDIUM && !isNarrow);
    const barHeight = isNarrow ? BAR_HEIGHT.narrow : BAR_HEIGHT.wide;
    this._height = Math.max(ROW_HEIGHT, height - barHeight - ROW_HEIGHT);
    const character = this._ruler.getBoundingClientRect().width / RULER;
    const room = this._messageHeading.clientWidth - 2 * character;
    this._columns = character > 0 ? Math.max(20, Math.floor(room / character)) : 0;
    this._tell();
    if (this.frame !== null) {
      this.drawFrame(this.frame, this.frame);
    }
  }

  /** Level, source and filter may have been set elsewhere. */
  restyle(): void {
    const { level = null, source = null, filter = '' } = this.host.options;
    this._bar.show(level, source, this.host.model.viewport.filter);
    if (level !== this._level || source !== this._sourceName || filter !== this._filter) {
      this._level = level;
      this._sourceName = source;
      this._filter = filter;
      this._refilter({});
    }
  }

  summary(): string {
    return '';
  }

  protected override textOf(frame: LogFrame): string {
    return logText(this._rowsInSight(frame, TEXT_ROWS));
  }

  paint(
    context: CanvasRenderingContext2D,
    width: number,
    height: number,
    theme: ThemeColours,
  ): void {
    if (this.frame !== null) {
      const rows = this._rowsInSight(this.frame, Math.floor(height / ROW_HEIGHT));
      paintLog(context, rows, width, width < NARROW, theme);
    }
  }

  handleKey(event: KeyboardEvent): boolean {
    if (event.key === '/') {
      this._bar.focusFilter();
      return true;
    }
    const { frame } = this;
    if (frame === null) {
      return false;
    }
    const page = Math.max(1, Math.floor(this._height / ROW_HEIGHT) - 1);
    const end = frame.startRow + frame.rowCount;
    const active = this._selection?.active ?? (this._isFollowing ? end : this._firstRow(frame) - 1);
    switch (event.key) {
      case 'ArrowDown':
        return this._select(active + 1, event.shiftKey);
      case 'ArrowUp':
        return this._select(active - 1, event.shiftKey);
      case 'PageDown':
        return this._select(active + page, event.shiftKey);
      case 'PageUp':
        return this._select(active - page, event.shiftKey);
      case 'Home':
        return this._select(frame.startRow, event.shiftKey);
      case 'End':
        if (event.shiftKey) {
          return this._select(end - 1, true);
        }
        this._follow();
        return true;
      case 'Escape':
        return this._unselect();
      case 'Enter':
        return this._unfold(this._rowAt(active), null);
      case 'ArrowRight':
      case 'ArrowLeft':
        return this._unfold(this._rowAt(active), event.key === 'ArrowRight');
      default:
        return false;
    }
  }

  protected override release(): void {
    window.removeEventListener('keydown', this._onKey, true);
    this._rowNodes.length = 0;
  }

  // ---- Following and holding ----------------------------------------------------------------------

  private _follow(): void {
    this._isFollowing = true;
    this._selection = null;
    this._around = null;
    this._tell();
    this._drawAgain();
  }

  /** From now on what is in sight stays there. */
  private _hold(): void {
    if (this._isFollowing) {
      this._isFollowing = false;
      this._tell();
      this._drawAgain();
    }
  }

  private readonly _onWheel = (event: WheelEvent): void => {
    if (event.deltaY < 0) {
      this._hold();
    }
  };

  private readonly _onScroll = (): void => {
    if (this._isFollowing && this._scroller.scrollTop < this._endTop - 2) {
      this._isFollowing = false; // by the scroll bar, or a finger
      this._drawAgain();
    }
    if (!this._isFollowing) {
      this._tell();
    }
  };

  // ---- Which records ------------------------------------------------------------------------------

  private _choose(change: { level?: LogLevel | undefined; source?: string | undefined }): void {
    this.host.setOptions(change);
    this.restyle();
  }

  /** The filters change: what is chosen stays in sight, else the newest are shown. */
  private _refilter(change: Partial<Viewport>): void {
    const id = this._selection?.activeId ?? null;
    this._selection = null;
    this._unfolded = [];
    this._around = id;
    this._isFollowing = id === null;
    this._tell(change);
  }

  // ---- Choosing, unfolding, copying ---------------------------------------------------------------

  private readonly _onPointerDown = (event: PointerEvent): void => {
    // Held at once: the record that was aimed at must not run away before the click is done.
    this._pressed = this._rowOf(event.target);
    this._hold();
  };

  private readonly _onClick = (event: MouseEvent): void => {
    const pressed = this._pressed;
    this._pressed = null;
    if (pressed === null || document.getSelection()?.isCollapsed === false) {
      return; // a text was marked
    }
    this._select(pressed.number, event.shiftKey);
    if (!event.shiftKey && pressed.row.line === 0) {
      this._unfold(pressed.row, null);
    }
  };

  private _rowOf(target: EventTarget | null): { number: number; row: LogRow } | null {
    const node = target instanceof Element ? target.closest('[role=row]') : null;
    const found = this._rowNodes.find(row => row.node === node);
    return found?.row == null ? null : { number: found.number, row: found.row };
  }

  private _select(to: number, extend: boolean): boolean {
    const { frame } = this;
    if (frame === null || frame.rowCount === 0) {
      return false;
    }
    this._hold();
    const active = Math.min(Math.max(to, frame.startRow), frame.startRow + frame.rowCount - 1);
    const before = extend ? this._selection : null;
    const activeId = this._rowAt(active)?.id ?? null;
    this._selection = {
      anchor: before?.anchor ?? active,
      active,
      anchorId: before === null ? activeId : before.anchorId,
      activeId,
    };
    const first = this._firstRow(frame);
    const fitting = this._height / ROW_HEIGHT;
    if (active < first) {
      this._scrollTo(frame, active);
    } else if (active + 1 > first + fitting) {
      this._scrollTo(frame, active + 1 - fitting);
    }
    this._tell();
    this._drawAgain();
    return true;
  }

  private _unselect(): boolean {
    const had = this._selection !== null;
    this._selection = null;
    this._drawAgain();
    return had;
  }

  /** @param to - unfolded or not; null: the other way. */
  private _unfold(row: LogRow | null, to: boolean | null): boolean {
    if (row === null || row.lineCount < 2 || row.isUnfolded === to) {
      return row !== null;
    }
    const { frame } = this;
    const others = this._unfolded.filter(id => id !== row.id);
    this._unfolded = row.isUnfolded ? others : [...others, row.id].slice(-UNFOLDED_LIMIT);
    this._revealed = row.isUnfolded ? null : row.id;
    const first = frame?.rows.findIndex(({ id }) => id === row.id) ?? -1;
    if (frame !== null && first >= 0 && frame.rows[first]?.line === 0) {
      this._select(frame.firstRow + first, false);
    } else {
      this._around = row.id;
      this._selection = null;
    }
    this._hold();
    this._tell();
    return true;
  }

  private readonly _onKey = (event: KeyboardEvent): void => {
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isCommand || event.target !== this._scroller || this.frame === null) {
      return;
    }
    const { startRow, rowCount } = this.frame;
    if (event.key === 'a' && rowCount > 0) {
      this._hold();
      this._selection = {
        anchor: startRow,
        active: startRow + rowCount - 1,
        anchorId: 0,
        activeId: Number.MAX_SAFE_INTEGER,
      };
      this._drawAgain();
    } else if (event.key === 'c' && document.getSelection()?.isCollapsed !== false) {
      this._copy();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  private _copy(): void {
    const { anchorId = null, activeId = null } = this._selection ?? {};
    if (anchorId === null || activeId === null) {
      return;
    }
    const [first, last] = anchorId < activeId ? [anchorId, activeId] : [activeId, anchorId];
    this.host.model
      .ask({ type: 'records', first, last })
      .then(answer => copyText(answer.type === 'text' ? answer.text : ''))
      .then(
        () => this.host.setReadout(this.host.trans.__('copied')),
        reason => {
          console.warn('Labwire: the records were not copied', reason);
          this.host.setReadout(this.host.trans.__('cannot copy'));
        },
      )
      .finally(() => setTimeout(() => this.host.setReadout(null), 1500));
  }

  // ---- Geometry -----------------------------------------------------------------------------------

  // The number of the row at the upper edge, with its fraction.
  private _firstRow(frame: LogFrame): number {
    return frame.startRow + this._scroller.scrollTop / ROW_HEIGHT;
  }

  private _scrollTo(frame: LogFrame, row: number): void {
    this._scroller.scrollTop = (row - frame.startRow) * ROW_HEIGHT;
  }

  private _rowsInSight(frame: LogFrame, count: number): readonly LogRow[] {
    if (this._isFollowing) {
      return frame.rows.slice(-count);
    }
    const at = Math.max(0, Math.floor(this._firstRow(frame)) - frame.firstRow);
    return frame.rows.slice(at, at + count);
  }

  private _rowAt(number: number): LogRow | null {
    const { frame } = this;
    return frame?.rows[number - frame.firstRow] ?? null;
  }

  private _tell(change: Partial<Viewport> = {}): void {
    const log: LogViewport = {
      level: this._level,
      source: this._sourceName,
      filter: this._filter,
      follow: this._isFollowing,
      around: this._around,
      unfolded: this._unfolded,
      columns: this._columns,
    };
    const isPlaced = this._isFollowing || this._around !== null || this.frame === null;
    const first = isPlaced || this.frame === null ? 0 : Math.floor(this._firstRow(this.frame));
    this.host.model.setViewport({
      ...change,
      firstRow: Math.max(0, first - SPARE_ROWS),
      rowCount: Math.ceil(this._height / ROW_HEIGHT) + 1 + 2 * SPARE_ROWS,
      log,
    });
  }

  // Scroll so that the frame's rows are where they belong.
  private _place(frame: LogFrame, before: LogFrame | null): void {
    const { _scroller: scroller } = this;
    const gone = before === null ? 0 : frame.startRow - before.startRow;
    const top = gone === 0 || this._isFollowing ? 0 : scroller.scrollTop;
    const height = frame.rowCount * ROW_HEIGHT;
    this._rowsNode.style.height = `${height}px`;
    if (this._isFollowing) {
      this._endTop = Math.max(0, height - this._height);
      scroller.scrollTop = height;
    } else if (frame.aroundRow !== null && this._around !== null) {
      const active = Math.min(frame.aroundRow, frame.startRow + frame.rowCount - 1);
      const activeId = frame.rows[active - frame.firstRow]?.id ?? null;
      this._selection = { anchor: active, active, anchorId: activeId, activeId };
      this._around = null;
      this._scrollTo(frame, active - Math.floor(this._height / ROW_HEIGHT / 2));
      this._tell();
    } else if (gone > 0) {
      scroller.scrollTop = top - gone * ROW_HEIGHT;
    }
    this._reveal(frame);
  }

  // As many lines of a record that was just unfolded as there is room for, the first above all.
  private _reveal(frame: LogFrame): void {
    const at = frame.rows.findIndex(({ id, line }) => id === this._revealed && line === 0);
    const row = frame.rows[at];
    if (row?.isUnfolded === true) {
      this._revealed = null;
      const first = frame.firstRow + at;
      const over = first + row.lineCount - this._height / ROW_HEIGHT;
      if (over > this._firstRow(frame)) {
        this._scrollTo(frame, Math.min(first, over));
        this._tell();
      }
    }
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  private _drawAgain(): void {
    if (this.frame !== null) {
      this._place(this.frame, this.frame);
      this._redraw(this.frame);
    }
  }

  private _redraw(frame: LogFrame): void {
    const { trans } = this.host;
    this._scroller.setAttribute('aria-rowcount', String(frame.rowCount + 1));
    while (this._rowNodes.length < frame.rows.length) {
      const row = new LogRowNode(trans);
      this._rowNodes.push(row);
      this._rowsNode.append(row.node);
    }
    for (const spare of this._rowNodes.splice(frame.rows.length)) {
      spare.node.remove();
    }
    const { anchor = -1, active = -1 } = this._selection ?? {};
    const [low, high] = anchor < active ? [anchor, active] : [active, anchor];
    let activeNode: HTMLElement | null = null;
    frame.rows.forEach((row, offset) => {
      const number = frame.firstRow + offset;
      const index = number - frame.startRow;
      const node = this._rowNodes[offset]!;
      node.draw(row, number, index, number >= low && number <= high, this._columns);
      node.node.classList.toggle('jp-mod-active', number === active);
      if (number === active) {
        activeNode = node.node;
        this._selection!.activeId ??= row.id;
      }
      if (number === anchor) {
        this._selection!.anchorId ??= row.id;
      }
    });
    if (activeNode === null) {
      this._scroller.removeAttribute('aria-activedescendant');
    } else {
      this._scroller.setAttribute('aria-activedescendant', (activeNode as HTMLElement).id);
    }
    this._bar.draw(frame, this._isFollowing, this._selection !== null);
    setText(
      this._note,
      frame.rowCount > 0
        ? ''
        : frame.recordCount === 0
          ? trans.__('No messages yet.')
          : trans.__('No record passes the filters.'),
    );
  }

  private readonly _bar: LogBar;
  private readonly _scroller: HTMLElement;
  private readonly _rowsNode: HTMLElement;
  private readonly _note: HTMLElement;
  private readonly _ruler: HTMLElement;
  private readonly _messageHeading: HTMLElement;
  private readonly _rowNodes: LogRowNode[] = [];
  private _level: LogLevel | null = null;
  private _sourceName: string | null = null;
  private _filter = '';
  private _unfolded: readonly number[] = [];
  private _columns = 0;
  private _height = 12 * ROW_HEIGHT;
  private _isFollowing = true;
  private _around: number | null = null;
  private _revealed: number | null = null;
  private _endTop = 0;
  private _selection: Selection | null = null;
  private _pressed: { readonly number: number; readonly row: LogRow } | null = null;
}

const RULER = 100; // characters

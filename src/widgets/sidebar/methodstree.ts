// The tree of the method browser, in the page: rows with a key each, kept while they are shown.
//
// Only the rows that can be seen are in the page, so a lab with thousands of methods costs what one with
// twenty does. A row is one line high, but for those with a text below, which are measured.
// One stop for Tab; arrows move, right and left unfold and fold, Enter opens.

import { element } from '../element.js';
import { MethodNode } from './methodsnode.js';
import { type MethodRow, type Sibling, siblingsOf } from './methodsrows.js';

const ROW_HEIGHT = 22; // px, as style/methods.css has it
const MARGIN = 4; // rows beyond the edges: each one more makes typing into the filter slower
const SCROLL_MARGIN = 20; // while it is scrolled, so that there is no gap
const FIRST_VIEW = 600; // px; until the tree was measured

export namespace MethodTree {
  export interface IOptions {
    readonly label: string;
    /** A click, or Enter. */
    readonly onActivate: (row: MethodRow) => void;
    readonly onExpand: (row: MethodRow, expanded: boolean) => void;
    /** `/`: the person wants to search. */
    readonly onSearch: () => void;
  }
}

export class MethodTree {
  constructor(options: MethodTree.IOptions) {
    this._options = options;
    this._content = element('div', {
      className: 'jp-MethodTree-content',
      attributes: { role: 'tree', 'aria-label': options.label },
    });
    this.node = element('div', { className: 'jp-MethodTree', children: [this._content] });
    this.node.addEventListener('scroll', () => this._scrolled(), { passive: true });
    this.node.addEventListener('click', event => {
      const row = this._rowAt(event.target);
      if (row !== null) {
        this._moveTo(row.key);
        this._activate(row);
      }
    });
    this.node.addEventListener('keydown', event => this._onKey(event));
    this.node.addEventListener('focusin', event => {
      const row = this._rowAt(event.target);
      if (row !== null && row.key !== this._current) {
        this._mark(row.key);
      }
    });
    this._resizes = new ResizeObserver(() => this._fit());
    this._resizes.observe(this.node);
  }

  readonly node: HTMLElement;

  /** @param chosen - key of the row whose form is open. */
  draw(rows: readonly MethodRow[], chosen: string | null): void {
    const hadFocus = this.node.contains(document.activeElement);
    this._rows = rows;
    this._siblings = siblingsOf(rows);
    this._chosen = chosen;
    this._stack();
    if (this._indexOf(this._current) < 0) {
      this._mark(rows[0]?.key ?? null);
      this._render();
      if (hadFocus) {
        this.focus();
      }
    } else {
      this._render();
    }
  }

  /** The row can be seen. */
  reveal(key: string): void {
    const index = this._indexOf(key);
    const { scrollTop, clientHeight } = this.node;
    if (index < 0 || clientHeight === 0) {
      return;
    }
    const top = this._tops[index]!;
    const bottom = this._tops[index + 1]!;
    if (top < scrollTop) {
      this.node.scrollTop = top;
    } else if (bottom > scrollTop + clientHeight) {
      this.node.scrollTop = Math.min(top, bottom - clientHeight);
    }
    this._scrollTop = this.node.scrollTop;
    this._render();
  }

  /** What comes first can be seen. */
  scrollToTop(): void {
    if (this._scrollTop !== 0) {
      this._scrollTop = 0;
      this.node.scrollTop = 0;
    }
  }

  focus(): void {
    if (this._current !== null) {
      this.reveal(this._current);
      this._shown.get(this._current)?.node.focus({ preventScroll: true });
    }
  }

  dispose(): void {
    this._resizes.disconnect();
  }

  // ---- What is in the page ------------------------------------------------------------------------

  private _fit(): void {
    const { clientWidth, clientHeight, scrollTop } = this.node;
    if (clientHeight === 0) {
      return; // it cannot be seen
    }
    if (clientWidth !== this._width) {
      this._width = clientWidth;
      this._heights.clear(); // texts wrap elsewhere
      this._stack();
    }
    this._viewHeight = clientHeight;
    this._scrollTop = scrollTop;
    this._render();
  }

  private _scrolled(): void {
    this._scrollTop = this.node.scrollTop;
    this._render(SCROLL_MARGIN);
  }

  // Where each row begins, and where the last one ends.
  private _stack(): void {
    const tops = new Float64Array(this._rows.length + 1);
    this._rows.forEach((row, index) => {
      const height = row.below === '' ? ROW_HEIGHT : this._heights.get(row.key);
      tops[index + 1] = tops[index]! + (height ?? 2 * ROW_HEIGHT);
    });
    this._tops = tops;
  }

  // Reads nothing that the page would have to be laid out for, but where a row has a text below.
  private _render(margin = MARGIN): void {
    this._place(margin);
    if (this._measure()) {
      this._stack();
      this._place(margin);
    }
  }

  private _place(margin: number): void {
    const tops = this._tops;
    const last = this._rows.length - 1;
    const total = tops[last + 1]!;
    const top = Math.min(this._scrollTop, Math.max(0, total - this._viewHeight));
    const first = Math.max(0, rowAt(tops, top) - margin);
    const end = Math.min(last, rowAt(tops, top + this._viewHeight) + margin);
    const indices = Array.from({ length: Math.max(0, end - first + 1) }, (_, i) => first + i);
    const current = this._indexOf(this._current); // the stop for Tab, and perhaps the focus
    if (current >= 0 && current < first) {
      indices.unshift(current);
    } else if (current > end) {
      indices.push(current);
    }
    if (total !== this._total) {
      this._total = total;
      this._content.style.height = `${total}px`;
    }
    this._fill(indices);
  }

  // A row keeps its node while it is in the page: it may have the focus. One that goes leaves its node
  // to the row that comes in its place.
  private _fill(indices: readonly number[]): void {
    const keys = new Set(indices.map(index => this._rows[index]!.key));
    const freeAt = (place: Element | null) => {
      const node = place === null ? undefined : this._nodes.get(place);
      return node === undefined || keys.has(node.row!.key) ? null : node;
    };
    let next = this._content.firstElementChild;
    const drop = (node: MethodNode) => {
      next = node.node.nextElementSibling;
      node.node.remove();
      this._shown.delete(node.row!.key);
      this._spare.push(node);
    };
    for (const index of indices) {
      const row = this._rows[index]!;
      let node = this._shown.get(row.key) ?? null;
      if (node === null) {
        node = freeAt(next);
        if (node === null) {
          node = this._spare.pop() ?? this._made();
        } else {
          this._shown.delete(node.row!.key);
        }
        this._shown.set(row.key, node);
      } else {
        for (let free = freeAt(next); free !== null; free = freeAt(next)) {
          drop(free);
        }
      }
      if (node.node === next) {
        next = next.nextElementSibling;
      } else {
        this._content.insertBefore(node.node, next);
      }
      node.show(row, this._siblings[index]!);
      node.top = this._tops[index]!;
      node.isChosen = row.key === this._chosen;
      node.isStop = row.key === this._current;
    }
    for (let free = freeAt(next); free !== null; free = freeAt(next)) {
      drop(free);
    }
  }

  // True if a row with a text below is higher or lower than it was taken for.
  private _measure(): boolean {
    let isNew = false;
    for (const [key, { node, row }] of this._shown) {
      const height = row?.below === '' ? 0 : node.offsetHeight;
      if (height > 0 && height !== this._heights.get(key)) {
        this._heights.set(key, height);
        isNew = true;
      }
    }
    return isNew;
  }

  private _indexOf(key: string | null): number {
    return key === null ? -1 : this._rows.findIndex(row => row.key === key);
  }

  private _made(): MethodNode {
    const node = new MethodNode();
    this._nodes.set(node.node, node);
    return node;
  }

  private _rowAt(target: EventTarget | null): MethodRow | null {
    const place = target instanceof Element ? target.closest('.jp-MethodTree-row') : null;
    return place === null ? null : (this._nodes.get(place)?.row ?? null);
  }

  private _mark(key: string | null): void {
    const [before, now] = [this._current, key].map(each => this._shown.get(each ?? ''));
    if (before !== undefined) {
      before.isStop = false;
    }
    this._current = key;
    if (now !== undefined) {
      now.isStop = true;
    }
  }

  private _moveTo(key: string | undefined): void {
    if (key !== undefined) {
      this._mark(key);
      this._render();
      this.focus();
    }
  }

  private _activate(row: MethodRow): void {
    if (row.expanded !== null) {
      this._options.onExpand(row, !row.expanded);
    } else if (row.kind !== 'note') {
      this._options.onActivate(row);
    }
  }

  private _onKey(event: KeyboardEvent): void {
    const at = this._indexOf(this._current);
    const row = this._rows[at];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    switch (event.key) {
      case 'ArrowDown':
        this._moveTo(this._rows[at + 1]?.key);
        break;
      case 'ArrowUp':
        this._moveTo(this._rows[at - 1]?.key);
        break;
      case 'PageDown':
        this._moveTo(this._rows[Math.min(at + this._page, this._rows.length - 1)]?.key);
        break;
      case 'PageUp':
        this._moveTo(this._rows[Math.max(at - this._page, 0)]?.key);
        break;
      case 'Home':
        this._moveTo(this._rows[0]?.key);
        break;
      case 'End':
        this._moveTo(this._rows.at(-1)?.key);
        break;
      case 'ArrowRight':
        if (row.expanded === false) {
          this._options.onExpand(row, true);
        } else if (row.expanded === true) {
          this._moveTo(this._rows[at + 1]?.key);
        }
        break;
      case 'ArrowLeft':
        if (row.expanded === true) {
          this._options.onExpand(row, false);
        } else {
          const above = this._rows.slice(0, at).reverse();
          const parent = above.find(({ level }) => level < row.level);
          this._moveTo(parent?.key);
        }
        break;
      case 'Enter':
      case ' ':
        this._activate(row);
        break;
      case '/':
        this._options.onSearch();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private get _page(): number {
    return Math.max(1, Math.floor(this._viewHeight / ROW_HEIGHT) - 1);
  }

  private readonly _options: MethodTree.IOptions;
  private readonly _content: HTMLElement;
  private readonly _resizes: ResizeObserver;
  /** In the page, by key. */
  private readonly _shown = new Map<string, MethodNode>();
  private readonly _spare: MethodNode[] = [];
  private readonly _nodes = new WeakMap<Element, MethodNode>();
  /** Of rows with a text below, px, by key. */
  private readonly _heights = new Map<string, number>();
  private _rows: readonly MethodRow[] = [];
  private _siblings: readonly Sibling[] = [];
  private _tops = new Float64Array(1);
  private _chosen: string | null = null;
  private _current: string | null = null;
  private _width = 0;
  private _viewHeight = FIRST_VIEW;
  // As the page has them: asking it would have it laid out.
  private _scrollTop = 0;
  private _total = 0;
}

/** Index of the row in which `y` lies; the last one below all. */
function rowAt(tops: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= y) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

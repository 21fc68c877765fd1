// The tree of the method browser, in the page: rows with a key each, kept while they are shown.
//
// Only the rows that can be seen are in the page, so a lab with thousands of methods costs what one with
// twenty does. A row is one line high, but for those with a text below, which are measured.
// One stop for Tab; arrows move, right and left unfold and fold, Enter opens.

import { element, setText } from '../element.js';
import { type MethodRow, type Sibling, siblingsOf } from './methodsrows.js';

const ROW_HEIGHT = 22; // px, as style/methods.css has it
const MARGIN = 20; // rows beyond the edges, so that scrolling shows no gap
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

type Shown = {
  readonly node: HTMLElement;
  readonly line: HTMLElement;
  readonly fold: HTMLElement;
  readonly name: HTMLElement;
  readonly aside: HTMLElement;
  readonly below: HTMLElement;
  row: MethodRow;
  isChosen: boolean;
  sibling: Sibling | null;
};

export class MethodTree {
  constructor(options: MethodTree.IOptions) {
    this._options = options;
    this._content = element('div', {
      className: 'jp-MethodTree-content',
      attributes: { role: 'tree', 'aria-label': options.label },
    });
    this.node = element('div', { className: 'jp-MethodTree', children: [this._content] });
    this.node.addEventListener('scroll', () => this._render(), { passive: true });
    this.node.addEventListener('click', event => {
      const shown = this._shownAt(event.target);
      if (shown !== null) {
        this._moveTo(shown.row.key);
        this._activate(shown.row);
      }
    });
    this.node.addEventListener('keydown', event => this._onKey(event));
    this.node.addEventListener('focusin', event => {
      const shown = this._shownAt(event.target);
      if (shown !== null && shown.row.key !== this._current) {
        this._mark(shown.row.key);
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
    this._render();
  }

  /** What comes first can be seen. */
  scrollToTop(): void {
    this.node.scrollTop = 0;
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
    const { clientWidth, clientHeight } = this.node;
    if (clientWidth !== this._width) {
      this._width = clientWidth;
      this._heights.clear(); // texts wrap elsewhere
      this._stack();
    }
    this._viewHeight = clientHeight || FIRST_VIEW;
    this._render();
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

  private _render(): void {
    this._place();
    if (this._measure()) {
      this._stack();
      this._place();
    }
  }

  private _place(): void {
    const tops = this._tops;
    const last = this._rows.length - 1;
    const total = tops[last + 1]!;
    const top = Math.min(this.node.scrollTop, Math.max(0, total - this._viewHeight));
    const first = Math.max(0, rowAt(tops, top) - MARGIN);
    const end = Math.min(last, rowAt(tops, top + this._viewHeight) + MARGIN);
    this._content.style.height = `${total}px`;
    const indices = Array.from({ length: Math.max(0, end - first + 1) }, (_, i) => first + i);
    const current = this._indexOf(this._current); // the stop for Tab, and perhaps the focus
    if (current >= 0 && current < first) {
      indices.unshift(current);
    } else if (current > end) {
      indices.push(current);
    }
    this._fill(indices);
  }

  private _fill(indices: readonly number[]): void {
    const keys = new Set(indices.map(index => this._rows[index]!.key));
    for (const [key, { node }] of this._shown) {
      if (!keys.has(key)) {
        node.remove();
        this._shown.delete(key);
      }
    }
    let next = this._content.firstElementChild;
    for (const index of indices) {
      const row = this._rows[index]!;
      const shown = this._shown.get(row.key) ?? this._made(row);
      if (shown.node === next) {
        next = next.nextElementSibling;
      } else {
        this._content.insertBefore(shown.node, next); // what is in its place is not moved: it may have the focus
      }
      drawRow(shown, row, this._siblings[index]!, row.key === this._chosen);
      shown.node.style.top = `${this._tops[index]}px`;
    }
  }

  // True if a row with a text below is higher or lower than it was taken for.
  private _measure(): boolean {
    let isNew = false;
    for (const [key, { node, row }] of this._shown) {
      const height = row.below === '' ? 0 : node.offsetHeight;
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

  private _made(row: MethodRow): Shown {
    const fold = element('span', {
      className: 'jp-MethodTree-fold',
      attributes: { 'aria-hidden': 'true' },
    });
    const name = element('span', { className: 'jp-MethodTree-name' });
    const aside = element('span', { className: 'jp-MethodTree-aside' });
    const below = element('div', { className: 'jp-MethodTree-below' });
    const line = element('div', {
      className: 'jp-MethodTree-line',
      children: [fold, name, aside],
    });
    const node = element('div', {
      className: 'jp-MethodTree-row',
      attributes: { role: 'treeitem', tabindex: '-1' },
      children: [line, below],
    });
    node.dataset.key = row.key;
    const shown = { node, line, fold, name, aside, below, row, isChosen: false, sibling: null };
    this._shown.set(row.key, shown);
    node.tabIndex = row.key === this._current ? 0 : -1;
    return shown;
  }

  private _shownAt(target: EventTarget | null): Shown | null {
    const node = target instanceof Element ? target.closest<HTMLElement>('[data-key]') : null;
    return this._shown.get(node?.dataset.key ?? '') ?? null;
  }

  private _mark(key: string | null): void {
    const before = this._current === null ? undefined : this._shown.get(this._current);
    if (before !== undefined) {
      before.node.tabIndex = -1;
    }
    this._current = key;
    const now = key === null ? undefined : this._shown.get(key);
    if (now !== undefined) {
      now.node.tabIndex = 0;
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
  private readonly _shown = new Map<string, Shown>();
  /** Of rows with a text below, px, by key. */
  private readonly _heights = new Map<string, number>();
  private _rows: readonly MethodRow[] = [];
  private _siblings: readonly Sibling[] = [];
  private _tops = new Float64Array(1);
  private _chosen: string | null = null;
  private _current: string | null = null;
  private _width = 0;
  private _viewHeight = FIRST_VIEW;
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

function drawRow(shown: Shown, row: MethodRow, sibling: Sibling, isChosen: boolean): void {
  if (shown.row === row && shown.isChosen === isChosen && shown.sibling === sibling) {
    return;
  }
  shown.row = row;
  shown.isChosen = isChosen;
  shown.sibling = sibling;
  const { node, line, fold, name, aside, below } = shown;
  line.hidden = row.name === '' && row.aside === '';
  node.dataset.kind = row.kind;
  node.setAttribute('aria-level', String(row.level));
  node.style.setProperty('--labwire-level', String(row.level - 1));
  if (row.expanded === null) {
    node.removeAttribute('aria-expanded');
  } else {
    node.setAttribute('aria-expanded', String(row.expanded));
  }
  node.setAttribute('aria-posinset', String(sibling.position));
  node.setAttribute('aria-setsize', String(sibling.count));
  node.setAttribute('aria-selected', String(isChosen));
  if (node.title !== row.title) {
    node.title = row.title;
  }
  setText(fold, row.expanded === null ? '' : row.expanded ? '▾' : '▸');
  setText(name, row.name);
  setText(aside, row.aside);
  setText(below, row.below);
}

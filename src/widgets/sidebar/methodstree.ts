// The tree of the method browser, in the page: rows with a key each, kept while they are shown.
//
// One stop for Tab; arrows move, right and left unfold and fold, Enter opens.

import { element, setText } from '../element.js';
import type { MethodRow } from './methodsrows.js';

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
};

export class MethodTree {
  constructor(options: MethodTree.IOptions) {
    this._options = options;
    this.node = element('div', {
      className: 'jp-MethodTree',
      attributes: { role: 'tree', 'aria-label': options.label },
    });
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
  }

  readonly node: HTMLElement;

  /** @param chosen - key of the row whose form is open. */
  draw(rows: readonly MethodRow[], chosen: string | null): void {
    this._rows = rows;
    const hadFocus = this.node.contains(document.activeElement);
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { node }] of this._shown) {
      if (!keys.has(key)) {
        node.remove();
        this._shown.delete(key);
      }
    }
    let next = this.node.firstElementChild;
    for (const row of rows) {
      const shown = this._shown.get(row.key) ?? this._made(row);
      if (shown.node === next) {
        next = next.nextElementSibling;
      } else {
        this.node.insertBefore(shown.node, next); // what is in its place is not moved: it may have the focus
      }
      drawRow(shown, row, chosen);
    }
    if (this._current === null || !keys.has(this._current)) {
      this._mark(rows[0]?.key ?? null);
      if (hadFocus) {
        this.focus();
      }
    }
  }

  /** The row whose form is open can be seen. */
  reveal(key: string): void {
    this._shown.get(key)?.node.scrollIntoView({ block: 'nearest' });
  }

  focus(): void {
    const shown = this._current === null ? undefined : this._shown.get(this._current);
    shown?.node.focus();
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
    const shown = { node, line, fold, name, aside, below, row };
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
    const at = this._rows.findIndex(({ key }) => key === this._current);
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

  private readonly _options: MethodTree.IOptions;
  private readonly _shown = new Map<string, Shown>();
  private _rows: readonly MethodRow[] = [];
  private _current: string | null = null;
}

function drawRow(shown: Shown, row: MethodRow, chosen: string | null): void {
  shown.row = row;
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
  node.setAttribute('aria-selected', String(row.key === chosen));
  if (node.title !== row.title) {
    node.title = row.title;
  }
  setText(fold, row.expanded === null ? '' : row.expanded ? '▾' : '▸');
  setText(name, row.name);
  setText(aside, row.aside);
  setText(below, row.below);
}

// A list of rows of equal height: a dot, a name, a line below, and tools that show on hover or focus.
//
// Only the rows that can be seen are in the page, so a list of thousands costs what one of twenty does.
// One stop for Tab; up and down move between rows, right and left to a row's tools and back.

import type { TranslationBundle } from '@jupyterlab/translation';
import { element, setText } from '../element.js';
import { stateIcons } from '../icons.js';
import type { Tool } from '../toolbar.js';
import type { ShownState } from '../words.js';

export type Row = {
  readonly state: ShownState;
  readonly name: string;
  /** Muted, at the right of the name. */
  readonly aside: string;
  /** The line below. */
  readonly detail: string;
  readonly tooltip: string;
  readonly tools: readonly Tool[];
};

export namespace RowList {
  export interface IOptions {
    readonly trans: TranslationBundle;
    /** What the list is, for screen readers. */
    readonly label: string;
    /** Enter, or a click. */
    readonly onActivate: (key: string) => void;
    readonly onDelete: (key: string) => void;
    /** F2. */
    readonly onEdit?: (key: string) => void;
    /** True: Enter opens more about the row somewhere near. */
    readonly expands: boolean;
  }
}

const LEAST = 3; // rows that are seen however low the section is
const MARGIN = 6; // rows beyond the edges, so that scrolling shows no gap
const FIRST_HEIGHT = 40; // px; until a row was measured
const FIRST_VIEW = 600; // px; until the list was

export class RowList {
  constructor(options: RowList.IOptions) {
    this._options = options;
    this._content = element('div', {
      className: 'jp-LabwireRows-content',
      attributes: { role: 'list', 'aria-label': options.label },
    });
    this.node = element('div', { className: 'jp-LabwireRows', children: [this._content] });
    this.node.addEventListener('scroll', () => this._render());
    this.node.addEventListener('keydown', this._onKey);
    this.node.addEventListener('focusin', this._onFocus);
  }

  readonly node: HTMLElement;

  /**
   * @param keys - what tells the rows from one another, in the order in which they are shown.
   * @param rowAt - asked for those that are seen.
   * @param expanded - the key of the row that is told more about.
   */
  draw(keys: readonly string[], rowAt: (index: number) => Row, expanded: string | null): void {
    this._keys = keys;
    this._rowAt = rowAt;
    this._expanded = expanded;
    this._places = new Map(keys.map((key, index) => [key, index]));
    if (this._current === null || !this._places.has(this._current)) {
      const hadFocus = this._hasFocus;
      this._current = keys[Math.min(this._index, keys.length - 1)] ?? null;
      this._render();
      if (hadFocus) {
        this._focusMain();
      }
    } else {
      this._render();
    }
  }

  /** The list has another size, or is in the page now. */
  fit(): void {
    const [any] = this._nodes.values();
    const height = any?.node.getBoundingClientRect().height ?? 0;
    if (height > 0) {
      this._height = height;
    }
    this._render();
  }

  /** Move to a row: it is seen, and has the focus where the list has it. */
  select(key: string, isFocused = false): void {
    if (this._places.has(key)) {
      this._current = key;
      this._reveal();
      this._render();
      if (isFocused || this._hasFocus) {
        this._focusMain();
      }
    }
  }

  focus(): void {
    this._reveal();
    this._render();
    this._focusMain();
  }

  private get _hasFocus(): boolean {
    return this.node.contains(document.activeElement);
  }

  private _render(): void {
    const { length } = this._keys;
    const height = this._height;
    this._content.style.height = `${length * height}px`;
    this.node.style.minHeight = `${Math.min(length, LEAST) * height}px`;
    const top = this.node.scrollTop;
    const seen = this.node.clientHeight || FIRST_VIEW;
    const first = Math.max(0, Math.floor(top / height) - MARGIN);
    const end = Math.min(length, Math.ceil((top + seen) / height) + MARGIN);
    const shown = new Set<number>();
    for (let index = first; index < end; index += 1) {
      shown.add(index);
    }
    this._index = this._current === null ? 0 : (this._places.get(this._current) ?? 0);
    if (length > 0) {
      shown.add(this._index); // the stop for Tab, and perhaps the focus
    }
    const keys = new Set([...shown].map(index => this._keys[index]!));
    for (const [key, rowNode] of this._nodes) {
      if (!keys.has(key)) {
        rowNode.node.remove();
        this._nodes.delete(key);
      }
    }
    let before: Element | null = null;
    for (const index of [...shown].sort((a, b) => a - b)) {
      const key = this._keys[index]!;
      let rowNode = this._nodes.get(key);
      if (rowNode === undefined) {
        rowNode = new RowNode(this._options, () => this._activate(key));
        this._nodes.set(key, rowNode);
      }
      // In the order in which they are read; what is in its place is not moved, or it lost the focus.
      const next: Element | null =
        before === null ? this._content.firstElementChild : before.nextElementSibling;
      if (next !== rowNode.node) {
        this._content.insertBefore(rowNode.node, next);
      }
      before = rowNode.node;
      rowNode.draw(this._rowAt(index), index, length, height);
      rowNode.mark(key === this._current, key === this._expanded);
    }
  }

  private _activate(key: string): void {
    this._current = key;
    this._render();
    this._options.onActivate(key);
  }

  private _reveal(): void {
    const index = this._current === null ? -1 : (this._places.get(this._current) ?? -1);
    const top = index * this._height;
    const { scrollTop, clientHeight } = this.node;
    if (index >= 0 && clientHeight > 0) {
      if (top < scrollTop) {
        this.node.scrollTop = top;
      } else if (top + this._height > scrollTop + clientHeight) {
        this.node.scrollTop = top + this._height - clientHeight;
      }
    }
  }

  private _focusMain(): void {
    if (this._current !== null) {
      this._nodes.get(this._current)?.main.focus({ preventScroll: true });
    }
  }

  private readonly _onFocus = (event: FocusEvent): void => {
    for (const [key, rowNode] of this._nodes) {
      if (rowNode.node.contains(event.target as Node) && key !== this._current) {
        this._current = key;
        this._render();
      }
    }
  };

  private readonly _onKey = (event: KeyboardEvent): void => {
    const { _current: current } = this;
    const rowNode = current === null ? undefined : this._nodes.get(current);
    if (current === null || rowNode === undefined) {
      return;
    }
    const last = this._keys.length - 1;
    const page = Math.max(1, Math.floor(this.node.clientHeight / this._height) - 1);
    const to: { readonly [key: string]: number } = {
      ArrowDown: this._index + 1,
      ArrowUp: this._index - 1,
      PageDown: this._index + page,
      PageUp: this._index - page,
      Home: 0,
      End: last,
    };
    const index = Object.hasOwn(to, event.key) ? to[event.key] : undefined;
    if (index !== undefined) {
      this.select(this._keys[Math.max(0, Math.min(index, last))]!, true);
    } else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      rowNode.step(event.key === 'ArrowRight' ? 1 : -1);
    } else if (event.key === 'Delete') {
      this._options.onDelete(current);
    } else if (event.key === 'F2' && this._options.onEdit !== undefined) {
      this._options.onEdit(current);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  private readonly _options: RowList.IOptions;
  private readonly _content: HTMLElement;
  private readonly _nodes = new Map<string, RowNode>();
  private _keys: readonly string[] = [];
  private _rowAt: (index: number) => Row = () => {
    throw new RangeError('no row was drawn yet');
  };
  private _places: ReadonlyMap<string, number> = new Map();
  private _current: string | null = null;
  private _expanded: string | null = null;
  private _index = 0;
  private _height = FIRST_HEIGHT;
}

class RowNode {
  constructor(options: RowList.IOptions, onActivate: () => void) {
    this._expands = options.expands;
    this._shape = element('span', {
      className: 'jp-LabwireRows-shape',
      attributes: { 'aria-hidden': 'true' },
    });
    this._name = element('span', { className: 'jp-LabwireRows-name' });
    this._aside = element('span', { className: 'jp-LabwireRows-aside' });
    this._detail = element('span', { className: 'jp-LabwireRows-detail' });
    this.main = element('button', {
      className: 'jp-LabwireRows-main',
      attributes: { type: 'button' },
      children: [this._shape, this._name, this._aside, this._detail],
    });
    this.main.addEventListener('click', onActivate);
    this._toolbar = element('span', { className: 'jp-LabwireRows-tools' });
    this.node = element('div', {
      className: 'jp-LabwireRows-row',
      attributes: { role: 'listitem' },
      children: [this.main, this._toolbar],
    });
  }

  readonly node: HTMLElement;
  readonly main: HTMLButtonElement;

  draw(row: Row, index: number, count: number, height: number): void {
    this.node.style.top = `${index * height}px`;
    this.node.setAttribute('aria-posinset', String(index + 1));
    this.node.setAttribute('aria-setsize', String(count));
    if (row.state !== this._state) {
      this._state = row.state;
      this.node.dataset.state = row.state;
      this._shape.replaceChildren(stateIcons[row.state].element({ tag: 'span' }));
    }
    setText(this._name, row.name);
    setText(this._aside, row.aside);
    setText(this._detail, row.detail);
    const label = [row.name, row.detail, row.aside].filter(part => part !== '').join(', ');
    if (this.main.getAttribute('aria-label') !== label) {
      this.main.setAttribute('aria-label', label);
    }
    if (this.main.title !== row.tooltip) {
      this.main.title = row.tooltip;
    }
    const names = row.tools.map(({ name }) => name).join(' ');
    if (names !== this._toolNames) {
      this._toolNames = names;
      this._buttons = row.tools.map((tool, place) => {
        const button = element('button', {
          className: 'jp-LabwireRows-tool',
          attributes: { type: 'button', tabindex: '-1' },
          children: [tool.icon.element({ tag: 'span' })],
        });
        button.dataset.tool = tool.name;
        button.addEventListener('click', () => this._tools[place]?.run());
        return button;
      });
      this._toolbar.replaceChildren(...this._buttons);
    }
    this._tools = row.tools;
    this._buttons.forEach((button, place) => {
      const tool = row.tools[place]!;
      if (button.title !== tool.label) {
        button.title = tool.label;
      }
      const spoken = `${tool.label}: ${row.name}`;
      if (button.getAttribute('aria-label') !== spoken) {
        button.setAttribute('aria-label', spoken);
      }
    });
  }

  mark(isCurrent: boolean, isExpanded: boolean): void {
    this.main.tabIndex = isCurrent ? 0 : -1;
    this.node.classList.toggle('jp-mod-current', isExpanded);
    if (this._expands) {
      this.main.setAttribute('aria-expanded', String(isExpanded));
    }
  }

  /** Move the focus along the row. */
  step(by: 1 | -1): void {
    const stops = [this.main, ...this._buttons];
    const now = stops.indexOf(document.activeElement as HTMLButtonElement);
    stops[Math.max(0, Math.min(now + by, stops.length - 1))]?.focus();
  }

  private readonly _expands: boolean;
  private readonly _shape: HTMLElement;
  private readonly _name: HTMLElement;
  private readonly _aside: HTMLElement;
  private readonly _detail: HTMLElement;
  private readonly _toolbar: HTMLElement;
  private _state: ShownState | null = null;
  private _toolNames: string | null = null;
  private _tools: readonly Tool[] = [];
  private _buttons: readonly HTMLButtonElement[] = [];
}

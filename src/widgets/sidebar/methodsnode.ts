// A row of the method tree in the page: one node that shows one row of the list after another.
//
// What it shows already is not written again: whatever is written the page lays out anew, and a person
// who types into the filter waits for it.

import { element } from '../element.js';
import type { MethodRow, Sibling } from './methodsrows.js';

export class MethodNode {
  constructor() {
    const fold = element('span', {
      className: 'jp-MethodTree-fold',
      attributes: { 'aria-hidden': 'true' },
      children: [this._fold],
    });
    const name = element('span', { className: 'jp-MethodTree-name', children: [this._name] });
    const aside = element('span', { className: 'jp-MethodTree-aside', children: [this._aside] });
    this._line = element('div', {
      className: 'jp-MethodTree-line',
      children: [fold, name, aside],
    });
    this.node = element('div', {
      className: 'jp-MethodTree-row',
      attributes: { role: 'treeitem', tabindex: '-1', 'aria-selected': 'false' },
      children: [this._line],
    });
  }

  readonly node: HTMLElement;

  /** What it shows; null before the first. */
  get row(): MethodRow | null {
    return this._row;
  }

  show(row: MethodRow, { position, count }: Sibling): void {
    const { node, _row: before } = this;
    if (row !== before) {
      this._row = row;
      this._write(row, before);
    }
    if (position !== this._position) {
      this._position = position;
      node.setAttribute('aria-posinset', String(position));
    }
    if (count !== this._count) {
      this._count = count;
      node.setAttribute('aria-setsize', String(count));
    }
  }

  /** Its form is open. */
  set isChosen(isChosen: boolean) {
    if (isChosen !== this._isChosen) {
      this._isChosen = isChosen;
      this.node.setAttribute('aria-selected', String(isChosen));
    }
  }

  /** Tab stops here. */
  set isStop(isStop: boolean) {
    if (isStop !== this._isStop) {
      this._isStop = isStop;
      this.node.tabIndex = isStop ? 0 : -1;
    }
  }

  /** px, from the top of the first row. */
  set top(top: number) {
    if (top !== this._top) {
      this._top = top;
      this.node.style.top = `${top}px`;
    }
  }

  private _write(row: MethodRow, before: MethodRow | null): void {
    const { node } = this;
    if (row.kind !== before?.kind) {
      node.dataset.kind = row.kind;
    }
    if (row.level !== before?.level) {
      node.setAttribute('aria-level', String(row.level));
    }
    if (row.expanded !== before?.expanded) {
      if (row.expanded === null) {
        node.removeAttribute('aria-expanded');
      } else {
        node.setAttribute('aria-expanded', String(row.expanded));
      }
      this._fold.data = row.expanded === null ? '' : row.expanded ? '▾' : '▸';
    }
    if (row.title !== before?.title) {
      node.title = row.title;
    }
    if (row.name !== before?.name) {
      this._name.data = row.name;
    }
    if (row.aside !== before?.aside) {
      this._aside.data = row.aside;
    }
    this._line.hidden = row.name === '' && row.aside === '';
    if (row.below === '') {
      this._below?.remove();
      this._below = null;
    } else {
      this._below ??= node.appendChild(element('div', { className: 'jp-MethodTree-below' }));
      this._below.textContent = row.below;
    }
  }

  private readonly _line: HTMLElement;
  private readonly _fold = document.createTextNode('');
  private readonly _name = document.createTextNode('');
  private readonly _aside = document.createTextNode('');
  private _below: HTMLElement | null = null;
  private _row: MethodRow | null = null;
  private _position = 0;
  private _count = 0;
  private _isChosen = false;
  private _isStop = false;
  private _top = Number.NaN;
}

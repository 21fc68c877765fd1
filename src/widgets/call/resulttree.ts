// A result that has items: open to its second level, every branch by hand below, a hundred at a time.
//
// The value stays in the worker; what a branch has is asked for when it is opened.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ResultItem, ResultItems } from '../../models/index.js';
import { element, textButton } from '../element.js';

export type LoadItems = (
  path: readonly number[],
  from: number,
  count: number,
) => Promise<ResultItems>;

const PAGE = 100; // items
const OPEN_ITEMS = 20; // of a branch on the second level that is opened by itself
const OPEN_BRANCHES = 10; // of those

export function resultTree(load: LoadItems, trans: TranslationBundle): HTMLElement {
  const tree = new ResultTree(load, trans);
  return element('div', {
    className: 'jp-ResultTree',
    // It scrolls.
    attributes: { role: 'group', 'aria-label': trans.__('Items of the result'), tabindex: '0' },
    children: [tree.branch([])],
  });
}

class ResultTree {
  constructor(load: LoadItems, trans: TranslationBundle) {
    this._load = load;
    this._trans = trans;
  }

  branch(path: readonly number[]): HTMLElement {
    const list = element('ul');
    this._extend(list, path, 0);
    return list;
  }

  private _extend(list: HTMLElement, path: readonly number[], from: number): void {
    this._load(path, from, PAGE).then(
      ({ items, itemCount }) => {
        let branches = from === 0 && path.length === 0 ? OPEN_BRANCHES : 0;
        items.forEach((item, index) => {
          const isOpen = branches > 0 && (item.itemCount ?? Infinity) <= OPEN_ITEMS;
          branches -= isOpen ? 1 : 0;
          list.append(this._item([...path, from + index], item, isOpen));
        });
        const end = from + items.length;
        if (end < itemCount && items.length > 0) {
          list.append(this._more(list, path, end, itemCount));
        }
      },
      reason => {
        const text = reason instanceof Error ? reason.message : String(reason);
        list.append(element('li', { className: 'jp-ResultTree-note', text }));
      },
    );
  }

  private _more(
    list: HTMLElement,
    path: readonly number[],
    from: number,
    itemCount: number,
  ): HTMLElement {
    const words = this._trans.__('Show more: %1 of %2 are here', String(from), String(itemCount));
    const more = element('li', {
      children: [
        textButton(
          words,
          () => {
            more.remove();
            this._extend(list, path, from);
          },
          'jp-Labwire-link',
        ),
      ],
    });
    return more;
  }

  private _item(path: readonly number[], item: ResultItem, isOpen: boolean): HTMLElement {
    const key = item.key === null ? '' : `${item.key}: `;
    const type = element('span', { className: 'jp-CallResult-type', text: item.pyType });
    if (item.itemCount === null || item.itemCount === 0) {
      return element('li', {
        children: [
          element('span', { className: 'jp-ResultTree-key', text: key }),
          element('span', { className: 'jp-ResultTree-text', text: item.text }),
          ...(item.text === item.pyType ? [] : [type]), // None says it all
        ],
      });
    }
    const mark = element('span', { attributes: { 'aria-hidden': 'true' } });
    // A glance at what is folded; key and type are name enough for a screen reader.
    const text = element('span', {
      className: 'jp-ResultTree-text',
      text: item.text,
      attributes: { 'aria-hidden': 'true' },
    });
    let below: HTMLElement | null = null;
    const show = (opens: boolean) => {
      mark.textContent = opens ? '▾ ' : '▸ ';
      text.hidden = opens;
      button.setAttribute('aria-expanded', String(opens));
      if (opens && below === null) {
        below = this.branch(path);
        node.append(below);
      } else if (below !== null) {
        below.hidden = !opens;
      }
    };
    const button = element('button', {
      className: 'jp-ResultTree-fold',
      attributes: { type: 'button' },
      children: [mark, element('span', { className: 'jp-ResultTree-key', text: key }), type, text],
    });
    button.addEventListener('click', () => show(button.getAttribute('aria-expanded') !== 'true'));
    const node = element('li', { children: [button] });
    show(isOpen);
    return node;
  }

  private readonly _load: LoadItems;
  private readonly _trans: TranslationBundle;
}

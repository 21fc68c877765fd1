// The tool bar of a view: small, grey, and only there when the pointer or the focus is.
//
// One stop for Tab; arrows move inside (the toolbar pattern of WAI-ARIA).

import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { element } from './element.js';

export type Tool = {
  readonly name: string;
  readonly label: string;
  readonly icon: LabIcon;
  readonly run: () => void;
  /** Present: a toggle. */
  readonly pressed?: boolean;
  readonly enabled?: boolean;
};

export class ViewToolbar {
  constructor(trans: TranslationBundle) {
    this.node = element('div', {
      className: 'jp-LiveView-toolbar',
      attributes: { role: 'toolbar', 'aria-label': trans.__('Tools of this view') },
    });
    this.node.addEventListener('keydown', this._onKey);
  }

  readonly node: HTMLElement;

  draw(tools: readonly Tool[]): void {
    const names = tools.map(tool => tool.name).join(' ');
    if (names !== this._names) {
      this._names = names;
      this._buttons = tools.map(() =>
        element('button', { className: 'jp-LiveView-tool', attributes: { type: 'button' } }),
      );
      this._buttons.forEach((button, index) => {
        button.tabIndex = index === 0 ? 0 : -1;
        button.addEventListener('click', () => this._tools[index]?.run());
        button.addEventListener('focus', () => {
          for (const other of this._buttons) {
            other.tabIndex = other === button ? 0 : -1;
          }
        });
      });
      this.node.replaceChildren(...this._buttons);
    }
    tools.forEach((tool, index) => {
      const button = this._buttons[index]!;
      const before = this._tools[index];
      if (before?.icon !== tool.icon || before.label !== tool.label || button.firstChild === null) {
        button.replaceChildren(tool.icon.element({ tag: 'span' }));
        button.title = tool.label;
        button.setAttribute('aria-label', tool.label);
        button.dataset.tool = tool.name;
      }
      // Not `disabled`: a button that has the focus would lose it.
      button.setAttribute('aria-disabled', String(tool.enabled === false));
      if (tool.pressed !== undefined) {
        button.setAttribute('aria-pressed', String(tool.pressed));
      }
    });
    this._tools = tools.map(tool =>
      tool.enabled === false ? { ...tool, run: () => undefined } : tool,
    );
  }

  private readonly _onKey = (event: KeyboardEvent): void => {
    const now = this._buttons.indexOf(event.target as HTMLButtonElement);
    const to =
      event.key === 'ArrowRight'
        ? now + 1
        : event.key === 'ArrowLeft'
          ? now - 1
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? this._buttons.length - 1
              : null;
    if (now < 0 || to === null) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this._buttons[(to + this._buttons.length) % this._buttons.length]?.focus();
  };

  private _names = '';
  private _buttons: HTMLButtonElement[] = [];
  private _tools: readonly Tool[] = [];
}

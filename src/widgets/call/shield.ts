// Keys that belong to a form, though it stands in a notebook cell.
//
// In command mode the notebook's shortcuts take Enter and single letters from every button inside a
// cell. Lumino looks for the mark from the target upwards and stops at the first node that a shortcut
// fits, so it must be on the target; and its listener is on the document, so this one is before it.

import type { IDisposable } from '@lumino/disposable';

export class ShortcutShield implements IDisposable {
  constructor(node: HTMLElement) {
    this._node = node;
    window.addEventListener('keydown', this._onKey, true);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    window.removeEventListener('keydown', this._onKey, true);
  }

  private readonly _onKey = (event: KeyboardEvent): void => {
    const { target } = event;
    if (target instanceof Element && this._node.contains(target)) {
      target.toggleAttribute('data-lm-suppress-shortcuts', !(event.ctrlKey || event.metaKey));
    }
  };

  private readonly _node: HTMLElement;
  private _isDisposed = false;
}

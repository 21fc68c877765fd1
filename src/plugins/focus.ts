// The view, or the form, that commands act on.
//
// A command of the palette must reach the view that the person was in, though the focus is in the
// palette by then. But a link in a notebook's text can run commands too, and one click on it must
// not touch any view: so a click anywhere but in a view, a menu, the palette or a dialog forgets it.

import type { ISignal } from '@lumino/signaling';
import type { LiveView } from '../widgets/index.js';

type Tracked = { readonly node: HTMLElement; readonly disposed: ISignal<unknown, unknown> };

/** Where commands are chosen: going there does not leave the view. */
const CHOOSERS = [
  '.lm-Menu',
  '.lm-MenuBar',
  '.lm-CommandPalette',
  '.jp-ModalCommandPalette',
  '#command-palette',
  '.jp-Dialog',
].join(', ');

export class FocusTracker<T extends Tracked = LiveView> {
  get current(): T | null {
    return this._current;
  }

  add(view: T): void {
    if (!this._isListening) {
      this._isListening = true;
      for (const type of ['focusin', 'pointerdown', 'click']) {
        document.addEventListener(type, this._onEvent, true);
      }
    }
    this._views.add(view);
    view.disposed.connect(() => {
      this._views.delete(view);
      if (this._current === view) {
        this._current = null;
      }
    });
  }

  private readonly _onEvent = (event: Event): void => {
    const { target } = event;
    // Code that clicks, as a download does on a link of its own, is not a person who goes elsewhere.
    if (!(target instanceof Element) || !event.isTrusted) {
      return;
    }
    const view = [...this._views].find(each => each.node.contains(target));
    if (view !== undefined) {
      this._current = view;
    } else if (target.closest(CHOOSERS) === null) {
      this._current = null;
    }
  };

  private readonly _views = new Set<T>();
  private _current: T | null = null;
  private _isListening = false;
}

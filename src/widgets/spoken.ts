// What a screen reader is told of a view: changes of its state.
//
// Never values: they would not let the reader come to an end.

import { element, setText } from './element.js';

/** A live region. It is seen by nobody. */
export class Spoken {
  readonly node: HTMLElement = element('div', {
    className: 'jp-Labwire-spoken',
    attributes: { role: 'status', 'aria-live': 'polite' },
  });
  private _state: string | null = null;

  /** The view is in `state`; `words` are asked for when that is news. The first state is none. */
  tell(state: string, words: () => string): void {
    if (state === this._state) {
      return;
    }
    const isFirst = this._state === null;
    this._state = state;
    if (!isFirst) {
      setText(this.node, words());
    }
  }
}

// The line under a picture: shape, word, since when, how fast, how much; on the right the last value.

import type { TranslationBundle } from '@jupyterlab/translation';
import { element, setText } from './element.js';
import { stateIcons } from './icons.js';
import { actionLabel, type ShownState, type StateAction, type StateWords } from './words.js';

export namespace StateLine {
  export interface IOptions {
    readonly trans: TranslationBundle;
    readonly onAction: (action: StateAction) => void;
    /** The person asks why it is not live. */
    readonly onWhy: () => void;
  }
}

export class StateLine {
  constructor(options: StateLine.IOptions) {
    this._trans = options.trans;
    this._shape = element('span', {
      className: 'jp-StateLine-shape',
      attributes: { 'aria-hidden': 'true' },
    });
    this._text = element('span', { className: 'jp-StateLine-text' });
    this._action = element('button', {
      className: 'jp-Labwire-link',
      attributes: { type: 'button' },
    });
    this._action.addEventListener('click', () => {
      if (this._shownAction !== null) {
        options.onAction(this._shownAction);
      }
    });
    this._why = element('button', {
      className: 'jp-Labwire-link',
      text: options.trans.__('Why?'),
      attributes: { type: 'button' },
    });
    this._why.addEventListener('click', () => options.onWhy());
    this._last = element('span', { className: 'jp-StateLine-last' });
    this.node = element('div', {
      className: 'jp-StateLine',
      children: [this._shape, this._text, this._action, this._why, this._last],
    });
  }

  readonly node: HTMLElement;

  /** @param hasWhy - there is a fault to explain. */
  draw(words: StateWords, hasWhy: boolean): void {
    if (this._shownState !== words.state) {
      this._shownState = words.state;
      this.node.dataset.state = words.state;
      this._shape.replaceChildren(stateIcons[words.state].element({ tag: 'span' }));
    }
    if (this._text.textContent !== words.sentence) {
      this._text.textContent = words.sentence;
      this._text.title = words.sentence;
    }
    if (this._shownAction !== words.action) {
      this._shownAction = words.action;
      setText(this._action, words.action === null ? '' : actionLabel(words.action, this._trans));
    }
    this._action.hidden = words.action === null;
    this._why.hidden = !hasWhy;
  }

  /** The right end. */
  drawLast(text: string): void {
    setText(this._last, text);
  }

  private readonly _trans: TranslationBundle;
  private readonly _shape: HTMLElement;
  private readonly _text: HTMLElement;
  private readonly _action: HTMLButtonElement;
  private readonly _why: HTMLButtonElement;
  private readonly _last: HTMLElement;
  private _shownState: ShownState | null = null;
  private _shownAction: StateAction | null = null;
}

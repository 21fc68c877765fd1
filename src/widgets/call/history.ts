// Earlier calls of a method: when, with what, what came of it; to fill the form with, or to call again.

import type { TranslationBundle } from '@jupyterlab/translation';
import { type CallEntry, callText, formatClock } from '../../models/index.js';
import { element, setText, textButton } from '../element.js';
import { outcomeText } from './words.js';

const SHOWN_LIMIT = 20; // entries

export interface IHistoryActions {
  readonly onFill: (entry: CallEntry) => void;
  readonly onRepeat: (entry: CallEntry) => void;
}

export class HistoryList {
  constructor(actions: IHistoryActions, trans: TranslationBundle) {
    this._actions = actions;
    this._trans = trans;
    this._summary = element('summary');
    this._list = element('ol', { className: 'jp-CallHistory-list' });
    this.node = element('details', {
      className: 'jp-CallHistory',
      children: [this._summary, this._list],
    });
    this.node.hidden = true;
  }

  readonly node: HTMLDetailsElement;

  /** To the newest call. */
  focus(): void {
    this.node.open = true;
    this._list.querySelector('button')?.focus();
  }

  /** @param entries - newest first. */
  draw(entries: readonly CallEntry[], canCall: boolean): void {
    const key = `${canCall} ${entries[0]?.callId}`;
    if (key === this._drawn) {
      return;
    }
    this._drawn = key;
    this.node.hidden = entries.length === 0;
    setText(this._summary, this._trans.__('History (%1)', String(entries.length)));
    this._list.replaceChildren(
      ...entries.slice(0, SHOWN_LIMIT).map(entry => this._item(entry, canCall)),
    );
  }

  private _item(entry: CallEntry, canCall: boolean): HTMLElement {
    const text = callText(entry.method, entry);
    const fill = textButton(text, () => this._actions.onFill(entry), 'jp-CallHistory-call');
    fill.title = this._trans.__('Fill the form with %1', text);
    const repeat = textButton(
      this._trans.__('repeat'),
      () => this._actions.onRepeat(entry),
      'jp-Labwire-link',
    );
    repeat.title = this._trans.__('Call %1 again', text);
    repeat.disabled = !canCall;
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    return element('li', {
      children: [
        element('span', {
          className: 'jp-CallHistory-time',
          text: formatClock(entry.timeNs, nowNs),
        }),
        fill,
        element('span', {
          className: 'jp-CallHistory-outcome',
          text: outcomeText(entry.outcome, this._trans),
        }),
        repeat,
      ],
    });
  }

  private readonly _actions: IHistoryActions;
  private readonly _trans: TranslationBundle;
  private readonly _summary: HTMLElement;
  private readonly _list: HTMLElement;
  private _drawn = '';
}

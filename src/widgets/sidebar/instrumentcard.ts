// All that is known about one instrument, and what can be done with it.

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  formatAge,
  formatBytes,
  formatClock,
  type Instrument,
  type InstrumentStatus,
} from '../../models/index.js';
import type { Fault } from '../../values/index.js';
import { element, setText, textButton } from '../element.js';
import { type CardAction, errorCard } from '../errorcard.js';
import { isAskable } from '../words.js';
import { linkFacts } from './instrumentwords.js';

export namespace InstrumentCard {
  export interface IOptions {
    readonly trans: TranslationBundle;
    readonly onRetry: (instrument: Instrument) => void;
    readonly onDecide: (instrument: Instrument) => void;
    readonly onEdit: (instrument: Instrument) => void;
    readonly onRemove: (instrument: Instrument) => void;
    /** Show it in a view of its own; null where it has nothing to watch. */
    readonly onOpen: (instrument: Instrument) => (() => void) | null;
  }
}

export class InstrumentCard {
  constructor(options: InstrumentCard.IOptions) {
    this._options = options;
    this._list = element('dl', { className: 'jp-InfoCard-list' });
    this._error = element('div');
    this._actions = element('div', { className: 'jp-InfoCard-actions' });
    this.node = element('div', {
      className: 'jp-InstrumentCard',
      attributes: { role: 'group' },
      children: [this._error, this._list, this._actions],
    });
  }

  readonly node: HTMLElement;

  draw(instrument: Instrument, known: InstrumentStatus | null): void {
    const { trans } = this._options;
    this.node.setAttribute('aria-label', trans.__('About %1', instrument.name));
    this._drawFacts(this._facts(instrument, known));
    this._drawError(instrument, known);
    if (this._instrument !== instrument) {
      this._instrument = instrument;
      this._drawActions(instrument);
    }
  }

  private _facts(
    instrument: Instrument,
    known: InstrumentStatus | null,
  ): readonly (readonly [name: string, value: string])[] {
    const { trans } = this._options;
    const facts: [string, string][] = [[trans.__('Address'), instrument.address]];
    if (known !== null) {
      const nowNs = BigInt(Date.now()) * 1_000_000n;
      const { sinceNs } = known.status;
      const age = formatAge(nowNs - sinceNs);
      facts.push([trans.__('State since'), trans.__('%1 (%2)', formatClock(sinceNs, nowNs), age)]);
      facts.push([
        trans.__('Link'),
        [
          ...linkFacts(known, trans),
          trans.__('%1 received', formatBytes(known.receivedBytes)),
        ].join(', '),
      ]);
      facts.push([
        trans.__('Looked at by'),
        trans._n('%1 live view', '%1 live views', known.viewCount),
      ]);
    }
    if (instrument.readOnly || instrument.confirm) {
      facts.push([
        trans.__('Guards'),
        [
          ...(instrument.readOnly ? [trans.__('read-only')] : []),
          ...(instrument.confirm ? [trans.__('confirm every call')] : []),
        ].join(', '),
      ]);
    }
    return facts;
  }

  private _drawFacts(facts: readonly (readonly [name: string, value: string])[]): void {
    if (this._list.children.length !== 2 * facts.length) {
      this._list.replaceChildren(...facts.flatMap(() => [element('dt'), element('dd')]));
    }
    facts.forEach(([name, value], index) => {
      setText(this._list.children[2 * index]!, name);
      setText(this._list.children[2 * index + 1]!, value);
    });
  }

  private _drawError(instrument: Instrument, known: InstrumentStatus | null): void {
    const fault = known?.status.fault ?? null;
    const state = known?.status.state ?? null;
    // Built anew only when it says something else: its details may be open.
    const about = `${instrument.address} ${state} ${fault?.name} ${fault?.message}`;
    if (about === this._shownError) {
      return;
    }
    this._shownError = about;
    const { trans } = this._options;
    const actions = this._stepsFor(instrument, state, fault);
    if (fault !== null) {
      this._error.replaceChildren(errorCard({ fault, where: instrument.address, actions, trans }));
    } else {
      this._error.replaceChildren(...actions.map(({ label, run }) => textButton(label, run)));
    }
  }

  private _stepsFor(
    instrument: Instrument,
    state: string | null,
    fault: Fault | null,
  ): readonly CardAction[] {
    const { trans, onDecide } = this._options;
    if (state === 'asking') {
      return [{ label: trans.__('Answer…'), run: () => onDecide(instrument) }];
    }
    return state === 'refused' && isAskable(fault)
      ? [{ label: trans.__('Allow…'), run: () => onDecide(instrument) }]
      : [];
  }

  private _drawActions(instrument: Instrument): void {
    const { trans, onRetry, onEdit, onRemove, onOpen } = this._options;
    const open = onOpen(instrument);
    this._actions.replaceChildren(
      ...(open === null ? [] : [textButton(trans.__('Open as a live view'), open)]),
      textButton(trans.__('Reconnect now'), () => onRetry(instrument)),
      textButton(trans.__('Edit…'), () => onEdit(instrument)),
      textButton(trans.__('Remove…'), () => onRemove(instrument)),
    );
  }

  private readonly _options: InstrumentCard.IOptions;
  private readonly _list: HTMLElement;
  private readonly _error: HTMLElement;
  private readonly _actions: HTMLElement;
  private _instrument: Instrument | null = null;
  private _shownError: string | null = null;
}

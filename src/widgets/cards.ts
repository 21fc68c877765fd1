// The card under a view: facts, settings, why it is not live or cannot be edited. One at a time, always in one place.

import type { TranslationBundle } from '@jupyterlab/translation';
import { uneditableNotifier, type ViewOptions, type ViewSpec } from '../models/index.js';
import type { Fault } from '../values/index.js';
import { element } from './element.js';
import { errorCard } from './errorcard.js';
import { InfoCard } from './infocard.js';
import { settingsCard } from './settingscard.js';
import type { IBodyHost, IViewBody } from './views/body.js';

export type CardName = 'info' | 'settings' | 'why' | 'uneditable';

export namespace Cards {
  export interface IOptions {
    readonly host: IBodyHost;
    readonly body: () => IViewBody | null;
    readonly fault: () => Fault | null;
    readonly where: () => string;
    /** Another card is open, or none. */
    readonly onChange: () => void;
  }
}

export class Cards {
  constructor(options: Cards.IOptions) {
    this._options = options;
  }

  readonly node = element('div', { className: 'jp-LiveView-card' });

  get open(): CardName | null {
    return this._open;
  }

  toggle(card: CardName): void {
    this.show(this._open === card ? null : card);
  }

  show(card: CardName | null): void {
    this._open = card;
    this._info = null;
    this.node.replaceChildren();
    const child = card === null ? null : this._make(card);
    if (child !== null) {
      this.node.append(child);
    }
    this._options.onChange();
  }

  /** Settings were changed elsewhere, or the picture is of another kind now and has others. */
  renew(): void {
    if (this._open === 'settings' && !this._isSetting) {
      this.show('settings');
    }
  }

  /** A second has passed. */
  tick(): void {
    this._info?.update();
  }

  private _make(card: CardName): HTMLElement | null {
    const { host, body, fault, where } = this._options;
    const { trans } = host;
    switch (card) {
      case 'info':
        this._info = new InfoCard(host.model, trans);
        return this._info.node;
      case 'settings':
        return settingsCard({
          kind: body()?.kind ?? null,
          options: host.options,
          trans,
          onChange: change => this._set(change),
        });
      case 'uneditable':
        return uneditableCard(host.model.spec, trans);
      case 'why': {
        const reason = fault();
        return reason === null ? null : errorCard({ fault: reason, where: where(), trans });
      }
    }
  }

  // The fields of the card show it already, and keep the focus.
  private _set(change: Partial<ViewOptions>): void {
    this._isSetting = true;
    try {
      this._options.host.setOptions(change);
    } finally {
      this._isSetting = false;
    }
  }

  private readonly _options: Cards.IOptions;
  private _open: CardName | null = null;
  private _info: InfoCard | null = null;
  private _isSetting = false;
}

// Where a person looks for editing and it cannot be.
function uneditableCard(spec: ViewSpec, trans: TranslationBundle): HTMLElement {
  const text = trans.__(
    'What %1 publishes cannot be edited: SiPyCo has no way back to a notifier. Only the notifier datasets has one, ARTIQ’s target dataset_db. Anything else changes by calls: look for the method under Methods in the sidebar.',
    uneditableNotifier(spec) ?? '',
  );
  return element('div', { className: 'jp-EditPanel-hint', text, attributes: { role: 'note' } });
}

// One field that takes an address, or host:port, and says while one types what it understands.

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { specOf, VIEW_KINDS, type ViewSpec } from '../models/index.js';
import {
  formatAddress,
  formatEndpoint,
  isLabwireError,
  type ParseError,
  parseAddress,
} from '../values/index.js';
import { element, setText } from './element.js';

/** The body of a dialog; `getValue` gives the view that was described, or null. */
export class AddressForm extends Widget {
  /** @param added - views of other extensions. */
  constructor(
    trans: TranslationBundle,
    added: readonly { readonly name: string; readonly label: string }[] = [],
  ) {
    super();
    this._trans = trans;
    this.addClass('jp-AddressForm');
    this._input = element('input', {
      className: 'jp-mod-styled',
      attributes: {
        type: 'text',
        spellcheck: 'false',
        autocomplete: 'off',
        placeholder: 'sipyco+sync://127.0.0.1:3250/datasets',
        'aria-label': trans.__('Address'),
        'aria-describedby': 'labwire-address-says',
      },
    });
    this._kind = element('select', {
      attributes: { 'aria-label': trans.__('View') },
      children: [
        element('option', { text: trans.__('by its shape'), attributes: { value: 'auto' } }),
        // Histograms over x take three addresses, and a chart a specification.
        ...VIEW_KINDS.filter(kind => kind !== 'xy_hist' && kind !== 'chart').map(kind =>
          element('option', { text: kind, attributes: { value: kind } }),
        ),
        ...added.map(({ name, label }) =>
          element('option', { text: `${label} (${name})`, attributes: { value: name } }),
        ),
      ],
    });
    this._says = element('div', {
      className: 'jp-AddressForm-says',
      attributes: { id: 'labwire-address-says', role: 'status' },
    });
    this.node.append(
      element('label', {
        children: [element('span', { text: trans.__('Address') }), this._input],
      }),
      this._says,
      element('label', {
        children: [element('span', { text: trans.__('Show as') }), this._kind],
      }),
      element('div', {
        className: 'jp-AddressForm-help',
        text: trans.__('The demo lab needs no instrument: demo+sipyco+sync:///datasets'),
      }),
    );
    this._input.addEventListener('input', () => {
      if (!this._isTelling) {
        this._understand();
        this._tellDialog();
      }
    });
    this._understand();
  }

  getValue(): ViewSpec | null {
    const text = completed(this._input.value);
    try {
      return specOf(text, this._kind.value as ViewSpec['view']);
    } catch (error) {
      if (isLabwireError(error, 'ParseError')) {
        return null;
      }
      throw error;
    }
  }

  private _understand(): void {
    const typed = this._input.value;
    const text = completed(typed);
    let isValid = false;
    try {
      const address = parseAddress(text);
      isValid = true;
      const what = address.fragment ?? (address.path || this._trans.__('everything'));
      this._show(
        this._trans.__(
          '%1 at %2, by %3',
          what,
          formatEndpoint(address),
          formatAddress(address).split('://')[0],
        ),
        null,
      );
    } catch (error) {
      if (!isLabwireError(error, 'ParseError')) {
        throw error;
      }
      this._show(typed.trim() === '' ? '' : error.message, error);
    }
    this._input.setAttribute('aria-invalid', String(!isValid && typed.trim() !== ''));
    // The dialog's own check keeps its button away while the address cannot be read.
    this._input.setCustomValidity(isValid ? '' : this._trans.__('This is not an address yet.'));
  }

  // The dialog has looked at the field before this listener ran: let it look again.
  private _tellDialog(): void {
    this._isTelling = true;
    this._input.dispatchEvent(new Event('input', { bubbles: true }));
    this._isTelling = false;
  }

  private _show(text: string, error: ParseError | null): void {
    setText(this._says, text);
    this._says.classList.toggle('jp-mod-error', error !== null);
  }

  private readonly _trans: TranslationBundle;
  private readonly _input: HTMLInputElement;
  private readonly _kind: HTMLSelectElement;
  private readonly _says: HTMLElement;
  private _isTelling = false;
}

/** `host:3250`, `host:3250/datasets` and `host/datasets` mean a notifier: what a person most often watches. */
function completed(typed: string): string {
  const text = typed.trim();
  const bare = /^([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?(\/[^\s]*)?$/.exec(text);
  if (bare === null || (bare[2] === undefined && bare[3] === undefined)) {
    return text;
  }
  const path = bare[3] === undefined || bare[3] === '/' ? '/datasets' : bare[3];
  return `sipyco+sync://${bare[1]}${bare[2] ?? ''}${path}`;
}

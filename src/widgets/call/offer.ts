// What stands in a cell before the person wants the methods of an address.

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { element, textButton } from '../element.js';

export namespace CallOffer {
  export interface IOptions {
    readonly address: string;
    readonly onConnect: () => void;
    readonly trans: TranslationBundle;
  }
}

export class CallOffer extends Widget {
  constructor({ address, onConnect, trans }: CallOffer.IOptions) {
    const connect = textButton(trans.__('Connect, and list its methods'), onConnect);
    const node = element('div', {
      className: 'jp-CallOffer',
      attributes: { role: 'group', 'aria-label': trans.__('Methods of %1', address) },
      children: [element('code', { text: address }), connect],
    });
    super({ node });
    this._connect = connect;
  }

  /** Go to the button: whether it is pressed is up to the person. */
  focusConnect(): void {
    this._connect.focus();
  }

  private readonly _connect: HTMLButtonElement;
}

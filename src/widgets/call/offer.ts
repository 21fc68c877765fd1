// What stands in a cell before the person wants the methods of an address.

import type { TranslationBundle } from '@jupyterlab/translation';
import { element, textButton } from '../element.js';

export function callOffer(
  address: string,
  onConnect: () => void,
  trans: TranslationBundle,
): HTMLElement {
  return element('div', {
    className: 'jp-CallOffer',
    attributes: { role: 'group', 'aria-label': trans.__('Methods of %1', address) },
    children: [
      element('code', { text: address }),
      textButton(trans.__('Connect, and list its methods'), onConnect),
    ],
  });
}

// What went wrong, where, and what to try: one component for every error on the page.
//
// Texts of peers appear here. They are data: they become text nodes and nothing else.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Fault } from '../values/index.js';
import { element, textButton } from './element.js';

/** A step that the person can take with one click. */
export type CardAction = { readonly label: string; readonly run: () => void };

export namespace ErrorCard {
  export interface IOptions {
    readonly fault: Fault;
    /** The address, or what else names the place. */
    readonly where: string;
    readonly actions?: readonly CardAction[];
    readonly trans: TranslationBundle;
  }
}

/** A node that explains `fault`; role `group`, so that it is read as one thing. */
export function errorCard(options: ErrorCard.IOptions): HTMLElement {
  const { fault, where, actions = [], trans } = options;
  const details = element('details', {
    className: 'jp-ErrorCard-details',
    children: [
      element('summary', { text: trans.__('Details') }),
      element('pre', { text: detailsOf(fault) }),
    ],
  });
  const copy = textButton(trans.__('Copy report'), () => {
    copyText(reportOf(fault, where)).then(
      () => {
        copy.textContent = trans.__('Copied');
      },
      () => {
        // No clipboard here (an insecure page): show the text so that it can be copied by hand.
        details.open = true;
      },
    );
  });
  return element('div', {
    className: 'jp-ErrorCard',
    attributes: { role: 'group', 'aria-label': trans.__('Error') },
    children: [
      element('div', { className: 'jp-ErrorCard-what', text: sentence(fault.message) }),
      element('div', { className: 'jp-ErrorCard-where', text: where }),
      ...(fault.hint === undefined
        ? []
        : [
            element('div', {
              className: 'jp-ErrorCard-try',
              children: [
                element('b', { text: trans.__('Try:') }),
                document.createTextNode(` ${sentence(capital(fault.hint))}`),
              ],
            }),
          ]),
      element('div', {
        className: 'jp-ErrorCard-actions',
        children: [...actions.map(({ label, run }) => textButton(label, run)), copy],
      }),
      details,
    ],
  });
}

/** The whole error as text, for a bug report. */
export function reportOf(fault: Fault, where: string): string {
  const hint = fault.hint === undefined ? [] : [`Try: ${fault.hint}`];
  return [sentence(fault.message), `Where: ${where}`, ...hint, detailsOf(fault)].join('\n');
}

function detailsOf(fault: Fault): string {
  const facts = Object.entries(fault.facts).map(([name, value]) => `${name}: ${String(value)}`);
  const protocol = fault.protocol === undefined ? [] : [`protocol: ${fault.protocol}`];
  const stack = fault.stack === undefined ? [] : [fault.stack];
  const cause = fault.cause === undefined ? [] : [`because of ${detailsOf(fault.cause)}`];
  const head = fault.message === '' ? fault.name : `${fault.name}: ${fault.message}`;
  return [head, ...protocol, ...facts, ...stack, ...cause].join('\n');
}

// Messages are clauses without a full stop. They keep their first letter: it may be a name's.
function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

// Hints are imperative: the first word is never a name.
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @throws where the page may not use the clipboard. */
export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

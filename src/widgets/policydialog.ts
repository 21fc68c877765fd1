// The question whether the bridge may connect somewhere. Only a person's click answers it.
//
// It shows the address, not only the name: the name is what a notebook wrote. `No` has the focus, so
// that a key pressed for something else allows nothing.

import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { PolicyAnswer, PolicyQuestion } from '../models/index.js';
import { element } from './element.js';

/** @returns null when it was closed without an answer: the question stays open. */
export async function askPerson(
  question: PolicyQuestion,
  trans: TranslationBundle,
  onLaunch: (dialog: Dialog<unknown>) => void,
): Promise<PolicyAnswer | null> {
  const answers: readonly PolicyAnswer[] = question.alwaysAllowed
    ? ['no', 'once', 'always']
    : ['no', 'once'];
  const labels: { readonly [answer in PolicyAnswer]: string } = {
    no: trans.__('No'),
    once: trans.__('Allow once'),
    always: trans.__('Always allow'),
  };
  const body = new Widget({ node: bodyOf(question, trans) });
  body.addClass('jp-PolicyQuestion');
  const dialog = new Dialog({
    title: trans.__('May Labwire connect to %1?', question.endpoint),
    body,
    buttons: answers.map(answer =>
      answer === 'no'
        ? Dialog.cancelButton({ label: labels.no, actions: [answer] })
        : Dialog.okButton({ label: labels[answer], actions: [answer] }),
    ),
    defaultButton: 0,
    hasClose: true,
  });
  onLaunch(dialog);
  const { button } = await dialog.launch();
  // Escape and the cross give a button of their own, without our action.
  return answers.find(answer => button.actions.includes(answer)) ?? null;
}

function bodyOf(question: PolicyQuestion, trans: TranslationBundle): HTMLElement {
  const rows: readonly (readonly [string, string])[] = [
    [trans.__('Asked for'), question.endpoint],
    [trans.__('Its address'), question.resolved],
    [trans.__('Why it asks'), question.reason],
  ];
  return element('div', {
    children: [
      element('p', {
        text: trans.__(
          'A view, or an instrument in your list, needs a network connection from the computer where Jupyter runs.',
        ),
      }),
      element('dl', {
        children: rows.flatMap(([name, value]) => [
          element('dt', { text: name }),
          element('dd', { text: value }),
        ]),
      }),
      element('p', {
        text: question.alwaysAllowed
          ? trans.__(
              '“Once” holds until this page is closed. “Always” is written to your own list.',
            )
          : trans.__('The answer holds until this page is closed.'),
      }),
    ],
  });
}

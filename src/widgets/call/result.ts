// What became of a call: the value with its type, what was raised, or why there was no answer.
//
// Everything that the instrument says is text here, whatever it looks like.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { CallEntry, CallOutcome, ResultPart, ResultSummary } from '../../models/index.js';
import type { Fault } from '../../values/index.js';
import { element, setText, textButton } from '../element.js';
import { copyText, errorCard } from '../errorcard.js';
import { type LoadItems, resultTree } from './resulttree.js';
import { saveButton } from './saving.js';
import { sparkNode } from './spark.js';
import { formatElapsed, type ResultView, resultViews, sentWords, viewWord } from './words.js';

export interface IResultActions {
  /** Show it so, or no longer. */
  readonly onView: (entry: CallEntry, view: ResultView) => void;
  /** As text, as far as a clipboard takes it. @throws it is not kept any more, as the next two. */
  readonly textOf: (entry: CallEntry) => Promise<string>;
  /** Absent: it is shown as text. */
  readonly itemsOf?: (entry: CallEntry) => LoadItems;
  /** Absent: it cannot be saved. */
  readonly partOf?: (entry: CallEntry, from: number) => Promise<ResultPart>;
}

/** What can be done with a result; its button says so in `data-offer`. */
export type ResultOffer = 'copy' | 'save' | ResultView;

const SHOWN_LINES = 8; // of a text, before it is folded
const SHOWN_LETTERS = 600;

/** A node that shows how a call ended. */
export function resultNode(
  entry: CallEntry,
  actions: IResultActions,
  trans: TranslationBundle,
): HTMLElement {
  const { outcome } = entry;
  switch (outcome.type) {
    case 'returned':
      return returnedNode(entry, outcome.result, actions, trans);
    case 'raised':
      return raisedNode(outcome, trans);
    case 'failed':
      return element('div', {
        className: 'jp-CallResult jp-mod-failed',
        children: [
          reportCard(outcome.fault, entry.address, trans),
          element('div', {
            className: 'jp-CallResult-note',
            text: sentWords(outcome.fault, trans),
          }),
        ],
      });
    case 'cancelled':
      return element('div', {
        className: 'jp-CallResult jp-mod-cancelled',
        children: [
          headNode('–', trans.__('cancelled after %1', formatElapsed(outcome.elapsedMs))),
          element('div', {
            className: 'jp-CallResult-note',
            text: trans.__(
              'Nobody waits for the answer any more. If the call had been sent, the instrument may do it all the same.',
            ),
          }),
        ],
      });
  }
}

function reportCard(fault: Fault, where: string, trans: TranslationBundle): HTMLElement {
  const card = errorCard({ fault, where, trans });
  const copy = card.querySelector<HTMLButtonElement>('.jp-ErrorCard-actions > button');
  if (copy !== null) {
    offering('copy', copy);
  }
  return card;
}

function returnedNode(
  entry: CallEntry,
  result: ResultSummary,
  actions: IResultActions,
  trans: TranslationBundle,
): HTMLElement {
  const { pyType, text, isCut, views, itemCount, spark } = result;
  // The numbers of an array tell less than its shape; Copy takes them.
  const isArray = views.includes('trace') || views.includes('image');
  const note = element('div', { className: 'jp-CallResult-note', attributes: { role: 'status' } });
  const { itemsOf, partOf } = actions;
  const say = (words: string) => setText(note, words);
  const copy = offering(
    'copy',
    textButton(
      trans.__('Copy'),
      () => {
        const copying = isCut ? actions.textOf(entry) : Promise.resolve(text);
        copying
          .then(async all => {
            await copyText(all);
            // A text that is whole ends as Python writes it: with a bracket, a quote, a digit.
            const isWhole = !isCut || !all.endsWith('…');
            say(
              isWhole
                ? trans.__('copied')
                : trans.__('copied the beginning of it; Save… takes all of it'),
            );
          })
          .catch(reason => say(reason instanceof Error ? reason.message : String(reason)));
      },
      'jp-Labwire-link',
    ),
  );
  const save =
    isCut && partOf !== undefined
      ? [
          offering(
            'save',
            saveButton(from => partOf(entry, from), say, trans),
          ),
        ]
      : [];
  const buttons = resultViews(result).map(view => {
    const button = textButton(
      trans.__('Show as %1', viewWord(view, trans)),
      () => actions.onView(entry, view),
      'jp-Labwire-link',
    );
    button.setAttribute('aria-pressed', 'false');
    return offering(view, button);
  });
  const { elapsedMs } = entry.outcome;
  return element('div', {
    className: 'jp-CallResult jp-mod-returned',
    children: [
      element('div', {
        className: 'jp-CallResult-head',
        children: [
          element('span', { className: 'jp-CallResult-mark', text: '✔' }),
          ...(isShort(text) ? [element('span', { className: 'jp-CallResult-value', text })] : []),
          element('span', { className: 'jp-CallResult-type', text: pyType }),
          element('span', {
            className: 'jp-CallResult-time',
            text: trans.__('in %1', formatElapsed(elapsedMs)),
          }),
          ...(isArray && spark !== null ? [sparkNode(spark)] : []),
          copy,
          ...save,
          ...buttons,
        ],
      }),
      ...(isShort(text) || isArray
        ? []
        : itemCount === null || itemsOf === undefined
          ? [foldedNode(text, trans)]
          : [resultTree(itemsOf(entry), trans)]),
      ...(isCut && !isArray && itemCount === null
        ? [
            element('div', {
              className: 'jp-CallResult-note',
              text:
                partOf === undefined
                  ? trans.__('Not all of it is shown.')
                  : trans.__('Not all of it is shown; Save… takes all of it.'),
            }),
          ]
        : []),
      note,
    ],
  });
}

function offering(what: ResultOffer, button: HTMLButtonElement): HTMLButtonElement {
  button.dataset.offer = what;
  return button;
}

function raisedNode(
  outcome: Extract<CallOutcome, { readonly type: 'raised' }>,
  trans: TranslationBundle,
): HTMLElement {
  const { remoteClass, remoteMessage, traceback, elapsedMs } = outcome;
  const isLong = !isShort(remoteMessage);
  const lines = traceback.flatMap(line => line.split('\n')).length;
  const note = element('div', { className: 'jp-CallResult-note', attributes: { role: 'status' } });
  const copy = textButton(
    trans.__('Copy'),
    () => {
      const what = remoteMessage === '' ? remoteClass : `${remoteClass}: ${remoteMessage}`;
      copyText([what, ...traceback].join('\n')).then(
        () => setText(note, trans.__('copied')),
        reason => setText(note, reason instanceof Error ? reason.message : String(reason)),
      );
    },
    'jp-Labwire-link',
  );
  return element('div', {
    className: 'jp-CallResult jp-mod-raised',
    children: [
      element('div', {
        className: 'jp-CallResult-head',
        children: [
          element('span', { className: 'jp-CallResult-mark', text: '✕' }),
          element('span', {
            className: 'jp-CallResult-value',
            children: [
              element('b', { text: remoteClass }),
              document.createTextNode(remoteMessage === '' || isLong ? '' : `: ${remoteMessage}`),
            ],
          }),
          element('span', {
            className: 'jp-CallResult-time',
            text: trans.__('after %1', formatElapsed(elapsedMs)),
          }),
          offering('copy', copy),
        ],
      }),
      ...(isLong ? [foldedNode(remoteMessage, trans)] : []),
      ...(lines === 0
        ? []
        : [
            element('details', {
              className: 'jp-CallResult-traceback',
              children: [
                element('summary', {
                  text: trans._n(
                    'remote traceback (%1 line)',
                    'remote traceback (%1 lines)',
                    lines,
                  ),
                }),
                element('pre', {
                  text: traceback.join('\n'),
                  attributes: { tabindex: '0' }, // it scrolls
                }),
              ],
            }),
          ]),
      note,
    ],
  });
}

function headNode(mark: string, words: string): HTMLElement {
  return element('div', {
    className: 'jp-CallResult-head',
    children: [
      element('span', { className: 'jp-CallResult-mark', text: mark }),
      element('span', { text: words }),
    ],
  });
}

function isShort(text: string): boolean {
  return text.length <= 80 && !text.includes('\n');
}

/** A long text: its beginning, and all that is there on demand. */
function foldedNode(text: string, trans: TranslationBundle): HTMLElement {
  const lines = text.split('\n');
  const start = lines.slice(0, SHOWN_LINES).join('\n').slice(0, SHOWN_LETTERS);
  const body = element('pre', {
    className: 'jp-CallResult-text',
    text: start.length < text.length ? `${start}…` : text,
    attributes: { tabindex: '0' }, // it scrolls
  });
  if (start.length === text.length) {
    return body;
  }
  let isOpen = false;
  const words = () =>
    isOpen
      ? trans.__('Show less')
      : lines.length > 1
        ? trans._n('Show all of it (%1 line)', 'Show all of it (%1 lines)', lines.length)
        : trans.__('Show all of it');
  const fold = textButton(
    words(),
    () => {
      isOpen = !isOpen;
      body.textContent = isOpen ? text : `${start}…`;
      fold.textContent = words();
      fold.setAttribute('aria-expanded', String(isOpen));
    },
    'jp-Labwire-link',
  );
  fold.setAttribute('aria-expanded', 'false');
  return element('div', { children: [body, fold] });
}

// Words of editing: what is asked, what undo would do, why a view is not armed any more.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Draft, DraftQuestion, EditorState, UndoDescription } from '../../models/index.js';

/** Before the button, what pressing it again would mean. */
export function questionText(
  question: DraftQuestion,
  draft: Draft,
  trans: TranslationBundle,
): string {
  switch (question.kind) {
    case 'type': {
      const { where, from, to } = question;
      return where === ''
        ? trans.__('It becomes %1; it was %2.', to, from)
        : trans.__('%1 becomes %2; it was %3.', where, to, from);
    }
    case 'changed':
      return trans.__('The instrument has another value by now: %1.', question.now);
    case 'gone':
      return trans.__('It was deleted meanwhile: it would be made anew.');
    case 'final':
      return trans.__('It is too large to be sent back: this cannot be undone.');
    case 'group':
      return question.final.length === 0
        ? trans.__('Undo brings them back as they were.')
        : trans._n(
            '%1 of them is too large to be sent back: for that one there is no undo.',
            '%1 of them are too large to be sent back: for those there is no undo.',
            question.final.length,
          );
    case 'rename':
      return trans.__(
        '%1 becomes %2: the new one is made first, then the old one is deleted.',
        draft.key,
        draft.to,
      );
    case 'confirm':
      return trans.__('Every edit of this instrument is confirmed.');
  }
}

/** What undo would do, in few words. */
export function undoText(undo: UndoDescription, trans: TranslationBundle): string {
  const { type, key, to, count, before } = undo;
  switch (type) {
    case 'set':
      return trans.__('%1 back to %2', key, short(before));
    case 'new':
      return trans.__('delete the new %1', key);
    case 'delete':
      return trans.__('bring back %1 = %2', key, short(before));
    case 'delete group':
      return trans._n('bring back %1 dataset of %2', 'bring back %1 datasets of %2', count, key);
    case 'rename':
      return trans.__('%1 back to %2', to, key);
  }
}

export function endedText(
  ended: NonNullable<EditorState['ended']>,
  trans: TranslationBundle,
): string {
  switch (ended) {
    case 'unused':
      return trans.__('Disarmed: nobody edited for ten minutes.');
    case 'disconnected':
      return trans.__('Disarmed: the connection was lost. Nothing is sent again by itself.');
    case 'left':
      return trans.__('Disarmed.');
  }
}

/** `10 min left`, `42 s left`: seconds only when they matter. */
export function leftText(ms: number, trans: TranslationBundle): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds > 60
    ? trans.__('%1 min left', String(Math.ceil(seconds / 60)))
    : trans.__('%1 s left', String(seconds));
}

const SHORT = 40; // letters of a value in a button

function short(text: string): string {
  return text.length > SHORT ? `${text.slice(0, SHORT - 1)}…` : text;
}

// Which datasets a person is about to delete: all of their names, to be scrolled through.

import type { TranslationBundle } from '@jupyterlab/translation';
import { type DraftQuestion, formatCount } from '../../models/index.js';
import { element } from '../element.js';

type GroupQuestion = Extract<DraftQuestion, { readonly kind: 'group' }>;

/** What is asked about a group: its datasets, and those that cannot be brought back. */
export type Names = Pick<GroupQuestion, 'names' | 'final'>;

const NONE: Names = { names: [], final: [] };
const LISTED = 2000; // lines that a browser lays out at once

export function namesOf(questions: readonly DraftQuestion[]): Names {
  return questions.find(question => question.kind === 'group') ?? NONE;
}

export class NameList {
  constructor(trans: TranslationBundle) {
    this._trans = trans;
    this.node = element('ul', {
      className: 'jp-EditForm-names',
      attributes: { tabindex: '0', 'aria-label': trans.__('Datasets of the group') },
    });
  }

  readonly node: HTMLElement;

  draw(asked: Names): void {
    const { names, final } = asked;
    if (names === this._drawn) {
      return;
    }
    this._drawn = names;
    const { _trans: trans } = this;
    const lost = new Set(final);
    const rest = names.length - LISTED;
    this.node.replaceChildren(
      ...names.slice(0, LISTED).map(name =>
        element('li', {
          text: lost.has(name) ? trans.__('%1 · too large for undo', name) : name,
          ...(lost.has(name) ? { className: 'jp-mod-final' } : {}),
        }),
      ),
      ...(rest > 0 ? [element('li', { text: trans.__('… %1 more', formatCount(rest)) })] : []),
    );
  }

  private readonly _trans: TranslationBundle;
  private _drawn: readonly string[] = NONE.names;
}

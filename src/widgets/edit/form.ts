// One edit: what is typed, what it becomes, what the instrument says now, what is asked before it is sent.

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  type DatasetEditorModel,
  type Draft,
  type EditFailure,
  type EditProblem,
  formatCount,
  isDecision,
} from '../../models/index.js';
import { resultNode } from '../call/result.js';
import { sentWords } from '../call/words.js';
import { element, setText, textButton } from '../element.js';
import { errorCard } from '../errorcard.js';
import { metadataText } from './armcard.js';
import { EditField } from './field.js';
import { NameList, namesOf } from './namelist.js';
import { questionText, undoText } from './words.js';

export namespace EditForm {
  export interface IOptions {
    readonly model: DatasetEditorModel;
    readonly draft: Draft;
    readonly trans: TranslationBundle;
    /** The same dataset, another edit. */
    readonly onOther: (kind: 'rename' | 'delete') => void;
  }
}

export class EditForm {
  constructor({ model, draft, trans, onOther }: EditForm.IOptions) {
    this._model = model;
    this._trans = trans;
    this._draft = draft;
    const { kind, shown } = draft;
    const isTyped = kind === 'set' || kind === 'new';
    this._now = element('div', { className: 'jp-EditForm-now' });
    this._asks = element('div', { className: 'jp-EditForm-asks', attributes: { role: 'alert' } });
    this._problem = element('div');
    this._head = element('div', { className: 'jp-EditForm-head' });
    this._names = kind === 'delete group' ? new NameList(trans) : null;
    this._send = textButton('', () => void model.submit(), 'jp-Labwire-button jp-EditForm-send');
    if (kind === 'new') {
      this._add('key', trans.__('Name'), key => model.change({ key }));
    }
    if (kind === 'rename') {
      this._add('to', trans.__('New name'), to => model.change({ to }));
    }
    if (isTyped && shown?.refusal == null) {
      this._add('value', trans.__('Value'), value => model.change({ value }));
    }
    const rows = [...this._fields.values()].map(({ node }) => node);
    if (isTyped) {
      rows.push(...this._extraRows());
    }
    this._others =
      kind === 'set' && model.database?.canDelete === true
        ? [
            textButton(trans.__('Rename…'), () => onOther('rename'), 'jp-Labwire-link'),
            textButton(trans.__('Delete…'), () => onOther('delete'), 'jp-Labwire-link'),
          ]
        : [];
    this.node = element('div', {
      className: 'jp-EditForm',
      attributes: { role: 'group', 'aria-label': this._heading() },
      children: [
        this._head,
        this._now,
        ...(this._names === null ? [] : [this._names.node]),
        ...rows,
        this._asks,
        element('div', {
          className: 'jp-EditPanel-actions',
          children: [
            this._send,
            textButton(trans.__('Cancel'), () => model.cancel()),
            ...this._others,
          ],
        }),
        this._problem,
      ],
    });
    // The button has its own Enter.
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Enter' && event.target instanceof HTMLInputElement && !event.isComposing) {
        event.preventDefault();
        void model.submit();
      }
    });
    this.draw(draft);
  }

  readonly node: HTMLElement;

  /** Is it the form of this edit? */
  isOf(draft: Draft): boolean {
    const { kind, shown, key } = this._draft;
    const isSameGroup = kind !== 'delete group' || draft.key === key;
    return draft.kind === kind && draft.shown === shown && isSameGroup;
  }

  focus(): void {
    const [first] = this._fields.values();
    if (this._names !== null) {
      this._names.node.focus(); // to be read before it is done
    } else if (first === undefined) {
      this._send.focus();
    } else {
      first.input.focus();
      first.input.select();
    }
  }

  draw(draft: Draft): void {
    this._draft = draft;
    const { _model: model, _trans: trans } = this;
    const { isSending, questions } = model;
    this._field('key')?.draw({ text: draft.key, problem: this._problemOf('key') });
    this._field('to')?.draw({ text: draft.to, problem: this._problemOf('key') });
    this._field('value')?.draw({
      text: draft.value,
      note: this._valueNote(),
      problem: this._problemOf('value'),
    });
    for (const name of ['unit', 'scale', 'precision'] as const) {
      const problem = name === 'unit' ? null : this._problemOf(name);
      this._field(name)?.draw({ text: draft.metadata[name], problem });
    }
    if (this._persist !== null) {
      this._persist.checked = draft.persist;
    }
    setText(this._now, this._nowText(draft));
    const isWatched = draft.shown?.refusal !== 'large';
    this._now.classList.toggle('jp-mod-moved', model.hasMoved && isWatched);
    setText(this._asks, this._asksText(draft));
    setText(this._send, isSending ? sendingText(model.progress, trans) : this._sendText(draft));
    this._names?.draw(namesOf(questions));
    setText(this._head, this._heading());
    for (const other of this._others) {
      other.hidden = !model.isArmed;
    }
    this._send.setAttribute('aria-disabled', String(isSending || !model.isArmed));
    if (model.failure !== this._failure) {
      this._failure = model.failure;
      this._problem.replaceChildren(...this._failureNodes());
    }
  }

  // ---- Fields -------------------------------------------------------------------------------------

  private _add(name: string, label: string, onText: (text: string) => void): EditField {
    const field = new EditField({ label, onText });
    field.node.dataset.field = name;
    this._fields.set(name, field);
    return field;
  }

  private _field(name: string): EditField | undefined {
    return this._fields.get(name);
  }

  private _extraRows(): HTMLElement[] {
    const { _model: model, _trans: trans } = this;
    const metadata = model.database?.metadata ?? 'unknown';
    const labels = {
      unit: trans.__('Unit'),
      scale: trans.__('Scale'),
      precision: trans.__('Precision'),
    };
    const fields =
      metadata === 'yes'
        ? (['unit', 'scale', 'precision'] as const).map(name =>
            this._add(name, labels[name], text => {
              const typed = model.draft?.metadata ?? this._draft.metadata;
              model.change({ metadata: { ...typed, [name]: text } });
            }),
          )
        : [];
    const persist = element('input', { attributes: { type: 'checkbox' } });
    persist.addEventListener('change', () => model.change({ persist: persist.checked }));
    this._persist = persist;
    return [
      element('div', {
        className: 'jp-EditForm-extra',
        children: [
          ...fields.map(({ node }) => node),
          element('label', {
            className: 'jp-EditForm-persist',
            title: trans.__('Kept when the master restarts'),
            children: [persist, element('span', { text: trans.__('Persist') })],
          }),
        ],
      }),
      ...(metadata === 'yes'
        ? []
        : [
            element('div', {
              className: 'jp-EditPanel-hint',
              text: metadataText(metadata, trans),
            }),
          ]),
    ];
  }

  private _problemOf(field: EditProblem['field']): EditField.IContent['problem'] {
    const found = this._model.problems.find(problem => problem.field === field);
    if (found === undefined) {
      return null;
    }
    const { message, facts } = found.fault;
    const position = field === 'value' && facts.position !== 0 ? facts.position : null;
    return { message, position: typeof position === 'number' ? position : null };
  }

  // ---- Words --------------------------------------------------------------------------------------

  private _heading(): string {
    const { _draft: draft, _trans: trans } = this;
    switch (draft.kind) {
      case 'set':
        return trans.__('Edit %1', draft.key);
      case 'new':
        return trans.__('New dataset');
      case 'rename':
        return trans.__('Rename %1', draft.key);
      case 'delete':
        return trans.__('Delete %1?', draft.key);
      case 'delete group': {
        const { length } = namesOf(this._model.questions).names;
        const all = formatCount(length);
        return length === 0
          ? trans.__('Delete all of %1?', draft.key)
          : trans._n(
              'Delete the one dataset in %3?',
              'Delete all %2 datasets in %3?',
              length,
              all,
              draft.key,
            );
      }
      case 'undo': {
        const { undo } = this._model;
        return undo === null ? trans.__('Undo') : trans.__('Undo: %1?', undoText(undo, trans));
      }
    }
  }

  private _sendText({ kind }: Draft): string {
    const { _trans: trans } = this;
    switch (kind) {
      case 'set':
        return trans.__('Set ⏎');
      case 'new':
        return trans.__('Make ⏎');
      case 'rename':
        return trans.__('Rename ⏎');
      case 'delete':
        return trans.__('Delete');
      case 'delete group':
        return trans.__('Delete all');
      case 'undo':
        return trans.__('Undo');
    }
  }

  /** What is to be decided before it is sent; of what cannot be decided, why. */
  private _asksText(draft: Draft): string {
    const { _model: model, _trans: trans } = this;
    const { questions, problems } = model;
    const isTyped = !isDecision(draft.kind);
    if (!isTyped && problems.length > 0) {
      return problems.map(({ fault }) => fault.message).join(' ');
    }
    if (questions.length === 0 || model.check === null) {
      return '';
    }
    return [
      ...questions.map(question => questionText(question, draft, trans)),
      ...(isTyped ? [trans.__('Press Enter again to send it all the same, Esc to leave it.')] : []),
    ].join(' ');
  }

  /** The type of what is typed, and what becomes of it. */
  private _valueNote(): string {
    const { _model: model, _trans: trans } = this;
    const { check, problems } = model;
    if (check === null || problems.length > 0) {
      return '';
    }
    const type = check.questions.find(({ kind }) => kind === 'type');
    return [
      check.pyType,
      ...(check.becomes === null ? [] : [trans.__('sent as %1', check.becomes)]),
      ...(type?.kind === 'type' ? [trans.__('another type: it was %1', type.from)] : []),
    ].join(' · ');
  }

  /** What the instrument says, as long as it is of the dataset that stands there. */
  private _nowText({ shown }: Draft): string {
    const { _model: model, _trans: trans } = this;
    const now = model.now ?? shown;
    if (shown === null || now === null) {
      return '';
    }
    if (!now.isPresent) {
      return trans.__('✕ deleted at the instrument; it was %1', now.text);
    }
    if (now.refusal === 'large') {
      return trans.__(
        'instrument: %1. It has too many elements to be typed: the value stays.',
        now.pyType,
      );
    }
    const raw = now.shown === now.text ? now.text : trans.__('%1 (raw %2)', now.shown, now.text);
    const text = model.hasMoved
      ? trans.__('▲ the instrument says now: %1 · %2.', raw, now.pyType)
      : trans.__('instrument: %1 · %2.', raw, now.pyType);
    return now.refusal === null
      ? text
      : `${text} ${trans.__('No text means it exactly: the value stays.')}`;
  }

  private _failureNodes(): HTMLElement[] {
    const { _failure: failure, _model: model, _trans: trans } = this;
    if (failure === null) {
      return [];
    }
    const where = model.database?.address ?? model.place;
    return [failureNode(failure, where, trans)];
  }

  private readonly _model: DatasetEditorModel;
  private readonly _trans: TranslationBundle;
  private readonly _fields = new Map<string, EditField>();
  private readonly _now: HTMLElement;
  private readonly _asks: HTMLElement;
  private readonly _head: HTMLElement;
  private readonly _names: NameList | null;
  private readonly _problem: HTMLElement;
  private readonly _send: HTMLButtonElement;
  private readonly _others: readonly HTMLButtonElement[];
  private _persist: HTMLInputElement | null = null;
  private _draft: Draft;
  private _failure: EditFailure | null = null;
}

function sendingText(progress: DatasetEditorModel['progress'], trans: TranslationBundle): string {
  return progress === null || progress.total < 3
    ? trans.__('Sending…')
    : trans.__('Sending… %1 of %2', formatCount(progress.done), formatCount(progress.total));
}

/** Why an edit was not done, or not all of it. */
export function failureNode(
  { outcome, doneCount, kind }: EditFailure,
  address: string,
  trans: TranslationBundle,
): HTMLElement {
  const isHalf = doneCount > 0;
  const half =
    kind === 'rename'
      ? trans.__('The new dataset was made, and the old one is there still.')
      : kind === 'delete group'
        ? trans._n(
            '%1 dataset of the group was deleted, the others are there still.',
            '%1 datasets of the group were deleted, the others are there still.',
            doneCount,
          )
        : trans.__('A part of it was done: undo it once more to have the whole.');
  const children: Node[] = isHalf
    ? [element('div', { className: 'jp-EditForm-asks', text: half })]
    : [];
  if (outcome.type === 'raised') {
    const entry = { callId: 0, address, method: '', args: [], kwargs: [], timeNs: 0n, outcome };
    const actions = { onView: () => undefined, textOf: async () => '' };
    children.push(resultNode(entry, actions, trans));
  } else {
    const { fault } = outcome;
    children.push(errorCard({ fault, where: address, trans }));
    if (!isHalf && fault.name !== 'ClosedError') {
      const text = sentWords(fault, trans);
      children.push(element('div', { className: 'jp-CallResult-note', text }));
    }
  }
  return element('div', { className: 'jp-EditForm-failure', children });
}

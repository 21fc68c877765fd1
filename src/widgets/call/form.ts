// A method with a field for each argument, a button that calls it, and what came of it.
//
// The same in the sidebar and in a cell. Only the button, Enter in a field and "repeat" call; nothing
// is called by being shown.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';
import {
  type CallEntry,
  type CallField,
  type CallFormModel,
  CallTableModel,
  callText,
  defaultOf,
  type ViewKind,
} from '../../models/index.js';
import { element, setText, textButton } from '../element.js';
import { copyText } from '../errorcard.js';
import { FieldRow } from './field.js';
import { HistoryList } from './history.js';
import { CallProgress } from './progress.js';
import { type ResultOffer, resultNode } from './result.js';
import { ResultTable } from './resulttable.js';
import { ShortcutShield } from './shield.js';
import type { ResultView } from './words.js';

/** What a form asks of whoever shows it. */
export interface ICallFormActions {
  /** A live view of a result. */
  readonly viewOf: (entry: CallEntry, view: ViewKind) => Widget;
  /** Put a cell with this text into the notebook; null where there are no notebooks. */
  readonly insertCell: ((text: string) => Promise<void>) | null;
  /** Show the form, as it is filled, in a tab of its own; null where it has all the room there is. */
  readonly openTab: ((model: CallFormModel) => void) | null;
}

export namespace CallForm {
  export interface IOptions {
    readonly model: CallFormModel;
    /** What the method is one of; empty for a server that has one target. */
    readonly target: string;
    readonly actions: ICallFormActions;
    readonly trans: TranslationBundle;
  }
}

export class CallForm extends Widget {
  constructor(options: CallForm.IOptions) {
    super();
    this.model = options.model;
    this._trans = options.trans;
    this.target = options.target;
    const { name } = this.model.method;
    this.heading = this.target === '' ? name : `${this.target}.${name}`;
    this._actions = options.actions;
    const { model, _trans: trans } = this;
    this.addClass('jp-CallForm');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', trans.__('Call %1', this.heading));
    this._head = element('div', { className: 'jp-CallForm-head' });
    this._notice = element('div', { className: 'jp-CallForm-notice' });
    this._fields = element('div', { className: 'jp-CallForm-fields' });
    this._adding = element('div', { className: 'jp-CallForm-adding' });
    this._call = textButton(
      trans.__('Call ⏎'),
      () => void model.call(),
      'jp-Labwire-button jp-CallForm-call',
    );
    this._says = element('span', { className: 'jp-CallForm-says', attributes: { role: 'status' } });
    this._progress = new CallProgress(model, this.heading, this._call, trans);
    this._result = element('div', {
      className: 'jp-CallForm-result',
      attributes: { 'aria-live': 'polite' },
    });
    this._history = new HistoryList(
      {
        onFill: entry => {
          model.fill(entry);
          this.focusFirst();
        },
        onRepeat: entry => void model.repeat(entry),
      },
      trans,
    );
    const body = new Widget();
    body.addClass('jp-CallForm-body');
    body.node.append(
      this._head,
      this._notice,
      this._fields,
      this._adding,
      element('div', {
        className: 'jp-CallForm-actions',
        children: [this._call, ...this._copyButtons(), this._says],
      }),
      this._progress.node,
      this._result,
    );
    const foot = new Widget({ node: this._history.node });
    const layout = new PanelLayout();
    layout.addWidget(body);
    layout.addWidget(foot);
    this.layout = layout;
    model.fieldsChanged.connect(this._drawFields, this);
    model.fieldChecked.connect(this._onChecked, this);
    model.refused.connect(this._onRefused, this);
    model.stateChanged.connect(this._draw, this);
    this._drawFields();
    this._draw();
  }

  readonly model: CallFormModel;
  /** `siggen`. */
  readonly target: string;
  /** `siggen.set_frequency`. */
  readonly heading: string;

  /** The field to fill in first; the button where there is none. */
  focusFirst(): void {
    const fields = this.model.fields;
    const first = fields.find(({ text }) => text === '') ?? fields[0];
    const row = first === undefined ? undefined : this._rows.get(first.id);
    if (row === undefined) {
      this._call.focus();
    } else {
      row.focus();
    }
  }

  // ---- What commands do --------------------------------------------------------------------------

  /** To the button that calls; to its question, or its way out, where there is one. */
  focusCall(): void {
    if (this.model.phase === 'ready') {
      this._call.focus();
    } else {
      this._progress.focus();
    }
  }

  /** Is there a button that connects? Before that nothing is known of the method but its name. */
  get canConnect(): boolean {
    return !this.model.isKnown;
  }

  /** To the button that connects. */
  focusConnect(): void {
    this._notice.querySelector('button')?.focus();
  }

  /** Give up the call under way; or answer that it is not meant. */
  cancel(): void {
    if (this.model.phase === 'confirming') {
      this._progress.decline();
    } else {
      this.model.cancel();
    }
  }

  /** One more field. */
  addField(role: 'extra' | 'named'): void {
    const id = this.model.addField(role);
    this._rows.get(id)?.node.querySelector('input')?.focus();
  }

  /** Has the field that the person was in last a default that it is not at? */
  get canReset(): boolean {
    const field = this._lastField;
    return field !== null && !field.isDefault && defaultOf(field) !== null;
  }

  resetField(): void {
    const field = this._lastField;
    if (field !== null && this.canReset) {
      this.model.reset(field.id);
      this._rows.get(field.id)?.focus();
    }
  }

  /** Is that field one that was added? */
  get canRemove(): boolean {
    return this._lastField?.parameter === null;
  }

  removeField(): void {
    const field = this._lastField;
    if (field !== null && this.canRemove) {
      this.model.removeField(field.id);
      this.focusFirst();
    }
  }

  /** Fill in what was called last; nothing is called. */
  fillLast(): void {
    const [last] = this.model.past;
    if (last !== undefined) {
      this.model.fill(last);
      this._call.focus();
    }
  }

  /** To the calls that were made before. */
  focusHistory(): void {
    this._history.focus();
  }

  /** Has what came of the call a button for this? */
  offers(what: ResultOffer): boolean {
    return this._offer(what) !== null;
  }

  /** As that button does. */
  take(what: ResultOffer): void {
    this._offer(what)?.click();
  }

  /** The table of the result, while it is shown. */
  get table(): ResultTable | null {
    const widget = this._view?.widget;
    return widget instanceof ResultTable ? widget : null;
  }

  copy(language: 'python' | 'typescript'): void {
    this._say(
      this.model
        .asCode(language)
        .then(copyText)
        .then(() => this._trans.__('copied')),
    );
  }

  get canInsertCell(): boolean {
    return this._actions.insertCell !== null;
  }

  insertCell(): void {
    const { model, _trans: trans } = this;
    this._say(
      (async () => {
        const text = await model.asCell();
        if (text === null) {
          return trans.__('an argument is wrong');
        }
        await this._actions.insertCell?.(text);
        return trans.__('inserted; run the cell to see the form');
      })(),
    );
  }

  get canOpenTab(): boolean {
    return this._actions.openTab !== null;
  }

  openTab(): void {
    this._actions.openTab?.(this.model);
  }

  private _offer(what: ResultOffer): HTMLButtonElement | null {
    return this._result.querySelector<HTMLButtonElement>(`[data-offer="${what}"]`);
  }

  private get _lastField(): CallField | null {
    return this.model.fields.find(({ id }) => id === this._lastFieldId) ?? null;
  }

  // ---- Lumino ------------------------------------------------------------------------------------

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._progress.dispose();
    this.model.dispose();
    super.dispose();
  }

  handleEvent(event: Event): void {
    if (event.type === 'keydown') {
      this._onKey(event as KeyboardEvent);
    } else {
      const { target } = event;
      const row = [...this._rows].find(([, { node }]) => node.contains(target as Node));
      this._lastFieldId = row?.[0] ?? this._lastFieldId;
    }
  }

  protected override onAfterAttach(_msg: Message): void {
    this.node.addEventListener('keydown', this);
    this._fields.addEventListener('focusin', this);
    this._shield = new ShortcutShield(this.node);
  }

  protected override onBeforeDetach(_msg: Message): void {
    this.node.removeEventListener('keydown', this);
    this._fields.removeEventListener('focusin', this);
    this._shield?.dispose();
    this._shield = null;
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  private _draw(): void {
    const { model } = this;
    this._drawHead();
    this._drawNotice();
    this._progress.draw();
    const { readOnly } = model.guard;
    this._call.disabled = readOnly || model.phase !== 'ready';
    const { last } = model;
    if (last !== this._shown) {
      this._shown = last;
      this._closeView();
      this._result.replaceChildren(
        ...(last === null
          ? []
          : [
              resultNode(
                last,
                {
                  onView: (entry, view) => this._toggleView(entry, view),
                  textOf: ({ callId }) => model.resultText(callId),
                  itemsOf:
                    ({ callId }) =>
                    (path, from, count) =>
                      model.resultItems(callId, path, from, count),
                  partOf: ({ callId }, from) => model.resultPart(callId, from),
                },
                this._trans,
              ),
            ]),
      );
      this._reveal(this._result);
    }
    this._history.draw(model.past, !readOnly);
  }

  // Where the form itself scrolls, as in the sidebar; a notebook is not moved.
  private _reveal(node: Element): void {
    if (this.node.scrollHeight > this.node.clientHeight) {
      node.scrollIntoView({ block: 'nearest' });
    }
  }

  private _drawHead(): void {
    const { method } = this.model;
    if (method === this._shownMethod) {
      return;
    }
    this._shownMethod = method;
    const { signature, docstring } = method;
    this._head.replaceChildren(
      element('div', {
        className: 'jp-CallForm-title',
        title: this.model.address,
        children: [
          element('b', { text: this.heading }),
          element('span', { className: 'jp-CallForm-signature', text: signature ?? '' }),
        ],
      }),
      ...(docstring === null || docstring.trim() === '' ? [] : [this._docNode(docstring.trim())]),
    );
  }

  private _docNode(text: string): HTMLElement {
    const [first = ''] = text.split('\n');
    if (first === text) {
      return element('div', { className: 'jp-CallForm-doc', text });
    }
    return element('details', {
      className: 'jp-CallForm-doc',
      children: [
        element('summary', { text: first }),
        element('pre', { text: text.slice(first.length).replace(/^\n+/, '') }),
      ],
    });
  }

  private _drawNotice(): void {
    const { model, _trans: trans } = this;
    const isBare = model.isKnown && model.method.parameters === null;
    const notices = [
      ...(model.guard.readOnly
        ? [trans.__('This instrument is read-only in your list: calls are refused.')]
        : []),
      ...(isBare
        ? [trans.__('The server tells only the names of its methods: give what this one takes.')]
        : []),
      ...(model.isKnown ? [] : [trans.__('Nothing is sent before you press Call.')]),
    ];
    const key = notices.join('\n');
    if (key === this._shownNotice) {
      return;
    }
    this._shownNotice = key;
    this._notice.replaceChildren(...notices.map(text => element('div', { text })));
    if (!model.isKnown) {
      this._notice.append(
        textButton(
          trans.__('Connect, and show what it takes'),
          () => void model.learn(),
          'jp-Labwire-link',
        ),
      );
    }
  }

  private _drawFields(): void {
    const { model, _trans: trans } = this;
    const focused = [...this._rows].find(([, row]) => row.node.contains(document.activeElement));
    const before = new Map(this._rows);
    this._rows.clear();
    let extras = 0;
    for (const field of model.fields) {
      extras += field.role === 'extra' ? 1 : 0;
      const row =
        before.get(field.id) ??
        new FieldRow(
          field,
          extras,
          {
            onText: (id, text) => model.setText(id, text),
            onName: (id, name) => model.setName(id, name),
            onReset: id => model.reset(id),
            onRemove: id => model.removeField(id),
          },
          trans,
        );
      this._rows.set(field.id, row);
      row.draw(field, model.problemOf(field));
    }
    this._fields.replaceChildren(...[...this._rows.values()].map(({ node }) => node));
    this._drawAdding();
    if (focused !== undefined) {
      const [id] = focused;
      (this._rows.get(id) ?? [...this._rows.values()].at(-1))?.focus();
    }
  }

  private _drawAdding(): void {
    const { model, _trans: trans } = this;
    const adding = (label: string, role: 'extra' | 'named') =>
      textButton(label, () => this.addField(role), 'jp-Labwire-link');
    this._adding.replaceChildren(
      ...(model.takesExtra ? [adding(trans.__('+ argument'), 'extra')] : []),
      ...(model.takesNamed ? [adding(trans.__('+ argument by name'), 'named')] : []),
    );
  }

  private _onChecked(_model: CallFormModel, changed: CallField): void {
    this._rows.get(changed.id)?.draw(changed, this.model.problemOf(changed));
  }

  private _onRefused(_model: CallFormModel, field: CallField): void {
    this._rows.get(field.id)?.focus();
  }

  // ---- Views of a result --------------------------------------------------------------------------

  private _toggleView(entry: CallEntry, kind: ResultView): void {
    const isSame = this._view?.kind === kind;
    this._closeView();
    if (!isSame) {
      const widget = this._viewOf(entry, kind);
      this._view = { kind, widget };
      (this.layout as PanelLayout).insertWidget(1, widget);
      this._reveal(widget.node);
    }
    for (const button of this._result.querySelectorAll<HTMLElement>('[data-offer]')) {
      if (button.hasAttribute('aria-pressed')) {
        button.setAttribute('aria-pressed', String(button.dataset.offer === this._view?.kind));
      }
    }
  }

  private _viewOf(entry: CallEntry, kind: ResultView): Widget {
    const { outcome, callId } = entry;
    const table = outcome.type === 'returned' ? outcome.result.table : null;
    if (kind !== 'cells' || table === null) {
      return this._actions.viewOf(entry, kind as ViewKind);
    }
    return new ResultTable({
      model: new CallTableModel(table, window => this.model.resultCells(callId, window)),
      label: this._trans.__('Result of %1', callText(entry.method, entry)),
      trans: this._trans,
    });
  }

  private _closeView(): void {
    this._view?.widget.dispose();
    this._view = null;
  }

  // ---- Taking the call elsewhere ------------------------------------------------------------------

  private _copyButtons(): readonly HTMLButtonElement[] {
    const { _trans: trans } = this;
    const link = (label: string, run: () => void) => textButton(label, run, 'jp-Labwire-link');
    return [
      link(trans.__('Copy as Python'), () => this.copy('python')),
      link(trans.__('Copy as TypeScript'), () => this.copy('typescript')),
      ...(this.canInsertCell ? [link(trans.__('Insert cell'), () => this.insertCell())] : []),
      ...(this.canOpenTab ? [link(trans.__('Open in a tab'), () => this.openTab())] : []),
    ];
  }

  private _say(work: Promise<string>): void {
    work.then(
      words => setText(this._says, words),
      reason => setText(this._says, reason instanceof Error ? reason.message : String(reason)),
    );
  }

  // ---- Keys ---------------------------------------------------------------------------------------

  private _onKey(event: KeyboardEvent): void {
    const { model } = this;
    const { target, key } = event;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (key === 'Enter' && target instanceof HTMLInputElement && this._fields.contains(target)) {
      void model.call();
    } else if (key === 'Escape' && model.phase === 'running') {
      model.cancel();
    } else if (key === 'Escape' && model.phase === 'confirming') {
      this._progress.decline();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private readonly _trans: TranslationBundle;
  private readonly _actions: ICallFormActions;
  private readonly _head: HTMLElement;
  private readonly _notice: HTMLElement;
  private readonly _fields: HTMLElement;
  private readonly _adding: HTMLElement;
  private readonly _call: HTMLButtonElement;
  private readonly _says: HTMLElement;
  private readonly _progress: CallProgress;
  private readonly _result: HTMLElement;
  private readonly _history: HistoryList;
  private readonly _rows = new Map<number, FieldRow>();
  private _lastFieldId: number | null = null;
  private _shown: CallEntry | null = null;
  private _shownMethod: CallFormModel['method'] | null = null;
  private _shownNotice: string | null = null;
  private _view: { readonly kind: ResultView; readonly widget: Widget } | null = null;
  private _shield: ShortcutShield | null = null;
}

// Editing under a view: the card that arms it, the bar that says it is armed, the edit that is typed.
//
// What is armed looks it: a border around the view, a word, the time that is left. Keys that belong to
// an armed view do not reach the notebook around it.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { DatasetEditorModel, DraftKind, LiveViewModel } from '../../models/index.js';
import { ShortcutShield } from '../call/shield.js';
import { element, setText, textButton } from '../element.js';
import type { IRowEditing } from '../views/body.js';
import { ArmCard } from './armcard.js';
import { EditForm, failureNode } from './form.js';
import { endedText, leftText, undoText } from './words.js';

/** The view around it. */
export interface IEditHost {
  readonly node: HTMLElement;
  readonly model: LiveViewModel;
  readonly trans: TranslationBundle;
}

const TICK_MS = 1000;

export class EditPanel implements IRowEditing, IDisposable {
  /** @param onChange - open, closed, armed or not: the tools are to be drawn anew. */
  constructor(host: IEditHost, model: DatasetEditorModel, onChange: () => void) {
    this._host = host;
    this._model = model;
    this._onChange = onChange;
    const { trans } = host;
    const { dataset } = model;
    this._left = element('span', { className: 'jp-EditPanel-left' });
    this._where = element('span', { className: 'jp-EditPanel-where' });
    this._undo = textButton('', () => this.begin('undo', null));
    this._disarm = textButton(trans.__('Disarm'), () => {
      model.disarm();
      host.node.focus();
    });
    this._bar = element('div', {
      className: 'jp-EditPanel-bar',
      attributes: { role: 'group', 'aria-label': trans.__('Armed for editing') },
      children: [
        element('b', { className: 'jp-EditPanel-word', text: trans.__('✎ ARMED') }),
        this._where,
        this._left,
        element('span', {
          className: 'jp-EditPanel-actions',
          children: [
            dataset === null
              ? textButton(trans.__('New…'), () => this.begin('new', null))
              : textButton(trans.__('Edit…'), () => this.edit(dataset)),
            this._undo,
            this._disarm,
          ],
        }),
      ],
    });
    this._says = element('div', { className: 'jp-EditPanel-says', attributes: { role: 'status' } });
    this._content = element('div');
    this.node = element('div', {
      className: 'jp-EditPanel',
      children: [this._bar, this._says, this._content],
    });
    this.node.addEventListener('keydown', this._onKey);
    model.changed.connect(this._draw, this);
    host.model.stateChanged.connect(this._onView, this);
    window.addEventListener('keydown', this._onUndoKey, true);
    host.node.append(this.node);
    this._draw();
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get isArmed(): boolean {
    return this._model.isArmed;
  }

  /** Is the card, the bar or a form there? */
  get isOpen(): boolean {
    return this._isOpen || this.isArmed;
  }

  get canOpen(): boolean {
    return this._host.model.phase === 'open';
  }

  /** Show the card, which arms nothing by itself; or go where editing is. */
  open(): void {
    const { _model: model } = this;
    if (this.isArmed) {
      (this._form ?? this._disarm).focus();
    } else if (this.canOpen) {
      this._isOpen = true;
      this._draw();
      this._card?.focus();
      if (model.placeState.type !== 'good') {
        void model.probe();
      }
    }
  }

  toggle(): void {
    if (this._isOpen && !this.isArmed) {
      this.close();
    } else {
      this.open();
    }
  }

  close(): void {
    this._isOpen = false;
    this._model.cancel();
    this._draw();
    this._host.node.focus();
  }

  edit(address: string): void {
    this.begin('set', address);
  }

  editShown(): void {
    const { dataset, draft } = this._model;
    if (this.isArmed && dataset !== null && draft === null) {
      this.edit(dataset);
    } else {
      this.open();
    }
  }

  remove(address: string): void {
    this.begin('delete', address);
  }

  /** The tree of a dataset that is a dict has groups too: those are no datasets. */
  get canRemoveGroups(): boolean {
    const { dataset, database } = this._model;
    return dataset === null && database?.canDelete === true;
  }

  removeGroup(group: string): void {
    this.begin('delete group', null, group);
  }

  /** What undo would do, with its button; nothing is sent by that. */
  showUndo(): void {
    if (this.isArmed && this._model.undo !== null) {
      this.begin('undo', null);
    } else {
      this.open();
    }
  }

  begin(kind: DraftKind, address: string | null, group?: string): void {
    if (this.isArmed) {
      this._address = address;
      void this._model.begin(kind, address, group);
    }
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      window.removeEventListener('keydown', this._onUndoKey, true);
      this._setTicking(false);
      this._shield?.dispose();
      this._model.dispose();
    }
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  private _draw(): void {
    const { _model: model, _host: host } = this;
    const { isArmed, ended, draft, dataset } = model;
    if (isArmed !== this._wasArmed) {
      this._wasArmed = isArmed;
      host.node.classList.toggle('jp-mod-armed', isArmed);
      this._setTicking(isArmed);
      if (!isArmed) {
        // A draft is worth more than the room that it takes; who disarmed is done.
        this._isOpen = ended !== 'left' || draft !== null;
      } else {
        this._isOpen = true;
        host.node.focus();
        if (dataset !== null && draft === null) {
          this.edit(dataset);
        }
      }
    }
    this.node.hidden = !this.isOpen;
    this._setShield(this.isOpen);
    this._bar.hidden = !isArmed;
    this._drawBar();
    setText(this._says, this._spoken());
    this._drawContent();
    this._onChange();
  }

  private _drawBar(): void {
    const { _model: model, _host: host } = this;
    const { database, undo } = model;
    setText(this._where, host.trans.__('edits go to %1', database?.address ?? ''));
    this._where.title = database?.address ?? '';
    this._undo.hidden = undo === null;
    if (undo !== null) {
      setText(this._undo, host.trans.__('Undo: %1', undoText(undo, host.trans)));
    }
    this._tick();
  }

  private _spoken(): string {
    const { _model: model, _host: host } = this;
    const { trans } = host;
    if (model.isArmed) {
      return model.isDone && model.draft === null ? trans.__('✔ done') : '';
    }
    return model.ended === null ? '' : endedText(model.ended, trans);
  }

  private _drawContent(): void {
    const { _model: model, _host: host } = this;
    const { trans } = host;
    const { draft, isArmed } = model;
    if (!isArmed && this._isOpen) {
      this._card ??= new ArmCard({ model, trans, onClose: () => this.close() });
      this._card.draw();
    } else {
      this._card = null;
    }
    const before = this._form;
    if (draft === null) {
      this._form = null;
    } else if (before?.isOf(draft) === true) {
      before.draw(draft);
    } else {
      this._form = new EditForm({
        model,
        draft,
        trans,
        onOther: kind => this.begin(kind, this._address),
      });
    }
    const hadFocus = this.node.contains(document.activeElement);
    const stray =
      draft === null && model.failure !== null
        ? [failureNode(model.failure, model.database?.address ?? model.place, trans)]
        : [];
    const nodes = [
      ...(this._card === null ? [] : [this._card.node]),
      ...(this._form === null ? [] : [this._form.node]),
      ...stray,
    ];
    if (
      stray.length > 0 ||
      nodes.length !== this._content.childNodes.length ||
      nodes.some((node, i) => node !== this._content.childNodes[i])
    ) {
      this._content.replaceChildren(...nodes);
      if (this._form !== null && this._form !== before) {
        this._form.focus();
      } else if (before !== null && this._form === null && hadFocus) {
        host.node.focus();
      }
    }
  }

  private _setTicking(isTicking: boolean): void {
    clearInterval(this._ticker);
    if (isTicking) {
      this._ticker = setInterval(() => this._tick(), TICK_MS);
    }
  }

  private _tick(): void {
    const { _model: model, _host: host } = this;
    setText(this._left, model.isArmed ? leftText(model.leftMs, host.trans) : '');
  }

  private _setShield(isOn: boolean): void {
    if (isOn && this._shield === null) {
      this._shield = new ShortcutShield(this._host.node);
    } else if (!isOn) {
      this._shield?.dispose();
      this._shield = null;
    }
  }

  // ---- What the person does -----------------------------------------------------------------------

  // Whoever lets go of the source, by freezing or closing, edits no more.
  private _onView(): void {
    if (!this.canOpen && this.isOpen) {
      this._model.disarm();
      this._isOpen = false;
      this._draw();
    }
  }

  private readonly _onKey = (event: KeyboardEvent): void => {
    const { _model: model } = this;
    if (event.key === 'Escape' && !event.isComposing) {
      event.stopPropagation();
      if (model.draft !== null) {
        model.cancel();
      } else if (!this.isArmed) {
        this.close();
      } else {
        this._host.node.focus();
      }
    } else if (event.target !== this._host.node) {
      event.stopPropagation(); // the view's keys are not the form's
    }
  };

  // Before the notebook, which has an undo of its own. It shows what undo would do; its button does it.
  private readonly _onUndoKey = (event: KeyboardEvent): void => {
    const { target } = event;
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z';
    if (
      isUndo &&
      this.isArmed &&
      target instanceof HTMLElement &&
      this._host.node.contains(target) &&
      !(target instanceof HTMLInputElement)
    ) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.showUndo();
    }
  };

  private readonly _host: IEditHost;
  private readonly _model: DatasetEditorModel;
  private readonly _onChange: () => void;
  private readonly _bar: HTMLElement;
  private readonly _where: HTMLElement;
  private readonly _left: HTMLElement;
  private readonly _undo: HTMLButtonElement;
  private readonly _disarm: HTMLButtonElement;
  private readonly _says: HTMLElement;
  private readonly _content: HTMLElement;
  private _card: ArmCard | null = null;
  private _form: EditForm | null = null;
  private _shield: ShortcutShield | null = null;
  private _ticker: ReturnType<typeof setInterval> | undefined;
  private _address: string | null = null;
  private _isOpen = false;
  private _wasArmed = false;
  private _isDisposed = false;
}

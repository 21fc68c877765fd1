// The method browser: filter, tree, and below it the form of the method that was chosen.
//
// The same in the sidebar and in a cell. It asks servers when it can be seen, and calls nothing.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { CallArguments, MethodDescription, MethodsModel } from '../../models/index.js';
import type { CallForm } from '../call/form.js';
import { ShortcutShield } from '../call/shield.js';
import { element, setText } from '../element.js';
import { type MethodRow, methodKey, methodRows } from './methodsrows.js';
import { MethodTree } from './methodstree.js';

/** A method that a person wants to call. */
export type ChosenMethod = {
  /** Of the target. */
  readonly address: string;
  readonly target: string;
  readonly method: MethodDescription;
  readonly filled: CallArguments | null;
};

export namespace MethodsSection {
  export interface IOptions {
    readonly model: MethodsModel;
    /** The form of a method, filled in as it was left. The section disposes of it. */
    readonly formOf: (chosen: ChosenMethod) => CallForm;
    /** What to say where there is nothing to call. */
    readonly emptyText: string;
    readonly trans: TranslationBundle;
  }
}

export class MethodsSection extends Widget {
  constructor(options: MethodsSection.IOptions) {
    super();
    this._options = options;
    const { trans, model } = options;
    this.addClass('jp-MethodsSection');
    this.title.label = trans.__('Methods');
    this.node.tabIndex = -1;
    this._filter = element('input', {
      className: 'jp-MethodsSection-filter',
      attributes: {
        type: 'search',
        spellcheck: 'false',
        autocomplete: 'off',
        placeholder: trans.__('filter…'),
        'aria-label': trans.__('Filter methods'),
      },
    });
    this._filter.addEventListener('input', () => {
      if (this._filter.value.trim() !== '') {
        model.readAll();
      }
      this._tree.scrollToTop();
      this._draw();
    });
    this._filter.addEventListener('keydown', event => this._onFilterKey(event));
    this._tree = new MethodTree({
      label: trans.__('Targets and methods'),
      onActivate: row => this._activate(row),
      onExpand: (row, expanded) => this._expand(row, expanded),
      onSearch: () => this._filter.focus(),
    });
    this._empty = element('div', { className: 'jp-MethodsSection-empty' });
    const browser = new Widget();
    browser.addClass('jp-MethodsSection-browser');
    browser.node.append(this._filter, this._tree.node, this._empty);
    const layout = new PanelLayout();
    layout.addWidget(browser);
    this.layout = layout;
    model.changed.connect(this.update, this); // once for all that changes together
    this._draw();
  }

  /** The person is about to search. */
  focusFilter(): void {
    (this._filter.hidden ? this.node : this._filter).focus();
  }

  /** A form was opened: it wants room. */
  get opened(): ISignal<this, CallForm> {
    return this._opened;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._tree.dispose();
      this._options.model.dispose();
      super.dispose();
    }
  }

  protected override onUpdateRequest(_msg: Message): void {
    this._unfoldOnly();
    this._draw();
  }

  // Where there is one target, nobody has to unfold it.
  private _unfoldOnly(): void {
    const { model } = this._options;
    const targets = model.servers.flatMap(server => server.targets);
    const [only] = targets;
    if (only !== undefined && targets.length === 1 && only.state === 'waiting') {
      this._expanded.add(`target ${only.address}`);
      void model.readTarget(only.address);
    }
  }

  protected override onAfterAttach(_msg: Message): void {
    this._shield = new ShortcutShield(this.node);
    this._look();
  }

  protected override onBeforeDetach(_msg: Message): void {
    this._shield?.dispose();
    this._shield = null;
  }

  protected override onAfterShow(_msg: Message): void {
    this._look();
  }

  private _look(): void {
    if (this.isVisible) {
      this._options.model.look();
    }
  }

  private _draw(): void {
    const { model, trans, emptyText } = this._options;
    const filter = this._filter.value;
    const rows = methodRows({
      servers: model.servers,
      filter,
      expanded: this._expanded,
      chosen: this._chosen,
      trans,
    });
    this._tree.draw(rows, this._chosen);
    this._tree.node.hidden = rows.length === 0;
    this._filter.hidden = model.servers.length === 0;
    setText(
      this._empty,
      rows.length > 0
        ? ''
        : model.servers.length === 0
          ? emptyText
          : filter.trim() === ''
            ? trans.__('asking what can be called…')
            : trans.__('No method fits “%1”.', filter.trim()),
    );
    this._dropLost();
  }

  private _expand(row: MethodRow, expanded: boolean): void {
    if (expanded) {
      this._expanded.add(row.key);
      void this._options.model.readTarget(row.address);
    } else {
      this._expanded.delete(row.key);
    }
    this._draw();
  }

  private _activate(row: MethodRow): void {
    if (row.kind === 'again') {
      this._options.model.retry(row.address);
    } else if (row.method !== null) {
      this._choose(row.address, row.method);
    }
  }

  private _choose(address: string, method: MethodDescription): void {
    const { model, formOf } = this._options;
    const key = methodKey(address, method.name);
    if (this._chosen !== key) {
      this._closeForm();
      const target = model.targetOf(address)?.name ?? '';
      this._form = formOf({ address, target, method, filled: this._drafts.get(key) ?? null });
      this._chosen = key;
      this._chosenAddress = address;
      (this.layout as PanelLayout).addWidget(this._form);
      this._draw();
      this._opened.emit(this._form);
      this._tree.reveal(key);
    }
    this._form?.focusFirst();
  }

  // The instrument was taken off the list: its form goes with it.
  private _dropLost(): void {
    const address = this._chosenAddress;
    if (address !== null && this._options.model.targetOf(address) === null) {
      this._closeForm();
      this._draw();
    }
  }

  // What was typed comes back with the form.
  private _closeForm(): void {
    if (this._form !== null && this._chosen !== null) {
      this._drafts.set(this._chosen, this._form.model.filled);
    }
    this._form?.dispose();
    this._form = null;
    this._chosen = null;
    this._chosenAddress = null;
  }

  private _onFilterKey(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      this._tree.focus();
    } else if (event.key === 'Escape' && this._filter.value !== '') {
      this._filter.value = '';
      this._draw();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private readonly _options: MethodsSection.IOptions;
  private readonly _filter: HTMLInputElement;
  private readonly _tree: MethodTree;
  private readonly _empty: HTMLElement;
  private readonly _opened = new Signal<this, CallForm>(this);
  private readonly _expanded = new Set<string>();
  private readonly _drafts = new Map<string, CallArguments>();
  private _form: CallForm | null = null;
  private _chosen: string | null = null;
  private _chosenAddress: string | null = null;
  private _shield: ShortcutShield | null = null;
}

// One argument: its name, a Python literal, and what the literal is or where it is wrong.

import type { TranslationBundle } from '@jupyterlab/translation';
import { type CallField, defaultOf, type FieldProblem } from '../../models/index.js';
import { element, setText } from '../element.js';

/** What a field asks of its form. */
export interface IFieldActions {
  readonly onText: (id: number, text: string) => void;
  readonly onName: (id: number, name: string) => void;
  readonly onReset: (id: number) => void;
  readonly onRemove: (id: number) => void;
}

let fieldIds = 0;

export class FieldRow {
  constructor(field: CallField, place: number, actions: IFieldActions, trans: TranslationBundle) {
    this._trans = trans;
    fieldIds += 1;
    const says = `labwire-field-${fieldIds}`;
    this._input = element('input', {
      className: 'jp-CallField-input',
      attributes: {
        type: 'text',
        spellcheck: 'false',
        autocomplete: 'off',
        'aria-describedby': says,
        'aria-label': this._label(field, place),
      },
    });
    this._input.addEventListener('input', () => actions.onText(field.id, this._input.value));
    this._input.addEventListener('scroll', () => this._follow());
    this._input.addEventListener('focus', () => {
      if (this._isDefault) {
        this._input.select(); // to type over it
      }
    });
    // An emptied field shows its default again: that is what is going to be sent.
    this._input.addEventListener('blur', () => {
      if (this._isDefault && this._input.value.trim() === '') {
        actions.onReset(field.id);
      }
    });
    this._button = this._buttonFor(field, actions);
    this._type = element('span', { className: 'jp-CallField-type', attributes: { id: says } });
    this._before = element('span');
    this._caret = element('div', {
      className: 'jp-CallField-caret',
      attributes: { 'aria-hidden': 'true' },
      children: [this._before, document.createTextNode('^')],
    });
    this._problem = element('div', {
      className: 'jp-CallField-problem',
      attributes: { role: 'status' },
    });
    this.node = element('div', {
      className: 'jp-CallField',
      children: [
        this._nameNode(field, place, actions),
        element('div', {
          className: 'jp-CallField-entry',
          children: [this._input, this._caret, this._problem],
        }),
        element('div', {
          className: 'jp-CallField-note',
          children: [this._type, this._button],
        }),
      ],
    });
  }

  readonly node: HTMLElement;

  focus(): void {
    this._input.focus();
  }

  draw(field: CallField, problem: FieldProblem | null): void {
    const { text, isDefault, check } = field;
    this._isDefault = isDefault;
    if (this._input.value !== text) {
      this._input.value = text;
    }
    this.node.classList.toggle('jp-mod-default', isDefault);
    this._input.setAttribute('aria-invalid', String(problem !== null));
    const value = defaultOf(field);
    setText(
      this._type,
      [
        check?.type === 'value' ? check.pyType : '',
        isDefault
          ? this._trans.__('default')
          : value === null
            ? ''
            : this._trans.__('default %1', value),
      ]
        .filter(word => word !== '')
        .join(' · '),
    );
    if (field.parameter !== null) {
      this._button.hidden = isDefault || value === null;
    }
    const position = problem?.position ?? null;
    this._caret.hidden = position === null;
    setText(this._before, text.slice(0, position ?? 0));
    setText(this._problem, problem?.message ?? '');
    this._follow();
  }

  // The caret stays under its place when a long text scrolls in the field.
  private _follow(): void {
    this._before.style.marginLeft = `${-this._input.scrollLeft}px`;
  }

  private _nameNode(field: CallField, place: number, actions: IFieldActions): HTMLElement {
    const { parameter, role, name } = field;
    if (role === 'named') {
      const input = element('input', {
        className: 'jp-CallField-named',
        attributes: {
          type: 'text',
          spellcheck: 'false',
          autocomplete: 'off',
          placeholder: this._trans.__('name'),
          'aria-label': this._trans.__('Name of the argument'),
        },
      });
      input.value = name;
      input.addEventListener('input', () => actions.onName(field.id, input.value.trim()));
      return element('div', { className: 'jp-CallField-name', children: [input] });
    }
    const shown = role === 'extra' ? `*${place}` : name;
    return element('div', {
      className: 'jp-CallField-name',
      title: this._label(field, place),
      children: [
        element('span', { text: shown }),
        ...(parameter?.annotation == null
          ? []
          : [
              element('span', {
                className: 'jp-CallField-annotation',
                text: `: ${parameter.annotation}`,
              }),
            ]),
      ],
    });
  }

  private _label({ parameter, role, name }: CallField, place: number): string {
    switch (role) {
      case 'extra':
        return this._trans.__('Argument %1', String(place));
      case 'named':
        return this._trans.__('Value of the argument');
      case 'keyword':
        return this._trans.__('%1, by name only', name);
      case 'positional':
        return parameter?.default == null ? this._trans.__('%1, required', name) : name;
    }
  }

  private _buttonFor(field: CallField, actions: IFieldActions): HTMLButtonElement {
    const isParameter = field.parameter !== null;
    const label = isParameter
      ? this._trans.__('Back to the default')
      : this._trans.__('Take this argument out');
    const button = element('button', {
      className: 'jp-CallField-button',
      text: isParameter ? '↺' : '✕',
      title: label,
      attributes: { type: 'button', 'aria-label': label },
    });
    button.addEventListener('click', () => {
      if (isParameter) {
        actions.onReset(field.id);
        this.focus();
      } else {
        actions.onRemove(field.id);
      }
    });
    return button;
  }

  private readonly _trans: TranslationBundle;
  private readonly _input: HTMLInputElement;
  private readonly _type: HTMLElement;
  private readonly _button: HTMLButtonElement;
  private readonly _before: HTMLElement;
  private readonly _caret: HTMLElement;
  private readonly _problem: HTMLElement;
  private _isDefault = false;
}

// One field of an edit: a label, what is typed, what that is or where it is wrong.

import { element, setText } from '../element.js';

export namespace EditField {
  export interface IOptions {
    readonly label: string;
    readonly onText: (text: string) => void;
    readonly title?: string;
  }

  export interface IContent {
    readonly text: string;
    /** What it is, beside it. */
    readonly note?: string;
    readonly problem?: { readonly message: string; readonly position: number | null } | null;
  }
}

let fieldIds = 0;

export class EditField {
  constructor({ label, onText, title = '' }: EditField.IOptions) {
    fieldIds += 1;
    const id = `labwire-edit-${fieldIds}`;
    this.input = element('input', {
      className: 'jp-CallField-input',
      title,
      attributes: {
        id,
        type: 'text',
        spellcheck: 'false',
        autocomplete: 'off',
        'aria-describedby': `${id}-says`,
      },
    });
    this.input.addEventListener('input', () => onText(this.input.value));
    this.input.addEventListener('scroll', () => this._follow());
    this._note = element('span', { className: 'jp-EditField-note' });
    this._before = element('span');
    this._caret = element('div', {
      className: 'jp-CallField-caret',
      attributes: { 'aria-hidden': 'true' },
      children: [this._before, document.createTextNode('^')],
    });
    this._problem = element('div', { className: 'jp-CallField-problem' });
    this.node = element('div', {
      className: 'jp-EditField',
      children: [
        element('label', { className: 'jp-EditField-label', text: label, attributes: { for: id } }),
        element('div', {
          className: 'jp-EditField-entry',
          children: [
            this.input,
            this._caret,
            element('div', {
              attributes: { id: `${id}-says`, role: 'status' },
              children: [this._problem, this._note],
            }),
          ],
        }),
      ],
    });
    this.draw({ text: '' });
  }

  readonly node: HTMLElement;
  readonly input: HTMLInputElement;

  draw({ text, note = '', problem = null }: EditField.IContent): void {
    if (this.input.value !== text) {
      this.input.value = text;
    }
    this.input.setAttribute('aria-invalid', String(problem !== null));
    const position = problem?.position ?? null;
    this._caret.hidden = position === null;
    setText(this._before, text.slice(0, position ?? 0));
    setText(this._problem, problem?.message ?? '');
    setText(this._note, problem === null ? note : '');
    this._follow();
  }

  // The caret stays under its place when a long text scrolls in the field.
  private _follow(): void {
    this._before.style.marginLeft = `${-this.input.scrollLeft}px`;
  }

  private readonly _note: HTMLElement;
  private readonly _before: HTMLElement;
  private readonly _caret: HTMLElement;
  private readonly _problem: HTMLElement;
}

// The form that adds an instrument or changes one, in the place of the list.
//
// It says while one types what it understands, asks who answers, shows what did, and takes a name. Enter
// does the next step; Escape cancels what runs, then the form.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Instrument, InstrumentForm, ProbeAnswer } from '../../models/index.js';
import type { Fault } from '../../values/index.js';
import { element, setText, textButton } from '../element.js';
import { errorCard } from '../errorcard.js';
import { isAskable } from '../words.js';

export namespace InstrumentFormView {
  export interface IOptions {
    readonly model: InstrumentForm;
    readonly trans: TranslationBundle;
    /** @returns rejects with what keeps it from being kept: shown in the form. */
    readonly onSave: (instrument: Instrument) => Promise<void>;
    readonly onClose: () => void;
    /** Let the person decide whether the bridge may connect to `endpoint`. */
    readonly onDecide: (endpoint: string) => void;
    /** Turns what `onSave` rejects with into what is shown. */
    readonly faultOf: (reason: unknown) => Fault;
  }
}

let formIds = 0;

const NAMES_SHOWN = 8; // targets of an answer that are named

export class InstrumentFormView {
  constructor(options: InstrumentFormView.IOptions) {
    const { model, trans } = options;
    this._options = options;
    formIds += 1;
    const id = `labwire-instrument-form-${formIds}`;
    this._address = textField(trans.__('Address'), {
      placeholder: '127.0.0.1:3251',
      'aria-describedby': `${id}-says`,
    });
    this._address.value = model.text;
    this._says = element('div', {
      className: 'jp-InstrumentForm-says',
      attributes: { id: `${id}-says`, role: 'status' },
    });
    this._ask = textButton(trans.__('Ask who answers'), () => this._askNow());
    this._result = element('div', { className: 'jp-InstrumentForm-result' });
    this._name = textField(trans.__('Name'), { maxlength: '200' });
    this._name.addEventListener('input', () => {
      this._isNamed = true;
    });
    this._readOnly = checkBox(model.before?.readOnly ?? false, `${id}-guards`);
    this._confirm = checkBox(model.before?.confirm ?? false, `${id}-guards`);
    this._save = textButton(
      model.before === null ? trans.__('Add') : trans.__('Save'),
      () => this._saveNow(),
      'jp-Labwire-button jp-mod-default',
    );
    this._rest = element('div', {
      className: 'jp-InstrumentForm-rest',
      children: [
        labelled(trans.__('Name'), this._name),
        ticked(this._readOnly, trans.__('Read-only')),
        ticked(this._confirm, trans.__('Confirm every call')),
        element('div', {
          className: 'jp-InstrumentForm-help',
          text: trans.__(
            'Both guard against accidents on this page, not against a program. What an administrator marks read-only is held by the bridge: it passes on no more bytes than a subscription needs.',
          ),
          attributes: { id: `${id}-guards` },
        }),
      ],
    });
    this._failure = element('div');
    this.node = element('form', {
      className: 'jp-InstrumentForm',
      attributes: {
        'aria-label':
          model.before === null
            ? trans.__('Add an instrument')
            : trans.__('Edit %1', model.before.name),
        novalidate: '',
      },
      children: [
        labelled(trans.__('Address'), this._address),
        this._says,
        this._result,
        this._rest,
        this._failure,
        element('div', {
          className: 'jp-InstrumentForm-actions',
          children: [
            this._save,
            this._ask,
            textButton(trans.__('Cancel'), () => options.onClose()),
          ],
        }),
      ],
    });
    this._address.addEventListener('input', () => {
      model.text = this._address.value;
    });
    this.node.addEventListener('submit', event => {
      event.preventDefault();
      this._next();
    });
    this.node.addEventListener('keydown', event => this._onKey(event));
    model.changed.connect(this._draw, this);
    this._draw();
  }

  readonly node: HTMLFormElement;

  /** To what guards against accidents. */
  focusGuards(): void {
    this._readOnly.focus();
  }

  focus(): void {
    this._address.focus();
    this._address.select();
  }

  /** Time passes: what is being asked says how long. */
  tick(): void {
    if (this._options.model.phase === 'asking') {
      this._drawElapsed();
    }
  }

  dispose(): void {
    const { model } = this._options;
    model.cancel();
    model.changed.disconnect(this._draw, this);
    this.node.remove();
  }

  private _onKey(event: KeyboardEvent): void {
    const { model, onClose } = this._options;
    if (event.key === 'Escape') {
      event.stopPropagation();
      event.preventDefault();
      if (model.phase === 'asking') {
        model.cancel();
      } else {
        onClose();
      }
    } else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
      event.stopPropagation();
      event.preventDefault();
      this._next();
    }
  }

  /** What Enter does: ask first, then keep it. */
  private _next(): void {
    const { model } = this._options;
    const isTold = model.phase === 'answered' || model.before?.address === model.address;
    if (isTold && model.address !== null) {
      this._saveNow();
    } else {
      this._askNow();
    }
  }

  private _askNow(): void {
    const { model } = this._options;
    if (model.understanding.type === 'empty' || model.understanding.type === 'wrong') {
      this._address.focus();
      return;
    }
    void model.ask();
  }

  private _saveNow(): void {
    const { model, onSave, faultOf, trans } = this._options;
    const made = model.instrument(this._name.value, this._readOnly.checked, this._confirm.checked);
    if (made === null || this._isSaving) {
      return;
    }
    this._isSaving = true;
    onSave(made)
      .catch(reason => {
        const fault = faultOf(reason);
        this._failure.replaceChildren(errorCard({ fault, where: made.address, trans }));
      })
      .finally(() => {
        this._isSaving = false;
      });
  }

  private _draw(): void {
    const { model } = this._options;
    const { understanding, address } = model;
    this._failure.replaceChildren();
    this._drawSays();
    this._address.setAttribute('aria-invalid', String(understanding.type === 'wrong'));
    this._drawResult();
    this._rest.hidden = address === null;
    // What was asked and did not answer may be added all the same: it may be switched off.
    this._save.hidden = address === null || model.phase === 'asking';
    this._ask.hidden = model.phase === 'answered';
    this._ask.disabled = !model.canAsk;
    if (!this._isNamed) {
      this._name.value = model.suggestedName;
    }
  }

  private _drawSays(): void {
    const { model, trans } = this._options;
    const { understanding } = model;
    this._says.classList.toggle('jp-mod-error', understanding.type === 'wrong');
    switch (understanding.type) {
      case 'empty':
        setText(this._says, trans.__('host:port, or an address such as %1', EXAMPLE));
        break;
      case 'endpoint':
        setText(
          this._says,
          trans.__('%1; what it speaks is found out by asking', understanding.endpoint),
        );
        break;
      case 'address': {
        const { what, endpoint, scheme } = understanding;
        setText(
          this._says,
          trans.__('%1 at %2, by %3', what || trans.__('everything'), endpoint, scheme),
        );
        break;
      }
      case 'wrong':
        setText(this._says, understanding.fault.message);
    }
  }

  private _drawResult(): void {
    const { model, trans, onDecide } = this._options;
    const { phase, understanding } = model;
    const endpoint = 'endpoint' in understanding ? understanding.endpoint : '';
    if (phase === 'asking') {
      this._elapsed = element('span', { attributes: { role: 'status' } });
      this._result.replaceChildren(
        this._elapsed,
        textButton(trans.__('Cancel asking'), () => model.cancel()),
      );
      this._drawElapsed();
    } else if (phase === 'failed' && model.fault !== null) {
      const { fault } = model;
      const actions = isAskable(fault)
        ? [
            {
              label: trans.__('Allow…'),
              run: () => {
                onDecide(endpoint);
                void model.ask();
              },
            },
          ]
        : [];
      this._result.replaceChildren(errorCard({ fault, where: model.text.trim(), actions, trans }));
    } else if (phase === 'answered') {
      this._result.replaceChildren(this._answerList());
    } else {
      this._result.replaceChildren();
    }
  }

  private _drawElapsed(): void {
    const { model, trans } = this._options;
    if (this._elapsed !== null) {
      const seconds = (model.elapsedMs / 1000).toFixed(0);
      setText(this._elapsed, trans.__('Asking %1 … %2 s', model.text.trim(), seconds));
    }
  }

  private _answerList(): HTMLElement {
    const { model, trans } = this._options;
    return element('fieldset', {
      children: [
        element('legend', {
          text: trans._n('It answered.', '%1 answers: choose one.', model.answers.length),
        }),
        ...model.answers.map((answer, index) => this._answer(answer, index)),
      ],
    });
  }

  private _answer(answer: ProbeAnswer, index: number): HTMLElement {
    const { model, trans } = this._options;
    const radio = element('input', {
      attributes: { type: 'radio', name: `labwire-answer-${formIds}` },
    });
    radio.checked = index === model.chosen;
    radio.addEventListener('change', () => {
      model.chosen = index;
      this._result.querySelectorAll('input')[index]?.focus();
    });
    const { names } = answer;
    const more = names.length - NAMES_SHOWN;
    const offers = [
      ...names.slice(0, NAMES_SHOWN),
      ...(more > 0 ? [trans._n('and %1 more', 'and %1 more', more)] : []),
    ].join(', ');
    return element('label', {
      className: 'jp-InstrumentForm-answer',
      children: [
        radio,
        element('span', { className: 'jp-InstrumentForm-found', text: answer.address }),
        ...(answer.description === ''
          ? []
          : [element('span', { className: 'jp-InstrumentForm-about', text: answer.description })]),
        ...(offers === ''
          ? []
          : [
              element('span', {
                className: 'jp-InstrumentForm-about',
                text: trans.__('offers %1', offers),
              }),
            ]),
      ],
    });
  }

  private readonly _options: InstrumentFormView.IOptions;
  private readonly _address: HTMLInputElement;
  private readonly _says: HTMLElement;
  private readonly _ask: HTMLButtonElement;
  private readonly _result: HTMLElement;
  private readonly _rest: HTMLElement;
  private readonly _name: HTMLInputElement;
  private readonly _readOnly: HTMLInputElement;
  private readonly _confirm: HTMLInputElement;
  private readonly _save: HTMLButtonElement;
  private readonly _failure: HTMLElement;
  private _elapsed: HTMLElement | null = null;
  private _isNamed = false;
  private _isSaving = false;
}

const EXAMPLE = 'sipyco+sync://127.0.0.1:3250/datasets';

function textField(
  label: string,
  attributes: { readonly [name: string]: string },
): HTMLInputElement {
  return element('input', {
    className: 'jp-mod-styled',
    attributes: {
      type: 'text',
      spellcheck: 'false',
      autocomplete: 'off',
      'aria-label': label,
      ...attributes,
    },
  });
}

function checkBox(isChecked: boolean, describedBy: string): HTMLInputElement {
  const box = element('input', {
    attributes: { type: 'checkbox', 'aria-describedby': describedBy },
  });
  box.checked = isChecked;
  return box;
}

function labelled(text: string, field: HTMLElement): HTMLElement {
  return element('label', {
    className: 'jp-InstrumentForm-field',
    children: [element('span', { text }), field],
  });
}

function ticked(box: HTMLElement, text: string): HTMLElement {
  return element('label', {
    className: 'jp-InstrumentForm-tick',
    children: [box, element('span', { text })],
  });
}

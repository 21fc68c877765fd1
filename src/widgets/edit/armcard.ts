// Where edits go, and the button that arms the view: the person decides it here, and nobody else.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { DatasetEditorModel, PlaceState } from '../../models/index.js';
import { element, setText, textButton } from '../element.js';
import { errorCard } from '../errorcard.js';
import { EditField } from './field.js';

export namespace ArmCard {
  export interface IOptions {
    readonly model: DatasetEditorModel;
    readonly trans: TranslationBundle;
    readonly onClose: () => void;
  }
}

export class ArmCard {
  constructor({ model, trans, onClose }: ArmCard.IOptions) {
    this._model = model;
    this._trans = trans;
    this._field = new EditField({
      label: trans.__('Edits go to'),
      title: trans.__('The address of the target that sets datasets'),
      onText: text => model.setPlace(text),
    });
    // Enter asks who answers; arming is the button's alone.
    this._field.input.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        event.preventDefault();
        void model.probe();
      }
    });
    this._says = element('div', { className: 'jp-ArmCard-says', attributes: { role: 'status' } });
    this._problem = element('div');
    this._check = textButton(trans.__('Check'), () => void model.probe());
    this._arm = textButton(
      trans.__('Arm'),
      () => void model.arm(),
      'jp-Labwire-button jp-ArmCard-arm',
    );
    this.node = element('div', {
      className: 'jp-ArmCard',
      attributes: { role: 'group', 'aria-label': trans.__('Edit the datasets of this view') },
      children: [
        this._field.node,
        this._says,
        this._problem,
        element('div', {
          className: 'jp-EditPanel-actions',
          children: [this._arm, this._check, textButton(trans.__('Close'), onClose)],
        }),
        element('div', {
          className: 'jp-EditPanel-hint',
          text: trans.__(
            'An armed view sends what you confirm with Enter or a button, and nothing else, until ten minutes pass without use or the connection drops. Each edit is in the audit.',
          ),
        }),
      ],
    });
    this.draw();
  }

  readonly node: HTMLElement;

  focus(): void {
    this._field.input.focus();
  }

  draw(): void {
    const { _model: model, _trans: trans } = this;
    const { placeState: state } = model;
    this._field.draw({ text: model.place });
    setText(this._says, model.guard.readOnly ? readOnlyText(trans) : placeText(state, trans));
    if (state !== this._drawn) {
      this._drawn = state;
      this._problem.replaceChildren(
        ...(state.type === 'bad'
          ? [errorCard({ fault: state.fault, where: model.place, trans })]
          : []),
      );
    }
    const canArm = state.type === 'good' && !model.guard.readOnly && !model.isArming;
    // Not `disabled`: a button that has the focus would lose it.
    this._arm.setAttribute('aria-disabled', String(!canArm));
    this._check.setAttribute('aria-disabled', String(state.type === 'asking'));
  }

  private readonly _model: DatasetEditorModel;
  private readonly _trans: TranslationBundle;
  private readonly _field: EditField;
  private readonly _says: HTMLElement;
  private readonly _problem: HTMLElement;
  private readonly _check: HTMLButtonElement;
  private readonly _arm: HTMLButtonElement;
  private _drawn: PlaceState | null = null;
}

function readOnlyText(trans: TranslationBundle): string {
  return trans.__(
    '✕ Read-only: set for this instrument in Labwire’s sidebar. Nothing can be edited here.',
  );
}

function placeText(state: PlaceState, trans: TranslationBundle): string {
  switch (state.type) {
    case 'unasked':
      return trans.__('Not checked yet.');
    case 'asking':
      return trans.__('◌ asking who answers there…');
    case 'bad':
      return '';
    case 'good': {
      const { endpoint, canDelete, metadata } = state.database;
      return [
        trans.__('✔ %1 takes edits.', endpoint),
        ...(canDelete ? [] : [trans.__('It has no delete: nothing can be deleted or renamed.')]),
        ...(metadata === 'yes' ? [] : [metadataText(metadata, trans)]),
      ].join(' ');
    }
  }
}

/** Why unit, scale and precision are not there. */
export function metadataText(metadata: 'no' | 'unknown', trans: TranslationBundle): string {
  return metadata === 'no'
    ? trans.__('Its set takes no metadata, as up to ARTIQ 7: unit, scale and precision stay.')
    : trans.__(
        'It does not tell what its set takes: unit, scale and precision cannot be edited here.',
      );
}

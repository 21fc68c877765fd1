// The section Instruments: the list, the form that adds to it, and what is known about the one chosen.

import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon, deleteIcon, editIcon, refreshIcon, Toolbar } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import {
  faultOf,
  type Instrument,
  InstrumentForm,
  type InstrumentsModel,
  isQuiet,
  specOf,
} from '../../models/index.js';
import { type Fault, formatEndpoint, parseAddress } from '../../values/index.js';
import { element, setText, textButton } from '../element.js';
import { errorCard } from '../errorcard.js';
import { viewIcon } from '../labwireicons.js';
import type { Tool } from '../toolbar.js';
import { InstrumentCard } from './instrumentcard.js';
import { InstrumentFormView } from './instrumentform.js';
import { instrumentWords } from './instrumentwords.js';
import { type Row, RowList } from './rows.js';

/** What the section asks of whoever shows it. */
export interface IInstrumentActions {
  /** Let the person decide whether the bridge may connect to one of these. */
  readonly decide: (endpoints: readonly string[]) => void;
  /** Show an address in a view of its own; null where there is no place for one. */
  readonly openAddress: (address: string) => (() => void) | null;
  /** Open the settings that keep the list. */
  readonly openSettings: () => void;
}

export namespace InstrumentsSection {
  export interface IOptions {
    readonly model: InstrumentsModel;
    readonly actions: IInstrumentActions;
    readonly trans: TranslationBundle;
  }
}

const BROKEN_SHOWN = 3; // broken entries that are named
const SPOKEN = 3; // changes of state that are spoken at once

/** What the demo lab has to show, and what it is called in the list. */
const DEMO: readonly (readonly [name: string, address: string])[] = [
  ['demo lab', 'demo+sipyco+rpc://'],
  ['demo datasets', 'demo+sipyco+sync:///datasets'],
];

export class InstrumentsSection extends Widget {
  constructor({ model, actions, trans }: InstrumentsSection.IOptions) {
    super();
    this._model = model;
    this._actions = actions;
    this._trans = trans;
    this.addClass('jp-InstrumentsSection');
    this.title.label = trans.__('Instruments');
    this.toolbar = new Toolbar();
    this.toolbar.addItem('add', new Widget({ node: this._addButton() }));
    this._notice = element('div', { className: 'jp-LabwireSidebar-notice' });
    this._formHost = element('div', { className: 'jp-InstrumentsSection-form' });
    this._empty = element('div', {
      className: 'jp-LabwireSidebar-empty',
      children: [
        element('p', {
          text: trans.__('No instruments yet. Add one by its address, or try the demo lab.'),
        }),
        textButton(trans.__('Add instrument…'), () => this.showForm()),
        textButton(trans.__('Try the demo lab'), () => this._addDemo()),
      ],
    });
    this._rows = new RowList({
      trans,
      label: trans.__('Instruments'),
      expands: true,
      onActivate: key => {
        this._model.current = this._model.current === key ? null : key;
      },
      onDelete: key => this._with(key, instrument => void this._remove(instrument)),
      onEdit: key => this._with(key, instrument => this.showForm(instrument)),
    });
    this._card = new InstrumentCard({
      trans,
      onRetry: ({ address }) => model.retry(address),
      onDecide: ({ address }) => {
        actions.decide([formatEndpoint(parseAddress(address))]);
        model.retry(address);
      },
      onEdit: instrument => this.showForm(instrument),
      onRemove: instrument => void this._remove(instrument),
      onOpen: instrument => this._opener(instrument),
    });
    this._spoken = element('div', {
      className: 'jp-Labwire-spoken',
      attributes: { role: 'status', 'aria-live': 'polite' },
    });
    this.node.append(
      this._notice,
      this._formHost,
      this._empty,
      this._rows.node,
      this._card.node,
      this._spoken,
    );
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Escape' && model.current !== null) {
        event.stopPropagation();
        model.current = null;
        this._rows.focus();
      }
    });
    model.changed.connect(this._onChanged, this);
    model.statusChanged.connect(this._onStatus, this);
    model.currentChanged.connect(this._onCurrent, this);
    this._onChanged();
  }

  readonly toolbar: Toolbar;

  /** Add an instrument, or change this one. */
  showForm(instrument?: Instrument): void {
    this._closeForm();
    const { _model: model, _trans: trans } = this;
    const form = new InstrumentForm({
      probe: text => model.probe(text),
      cancelProbes: () => model.cancelProbes(),
      nowMs: () => performance.now(),
      ...(instrument === undefined ? {} : { instrument }),
    });
    this._form = new InstrumentFormView({
      model: form,
      trans,
      onSave: async made => {
        await (instrument === undefined
          ? model.add(made)
          : model.replace(instrument.address, made));
        this._leaveForm();
      },
      onClose: () => this._leaveForm(),
      onDecide: endpoint => this._actions.decide([endpoint]),
      faultOf,
    });
    this._ticking = setInterval(() => this._form?.tick(), 1000);
    this._formHost.replaceChildren(this._form.node);
    this._draw();
    this._form.focus();
  }

  /** Change the one that the person looks at. */
  editCurrent(): void {
    this._with(this._model.current, instrument => this.showForm(instrument));
  }

  /** Change what guards the one that the person looks at. */
  guardCurrent(): void {
    this._with(this._model.current, instrument => {
      this.showForm(instrument);
      this._form?.focusGuards();
    });
  }

  /** Can the one that the person looks at be shown as it is? */
  get canOpenCurrent(): boolean {
    return this._openerOfCurrent() !== null;
  }

  openCurrent(): void {
    this._openerOfCurrent()?.();
  }

  /** Ask whether the one that the person looks at is to go. */
  removeCurrent(): void {
    this._with(this._model.current, instrument => void this._remove(instrument));
  }

  /** The settings that keep the list could not be read. */
  showFault(fault: Fault): void {
    const { _trans: trans } = this;
    const where = trans.__('the settings of Labwire’s sidebar');
    this._notice.hidden = false;
    this._notice.replaceChildren(
      errorCard({ fault, where, trans }),
      textButton(trans.__('Open the settings'), () => this._actions.openSettings()),
    );
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._closeForm();
      this._model.changed.disconnect(this._onChanged, this);
      this._model.statusChanged.disconnect(this._onStatus, this);
      this._model.currentChanged.disconnect(this._onCurrent, this);
      this.toolbar.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(_msg: Message): void {
    this._focusList();
  }

  protected override onAfterShow(_msg: Message): void {
    this._draw();
    this._rows.fit();
  }

  protected override onAfterAttach(_msg: Message): void {
    this._draw();
    this._rows.fit();
  }

  protected override onResize(_msg: Widget.ResizeMessage): void {
    if (this.isVisible) {
      this._rows.fit();
    }
  }

  // ---- What changed -------------------------------------------------------------------------------

  private _onChanged(): void {
    this._drawNotice();
    this._draw();
  }

  private _onCurrent(_model: InstrumentsModel, address: string | null): void {
    this._draw();
    if (address !== null) {
      this._rows.select(address);
    }
  }

  private _onStatus(): void {
    if (this.isVisible) {
      this._draw();
      this._speak();
    }
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  private _draw(): void {
    const { _model: model, _trans: trans } = this;
    const { instruments, current } = model;
    const isEmpty = instruments.length === 0;
    this._empty.hidden = !isEmpty || this._form !== null || !model.isReady;
    this._rows.node.hidden = isEmpty || this._form !== null;
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    this._rows.draw(
      instruments.map(({ address }) => address),
      index => this._row(instruments[index]!, nowNs),
      current,
    );
    const chosen = instruments.find(({ address }) => address === current);
    this._card.node.hidden = chosen === undefined || this._form !== null;
    if (chosen !== undefined) {
      this._card.draw(chosen, model.statusOf(chosen.address));
    }
    this.title.caption = trans._n('%1 instrument', '%1 instruments', instruments.length);
  }

  private _row(instrument: Instrument, nowNs: bigint): Row {
    const { _trans: trans } = this;
    const { address, name } = instrument;
    const known = this._model.statusOf(address);
    const { state, sentence } = instrumentWords(instrument, known, nowNs, trans);
    return {
      state,
      name,
      aside: placeOf(instrument),
      detail: sentence,
      tooltip: `${name}\n${address}\n${sentence}`,
      tools: this._toolsFor(instrument),
    };
  }

  private _toolsFor(instrument: Instrument): readonly Tool[] {
    let tools = this._tools.get(instrument);
    if (tools === undefined) {
      const { _trans: trans, _model: model } = this;
      const open = this._opener(instrument);
      tools = [
        ...(open === null
          ? []
          : [{ name: 'open', label: trans.__('Open as a live view'), icon: viewIcon, run: open }]),
        {
          name: 'reconnect',
          label: trans.__('Reconnect now'),
          icon: refreshIcon,
          run: () => model.retry(instrument.address),
        },
        {
          name: 'edit',
          label: trans.__('Edit (F2)'),
          icon: editIcon,
          run: () => this.showForm(instrument),
        },
        {
          name: 'remove',
          label: trans.__('Remove (Delete)'),
          icon: deleteIcon,
          run: () => void this._remove(instrument),
        },
      ];
      this._tools.set(instrument, tools);
    }
    return tools;
  }

  /** What only listens can be looked at as it is. */
  private _opener({ address }: Instrument): (() => void) | null {
    return isQuiet(specOf(address)) ? this._actions.openAddress(address) : null;
  }

  private _openerOfCurrent(): (() => void) | null {
    const { instruments, current } = this._model;
    const chosen = instruments.find(({ address }) => address === current);
    return chosen === undefined ? null : this._opener(chosen);
  }

  private _drawNotice(): void {
    const { _trans: trans, _actions: actions } = this;
    const { broken } = this._model;
    this._notice.hidden = broken.length === 0;
    if (broken.length === 0) {
      this._notice.replaceChildren();
      return;
    }
    const more = broken.length - BROKEN_SHOWN;
    const summary = element('summary', {
      text: trans._n(
        '%1 entry of the settings cannot be read; the others work.',
        '%1 entries of the settings cannot be read; the others work.',
        broken.length,
      ),
    });
    const details = element('details', { children: [summary] });
    details.append(
      element('ul', {
        children: [
          ...broken
            .slice(0, BROKEN_SHOWN)
            .map(({ index, fault }) =>
              element('li', { text: trans.__('Entry %1: %2', index + 1, fault.message) }),
            ),
          ...(more > 0 ? [element('li', { text: trans._n('%1 more', '%1 more', more) })] : []),
        ],
      }),
      textButton(trans.__('Open the settings'), () => actions.openSettings()),
    );
    this._notice.replaceChildren(details);
  }

  private _speak(): void {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const said: string[] = [];
    for (const instrument of this._model.instruments) {
      const known = this._model.statusOf(instrument.address);
      if (known !== null) {
        const { state } = known.status;
        const before = this._states.get(instrument.address);
        this._states.set(instrument.address, state);
        if (before !== undefined && before !== state) {
          const { word } = instrumentWords(instrument, known, nowNs, this._trans);
          said.push(`${instrument.name}: ${word}`);
        }
      }
    }
    if (said.length > 0) {
      const more = said.length - SPOKEN;
      const rest = more > 0 ? [this._trans._n('and %1 more', 'and %1 more', more)] : [];
      setText(this._spoken, [...said.slice(0, SPOKEN), ...rest].join(', '));
    }
  }

  // ---- What the person does -----------------------------------------------------------------------

  private _with(address: string | null, act: (instrument: Instrument) => void): void {
    const instrument = this._model.instruments.find(each => each.address === address);
    if (instrument !== undefined) {
      act(instrument);
    }
  }

  // JupyterLab's own button tells a screen reader that it is a toggle, and has been pressed.
  private _addButton(): HTMLButtonElement {
    const label = this._trans.__('Add an instrument');
    const button = element('button', {
      className: 'jp-LabwireRows-tool',
      title: label,
      children: [addIcon.element({ tag: 'span' })],
      attributes: { type: 'button', 'aria-label': label },
    });
    button.addEventListener('click', () => this.showForm());
    return button;
  }

  private _addDemo(): void {
    const missing = DEMO.map(([name, address]) => ({
      name,
      address,
      readOnly: false,
      confirm: false,
    })).filter(({ address }) => this._model.instruments.every(each => each.address !== address));
    this._reporting(this._model.add(...missing));
  }

  private async _remove(instrument: Instrument): Promise<void> {
    const { _trans: trans } = this;
    const { button } = await showDialog({
      title: trans.__('Remove %1 from the list?', instrument.name),
      body: trans.__('%1 is left as it is: nothing is sent to it.', instrument.address),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Remove') })],
    });
    if (button.accept) {
      this._reporting(this._model.remove(instrument.address));
    }
    this._focusList();
  }

  /** What could not be written is said where the person looks. */
  private _reporting(work: Promise<void>): void {
    work.catch(reason => {
      const { message, hint = '' } = faultOf(reason);
      this._notice.hidden = false;
      this._notice.replaceChildren(
        element('b', { text: this._trans.__('The list was not changed.') }),
        element('p', { text: `${message}. ${hint}` }),
      );
    });
  }

  private _leaveForm(): void {
    this._closeForm();
    this._draw();
    this._focusList();
  }

  private _closeForm(): void {
    clearInterval(this._ticking);
    this._form?.dispose();
    this._form = null;
  }

  private _focusList(): void {
    if (this._model.instruments.length > 0) {
      this._rows.focus();
    } else {
      this._empty.querySelector('button')?.focus();
    }
  }

  private readonly _model: InstrumentsModel;
  private readonly _actions: IInstrumentActions;
  private readonly _trans: TranslationBundle;
  private readonly _notice: HTMLElement;
  private readonly _formHost: HTMLElement;
  private readonly _empty: HTMLElement;
  private readonly _rows: RowList;
  private readonly _card: InstrumentCard;
  private readonly _spoken: HTMLElement;
  private readonly _states = new Map<string, string>();
  private readonly _tools = new WeakMap<Instrument, readonly Tool[]>();
  private _form: InstrumentFormView | null = null;
  private _ticking: ReturnType<typeof setInterval> | undefined;
}

/** Where it is: its endpoint, of a PV its name; unless it is called so already. */
function placeOf({ name, address }: Instrument): string {
  const place = formatEndpoint(parseAddress(address));
  return place === name ? '' : place;
}

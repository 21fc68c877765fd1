// The section Live views: what is open in cells and tabs, jump to it, stop it.

import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { type IOpenView, kindOf, type LiveViewsModel } from '../../models/index.js';
import { element } from '../element.js';
import { toolIcons } from '../icons.js';
import { stateWords } from '../words.js';
import { type Row, RowList } from './rows.js';

export namespace LiveViewsSection {
  export interface IOptions {
    readonly model: LiveViewsModel;
    readonly trans: TranslationBundle;
  }
}

const AGES_MS = 1000; // how often ages and rates are written anew

export class LiveViewsSection extends Widget {
  constructor({ model, trans }: LiveViewsSection.IOptions) {
    super();
    this._model = model;
    this._trans = trans;
    this.addClass('jp-LiveViewsSection');
    this.title.label = trans.__('Live views');
    this._empty = element('div', {
      className: 'jp-LabwireSidebar-empty',
      children: [
        element('p', {
          text: trans.__(
            'Nothing is open. Watch a dataset in a cell with lw.dataset(…), or open an instrument as a live view.',
          ),
        }),
      ],
    });
    this._rows = new RowList({
      trans,
      label: trans.__('Live views'),
      expands: false,
      onActivate: id => this._find(id)?.jump(),
      onDelete: id => this._find(id)?.stop(),
    });
    this.node.append(this._empty, this._rows.node);
    model.changed.connect(this._onChanged, this);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      clearInterval(this._timer);
      this._model.changed.disconnect(this._onChanged, this);
      super.dispose();
    }
  }

  protected override onActivateRequest(_msg: Message): void {
    this._rows.focus();
  }

  protected override onAfterAttach(msg: Message): void {
    this.onAfterShow(msg);
  }

  protected override onAfterShow(_msg: Message): void {
    this._draw();
    this._rows.fit();
    clearInterval(this._timer);
    this._timer = setInterval(() => this._tick(), AGES_MS);
  }

  protected override onAfterHide(_msg: Message): void {
    clearInterval(this._timer);
  }

  protected override onBeforeDetach(_msg: Message): void {
    clearInterval(this._timer);
  }

  protected override onResize(_msg: Widget.ResizeMessage): void {
    if (this.isVisible) {
      this._rows.fit();
    }
  }

  // Many views may change at once: one drawing is enough.
  protected override onUpdateRequest(_msg: Message): void {
    this._draw();
  }

  private _onChanged(): void {
    if (this.isVisible) {
      this.update();
    }
  }

  private _tick(): void {
    if (this.isVisible && this._model.views.length > 0) {
      this._draw();
    }
  }

  private _draw(): void {
    const { views } = this._model;
    this._empty.hidden = views.length > 0;
    this._rows.node.hidden = views.length === 0;
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    this._rows.draw(
      views.map(({ id }) => id),
      index => this._row(views[index]!, nowNs),
      null,
    );
  }

  private _row(view: IOpenView, nowNs: bigint): Row {
    const { _trans: trans } = this;
    const { model, stops, where } = view;
    const { state, sentence } = stateWords(model, nowNs, trans);
    const isFrozen = model.frozenNs !== null;
    const addresses = model.spec.sources.map(({ address }) => address);
    return {
      state,
      name: model.title,
      aside: kindOf(model),
      detail: [where, sentence].filter(part => part !== '').join(' · '),
      tooltip: [model.title, ...addresses, where, sentence].join('\n'),
      tools:
        stops === 'close'
          ? [
              {
                name: 'stop',
                label: trans.__('Close its tab (Delete)'),
                icon: closeIcon,
                run: () => view.stop(),
              },
            ]
          : isFrozen
            ? []
            : [
                {
                  name: 'stop',
                  label: trans.__('Freeze it (Delete)'),
                  icon: toolIcons.freeze,
                  run: () => view.stop(),
                },
              ],
    };
  }

  private _find(id: string): IOpenView | undefined {
    return this._model.views.find(view => view.id === id);
  }

  private readonly _model: LiveViewsModel;
  private readonly _trans: TranslationBundle;
  private readonly _empty: HTMLElement;
  private readonly _rows: RowList;
  private _timer: ReturnType<typeof setInterval> | undefined;
}

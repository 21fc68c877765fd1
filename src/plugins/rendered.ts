// A cell output that is a live view.
//
// JupyterLab calls renderModel again and again: after every change of the output, also our own. So it
// compares and changes only what differs. It subscribes, and never writes to an instrument. Untrusted
// outputs never get here (the factory is not safe); should one all the same, it connects to nothing.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { JSONExt, type PartialJSONObject, type ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { PanelLayout, Widget } from '@lumino/widgets';
import { faultOf, formatIso, parseSpec, VIEW_MIME, type ViewSpec } from '../models/index.js';
import { errorCard, type Frozen, type LiveView } from '../widgets/index.js';
import type { LiveViews } from './liveviews.js';

const PNG = 'image/png';
const TEXT = 'text/plain';

/** What an output says about its view. */
type Wanted = {
  readonly spec: ViewSpec;
  /** When it was frozen, ISO 8601; null: it is live. */
  readonly frozen: string | null;
};

export class RenderedLiveView extends Widget implements IRenderMime.IRenderer {
  constructor(views: LiveViews, trans: TranslationBundle) {
    super();
    this._views = views;
    this._trans = trans;
    this.addClass('jp-RenderedLiveView');
    this.layout = new PanelLayout();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._model = model;
    if (!model.trusted) {
      this._showText(String(model.data[TEXT] ?? ''));
      return;
    }
    let wanted: Wanted;
    try {
      wanted = wantedOf(model);
    } catch (reason) {
      this._clear();
      const where = this._trans.__('this cell output');
      const fault = faultOf(reason);
      this._show(new Widget({ node: errorCard({ fault, where, trans: this._trans }) }));
      return;
    }
    const shown = this._wanted;
    this._wanted = wanted;
    if (this._view !== null && shown !== null && isSameView(shown, wanted)) {
      if (!JSONExt.deepEqual(json(shown.spec.options), json(wanted.spec.options))) {
        this._view.takeOptions(wanted.spec.options);
      }
      return;
    }
    this._clear();
    this._showView(wanted, model);
  }

  override dispose(): void {
    this._model = null;
    this._view = null;
    super.dispose();
  }

  private _showView(wanted: Wanted, model: IRenderMime.IMimeModel): void {
    const { frozen } = wanted;
    const picture = model.data[PNG];
    const view = this._views.create({
      spec: wanted.spec,
      ...(frozen === null
        ? {}
        : {
            frozen: {
              atNs: BigInt(Date.parse(frozen)) * 1_000_000n,
              picture: typeof picture === 'string' ? picture.replace(/\s/g, '') : null,
            },
          }),
    });
    view.frozen.connect(this._onFrozen, this);
    view.optionsChanged.connect(this._onOptions, this);
    this._view = view;
    this._show(view);
  }

  private _onOptions(view: LiveView): void {
    const model = this._model;
    if (model !== null && this._wanted !== null) {
      this._wanted = { ...this._wanted, spec: view.spec };
      model.setData({ data: { ...model.data, [VIEW_MIME]: json(view.spec) } });
    }
  }

  // What stays in the notebook: a picture and a sentence, for readers without Labwire or trust.
  private _onFrozen(view: LiveView, frozen: Frozen | null): void {
    const model = this._model;
    if (model === null || this._wanted === null) {
      return;
    }
    const data: PartialJSONObject = { ...(model.data as PartialJSONObject) };
    const metadata: PartialJSONObject = { ...(model.metadata as PartialJSONObject) };
    if (frozen === null) {
      // The last picture stays for readers without trust; its text says when it was taken.
      delete metadata[VIEW_MIME];
      this._wanted = { ...this._wanted, frozen: null };
    } else {
      const at = formatIso(frozen.atNs);
      const addresses = view.spec.sources.map(({ address }) => address).join(', ');
      const { base64, width, height } = frozen.picture;
      data[PNG] = base64;
      data[TEXT] = `${frozen.text}\n${this._trans.__('frozen at %1', at)} · ${addresses}`;
      metadata[PNG] = { width, height };
      metadata[VIEW_MIME] = { frozen: at };
      this._wanted = { ...this._wanted, frozen: at };
    }
    model.setData({ data, metadata });
  }

  private _showText(text: string): void {
    this._clear();
    const node = document.createElement('pre');
    node.textContent = text;
    this._show(new Widget({ node }));
  }

  private _show(widget: Widget): void {
    (this.layout as PanelLayout).addWidget(widget);
  }

  private _clear(): void {
    this._view = null;
    for (const widget of [...(this.layout as PanelLayout).widgets]) {
      widget.dispose();
    }
  }

  private readonly _views: LiveViews;
  private readonly _trans: TranslationBundle;
  private _model: IRenderMime.IMimeModel | null = null;
  private _wanted: Wanted | null = null;
  private _view: LiveView | null = null;
}

function wantedOf(model: IRenderMime.IMimeModel): Wanted {
  const spec = parseSpec(model.data[VIEW_MIME]);
  const about = model.metadata[VIEW_MIME] as { readonly frozen?: unknown } | undefined;
  const frozen = about?.frozen;
  const isTime = typeof frozen === 'string' && Number.isFinite(Date.parse(frozen));
  return { spec, frozen: isTime ? frozen : null };
}

function isSameView(a: Wanted, b: Wanted): boolean {
  return (
    a.frozen === b.frozen &&
    a.spec.view === b.spec.view &&
    JSONExt.deepEqual(json(a.spec.sources), json(b.spec.sources)) &&
    // These are read by the worker when it opens the view.
    OPENED_WITH.every(name => a.spec.options[name] === b.spec.options[name])
  );
}

const OPENED_WITH = ['unit', 'scale', 'precision', 'title', 'filter'] as const;

// Specs are plain JSON; their types say so only to us.
function json(value: object): ReadonlyPartialJSONObject {
  return value as unknown as ReadonlyPartialJSONObject;
}

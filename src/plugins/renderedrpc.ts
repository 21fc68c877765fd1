// A cell output that offers a call: the form, filled, or a browser of what can be called.
//
// It connects to nothing by itself and calls nothing. Opening a target may have effects (a serial port
// that is taken, a server that has one client), so even its methods are listed only when asked for.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { JSONExt, type ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { PanelLayout, Widget } from '@lumino/widgets';
import { faultOf, parseRpcSpec, RPC_MIME, type RpcSpec } from '../models/index.js';
import { errorCard } from '../widgets/index.js';
import type { Calls } from './calls.js';

const TEXT = 'text/plain';

export class RenderedRpc extends Widget implements IRenderMime.IRenderer {
  constructor(calls: Calls, trans: TranslationBundle) {
    super();
    this._calls = calls;
    this._trans = trans;
    this.addClass('jp-RenderedRpc');
    this.layout = new PanelLayout();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data = model.trusted ? model.data[RPC_MIME] : null;
    if (this._shown !== null && JSONExt.deepEqual(this._shown, data as ReadonlyPartialJSONObject)) {
      return; // what is filled in stays
    }
    this._clear();
    if (!model.trusted) {
      const node = document.createElement('pre');
      node.textContent = String(model.data[TEXT] ?? '');
      this._show(new Widget({ node }));
      return;
    }
    try {
      this._offer(parseRpcSpec(data));
      this._shown = data as ReadonlyPartialJSONObject;
    } catch (reason) {
      const where = this._trans.__('this cell output');
      const fault = faultOf(reason);
      this._show(new Widget({ node: errorCard({ fault, where, trans: this._trans }) }));
    }
  }

  private _offer(spec: RpcSpec): void {
    const { address, method } = spec;
    if (method !== null) {
      this._show(this._calls.formOf({ ...spec, method }));
      return;
    }
    const offer = this._calls.offerOf(address, () => {
      offer.dispose();
      this._show(this._calls.browserOf(address));
    });
    this._show(offer);
  }

  private _show(widget: Widget): void {
    (this.layout as PanelLayout).addWidget(widget);
  }

  private _clear(): void {
    this._shown = null;
    for (const widget of [...(this.layout as PanelLayout).widgets]) {
      widget.dispose();
    }
  }

  private readonly _calls: Calls;
  private readonly _trans: TranslationBundle;
  private _shown: ReadonlyPartialJSONObject | null = null;
}

// A cell output whose renderer may still be on its way to the page.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Panel } from '@lumino/widgets';
import { once } from './loading.js';

export class LateRenderer extends Panel implements IRenderMime.IRenderer {
  /** @param make - called at the first output; what it throws is shown by JupyterLab in place of it. */
  constructor(make: () => Promise<IRenderMime.IRenderer>) {
    super();
    this._renderer = once(make);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const renderer = await this._renderer();
    if (this.isDisposed) {
      renderer.dispose();
      return;
    }
    if (renderer.parent === null) {
      this.addWidget(renderer);
    }
    await renderer.renderModel(model);
  }

  private readonly _renderer: () => Promise<IRenderMime.IRenderer>;
}

// What stands in a view's place while there is nothing to draw: a sentence, an error, an old picture.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Fault } from '../values/index.js';
import { element } from './element.js';
import { errorCard } from './errorcard.js';

export class Overlay {
  constructor() {
    this.node.hidden = true; // else it would catch the pointer over the picture
  }

  readonly node = element('div', { className: 'jp-LiveView-overlay' });

  clear(): void {
    if (this._shown !== null) {
      this._replace(null, null);
    }
  }

  sentence(text: string): void {
    if (this._shown !== text) {
      this._replace(text, element('div', { className: 'jp-LiveView-empty', text }));
    }
  }

  /** Drawn anew only for another fault, so that its details stay open while they are read. */
  fault(fault: Fault, where: string, trans: TranslationBundle): void {
    if (this._shown !== fault) {
      this._replace(fault, errorCard({ fault, where, trans }));
    }
  }

  /** @param base64 - a PNG. */
  picture(base64: string, alt: string): void {
    if (this._shown !== base64) {
      const image = element('img', { attributes: { alt } });
      image.src = `data:image/png;base64,${base64}`;
      this._replace(base64, image);
    }
  }

  private _replace(shown: string | Fault | null, child: HTMLElement | null): void {
    this._shown = shown;
    this.node.hidden = child === null;
    this.node.replaceChildren(...(child === null ? [] : [child]));
  }

  private _shown: string | Fault | null = null;
}

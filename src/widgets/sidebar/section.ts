// A section of the sidebar that is made when somebody first sees it.
//
// Until then an empty widget with its title holds its place, so that JupyterLab can restore which
// sections are open, and how high, before any of their code is in the page.

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { element, textButton } from '../element.js';

export namespace SidebarSection {
  export interface IOptions<T extends Widget> {
    readonly label: string;
    /** Lower ones stand above: Instruments 100, Methods 200, Live views 300. */
    readonly rank: number;
    /** Its `title.label` heads it; a `toolbar` that it has stands in the same line. */
    readonly make: () => Promise<T>;
    readonly trans: TranslationBundle;
  }
}

export class SidebarSection<T extends Widget = Widget> {
  /** @param put - puts what was made in the place of what held it. */
  constructor(options: SidebarSection.IOptions<T>, put: (made: Widget, place: Widget) => void) {
    this._options = options;
    this._put = put;
    this.widget.title.label = options.label;
  }

  /** What stands in the sidebar now: the section, or what holds its place. */
  get widget(): Widget {
    return this.made ?? this._place;
  }

  /** The section; null before it was first wanted. */
  get made(): T | null {
    return this._made;
  }

  get rank(): number {
    return this._options.rank;
  }

  /** @throws what keeps it from being made, which stands in its place as well. The next call tries again. */
  make(): Promise<T> {
    this._making ??= this._make().finally(() => {
      this._making = null;
    });
    return this._making;
  }

  private async _make(): Promise<T> {
    if (this._made !== null) {
      return this._made;
    }
    const place = this._place.node;
    place.replaceChildren();
    try {
      const made = await this._options.make();
      this._put(made, this._place);
      this._made = made;
      this._place.dispose();
      return made;
    } catch (reason) {
      const { trans } = this._options;
      const text = reason instanceof Error ? reason.message : String(reason);
      place.replaceChildren(
        element('p', { text }),
        textButton(trans.__('Try again'), () => void this.make()),
      );
      throw reason;
    }
  }

  private readonly _options: SidebarSection.IOptions<T>;
  private readonly _put: (made: Widget, place: Widget) => void;
  private readonly _place = new Widget();
  private _made: T | null = null;
  private _making: Promise<T> | null = null;
}

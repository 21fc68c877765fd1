// The sidebar: sections in an accordion, each with its own tools in its title.
//
// A section is a widget with a title; whoever makes one adds it here, and its rank says where it
// stands. JupyterLab keeps which sections are open, and how high, over a reload.

import type { ITranslator } from '@jupyterlab/translation';
import { SidePanel } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import type { AccordionPanel, Widget } from '@lumino/widgets';
import { sidebarIcon } from '../icons.js';

export namespace Sidebar {
  export interface IOptions {
    readonly translator: ITranslator;
  }
}

export class Sidebar extends SidePanel {
  constructor({ translator }: Sidebar.IOptions) {
    super({ translator });
    const trans = translator.load('labwire');
    this.id = 'labwire-sidebar';
    this.addClass('jp-LabwireSidebar');
    this.title.icon = sidebarIcon;
    this.title.caption = trans.__('Labwire: instruments, methods, live views');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Labwire'));
  }

  /** True while a person can see it. */
  get isShown(): boolean {
    return this._isShown;
  }

  get shownChanged(): ISignal<this, boolean> {
    return this._shownChanged;
  }

  /**
   * @param section - its `title.label` heads it; a `toolbar` that it has stands in the same line.
   *   It belongs to the sidebar from here on.
   * @param rank - lower ones stand above: Instruments 100, Methods 200, Live views 300.
   */
  addSection(section: Widget, rank: number): void {
    const index = this._ranks.filter(other => other <= rank).length;
    this._ranks.splice(index, 0, rank);
    this.insertWidget(index, section);
  }

  /** Open a section and make its content visible. */
  expand(section: Widget): void {
    const index = this.widgets.indexOf(section);
    if (index >= 0) {
      (this.content as AccordionPanel).expand(index);
    }
  }

  /** Give a section most of the height. */
  favour(section: Widget): void {
    this.expand(section);
    const sizes = this.widgets.map(widget => (widget === section ? 4 : 1));
    (this.content as AccordionPanel).setRelativeSizes(sizes);
  }

  override dispose(): void {
    this._setShown(false);
    super.dispose(); // tells that it is gone, and clears its signals
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._setShown(this.isVisible);
  }

  protected override onBeforeDetach(msg: Message): void {
    this._setShown(false);
    super.onBeforeDetach(msg);
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._setShown(true);
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._setShown(false);
  }

  private _setShown(isShown: boolean): void {
    if (this._isShown !== isShown) {
      this._isShown = isShown;
      this._shownChanged.emit(isShown);
    }
  }

  private readonly _ranks: number[] = [];
  private readonly _shownChanged = new Signal<this, boolean>(this);
  private _isShown = false;
}

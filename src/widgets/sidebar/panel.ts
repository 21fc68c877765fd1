// The sidebar: sections in an accordion, each with its own tools in its title.
//
// Whoever has a section adds it here, and its rank says where it stands. Sections are made when the
// sidebar is first seen. JupyterLab keeps which are open, and how high, over a reload.

import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { SidePanel } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import type { AccordionPanel, Widget } from '@lumino/widgets';
import { sidebarIcon } from '../labwireicons.js';
import { SidebarSection } from './section.js';

export namespace Sidebar {
  export interface IOptions {
    readonly translator: ITranslator;
  }
}

export class Sidebar extends SidePanel {
  constructor({ translator }: Sidebar.IOptions) {
    super({ translator });
    const trans = translator.load('labwire');
    this._labwireTrans = trans;
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

  /** What is made belongs to the sidebar from here on. */
  addSection<T extends Widget>(
    options: Omit<SidebarSection.IOptions<T>, 'trans'>,
  ): SidebarSection<T> {
    const section = new SidebarSection({ ...options, trans: this._labwireTrans }, (made, place) =>
      this._replace(place, made),
    );
    const index = this._sections.filter(({ rank }) => rank <= options.rank).length;
    this._sections.splice(index, 0, section);
    this.insertWidget(index, section.widget);
    if (this._isShown) {
      this._make(section);
    }
    return section;
  }

  /** Open a section and make its content visible. */
  expand({ widget }: SidebarSection): void {
    const index = this.widgets.indexOf(widget);
    if (index >= 0) {
      this._accordion.expand(index);
    }
  }

  /** Give a section most of the height. */
  favour(section: SidebarSection): void {
    this.expand(section);
    const sizes = this.widgets.map(widget => (widget === section.widget ? 4 : 1));
    this._accordion.setRelativeSizes(sizes);
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
      if (isShown) {
        for (const section of this._sections) {
          this._make(section);
        }
      }
      this._shownChanged.emit(isShown);
    }
  }

  private _make(section: SidebarSection): void {
    section.make().catch(reason => {
      console.warn('Labwire: a section of the sidebar could not be made', reason); // it says so itself
    });
  }

  private _replace(place: Widget, made: Widget): void {
    const index = this.widgets.indexOf(place);
    const accordion = this._accordion;
    const sizes = accordion.relativeSizes();
    const isOpen = !place.isHidden;
    place.parent = null;
    this.insertWidget(index, made);
    // Lumino appends nodes and places them by their style; who goes by keys goes by the order of nodes.
    const next = accordion.titles[index + 1] ?? null;
    accordion.node.insertBefore(accordion.titles[index]!, next);
    accordion.node.insertBefore(made.node, next);
    if (!isOpen) {
      accordion.collapse(index);
    }
    accordion.setRelativeSizes(sizes);
  }

  private get _accordion(): AccordionPanel {
    return this.content as AccordionPanel;
  }

  private readonly _labwireTrans: TranslationBundle;
  private readonly _sections: SidebarSection[] = [];
  private readonly _shownChanged = new Signal<this, boolean>(this);
  private _isShown = false;
}

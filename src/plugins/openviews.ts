// The live views of this page as the sidebar lists them: where each is, how to get there, how to stop it.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import type { IOpenView } from '../models/index.js';
import type { LiveView } from '../widgets/index.js';

/** Areas of the shell that hold documents and tabs. */
const AREAS = ['main', 'right', 'left', 'down'] as const;

export class OpenViews {
  constructor(shell: JupyterFrontEnd.IShell) {
    this._shell = shell;
  }

  /** @param views - those that exist. */
  list(views: readonly LiveView[]): readonly IOpenView[] {
    return views.map(view => this._of(view));
  }

  private _of(view: LiveView): IOpenView {
    let known = this._known.get(view);
    if (known === undefined) {
      this._count += 1;
      known = new OpenView(`${this._count}`, view, this._shell);
      this._known.set(view, known);
    }
    return known;
  }

  private readonly _shell: JupyterFrontEnd.IShell;
  private readonly _known = new WeakMap<LiveView, IOpenView>();
  private _count = 0;
}

class OpenView implements IOpenView {
  constructor(
    readonly id: string,
    view: LiveView,
    shell: JupyterFrontEnd.IShell,
  ) {
    this._view = view;
    this._shell = shell;
    this.model = view.model;
  }

  readonly model: LiveView['model'];

  get where(): string {
    const document = this._document;
    return document === null || isTabOf(document, this._view) ? '' : document.title.label;
  }

  get stops(): 'freeze' | 'close' {
    const document = this._document;
    return document !== null && isTabOf(document, this._view) ? 'close' : 'freeze';
  }

  jump(): void {
    const document = this._document;
    if (document !== null) {
      this._shell.activateById(document.id);
    }
    // After the document has been shown: what is hidden cannot be scrolled to, nor take the focus.
    requestAnimationFrame(() => {
      const { node } = this._view;
      node.scrollIntoView({ block: 'nearest' });
      node.focus({ preventScroll: true });
    });
  }

  stop(): void {
    const document = this._document;
    if (document !== null && isTabOf(document, this._view)) {
      document.close();
    } else if (this.model.frozenNs === null) {
      if (this._view.canFreeze) {
        this._view.toggleFreeze();
      } else {
        this.model.freeze(); // it has no picture to leave
      }
    }
  }

  /** What of the shell it is in; null where it is in none, or taken out of the page for now. */
  private get _document(): Widget | null {
    for (const area of AREAS) {
      for (const widget of this._shell.widgets(area)) {
        if (widget.node.contains(this._view.node)) {
          return widget;
        }
      }
    }
    return null;
  }

  private readonly _view: LiveView;
  private readonly _shell: JupyterFrontEnd.IShell;
}

function isTabOf(widget: Widget, view: LiveView): boolean {
  return widget instanceof MainAreaWidget && widget.content === view;
}

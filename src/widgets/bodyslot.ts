// The picture inside a live view: which there is now, who draws it, how high it wants to be.

import { isAddedName, type ViewKind, type ViewRegistry } from '../models/index.js';
import { element } from './element.js';
import { AddedBody, type ViewExtension } from './views/added.js';
import type { IBodyHost, IViewBody } from './views/body.js';
import { type DrawnKind, KINDS } from './views/kinds.js';

export class BodySlot {
  /** @param added - what other extensions draw; null: nothing. */
  constructor(host: IBodyHost, added: ViewRegistry<ViewExtension> | null) {
    this._host = host;
    this._added = added;
    if (host.model.frozenNs === null) {
      KINDS[this._asked].prepare?.();
    }
  }

  readonly node = element('div', { className: 'jp-LiveView-content' });

  /** Null before the first frame, and where whoever drew it is gone. */
  get body(): IViewBody | null {
    return this._body;
  }

  /** CSS px in a cell, as far as it is known before the first frame. */
  get height(): number {
    const kind = this._body?.kind ?? this._asked;
    return this._extension()?.height ?? KINDS[kind === 'value' ? 'number' : kind].height;
  }

  /** The kind that is asked for; what nobody knows before the first frame passes for a number. */
  private get _asked(): DrawnKind {
    const { view } = this._host.model.spec;
    const kind = this._extension()?.kind ?? (isAddedName(view) ? 'auto' : view);
    return kind === 'auto' || kind === 'value' ? 'number' : kind;
  }

  /** Make room for frames of this kind. @returns whether there is another picture than before. */
  take(kind: ViewKind): boolean {
    const drawnBy = this._extension();
    if (this._body?.kind === kind && this._drawnBy === drawnBy) {
      return false;
    }
    this._body?.dispose();
    this._body = bodyOf(kind, drawnBy, this._host);
    this._drawnBy = drawnBy;
    this.node.replaceChildren(this._body.node);
    return true;
  }

  /** The code behind the picture may be gone, or there in another version. A frozen picture stays. */
  dropTakenAway(): void {
    const isGone = this._drawnBy !== null && this._drawnBy !== this._extension();
    if (isGone && this._host.model.phase !== 'frozen') {
      this.dispose();
      this.node.replaceChildren();
    }
  }

  dispose(): void {
    this._body?.dispose();
    this._body = null;
    this._drawnBy = null;
  }

  /** Who else draws this view; null: we do, or nobody does yet. */
  private _extension(): ViewExtension | null {
    return this._added?.find(this._host.model.spec.view) ?? null;
  }

  private readonly _host: IBodyHost;
  private readonly _added: ViewRegistry<ViewExtension> | null;
  private _body: IViewBody | null = null;
  private _drawnBy: ViewExtension | null = null;
}

function bodyOf(kind: ViewKind, drawnBy: ViewExtension | null, host: IBodyHost): IViewBody {
  if (drawnBy !== null) {
    return new AddedBody(host, drawnBy);
  }
  if (kind === 'value') {
    throw new RangeError('a value by itself has no picture: add a view that draws it');
  }
  return KINDS[kind].make(host);
}

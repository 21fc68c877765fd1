// What is open in cells and tabs, as the sidebar lists it.
//
// The page knows its views; this says when one of them came, went or changed in a way that a list
// shows. What it measures is none of that: pictures come 60 times a second and change no row.

import { type ISignal, Signal } from '@lumino/signaling';
import type { LiveViewModel } from './liveview.js';
import { isAddedName } from './names.js';

/** One view, and what can be done with it from afar. */
export interface IOpenView {
  /** Tells it from all others, as long as it exists. */
  readonly id: string;
  readonly model: LiveViewModel;
  /** Where it is, for people: the notebook's name; empty where it is in no document. */
  readonly where: string;
  /** `freeze`: it holds its last picture in its cell. `close`: its tab closes. */
  readonly stops: 'freeze' | 'close';
  /** Bring it before the person's eyes. */
  jump(): void;
  stop(): void;
}

export class LiveViewsModel {
  /** In the order in which they were made. */
  get views(): readonly IOpenView[] {
    return this._views;
  }

  /** One came or went, or one of them has another state or kind. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** All that are open now. */
  setViews(views: readonly IOpenView[]): void {
    const now = new Set(views.map(({ model }) => model));
    for (const model of this._kinds.keys()) {
      if (!now.has(model)) {
        this._kinds.delete(model);
        model.stateChanged.disconnect(this._onState, this);
        model.frameChanged.disconnect(this._onFrame, this);
      }
    }
    for (const model of now) {
      if (!this._kinds.has(model)) {
        this._kinds.set(model, kindOf(model));
        model.stateChanged.connect(this._onState, this);
        model.frameChanged.connect(this._onFrame, this);
      }
    }
    this._views = views;
    this._changed.emit();
  }

  private _onState(): void {
    this._changed.emit();
  }

  private _onFrame(model: LiveViewModel): void {
    const kind = kindOf(model);
    if (this._kinds.get(model) !== kind) {
      this._kinds.set(model, kind);
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _kinds = new Map<LiveViewModel, string>();
  private _views: readonly IOpenView[] = [];
}

/** What a view looks like now; before its first picture, and where another extension draws it, what it was asked to. */
export function kindOf({ frame, spec }: LiveViewModel): string {
  return frame === null || frame.kind === 'empty' || isAddedName(spec.view)
    ? spec.view
    : frame.kind;
}

// Views that other extensions draw, by name: each says which kind of frame it takes.
//
// A view whose name is not known yet is no mistake of its notebook: extensions come and go, so whoever
// shows one listens to what is added.

import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { AddedViewName, OpenedSpec, ViewKind, ViewSpec } from '../hub/api.js';
import { UnsupportedError } from '../values/index.js';
import { isAddedName } from './names.js';

/** Frames that another extension may draw: those of a chart need a specification beside the sources. */
export type AddedKind = Exclude<ViewKind, 'chart'>;

/** What a live view has to know of a view that is drawn elsewhere. */
export type AddedView = {
  readonly name: AddedViewName;
  /** Of the frames that it draws. */
  readonly kind: AddedKind;
  /** Kind `value`: ordinary numbers and objects instead of the exact forms. */
  readonly plain?: boolean;
};

/** The views that were added, as a live view looks them up. */
export interface IAddedViews {
  find(name: string): AddedView | null;
  /** The view of this name was added, or taken away. */
  readonly changed: ISignal<IAddedViews, string>;
}

export class ViewRegistry<V extends AddedView> implements IAddedViews {
  get changed(): ISignal<this, string> {
    return this._changed;
  }

  /** In the order in which they were added. */
  get views(): readonly V[] {
    return [...this._views.values()];
  }

  find(name: string): V | null {
    return this._views.get(name) ?? null;
  }

  /**
   * @returns dispose of it to take the view away; those that are open say so.
   * @throws {RangeError} a name without a colon, or one that is taken.
   */
  add(view: V): IDisposable {
    const { name } = view;
    if (!isAddedName(name)) {
      throw new RangeError(
        `a view is called by its extension, a colon and a name, as in example:gauge, not ${JSON.stringify(name)}`,
      );
    }
    if (this._views.has(name)) {
      throw new RangeError(`there is a view ${name} already`);
    }
    this._views.set(name, view);
    this._changed.emit(name);
    return new DisposableDelegate(() => {
      if (this._views.get(name) === view) {
        this._views.delete(name);
        this._changed.emit(name);
      }
    });
  }

  private readonly _views = new Map<string, V>();
  private readonly _changed = new Signal<this, string>(this);
}

/**
 * What the hub is told to open for `spec`.
 * @throws {UnsupportedError} nobody has added a view of that name.
 */
export function openedSpec(spec: ViewSpec, added: IAddedViews | null): OpenedSpec {
  const { view, options } = spec;
  if (!isAddedName(view)) {
    return { ...spec, view };
  }
  const found = added?.find(view) ?? null;
  if (found === null) {
    throw new UnsupportedError(
      `no extension that adds the view ${view} is installed`,
      { feature: view },
      { hint: 'Install it and reload the page, or show the value with view="auto".' },
    );
  }
  const { kind, plain = false } = found;
  return { ...spec, view: kind, options: kind === 'value' ? { ...options, plain } : options };
}

/** Why a view stops whose extension goes. */
export function takenAway(name: string): UnsupportedError {
  return new UnsupportedError(
    `the extension that adds the view ${name} has taken it away`,
    { feature: name },
    { hint: 'The view goes on as soon as it is added again.' },
  );
}

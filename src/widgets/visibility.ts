// Can a node be seen? Notebooks hide what is scrolled away, and JupyterLab tells late.
//
// Cells outside the window are skipped by `content-visibility`, whose event comes at once but only on
// the cell. JupyterLab's IntersectionObserver reports the rest up to a second later.

import type { IDisposable } from '@lumino/disposable';

export class VisibilityWatcher implements IDisposable {
  /** @param onChange - called when the answer changes; true at the start. */
  constructor(node: HTMLElement, onChange: (visible: boolean) => void) {
    this._node = node;
    this._onChange = onChange;
    this._observer = new IntersectionObserver(entries => {
      this._intersects = entries.at(-1)?.isIntersecting ?? this._intersects;
      this.update();
    });
    this._observer.observe(node);
    document.addEventListener('contentvisibilityautostatechange', this._onSkip, true);
  }

  get visible(): boolean {
    return this._visible;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Look again: the widget was shown, hidden or moved. */
  update(): void {
    if (this._isDisposed) {
      return;
    }
    const visible = this._intersects && this._node.checkVisibility({ contentVisibilityAuto: true });
    if (visible !== this._visible) {
      this._visible = visible;
      this._onChange(visible);
    }
  }

  dispose(): void {
    this._isDisposed = true;
    this._observer.disconnect();
    document.removeEventListener('contentvisibilityautostatechange', this._onSkip, true);
  }

  private readonly _onSkip = (event: Event): void => {
    if (event.target instanceof Node && event.target.contains(this._node)) {
      const { skipped } = event as ContentVisibilityAutoStateChangeEvent;
      if (!skipped) {
        this._intersects = true; // the observer will say otherwise if that is not so
      }
      this.update();
    }
  };

  private readonly _node: HTMLElement;
  private readonly _onChange: (visible: boolean) => void;
  private readonly _observer: IntersectionObserver;
  private _intersects = true;
  private _visible = true;
  private _isDisposed = false;
}

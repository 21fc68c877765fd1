// What a view listens to while it is in the page: its size, whether it is seen, time, and shortcuts.

import type { IDisposable } from '@lumino/disposable';
import { VisibilityWatcher } from './visibility.js';

export namespace Attachment {
  export interface IOptions {
    readonly node: HTMLElement;
    /** Whose size counts. JupyterLab reports it up to a second late inside notebooks. */
    readonly body: HTMLElement;
    readonly onSize: () => void;
    readonly onVisible: (visible: boolean) => void;
    /** Once a second while it can be seen. */
    readonly onTick: () => void;
  }
}

const TICK_MS = 1000;

export class Attachment implements IDisposable {
  constructor(options: Attachment.IOptions) {
    this._options = options;
    this._resizing = new ResizeObserver(() => options.onSize());
    this._resizing.observe(options.body);
    this._watcher = new VisibilityWatcher(options.body, options.onVisible);
    this._ticker = setInterval(() => this._tick(), TICK_MS);
    window.addEventListener('keydown', this._beforeShortcuts, true);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** It was shown, hidden or resized: look again. */
  update(): void {
    this._watcher.update();
    this._options.onSize();
  }

  dispose(): void {
    this._isDisposed = true;
    this._resizing.disconnect();
    this._watcher.dispose();
    clearInterval(this._ticker);
    window.removeEventListener('keydown', this._beforeShortcuts, true);
  }

  private _tick(): void {
    this._watcher.update();
    if (this._watcher.visible) {
      this._options.onSize();
      this._options.onTick();
    }
  }

  // The notebook's single-letter shortcuts would cut the cell that the view is in. Those with Ctrl or
  // Cmd stay JupyterLab's. Lumino looks for the mark from the target upwards and stops at the first
  // node that a shortcut fits, so it must be on the target. Runs before Lumino's own listener, which
  // is on the document.
  private readonly _beforeShortcuts = (event: KeyboardEvent): void => {
    const { target } = event;
    if (target instanceof Element && this._options.node.contains(target)) {
      const isShortcut = event.ctrlKey || event.metaKey;
      target.toggleAttribute('data-lm-suppress-shortcuts', !isShortcut);
    }
  };

  private readonly _options: Attachment.IOptions;
  private readonly _resizing: ResizeObserver;
  private readonly _watcher: VisibilityWatcher;
  private readonly _ticker: ReturnType<typeof setInterval>;
  private _isDisposed = false;
}

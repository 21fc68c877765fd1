// The pull: one batch of frames for all visible views, when the page is ready for it.
//
// The page asks; the answer comes as soon as a view has news, which is at once if news came while
// the page was drawing. So a busy page finds only the latest, and nothing runs while nothing changes.

import type { Frame } from './api.js';

/** Makes the frames of all views that have news and can be seen. */
export type Compose = () => Promise<readonly Frame[]>;

/** Calls back after what is going on now, so that the changes of one moment share a frame. */
export type Defer = (callback: () => void) => void;

type Waiter = {
  readonly resolve: (frames: readonly Frame[]) => void;
  readonly reject: (reason: unknown) => void;
};

export class FramePull {
  private readonly _compose: Compose;
  private readonly _defer: Defer;
  private _waiter: Waiter | null = null;
  private _hasNews = false;
  private _isComposing = false;
  private _isScheduled = false;

  constructor(compose: Compose, defer: Defer) {
    this._compose = compose;
    this._defer = defer;
  }

  /** A visible view has something new. Cheap: called for each change. */
  notify(): void {
    this._hasNews = true;
    if (this._waiter !== null) {
      this._schedule();
    }
  }

  /** Resolve with the next batch. A call that still waits is settled with no frames. */
  pull(): Promise<readonly Frame[]> {
    this._waiter?.resolve([]);
    return new Promise((resolve, reject) => {
      this._waiter = { resolve, reject };
      if (this._hasNews) {
        this._schedule();
      }
    });
  }

  /** Nobody will ask again. */
  close(): void {
    this._waiter?.resolve([]);
    this._waiter = null;
  }

  private _schedule(): void {
    if (!this._isScheduled && !this._isComposing) {
      this._isScheduled = true;
      this._defer(() => {
        this._isScheduled = false;
        void this._answer();
      });
    }
  }

  private async _answer(): Promise<void> {
    if (this._waiter === null || !this._hasNews) {
      return;
    }
    this._hasNews = false;
    this._isComposing = true;
    try {
      const frames = await this._compose();
      // A view that had news may have been closed or hidden meanwhile: then go on waiting.
      if (frames.length > 0) {
        const waiter = this._waiter as Waiter | null;
        this._waiter = null;
        waiter?.resolve(frames);
      }
    } catch (reason) {
      const waiter = this._waiter as Waiter | null;
      this._waiter = null;
      waiter?.reject(reason);
    } finally {
      this._isComposing = false;
      if (this._hasNews && this._waiter !== null) {
        this._schedule();
      }
    }
  }
}

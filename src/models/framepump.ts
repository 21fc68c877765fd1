// Frames from the worker to the screen: pull, draw in an animation frame, pull again.
//
// One batch serves all views. The next is asked for only after this one was drawn, so a page that is
// busy gets fewer frames and never a queue of them. A hidden page has no animation frames: the loop
// then waits with the newest batch in hand and draws it when the page is shown again.

import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Frame, IHub } from '../hub/api.js';

/** The part of a window that the pump needs, so that it runs without one. */
export interface IScreen {
  /** Call back before the next repaint; never while the page is hidden. */
  requestFrame(callback: () => void): void;
  delay(callback: () => void, ms: number): void;
  /** A clock that only goes forward. */
  nowMs(): number;
}

// A stream that has news whenever it is asked: what is composed right after a drawing would be 16 ms
// old at the next, so the next pull waits for half of that. A slower answer needs the time itself.
const AT_ONCE_MS = 6;
const SETTLE_MS = 8;

/** Takes one view's frame; called at most once per animation frame. */
export type FrameSink = (frame: Frame) => void;

const RETRY_MS = 1000; // after a failed pull; the hub's own time-outs are longer

export namespace FramePump {
  export interface IOptions {
    /** The hub; only asked for once a view waits for frames. */
    readonly open: () => Promise<IHub>;
    readonly screen: IScreen;
  }
}

export class FramePump implements IDisposable {
  constructor(options: FramePump.IOptions) {
    this._open = options.open;
    this._screen = options.screen;
  }

  /** A pull failed, or the first one after that succeeded (null). */
  get faulted(): ISignal<this, unknown> {
    return this._faulted;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Deliver the frames of `viewId` to `sink` until the result is disposed. One sink per view. */
  connect(viewId: number, sink: FrameSink): IDisposable {
    this._sinks.set(viewId, sink);
    const early = this._early.get(viewId);
    if (early !== undefined) {
      // Its first frame came with a batch that was under way before the view knew its own number.
      this._early.delete(viewId);
      this._screen.requestFrame(() => {
        if (this._sinks.get(viewId) === sink) {
          this._deliver([early]);
        }
      });
    }
    void this._run();
    return new DisposableDelegate(() => {
      if (this._sinks.get(viewId) === sink) {
        this._sinks.delete(viewId);
      }
    });
  }

  dispose(): void {
    this._isDisposed = true;
    this._sinks.clear();
    this._early.clear();
    Signal.clearData(this);
  }

  private async _run(): Promise<void> {
    if (this._running) {
      return;
    }
    this._running = true;
    try {
      while (this._sinks.size > 0 && !this._isDisposed) {
        const askedMs = this._screen.nowMs();
        const frames = await this._pull();
        const isBusy = this._screen.nowMs() - askedMs < AT_ONCE_MS;
        await new Promise<void>(resolve => {
          this._screen.requestFrame(resolve);
        });
        this._deliver(frames);
        if (isBusy) {
          await this._wait(SETTLE_MS);
        }
      }
    } finally {
      this._running = false;
    }
  }

  private async _pull(): Promise<readonly Frame[]> {
    try {
      const hub = await this._open();
      const frames = await hub.pull();
      if (this._isFaulted) {
        this._isFaulted = false;
        this._faulted.emit(null);
      }
      return frames;
    } catch (reason) {
      if (!this._isDisposed) {
        this._isFaulted = true;
        this._faulted.emit(reason);
      }
      await this._wait(RETRY_MS);
      return [];
    }
  }

  private _wait(ms: number): Promise<void> {
    return new Promise(resolve => {
      this._screen.delay(resolve, ms);
    });
  }

  private _deliver(frames: readonly Frame[]): void {
    for (const frame of frames) {
      const sink = this._sinks.get(frame.viewId);
      if (sink === undefined) {
        this._keepEarly(frame);
        continue;
      }
      try {
        sink(frame);
      } catch (reason) {
        // One view that cannot draw must not stop the others.
        console.error(`Labwire: view ${frame.viewId} could not draw its frame`, reason);
      }
    }
  }

  private _keepEarly(frame: Frame): void {
    this._early.set(frame.viewId, frame);
    if (this._early.size > EARLY_LIMIT) {
      // Leftovers of views that were closed with a frame under way.
      const oldest = this._early.keys().next().value;
      if (oldest !== undefined) {
        this._early.delete(oldest);
      }
    }
  }

  private readonly _open: () => Promise<IHub>;
  private readonly _screen: IScreen;
  private readonly _sinks = new Map<number, FrameSink>();
  private readonly _early = new Map<number, Frame>();
  private readonly _faulted = new Signal<this, unknown>(this);
  private _isFaulted = false;
  private _running = false;
  private _isDisposed = false;
}

const EARLY_LIMIT = 16; // views that may be between openView's answer and their first draw

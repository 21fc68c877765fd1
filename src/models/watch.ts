// One address watched by a program of the page: the newest value as plain data, and how the link does.
//
// A view of the hub without a picture: it comes with the same pull as all others, so at most once per
// animation frame, and not at all while the page is hidden.

import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ViewSpec } from '../hub/api.js';
import {
  type Alarm,
  type Display,
  type Fault,
  type LinkStatus,
  NO_ALARM,
  type PlainValue,
  type PyClone,
} from '../values/index.js';
import { type IFrameSource, LiveViewModel } from './liveview.js';

/** What is known of a watched value. */
export type WatchedReading<V = PyClone> = {
  /**
   * The newest value. `undefined` before the first, and while it is too large to be handed over (more
   * than 1 MB; `fault` says so, and a view shows it). Python's `None` is `null`. The last value stays
   * while the link is down: `status` says whether it is current.
   */
  readonly value: V | undefined;
  /** For people, e.g. `float64[1000]`; empty before the first value. */
  readonly type: string;
  /** The instrument's time stamp if it sends one, else when it came. ns since 1970-01-01 UTC. */
  readonly timeNs: bigint | null;
  readonly alarm: Alarm;
  /** Unit, scale, precision, limits, labels. Shown value = value / scale. */
  readonly display: Display;
  /** Only `live` is current; since when, and why not. */
  readonly status: LinkStatus;
  /** Why there is no value though the link is live. */
  readonly fault: Fault | null;
};

/** A value that is watched, until it is disposed. */
export interface IWatch<V = PyClone> extends IDisposable {
  readonly address: string;
  readonly reading: WatchedReading<V>;
  /** The value came anew, or something else of the reading changed. */
  readonly changed: ISignal<IWatch<V>, WatchedReading<V>>;
  /** Try now rather than after the back-off. */
  retry(): void;
}

export namespace Watch {
  export interface IOptions {
    readonly address: string;
    /** Ordinary numbers and objects instead of the exact forms. */
    readonly plain: boolean;
    readonly source: IFrameSource;
  }
}

export class Watch implements IWatch<PyClone | PlainValue> {
  /** @throws {ParseError} an address that cannot be read. */
  constructor({ address, plain, source }: Watch.IOptions) {
    this.address = address;
    const spec: ViewSpec = {
      version: 1,
      view: 'value',
      sources: [{ role: 'value', address }],
      options: { plain },
    };
    this._model = new LiveViewModel({ spec, source });
    this._reading = {
      value: undefined,
      type: '',
      timeNs: null,
      alarm: NO_ALARM,
      display: {},
      status: this._model.status,
      fault: null,
    };
    this._model.frameChanged.connect(this._update, this);
    this._model.stateChanged.connect(this._update, this);
    this._model.open();
  }

  readonly address: string;

  get reading(): WatchedReading<PyClone | PlainValue> {
    return this._reading;
  }

  get changed(): ISignal<this, WatchedReading<PyClone | PlainValue>> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._model.isDisposed;
  }

  retry(): void {
    this._model.retry();
  }

  dispose(): void {
    this._model.dispose();
    Signal.clearData(this);
  }

  private _update(): void {
    const { frame, status } = this._model;
    const { state, sinceNs } = this._reading.status;
    if (this._frame === frame && state === status.state && sinceNs === status.sinceNs) {
      return; // a frame with another state is told twice
    }
    this._frame = frame;
    this._reading =
      frame === null
        ? { ...this._reading, status }
        : {
            value: frame.kind === 'value' ? frame.value : undefined,
            type: frame.type,
            timeNs: frame.timeNs,
            alarm: frame.alarm,
            display: frame.display,
            status,
            fault: frame.kind === 'empty' ? frame.fault : null,
          };
    this._changed.emit(this._reading);
  }

  private readonly _model: LiveViewModel;
  private readonly _changed = new Signal<this, WatchedReading<PyClone | PlainValue>>(this);
  private _frame: LiveViewModel['frame'] = null;
  private _reading: WatchedReading<PyClone | PlainValue>;
}

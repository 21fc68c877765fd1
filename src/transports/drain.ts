// Those who wait for room.
//
// `ITransport.drained()` in one place: callers wait, the transport tells its level as bytes leave.

import { HIGH_WATER_BYTES } from '../wire/index.js';

/** `drained` resolves at this level and below. */
export const LOW_WATER_BYTES = HIGH_WATER_BYTES / 2;

type Waiter = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

/** The waiters of one transport. */
export class Drain {
  private _waiters: Waiter[] = [];
  private _makeError: (() => unknown) | null = null;

  /** Resolves once a level of at most `LOW_WATER_BYTES` was told, at once if `bufferedBytes` is that low. */
  wait(bufferedBytes: number): Promise<void> {
    if (this._makeError !== null) {
      return Promise.reject(this._makeError());
    }
    if (bufferedBytes <= LOW_WATER_BYTES) {
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => this._waiters.push({ resolve, reject }));
  }

  /** So much is left. */
  level(bufferedBytes: number): void {
    if (bufferedBytes <= LOW_WATER_BYTES && this._waiters.length > 0) {
      const waiters = this._waiters;
      this._waiters = [];
      for (const waiter of waiters) {
        waiter.resolve();
      }
    }
  }

  /** Nothing will leave any more. The first error stays; it is made when somebody waits, as most closes pass unheard. */
  fail(makeError: () => unknown): void {
    this._makeError ??= makeError;
    const waiters = this._waiters;
    this._waiters = [];
    for (const waiter of waiters) {
      waiter.reject(this._makeError());
    }
  }
}

// What every client lets its user do with its link.

import type { LinkStatus } from '../values/index.js';
import type { ConnectOptions, Link } from './link.js';

/** A client that keeps one connection, for as long as it lives. */
export abstract class LinkedClient {
  protected abstract readonly _link: Pick<
    Link<never, { readonly type: string }>,
    'status' | 'connect' | 'start' | 'retryNow'
  >;

  /**
   * How the link is doing. `failed` before the first `live` and `stale` after it go on trying;
   * `refused`, and `failed` where trying again cannot help, wait for `retryNow`.
   */
  get status(): LinkStatus {
    return this._link.status;
  }

  /**
   * Open; resolves once it is `live`. From then on it reconnects by itself.
   *
   * Rejects with what the first attempt failed with, a `DeadlineError`, or the signal's reason:
   * nothing is open then, and it may be called again.
   * @throws {LocalProtocolError} it is open already, or asks for what no line can hold. {ClosedError} it was closed.
   */
  connect(options: ConnectOptions = {}): Promise<void> {
    return this._link.connect(options);
  }

  /** Open, and keep trying whatever the first attempt says: look at `status`. Twice is harmless. */
  start(): void {
    this._link.start();
  }

  /** Try now rather than after the pause. Where only a person could help, this says that one did. */
  retryNow(): void {
    this._link.retryNow();
  }
}

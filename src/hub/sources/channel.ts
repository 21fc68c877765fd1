// What talks to whoever listens: one channel of a broadcaster, or all that comes to a log server.
//
// Nothing is kept: a watcher hears what comes while it watches.

import { type ILinked, Linked } from './linked.js';
import type { IWatch, Listener, Message, SourceEvent } from './source.js';

/** One client whose messages go to all who watch. */
export abstract class Channel<Client extends ILinked> extends Linked<Client> {
  private readonly _listeners = new Set<Listener>();

  watch(listener: Listener): IWatch {
    this._listeners.add(listener);
    this._tell(listener, { type: 'status', status: this.status });
    return { close: () => this._listeners.delete(listener) };
  }

  override close(): void {
    this._listeners.clear();
    super.close();
  }

  protected _onStatus(): void {
    this._tellAll({ type: 'status', status: this.status });
  }

  protected _onMessages(messages: readonly Message[]): void {
    this._tellAll({ type: 'messages', messages });
  }

  private _tellAll(event: SourceEvent): void {
    for (const listener of this._listeners) {
      this._tell(listener, event);
    }
  }
}

// What every machine of this room holds, whichever end it is.
//
// Bytes to write and events to hear, in queues that are taken whole; where the conversation stands;
// and how it ends. What was heard before a fault stays in its queue.

import { LocalProtocolError, toFault } from '../../values/index.js';
import type { FailedEvent, IMachine } from '../../wire/index.js';

/** How every conversation ends. */
type EndEvent = { readonly type: 'eof' } | FailedEvent;

/** One end of one connection. A subclass says what it hears and what it may say. */
export abstract class SipycoMachine<Command, Event, State extends string>
  implements IMachine<Command, Event | EndEvent>
{
  protected _output: Uint8Array[] = [];
  protected _events: (Event | EndEvent)[] = [];
  protected _state: State | 'over';

  constructor(state: State) {
    this._state = state;
  }

  abstract send(command: Command): void;
  abstract receive(chunk: Uint8Array): void;
  abstract receiveEof(): void;

  /** The bytes to write; lines given to `send` are those, not copies. */
  takeOutput(): Uint8Array[] {
    const output = this._output;
    this._output = [];
    return output;
  }

  takeEvents(): (Event | EndEvent)[] {
    const events = this._events;
    this._events = [];
    return events;
  }

  /** The peer closed its side where it may. */
  protected _end(): void {
    this._state = 'over';
    this._events.push({ type: 'eof' });
  }

  protected _fail(error: unknown): void {
    this._state = 'over';
    this._events.push({ type: 'failed', fault: toFault(error) });
  }

  /** A command that cannot be had in the present state. */
  protected _refusal(command: string, message: string): LocalProtocolError {
    const facts = { command, state: this._state };
    return new LocalProtocolError(message, facts, { protocol: 'sipyco' });
  }
}

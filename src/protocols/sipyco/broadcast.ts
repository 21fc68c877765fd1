// broadcast, both ends of one connection.
//
// The receiver writes a banner and the name of a channel and then only listens; each message is one
// line of PYON and nothing else. There is no answer to the two lines, so a receiver does not know from
// when on it is heard, and no replay: what was broadcast before that is not for it.
//
// Source: docs/protocols/sipyco.md, "broadcast"; vectors/sipyco/sessions/broadcast_*.jsonl.

import { isLabwireError, type PyValue, RemoteProtocolError } from '../../values/index.js';
import { handshake, LIMITS } from './banner.js';
import type { BroadcasterCommand, BroadcasterEvent, ReceiverEvent } from './broadcastmessages.js';
import { quoted } from './firstline.js';
import { LineMachine } from './linemachine.js';
import { PyonLineDecoder } from './lines.js';
import { SubscribedMachine } from './subscribed.js';

/** The receiver's end. Writes its two lines at once; takes no commands. */
export class ReceiverMachine extends LineMachine<never, ReceiverEvent, 'first line' | 'listening'> {
  readonly channel: string;
  private readonly _decoder = new PyonLineDecoder();

  /**
   * @param lineBytes - longest line taken; SiPyCo's own limit by default.
   * @throws {LocalProtocolError} the name holds a control character.
   */
  constructor(channel: string, lineBytes: number = LIMITS.lineBytes) {
    super('first line', lineBytes, 'lineBytes');
    this.channel = channel;
    this._output.push(handshake('broadcast', channel));
  }

  send(command: never): void {
    throw this._refusal(String(command), 'a receiver has nothing to say');
  }

  protected _takeLine(line: Uint8Array): void {
    let value: PyValue;
    try {
      value = this._decoder.decode(line);
    } catch (error) {
      this._fail(
        this._state === 'first line' && isLabwireError(error, 'ParseError')
          ? notSipyco(quoted(line), error)
          : this._undecodable(error, 'a line is no PYON', BROKEN),
      );
      return;
    }
    this._state = 'listening';
    this._events.push({ type: 'message', value, pyon: this._decoder.pyon ?? 2 });
  }

  protected _takeEnd(pendingBytes: number): void {
    if (pendingBytes > 0) {
      this._fail(this._cut('a line', pendingBytes, BROKEN));
    } else {
      this._end();
    }
  }
}

/** The broadcaster's end of one connection. It is given lines, so that what is sent to many is encoded once. */
export class BroadcasterMachine extends SubscribedMachine<BroadcasterCommand, BroadcasterEvent> {
  constructor() {
    super('broadcast', 'a channel');
  }

  /** Queue a line. @throws {LocalProtocolError} nobody has subscribed on this connection. */
  send(command: BroadcasterCommand): void {
    if (this._state !== 'subscribed') {
      const message = `a message cannot be sent now: the connection is at ${this._state}`;
      throw this._refusal(command.type, message);
    }
    this._output.push(command.line);
  }

  protected _subscribed(channel: string): BroadcasterEvent {
    return { type: 'subscribed', channel };
  }
}

const BROKEN = 'Connect again; if it stays so, the broadcaster is broken.';

function notSipyco(received: string, cause: Error): RemoteProtocolError {
  return new RemoteProtocolError(
    `this is not a SiPyCo broadcaster: it answered ${received}`,
    { offset: 0, expected: 'a line of PYON', received },
    { protocol: 'sipyco', cause, hint: 'Check host and port; ARTIQ masters broadcast on 1067.' },
  );
}

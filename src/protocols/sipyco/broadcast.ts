// broadcast, both ends of one connection.
//
// The receiver writes a banner and the name of a channel and then only listens; each message is one
// line of PYON and nothing else. There is no answer to the two lines, so a receiver does not know from
// when on it is heard, and no replay: what was broadcast before that is not for it.
//
// Source: docs/protocols/sipyco.md, "broadcast"; vectors/sipyco/sessions/broadcast_*.jsonl.

import {
  isLabwireError,
  LocalProtocolError,
  type PyValue,
  RemoteProtocolError,
  toFault,
} from '../../values/index.js';
import { type IMachine, LineReader } from '../../wire/index.js';
import { bannerLine, handshake, LIMITS } from './banner.js';
import type { BroadcasterCommand, BroadcasterEvent, ReceiverEvent } from './broadcastmessages.js';
import { decodeText, quoted } from './firstline.js';
import { PyonLineDecoder } from './lines.js';

/** The receiver's end. Writes its two lines at once; takes no commands. */
export class ReceiverMachine implements IMachine<never, ReceiverEvent> {
  readonly channel: string;
  private readonly _lines: LineReader;
  private readonly _decoder = new PyonLineDecoder();
  private _output: Uint8Array[];
  private _events: ReceiverEvent[] = [];
  private _state: 'first line' | 'listening' | 'over' = 'first line';
  /** Bytes of the connection before the line in progress. */
  private _offset = 0;

  /**
   * @param lineBytes - longest line taken; SiPyCo's own limit by default.
   * @throws {LocalProtocolError} the name holds a control character.
   */
  constructor(channel: string, lineBytes: number = LIMITS.lineBytes) {
    this.channel = channel;
    this._lines = new LineReader(lineBytes, 'lineBytes');
    this._output = [handshake('broadcast', channel)];
  }

  send(command: never): void {
    throw new LocalProtocolError(
      'a receiver has nothing to say',
      { command: String(command), state: this._state },
      { protocol: 'sipyco' },
    );
  }

  takeOutput(): Uint8Array[] {
    const output = this._output;
    this._output = [];
    return output;
  }

  takeEvents(): ReceiverEvent[] {
    const events = this._events;
    this._events = [];
    return events;
  }

  receive(chunk: Uint8Array): void {
    if (this._state === 'over') {
      return;
    }
    try {
      this._lines.feed(chunk, this._take);
    } catch (error) {
      this._fail(error);
    }
  }

  receiveEof(): void {
    if (this._state === 'over') {
      return;
    }
    const { pendingBytes } = this._lines;
    if (pendingBytes > 0) {
      const facts = { expected: 'the rest of a line', received: 'the end of the connection' };
      this._fail(
        new RemoteProtocolError(
          `the connection ended inside a line, ${pendingBytes} bytes after its start`,
          { offset: this._offset, ...facts },
          { protocol: 'sipyco', hint: BROKEN },
        ),
      );
    } else {
      this._state = 'over';
      this._events.push({ type: 'eof' });
    }
  }

  private readonly _take = (line: Uint8Array): boolean => {
    let value: PyValue;
    try {
      value = this._decoder.decode(line);
    } catch (error) {
      this._fail(this._undecodable(line, error));
      return false;
    }
    this._state = 'listening';
    this._events.push({ type: 'message', value, pyon: this._decoder.pyon ?? 2 });
    this._offset += line.length + 1;
    return true;
  };

  private _undecodable(line: Uint8Array, error: unknown): unknown {
    if (!isLabwireError(error, 'ParseError')) {
      return error;
    }
    if (this._state === 'first line') {
      const received = quoted(line);
      return new RemoteProtocolError(
        `this is not a SiPyCo broadcaster: it answered ${received}`,
        { offset: 0, expected: 'a line of PYON', received },
        {
          protocol: 'sipyco',
          cause: error,
          hint: 'Check host and port; ARTIQ masters broadcast on 1067.',
        },
      );
    }
    const facts = { expected: error.expected, received: error.found };
    return new RemoteProtocolError(
      `a line is no PYON: ${error.message}`,
      { offset: this._offset + error.position, ...facts },
      { protocol: 'sipyco', cause: error, hint: BROKEN },
    );
  }

  private _fail(error: unknown): void {
    this._state = 'over';
    this._events.push({ type: 'failed', fault: toFault(error) });
  }
}

/** The broadcaster's end of one connection. It is given lines, so that what is sent to many is encoded once. */
export class BroadcasterMachine implements IMachine<BroadcasterCommand, BroadcasterEvent> {
  private readonly _lines = new LineReader(LIMITS.handshakeBytes, 'handshakeBytes');
  private _output: Uint8Array[] = [];
  private _events: BroadcasterEvent[] = [];
  private _state: 'banner' | 'name' | 'subscribed' | 'over' = 'banner';
  private _offset = 0;

  /** Queue a line. @throws {LocalProtocolError} nobody has subscribed on this connection. */
  send(command: BroadcasterCommand): void {
    if (this._state !== 'subscribed') {
      throw new LocalProtocolError(
        `a message cannot be sent now: the connection is at ${this._state}`,
        { command: command.type, state: this._state },
        { protocol: 'sipyco' },
      );
    }
    this._output.push(command.line);
  }

  /** The lines to write; those given to `send`, not copies. */
  takeOutput(): Uint8Array[] {
    const output = this._output;
    this._output = [];
    return output;
  }

  takeEvents(): BroadcasterEvent[] {
    const events = this._events;
    this._events = [];
    return events;
  }

  receive(chunk: Uint8Array): void {
    if (this._state !== 'banner' && this._state !== 'name') {
      return; // a receiver has nothing more to say, and a broadcaster does not listen
    }
    try {
      this._lines.feed(chunk, line => {
        this._take(line);
        this._offset += line.length + 1;
        return this._state === 'name';
      });
    } catch (error) {
      this._fail(error);
    }
  }

  receiveEof(): void {
    if (this._state === 'over') {
      return;
    }
    if (this._state === 'name' || this._lines.pendingBytes > 0) {
      const expected = this._state === 'name' ? 'a channel' : EXPECTED_BANNER;
      this._fail(this._wrong('the end of the connection', expected));
      return;
    }
    // A receiver that has said all it ever says may still listen, and SiPyCo goes on writing.
    this._state = this._state === 'subscribed' ? 'subscribed' : 'over';
    this._events.push({ type: 'eof' });
  }

  private _take(line: Uint8Array): void {
    const text = decodeText(line);
    if (this._state === 'banner') {
      if (`${text}\n` === bannerLine('broadcast')) {
        this._state = 'name';
      } else {
        this._fail(this._wrong(quoted(line), EXPECTED_BANNER));
      }
    } else if (text === null) {
      this._fail(this._wrong(quoted(line), 'a name in UTF-8'));
    } else {
      this._state = 'subscribed';
      this._events.push({ type: 'subscribed', channel: text });
    }
  }

  private _wrong(received: string, expected: string): RemoteProtocolError {
    return new RemoteProtocolError(
      `a client sent ${received}, expected ${expected}`,
      { offset: this._offset, expected, received },
      { protocol: 'sipyco' },
    );
  }

  private _fail(error: unknown): void {
    this._state = 'over';
    this._events.push({ type: 'failed', fault: toFault(error) });
  }
}

const BROKEN = 'Connect again; if it stays so, the broadcaster is broken.';
const EXPECTED_BANNER = `the banner ${JSON.stringify(bannerLine('broadcast'))}`;

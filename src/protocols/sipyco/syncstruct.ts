// sync_struct, both ends of one connection.
//
// The subscriber writes a banner and a name and then only listens; the publisher answers with the whole
// struct and then with every change. A name it does not know it answers by closing, and so does
// any other server that does not know the banner: the subscriber cannot tell one from the other.
//
// Source: docs/protocols/sync_struct.md; vectors/sipyco/sessions/sync_struct_*.jsonl.

import {
  isLabwireError,
  LimitError,
  LocalProtocolError,
  PyDict,
  type PyValue,
  RemoteProtocolError,
  Tuple,
  toFault,
} from '../../values/index.js';
import { type IMachine, LineReader } from '../../wire/index.js';
import { bannerLine, handshake, LIMITS } from './banner.js';
import { decodeText, FirstLine, quoted } from './firstline.js';
import { PyonLineDecoder } from './lines.js';
import type { PublisherCommand, PublisherEvent, SubscriberEvent } from './messages.js';
import { describe, type Mod } from './mods.js';

/** The subscriber's end. Writes its two lines at once; takes no commands. */
export class SubscriberMachine implements IMachine<never, SubscriberEvent> {
  readonly notifierName: string;
  private readonly _lines: LineReader;
  private readonly _decoder = new PyonLineDecoder();
  private _output: Uint8Array[];
  private _events: SubscriberEvent[] = [];
  private _state: 'first line' | 'before init' | 'following' | 'over' = 'first line';
  private readonly _firstLine = new FirstLine();
  /** Bytes of the connection before the line in progress. */
  private _offset = 0;

  /**
   * @param lineBytes - longest line taken; SiPyCo's own limit by default.
   * @throws {LocalProtocolError} the name holds a control character.
   */
  constructor(notifierName: string, lineBytes: number = LIMITS.lineBytes) {
    this.notifierName = notifierName;
    this._lines = new LineReader(lineBytes, 'lineBytes');
    this._output = [handshake('sync_struct', notifierName)];
  }

  send(command: never): void {
    throw new LocalProtocolError(
      'a subscriber has nothing to say',
      { command: String(command), state: this._state },
      { protocol: 'sipyco' },
    );
  }

  takeOutput(): Uint8Array[] {
    const output = this._output;
    this._output = [];
    return output;
  }

  takeEvents(): SubscriberEvent[] {
    const events = this._events;
    this._events = [];
    return events;
  }

  receive(chunk: Uint8Array): void {
    if (this._state === 'over') {
      return;
    }
    if (!this._firstLine.isDict(chunk)) {
      this._fail(this._notSipyco(quoted(this._firstLine.head)));
      return;
    }
    try {
      this._lines.feed(chunk, line => {
        this._take(line);
        this._offset += line.length + 1;
        return this._state !== 'over';
      });
    } catch (error) {
      this._fail(isLabwireError(error, 'LimitError') ? tooLong(error) : error);
    }
  }

  receiveEof(): void {
    if (this._state === 'over') {
      return;
    }
    if (this._lines.pendingBytes > 0) {
      this._fail(
        this._state === 'first line' && !this._firstLine.startsWithKey('action')
          ? this._notSipyco(`${quoted(this._firstLine.head)} and then the end`)
          : this._wrong(
              `the connection ended inside a line, ${this._lines.pendingBytes} bytes after its start`,
              'the rest of a line',
              'the end of the connection',
            ),
      );
    } else if (this._state === 'first line') {
      this._fail(this._closedAtOnce());
    } else {
      this._state = 'over';
      this._events.push({ type: 'eof' });
    }
  }

  private _take(line: Uint8Array): void {
    let value: PyValue;
    try {
      value = this._decoder.decode(line);
    } catch (error) {
      this._fail(this._undecodable(error));
      return;
    }
    const action = value instanceof PyDict ? value.get('action') : undefined;
    if (!(value instanceof PyDict) || (this._state === 'first line' && action === undefined)) {
      this._fail(
        this._state === 'first line'
          ? this._notSipyco(quoted(line))
          : this._wrong('a line is no mod', 'a dict with an action', describe(value)),
      );
      return;
    }
    if (action === 'init') {
      this._init(value);
    } else if (this._state === 'following') {
      this._events.push({ type: 'mod', mod: modOf(value) });
    } else {
      this._fail(
        this._wrong(
          'a mod came before the struct it would change',
          'init',
          describe(action ?? value),
        ),
      );
    }
  }

  private _init(value: PyDict): void {
    const struct = value.get('struct');
    if (struct === undefined) {
      this._fail(this._wrong('an init has no struct', 'struct', describe(value)));
      return;
    }
    this._state = 'following';
    this._events.push({ type: 'init', struct, pyon: this._decoder.pyon ?? 2 });
  }

  private _undecodable(error: unknown): unknown {
    if (!isLabwireError(error, 'ParseError')) {
      return error;
    }
    if (this._state === 'first line' && !this._firstLine.startsWithKey('action')) {
      return this._notSipyco(quoted(this._firstLine.head));
    }
    return new RemoteProtocolError(
      `a line is no PYON: ${error.message}`,
      {
        offset: this._offset + error.position,
        expected: error.expected,
        received: error.found,
      },
      {
        protocol: 'sipyco',
        cause: error,
        hint: BROKEN,
      },
    );
  }

  private _wrong(message: string, expected: string, received: string): RemoteProtocolError {
    return new RemoteProtocolError(
      message,
      { offset: this._offset, expected, received },
      { protocol: 'sipyco', hint: BROKEN },
    );
  }

  private _notSipyco(received: string): RemoteProtocolError {
    return new RemoteProtocolError(
      `this is not a SiPyCo server: it answered ${received}`,
      { offset: 0, expected: 'a sync_struct init', received },
      { protocol: 'sipyco', hint: 'Check host and port; ARTIQ masters publish on 3250.' },
    );
  }

  private _closedAtOnce(): RemoteProtocolError {
    return new RemoteProtocolError(
      `the server closed the connection without a word: it has no notifier "${this.notifierName}", ` +
        'or it is not a sync_struct server',
      { offset: 0, expected: 'a sync_struct init', received: 'the end of the connection' },
      { protocol: 'sipyco', hint: 'Check the name of the notifier, then host and port.' },
    );
  }

  private _fail(error: unknown): void {
    this._state = 'over';
    this._events.push({ type: 'failed', fault: toFault(error) });
  }
}

/** The publisher's end of one connection. It is given lines, so that what is sent to many is encoded once. */
export class PublisherMachine implements IMachine<PublisherCommand, PublisherEvent> {
  private readonly _lines = new LineReader(LIMITS.handshakeBytes, 'handshakeBytes');
  private _output: Uint8Array[] = [];
  private _events: PublisherEvent[] = [];
  private _state: 'banner' | 'name' | 'subscribed' | 'publishing' | 'over' = 'banner';
  private _offset = 0;

  /** Queue a line. `init` needs a subscriber, `mod` an `init` before it. @throws {LocalProtocolError} */
  send(command: PublisherCommand): void {
    const isAllowed =
      this._state === 'publishing' || (this._state === 'subscribed' && command.type === 'init');
    if (!isAllowed) {
      throw new LocalProtocolError(
        `${command.type} cannot be sent now: the connection is at ${this._state}`,
        { command: command.type, state: this._state },
        { protocol: 'sipyco' },
      );
    }
    this._state = 'publishing';
    this._output.push(command.line);
  }

  /** The lines to write; those given to `send`, not copies. */
  takeOutput(): Uint8Array[] {
    const output = this._output;
    this._output = [];
    return output;
  }

  takeEvents(): PublisherEvent[] {
    const events = this._events;
    this._events = [];
    return events;
  }

  receive(chunk: Uint8Array): void {
    if (this._state !== 'banner' && this._state !== 'name') {
      return; // a subscriber has nothing more to say, and a publisher does not listen
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
    const hasSubscribed = this._state === 'subscribed' || this._state === 'publishing';
    if (!hasSubscribed && (this._lines.pendingBytes > 0 || this._state === 'name')) {
      this._fail(this._wrong('the end of the connection', expectedIn(this._state)));
      return;
    }
    // A subscriber that has said all it ever says may still listen, and SiPyCo goes on writing.
    this._state = hasSubscribed ? this._state : 'over';
    this._events.push({ type: 'eof' });
  }

  private _take(line: Uint8Array): void {
    const text = decodeText(line);
    if (this._state === 'banner') {
      if (text === null || `${text}\n` !== bannerLine('sync_struct')) {
        this._fail(this._wrong(quoted(line), expectedIn('banner')));
      } else {
        this._state = 'name';
      }
    } else if (text === null) {
      this._fail(this._wrong(quoted(line), 'a name in UTF-8'));
    } else {
      this._state = 'subscribed';
      this._events.push({ type: 'subscribed', notifierName: text });
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

const BROKEN = 'Connect again; if it stays so, the publisher is broken.';

/** A line over the limit, with what helps: the limit is the peer's own as well. */
function tooLong(error: LimitError): LimitError {
  return new LimitError(error.message, error, {
    protocol: 'sipyco',
    hint: 'Publish large values in parts: subscribers of SiPyCo itself take no line over 100 MiB either.',
  });
}

function expectedIn(state: string): string {
  return state === 'banner'
    ? `the banner ${JSON.stringify(bannerLine('sync_struct'))}`
    : 'a notifier';
}

/** A dict from the wire as a mod, its fields as they came. A path that is a tuple or a text is one of keys. */
function modOf(dict: PyDict): Mod {
  const path = dict.get('path');
  return {
    action: dict.get('action'),
    path:
      path instanceof Tuple ? [...path.items] : typeof path === 'string' ? Array.from(path) : path,
    key: dict.get('key'),
    value: dict.get('value'),
    x: dict.get('x'),
    i: dict.get('i'),
  } as unknown as Mod;
}

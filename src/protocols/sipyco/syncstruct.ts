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
  PyDict,
  type PyValue,
  type RemoteProtocolError,
  Tuple,
} from '../../values/index.js';
import { handshake, LIMITS } from './banner.js';
import { FirstLine, quoted } from './firstline.js';
import { END, LineMachine } from './linemachine.js';
import { PyonLineDecoder } from './lines.js';
import type { PublisherCommand, PublisherEvent, SubscriberEvent } from './messages.js';
import { describe, type Mod } from './mods.js';
import { SubscribedMachine } from './subscribed.js';

/** The subscriber's end. Writes its two lines at once; takes no commands. */
export class SubscriberMachine extends LineMachine<
  never,
  SubscriberEvent,
  'first line' | 'following'
> {
  readonly notifierName: string;
  private readonly _decoder = new PyonLineDecoder();
  private readonly _firstLine = new FirstLine();

  /**
   * @param lineBytes - longest line taken; SiPyCo's own limit by default.
   * @throws {LocalProtocolError} the name holds a control character.
   */
  constructor(notifierName: string, lineBytes: number = LIMITS.lineBytes) {
    super('first line', lineBytes, 'lineBytes');
    this.notifierName = notifierName;
    this._output.push(handshake('sync_struct', notifierName));
  }

  send(command: never): void {
    throw this._refusal(String(command), 'a subscriber has nothing to say');
  }

  override receive(chunk: Uint8Array): void {
    if (this._isReading && !this._firstLine.isDict(chunk)) {
      this._fail(this._notSipyco(quoted(this._firstLine.head)));
    }
    super.receive(chunk);
  }

  protected _takeLine(line: Uint8Array): void {
    let value: PyValue;
    try {
      value = this._decoder.decode(line);
    } catch (error) {
      this._fail(
        this._isStranger && isLabwireError(error, 'ParseError')
          ? this._notSipyco(quoted(this._firstLine.head))
          : this._undecodable(error, 'a line is no PYON', BROKEN),
      );
      return;
    }
    const action = value instanceof PyDict ? value.get('action') : undefined;
    if (!(value instanceof PyDict) || (this._state === 'first line' && action === undefined)) {
      this._fail(
        this._state === 'first line'
          ? this._notSipyco(quoted(line))
          : this._broken('a line is no mod', 'a dict with an action', describe(value)),
      );
      return;
    }
    if (action === 'init') {
      this._init(value);
    } else if (this._state === 'following') {
      this._events.push({ type: 'mod', mod: modOf(value) });
    } else {
      const received = describe(action ?? value);
      this._fail(this._broken('a mod came before the struct it would change', 'init', received));
    }
  }

  protected _takeEnd(pendingBytes: number): void {
    if (pendingBytes > 0) {
      this._fail(
        this._isStranger
          ? this._notSipyco(`${quoted(this._firstLine.head)} and then the end`)
          : this._cut('a line', pendingBytes, BROKEN),
      );
    } else if (this._state === 'first line') {
      this._fail(this._closedAtOnce());
    } else {
      this._end();
    }
  }

  private _init(value: PyDict): void {
    const struct = value.get('struct');
    if (struct === undefined) {
      this._fail(this._broken('an init has no struct', 'struct', describe(value)));
      return;
    }
    this._state = 'following';
    this._events.push({ type: 'init', struct, pyon: this._decoder.pyon ?? 2 });
  }

  // ---- What goes wrong ----------------------------------------------------------------------------

  /** Nothing that it said so far looks like a publisher. */
  private get _isStranger(): boolean {
    return this._state === 'first line' && !this._firstLine.startsWithKey('action');
  }

  /** A line over the limit, with what helps: the limit is the peer's own as well. */
  protected override _tooLong(error: LimitError): LimitError {
    return new LimitError(error.message, error, {
      protocol: 'sipyco',
      hint: 'Publish large values in parts: subscribers of SiPyCo itself take no line over 100 MiB either.',
    });
  }

  private _broken(message: string, expected: string, received: string): RemoteProtocolError {
    return this._wrong(message, expected, received, BROKEN);
  }

  private _notSipyco(received: string): RemoteProtocolError {
    return this._wrong(
      `this is not a SiPyCo server: it answered ${received}`,
      'a sync_struct init',
      received,
      'Check host and port; ARTIQ masters publish on 3250.',
    );
  }

  private _closedAtOnce(): RemoteProtocolError {
    return this._wrong(
      `the server closed the connection without a word: it has no notifier "${this.notifierName}", ` +
        'or it is not a sync_struct server',
      'a sync_struct init',
      END,
      'Check the name of the notifier, then host and port.',
    );
  }
}

/** The publisher's end of one connection. It is given lines, so that what is sent to many is encoded once. */
export class PublisherMachine extends SubscribedMachine<PublisherCommand, PublisherEvent> {
  private _isPublishing = false;

  constructor() {
    super('sync_struct', 'a notifier');
  }

  /** Queue a line. `init` needs a subscriber, `mod` an `init` before it. @throws {LocalProtocolError} */
  send(command: PublisherCommand): void {
    const isAllowed = this._isPublishing || command.type === 'init';
    if (this._state !== 'subscribed' || !isAllowed) {
      const message = `${command.type} cannot be sent now: the connection is at ${this._state}`;
      throw this._refusal(command.type, message);
    }
    this._isPublishing = true;
    this._output.push(command.line);
  }

  protected _subscribed(notifierName: string): PublisherEvent {
    return { type: 'subscribed', notifierName };
  }
}

const BROKEN = 'Connect again; if it stays so, the publisher is broken.';

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

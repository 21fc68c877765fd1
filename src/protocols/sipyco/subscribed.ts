// The end that is subscribed to: banner, a name, and from then on it alone speaks.
//
// sync_struct and broadcast begin alike, and their clients have nothing to say after two lines. A
// client that has closed its side may still listen, and SiPyCo goes on writing.
//
// Source: docs/protocols/sync_struct.md; vectors/sipyco/sessions/*_raw_handshakes.jsonl.

import { LIMITS, type SipycoProtocol } from './banner.js';
import { bannerText, decodeText, isBanner, quoted } from './firstline.js';
import { END, LineMachine } from './linemachine.js';

/** The server's end of one connection. It is given lines, so that what is sent to many is encoded once. */
export abstract class SubscribedMachine<Command, Event> extends LineMachine<
  Command,
  Event,
  'banner' | 'name' | 'subscribed'
> {
  private readonly _protocol: SipycoProtocol;
  private readonly _what: string;

  /** @param what - is named, in words: `a channel`. */
  constructor(protocol: SipycoProtocol, what: string) {
    super('banner', LIMITS.handshakeBytes, 'handshakeBytes');
    this._protocol = protocol;
    this._what = what;
  }

  /** The event that tells the name. */
  protected abstract _subscribed(name: string): Event;

  /** Who has subscribed has nothing more to say, and nobody listens. */
  protected override get _isReading(): boolean {
    return this._state === 'banner' || this._state === 'name';
  }

  protected override _takeLine(line: Uint8Array): void {
    if (this._state === 'banner') {
      if (isBanner(line, this._protocol)) {
        this._state = 'name';
      } else {
        this._fail(this._unexpected(quoted(line), bannerText(this._protocol)));
      }
      return;
    }
    const name = decodeText(line);
    if (name === null) {
      this._fail(this._unexpected(quoted(line), 'a name in UTF-8'));
    } else {
      this._state = 'subscribed';
      this._events.push(this._subscribed(name));
    }
  }

  protected override _takeEnd(pendingBytes: number): void {
    if (this._state === 'subscribed') {
      this._events.push({ type: 'eof' }); // it may still listen
    } else if (this._state === 'name') {
      this._fail(this._unexpected(END, this._what));
    } else if (pendingBytes > 0) {
      this._fail(this._unexpected(END, bannerText(this._protocol)));
    } else {
      this._end();
    }
  }
}

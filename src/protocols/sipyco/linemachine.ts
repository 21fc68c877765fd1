// A machine that reads lines.
//
// All that SiPyCo's peers say comes in lines, most of it in lines of PYON. Here a stream is cut into
// them, and what goes wrong with one is put in words with its place in the stream. What a line means,
// and what the end of the stream, a subclass says.

import { isLabwireError, type LimitError, RemoteProtocolError } from '../../values/index.js';
import { LineReader } from '../../wire/index.js';
import { SipycoMachine } from './machine.js';

/** The end of the stream, where something else was expected. */
export const END = 'the end of the connection';
export const NEWLINE = Uint8Array.of(0x0a);

/** One end of one connection, whose peer speaks in lines. */
export abstract class LineMachine<Command, Event, State extends string> extends SipycoMachine<
  Command,
  Event,
  State
> {
  /** Bytes of the connection before the line in progress. */
  protected _offset = 0;
  private readonly _lines: LineReader;

  /**
   * @param lineBytes - longest line taken, without its newline.
   * @param limitName - what a LimitError calls it.
   */
  constructor(state: State, lineBytes: number, limitName: string) {
    super(state);
    this._lines = new LineReader(lineBytes, limitName);
  }

  receive(chunk: Uint8Array): void {
    if (!this._isReading) {
      return;
    }
    try {
      this._lines.feed(chunk, this._feed);
    } catch (error) {
      this._fail(isLabwireError(error, 'LimitError') ? this._tooLong(error) : error);
    }
  }

  receiveEof(): void {
    if (this._state !== 'over') {
      this._takeEnd(this._lines.pendingBytes);
    }
  }

  /** What the peer says now is looked at. */
  protected get _isReading(): boolean {
    return this._state !== 'over';
  }

  /** A line, without its newline. Borrowed. */
  protected abstract _takeLine(line: Uint8Array): void;

  /** The peer closed its side. @param pendingBytes - of a line that has no newline. */
  protected abstract _takeEnd(pendingBytes: number): void;

  /** A line was too long: the place to say what helps. */
  protected _tooLong(error: LimitError): LimitError {
    return error;
  }

  private readonly _feed = (line: Uint8Array): boolean => {
    this._takeLine(line);
    this._offset += line.length + 1;
    return this._isReading;
  };

  // ---- What goes wrong ----------------------------------------------------------------------------

  protected _wrong(
    message: string,
    expected: string,
    received: string,
    hint?: string,
  ): RemoteProtocolError {
    const facts = { offset: this._offset, expected, received };
    return new RemoteProtocolError(message, facts, { protocol: 'sipyco', hint });
  }

  /** A client said what no server takes. */
  protected _unexpected(received: string, expected: string, who = 'a client'): RemoteProtocolError {
    return this._wrong(`${who} sent ${received}, expected ${expected}`, expected, received);
  }

  /** The connection ended inside `what`, where there should be a newline. */
  protected _cut(what: string, pendingBytes: number, hint: string): RemoteProtocolError {
    return this._wrong(
      `the connection ended inside ${what}, ${pendingBytes} bytes after its start`,
      'the rest of a line',
      END,
      hint,
    );
  }

  /** What decoding a line threw. @param what - the line in words: `a line is no PYON`. */
  protected _undecodable(error: unknown, what: string, hint?: string): unknown {
    if (!isLabwireError(error, 'ParseError')) {
      return error;
    }
    const { position, expected, found } = error;
    return new RemoteProtocolError(
      `${what}: ${error.message}`,
      { offset: this._offset + position, expected, received: found },
      { protocol: 'sipyco', cause: error, hint },
    );
  }
}

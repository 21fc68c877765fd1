// logging, both ends of one connection.
//
// A client writes a banner and then records, `source:LEVEL<n>:name:message`; a server only listens.
// It drops a client at the first line that is not UTF-8, or that begins a record without a colon.
// SiPyCo's server does so too; unlike ours it cuts the last letter from a last line without a newline.
//
// Source: docs/protocols/sipyco.md, "logging"; vectors/sipyco/sessions/logging_*.jsonl.

import { LimitError, RemoteProtocolError } from '../../values/index.js';
import { LineReader } from '../../wire/index.js';
import { handshake, LIMITS } from './banner.js';
import { bannerText, decodeText, isBanner, quoted } from './firstline.js';
import { END, LineMachine, NEWLINE } from './linemachine.js';
import { checkedLoggerName, checkedSource, formatLogMessage } from './logformat.js';
import type {
  LogEntry,
  LogForwarderCommand,
  LogForwarderEvent,
  LogServerEvent,
} from './logmessages.js';
import { LOG_LIMITS, type LogLimits, LogParser } from './logparser.js';
import { SipycoMachine } from './machine.js';

/** The client's end. Writes its banner at once. */
export class LogForwarderMachine extends SipycoMachine<
  LogForwarderCommand,
  LogForwarderEvent,
  'records'
> {
  constructor() {
    super('records');
    this._output.push(handshake('logging'));
  }

  /** Queue a record. @throws {LocalProtocolError} the connection is over. */
  send(command: LogForwarderCommand): void {
    if (this._state === 'over') {
      throw this._refusal(command.type, 'no record can be sent: the connection is over');
    }
    this._output.push(command.line);
  }

  receive(chunk: Uint8Array): void {
    if (this._state === 'over' || chunk.length === 0) {
      return;
    }
    const received = quoted(chunk.subarray(0, 1));
    this._fail(
      new RemoteProtocolError(
        `this is not a SiPyCo log server: it speaks, and begins with ${received}`,
        { offset: 0, expected: 'silence', received },
        { protocol: 'sipyco', hint: 'Check host and port; ARTIQ masters take logs on 1066.' },
      ),
    );
  }

  receiveEof(): void {
    if (this._state !== 'over') {
      this._end();
    }
  }
}

/**
 * A record as a logging connection carries it, with its newlines. Half of a surrogate pair goes as U+FFFD.
 * @throws {LocalProtocolError} its source or name would break the line.
 * @throws {LimitError} a line of it is longer than servers take.
 */
export function logLine(record: LogEntry & { readonly source: string }): Uint8Array<ArrayBuffer> {
  checkedLoggerName(record.name);
  const text = `${checkedSource(record.source)}:${formatLogMessage(record)}\n`;
  const line = new TextEncoder().encode(text);
  const { lineBytes } = LOG_LIMITS;
  if (line.length > lineBytes) {
    checkLength(line, lineBytes);
  }
  return line;
}

function checkLength(lines: Uint8Array, maximum: number): void {
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(NEWLINE_BYTE, start);
    if (end - start > maximum) {
      throw new LimitError(
        `a log line of ${end - start} bytes, a server takes ${maximum}`,
        { limit: 'lineBytes', value: end - start, maximum, unit: 'bytes' },
        { protocol: 'sipyco', hint: 'Log it in several lines.' },
      );
    }
    start = end + 1;
  }
}

/** The server's end of one connection. Takes no commands: a log server never says a word. */
export class LogServerMachine extends LineMachine<never, LogServerEvent, 'banner' | 'records'> {
  private readonly _banner = new LineReader(LIMITS.handshakeBytes, 'handshakeBytes');
  private readonly _parser: LogParser;
  private _source = '';

  constructor(limits: Partial<LogLimits> = {}) {
    super('banner', limits.lineBytes ?? LOG_LIMITS.lineBytes, 'lineBytes');
    this._parser = new LogParser({
      sourceCb: () => this._source,
      recordCb: record => this._events.push({ type: 'record', record }),
      limits,
    });
  }

  send(command: never): void {
    throw this._refusal(String(command), 'a log server has nothing to say');
  }

  /** Banner and records have limits of their own. */
  override receive(chunk: Uint8Array): void {
    super.receive(this._state === 'banner' ? this._greet(chunk) : chunk);
  }

  /** Read the banner. @returns what of `chunk` follows it. */
  private _greet(chunk: Uint8Array): Uint8Array {
    const before = this._banner.pendingBytes;
    let length = chunk.length;
    try {
      this._banner.feed(chunk, line => {
        length = line.length + 1 - before;
        if (isBanner(line, 'logging')) {
          this._state = 'records';
          this._offset = line.length + 1;
        } else {
          this._fail(this._stray(quoted(line), bannerText('logging')));
        }
        return false;
      });
    } catch (error) {
      this._fail(error);
    }
    return chunk.subarray(length);
  }

  protected _takeLine(line: Uint8Array): void {
    const text = decodeText(line);
    if (text === null) {
      this._fail(this._stray(quoted(line), 'UTF-8'));
    } else if (this._parser.missingLines > 0) {
      this._parser.lineInput(text);
    } else {
      const colon = text.indexOf(':');
      if (colon < 0) {
        this._fail(this._stray(quoted(line), 'a source and a colon'));
      } else {
        this._source = text.slice(0, colon);
        this._parser.lineInput(text.slice(colon + 1));
      }
    }
  }

  protected _takeEnd(pendingBytes: number): void {
    if (this._banner.pendingBytes > 0) {
      this._fail(this._stray(END, bannerText('logging')));
    }
    if (pendingBytes > 0) {
      this.receive(NEWLINE); // a last line without one counts
    }
    const { missingLines } = this._parser;
    if (this._state === 'records' && missingLines > 0) {
      const missing = missingLines === Number.POSITIVE_INFINITY ? 'any' : missingLines;
      const expected = `${missing} more ${missing === 1 ? 'line' : 'lines'} of a record`;
      this._fail(this._stray(END, expected));
    }
    if (this._state !== 'over') {
      this._end();
    }
  }

  private _stray(received: string, expected: string): RemoteProtocolError {
    return this._unexpected(received, expected, 'a log client');
  }
}

const NEWLINE_BYTE = 0x0a;

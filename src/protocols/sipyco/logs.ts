// logging, both ends of one connection.
//
// A client writes a banner and then records, `source:LEVEL<n>:name:message`; a server only listens.
// It drops a client at the first line that is not UTF-8, or that begins a record without a colon.
// SiPyCo's server does so too; unlike ours it cuts the last letter from a last line without a newline.
//
// Source: docs/protocols/sipyco.md, "logging"; vectors/sipyco/sessions/logging_*.jsonl.

import {
  LimitError,
  LocalProtocolError,
  RemoteProtocolError,
  toFault,
} from '../../values/index.js';
import { type IMachine, LineReader } from '../../wire/index.js';
import { bannerLine, handshake, LIMITS } from './banner.js';
import { decodeText, quoted } from './firstline.js';
import { checkedLoggerName, checkedSource, formatLogMessage } from './logformat.js';
import type {
  LogEntry,
  LogForwarderCommand,
  LogForwarderEvent,
  LogServerEvent,
} from './logmessages.js';
import { LOG_LIMITS, type LogLimits, LogParser } from './logparser.js';

/** The client's end. Writes its banner at once. */
export class LogForwarderMachine implements IMachine<LogForwarderCommand, LogForwarderEvent> {
  private _output: Uint8Array[] = [handshake('logging')];
  private _events: LogForwarderEvent[] = [];
  private _isOver = false;

  /** Queue a record. @throws {LocalProtocolError} the connection is over. */
  send(command: LogForwarderCommand): void {
    if (this._isOver) {
      throw new LocalProtocolError(
        'no record can be sent: the connection is over',
        { command: command.type, state: 'over' },
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

  takeEvents(): LogForwarderEvent[] {
    const events = this._events;
    this._events = [];
    return events;
  }

  receive(chunk: Uint8Array): void {
    if (this._isOver || chunk.length === 0) {
      return;
    }
    this._isOver = true;
    const received = quoted(chunk.subarray(0, 1));
    const fault = new RemoteProtocolError(
      `this is not a SiPyCo log server: it speaks, and begins with ${received}`,
      { offset: 0, expected: 'silence', received },
      { protocol: 'sipyco', hint: 'Check host and port; ARTIQ masters take logs on 1066.' },
    );
    this._events.push({ type: 'failed', fault: toFault(fault) });
  }

  receiveEof(): void {
    if (!this._isOver) {
      this._isOver = true;
      this._events.push({ type: 'eof' });
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
export class LogServerMachine implements IMachine<never, LogServerEvent> {
  private readonly _banner = new LineReader(LIMITS.handshakeBytes, 'handshakeBytes');
  private readonly _lines: LineReader;
  private readonly _parser: LogParser;
  private _events: LogServerEvent[] = [];
  private _state: 'banner' | 'records' | 'over' = 'banner';
  private _source = '';
  /** Bytes of the connection before the line in progress. */
  private _offset = 0;

  constructor(limits: Partial<LogLimits> = {}) {
    this._lines = new LineReader(limits.lineBytes ?? LOG_LIMITS.lineBytes, 'lineBytes');
    this._parser = new LogParser({
      sourceCb: () => this._source,
      recordCb: record => this._events.push({ type: 'record', record }),
      limits,
    });
  }

  send(command: never): void {
    throw new LocalProtocolError(
      'a log server has nothing to say',
      { command: String(command), state: this._state },
      { protocol: 'sipyco' },
    );
  }

  takeOutput(): Uint8Array[] {
    return [];
  }

  takeEvents(): LogServerEvent[] {
    const events = this._events;
    this._events = [];
    return events;
  }

  receive(chunk: Uint8Array): void {
    try {
      const rest = this._state === 'banner' ? this._greet(chunk) : chunk;
      if (this._state === 'records') {
        this._lines.feed(rest, this._take);
      }
    } catch (error) {
      this._fail(error);
    }
  }

  receiveEof(): void {
    if (this._state === 'banner' && this._banner.pendingBytes > 0) {
      this._fail(this._wrong('the end of the connection', EXPECTED_BANNER));
    }
    if (this._state === 'records' && this._lines.pendingBytes > 0) {
      this.receive(NEWLINE); // a last line without one counts
    }
    const { missingLines } = this._parser;
    if (this._state === 'records' && missingLines > 0) {
      const missing = missingLines === Number.POSITIVE_INFINITY ? 'any' : missingLines;
      const expected = `${missing} more ${missing === 1 ? 'line' : 'lines'} of a record`;
      this._fail(this._wrong('the end of the connection', expected));
    }
    if (this._state !== 'over') {
      this._state = 'over';
      this._events.push({ type: 'eof' });
    }
  }

  /** Read the banner. @returns what of `chunk` follows it. */
  private _greet(chunk: Uint8Array): Uint8Array {
    const before = this._banner.pendingBytes;
    let length = chunk.length;
    this._banner.feed(chunk, line => {
      length = line.length + 1 - before;
      if (`${decodeText(line)}\n` === bannerLine('logging')) {
        this._state = 'records';
        this._offset = line.length + 1;
      } else {
        this._fail(this._wrong(quoted(line), EXPECTED_BANNER));
      }
      return false;
    });
    return chunk.subarray(length);
  }

  private readonly _take = (line: Uint8Array): boolean => {
    const text = decodeText(line);
    if (text === null) {
      this._fail(this._wrong(quoted(line), 'UTF-8'));
    } else if (this._parser.missingLines > 0) {
      this._parser.lineInput(text);
    } else {
      const colon = text.indexOf(':');
      if (colon < 0) {
        this._fail(this._wrong(quoted(line), 'a source and a colon'));
      } else {
        this._source = text.slice(0, colon);
        this._parser.lineInput(text.slice(colon + 1));
      }
    }
    this._offset += line.length + 1;
    return this._state === 'records';
  };

  private _wrong(received: string, expected: string): RemoteProtocolError {
    return new RemoteProtocolError(
      `a log client sent ${received}, expected ${expected}`,
      { offset: this._offset, expected, received },
      { protocol: 'sipyco' },
    );
  }

  private _fail(error: unknown): void {
    this._state = 'over';
    this._events.push({ type: 'failed', fault: toFault(error) });
  }
}

const NEWLINE_BYTE = 0x0a;
const NEWLINE = Uint8Array.of(NEWLINE_BYTE);
const EXPECTED_BANNER = `the banner ${JSON.stringify(bannerLine('logging'))}`;

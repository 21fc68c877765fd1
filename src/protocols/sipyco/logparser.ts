// Records out of lines of text.
//
// `LEVEL<n>:name:message` begins a record of n lines; without `<n>` it is one line. What follows the
// first line is taken as it is, even where it looks like a record. A line that begins none is what a
// program printed: level INFO, name `print`, all of it the message.
//
// `<0>` is a record that never ends, in SiPyCo too. What it swallows is bounded here.
//
// Source: vectors/sipyco/log_parse.jsonl, vectors/sipyco/sessions/logging_raw_*.jsonl.

import { LimitError } from '../../values/index.js';
import { LineReader } from '../../wire/index.js';
import { LOG_LEVELS, levelName } from './loglevels.js';
import type { LogRecord } from './logmessages.js';

/** What a program that logs can make large. */
export type LogLimits = {
  /** One line, in bytes. SiPyCo's server takes as much. */
  readonly lineBytes: number;
  /** Lines of one record. Guards memory; the deepest traceback of Python has some 3000. */
  readonly recordLines: number;
  /** Characters (UTF-16) of one record of several lines. Guards memory: SiPyCo has no bound. */
  readonly recordChars: number;
};

export const LOG_LIMITS: LogLimits = {
  lineBytes: 4 * 1024 * 1024,
  recordLines: 65_536,
  recordChars: 16 * 1024 * 1024,
};

/** The first line of a record, apart. */
export type LogMessage = {
  /** Lines of the record that follow; -1 for `<0>`, which never ends. */
  readonly continuation: bigint;
  readonly level: number;
  readonly name: string;
  readonly message: string;
};

/**
 * Read the first line of a record, without its source and its newline. Any text is one.
 * @throws {LimitError} a count of more than 4300 digits, Python's own limit.
 */
export function parseLogMessage(msg: string): LogMessage {
  const colon = msg.indexOf(':');
  const second = colon < 0 ? -1 : msg.indexOf(':', colon + 1);
  if (second < 0 || msg.indexOf('\n', second) >= 0) {
    return printed(msg);
  }
  let continuation = 0n;
  let level = LOG_LEVELS.get(msg.slice(0, colon));
  if (level === undefined) {
    const open = msg.indexOf('<');
    if (open < 0 || !isCount(msg, open, colon)) {
      return printed(msg);
    }
    level = LOG_LEVELS.get(msg.slice(0, open));
    if (level === undefined) {
      return printed(msg);
    }
    continuation = countOf(msg.slice(open + 1, colon - 1)) - 1n;
  }
  return {
    continuation,
    level,
    name: msg.slice(colon + 1, second),
    message: msg.slice(second + 1),
  };
}

function printed(msg: string): LogMessage {
  return { continuation: 0n, level: INFO, name: 'print', message: msg };
}

/** Is `<digits>` what stands from `open` to `end`? */
function isCount(msg: string, open: number, end: number): boolean {
  if (end - open < 3 || msg.charCodeAt(end - 1) !== CLOSE) {
    return false;
  }
  for (let i = open + 1; i < end - 1; i += 1) {
    const code = msg.charCodeAt(i);
    if (code < ZERO || code > NINE) {
      return false;
    }
  }
  return true;
}

function countOf(digits: string): bigint {
  if (digits.length > COUNT_DIGITS) {
    throw new LimitError(
      `a record announces its lines in ${digits.length} digits, at most ${COUNT_DIGITS} are read`,
      { limit: 'countDigits', value: digits.length, maximum: COUNT_DIGITS, unit: 'digits' },
      { protocol: 'sipyco' },
    );
  }
  return BigInt(digits);
}

const INFO = 20;
const ZERO = 0x30;
const NINE = 0x39;
const CLOSE = 0x3e;
const COUNT_DIGITS = 4300;

export type LogParserOptions = {
  /** The source of a record, asked when it is whole. */
  readonly sourceCb: () => string;
  readonly recordCb: (record: LogRecord) => void;
  readonly limits?: Partial<LogLimits>;
};

/** A record of which lines are missing. */
type Begun = { readonly level: number; readonly name: string; readonly lines: string[] };

/** Gathers the lines of one connection, or of one child's output, into records. */
export class LogParser {
  private readonly _options: LogParserOptions;
  private readonly _limits: LogLimits;
  private _begun: Begun | null = null;
  private _missingLines = 0;
  private _chars = 0;

  constructor(options: LogParserOptions) {
    this._options = options;
    this._limits = { ...LOG_LIMITS, ...options.limits };
  }

  /** A record has begun, and so many lines of it are missing: Infinity for one that never ends. */
  get missingLines(): number {
    return this._missingLines;
  }

  /**
   * Take the next line, without its newline.
   * @throws {LimitError} the record is too large; it is dropped, and the next line begins another.
   */
  lineInput(msg: string): void {
    if (this._begun !== null) {
      this._continue(this._begun, msg);
      return;
    }
    const { continuation, level, name, message } = parseLogMessage(msg);
    if (continuation === 0n) {
      this._tell(level, name, message);
      return;
    }
    const { recordLines } = this._limits;
    if (continuation >= BigInt(recordLines)) {
      const lines = continuation + 1n;
      throw tooLarge(`a record of ${lines} lines`, 'recordLines', Number(lines), recordLines);
    }
    this._begun = { level, name, lines: [message] };
    this._missingLines = continuation < 0n ? Number.POSITIVE_INFINITY : Number(continuation);
    this._chars = message.length;
  }

  /**
   * Take the output of a child, split anywhere, to its end; the last line needs no newline. Any "\r" at
   * the end of a line goes; what is not UTF-8 is replaced by U+FFFD, since a child has promised nothing.
   * Rejects with what `stream` throws, or with a LimitError: then the rest is not read.
   */
  async streamTask(stream: AsyncIterable<Uint8Array>): Promise<void> {
    const lines = new LineReader(this._limits.lineBytes, 'lineBytes');
    const take = (line: Uint8Array) => {
      let end = line.length;
      while (line[end - 1] === CARRIAGE_RETURN) {
        end -= 1;
      }
      this.lineInput(LOOSE.decode(line.subarray(0, end)));
      return true;
    };
    for await (const chunk of stream) {
      lines.feed(chunk, take);
    }
    if (lines.pendingBytes > 0) {
      lines.feed(NEWLINE, take); // the last line had none
    }
  }

  private _continue(begun: Begun, msg: string): void {
    const { recordLines, recordChars } = this._limits;
    begun.lines.push(msg);
    this._chars += msg.length + 1;
    this._missingLines -= 1;
    if (this._missingLines === 0) {
      this._forget();
      this._tell(begun.level, begun.name, begun.lines.join('\n'));
    } else if (begun.lines.length > recordLines) {
      this._forget();
      const count = begun.lines.length;
      throw tooLarge(`a record of ${count} lines and more`, 'recordLines', count, recordLines);
    } else if (this._chars > recordChars) {
      const chars = this._chars;
      this._forget();
      throw tooLarge(`a record of ${chars} characters`, 'recordChars', chars, recordChars);
    }
  }

  private _forget(): void {
    this._begun = null;
    this._missingLines = 0;
    this._chars = 0;
  }

  private _tell(levelno: number, name: string, message: string): void {
    const { recordCb, sourceCb } = this._options;
    recordCb({ levelno, level: levelName(levelno), source: sourceCb(), name, message });
  }
}

const LOOSE = new TextDecoder('utf-8', { ignoreBOM: true });
const NEWLINE = Uint8Array.of(0x0a);
const CARRIAGE_RETURN = 0x0d;

function tooLarge(
  what: string,
  limit: 'recordLines' | 'recordChars',
  value: number,
  maximum: number,
): LimitError {
  const unit = limit === 'recordLines' ? 'lines' : 'characters';
  return new LimitError(
    `${what} arrived, ${limit} allows ${maximum}`,
    { limit, value, maximum, unit },
    { protocol: 'sipyco', hint: 'Log less at once, or raise the limit.' },
  );
}

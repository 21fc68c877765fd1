// A log record, and what the two logging machines are told and hear. Types only.

import type { FailedEvent } from '../../wire/index.js';

/** What a program says into its log. */
export type LogEntry = {
  /** Python's number: 50, 40, 30, 20, 10, 5, or any other. */
  readonly levelno: number;
  /** The logger's, dots and all. */
  readonly name: string;
  /** Lines joined by "\n", a traceback among them if there is one. */
  readonly message: string;
  /** Who says it, `worker(7,scan.py)`; a `SourceFilter` fills it in. */
  readonly source?: string;
};

/** What arrives in a log. Plain data. */
export type LogRecord = LogEntry & {
  /** The name of `levelno`. */
  readonly level: string;
  readonly source: string;
  /** When it arrived, ns since 1970-01-01 UTC; the wire carries no time. Absent where nobody looked. */
  readonly timeNs?: bigint;
};

/** What a log forwarder is told to say. */
export type LogForwarderCommand = {
  readonly type: 'record';
  /** With its newlines, as `logLine` makes it. */
  readonly line: Uint8Array<ArrayBuffer>;
};

/** What a log forwarder hears: a log server never says a word. */
export type LogForwarderEvent = { readonly type: 'eof' } | FailedEvent;

/** What the server's end of one logging connection hears. */
export type LogServerEvent =
  | { readonly type: 'record'; readonly record: LogRecord }
  /** The client closed its side, between two records. */
  | { readonly type: 'eof' }
  | FailedEvent;

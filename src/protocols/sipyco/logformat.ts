// A record as text, and which records go out.
//
// Source: vectors/sipyco/sessions/logging_forward_*.jsonl. Names are SiPyCo's
// (`sipyco.logs.MultilineFormatter`, `SourceFilter`).

import { LocalProtocolError } from '../../values/index.js';
import { levelName, namedLevel } from './loglevels.js';
import type { LogEntry } from './logmessages.js';

/**
 * `LEVEL:name:message`, with `<n>` behind the level where it is n lines; what `parseLogMessage` and a
 * `LogParser` read back. No source, no newline at the end.
 *
 * A level without a name is written as Python does, `Level 25`, and read back as printed text. With
 * several lines a reader would take the second for a record of its own and drop the connection: then
 * the level is that of the nearest name below.
 */
export function formatLogMessage(entry: LogEntry): string {
  const { levelno, name, message } = entry;
  let lines = 1;
  for (let at = message.indexOf('\n'); at >= 0; at = message.indexOf('\n', at + 1)) {
    lines += 1;
  }
  return lines === 1
    ? `${levelName(levelno)}:${name}:${message}`
    : `${levelName(namedLevel(levelno))}<${lines}>:${name}:${message}`;
}

/** Lets records of one's own pass by their level, and those of others always: they have been filtered where they were made. */
export class SourceFilter {
  readonly localLevel: number;
  readonly localSource: string;

  /**
   * @param localLevel - the lowest level of one's own that passes.
   * @param localSource - the source of an entry that names none.
   * @throws {LocalProtocolError} a source with a colon or a line break.
   */
  constructor(localLevel: number, localSource: string) {
    this.localLevel = localLevel;
    this.localSource = checkedSource(localSource);
  }

  /** `entry` with its source; null where it does not pass. */
  filter(entry: LogEntry): (LogEntry & { readonly source: string }) | null {
    const { source = this.localSource } = entry;
    if (source === this.localSource && entry.levelno < this.localLevel) {
      return null;
    }
    return { ...entry, source };
  }
}

/** `source` if it can stand before the first colon of a line. @throws {LocalProtocolError} otherwise. */
export function checkedSource(source: string): string {
  if (/[:\n]/.test(source)) {
    throw new LocalProtocolError(
      `the source ${JSON.stringify(source)} holds a colon or a line break`,
      { command: 'log', state: 'open' },
      { protocol: 'sipyco', hint: 'Take it out: the first colon of a line ends the source.' },
    );
  }
  return source;
}

/** `name` if it can stand on a first line. A colon in it is sent, and read as its end. @throws {LocalProtocolError} */
export function checkedLoggerName(name: string): string {
  if (name.includes('\n')) {
    throw new LocalProtocolError(
      `the logger's name ${JSON.stringify(name)} holds a line break`,
      { command: 'log', state: 'open' },
      { protocol: 'sipyco', hint: 'Take it out: what follows would be read as another record.' },
    );
  }
  return name;
}

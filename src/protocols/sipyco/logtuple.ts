// A log record as ARTIQ's master broadcasts it on its channel `log`.
//
// A tuple (level number, source, time in s, "name:message"): so one view shows what a master says and
// what comes in at a log server. The name ends at the first colon, as it does on the wire of logging.
//
// Source: docs/protocols/sipyco.md, "broadcast".

import { type PyValue, Tuple } from '../../values/index.js';
import { levelName } from './loglevels.js';
import type { LogRecord } from './logmessages.js';

/** `record` as a tuple. A record without a time has that of 1970. */
export function logRecordToValue(record: LogRecord): Tuple {
  const { levelno, source, name, message, timeNs = 0n } = record;
  return new Tuple([BigInt(levelno), source, Number(timeNs) / 1e9, `${name}:${message}`]);
}

/** The record in a message of a channel; null where it is none. */
export function logRecordOf(value: PyValue): LogRecord | null {
  if (!(value instanceof Tuple) || value.length !== 4) {
    return null;
  }
  const [levelno, source, time, text] = value.items;
  if (
    typeof levelno !== 'bigint' ||
    typeof source !== 'string' ||
    typeof time !== 'number' ||
    typeof text !== 'string'
  ) {
    return null;
  }
  const colon = text.indexOf(':');
  return {
    levelno: Number(levelno),
    level: levelName(Number(levelno)),
    source,
    name: colon < 0 ? '' : text.slice(0, colon),
    message: text.slice(colon + 1),
    ...(Number.isFinite(time) ? { timeNs: BigInt(Math.round(time * 1e6)) * 1000n } : {}),
  };
}

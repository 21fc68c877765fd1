// The newest records of a log, as many as memory is meant for.

import { type LogRecord, logRecordOf } from '../../protocols/sipyco/index.js';
import type { Message } from '../sources/source.js';
import { reprText, TEXT_LIMIT } from './format.js';

/** Records that are kept; ARTIQ's dashboard keeps 1 000. */
export const RECORD_LIMIT = 100_000;
/** Bytes that the texts of all records may take; long tracebacks leave room for fewer records. */
export const LOG_BYTES_LIMIT = 64 * 1024 * 1024;

/** Times that a calendar has room for, years 1970 to 9999; a record with another has that of its arrival. */
const LATEST_NS = 253_402_300_799_000_000_000n;
const RECORD_BYTES = 200; // of a record beside its texts

/** A record, or a message that is none: it has a text and neither level, source nor name. */
export type LogItem = Pick<LogRecord, 'source' | 'name' | 'message'> & {
  /** Counts up from 0. */
  readonly id: number;
  readonly level: string;
  readonly levelno: number | null;
  readonly timeNs: bigint;
};

export class LogRing {
  /** Records that were dropped for newer ones. */
  lostCount = 0;
  /** How many records each source has here. */
  readonly sources = new Map<string, number>();
  /** Counts up when a source appears or goes. */
  sourceChanges = 0;
  private readonly _recordLimit: number;
  private readonly _byteLimit: number;
  private _items: (LogItem | null)[] = [];
  private _start = 0;
  private _bytes = 0;
  private _nextId = 0;

  constructor(recordLimit = RECORD_LIMIT, byteLimit = LOG_BYTES_LIMIT) {
    this._recordLimit = recordLimit;
    this._byteLimit = byteLimit;
  }

  get count(): number {
    return this._items.length - this._start;
  }

  /** The oldest that is left; that of the next where there is none. */
  get firstId(): number {
    return this._nextId - this.count;
  }

  get nextId(): number {
    return this._nextId;
  }

  /** @param id - from `firstId` on, below `nextId`. */
  at(id: number): LogItem {
    return this._items[this._start + id - this.firstId]!;
  }

  /** Keep a message; what is too old goes, but never this one. */
  push(message: Message): LogItem {
    const item = itemOf(message, this._nextId);
    this._nextId += 1;
    this._items.push(item);
    this._bytes += bytesOf(item);
    const before = this.sources.get(item.source) ?? 0;
    this.sources.set(item.source, before + 1);
    this.sourceChanges += before === 0 ? 1 : 0;
    while (this.count > 1 && (this.count > this._recordLimit || this._bytes > this._byteLimit)) {
      this._drop();
    }
    return item;
  }

  /** The same records, for two futures; the texts are shared. */
  copy(): LogRing {
    const copy = new LogRing(this._recordLimit, this._byteLimit);
    copy._items = this._items.slice(this._start);
    copy._bytes = this._bytes;
    copy._nextId = this._nextId;
    copy.lostCount = this.lostCount;
    copy.sourceChanges = this.sourceChanges;
    for (const [source, count] of this.sources) {
      copy.sources.set(source, count);
    }
    return copy;
  }

  private _drop(): void {
    const item = this._items[this._start]!;
    this._items[this._start] = null;
    this._start += 1;
    this._bytes -= bytesOf(item);
    this.lostCount += 1;
    const left = this.sources.get(item.source)! - 1;
    if (left === 0) {
      this.sources.delete(item.source);
      this.sourceChanges += 1;
    } else {
      this.sources.set(item.source, left);
    }
    if (this._start > this.count) {
      this._items = this._items.slice(this._start);
      this._start = 0;
    }
  }
}

function itemOf({ value, timeNs }: Message, id: number): LogItem {
  const record = logRecordOf(value);
  if (record === null) {
    const message = reprText(value, TEXT_LIMIT);
    return { id, level: '', levelno: null, source: '', name: '', message, timeNs };
  }
  const { timeNs: saidNs = timeNs, ...rest } = record;
  return { ...rest, id, timeNs: saidNs >= 0n && saidNs <= LATEST_NS ? saidNs : timeNs };
}

function bytesOf({ source, name, message }: LogItem): number {
  return RECORD_BYTES + 2 * (source.length + name.length + message.length);
}

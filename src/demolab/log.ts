// What the lab's programs say: to whoever listens to the channel `log`, as an ARTIQ master broadcasts
// it, and to log servers that ask for it.

import { LogForwarder } from '../clients/index.js';
import {
  LOG_LEVELS,
  type LogRecord,
  levelName,
  logRecordToValue,
} from '../protocols/sipyco/index.js';
import type { Broadcaster } from '../servers/index.js';
import type { Connect, IClock } from '../wire/index.js';

export const LOG_CHANNEL = 'log';

/** The log of the lab, and of those who send theirs to it. */
export class LabLog {
  private readonly _clock: IClock;
  private readonly _broadcaster: Broadcaster;
  private readonly _forwarders = new Set<LogForwarder>();

  constructor(clock: IClock, broadcaster: Broadcaster) {
    this._clock = clock;
    this._broadcaster = broadcaster;
  }

  /** A program of the lab says something. */
  say(
    level: 'ERROR' | 'WARNING' | 'INFO' | 'DEBUG',
    source: string,
    name: string,
    message: string,
  ) {
    const levelno = LOG_LEVELS.get(level) ?? 0;
    const timeNs = this._clock.wallNs();
    const record = { levelno, level: levelName(levelno), source, name, message, timeNs };
    this.pass(record);
    for (const forwarder of this._forwarders) {
      forwarder.log(record);
    }
  }

  /** Somebody else's record, for the channel. */
  pass(record: LogRecord): void {
    this._broadcaster.broadcast(LOG_CHANNEL, logRecordToValue(record));
  }

  /** From now on send what the lab says to a log server. @returns how to end it. */
  forward(connect: Connect): () => Promise<void> {
    const forwarder = new LogForwarder({ connect, clock: this._clock });
    this._forwarders.add(forwarder);
    forwarder.start();
    return async () => {
      this._forwarders.delete(forwarder);
      await forwarder.close();
    };
  }

  /** End all that is forwarded. */
  async close(): Promise<void> {
    const forwarders = [...this._forwarders];
    this._forwarders.clear();
    await Promise.all(forwarders.map(forwarder => forwarder.close()));
  }
}

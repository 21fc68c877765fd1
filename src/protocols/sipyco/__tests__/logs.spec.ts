import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Fault } from '../../../values/index.js';
import {
  formatLogMessage,
  LOG_LEVELS,
  type LogEntry,
  LogForwarderMachine,
  LogParser,
  type LogRecord,
  type LogServerEvent,
  LogServerMachine,
  levelName,
  logLine,
  parseLogMessage,
  SourceFilter,
} from '../index.js';
import { seeded } from './chance.js';
import { recording, sessionNames } from './recordings.js';

type Entry = { readonly name: string; readonly level: number; readonly message: string };
type Line = {
  readonly dir: 'note' | 'c2s' | 's2c';
  readonly conn?: number;
  readonly data?: string;
  readonly b64?: string;
  readonly eof?: true;
  readonly event?: string;
  readonly text?: string;
  readonly server_closed?: boolean;
  readonly server_record?: LogRecord;
  readonly log?: Entry & { readonly extra?: { readonly source: string } };
};

type Conversation = {
  readonly name: string;
  readonly c2s: Uint8Array;
  readonly eof: boolean;
  readonly records: LogRecord[];
  /** The server closed while the client still wrote. */
  readonly isDropped: boolean;
};

function conversations(): Conversation[] {
  return sessionNames('logging_').flatMap(file => {
    const found: { name: string; lines: Line[] }[] = [];
    let title = '';
    for (const line of recording<Line>(`sessions/${file}`)) {
      title = line.text ?? title;
      if (line.event === 'connected') {
        found.push({ name: `${file}: ${title}`, lines: [] });
      } else {
        found.at(-1)?.lines.push(line);
      }
    }
    return found.map(({ name, lines }) => ({
      name,
      c2s: Buffer.concat(
        lines
          .filter(line => line.dir === 'c2s')
          .map(line =>
            line.b64 === undefined ? Buffer.from(line.data ?? '') : Buffer.from(line.b64, 'base64'),
          ),
      ),
      eof: lines.some(line => line.dir === 'c2s' && line.eof === true),
      records: lines.flatMap(line => line.server_record ?? []),
      isDropped: lines.some(line => line.server_closed === true),
    }));
  });
}

function hear(chunks: readonly Uint8Array[], eof = false): LogServerEvent[] {
  const machine = new LogServerMachine();
  for (const chunk of chunks) {
    machine.receive(chunk);
  }
  if (eof) {
    machine.receiveEof();
  }
  return machine.takeEvents();
}

function recordsOf(events: readonly LogServerEvent[]): LogRecord[] {
  return events.flatMap(event => (event.type === 'record' ? [event.record] : []));
}

function faultOf(events: readonly { readonly type: string }[]): Fault {
  const last = events.at(-1);
  assert.equal(last?.type, 'failed');
  return (last as unknown as { fault: Fault }).fault;
}

describe('log server: every recording at every split', () => {
  for (const { name, c2s, eof, records, isDropped } of conversations()) {
    it(name, () => {
      const whole = hear([c2s], eof);
      // SiPyCo's server cuts the last letter of a line that has no newline; ours keeps it.
      const expected = records.map(record =>
        record.message === 'tai' ? { ...record, message: 'tail' } : record,
      );
      assert.deepEqual(recordsOf(whole), expected);
      const isCutOff = name.endsWith('cut off in the middle');
      assert.equal(whole.at(-1)?.type, isDropped || isCutOff ? 'failed' : 'eof');
      assert.deepEqual(
        hear(
          [...c2s].map(byte => Uint8Array.of(byte)),
          eof,
        ),
        whole,
        'byte by byte',
      );
      for (let at = 1; at < c2s.length; at += 1) {
        const cut = hear([c2s.subarray(0, at), c2s.subarray(at)], eof);
        assert.deepEqual(cut, whole, `cut at ${at}`);
      }
    });
  }
});

describe('log forwarder: what each recording says, in the same bytes', () => {
  for (const file of sessionNames('logging_forward_')) {
    it(file, () => {
      const lines = recording<Line>(`sessions/${file}`);
      const filter = new SourceFilter(10, 'ctl(3,dds)');
      const ownFilter = file.includes('filter') ? new SourceFilter(20, 'ctl(3,dds)') : filter;
      const machine = new LogForwarderMachine();
      for (const { log, server_record } of lines) {
        if (log !== undefined) {
          const source = log.extra?.source;
          const entry: LogEntry = {
            levelno: log.level,
            name: log.name,
            message: log.message,
            ...(source === undefined ? {} : { source }),
          };
          const record = ownFilter.filter(entry);
          if (record !== null) {
            machine.send({ type: 'record', line: logLine(record) });
          }
        } else if (server_record !== undefined && file.includes('traceback')) {
          machine.send({ type: 'record', line: logLine(server_record) });
        }
      }
      const said = lines.map(line => (line.dir === 'c2s' ? (line.data ?? '') : '')).join('');
      assert.equal(Buffer.concat(machine.takeOutput()).toString(), said);
    });
  }
});

describe('parseLogMessage', () => {
  for (const vector of recording<{
    readonly line: string;
    readonly more_lines: number | string;
    readonly level: number;
    readonly name: string;
    readonly message: string;
  }>('log_parse.jsonl')) {
    it(JSON.stringify(vector.line), () => {
      const { more_lines, level, name, message } = vector;
      assert.deepEqual(parseLogMessage(vector.line), {
        continuation: BigInt(more_lines),
        level,
        name,
        message,
      });
    });
  }

  it('agrees with the expression that SiPyCo documents, whatever the text', () => {
    const levels = [...LOG_LEVELS.keys()];
    const expression = new RegExp(`^(${levels.join('|')})(<[0-9]+>)?:([^:]*):([^\\n]*)$`);
    const part = fc.constantFrom(...levels, '<', '>', '<2>', '<0>', ':', ':', 'n', '\n', '', '9');
    const text = fc.array(part, { maxLength: 9 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(text, line => {
        const match = expression.exec(line);
        const [, level = 'INFO', count = '<1>', name = 'print', message = line] = match ?? [];
        assert.deepEqual(parseLogMessage(line), {
          continuation: BigInt(count.slice(1, -1)) - 1n,
          level: LOG_LEVELS.get(level),
          name,
          message,
        });
      }),
      { seed: 4, numRuns: 20_000 },
    );
  });

  it('reads no name of Object.prototype for a level', () => {
    assert.equal(parseLogMessage('constructor:a:b').name, 'print');
    assert.equal(parseLogMessage('__proto__<2>:a:b').name, 'print');
  });

  it('refuses a count that Python refuses, before it is worked out', () => {
    assert.throws(() => parseLogMessage(`INFO<${'9'.repeat(4301)}>:a:b`), {
      name: 'LimitError',
      message: 'a record announces its lines in 4301 digits, at most 4300 are read',
    });
  });
});

describe('formatLogMessage', () => {
  it('is read back by a server, whatever the message', () => {
    const machine = new LogForwarderMachine();
    const server = new LogServerMachine();
    const line = fc.string({ unit: 'grapheme', maxLength: 12 });
    fc.assert(
      fc.property(
        fc.constantFrom(50, 40, 30, 20, 10, 5),
        fc.string().filter(name => !/[:\n]/.test(name)),
        fc.array(line, { minLength: 1, maxLength: 4 }).map(lines => lines.join('\n')),
        fc.string().filter(source => !/[:\n]/.test(source)),
        (levelno, name, message, source) => {
          machine.send({ type: 'record', line: logLine({ levelno, name, message, source }) });
          for (const chunk of machine.takeOutput()) {
            server.receive(chunk);
          }
          const record = { levelno, level: levelName(levelno), source, name, message };
          assert.deepEqual(server.takeEvents(), [{ type: 'record', record }]);
        },
      ),
      { seed: 11, numRuns: 2000 },
    );
  });

  it('gives several lines of a level without a name the named one below: the server would drop us', () => {
    const entry = { name: 'a', message: 'x\ny' };
    assert.equal(formatLogMessage({ ...entry, levelno: 25 }), 'INFO<2>:a:x\ny');
    assert.equal(formatLogMessage({ ...entry, levelno: 1 }), 'TRACE<2>:a:x\ny');
    assert.equal(formatLogMessage({ ...entry, levelno: 99 }), 'CRITICAL<2>:a:x\ny');
    assert.equal(formatLogMessage({ ...entry, levelno: 25, message: 'x' }), 'Level 25:a:x');
  });
});

describe('SourceFilter', () => {
  const filter = new SourceFilter(10, 'me');
  const entry = { name: 'n', message: 'm' };

  it('holds back what is below the level, TRACE too, of its own source only', () => {
    assert.equal(filter.filter({ ...entry, levelno: 5 }), null);
    assert.equal(filter.filter({ ...entry, levelno: 5, source: 'me' }), null);
    assert.deepEqual(filter.filter({ ...entry, levelno: 10 }), {
      ...entry,
      levelno: 10,
      source: 'me',
    });
    assert.deepEqual(filter.filter({ ...entry, levelno: 5, source: 'worker' }), {
      ...entry,
      levelno: 5,
      source: 'worker',
    });
  });

  it('refuses a source that would break the line', () => {
    assert.throws(() => new SourceFilter(10, 'a:b'), {
      name: 'LocalProtocolError',
      message: 'the source "a:b" holds a colon or a line break',
    });
  });
});

describe('logLine', () => {
  const record = { levelno: 20, name: 'n', message: 'm', source: 's' };

  it('refuses what would break the line', () => {
    for (const broken of [{ source: 'a\nb' }, { source: 'a:b' }, { name: 'a\nb' }]) {
      assert.throws(() => logLine({ ...record, ...broken }), { name: 'LocalProtocolError' });
    }
  });

  it('refuses a line that would end the connection, and takes as much in several', () => {
    const half = 'x'.repeat(3 << 20);
    assert.equal(logLine({ ...record, message: `${half}\n${half}` }).length, (6 << 20) + 14);
    assert.throws(() => logLine({ ...record, message: half + half }), {
      name: 'LimitError',
      message: 'a log line of 6291465 bytes, a server takes 4194304',
    });
  });
});

describe('LogForwarderMachine', () => {
  it('says that a server that speaks is no log server', () => {
    const machine = new LogForwarderMachine();
    machine.receive(Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'));
    machine.receiveEof();
    const events = machine.takeEvents();
    assert.equal(events.length, 1);
    assert.equal(
      faultOf(events).message,
      'this is not a SiPyCo log server: it speaks, and begins with "S"',
    );
  });

  it('takes no record once the server has closed', () => {
    const machine = new LogForwarderMachine();
    machine.receiveEof();
    assert.deepEqual(machine.takeEvents(), [{ type: 'eof' }]);
    const record = { levelno: 20, name: 'n', message: 'm', source: 's' };
    assert.throws(() => machine.send({ type: 'record', line: logLine(record) }), {
      name: 'LocalProtocolError',
      message: 'no record can be sent: the connection is over',
    });
  });
});

describe('LogServerMachine', () => {
  const BANNER = 'ARTIQ logging\n';

  it('names what it drops a client for', () => {
    const message = (text: string | Uint8Array) =>
      faultOf(hear([Buffer.from(BANNER), Buffer.from(text as string)], true)).message;
    assert.equal(
      message('no colon here\n'),
      'a log client sent "no colon here", expected a source and a colon',
    );
    assert.equal(
      message(Buffer.from([0x73, 0x3a, 0xff, 0x0a])),
      'a log client sent "s:�", expected UTF-8',
    );
    assert.equal(
      message('s:INFO<3>:a:b\nc\n'),
      'a log client sent the end of the connection, expected 1 more line of a record',
    );
    assert.equal(
      message('s:INFO<0>:a:b\nc\n'),
      'a log client sent the end of the connection, expected any more lines of a record',
    );
    assert.equal(
      faultOf(hear([Buffer.from('ARTIQ log')], true)).message,
      'a log client sent the end of the connection, expected the banner "ARTIQ logging\\n"',
    );
  });

  it('bounds a record that never ends, in lines and in characters', () => {
    const endless = (limits: { recordLines?: number; recordChars?: number }, lines: number) => {
      const machine = new LogServerMachine(limits);
      machine.receive(Buffer.from(`${BANNER}s:INFO<0>:a:b\n${'12345678\n'.repeat(lines)}`));
      return faultOf(machine.takeEvents());
    };
    assert.deepEqual(endless({ recordLines: 10 }, 20).facts, {
      limit: 'recordLines',
      value: 11,
      maximum: 10,
      unit: 'lines',
    });
    assert.deepEqual(endless({ recordChars: 100 }, 20).facts, {
      limit: 'recordChars',
      value: 109,
      maximum: 100,
      unit: 'characters',
    });
  });

  it('does not begin to gather what announces too much', () => {
    const machine = new LogServerMachine({ recordLines: 3 });
    machine.receive(Buffer.from(`${BANNER}s:INFO<3>:a:b\nc\nd\ns:INFO<4>:a:b\n`));
    const events = machine.takeEvents();
    assert.equal(recordsOf(events)[0]?.message, 'b\nc\nd');
    assert.equal(faultOf(events).message, 'a record of 4 lines arrived, recordLines allows 3');
    const huge = hear([Buffer.from(`${BANNER}s:INFO<99999999999999999999>:n:m\n`)]);
    assert.equal(
      faultOf(huge).message,
      'a record of 99999999999999999999 lines arrived, recordLines allows 65536',
    );
  });

  it('bounds a line', () => {
    const machine = new LogServerMachine({ lineBytes: 20 });
    machine.receive(Buffer.from(`${BANNER}s:INFO:a:ok\ns:${'x'.repeat(19)}`));
    const events = machine.takeEvents();
    assert.equal(recordsOf(events).length, 1);
    assert.equal(faultOf(events).name, 'LimitError');
  });

  it('outlives any bytes, and says the same however they are cut', () => {
    const parts = ['s:', 'INFO', '<2>', '<0>', ':a:', '\n', '\n', 'ERROR:b:', '\xff', 'é', '<', ''];
    const random = seeded(6);
    for (let run = 0; run < 60_000; run += 1) {
      let text = random() < 0.9 ? BANNER : '';
      for (let i = random() * 12; i > 0; i -= 1) {
        text += parts[Math.floor(random() * parts.length)];
      }
      const bytes = Buffer.from(text, random() < 0.5 ? 'latin1' : 'utf8');
      const at = Math.floor(random() * bytes.length);
      const whole = hear([bytes], true);
      const cut = hear([bytes.subarray(0, at), bytes.subarray(at)], true);
      assert.deepEqual(cut, whole, JSON.stringify(text));
      assert.ok(['eof', 'failed'].includes(whole.at(-1)!.type), JSON.stringify(text));
    }
  });
});

describe('LogParser', () => {
  const parser = (records: LogRecord[], source = 'child', limits = {}) =>
    new LogParser({ sourceCb: () => source, recordCb: record => records.push(record), limits });

  it('takes what a program printed', () => {
    const records: LogRecord[] = [];
    const lines = parser(records);
    lines.lineInput('hello');
    lines.lineInput('WARNING<2>:m:one');
    assert.equal(lines.missingLines, 1);
    lines.lineInput('two');
    assert.deepEqual(
      records.map(({ levelno, name, message, source }) => [levelno, name, message, source]),
      [
        [20, 'print', 'hello', 'child'],
        [30, 'm', 'one\ntwo', 'child'],
      ],
    );
  });

  it('takes the output of a child to its end, carriage returns and bad bytes and all', async () => {
    const records: LogRecord[] = [];
    const output = Buffer.from('INFO:a:o\rne\r\r\n\xff\nERROR<2>:b:x\r\ny', 'latin1');
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (const byte of output) {
        yield Uint8Array.of(byte);
      }
    }
    await parser(records).streamTask(chunks());
    assert.deepEqual(
      records.map(record => record.message),
      ['o\rne', '\ufffd', 'x\ny'],
    );
  });

  it('goes on after a record that was too large', () => {
    const records: LogRecord[] = [];
    const lines = parser(records, 's', { recordLines: 2 });
    assert.throws(() => lines.lineInput('INFO<3>:a:b'), { name: 'LimitError' });
    lines.lineInput('INFO:a:after');
    assert.equal(records[0]?.message, 'after');
  });
});

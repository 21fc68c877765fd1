// A log as the page sees it: rows in sight, filters, pause, and what is lost.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logRecordToValue } from '../../../protocols/sipyco/index.js';
import { dict, type PyValue, Tuple } from '../../../values/index.js';
import { VIEWPORT } from '../../__tests__/viewport.js';
import type { LogFrame, LogViewport, Viewport } from '../../api.js';
import { csvOf } from '../csv.js';
import { LogView } from '../log.js';
import { LogRing } from '../logring.js';

const ALL: LogViewport = {
  level: null,
  source: null,
  filter: '',
  follow: true,
  around: null,
  unfolded: [],
  columns: 0,
};
const NOW_NS = 1_700_000_000_000_000_000n;
const LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40 } as const;

/** A log view, and a hand that speaks into it. */
class Log {
  readonly view: LogView;
  private _viewport: Viewport = { ...VIEWPORT, rowCount: 4, log: ALL };

  constructor(ring = new LogRing(), options = {}) {
    this.view = new LogView(options, 'log', ring);
    this.view.setViewport(this._viewport);
  }

  say(level: keyof typeof LEVELS, source: string, message: string): this {
    const levelno = LEVELS[level];
    const record = { levelno, level, source, name: 'lab', message, timeNs: NOW_NS };
    return this.send(logRecordToValue(record));
  }

  send(...values: readonly PyValue[]): this {
    const messages = values.map(value => ({ value, timeNs: NOW_NS + 1n }));
    this.view.input('value', { type: 'messages', messages });
    return this;
  }

  count(from: number, to: number): this {
    for (let i = from; i < to; i++) {
      this.say(i % 10 === 0 ? 'WARNING' : 'INFO', `worker(${i % 3},scan.py)`, `line ${i}`);
    }
    return this;
  }

  look(log: Partial<LogViewport>, rest: Partial<Viewport> = {}): LogFrame {
    const before = this._viewport.log ?? ALL;
    this._viewport = { ...this._viewport, ...rest, log: { ...before, ...log } };
    this.view.setViewport(this._viewport);
    return this.frame();
  }

  frame(): LogFrame {
    const { content } = this.view.frame();
    assert.equal(content.kind, 'log');
    return content as LogFrame;
  }

  copied(first: number, last: number): string {
    const answer = this.view.ask({ type: 'records', first, last });
    return answer.type === 'text' ? answer.text : '';
  }
}

const texts = (frame: LogFrame) => frame.rows.map(({ text }) => text);

describe('LogView', () => {
  it('is empty until its source is live, and then a log without records', () => {
    const log = new Log();
    assert.equal(log.view.frame().content.kind, 'empty');
    const status = { state: 'live', sinceNs: 0n, fault: null, outOfStepCount: 0 } as const;
    log.view.input('value', { type: 'status', status });
    const { rowCount, recordCount, rows } = log.frame();
    assert.deepEqual({ rowCount, recordCount, rows }, { rowCount: 0, recordCount: 0, rows: [] });
  });

  it('follows the newest rows, and holds those that are looked at', () => {
    const log = new Log().count(0, 10);
    assert.deepEqual(texts(log.frame()), ['line 6', 'line 7', 'line 8', 'line 9']);
    const held = log.look({ follow: false }, { firstRow: 2 });
    assert.deepEqual(texts(held), ['line 2', 'line 3', 'line 4', 'line 5']);
    log.count(10, 20);
    assert.deepEqual(texts(log.frame()), texts(held));
    assert.deepEqual(texts(log.look({ follow: true })).at(-1), 'line 19');
    // Beyond the end are the last rows.
    assert.equal(texts(log.look({ follow: false }, { firstRow: 1000 })).at(-1), 'line 19');
  });

  it('takes another filter while it is shown, beside the one that is typed above it', () => {
    const log = new Log(undefined, { filter: 'line 1' }).count(0, 13);
    const shown = (now: Partial<LogViewport>, filter = '') => texts(log.look(now, { filter }));
    assert.deepEqual(shown({ filter: 'line 1' }), ['line 1', 'line 10', 'line 11', 'line 12']);
    assert.deepEqual(shown({}, 'line 12'), ['line 12']);
    assert.deepEqual(shown({ filter: 'worker(2' }, '2'), ['line 2', 'line 5', 'line 8', 'line 11']);
    assert.deepEqual(shown({ filter: 'worker(2' }, 'line 2'), ['line 2']);
    assert.equal(log.look({ filter: '' }, { filter: '' }).shownCount, 13);
  });

  it('tells level, severity, source, name and time of a record', () => {
    const log = new Log().say('WARNING', 'motor', 'first\nsecond\nthird');
    log.send(new Tuple([25n, 'motor', 1.5, 'no colon']));
    const [record, odd] = log.frame().rows;
    assert.deepEqual(record, {
      id: 0,
      line: 0,
      lineCount: 3,
      isUnfolded: false,
      timeNs: NOW_NS,
      level: 'WARNING',
      severity: 'WARNING',
      source: 'motor',
      name: 'lab',
      text: 'first',
    });
    assert.equal(odd?.level, 'Level 25');
    assert.equal(odd?.severity, 'INFO');
    assert.equal(odd?.timeNs, 1_500_000_000n);
  });

  it('shows what is no record as Python would, without a level', () => {
    const log = new Log().send(dict({ rid: 7n }), new Tuple([20n, 'a', 'b']), null);
    assert.deepEqual(texts(log.frame()), ["{'rid': 7}", "(20, 'a', 'b')", 'None']);
    assert.ok(log.frame().rows.every(({ severity, level }) => severity === null && level === ''));
    assert.equal(log.look({ level: 'TRACE' }).rowCount, 0, 'no level is not a low level');
  });

  it('takes the time of arrival where a record has one that no calendar knows', () => {
    const log = new Log();
    for (const time of [Number.NaN, 1e300, -1e300, -5]) {
      log.send(new Tuple([20n, 'a', time, 'x:y']));
    }
    assert.ok(log.frame().rows.every(({ timeNs }) => timeNs === NOW_NS + 1n));
    assert.match(log.copied(0, 9), /^2023-11-14T22:13:20\.000Z\tINFO\ta\tx\ty\n/);
  });

  it('filters by least level, source and text, what comes later too', () => {
    const log = new Log().count(0, 30).say('ERROR', 'motor', 'stalled at 3.5 mm (limit+)');
    assert.equal(log.look({ level: 'WARNING' }).shownCount, 4);
    log.say('DEBUG', 'motor', 'step').say('ERROR', 'motor', 'STALLED again');
    assert.equal(log.frame().shownCount, 5);
    assert.equal(log.look({ level: 'ERROR' }).shownCount, 2);
    assert.equal(log.look({ level: null, source: 'motor' }).shownCount, 3);
    assert.equal(log.look({ source: null }, { filter: 'stalled' }).shownCount, 2);
    assert.equal(log.look({}, { filter: '(LIMIT+)' }).shownCount, 1, 'a text, no pattern');
    assert.equal(log.look({}, { filter: 'motor' }).shownCount, 3, 'sources are looked through');
    const { shownCount, recordCount } = log.look({}, { filter: '' });
    assert.deepEqual([shownCount, recordCount], [33, 33]);
  });

  it('begins with the filters of its options', () => {
    const log = new Log(new LogRing(), { filter: 'line 1', level: 'WARNING' });
    log.count(0, 30);
    assert.equal(log.frame().shownCount, 30, 'the page says what they are now');
    const plain = new LogView({ level: 'WARNING', filter: 'M' }, 'log');
    plain.setViewport(VIEWPORT);
    plain.input('value', {
      type: 'messages',
      messages: [20n, 30n].map(level => ({
        value: new Tuple([level, 'a', 0, 'n:m']),
        timeNs: NOW_NS,
      })),
    });
    assert.equal((plain.frame().content as LogFrame).shownCount, 1);
  });

  it('keeps what is looked at in sight when the filters change', () => {
    const log = new Log().count(0, 100);
    const warnings = log.look({ level: 'WARNING' });
    assert.deepEqual(texts(warnings), ['line 60', 'line 70', 'line 80', 'line 90']);
    const around = log.look({ level: null, follow: false, around: warnings.rows[0]!.id });
    assert.equal(around.aroundRow, 60);
    assert.deepEqual(texts(around), ['line 58', 'line 59', 'line 60', 'line 61']);
    const next = log.look({ level: 'WARNING', around: 61 });
    assert.deepEqual([next.aroundRow, texts(next)[2]], [7, 'line 70']);
  });

  it('drops the oldest, counts them, and leaves the numbers of rows as they were', () => {
    const log = new Log(new LogRing(50)).count(0, 50);
    assert.deepEqual(texts(log.look({ follow: false }, { firstRow: 20 }))[0], 'line 20');
    log.count(50, 65);
    const later = log.frame();
    assert.deepEqual([later.firstRow, texts(later)[0]], [20, 'line 20']);
    assert.deepEqual([later.startRow, later.rowCount, later.lostCount], [15, 50, 15]);
    const gone = log.count(65, 100).frame();
    assert.deepEqual([gone.firstRow, texts(gone)[0]], [50, 'line 50']);
    assert.equal(gone.recordCount, 50);
  });

  it('keeps fewer records where their texts are long, and always the last', () => {
    const log = new Log(new LogRing(1000, 100_000));
    for (let i = 0; i < 20; i++) {
      log.say('INFO', 'a', 'x'.repeat(10_000));
    }
    assert.deepEqual([log.frame().recordCount, log.frame().lostCount], [4, 16]);
    log.say('INFO', 'a', 'y'.repeat(1_000_000));
    assert.equal(log.frame().recordCount, 1);
  });

  it('names the sources of the records that it keeps', () => {
    const log = new Log(new LogRing(10));
    for (let rid = 0; rid < 25; rid++) {
      log.say('INFO', `worker(${rid},scan.py)`, 'x');
      assert.equal(log.frame().sources.length, Math.min(10, rid + 1));
    }
    log.say('INFO', 'a', 'x');
    assert.deepEqual(log.frame().sources.slice(0, 2), ['a', 'worker(16,scan.py)']);
  });

  it('unfolds a record, line by line, and wraps what is too long', () => {
    const log = new Log()
      .count(0, 3)
      .say('ERROR', 'a', `boom\n${'=-'.repeat(30)}\nend`)
      .count(3, 5);
    assert.deepEqual(texts(log.frame()), ['line 2', 'boom', 'line 3', 'line 4']);
    const open = log.look({ follow: false, unfolded: [3], columns: 40 }, { rowCount: 10 });
    assert.equal(open.rowCount, 9);
    assert.deepEqual(texts(open).slice(3, 7), ['boom', '=-'.repeat(20), '=-'.repeat(10), 'end']);
    assert.deepEqual(
      open.rows.map(({ id, line }) => [id, line]),
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [3, 0],
        [3, 1],
        [3, 2],
        [3, 3],
        [4, 0],
        [5, 0],
      ],
    );
    // Any window is a part of the whole.
    for (let first = 0; first < 9; first++) {
      const part = log.look({}, { firstRow: first, rowCount: 3 });
      assert.deepEqual(part.rows, open.rows.slice(part.firstRow, part.firstRow + 3));
    }
    assert.equal(log.look({ unfolded: [] }).rowCount, 6);
  });

  it('counts the rows of an unfolded record that goes', () => {
    const log = new Log(new LogRing(6)).say('ERROR', 'a', 'one\ntwo\nthree').count(0, 5);
    assert.equal(log.look({ unfolded: [0] }).rowCount, 8);
    const { startRow, rowCount } = log.count(5, 6).frame();
    assert.deepEqual([startRow, rowCount], [3, 6]);
  });

  it('shows a thousand lines of a record at most', () => {
    const log = new Log().say('INFO', 'a', 'x\n'.repeat(100_000));
    const { rowCount, rows } = log.look({ unfolded: [0] });
    assert.deepEqual([rowCount, rows.at(-1)?.text], [1000, '…']);
    const long = new Log().say('INFO', 'a', 'x'.repeat(20_000_000));
    assert.deepEqual(
      [long.frame().rows[0]?.lineCount, long.frame().rows[0]?.text.length],
      [1000, 500],
    );
  });

  it('holds its records while it is paused, to be looked through, and loses none meanwhile', () => {
    const log = new Log(new LogRing(50)).count(0, 50);
    log.view.setPaused(true);
    log.count(50, 90);
    const paused = log.frame();
    assert.deepEqual([paused.newCount, texts(paused).at(-1)], [40, 'line 49']);
    assert.equal(log.look({ level: 'WARNING' }).shownCount, 5);
    assert.deepEqual(texts(log.look({ level: null, follow: false }, { firstRow: 0 }))[0], 'line 0');
    log.view.setPaused(false);
    const after = log.look({ follow: true });
    assert.deepEqual([after.newCount, after.lostCount, texts(after).at(-1)], [0, 40, 'line 89']);
    assert.equal(after.shownCount, 50);
    assert.deepEqual(log.count(90, 91).frame().sources.length, 3);
  });

  it('copies the records that are shown, whole, and says what was too much', () => {
    const log = new Log().count(0, 20).say('ERROR', 'a', 'one\ntwo');
    log.look({ level: 'WARNING' });
    assert.equal(
      log.copied(5, 20),
      '2023-11-14T22:13:20.000Z\tWARNING\tworker(1,scan.py)\tlab\tline 10\n' +
        '2023-11-14T22:13:20.000Z\tERROR\ta\tlab\tone\ntwo\n',
    );
    log.say('ERROR', 'a', 'x'.repeat(2_000_000));
    assert.match(log.copied(20, 21), /two\n… 1 more records: export them as CSV\n$/);
  });

  it('exports all records, harmless to a spreadsheet', () => {
    const log = new Log().say('ERROR', '@motor', '=1+1').say('INFO', 'a', 'b, c');
    log.look({ level: 'ERROR' });
    const { columns, fileName } = log.view.table();
    assert.equal(fileName, 'log.csv');
    assert.deepEqual(new TextDecoder().decode(csvOf(columns)).split('\r\n'), [
      'time,level,source,name,message',
      "2023-11-14T22:13:20.000Z,ERROR,'@motor,lab,'=1+1",
      '2023-11-14T22:13:20.000Z,INFO,a,lab,"b, c"',
      '',
    ]);
  });
});

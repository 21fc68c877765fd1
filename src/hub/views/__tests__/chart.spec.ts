import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Display,
  dict,
  NDArray,
  NO_ALARM,
  type PyValue,
  tuple,
} from '../../../values/index.js';
import { HandClock } from '../../__tests__/handclock.js';
import type { ChartFrame, EmptyFrame } from '../../api.js';
import type { SourceEvent } from '../../sources/source.js';
import { ChartView } from '../chart.js';
import { chooseRows, sharesOf } from '../chartrows.js';
import type { ChartSource } from '../charttable.js';
import { csvOf } from '../csv.js';
import { Pace } from '../pace.js';
import { Patience } from '../patience.js';
import { Pyramid } from '../pyramid.js';

function reading(value: PyValue, display: Display = {}, timeNs = 0n): SourceEvent {
  return {
    type: 'reading',
    reading: { value, type: 'test', timeNs, alarm: NO_ALARM, display, persist: null },
    range: null,
  };
}

function floats(...values: readonly number[]): NDArray {
  return NDArray.of(Float64Array.from(values));
}

const whole = (name: string): ChartSource => ({ name, column: null, label: `lab.${name}` });
const column = (name: string, of: string): ChartSource => ({
  name,
  column: of,
  label: `lab.${of}`,
});

function setUp(...sources: readonly ChartSource[]) {
  const clock = new HandClock();
  let woken = 0;
  const wake = () => {
    woken += 1;
  };
  const view = new ChartView(sources, new Patience(clock, wake), new Pace(clock, wake, 50));
  const frame = <F = ChartFrame>() => (view.frame() as { content: unknown }).content as F;
  return {
    view,
    clock,
    woken: () => woken,
    frame,
    /** The rows of each name. */
    rows: () =>
      Object.fromEntries(
        frame().tables.map(({ name, columns }) => [
          name,
          Object.fromEntries(columns.map(({ name: of, values }) => [of, [...values]])),
        ]),
      ),
    csv: () => new TextDecoder().decode(csvOf(view.table().columns)),
  };
}

const NAN = Number.NaN;

describe('ChartView', () => {
  it('makes rows of a list: index and value / scale', () => {
    const { view, rows, frame } = setUp(whole('rabi'));
    view.input('data', reading([20, null, 40n, NAN], { scale: 10 }));
    assert.deepEqual(rows(), { rabi: { index: [0, 1, 2, 3], value: [2, NAN, 4, NAN] } });
    assert.equal(frame().note, undefined);
    assert.equal(frame().tables[0]!.rowCount, 4);
    assert.deepEqual([...frame().tables[0]!.numbers], [0, 1, 2, 3]);
  });

  it('makes rows of several datasets, a scalar in each of them', () => {
    const { view, rows } = setUp(column('rabi', 't'), column('rabi', 'p'), column('rabi', 'run'));
    view.input('data', reading(floats(1e-6, 2e-6), { scale: 1e-6 }), 0);
    view.input('data', reading([0.5, 0.25]), 1);
    view.input('data', reading('A'), 2);
    assert.deepEqual(rows(), { rabi: { t: [1, 2], p: [0.5, 0.25], run: ['A', 'A'] } });
  });

  it('makes rows of a dict of lists, of a dict of scalars, and of a list of dicts', async () => {
    const { view, rows, clock } = setUp(whole('d'));
    const shown = async (value: PyValue) => {
      view.input('data', reading(value));
      await clock.turn(50);
      return rows().d;
    };
    assert.deepEqual(await shown(dict({ x: [1n, 2n], name: tuple('a', 'b') })), {
      x: [1, 2],
      name: ['a', 'b'],
    });
    assert.deepEqual(await shown(dict({ up: 3n, down: 4n })), {
      key: ['up', 'down'],
      value: [3, 4],
    });
    assert.deepEqual(await shown([dict({ x: 1 }), dict({ y: true }), dict({ x: 3, y: false })]), {
      x: [1, NAN, 3],
      y: [null, true, false],
    });
    assert.deepEqual(await shown([true, false]), { index: [0, 1], value: [true, false] });
  });

  it('keeps the last thousand readings of scalars, with their times in ms', () => {
    const { view, frame } = setUp(column('room', 'T'), column('room', 'p'));
    view.input('data', reading(20, {}, 0n), 0);
    assert.equal(frame<EmptyFrame>().kind, 'empty');
    const later = setUp(column('room', 'T'), column('room', 'p'));
    later.view.input('data', reading(20, {}, 0n), 0);
    for (let i = 1; i <= 1200; i++) {
      later.view.input('data', reading(i, { scale: 2 }, 1_700_000_000_000_500_000n + BigInt(i)), 1);
    }
    const [table] = later.frame().tables;
    assert.deepEqual(
      table!.columns.map(({ name }) => name),
      ['time', 'T', 'p'],
    );
    assert.equal(table!.rowCount, 1000);
    assert.equal(table!.columns[0]!.values[0], 1_700_000_000_000.5);
    assert.deepEqual([table!.columns[1]!.values[0], table!.columns[2]!.values[0]], [20, 100.5]);
    assert.equal(table!.columns[2]!.values.at(-1), 600);
    // Two hundred are gone; a row that stays keeps its number.
    assert.deepEqual([table!.numbers[0], table!.numbers.at(-1)], [200, 1199]);
  });

  it('draws a thousand rows of a long list, and none of its spikes is lost', () => {
    const { view, frame } = setUp(column('r', 't'), column('r', 'p'));
    const t = Float64Array.from({ length: 100_000 }, (_, i) => i);
    const p = Float64Array.from(t, i => Math.sin(i));
    p[31_416] = 50;
    p[77_777] = -50;
    view.input('data', reading(NDArray.of(t)), 0);
    view.input('data', reading(NDArray.of(p)), 1);
    const { tables, note } = frame();
    const [table] = tables;
    const drawn = table!.columns[0]!.values as Float64Array;
    assert.ok(drawn.length > 900 && drawn.length <= 1000, `${drawn.length} rows`);
    assert.equal(table!.rowCount, 100_000);
    assert.deepEqual([drawn[0], drawn.at(-1)], [0, 99_999]);
    assert.ok(drawn.includes(31_416) && drawn.includes(77_777));
    assert.deepEqual(Float64Array.from(table!.numbers), drawn);
    // No row is torn apart.
    assert.deepEqual(
      table!.columns[1]!.values,
      drawn.map(i => p[i]!),
    );
    assert.equal(
      note?.replaceAll('\u2009', ''),
      `r: ${drawn.length} of 100000 rows, the least and the greatest of each stretch`,
    );
  });

  it('says that large ints are rounded', () => {
    const { view, frame } = setUp(whole('now'));
    view.input('data', reading([1n, 2n ** 60n + 1n]));
    assert.equal(frame().note, 'value: ints beyond 2^53 are rounded');
  });

  it('rests for 50 ms after a frame, and wakes with what came meanwhile', async () => {
    const { view, frame, clock, woken } = setUp(whole('a'));
    view.input('data', reading([1]));
    const first = frame();
    view.input('data', reading([2]));
    assert.equal(view.isResting, true);
    // A frame for the head's sake has the rows that the page has.
    assert.equal(frame().revision, first.revision);
    await clock.turn(50);
    assert.deepEqual([woken(), view.isResting, view.dirty], [1, false, true]);
    assert.deepEqual([...frame().tables[0]!.columns[1]!.values], [2]);
    await clock.turn(1000);
    assert.equal(clock.timerCount, 0);
  });

  it('waits a second for datasets that are set one after the other', async () => {
    const { view, frame, clock } = setUp(column('r', 't'), column('r', 'p'));
    view.input('data', reading([1, 2]), 0);
    view.input('data', reading([3, 4]), 1);
    const { revision } = frame();
    await clock.turn(50);
    view.input('data', reading([1, 2, 3]), 0);
    assert.equal(frame().revision, revision);
    await clock.turn(1100);
    assert.match(
      frame<EmptyFrame>().fault!.message,
      /^t has 3 values and p has 2: they must be equally long$/,
    );
    view.input('data', reading([3, 4, 5]), 1);
    await clock.turn(50);
    assert.equal(frame().kind, 'chart');
  });

  it('draws the names that have data, and says why another has none', async () => {
    const { view, frame, clock, csv } = setUp(whole('a'), whole('b'));
    assert.equal(frame<EmptyFrame>().fault, null);
    await clock.turn(50);
    view.input('data', reading([1n, 2n]), 0);
    assert.deepEqual(
      frame().tables.map(({ name }) => name),
      ['a'],
    );
    await clock.turn(50);
    view.input('data', reading(NDArray.of(new Float64Array(4), [2, 2])), 1);
    assert.equal(
      frame<EmptyFrame>().fault!.message,
      'lab.b is test, a chart takes scalars, a list or 1-D array, a dict of equally long ones or a ' +
        'list of dicts',
    );
    await clock.turn(50);
    view.input('data', reading(['=1+1', 'x']), 1);
    assert.equal(frame().tables.length, 2);
    assert.equal(csv(), "a.index,a.value,b.index,b.value\r\n0,1,0,'=1+1\r\n1,2,1,x\r\n");
  });

  it('takes values of any kind one after the other, and keeps none of the earlier', async () => {
    const { view, rows, clock } = setUp(whole('v'));
    const list = [1, 2, 3];
    view.input('data', reading(list));
    rows();
    const texts: PyValue[] = ['a', 2n, null];
    view.input('data', reading(texts));
    await clock.turn(50);
    assert.deepEqual(rows(), { v: { index: [0, 1, 2], value: ['a', 2, null] } });
    // A range is no hint where what came before were no numbers.
    view.input('data', {
      ...(reading([7, 8, 9]) as Extract<SourceEvent, { type: 'reading' }>),
      range: { from: 0, to: 1 },
    });
    await clock.turn(50);
    assert.deepEqual(rows(), { v: { index: [0, 1, 2], value: [7, 8, 9] } });
    view.input('data', reading(5, {}, 1_000_000n));
    await clock.turn(50);
    assert.deepEqual(rows(), { v: { time: [1], value: [5] } });
    view.input('data', reading([]));
    await clock.turn(50);
    assert.deepEqual(rows(), { v: { index: [], value: [] } });
  });
});

describe('sharesOf', () => {
  it('gives short tables all their rows and long ones the rest', () => {
    assert.deepEqual(sharesOf([10, 20]), [10, 20]);
    assert.deepEqual(sharesOf([5000, 100, 5000]), [450, 100, 450]);
    assert.deepEqual(sharesOf([]), []);
  });
});

describe('chooseRows', () => {
  it('keeps gaps, the ends, and no more than the limit', () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => (i < 5000 ? NAN : i % 7));
    const pyramid = new Pyramid(values, values.length);
    const rows = chooseRows([null, pyramid], values.length, 100)!;
    assert.ok(rows.length <= 100);
    assert.deepEqual([rows[0], rows.at(-1)], [0, 9999]);
    assert.ok(rows.some(row => row < 5000 && row > 0));
    assert.deepEqual(
      [...rows],
      [...rows].sort((a, b) => a - b),
    );
    assert.equal(chooseRows([pyramid], 100, 100), null);
    assert.ok(chooseRows([null], 1_000_000, 1000)!.length <= 1000);
    assert.ok(
      chooseRows(
        Array.from({ length: 64 }, () => pyramid),
        10_000,
        90,
      )!.length <= 90,
    );
  });
});

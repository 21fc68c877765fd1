import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Display, NDArray, NO_ALARM, type PyValue } from '../../../values/index.js';
import type { TraceFrame, Viewport } from '../../api.js';
import type { ChangedRange, SourceEvent } from '../../sources/source.js';
import { csvOf } from '../csv.js';
import { TraceView } from '../trace.js';

function reading(value: PyValue, range: ChangedRange = null, display: Display = {}): SourceEvent {
  return {
    type: 'reading',
    reading: { value, type: 'test', timeNs: 0n, alarm: NO_ALARM, display, persist: null },
    range,
  };
}

function viewport(width: number, x: Viewport['x'] = null): Viewport {
  return {
    width,
    height: 100,
    x,
    region: null,
    colormap: 'viridis',
    levels: { mode: 'percentile', low: 1, high: 99 },
    firstRow: 0,
    rowCount: 0,
    filter: '',
    folded: [],
  };
}

function frameOf(view: TraceView): TraceFrame {
  const { content } = view.frame();
  assert.equal(content.kind, 'trace', JSON.stringify(content));
  return content as TraceFrame;
}

const ONE = { y: [''], x: [''], error: [''] }; // a source for each role, without a name

function floats(values: readonly number[]): NDArray {
  return NDArray.of(Float64Array.from(values));
}

describe('TraceView', () => {
  it('shows y over its index, the axis at full length while points are still NaN', () => {
    const view = new TraceView({}, { y: ['rabi.p'] });
    view.setViewport(viewport(100));
    view.input('y', reading(floats([0.5, 0.75, Number.NaN, Number.NaN])));
    const frame = frameOf(view);
    assert.deepEqual(frame.fullX, [0, 3]);
    assert.deepEqual(frame.fullY, [0.5, 0.75]);
    assert.equal(frame.pointCount, 4);
    assert.equal(frame.measuredCount, 2);
    assert.deepEqual(frame.last, { y: 0.75, error: null });
    assert.deepEqual([...frame.series[0]!.y], [0.5, 0.75, Number.NaN, Number.NaN]);
    assert.equal(frame.series[0]!.label, 'rabi.p');
    assert.equal(view.dirty, false);
  });

  it('shows x and y divided by their scales, and error bars around y', () => {
    const view = new TraceView({}, ONE);
    view.setViewport(viewport(100));
    view.input('x', reading(floats([0, 1e-6, 2e-6]), null, { scale: 1e-6, unit: 'us' }));
    view.input('y', reading([100n, 200n, null], null, { scale: 100 }));
    view.input('error', reading(floats([10, 20, 30])));
    const frame = frameOf(view);
    assert.deepEqual([...frame.series[0]!.x], [0, 1, 2]);
    assert.deepEqual([...frame.series[0]!.y], [1, 2, Number.NaN]);
    assert.deepEqual([...frame.series[0]!.low!], [0.9, 1.8, Number.NaN]);
    assert.deepEqual([...frame.series[0]!.high!], [1.1, 2.2, Number.NaN]);
    assert.equal(frame.xUnit, 'us');
    assert.deepEqual(frame.last, { y: 2, error: 0.2 });
  });

  it('takes one number for the error of every point, and None for none', () => {
    const view = new TraceView({}, ONE);
    view.setViewport(viewport(100));
    view.input('error', reading(1n));
    view.input('y', reading(floats([1, 2])));
    assert.deepEqual([...frameOf(view).series[0]!.low!], [0, 1]);
    view.input('y', reading(floats([1, 2, 3])));
    assert.deepEqual([...frameOf(view).series[0]!.high!], [2, 3, 4]);
    view.input('error', reading(0.5));
    assert.deepEqual([...frameOf(view).series[0]!.high!], [1.5, 2.5, 3.5]);
    view.input('error', reading(null));
    assert.equal(frameOf(view).last?.error, null);
  });

  it('keeps two points a pixel column of a million, and no extreme is lost', () => {
    const data = Float64Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i / 1000));
    data[123_456] = 50;
    data[123_457] = -50;
    const view = new TraceView({}, ONE);
    view.setViewport(viewport(800));
    view.input('y', reading(NDArray.of(data)));
    const [series] = frameOf(view).series;
    assert.equal(series!.reduced, true);
    assert.ok(series!.x.length <= 1600);
    const high = series!.y.indexOf(50);
    assert.equal(series!.x[high], 123_456);
    assert.equal(series!.y[high + 1], -50, 'the maximum came first');
    assert.ok(series!.x.every((x, i) => i === 0 || x > series!.x[i - 1]!));
  });

  it('takes one changed element of a large array without another look at the rest', () => {
    const data = new Float64Array(1_000_000).fill(Number.NaN);
    const array = NDArray.of(data);
    const view = new TraceView({}, ONE);
    view.setViewport(viewport(800));
    view.input('y', reading(array));
    assert.equal(frameOf(view).measuredCount, 0);
    data[500_000] = 3;
    data[7] = 99; // not told: must not be seen
    view.input('y', reading(array, { from: 500_000, to: 500_001 }));
    assert.equal(view.dirty, true);
    const frame = frameOf(view);
    assert.equal(frame.measuredCount, 1);
    assert.deepEqual(frame.last, { y: 3, error: null });
    assert.deepEqual(frame.fullY, [3, 3]);
  });

  it('grows with an appended list, and follows a popped one', () => {
    const list: PyValue[] = [1, 2];
    const view = new TraceView({}, ONE);
    view.setViewport(viewport(100));
    view.input('y', reading(list));
    list.push(5);
    view.input('y', reading(list, { from: 2, to: 3 }));
    assert.deepEqual([...frameOf(view).series[0]!.y], [1, 2, 5]);
    list.pop();
    view.input('y', reading(list, null));
    const frame = frameOf(view);
    assert.deepEqual([...frame.series[0]!.y], [1, 2]);
    assert.deepEqual(frame.last, { y: 2, error: null });
  });

  it('sends only the part that is looked at, and one point beyond each edge', () => {
    const view = new TraceView({}, ONE);
    view.setViewport(viewport(100, [10, 20]));
    view.input('y', reading(floats(Array.from({ length: 1000 }, (_, i) => i))));
    const frame = frameOf(view);
    assert.deepEqual([...frame.series[0]!.x], [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
    assert.deepEqual(frame.fullX, [0, 999]);
  });

  it('bounds points whose x is in no order by the pixel columns', () => {
    const x = Float64Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 50_000);
    const y = Float64Array.from(x, value => value * 2);
    const view = new TraceView({ style: 'points' }, ONE);
    view.setViewport(viewport(100));
    view.input('x', reading(NDArray.of(x)));
    view.input('y', reading(NDArray.of(y)));
    const frame = frameOf(view);
    assert.ok(frame.series[0]!.x.length <= 200);
    assert.deepEqual(frame.fullX, [0, 49_999]);
    assert.deepEqual(frame.fullY, [0, 99_998]);
  });

  it('draws the common part when x is shorter', () => {
    const view = new TraceView({}, ONE);
    view.setViewport(viewport(100));
    view.input('y', reading(floats([1, 2, 3])));
    view.input('x', reading(floats([10, 20])));
    assert.deepEqual([...frameOf(view).series[0]!.x], [10, 20]);
  });

  it('says how many points have no x, and says nothing while a scan goes on', () => {
    const view = new TraceView({}, { y: ['rabi.p'], x: ['rabi.t'] });
    view.setViewport(viewport(100));
    view.input('x', reading(floats([0, 1, 2])));
    view.input('y', reading(floats([5, 6, 7, 8, 9])));
    const short = frameOf(view);
    assert.equal(short.note, 'rabi.t has 3 values and rabi.p has 5: the last 2 are not drawn');
    assert.deepEqual([short.pointCount, short.measuredCount, short.last?.y], [3, 3, 7]);
    view.input('y', reading(floats([5, 6, 7, 8])));
    assert.match(frameOf(view).note ?? '', /: the last 1 is not drawn$/);
    for (const measured of [
      [5, 6],
      [5, 6, 7],
    ]) {
      view.input('y', reading(floats(measured)));
      assert.equal('note' in frameOf(view), false);
    }
  });

  it('has an axis for no points at all, and for all NaN', () => {
    const view = new TraceView({}, ONE);
    view.setViewport(viewport(100));
    view.input('y', reading(floats([])));
    assert.deepEqual(frameOf(view).fullX, [0, 1]);
    assert.equal(frameOf(view).fullY, null);
    view.input('y', reading(floats([Number.NaN, Number.NaN])));
    assert.deepEqual(frameOf(view).fullX, [0, 1]);
    assert.equal(frameOf(view).last, null);
  });

  it('says what does not fit, and recovers when the type changes back', () => {
    const view = new TraceView({}, { y: ['name'] });
    view.setViewport(viewport(100));
    view.input('y', reading('hello'));
    const { content } = view.frame();
    assert.equal(content.kind, 'empty');
    assert.equal(
      content.kind === 'empty' && content.fault?.message,
      'name is test, a trace needs a list or 1-D array of numbers',
    );
    view.input('y', reading(floats([1])));
    assert.deepEqual([...frameOf(view).series[0]!.y], [1]);
  });

  it('reads ints, bools, float16 and big-endian arrays as numbers', () => {
    const view = new TraceView({}, ONE);
    view.setViewport(viewport(100));
    for (const [dtype, values] of [
      ['<i8', [1n, -2n]],
      ['|b1', [true, false]],
      ['<f2', [0.5, 2]],
      ['>f8', [1.5, -1]],
      ['>i4', [7n, 8n]],
    ] as const) {
      view.input('y', reading(NDArray.from(dtype, values)));
      assert.deepEqual([...frameOf(view).series[0]!.y], values.map(Number), dtype);
    }
  });

  it('exports all points, not the reduced picture', () => {
    const view = new TraceView({}, { x: ['t'], y: ['p'] });
    view.setViewport(viewport(1));
    view.input('x', reading(floats([1e-6, 2e-6, 3e-6]), null, { scale: 1e-6, unit: 'us' }));
    view.input('y', reading(floats([0.1, Number.NaN, 3])));
    assert.equal(
      new TextDecoder().decode(csvOf(view.table().columns)),
      't / us,p\r\n1,0.1\r\n2,NaN\r\n3,3\r\n',
    );
  });

  describe('of several curves', () => {
    const two = { y: ['a', 'b'], x: ['t'], error: ['a_err'] };

    it('draws each over the one x, errors with the first, and the axes for all', () => {
      const view = new TraceView({}, two);
      view.setViewport(viewport(100));
      view.input('x', reading(floats([0, 1, 2])));
      view.input('y', reading(floats([5, 6, 7]), null, { unit: 'V' }), 0);
      view.input('y', reading(floats([-1, Number.NaN, Number.NaN]), null, { unit: 'V' }), 1);
      view.input('error', reading(floats([1, 1, 1])), 0);
      const frame = frameOf(view);
      assert.deepEqual(
        frame.series.map(({ label, x, y }) => [label, [...x], [...y]]),
        [
          ['a', [0, 1, 2], [5, 6, 7]],
          ['b', [0, 1, 2], [-1, Number.NaN, Number.NaN]],
        ],
      );
      assert.deepEqual([...frame.series[0]!.low!], [4, 5, 6]);
      assert.equal(frame.series[1]!.low, null);
      assert.deepEqual(frame.fullY, [-1, 8]);
      assert.equal(frame.pointCount, 6);
      assert.equal(frame.measuredCount, 4);
      assert.deepEqual(frame.last, { y: 7, error: 1 });
      assert.equal(frame.yUnit, 'V');
    });

    it('shows what has come, and names the units where they differ', () => {
      const view = new TraceView({}, two);
      view.setViewport(viewport(100));
      view.input('y', reading(floats([1, 2]), null, { unit: 'V' }), 1);
      assert.deepEqual(
        frameOf(view).series.map(({ label }) => label),
        ['b'],
      );
      view.input('y', reading(floats([3, 4]), null, { unit: 'A' }), 0);
      const frame = frameOf(view);
      assert.deepEqual(
        frame.series.map(({ label }) => label),
        ['a / A', 'b / V'],
      );
      assert.equal(frame.yUnit, '');
    });

    it('takes an x for each, and one axis over both', () => {
      const view = new TraceView({}, { y: ['a', 'b'], x: ['s', 't'] });
      view.setViewport(viewport(100));
      view.input('y', reading(floats([1, 2])), 0);
      view.input('y', reading(floats([1, 2])), 1);
      view.input('x', reading(floats([0, 1])), 0);
      view.input('x', reading(floats([10, 11])), 1);
      const frame = frameOf(view);
      assert.deepEqual(frame.fullX, [0, 11]);
      assert.deepEqual([...frame.series[1]!.x], [10, 11]);
    });

    it('exports one x and all columns', () => {
      const view = new TraceView({}, two);
      view.input('x', reading(floats([0, 1])));
      view.input('y', reading(floats([5, 6])), 0);
      view.input('y', reading(floats([7]), null, { unit: 'V' }), 1);
      view.input('error', reading(floats([0.5, 0.25])), 0);
      const { columns, fileName } = view.table();
      assert.equal(
        new TextDecoder().decode(csvOf(columns)),
        't,a,a_err,b / V\r\n0,5,0.5,7\r\n1,6,0.25,\r\n',
      );
      assert.equal(fileName, 'a, b.csv');
      view.input('y', reading(floats([9, 6]), { from: 0, to: 1 }), 0);
      assert.equal(columns[1]!.values[0], 5, 'a copy: what comes later does not change it');
    });
  });
});

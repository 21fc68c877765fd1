import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Display, NDArray, NO_ALARM, type PyValue } from '../../../values/index.js';
import { HandClock } from '../../__tests__/handclock.js';
import { VIEWPORT } from '../../__tests__/viewport.js';
import type { EmptyFrame, HistogramFrame, XYFrame, XYHistFrame } from '../../api.js';
import type { SourceEvent } from '../../sources/source.js';
import { csvOf } from '../csv.js';
import { HistogramView } from '../histogram.js';
import { Patience } from '../patience.js';
import type { IView } from '../view.js';
import { XYView } from '../xy.js';
import { XYHistView } from '../xyhist.js';

function reading(value: PyValue, display: Display = {}): SourceEvent {
  return {
    type: 'reading',
    reading: { value, type: 'test', timeNs: 0n, alarm: NO_ALARM, display, persist: null },
    range: null,
  };
}

function floats(...values: readonly number[]): NDArray {
  return NDArray.of(Float64Array.from(values));
}

function setUp<V extends IView>(make: (patience: Patience) => V) {
  const clock = new HandClock();
  let woken = 0;
  const view = make(
    new Patience(clock, () => {
      woken += 1;
    }),
  );
  view.setViewport({ ...VIEWPORT, width: 100 });
  return {
    view,
    clock,
    woken: () => woken,
    frame: <F>() => {
      const { content } = view.frame(clock.nowMs()) as { content: unknown };
      return content as F;
    },
    csv: () => new TextDecoder().decode(csvOf(view.table().columns)),
  };
}

const xy = () =>
  setUp(patience => new XYView({}, { y: ['p'], x: ['t'], error: ['e'], fit: ['f'] }, patience));
const histogram = (labels = { y: ['n'], x: ['edges'] }) =>
  setUp(patience => new HistogramView({}, labels, patience));
const xyHist = () =>
  setUp(patience => new XYHistView({ x: ['xs'], bins: ['bins'], counts: ['counts'] }, patience));

const NAN = Number.NaN;

describe('XYView', () => {
  it('draws points with error bars, and the fit sorted by x in the unit of y', () => {
    const { view, frame, csv } = xy();
    view.input('y', reading(floats(30, 10, 20), { scale: 10, unit: '%' }));
    view.input('x', reading(floats(3, 1, 2), { unit: 'µs' }));
    view.input('error', reading(floats(1, 1, 1)));
    view.input('fit', reading(floats(31, 11, 21)));
    const { kind, series, pointCount, yUnit, xUnit, fullX, fullY } = frame<XYFrame>();
    assert.equal(kind, 'xy');
    assert.deepEqual([yUnit, xUnit, pointCount, fullX], ['%', 'µs', 3, [1, 3]]);
    const [points, fit] = series;
    assert.equal(points!.look, 'points');
    assert.deepEqual([...points!.x], [3, 1, 2]);
    assert.deepEqual([...points!.low!], [2.9, 0.9, 1.9]);
    assert.equal(fit!.look, 'line');
    assert.equal(fit!.label, 'f');
    assert.deepEqual([...fit!.x], [1, 2, 3]);
    assert.deepEqual([...fit!.y], [1.1, 2.1, 3.1]);
    assert.deepEqual(fullY, [0.9, 3.1]);
    assert.equal(csv(), 't / µs,p / %,e,f\r\n3,3,1,31\r\n1,1,1,11\r\n2,2,1,21\r\n');
  });

  it('takes an error or a fit that is empty or None for one that is not there yet', () => {
    const { view, frame } = xy();
    view.input('y', reading(floats(1, 2)));
    view.input('x', reading(floats(1, 2)));
    view.input('error', reading(null));
    view.input('fit', reading([]));
    const { kind, series } = frame<XYFrame>();
    assert.equal(kind, 'xy');
    assert.deepEqual(
      series.map(({ look, low }) => [look, low]),
      [['points', null]],
    );
  });

  it('draws an error that is a number at every point there is', () => {
    const { view, frame } = xy();
    view.input('error', reading(0.5, { scale: 1 }));
    view.input('y', reading(floats(1, 2)));
    view.input('x', reading(floats(1, 2)));
    assert.deepEqual([...frame<XYFrame>().series[0]!.low!], [0.5, 1.5]);
    view.input('x', reading(floats(1, 2, 3)));
    view.input('y', reading(floats(1, 2, 3)));
    assert.deepEqual([...frame<XYFrame>().series[0]!.high!], [1.5, 2.5, 3.5]);
    view.input('error', reading(floats(1, 1, 1)));
    assert.deepEqual([...frame<XYFrame>().series[0]!.high!], [2, 3, 4]);
  });

  it('sorts the fit anew when x changes, and leaves out points whose x is NaN', () => {
    const { view, frame } = xy();
    for (const role of ['y', 'error', 'fit'] as const) {
      view.input(role, reading(floats(1, 2, 3)));
    }
    view.input('x', reading(floats(1, 2, 3)));
    assert.deepEqual([...frame<XYFrame>().series[1]!.y], [1, 2, 3]);
    view.input('x', reading(floats(3, NAN, 1)));
    const [, fit] = frame<XYFrame>().series;
    assert.deepEqual(
      [[...fit!.x], [...fit!.y]],
      [
        [1, 3],
        [3, 1],
      ],
    );
  });

  it('says after a second, and not before, which lengths differ', async () => {
    const { view, frame, clock, woken } = xy();
    view.input('x', reading(floats(1, 2)));
    view.input('y', reading(floats(1, 2)));
    const before = frame<XYFrame>();
    assert.deepEqual([...before.series[0]!.y], [1, 2]);

    view.input('y', reading(floats(4, 5, 6)));
    assert.equal(frame<XYFrame>(), before, 'the last picture stays');
    assert.equal(view.dirty, false);
    await clock.turn(999);
    assert.equal(woken(), 0);
    await clock.turn(1);
    assert.equal(woken(), 1);
    assert.equal(view.dirty, true);
    assert.equal(
      frame<EmptyFrame>().fault?.message,
      'p has 3 values and t has 2: they must be equally long',
    );
    view.input('x', reading(floats(1, 2, 3)));
    assert.deepEqual([...frame<XYFrame>().series[0]!.y], [4, 5, 6]);
    assert.equal(clock.timerCount, 0);
  });

  it('forgets a difference that was mended within the second', async () => {
    const { view, frame, clock, woken } = xy();
    view.input('y', reading(floats(1)));
    view.input('x', reading([]));
    assert.equal(frame<EmptyFrame>().fault, null);
    view.input('x', reading(floats(7)));
    assert.deepEqual([...frame<XYFrame>().series[0]!.x], [7]);
    await clock.turn(5000);
    assert.equal(woken(), 0);
  });

  it('names the error bars and the fit too', async () => {
    for (const [role, name] of [
      ['error', 'e'],
      ['fit', 'f'],
    ] as const) {
      const { view, frame, clock } = xy();
      view.input('y', reading(floats(1, 2)));
      view.input('x', reading(floats(1, 2)));
      view.input(role, reading(floats(1)));
      frame();
      await clock.turn(1000);
      assert.equal(
        frame<EmptyFrame>().fault?.message,
        `p has 2 values and ${name} has 1: they must be equally long`,
      );
      view.close();
    }
  });

  it('waits for x, and does without error bars and fit', () => {
    const { view, frame } = xy();
    view.input('y', reading(floats(1, 2)));
    assert.deepEqual(frame<EmptyFrame>(), { kind: 'empty', fault: null });
    view.input('x', reading(floats(1, 2)));
    assert.equal(frame<XYFrame>().series.length, 1);
  });

  it('is whole where nothing was measured, and where there is nothing', () => {
    const { view, frame } = xy();
    view.input('x', reading(floats(1, 2)));
    view.input('y', reading(floats(NAN, NAN)));
    const { fullY, measuredCount, pointCount, last } = frame<XYFrame>();
    assert.deepEqual([fullY, measuredCount, pointCount, last], [null, 0, 2, null]);
    view.input('x', reading([]));
    view.input('y', reading([]));
    assert.equal(frame<XYFrame>().pointCount, 0);
  });

  it('says what is no list of numbers', () => {
    const { view, frame } = xy();
    view.input('fit', reading('text'));
    assert.equal(
      frame<EmptyFrame>().fault?.message,
      'f is test, an xy plot needs a list or 1-D array of numbers',
    );
  });

  it('leaves no timer behind', () => {
    const { view, frame, clock } = xy();
    view.input('y', reading(floats(1)));
    view.input('x', reading(floats(1, 2)));
    frame();
    assert.equal(clock.timerCount, 1);
    view.close();
    assert.equal(clock.timerCount, 0);
  });
});

describe('HistogramView', () => {
  it('sends edges, counts and their sum, from 0 up', () => {
    const { view, frame, csv } = histogram();
    view.input('y', reading(NDArray.of(BigInt64Array.of(3n, 0n, 5n))));
    view.input('x', reading(floats(0, 1e-6, 2e-6, 4e-6), { scale: 1e-6, unit: 'µs' }));
    const { kind, series, fullX, fullY, total, xUnit, pointCount } = frame<HistogramFrame>();
    assert.deepEqual([kind, total, xUnit, pointCount], ['histogram', 8, 'µs', 3]);
    assert.equal(series[0]!.look, 'bins');
    assert.deepEqual([...series[0]!.x], [0, 1, 2, 4]);
    assert.deepEqual([...series[0]!.y], [3, 0, 5]);
    assert.deepEqual(
      [fullX, fullY],
      [
        [0, 4],
        [0, 5],
      ],
    );
    assert.equal(csv(), 'edges / µs,n\r\n0,3\r\n1,0\r\n2,5\r\n4,\r\n');
  });

  it('counts its bins from 0 where no edges are given', () => {
    const { view, frame } = histogram({ y: ['n'], x: [] });
    view.input('value', reading([1n, 2n]));
    assert.deepEqual([...frame<HistogramFrame>().series[0]!.x], [0, 1, 2]);
  });

  it('sends no more bins than pixel columns, loses no peak, and says so', () => {
    const { view, frame } = histogram({ y: ['n'], x: [] });
    const counts = new Float64Array(10_000).fill(1);
    counts[4321] = 99;
    view.input('y', reading(NDArray.of(counts)));
    const { series, note, pointCount, fullY } = frame<HistogramFrame>();
    const { x, y, reduced } = series[0]!;
    assert.deepEqual([y.length, x.length, reduced, pointCount], [100, 101, true, 10_000]);
    assert.equal(y[43], 99);
    assert.deepEqual(fullY, [0, 99]);
    assert.equal(note, '10000 bins in 100 columns: of each column the largest is drawn');

    view.setViewport({ ...VIEWPORT, width: 100, x: [4320.5, 4323.5] });
    assert.equal(view.dirty, true);
    const near = frame<HistogramFrame>();
    assert.deepEqual([...near.series[0]!.x], [4320, 4321, 4322, 4323, 4324]);
    assert.deepEqual([...near.series[0]!.y], [1, 99, 1, 1]);
    assert.equal(near.note, undefined);
    assert.deepEqual(near.fullX, [0, 10_000]);
  });

  it('gives a wide bin its columns, and bins of no width none of their own', () => {
    const { view, frame } = histogram();
    const edges = [0, ...Array.from({ length: 500 }, (_, i) => 90 + i / 50), 1000, 1000];
    view.input('x', reading(floats(...edges)));
    view.input('y', reading(floats(...edges.slice(1).map((_, i) => i))));
    const { x, y } = frame<HistogramFrame>().series[0]!;
    assert.ok(y.length <= 100);
    assert.deepEqual([x[0], x.at(-1), Math.max(...y)], [0, 1000, 501]);
  });

  for (const [what, edges, message] of [
    [
      'too few edges',
      [0, 1],
      'n has 2 bins and edges has 2 edges: there must be one edge more than bins',
    ],
    ['no edges', [], 'n has 2 bins and edges has 0 edges: there must be one edge more than bins'],
    ['a descent', [0, 2, 1], 'edges is not ascending: edge 2 is 1, the one before it 2'],
    ['NaN', [0, NAN, 1], 'edges is not ascending: edge 1 is NaN'],
  ] as const) {
    it(`says after a second what is wrong with edges: ${what}`, async () => {
      const { view, frame, clock, woken } = histogram();
      view.input('y', reading(floats(1, 2)));
      view.input('x', reading(floats(...edges)));
      assert.equal(frame<EmptyFrame>().fault, null);
      await clock.turn(1000);
      assert.equal(woken(), 1);
      assert.equal(frame<EmptyFrame>().fault?.message, message);
      view.input('x', reading(floats(0, 1, 2)));
      assert.equal(frame<HistogramFrame>().kind, 'histogram');
    });
  }

  it('is whole where nothing was measured, and where there is nothing', () => {
    const { view, frame } = histogram();
    view.input('y', reading(floats(NAN, NAN)));
    view.input('x', reading(floats(0, 1, 2)));
    const { fullY, total, measuredCount } = frame<HistogramFrame>();
    assert.deepEqual([fullY, total, measuredCount], [null, 0, 0]);
    view.input('y', reading([]));
    view.input('x', reading(floats(5)));
    const none = frame<HistogramFrame>();
    assert.deepEqual([none.pointCount, none.series[0]!.y.length], [0, 0]);
  });
});

describe('XYHistView', () => {
  const COUNTS = NDArray.of(Float64Array.of(1, 0, 1, 0, 0, 4, 0, 0, 0), [3, 3]);

  it('shows the weighted mean of each row, in the order of x, and the chosen histogram', () => {
    const { view, frame } = xyHist();
    view.input('x', reading(floats(30, 10, 20), { unit: 'MHz' }));
    view.input('bins', reading(floats(0, 2, 4, 6), { scale: 2, unit: 'V' }));
    view.input('counts', reading(COUNTS));
    const { means, points, chosen, histogram: none } = frame<XYHistFrame>();
    assert.deepEqual([...means.series[0]!.x], [10, 20, 30]);
    assert.deepEqual([...means.series[0]!.y], [2.5, NAN, 1.5]);
    assert.deepEqual([...points], [1, 2, 0]);
    assert.deepEqual([means.xUnit, means.yUnit, means.measuredCount], ['MHz', 'V', 2]);
    assert.deepEqual([chosen, none], [null, null]);

    view.setViewport({ ...VIEWPORT, width: 100, point: 0 });
    assert.equal(view.dirty, true);
    const { histogram: shown, chosen: at } = frame<XYHistFrame>();
    assert.equal(at, 0);
    assert.deepEqual([...shown!.series[0]!.x], [0, 1, 2, 3]);
    assert.deepEqual([...shown!.series[0]!.y], [1, 0, 1]);
    view.setViewport({ ...VIEWPORT, width: 100, point: 3 });
    assert.equal(frame<XYHistFrame>().chosen, null);
  });

  it('takes lists of lists, and exports the mean and every bin', () => {
    const { view, csv } = xyHist();
    view.input('x', reading([1n, 2n]));
    view.input('bins', reading([0n, 1n, 2n]));
    view.input('counts', reading([[1n, 3n], floats(5, 0)]));
    assert.equal(
      csv(),
      'xs,mean of bins,counts 0 to 1,counts 1 to 2\r\n1,1.25,1,3\r\n2,0.5,5,0\r\n',
    );
  });

  for (const [what, xs, bins, message] of [
    ['x', [1], [0, 1, 2, 3], 'xs has 1 values and counts has 3 rows: there must be one for each'],
    [
      'bins',
      [1, 2, 3],
      [0, 1],
      'counts has 3 bins and bins has 2 edges: there must be one edge more than bins',
    ],
    ['order', [1, 2, 3], [3, 2, 1, 0], 'bins is not ascending: edge 1 is 2, the one before it 3'],
  ] as const) {
    it(`says after a second what does not fit: ${what}`, async () => {
      const { view, frame, clock } = xyHist();
      view.input('x', reading(floats(...xs)));
      view.input('bins', reading(floats(...bins)));
      view.input('counts', reading(COUNTS));
      assert.equal(frame<EmptyFrame>().fault, null);
      await clock.turn(1000);
      assert.equal(frame<EmptyFrame>().fault?.message, message);
    });
  }

  it('refuses counts that are no rows, and takes none', () => {
    const { view, frame } = xyHist();
    view.input('counts', reading([[1n], [1n, 2n]]));
    assert.equal(
      frame<EmptyFrame>().fault?.message,
      'counts is test, histograms are the rows of a 2-D array of numbers',
    );
    view.input('counts', reading([]));
    view.input('x', reading([]));
    view.input('bins', reading([]));
    const { means } = frame<XYHistFrame>();
    assert.deepEqual([means.pointCount, means.fullY, means.fullX], [0, null, [0, 1]]);
  });

  it('sends no more points than pixels show', () => {
    const { view, frame } = xyHist();
    const xs = Array.from({ length: 5000 }, (_, i) => i);
    view.input('x', reading(floats(...xs)));
    view.input('bins', reading(floats(0, 1, 2)));
    view.input(
      'counts',
      reading(
        NDArray.of(
          Float64Array.from({ length: 10_000 }, (_, i) => i % 7),
          [5000, 2],
        ),
      ),
    );
    const { means, points } = frame<XYHistFrame>();
    assert.ok(points.length <= 200);
    assert.equal(means.series[0]!.reduced, true);
    assert.equal(means.note, 'of 5000 points the lowest and highest of each column are drawn');
  });
});

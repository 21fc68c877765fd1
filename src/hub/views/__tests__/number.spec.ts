import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Display,
  NDArray,
  NO_ALARM,
  NumpyScalar,
  PyDict,
  type PyValue,
} from '../../../values/index.js';
import { HandClock } from '../../__tests__/handclock.js';
import { VIEWPORT } from '../../__tests__/viewport.js';
import type { NumberFrame, ViewOptions } from '../../api.js';
import { typeText } from '../../typetext.js';
import { type AutoView, kindOf } from '../auto.js';
import { csvOf } from '../csv.js';
import { makeView } from '../make.js';
import { NumberView } from '../number.js';
import type { IView } from '../view.js';

function tell(view: IView, value: PyValue, display: Display = {}): void {
  const reading = {
    value,
    type: typeText(value),
    timeNs: 1_700_000_000_000_000_000n,
    alarm: NO_ALARM,
    display,
    persist: null,
  };
  view.input('value', { type: 'reading', reading, range: null });
}

function frameOf(view: NumberView, nowMs = 0): NumberFrame {
  const { content } = view.frame(nowMs);
  assert.equal(content.kind, 'number');
  return content as NumberFrame;
}

function open(options: ViewOptions = {}) {
  const clock = new HandClock();
  const view = new NumberView(options, 'temperature', clock);
  view.setViewport(VIEWPORT);
  return { clock, view };
}

describe('NumberView', () => {
  it('is empty before the first value', () => {
    assert.deepEqual(open().view.frame(0).content, { kind: 'empty', fault: null });
  });

  it('shows dashes where the value is missing, and what it has when that comes', () => {
    const { view } = open();
    const status = { state: 'missing', sinceNs: 0n, fault: null, outOfStepCount: 0 } as const;
    view.input('value', { type: 'status', status });
    assert.equal(frameOf(view).text, '---');
    tell(view, 5);
    assert.equal(frameOf(view).text, '5.0');
    view.input('value', { type: 'status', status: { ...status, state: 'stale' } });
    assert.equal(frameOf(view).text, '5.0', 'what is only out of reach stays');
    view.input('value', { type: 'gone' });
    const { text, value, exact } = frameOf(view);
    assert.deepEqual([text, value, exact], ['---', null, '']);
    assert.throws(() => view.table(), { message: 'there is no value yet' });
  });

  it('shows value / scale with the precision, and the raw value exactly', () => {
    const { view } = open();
    tell(view, 80.0123456e6, { unit: 'MHz', scale: 1e6, precision: 3 });
    const frame = frameOf(view);
    assert.equal(frame.text, '80.012');
    assert.equal(frame.value, 80.0123456e6 / 1e6);
    assert.equal(frame.exact, '80012345.6');
    assert.equal(view.display.unit, 'MHz');
    assert.equal(view.dirty, false);
  });

  it('lets a person overrule the instrument', () => {
    const { view } = open({ unit: 'kHz', scale: 1e3, precision: 1 });
    tell(view, 80.0123456e6, { unit: 'MHz', scale: 1e6, precision: 3 });
    assert.equal(frameOf(view).text, '80012.3');
    assert.equal(view.display.unit, 'kHz');
  });

  it('chooses an SI prefix only where the instrument left it open, and keeps it', () => {
    const { view } = open();
    tell(view, 2.5e-6, { unit: 's' });
    assert.deepEqual([frameOf(view).text, view.display.unit], ['2.5', 'µs']);
    tell(view, 0.4e-6, { unit: 's' });
    assert.deepEqual([frameOf(view).text, view.display.unit], ['0.4', 'µs']);
    tell(view, 0.5, { unit: 's' });
    assert.deepEqual([frameOf(view).text, view.display.unit], ['0.5', 's']);
    tell(view, 2.5e-6, { unit: 's', precision: 3 });
    assert.deepEqual([frameOf(view).text, view.display.unit], ['0.000', 's']);
    tell(view, 2.5e9, { unit: 'counts' });
    assert.deepEqual([frameOf(view).text, view.display.unit], ['2500000000.0', 'counts']);
  });

  it('keeps ints exactly, and gives a number where there is one', () => {
    const { view } = open();
    tell(view, 2n ** 53n + 1n);
    assert.equal(frameOf(view).exact, '9007199254740993');
    tell(view, 'idle');
    assert.deepEqual([frameOf(view).text, frameOf(view).value], ['idle', null]);
    tell(view, true);
    assert.deepEqual([frameOf(view).text, frameOf(view).value], ['True', 1]);
    tell(view, NumpyScalar.of('<f4', Math.fround(0.1)));
    assert.equal(frameOf(view).exact, 'np.float32(0.1)');
  });

  it('remembers the last minute in shown units', () => {
    const { clock, view } = open();
    tell(view, 1000, { scale: 1000 });
    void clock.turn(2000);
    tell(view, 3000, { scale: 1000 });
    tell(view, Number.NaN, { scale: 1000 });
    assert.deepEqual([...frameOf(view, 3000).history], [3, 1, 1, 3]);
    assert.deepEqual([...frameOf(view, 61_000).history], [59, 3]);
  });

  it('exports the raw value exactly, beside the shown one', () => {
    const { view } = open();
    tell(view, 80e6, { unit: 'MHz', scale: 1e6 });
    assert.equal(
      new TextDecoder().decode(csvOf(view.table().columns)),
      'time,temperature (raw),temperature / MHz\r\n2023-11-14T22:13:20.000Z,80000000,80\r\n',
    );
    assert.throws(() => view.ask({ type: 'pixel', x: 0, y: 0 }), {
      message: 'a number cannot answer "pixel"',
    });
  });
});

describe('AutoView', () => {
  it('chooses by the shape', () => {
    const cases: readonly (readonly [PyValue, string])[] = [
      [1n, 'number'],
      [null, 'number'],
      ['a', 'number'],
      [[1n, 2.5, null], 'trace'],
      [[1n, 'a'], 'number'],
      [[], 'number'],
      [NDArray.of(new Float64Array(3)), 'trace'],
      [NDArray.of(new Uint16Array(6), [2, 3]), 'image'],
      [NDArray.of(new Uint16Array(6), [1, 2, 3]), 'number'],
      [NDArray.of(new Uint16Array(1), []), 'number'],
      [NDArray.from('<U2', ['a']), 'number'],
      [new PyDict([['a', 1n]]), 'table'],
    ];
    for (const [value, kind] of cases) {
      assert.equal(kindOf(value), kind, typeText(value));
    }
  });

  it('chooses anew when the type changes', () => {
    const view = makeView('auto', {
      options: {},
      labels: { value: ['thing'] },
      addressOf: String,
      data: [],
      clock: new HandClock(),
      wake: () => {},
      makeBitmap: null,
    }) as AutoView;
    view.setViewport(VIEWPORT);
    assert.equal(view.kind, 'empty');
    assert.equal(view.dirty, true);
    const kinds = [1n, NDArray.of(new Float64Array(3)), 'text', new PyDict([['a', 1n]])].map(
      value => {
        tell(view, value);
        assert.equal(view.dirty, true);
        const body = view.frame(0) as { content: { kind: string } };
        assert.equal(view.dirty, false);
        return body.content.kind;
      },
    );
    assert.deepEqual(kinds, ['number', 'trace', 'number', 'table']);
    assert.equal(view.type, 'dict[1]');
  });
});

// A progress bar, as ARTIQ's applet rounds it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_ALARM, NumpyScalar, type PyValue } from '../../../values/index.js';
import { VIEWPORT } from '../../__tests__/viewport.js';
import type { ViewOptions } from '../../api.js';
import type { SourceEvent } from '../../sources/source.js';
import { ProgressView } from '../progress.js';

function eventOf(value: PyValue): SourceEvent {
  const display = { unit: 'x', scale: 2 };
  const facts = { type: 'some type', timeNs: 0n, alarm: NO_ALARM, display, persist: null };
  return { type: 'reading', reading: { value, ...facts }, range: null };
}

function frameOf(value: PyValue, options: ViewOptions = {}) {
  const view = new ProgressView(options, 'done');
  view.input('value', eventOf(value));
  return view.frame().content;
}

const shareOf = (value: PyValue, options: ViewOptions = {}) => {
  const content = frameOf(value, options);
  return content.kind === 'progress' ? [content.value, content.share] : content.kind;
};

describe('ProgressView', () => {
  it('is empty before there is a value', () => {
    const view = new ProgressView({}, 'done');
    assert.deepEqual(view.frame().content, { kind: 'empty', fault: null });
  });

  it('shows raw values from 0 to 100, rounded as Python does', () => {
    assert.deepEqual(frameOf(41.4), {
      kind: 'progress',
      value: 41,
      min: 0,
      max: 100,
      share: 0.41,
      text: '41.4',
    });
    assert.deepEqual(shareOf(0.5), [0, 0]);
    assert.deepEqual(shareOf(1.5), [2, 0.02]);
    assert.deepEqual(shareOf(2.5), [2, 0.02]);
    assert.deepEqual(shareOf(99.6), [100, 1]);
    assert.deepEqual(shareOf(50n), [50, 0.5]);
    assert.deepEqual(shareOf(NumpyScalar.of('<i4', 7n)), [7, 0.07]);
  });

  it('goes from min to max, and no further', () => {
    assert.deepEqual(shareOf(15, { min: 10, max: 20 }), [15, 0.5]);
    assert.deepEqual(shareOf(25, { min: 10, max: 20 }), [25, 1]);
    assert.deepEqual(shareOf(-3, { min: 10, max: 20 }), [-3, 0]);
  });

  it('takes other ends while it is shown, and keeps them', () => {
    const view = new ProgressView({ max: 200 }, 'done');
    const share = () => {
      const { content } = view.frame();
      return content.kind === 'progress' ? [content.min, content.max, content.share] : null;
    };
    view.input('value', eventOf(50n));
    assert.deepEqual(share(), [0, 200, 0.25]);
    view.setViewport(VIEWPORT);
    assert.equal(view.dirty, false);
    view.setViewport({ ...VIEWPORT, ends: [40, 60] });
    assert.equal(view.dirty, true);
    assert.deepEqual(share(), [40, 60, 0.5]);
    view.setViewport({ ...VIEWPORT, width: 7, ends: [40, 60] });
    assert.equal(view.dirty, false);
  });

  it('knows no share of what is not finite', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.deepEqual(shareOf(value), [null, null]);
    }
  });

  it('says what it needs where the value is no number', () => {
    const content = frameOf('half');
    assert.equal(content.kind, 'empty');
    assert.equal(
      content.kind === 'empty' ? content.fault?.message : '',
      'done is some type, a progress bar needs a number',
    );
  });
});

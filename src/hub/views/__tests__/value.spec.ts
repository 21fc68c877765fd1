// A value as plain data, for other extensions.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dict, fromClone, NDArray, NO_ALARM, type PyValue, pyRepr } from '../../../values/index.js';
import type { ViewOptions } from '../../api.js';
import { VALUE_LIMIT_BYTES, ValueView } from '../value.js';

function viewOf(value: PyValue, options: ViewOptions = {}) {
  const view = new ValueView(options, 'p');
  view.input('value', {
    type: 'reading',
    reading: {
      value,
      type: 'some type',
      timeNs: 0n,
      alarm: NO_ALARM,
      display: { unit: 'K', scale: 2 },
      persist: null,
    },
    range: null,
  });
  return view;
}

describe('ValueView', () => {
  it('is empty before there is a value', () => {
    assert.deepEqual(new ValueView({}, 'p').frame().content, { kind: 'empty', fault: null });
  });

  it('sends the exact form, with its arrays handed over', () => {
    const value = dict({
      ['__proto__']: 1n,
      array: NDArray.of(Uint16Array.of(1, 2, 3, 4), [2, 2]),
    });
    const { content, transfer } = viewOf(value).frame();
    assert.ok(content.kind === 'value');
    assert.equal(transfer.length, 1);
    const crossed = structuredClone(content.value, { transfer: transfer as ArrayBuffer[] });
    assert.equal(pyRepr(fromClone(crossed as never)), pyRepr(value));
    assert.deepEqual(viewOf(2n ** 63n).frame().content, { kind: 'value', value: 2n ** 63n });
    assert.deepEqual(viewOf(null).frame().content, { kind: 'value', value: null });
  });

  it('sends ordinary numbers and objects where that is asked for', () => {
    const value = [1n, 2 ** 0.5, null, NDArray.of(Float32Array.of(1, 2))];
    assert.deepEqual(viewOf(value, { plain: true }).frame().content, {
      kind: 'value',
      value: [1, 2 ** 0.5, null, Float32Array.of(1, 2)],
    });
  });

  it('refuses what is larger than the limit, and says what it is', () => {
    const large = viewOf(new Array(VALUE_LIMIT_BYTES / 16 + 1).fill(0));
    const { content, transfer } = large.frame();
    assert.ok(content.kind === 'empty');
    assert.equal(content.fault?.name, 'LimitError');
    assert.equal(
      content.fault?.message,
      'p is some type: more than 1 MB, too much to be handed over as it is',
    );
    assert.deepEqual(transfer, []);
  });

  it('takes unit, scale and precision from the options', () => {
    assert.deepEqual(viewOf(1).display, { unit: 'K', scale: 2 });
    assert.deepEqual(viewOf(1, { unit: 'mK', precision: 1 }).display, {
      unit: 'mK',
      scale: 2,
      precision: 1,
    });
  });

  it('exports the value with its time', () => {
    assert.deepEqual(viewOf(dict({ a: 1n })).table().columns, [
      { name: 'time', values: ['1970-01-01T00:00:00.000Z'] },
      { name: 'p', values: ["{'a': 1}"] },
    ]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dict, NDArray, PyDict, type PyValue, tuple } from '../../values/index.js';
import { difference } from '../index.js';

const NOTHING = { added: [], changed: [], removed: [], replaced: false };

describe('difference', () => {
  it('names added, changed and removed keys of a dict', () => {
    const before = dict({ a: 1n, b: [1n], c: 'gone' });
    const after = dict({ d: null, b: [1], a: 1n });
    assert.deepEqual(difference(before, after), {
      added: ['d'],
      changed: ['b'],
      removed: ['c'],
      replaced: false,
    });
  });

  it('sees nothing where every byte is the same, NaN among them', () => {
    const make = () =>
      dict({ x: NDArray.of(Float64Array.of(1, Number.NaN)), y: Number.NaN, z: tuple(0) });
    assert.deepEqual(difference(make(), make()), NOTHING);
  });

  it('tells -0.0 from 0.0, and 1 from 1.0', () => {
    const of = (value: PyValue) => dict({ x: value });
    assert.deepEqual(difference(of(0), of(-0)).changed, ['x']);
    assert.deepEqual(difference(of(1), of(1n)).changed, ['x']);
  });

  it('follows Python: 1 and True are one key', () => {
    const before = new PyDict([[1n, 'a']]);
    const after = new PyDict([[true, 'b']]);
    assert.deepEqual(difference(before, after), { ...NOTHING, changed: [true] });
  });

  it('names indices of lists and tuples', () => {
    assert.deepEqual(difference([1n, 2n, 3n], [1n, 5n]), {
      ...NOTHING,
      changed: [1n],
      removed: [2n],
    });
    assert.deepEqual(difference(tuple(1n), tuple(1n, 2n)), { ...NOTHING, added: [1n] });
  });

  it('has no keys to name when the roots are of different kinds', () => {
    assert.deepEqual(difference([1n], tuple(1n)), { ...NOTHING, replaced: true });
    assert.deepEqual(difference(5n, 6n), { ...NOTHING, replaced: true });
    assert.deepEqual(difference('same', 'same'), NOTHING);
  });
});

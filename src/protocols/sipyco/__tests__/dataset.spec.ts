import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dict,
  NDArray,
  NumpyScalar,
  PyDict,
  type PyValue,
  Tuple,
  tuple,
} from '../../../values/index.js';
import { datasetOf } from '../index.js';

describe('datasetOf', () => {
  it('takes ARTIQ’s triples and the pairs of ARTIQ 7 apart', () => {
    const value = new NDArray('<f8', [2]);
    const metadata = dict({ unit: 'MHz', scale: 1e6, precision: 3n });
    assert.deepEqual(datasetOf(tuple(true, value, metadata)), {
      persist: true,
      value,
      display: { unit: 'MHz', scale: 1e6, precision: 3 },
    });
    assert.deepEqual(datasetOf(tuple(false, 5n)), { persist: false, value: 5n, display: {} });
  });

  it('leaves the struct’s own object in place', () => {
    const value: PyValue[] = [1n];
    assert.equal(datasetOf(tuple(false, value, new PyDict()))?.value, value);
  });

  it('takes the scale of a unit that ARTIQ knows, unless the metadata says another', () => {
    const display = (entries: { readonly [key: string]: PyValue }) =>
      datasetOf(tuple(false, 1, dict(entries)))?.display;
    assert.deepEqual(display({ unit: 'us' }), { unit: 'us', scale: 1e-6 });
    assert.deepEqual(display({ unit: 'us', scale: 2 }), { unit: 'us', scale: 2 });
    assert.deepEqual(display({ unit: 'us', scale: 2n }), { unit: 'us', scale: 2 });
    assert.deepEqual(display({ unit: 'us', scale: null }), { unit: 'us', scale: 1e-6 });
    assert.deepEqual(display({ unit: 'furlong' }), { unit: 'furlong' });
    assert.deepEqual(display({ unit: 'constructor' }), { unit: 'constructor' });
    assert.deepEqual(display({ scale: 10 }), { scale: 10 });
    assert.deepEqual(display({ scale: NumpyScalar.of('<f4', 0.5) }), { scale: 0.5 });
  });

  it('leaves out metadata of other types, and a scale that nothing can be divided by', () => {
    const display = datasetOf(
      tuple(false, 1, dict({ unit: 5n, scale: 0, precision: -1n, other: 'x' })),
    )?.display;
    assert.deepEqual(display, {});
    assert.deepEqual(datasetOf(tuple(false, 1, dict({ scale: Number.NaN })))?.display, {});
  });

  it('is null for anything else', () => {
    const others: PyValue[] = [
      null,
      5n,
      [false, 1n, new PyDict()],
      tuple(false),
      tuple(1n, 2n),
      tuple(false, 1n, null),
      tuple(false, 1n, new PyDict(), 4n),
      new Tuple([]),
    ];
    for (const other of others) {
      assert.equal(datasetOf(other), null);
    }
  });
});

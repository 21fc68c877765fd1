import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  dict,
  fromClone,
  NDArray,
  OpaqueObject,
  PyObject,
  parseDtype,
  pyExact,
  pyRepr,
  toClone,
} from '../index.js';
import { pyValue } from './arbitrary.js';

describe('a value across postMessage', () => {
  it('arrives as it was, and stays whole where it came from', () => {
    fc.assert(
      fc.property(pyValue(), value => {
        const before = pyRepr(value);
        const { value: plain, transfer } = toClone(value);
        const arrived = fromClone(structuredClone(plain, { transfer }));
        assert.ok(pyExact(arrived, value), `${pyRepr(arrived)}\n  is not ${before}`);
        assert.equal(pyRepr(value), before);
      }),
      { numRuns: 1000, seed: 1_764_300_005 },
    );
  });

  it('hands over its arrays, and of a view only its own elements', () => {
    const base = NDArray.of(new Float64Array(1000));
    const view = new NDArray('<f8', [2], base.bytes, 8, [16]);
    const { value, transfer } = toClone(dict({ view, bytes: new Uint8Array(5) }));
    assert.deepEqual(
      transfer.map(buffer => buffer.byteLength),
      [16, 5],
    );
    structuredClone(value, { transfer });
    assert.equal(base.at(999), 0);
    assert.equal(view.size, 2);
  });

  it('keeps records and subarrays', () => {
    const array = new NDArray(parseDtype('<i2,(2,)|u1'), [1], Uint8Array.of(1, 0, 2, 3));
    const arrived = fromClone(structuredClone(toClone(array).value)) as NDArray;
    assert.deepEqual(arrived.at(0), array.at(0));
    assert.deepEqual(arrived.dtype, array.dtype);
  });

  it('leaves of an object its type and repr', () => {
    class Stage extends PyObject {
      override get pyType(): string {
        return 'Stage';
      }

      override repr(): string {
        return 'Stage(3)';
      }
    }
    const arrived = fromClone(structuredClone(toClone([new Stage()]).value)) as [OpaqueObject];
    assert.ok(arrived[0] instanceof OpaqueObject);
    assert.deepEqual([arrived[0].pyType, pyRepr(arrived[0])], ['Stage', 'Stage(3)']);
  });
});

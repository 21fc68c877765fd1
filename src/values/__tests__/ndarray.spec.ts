import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  Complex,
  float16ToNumber,
  NDArray,
  NumpyScalar,
  numberToFloat16,
  type PyValue,
  parseDtype,
  pyExact,
  pyRepr,
  Tuple,
} from '../index.js';

describe('an array', () => {
  const base = NDArray.of(Int16Array.of(0, 1, 2, 3, 4, 5), [2, 3]);

  it('knows its shape and where its elements are', () => {
    assert.deepEqual(
      [base.shape, base.strides, base.offset, base.size, base.ndim, base.isContiguous],
      [[2, 3], [6, 2], 0, 6, 2, true],
    );
    assert.deepEqual(
      [base.at(4), base.at(-1), base.at([1, 0]), base.at([-1, -3])],
      [4n, 5n, 3n, 3n],
    );
    assert.deepEqual([...base], [0n, 1n, 2n, 3n, 4n, 5n]);
    assert.throws(() => base.at(6), {
      name: 'RangeError',
      message: 'index 6 is out of bounds for an array of 6 elements',
    });
    assert.throws(() => base.at([0, 3]), {
      message: 'index 3 is out of bounds for axis 1 of length 3',
    });
    assert.throws(() => base.at([0]), { message: '1 indices for an array of 2 axes' });
  });

  it('may be a view: of a column, backwards, of one element again and again', () => {
    const column = new NDArray('<i2', [2], base.bytes, 4, [6]);
    const backwards = new NDArray('<i2', [3], base.bytes, 4, [-2]);
    const same = new NDArray('<i2', [2, 2], base.bytes, 2, [0, 0]);
    assert.deepEqual(
      [[...column], [...backwards], [...same]],
      [
        [2n, 5n],
        [2n, 1n, 0n],
        [1n, 1n, 1n, 1n],
      ],
    );
    assert.deepEqual([column.isContiguous, backwards.isContiguous], [false, false]);
    assert.deepEqual(column.typed(), Int16Array.of(2, 5));
    assert.deepEqual(column.toBytes(), Uint8Array.of(2, 0, 5, 0));
    assert.equal(column.copy().isContiguous, true);
    // An axis of one element may have any stride.
    assert.ok(new NDArray('<i2', [1, 3], base.bytes, 0, [99, 2]).isContiguous);
  });

  it('stays inside its memory', () => {
    const bytes = new Uint8Array(4);
    const message = 'an array <i2 of shape (3) needs bytes 0 to 6, there are 4';
    assert.throws(() => new NDArray('<i2', [3], bytes), { name: 'RangeError', message });
    assert.throws(() => new NDArray('<i2', [2], bytes, 0, [-2]), RangeError);
    assert.throws(() => new NDArray('<i2', [2], bytes, 3), RangeError);
    assert.throws(() => new NDArray('<i2', [1.5], bytes), {
      message: '1.5 is not the length of an axis, in shape (1.5)',
    });
    assert.throws(() => new NDArray('<i2', [2], bytes, 0, [2, 2]), {
      message: '2 strides for an array of 1 axes',
    });
    assert.throws(() => new NDArray('<i2', [2 ** 40, 2 ** 40], bytes), RangeError);
    assert.equal(new NDArray('<i2', [3, 0], new Uint8Array(0)).size, 0);
  });

  it('gives a view where JavaScript can have one, else a copy, else null', () => {
    const f8 = NDArray.of(Float64Array.of(1.5));
    assert.equal(f8.typed()?.buffer, f8.bytes.buffer);
    const bytes = new Uint8Array(9);
    bytes.set(f8.bytes, 1);
    const odd = new NDArray('<f8', [1], bytes, 1);
    assert.deepEqual(odd.typed(), Float64Array.of(1.5));
    assert.notEqual(odd.typed()?.buffer, bytes.buffer);
    const big = new NDArray('>f8', [1], f8.bytes.slice().reverse());
    assert.deepEqual(big.typed(), Float64Array.of(1.5));
    assert.deepEqual(NDArray.from('<M8[ns]', [5n]).typed(), BigInt64Array.of(5n));
    assert.deepEqual(NDArray.from('|b1', [true]).typed(), Uint8Array.of(1));
    for (const dtype of ['<f2', '<f16', '<c8', '<U1', '|S1', '|V8', 'i4,f4']) {
      assert.equal(new NDArray(dtype, [2]).typed(), null, dtype);
    }
  });

  it('of real numbers is float64 on request', () => {
    const rows: readonly (readonly [string, readonly PyValue[], readonly number[] | null])[] = [
      ['|b1', [true, false], [1, 0]],
      ['>i2', [-3n, 300n], [-3, 300]],
      ['<u8', [2n ** 64n - 1n], [2 ** 64]],
      ['<f2', [0.5, -65504], [0.5, -65504]],
      ['>f2', [1], [1]],
      ['<f4', [0.1], [Math.fround(0.1)]],
      ['<c8', [new Complex(1, 1)], null],
      ['<M8[s]', [1n], null],
      ['<U1', ['a'], null],
    ];
    for (const [dtype, values, expected] of rows) {
      assert.deepEqual(
        NDArray.from(dtype, values).toFloat64(),
        expected && Float64Array.from(expected),
        dtype,
      );
    }
  });

  it('of 0 dimensions is one value', () => {
    const array = NDArray.from('<f4', [1.5], []);
    assert.deepEqual([array.ndim, array.size, array.at([]), array.item()], [0, 1, 1.5, 1.5]);
    assert.throws(() => base.item(), { message: 'an array of 6 elements is not one value' });
  });
});

describe('an element', () => {
  const rows: readonly (readonly [dtype: string, value: PyValue, bytes: readonly number[]])[] = [
    ['|b1', true, [1]],
    ['|i1', -2n, [0xfe]],
    ['<u2', 0x1234n, [0x34, 0x12]],
    ['>u2', 0x1234n, [0x12, 0x34]],
    ['<i8', -(2n ** 63n), [0, 0, 0, 0, 0, 0, 0, 0x80]],
    ['>u8', 2n ** 64n - 2n, [255, 255, 255, 255, 255, 255, 255, 254]],
    ['<f2', 1.5, [0x00, 0x3e]],
    ['>f4', -2, [0xc0, 0, 0, 0]],
    ['<c8', new Complex(1, -0), [0, 0, 0x80, 0x3f, 0, 0, 0, 0x80]],
    ['<U2', '😀', [0x00, 0xf6, 0x01, 0, 0, 0, 0, 0]],
    ['>U1', 'é', [0, 0, 0, 0xe9]],
    ['|S3', Uint8Array.of(97), [97, 0, 0]],
    ['|V2', Uint8Array.of(1, 0), [1, 0]],
  ];
  for (const [dtype, value, bytes] of rows) {
    it(`${dtype} ${pyRepr(value)}`, () => {
      const array = NDArray.from(dtype, [value]);
      assert.deepEqual([...array.bytes], bytes);
      assert.ok(pyExact(array.at(0), value), pyRepr(array.at(0)));
    });
  }

  it('of a record is a tuple, of a subarray a list', () => {
    const dtype = parseDtype('<i2,(2,)|u1');
    const array = new NDArray(dtype, [1], Uint8Array.of(1, 0, 2, 3));
    assert.ok(pyExact(array.at(0), new Tuple([1n, [2n, 3n]])));
  });

  it('of a datetime is a scalar with ticks', () => {
    const item = NDArray.from('<M8[25s]', [4n]).at(0) as NumpyScalar;
    assert.ok(item instanceof NumpyScalar);
    assert.equal(item.ticks(), 4n);
    assert.equal(item.item(), item);
  });

  it('of a long double is rounded to float64', () => {
    const read = (hex: string) =>
      new NDArray('<f16', [1], Uint8Array.from(Buffer.from(hex, 'hex'))).at(0);
    assert.equal(read('00000000000000c0ff3f000000000000'), 1.5);
    assert.equal(read('00000000000000c0ffbf000000000000'), -1.5);
    assert.equal(read('0000000000000080ff7f000000000000'), Infinity);
    assert.ok(Number.isNaN(read('00000000000000c0ff7f000000000000')));
    assert.equal(read('00000000000000000080000000000000'), -0);
    assert.equal(read('0000000000000080fe7f000000000000'), Infinity);
    assert.equal(read('00000000000000800100000000000000'), 0);
  });

  it('of dtype object is nothing here', () => {
    assert.throws(() => new NDArray('|O', [1]).at(0), {
      name: 'TypeError',
      message: 'an element of dtype object is a pointer into another process',
    });
  });
});

describe('a numpy scalar', () => {
  it('is in host order, as numpy keeps it', () => {
    const scalar = new NumpyScalar('>i4', Uint8Array.of(0, 0, 1, 2));
    assert.deepEqual([scalar.dtype.str, scalar.item()], ['<i4', 258n]);
    assert.deepEqual(
      new NumpyScalar('>c8', Uint8Array.of(0x3f, 0x80, 0, 0, 0, 0, 0, 0)).item(),
      new Complex(1, 0),
    );
    assert.equal(new NumpyScalar('>U1', Uint8Array.of(0, 0, 0, 97)).item(), 'a');
  });

  it('has as many bytes as its dtype says', () => {
    assert.throws(() => new NumpyScalar('<i4', new Uint8Array(3)), {
      name: 'RangeError',
      message: 'a scalar of dtype <i4 has 4 bytes, not 3',
    });
  });
});

describe('float16', () => {
  it('reads and writes all 65 536 values', () => {
    for (let bits = 0; bits < 0x10000; bits += 1) {
      const value = float16ToNumber(bits);
      if (Number.isNaN(value)) {
        assert.equal(numberToFloat16(value), 0x7e00);
      } else {
        assert.equal(numberToFloat16(value), bits, String(value));
      }
    }
  });

  it('rounds to the nearest, half to even', () => {
    const rows: readonly (readonly [number, number])[] = [
      [2049, 2048],
      [2051, 2052],
      [65519.99, 65504],
      [65520, Infinity],
      [-1e9, -Infinity],
      [2 ** -25, 0],
      [2 ** -25 * 1.0001, 2 ** -24],
      [3 * 2 ** -25, 2 ** -23],
      [0.1, 0.0999755859375],
      [2047.9999999, 2048],
    ];
    for (const [value, expected] of rows) {
      assert.equal(float16ToNumber(numberToFloat16(value)), expected, String(value));
    }
  });

  it('is never further from a value than its neighbours are', () => {
    fc.assert(
      fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), value => {
        const bits = numberToFloat16(value);
        const distance = (other: number) => Math.abs(float16ToNumber(other) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = float16ToNumber(neighbour & 0xffff);
          if (Number.isFinite(other)) {
            assert.ok(distance(bits) <= distance(neighbour & 0xffff));
          }
        }
      }),
      { numRuns: 3000, seed: 1_764_300_003 },
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  Complex,
  dict,
  Fraction,
  NDArray,
  NumpyScalar,
  OrderedDict,
  type PyValue,
  pyEquals,
  pyExact,
  pyRepr,
  Slice,
  set,
  tuple,
} from '../index.js';
import { pyValue } from './arbitrary.js';

const RUNS = { numRuns: 1500, seed: 1_764_300_002 };

describe("Python's ==", () => {
  const equal: readonly (readonly [PyValue, PyValue])[] = [
    [1n, 1],
    [1n, true],
    [0, -0],
    [0.5, new Fraction(1n, 2n)],
    [new Complex(2, 0), 2n],
    [NumpyScalar.of('<i2', 3n), 3],
    ['a', NumpyScalar.of('<U1', 'a')],
    [
      [1n, [2]],
      [1, [2n]],
    ],
    [tuple(1n), tuple(true)],
    [set(1n, 'a'), set('a', 1)],
    [dict({ a: 1n, b: 2n }), dict({ b: 2, a: 1 })],
    [new OrderedDict([['a', 1n]]), dict({ a: 1n })],
    [new Slice(null, 1n, null), new Slice(null, 1, null)],
    [Uint8Array.of(1), Uint8Array.of(1)],
    [NDArray.from('<i4', [1n, 2n]), NDArray.from('>f8', [1, 2])],
    [NumpyScalar.of('<M8[D]', 1n), NumpyScalar.of('<M8[h]', 24n)],
  ];
  const different: readonly (readonly [PyValue, PyValue])[] = [
    [Number.NaN, Number.NaN],
    [1n, '1'],
    [null, false],
    [null, 0n],
    [[1n], tuple(1n)],
    ['a', Uint8Array.of(97)],
    [2n ** 53n + 1n, 2 ** 53],
    [0.1, new Fraction(1n, 10n)],
    [new Complex(1, 1), 1],
    [Infinity, new Fraction(1n, 2n)],
    [dict({ a: 1n }), dict({ a: 1n, b: 2n })],
    [dict({ a: 1n }), dict({ b: 1n })],
    [
      new OrderedDict([
        ['a', 1n],
        ['b', 2n],
      ]),
      new OrderedDict([
        ['b', 2n],
        ['a', 1n],
      ]),
    ],
    [set(1n), set(2n)],
    [NDArray.from('<i4', [1n, 2n]), NDArray.from('<i4', [1n, 2n], [2, 1])],
    [NDArray.from('<f8', [Number.NaN]), NDArray.from('<f8', [Number.NaN])],
    [NumpyScalar.of('<M8[D]', -(2n ** 63n)), NumpyScalar.of('<M8[D]', -(2n ** 63n))],
    [NumpyScalar.of('<M8[D]', 1n), NumpyScalar.of('<m8[D]', 1n)],
  ];
  for (const [a, b] of equal) {
    it(`${pyRepr(a)} == ${pyRepr(b)}`, () => {
      assert.ok(pyEquals(a, b) && pyEquals(b, a));
    });
  }
  for (const [a, b] of different) {
    it(`${pyRepr(a)} != ${pyRepr(b)}`, () => {
      assert.ok(!pyEquals(a, b) && !pyEquals(b, a));
    });
  }
});

describe('the very same', () => {
  it('tells types, orders, signs and bits apart', () => {
    const rows: readonly (readonly [PyValue, PyValue])[] = [
      [1n, 1],
      [1n, true],
      [0, -0],
      [new Complex(0, 0), new Complex(0, -0)],
      [new Complex(1, 0), 1],
      [new Fraction(1n, 2n), 0.5],
      [new OrderedDict(), dict()],
      [dict({ a: 1n, b: 2n }), dict({ b: 2n, a: 1n })],
      [dict([[1n, 2n]]), dict([[true, 2n]])],
      [set(1n), set(1)],
      [[1n], tuple(1n)],
      [NumpyScalar.of('<i4', 1n), NumpyScalar.of('<i8', 1n)],
      [NumpyScalar.of('<f8', 1), 1],
      [NDArray.from('<i4', [1n]), NDArray.from('>i4', [1n])],
      [NDArray.from('<f8', [0]), NDArray.from('<f8', [-0])],
      [NDArray.from('<i4', [1n]), NDArray.from('<i4', [1n], [1, 1])],
    ];
    for (const [a, b] of rows) {
      assert.ok(!pyExact(a, b) && !pyExact(b, a), `${pyRepr(a)} and ${pyRepr(b)}`);
    }
  });

  it('is itself, and what is the same is equal where nothing is NaN or NaT', () => {
    fc.assert(
      fc.property(pyValue(), value => {
        assert.ok(pyExact(value, value));
        if (!/nan|NaT/.test(pyRepr(value))) {
          assert.ok(pyEquals(value, value), pyRepr(value));
        }
      }),
      RUNS,
    );
  });

  it('counts all NaN as one', () => {
    assert.ok(pyExact(Number.NaN, Number.NaN));
    assert.ok(pyExact([Number.NaN], [0 / 0]));
  });

  it('minds where in memory an array lies as little as Python does', () => {
    const base = NDArray.from('<i2', [0n, 1n, 2n, 3n]);
    const every = new NDArray('<i2', [2], base.bytes, 2, [4]);
    assert.ok(pyExact(every, NDArray.from('<i2', [1n, 3n])));
  });
});

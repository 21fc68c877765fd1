import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Complex, complex, dict, Fraction, int, PyDict, Slice, slice, tuple } from '../index.js';

const RUNS = { numRuns: 3000, seed: 1_764_300_006 };

describe('a fraction', () => {
  it('is reduced, its denominator positive', () => {
    const shown = (n: bigint, d: bigint) => {
      const { numerator, denominator } = new Fraction(n, d);
      return [numerator, denominator];
    };
    assert.deepEqual(
      [shown(6n, 4n), shown(6n, -4n), shown(0n, -7n), shown(-3n, -6n), shown(5n, 1n)],
      [
        [3n, 2n],
        [-3n, 2n],
        [0n, 1n],
        [1n, 2n],
        [5n, 1n],
      ],
    );
    assert.throws(() => new Fraction(1n, 0n), {
      name: 'RangeError',
      message: 'Fraction(1, 0): the denominator must not be 0',
    });
  });

  it('of a float is exact', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), value => {
        const { numerator, denominator } = Fraction.fromFloat(value);
        assert.equal(denominator & (denominator - 1n), 0n, 'a power of two');
        assert.ok(new Fraction(numerator, denominator).toNumber() === value);
      }),
      RUNS,
    );
    assert.throws(() => Fraction.fromFloat(Number.NaN), { message: 'NaN has no integer ratio' });
  });

  it('becomes the nearest float', () => {
    const rows: readonly (readonly [bigint, bigint, number])[] = [
      [1n, 3n, 1 / 3],
      [-2n, 3n, -2 / 3],
      [10n ** 400n, 10n ** 399n, 10],
      [10n ** 400n, 1n, Infinity],
      [-(10n ** 400n), 1n, -Infinity],
      [1n, 10n ** 400n, 0],
      [1n, 2n ** 1074n, 5e-324],
      [1n, 2n ** 1075n, 0],
      [3n, 2n ** 1076n, 5e-324],
      [1n, 2n ** 1075n - 1n, 5e-324],
      [2n ** 53n + 1n, 1n, 2 ** 53],
      [2n ** 54n + 2n, 1n, 2 ** 54],
      [2n ** 54n + 6n, 1n, 2 ** 54 + 8],
      [2n ** 1024n - 2n ** 970n, 1n, Infinity],
      [2n ** 1024n - 2n ** 970n - 1n, 1n, Number.MAX_VALUE],
      [22250738585072011n, 10n ** 324n, 2.225073858507201e-308],
    ];
    for (const [n, d, expected] of rows) {
      assert.equal(new Fraction(n, d).toNumber(), expected, `${n}/${d}`);
    }
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
        fc.nat({ max: 300 }),
        (n, e) => {
          // Decimal text is read by the engine's own correct rounding.
          assert.ok(new Fraction(n, 10n ** BigInt(e)).toNumber() === Number(`${n}e-${e}`));
        },
      ),
      RUNS,
    );
  });
});

describe('values by hand', () => {
  it('ints are exact or refused', () => {
    assert.deepEqual(
      [int(3), int(-0), int('12345678901234567890')],
      [3n, 0n, 12345678901234567890n],
    );
    assert.throws(() => int(1.5), {
      name: 'RangeError',
      message: '1.5 is not an exact integer; write larger ones as bigint, e.g. 12n',
    });
    assert.throws(() => int(2 ** 53), RangeError);
  });

  it('slices as in Python', () => {
    assert.deepEqual(slice(5n), new Slice(null, 5n, null));
    assert.deepEqual(slice(1n, null), new Slice(1n, null, null));
    assert.deepEqual(slice(1n, 2n, 3n), new Slice(1n, 2n, 3n));
    assert.throws(() => slice(), { message: 'slice() takes 1 to 3 arguments, not 0' });
  });

  it('dicts of pairs or of an object, tuples, complex numbers', () => {
    assert.deepEqual(dict({ a: 1n }), new PyDict([['a', 1n]]));
    assert.deepEqual(dict([[1n, 2n]]), new PyDict([[1n, 2n]]));
    assert.deepEqual([...tuple(1n, 'a')], [1n, 'a']);
    assert.equal(tuple(1n, 2n).at(-1), 2n);
    assert.deepEqual(complex(1), new Complex(1, 0));
  });
});

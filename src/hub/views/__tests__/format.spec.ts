import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Complex,
  NDArray,
  NumpyScalar,
  PyDict,
  PySet,
  type PyValue,
  Tuple,
} from '../../../values/index.js';
import { typeText } from '../../typetext.js';
import { floatText, intText, numberOf, reprText, valueText } from '../format.js';

const row = (value: PyValue, display = {}) =>
  valueText(value, display, { limit: 40, readOut: false });
const readOut = (value: PyValue, display = {}) =>
  valueText(value, display, { limit: 40, readOut: true });

describe('floatText', () => {
  it('has the decimals that the instrument wants', () => {
    assert.equal(floatText(1.23456, 2), '1.23');
    assert.equal(floatText(1, 3), '1.000');
    assert.equal(floatText(-0.0001, 2), '-0.00');
    assert.equal(floatText(1e300, 2), '1e+300');
  });

  it('else has six significant digits, and stays a float', () => {
    assert.equal(floatText(1234567.8), '1.23457e+06');
    assert.equal(floatText(123456.78), '123457');
    assert.equal(floatText(80_000_001), '80000001.0');
    assert.equal(floatText(1e22), '1e+22');
    assert.equal(floatText(0.1), '0.1');
    assert.equal(floatText(2), '2.0');
    assert.equal(floatText(1.5e-9), '1.5e-09');
    assert.equal(floatText(1 / 3), '0.333333');
  });

  it('keeps the sign of zero, NaN and infinities', () => {
    assert.equal(floatText(-0), '-0.0');
    assert.equal(floatText(-0, 2), '-0.00');
    assert.equal(floatText(0, 2), '0.00');
    assert.equal(floatText(Number.NaN, 2), 'NaN');
    assert.equal(floatText(Number.NEGATIVE_INFINITY), '-inf');
  });
});

describe('intText', () => {
  it('has all digits, in groups of three only in a read-out', () => {
    assert.equal(intText(9007199254740993n, false), '9007199254740993');
    assert.equal(
      intText(9007199254740993n, true),
      '9\u2009007\u2009199\u2009254\u2009740\u2009993',
    );
    assert.equal(intText(-1204n, true), '-1\u2009204');
    assert.equal(intText(-123n, true), '-123');
  });

  it('writes an int of 4300 digits with an exponent', () => {
    assert.equal(intText(-(12345678n * 10n ** 4292n), true), '-1.23456e+4299');
  });
});

describe('valueText', () => {
  it('divides by the scale', () => {
    assert.equal(row(80e6, { scale: 1e6, precision: 3 }), '80.000');
    assert.equal(row(80_000_000n, { scale: 1e6 }), '80.0');
    assert.equal(row(new Complex(2e6, -1e6), { scale: 1e6 }), '2.0 - 1.0j');
  });

  it('shows a str as it is in a read-out and quoted in a row', () => {
    assert.equal(readOut('idle'), 'idle');
    assert.equal(row('1'), "'1'");
  });

  it('names the value of an enumeration', () => {
    assert.equal(row(1n, { labels: ['off', 'on'] }), 'on');
    assert.equal(row(2n, { labels: ['off', 'on'] }), '2');
  });

  it('writes containers as far as there is room', () => {
    assert.equal(row([1n, 2.5, null, [true, 'x']]), "[1, 2.5, None, [True, 'x']]");
    assert.equal(row(new Tuple([1n])), '(1,)');
    assert.equal(row(new PyDict([['a', 1n]])), "{'a': 1}");
    assert.equal(row(new PySet([1n])), '{1}');
    assert.equal(row(new PySet()), 'set()');
    assert.equal(row(NDArray.of(Float64Array.of(1, 2))), '[1.0, 2.0]');
    const long = row(Array.from({ length: 1000 }, (_, i) => BigInt(i)));
    assert.equal(long, '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …');
    assert.equal(long.length, 40);
  });

  it('reads no more of an array than it writes', () => {
    const array = NDArray.of(new Float64Array(5_000_000));
    let readCount = 0;
    const spied = new Proxy(array, {
      get(target, name) {
        readCount += name === 'at' ? 1 : 0;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    row(spied);
    assert.ok(readCount < 20, `${readCount} elements were read`);
  });

  it('opens numpy scalars and 0-d arrays', () => {
    assert.equal(row(NumpyScalar.of('<i4', 5n)), '5');
    assert.equal(row([NumpyScalar.of('<i2', 5n), NumpyScalar.of('<f4', 0.5)]), '[5, 0.5]');
    assert.equal(row(NDArray.of(Float64Array.of(2.5), [])), '2.5');
    assert.equal(numberOf(NumpyScalar.of('<f4', 1.5)), 1.5);
    assert.equal(numberOf('1'), null);
    const at = (dtype: string, ticks: bigint) =>
      new NumpyScalar(dtype, new Uint8Array(BigInt64Array.of(ticks).buffer));
    assert.equal(row(at('<M8[s]', 1_700_000_000n)), '2023-11-14T22:13:20');
    assert.equal(row(at('<m8[ms]', 1500n)), '1500 ms');
  });
});

describe('reprText', () => {
  it("is Python's repr, arrays as numpy writes them", () => {
    assert.equal(reprText('a\n', 100), "'a\\n'");
    assert.equal(reprText(NumpyScalar.of('<i4', 5n), 100), 'np.int32(5)');
    assert.equal(reprText(NDArray.of(Float32Array.of(0.1)), 100), 'array([0.1], dtype=float32)');
    const long = NDArray.of(Float64Array.from({ length: 2000 }, (_, i) => i));
    assert.equal(reprText(long, 100), 'array([0.0, 1.0, 2.0, ..., 1997.0, 1998.0, 1999.0])');
    assert.equal(reprText(long, 1e6, true).split(', ').length, 2000);
  });

  it('is cut to the limit with an ellipsis', () => {
    assert.equal(reprText('x'.repeat(100), 10), "'xxxxxxxx…");
    assert.equal(reprText([1n, 2n, 3n, 4n], 8), '[1, 2, …');
  });

  it('does not follow a value that is nested without end', () => {
    const endless: PyValue[] = [];
    endless.push(endless);
    assert.match(reprText(endless, 100), /^\[{33}…\]{33}$/);
  });
});

describe('typeText', () => {
  it('names type, length and shape', () => {
    const texts = (
      [
        null,
        true,
        1n,
        1,
        'a',
        [1n],
        new Tuple([]),
        new PyDict(),
        Uint8Array.of(1),
        NDArray.of(new Uint16Array(6), [2, 3]),
        NDArray.of(new Float64Array(1), []),
        NumpyScalar.of('<f4', 1),
      ] as PyValue[]
    ).map(typeText);
    assert.deepEqual(texts, [
      'None',
      'bool',
      'int',
      'float',
      'str',
      'list[1]',
      'tuple[0]',
      'dict[0]',
      'bytes[1]',
      'uint16[2, 3]',
      'float64[]',
      'float32',
    ]);
  });
});

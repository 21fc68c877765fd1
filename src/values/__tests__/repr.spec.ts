import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  Complex,
  dict,
  Fraction,
  floatRepr,
  isoText,
  NDArray,
  NumpyScalar,
  OpaqueObject,
  OrderedDict,
  type PyValue,
  pyRepr,
  Slice,
  set,
  toPlain,
  tuple,
  typeName,
} from '../index.js';

describe("Python's repr", () => {
  const rows: readonly (readonly [PyValue, string])[] = [
    [null, 'None'],
    [true, 'True'],
    [10n ** 20n, '100000000000000000000'],
    [1, '1.0'],
    [-0, '-0.0'],
    [1e16, '1e+16'],
    [9999999999999998, '9999999999999998.0'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [1e21, '1e+21'],
    [1e100, '1e+100'],
    [5e-324, '5e-324'],
    [123456789012345680, '1.2345678901234568e+17'],
    [-Infinity, '-inf'],
    [Number.NaN, 'nan'],
    [new Complex(0, 1), '1j'],
    [new Complex(0, -1.5), '-1.5j'],
    [new Complex(-0, 1), '(-0+1j)'],
    [new Complex(1, -0), '(1-0j)'],
    [new Complex(Number.NaN, Infinity), '(nan+infj)'],
    [new Complex(1e16, 1e-5), '(1e+16+1e-05j)'],
    ["it's", `"it's"`],
    [`it's "so"`, `'it\\'s "so"'`],
    ['\t\n\r\\\x00\x7f\xa0', "'\\t\\n\\r\\\\\\x00\\x7f\\xa0'"],
    ['é😀\u200b\ud800\u{e000}', "'é😀\\u200b\\ud800\\ue000'"],
    [Uint8Array.of(0x27, 0x22, 0, 0x7f, 0x5c, 10), `b'\\'"\\x00\\x7f\\\\\\n'`],
    [Uint8Array.of(0x27), `b"'"`],
    [[1n, [2]], '[1, [2.0]]'],
    [tuple(), '()'],
    [tuple(1n), '(1,)'],
    [tuple(1n, 'a'), "(1, 'a')"],
    [set(), 'set()'],
    [set(1n), '{1}'],
    [dict(), '{}'],
    [dict([[1n, null]]), '{1: None}'],
    [new OrderedDict([['a', 1n]]), "OrderedDict([('a', 1)])"],
    [new OrderedDict(), 'OrderedDict()'],
    [new Slice(null, 3n, null), 'slice(None, 3, None)'],
    [new Fraction(3n, 4n), 'Fraction(3, 4)'],
    [NumpyScalar.of('<i8', 1n), 'np.int64(1)'],
    [NumpyScalar.of('|b1', true), 'np.True_'],
    [NumpyScalar.of('<f4', 0.1), 'np.float32(0.1)'],
    [NumpyScalar.of('<f2', 65504), 'np.float16(6.55e+04)'],
    [NumpyScalar.of('<c8', new Complex(0.1, 1)), 'np.complex64(0.1+1j)'],
    [NumpyScalar.of('<U1', 'a'), "np.str_('a')"],
    [new NumpyScalar('|S1', Uint8Array.of(97)), "np.bytes_(b'a')"],
    [new NumpyScalar('|V1', Uint8Array.of(1)), "np.void(b'\\x01')"],
    [NumpyScalar.of('<M8[D]', 20778n), "np.datetime64('2026-11-21')"],
    [NumpyScalar.of('<M8[h]', 474780n), "np.datetime64('2024-02-29T12','h')"],
    [NumpyScalar.of('<M8', -(2n ** 63n)), "np.datetime64('NaT','generic')"],
    [NumpyScalar.of('<m8[ms]', -3n), "np.timedelta64(-3,'ms')"],
    [NDArray.from('<i8', [1n, 2n]), 'array([1, 2])'],
    [NDArray.from('<f4', [0.5], [1, 1]), 'array([[0.5]], dtype=float32)'],
    [NDArray.from('<f8', [], [0]), 'array([], dtype=float64)'],
    [NDArray.from('<f8', [], [0, 2]), 'array([], shape=(0, 2), dtype=float64)'],
    [new NDArray('|b1', [2000]), 'array([False, False, False, ..., False, False, False])'],
    [NDArray.from('|S1', [Uint8Array.of(97)]), "array([b'a'], dtype='|S1')"],
    [NDArray.from('<M8[D]', [0n]), "array(['1970-01-01'], dtype='<M8[D]')"],
    [new OpaqueObject('Stage', '<Stage>'), '<Stage>'],
  ];
  for (const [value, text] of rows) {
    it(text, () => {
      assert.equal(pyRepr(value), text);
    });
  }

  it('of a float reads back', () => {
    fc.assert(
      fc.property(fc.double(), value => {
        const text = floatRepr(value);
        if (Number.isFinite(value)) {
          assert.ok(Object.is(Number(text), value), text);
          assert.match(text, /^-?(\d+\.\d+|\d(\.\d+)?e[+-]\d{2,3})$/);
        }
      }),
      { numRuns: 5000, seed: 1_764_300_004 },
    );
  });
});

describe('datetimes', () => {
  const rows: readonly (readonly [string, bigint, string])[] = [
    ['Y', -1n, '1969'],
    ['Y', 8030n, '10000'],
    ['Y', -3000n, '-1030'],
    ['M', 649n, '2024-02'],
    ['W', 1n, '1970-01-08'],
    ['D', -719528n, '0000-01-01'],
    ['D', 11016n, '2000-02-29'],
    ['D', -1n, '1969-12-31'],
    ['m', -237671n, '1969-07-19T22:49'],
    ['s', 0n, '1970-01-01T00:00:00'],
    ['25s', 2n, '1970-01-01T00:00:50'],
    ['ns', 1_795_244_889_123_456_789n, '2026-11-21T07:08:09.123456789'],
    ['as', -1n, '1969-12-31T23:59:59.999999999999999999'],
  ];
  for (const [unit, ticks, text] of rows) {
    it(`${ticks} ${unit} is ${text}`, () => {
      assert.equal(isoText(NumpyScalar.of(`<M8[${unit}]`, ticks)), text);
    });
  }
});

describe('ordinary JavaScript', () => {
  it('from Python values', () => {
    const value = dict([
      ['int', 3n],
      ['big', 2n ** 60n],
      ['tuple', tuple(1n, 2.5, null)],
      [1n, true],
      ['__proto__', 'x'],
      ['set', set(1n)],
      ['complex', new Complex(1, 2)],
      ['fraction', new Fraction(1n, 4n)],
      ['slice', new Slice(null, 5n, null)],
      ['scalar', NumpyScalar.of('<i2', 7n)],
      ['time', NumpyScalar.of('<M8[D]', 0n)],
      ['span', NumpyScalar.of('<m8[D]', 5n)],
      ['f2', NDArray.from('<f2', [0.5])],
      ['i8', NDArray.from('<i8', [1n, 2n])],
      ['large', NDArray.from('<i8', [2n ** 60n])],
      ['rows', NDArray.from('<f4', [1, 2, 3, 4], [2, 2])],
      ['texts', NDArray.from('<U1', ['a', 'b'])],
      ['one', NDArray.from('<f8', [1.5], [])],
      ['flags', NDArray.from('|b1', [true])],
    ]);
    const plain = toPlain(value) as { [key: string]: unknown };
    assert.equal(Object.getPrototypeOf(plain), null);
    const expected = Object.assign(Object.create(null), {
      int: 3,
      big: 2n ** 60n,
      tuple: [1, 2.5, null],
      1: true,
      set: new Set([1]),
      complex: { re: 1, im: 2 },
      fraction: 0.25,
      slice: { start: null, stop: 5, step: null },
      scalar: 7,
      time: '1970-01-01',
      span: 5,
      f2: Float64Array.of(0.5),
      i8: Float64Array.of(1, 2),
      large: BigInt64Array.of(2n ** 60n),
      rows: [Float32Array.of(1, 2), Float32Array.of(3, 4)],
      texts: ['a', 'b'],
      one: 1.5,
      flags: [true],
    });
    Object.defineProperty(expected, '__proto__', { value: 'x', enumerable: true });
    assert.deepEqual(plain, expected);
  });

  it('is a copy', () => {
    const array = NDArray.of(Float64Array.of(1));
    (toPlain(array) as Float64Array)[0] = 2;
    assert.equal(array.at(0), 1);
  });
});

describe('names of types', () => {
  it("are Python's", () => {
    const values: readonly unknown[] = [
      null,
      true,
      1n,
      1,
      '',
      new Uint8Array(0),
      [],
      tuple(),
      dict(),
      new OrderedDict(),
      set(),
      new Slice(null, null, null),
      new Complex(0, 0),
      new Fraction(0n),
      NumpyScalar.of('<f8', 1),
      new NDArray('<f8', [0]),
      new OpaqueObject('Stage', ''),
      undefined,
      {},
      new Map(),
      Object.create(null),
    ];
    assert.deepEqual(
      values.map(value => typeName(value as PyValue)),
      [
        'NoneType',
        'bool',
        'int',
        'float',
        'str',
        'bytes',
        'list',
        'tuple',
        'dict',
        'OrderedDict',
        'set',
        'slice',
        'complex',
        'Fraction',
        'numpy.float64',
        'numpy.ndarray',
        'Stage',
        'JavaScript undefined',
        'JavaScript Object',
        'JavaScript Map',
        'JavaScript object',
      ],
    );
  });
});

// Every type that a dataset may have, once each, under `types.`: what a table must show and an
// export must keep. ARTIQ allows only scalars and arrays; real labs hold lists, dicts and texts too.

import {
  Complex,
  Fraction,
  NDArray,
  NumpyScalar,
  PyDict,
  PySet,
  type PyValue,
  Slice,
  Tuple,
} from '../values/index.js';

/** Name without the prefix → value. Made anew for each lab: arrays are mutable. */
export function everyType(): Map<string, PyValue> {
  return new Map<string, PyValue>([
    ['none', null],
    ['bool', true],
    ['int', 42n],
    ['int_beyond_float', 2n ** 53n + 1n],
    ['int_beyond_int64', 10n ** 24n],
    ['float', 0.1],
    ['float_integral', 1],
    ['float_negative_zero', -0],
    ['float_nan', Number.NaN],
    ['float_infinite', Number.NEGATIVE_INFINITY],
    ['str', 'µm → 🔬 "quoted"\nsecond line'],
    ['str_empty', ''],
    ['bytes', Uint8Array.of(0, 1, 127, 128, 255)],
    ['tuple', new Tuple([1n, 1, 'one'])],
    ['tuple_empty', new Tuple([])],
    ['list', [1n, 2.5, null, [true, 'nested']]],
    ['list_empty', []],
    [
      'dict',
      new PyDict([
        ['gain', 2.5],
        ['__proto__', 'an ordinary key'],
      ]),
    ],
    ['dict_empty', new PyDict()],
    [
      'dict_any_keys',
      new PyDict([
        [1n, 'int'],
        ['1', 'str'],
        [new Tuple([1n, 2n]), 'tuple'],
        [null, 'None'],
      ]),
    ],
    ['set', new PySet([1n, 'two', 3.5])],
    ['slice', new Slice(null, 10n, 2n)],
    ['complex', new Complex(1.5, -2)],
    ['fraction', new Fraction(22n, 7n)],
    ['np_bool', NumpyScalar.of('|b1', true)],
    ['np_int8', NumpyScalar.of('|i1', -128n)],
    ['np_int64', NumpyScalar.of('<i8', 2n ** 53n + 1n)],
    ['np_uint64', NumpyScalar.of('<u8', 2n ** 64n - 1n)],
    ['np_float16', NumpyScalar.of('<f2', 1.5)],
    ['np_float32', NumpyScalar.of('<f4', Math.fround(0.1))],
    ['np_complex64', NumpyScalar.of('<c8', new Complex(0.5, 0.25))],
    ['np_datetime64', instant('<M8[ns]', 1_700_000_000_123_456_789n)],
    ['np_timedelta64', instant('<m8[ms]', 1500n)],
    ['array_bool', NDArray.from('|b1', [true, false, true])],
    ['array_int16', NDArray.of(Int16Array.of(-32768, 0, 32767))],
    ['array_int64', NDArray.of(BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 53n + 1n))],
    ['array_float16', NDArray.from('<f2', [0.5, 1, Number.NaN])],
    ['array_float32', NDArray.of(Float32Array.of(0.1, 0.2, 0.3))],
    ['array_big_endian', NDArray.from('>f8', [1, 2.5, -3])],
    ['array_complex', NDArray.from('<c16', [new Complex(1, 2), new Complex(0, -1)])],
    ['array_str', NDArray.from('<U5', ['alpha', 'β', '🔬'])],
    ['array_bytes', NDArray.from('|S4', [Uint8Array.of(0x61, 0x62), Uint8Array.of(0xff)])],
    ['array_empty', NDArray.of(new Float64Array(0))],
    ['array_0d', NDArray.of(Float64Array.of(2.5), [])],
    [
      'array_2d',
      NDArray.of(
        Int32Array.from({ length: 12 }, (_, i) => i),
        [3, 4],
      ),
    ],
    ['array_all_nan', NDArray.of(new Float64Array(8).fill(Number.NaN))],
  ]);
}

function instant(dtype: string, ticks: bigint): NumpyScalar {
  return new NumpyScalar(dtype, new Uint8Array(BigInt64Array.of(ticks).buffer));
}

// The names of numpy that an expression may use: constructors of arrays and scalars, and constants.
//
// Source: numpy's reference, "Array creation routines" and "Scalars"; numpy 2.4 as observed.

import {
  Complex,
  countOf,
  type DType,
  LimitError,
  NDArray,
  NumpyScalar,
  nestedSequence,
  PythonError,
  type PyValue,
  parseDtype,
  pyRepr,
  pythonFloat,
  setArrayItem,
  Tuple,
  typeName,
} from '../../values/index.js';
import { checkedCount, index, PyRange } from './builtins.js';
import { EXPRESSION_LIMITS } from './expression.js';
import { type Arguments, bind, PyFunction, positional } from './functions.js';
import { FLOAT64, promoted } from './promotion.js';

/** A key that names a whole array. */
const WHOLE = new Tuple([]);

type Make = (given: Arguments) => PyValue;

function creator(name: string, make: Make): readonly [string, PyValue] {
  return [`np.${name}`, new PyFunction(`np.${name}`, `<built-in function ${name}>`, make)];
}

function scalarType(name: string, code: string): readonly [string, PyValue] {
  const dtype = parseDtype(code);
  const repr = `<class 'numpy.${dtype.scalarName}'>`;
  return [`np.${name}`, new PyFunction(`np.${name}`, repr, scalarOf(`np.${name}`, dtype), dtype)];
}

/** numpy's other names of its types, as on 64-bit Linux. */
const ALIASES: readonly (readonly [name: string, code: string])[] = [
  ['byte', 'i1'],
  ['ubyte', 'u1'],
  ['short', 'i2'],
  ['ushort', 'u2'],
  ['intc', 'i4'],
  ['uintc', 'u4'],
  ['int_', 'i8'],
  ['uint', 'u8'],
  ['long', 'i8'],
  ['ulong', 'u8'],
  ['intp', 'i8'],
  ['uintp', 'u8'],
  ['half', 'f2'],
  ['single', 'f4'],
  ['double', 'f8'],
  ['csingle', 'c8'],
  ['cdouble', 'c16'],
];

/** What `np.` has here, by full name. */
export const NUMPY: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  creator('array', given => {
    const [object, dtype] = bind('np.array', ['object', 'dtype'], 1, given);
    return arrayOf(object as PyValue, dtypeOf(dtype));
  }),
  creator('asarray', given => {
    const [object, dtype] = bind('np.asarray', ['a', 'dtype'], 1, given);
    return arrayOf(object as PyValue, dtypeOf(dtype));
  }),
  creator('zeros', given => {
    const [shape, dtype] = bind('np.zeros', ['shape', 'dtype'], 1, given);
    return empty(shapeOf(shape as PyValue), dtypeOf(dtype) ?? FLOAT64);
  }),
  creator('ones', given => {
    const [shape, dtype] = bind('np.ones', ['shape', 'dtype'], 1, given);
    return full(shapeOf(shape as PyValue), 1n, dtypeOf(dtype) ?? FLOAT64);
  }),
  creator('full', given => {
    const [shape, value, dtype] = bind('np.full', ['shape', 'fill_value', 'dtype'], 2, given);
    const type = dtypeOf(dtype) ?? arrayOf(value as PyValue, null).dtype;
    return full(shapeOf(shape as PyValue), value as PyValue, type);
  }),
  creator('empty', given => {
    // What numpy leaves undefined is zero here.
    const [shape, dtype] = bind('np.empty', ['shape', 'dtype'], 1, given);
    return empty(shapeOf(shape as PyValue), dtypeOf(dtype) ?? FLOAT64);
  }),
  creator('eye', eye),
  creator('identity', given => {
    const [n, dtype] = bind('np.identity', ['n', 'dtype'], 1, given);
    return eye({ args: [n as PyValue, n as PyValue, 0n, dtype ?? null], keywords: [] });
  }),
  creator('arange', arange),
  creator('linspace', linspace),
  scalarType('bool_', '?'),
  scalarType('bool', '?'),
  ...['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'].map(name =>
    scalarType(name, name),
  ),
  ...['float16', 'float32', 'float64', 'complex64', 'complex128'].map(name =>
    scalarType(name, name),
  ),
  ...ALIASES.map(([name, code]) => scalarType(name, code)),
  scalarType('str_', 'U'),
  scalarType('bytes_', 'S'),
  ['np.True_', NumpyScalar.of('?', true)],
  ['np.False_', NumpyScalar.of('?', false)],
  ['np.nan', Number.NaN],
  ['np.inf', Infinity],
  ['np.pi', Math.PI],
  ['np.e', Math.E],
]);

// ---- Arguments ----------------------------------------------------------------------------------

/** What `dtype=` means; null where it was not given, or None. */
function dtypeOf(value: PyValue | undefined): DType | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (value instanceof PyFunction && value.dtype !== null) {
    return value.dtype;
  }
  if (typeof value !== 'string') {
    throw new PythonError('TypeError', `${typeName(value)} is no dtype; write np.float32 or '<f4'`);
  }
  try {
    return parseDtype(value);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new PythonError('TypeError', error.message);
    }
    throw error;
  }
}

function shapeOf(value: PyValue): number[] {
  const axes = Array.isArray(value) ? value : value instanceof Tuple ? value.items : [value];
  const lengths = axes.map(axis => Number(index(axis)));
  if (lengths.some(length => length < 0)) {
    throw new PythonError('ValueError', 'negative dimensions are not allowed');
  }
  if (lengths.length > 64) {
    throw new PythonError(
      'ValueError',
      `maximum supported dimension for an ndarray is 64, found ${lengths.length}`,
    );
  }
  return lengths;
}

/** @throws {LimitError} larger than a call may make. */
function empty(shape: readonly number[], dtype: DType): NDArray {
  if (dtype.kind === 'O') {
    throw new PythonError('TypeError', 'an array of objects has no form on a wire');
  }
  const bytes = shape.reduce((size, length) => size * length, dtype.itemsize);
  const { arrayBytes } = EXPRESSION_LIMITS;
  if (!(bytes <= arrayBytes)) {
    throw new LimitError(
      `an array of shape (${shape.join(', ')}) has ${bytes} bytes, arrayBytes allows ${arrayBytes}`,
      { limit: 'arrayBytes', value: bytes, maximum: arrayBytes, unit: 'bytes' },
    );
  }
  countOf(shape);
  return dtype.subarray === null
    ? new NDArray(dtype, shape)
    : new NDArray(dtype.subarray.base, [...shape, ...dtype.subarray.shape]);
}

function full(shape: readonly number[], value: PyValue, dtype: DType): NDArray {
  const needed = dtype.kind === 'U' || dtype.kind === 'S' ? textDtype(dtype, [value]) : dtype;
  const array = empty(shape, needed);
  // An int has to fit; a value that brings its own dtype is cast.
  const one = typeof value === 'bigint' ? empty([], needed) : arrayOf(value, null);
  if (typeof value === 'bigint') {
    setArrayItem(one, WHOLE, value);
  }
  setArrayItem(array, WHOLE, one);
  return array;
}

// ---- Arrays -------------------------------------------------------------------------------------

/** `np.array(value, dtype)`, the dtype found among the values where null. */
function arrayOf(value: PyValue, dtype: DType | null): NDArray {
  const source = value instanceof PyRange ? value.items() : value;
  const { shape, leaves } = nestedSequence(source);
  const type = dtype === null ? commonDtype(leaves) : dtype;
  const isText = type.kind === 'U' || type.kind === 'S';
  const array = empty(shape, isText ? textDtype(type, leaves) : type);
  if (array.size > 0) {
    setArrayItem(array, WHOLE, source);
  }
  return array;
}

/** A text dtype without a length is as long as its longest text. */
function textDtype(dtype: DType, leaves: readonly PyValue[]): DType {
  if (dtype.itemsize > 0) {
    return dtype;
  }
  const longest = leaves.reduce<number>((most, leaf) => Math.max(most, textLength(leaf)), 1);
  return parseDtype(`${dtype.kind}${longest}`);
}

function textLength(leaf: PyValue): number {
  if (leaf instanceof NDArray || leaf instanceof NumpyScalar) {
    const { kind, itemsize } = leaf.dtype;
    return kind === 'U' ? itemsize / 4 : kind === 'S' ? itemsize : 32;
  }
  if (typeof leaf === 'string') {
    return Array.from(leaf).length;
  }
  return leaf instanceof Uint8Array ? leaf.length : pyRepr(leaf).length;
}

/** The dtype that holds all of `leaves`, as numpy chooses it. @throws {PythonError} there is none. */
function commonDtype(leaves: readonly PyValue[]): DType {
  let common: DType | null = null;
  for (const leaf of leaves) {
    const dtype = leafDtype(leaf);
    common = common === null ? dtype : promoted(common, dtype);
  }
  return common ?? FLOAT64;
}

function leafDtype(leaf: PyValue): DType {
  if (leaf instanceof NDArray || leaf instanceof NumpyScalar) {
    return leaf.dtype.withByteOrder('|').isNative ? leaf.dtype : parseDtype(leaf.dtype.name);
  }
  switch (typeof leaf) {
    case 'boolean':
      return parseDtype('?');
    case 'number':
      return FLOAT64;
    case 'bigint':
      return intDtype(leaf);
    case 'string':
      return parseDtype('U');
    default:
  }
  if (leaf instanceof Complex) {
    return parseDtype('c16');
  }
  if (leaf instanceof Uint8Array) {
    return parseDtype('S');
  }
  throw new PythonError('TypeError', `an array of '${typeName(leaf)}' has no form on a wire`);
}

function intDtype(int: bigint): DType {
  if (BigInt.asIntN(64, int) === int) {
    return parseDtype('i8');
  }
  if (BigInt.asUintN(64, int) === int) {
    return parseDtype('u8');
  }
  throw new PythonError('OverflowError', 'int too large for an array: 64 bits are the most');
}

/** `np.float32(value)`: one element; of a list or an array, an array. */
function scalarOf(name: string, dtype: DType): Make {
  return given => {
    const [value] = positional(name, 0, 1, given);
    const source = value ?? (dtype.kind === 'U' ? '' : dtype.kind === 'S' ? new Uint8Array() : 0n);
    const array = arrayOf(source, dtype);
    return array.ndim === 0 ? new NumpyScalar(array.dtype, array.toBytes()) : array;
  };
}

function eye(given: Arguments): NDArray {
  const [n, m, k = 0n, dtype] = bind('np.eye', ['N', 'M', 'k', 'dtype'], 1, given);
  const rows = index(n as PyValue);
  const columns = m === undefined || m === null ? rows : index(m);
  const array = empty(shapeOf([rows, columns]), dtypeOf(dtype) ?? FLOAT64);
  const shift = index(k);
  for (let row = shift < 0n ? -shift : 0n; row < rows && row + shift < columns; row += 1n) {
    setArrayItem(array, new Tuple([row, row + shift]), 1n);
  }
  return array;
}

// ---- Ramps --------------------------------------------------------------------------------------

function arange(given: Arguments): NDArray {
  const names = ['start', 'stop', 'step', 'dtype'];
  const [first = null, second = null, third, dtype] = bind('np.arange', names, 0, given);
  if (first === null && second === null) {
    throw new PythonError('TypeError', 'arange() requires stop to be specified.');
  }
  const start = second === null || first === null ? 0n : first;
  const stop = second ?? first;
  const step = third ?? 1n;
  const numbers = [start, stop, step].map(value => realOf('np.arange', value));
  const [from, to, by] = numbers as [number, number, number];
  if (by === 0) {
    throw new PythonError('ZeroDivisionError', 'division by zero');
  }
  const length = Math.ceil((to - from) / by);
  if (Number.isNaN(length)) {
    throw new PythonError('ValueError', 'arange: cannot compute length');
  }
  const count = checkedCount(Math.max(0, length));
  const type = dtypeOf(dtype) ?? commonDtype([start, stop, step]);
  const isWhole = typeof start === 'bigint' && typeof step === 'bigint';
  // numpy makes the first two and goes on with their difference, which is not always the step.
  const next = from + by;
  const values: PyValue[] = Array.from({ length: count }, (_, i) =>
    isWhole ? start + BigInt(i) * step : i === 1 ? next : from + i * (next - from),
  );
  return arrayOfCount(values, type);
}

function linspace(given: Arguments): NDArray {
  const names = ['start', 'stop', 'num', 'endpoint', 'retstep', 'dtype'];
  const [start, stop, num = 50n, endpoint = true, retstep, dtype] = bind(
    'np.linspace',
    names,
    2,
    given,
  );
  if (retstep !== undefined && retstep !== false) {
    throw new PythonError('TypeError', 'np.linspace() with retstep is not done here');
  }
  const from = realOf('np.linspace', start as PyValue);
  const to = realOf('np.linspace', stop as PyValue);
  const count = checkedCount(index(num));
  if (count < 0) {
    throw new PythonError('ValueError', `Number of samples, ${count}, must be non-negative.`);
  }
  const steps = endpoint === false ? count : count - 1;
  const delta = to - from;
  const step = steps > 0 ? delta / steps : Number.NaN;
  const type = dtypeOf(dtype) ?? FLOAT64;
  const isInt = 'iu'.includes(type.kind);
  const values = Array.from({ length: count }, (_, i) => {
    if (endpoint !== false && i === count - 1 && count > 1) {
      return to;
    }
    const along = steps > 0 ? (step === 0 ? (i / steps) * delta : i * step) : i * delta;
    return along + from;
  });
  return arrayOfCount(isInt ? values.map(Math.floor) : values, type);
}

function arrayOfCount(values: readonly PyValue[], dtype: DType): NDArray {
  const array = empty([values.length], dtype);
  if (values.length > 0) {
    setArrayItem(array, WHOLE, [...values]);
  }
  return array;
}

function realOf(name: string, value: PyValue): number {
  const plain = value instanceof NumpyScalar ? value.item() : value;
  if (typeof plain !== 'number' && typeof plain !== 'bigint' && typeof plain !== 'boolean') {
    throw new PythonError(
      'TypeError',
      `${name}() takes int and float here, not ${typeName(value)}`,
    );
  }
  return pythonFloat(plain);
}

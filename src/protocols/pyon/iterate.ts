// Python's iteration over any value, for constructors that take "an iterable".

import {
  NDArray,
  NumpyScalar,
  PyDict,
  PySet,
  type PyValue,
  Tuple,
  typeName,
} from '../../values/index.js';
import { Misfit } from './fail.js';

/**
 * What `list(value)` holds: characters of a str, keys of a dict, ints of bytes, rows of an array.
 * The answer may be the value's own array: do not change it.
 * @throws {Misfit} not iterable.
 */
export function iterate(value: PyValue): readonly PyValue[] {
  if (Array.isArray(value)) {
    return value;
  }
  if (value instanceof Tuple) {
    return value.items;
  }
  if (typeof value === 'string') {
    return Array.from(value);
  }
  if (value instanceof PyDict) {
    return Array.from(value.keys());
  }
  if (value instanceof PySet) {
    return Array.from(value);
  }
  if (value instanceof Uint8Array) {
    return Array.from(value, byte => BigInt(byte));
  }
  if (value instanceof NDArray && value.ndim > 0) {
    return rows(value);
  }
  if (value instanceof NumpyScalar && 'USV'.includes(value.dtype.kind)) {
    const item = value.item();
    if (!(item instanceof Uint8Array) || value.dtype.kind === 'S') {
      return iterate(item);
    }
  }
  const name = typeName(value);
  throw new Misfit(`'${name}' is not iterable`, 'an iterable', name);
}

function rows(array: NDArray): readonly PyValue[] {
  const [length = 0, ...shape] = array.shape;
  const [stride = 0, ...strides] = array.strides;
  return Array.from({ length }, (_, i) => {
    const row = new NDArray(array.dtype, shape, array.bytes, array.offset + i * stride, strides);
    return shape.length > 0 ? row : new NumpyScalar(array.dtype, row.toBytes().slice());
  });
}

// The type of a value as people read it.

import {
  NDArray,
  NumpyScalar,
  PyDict,
  PySet,
  type PyValue,
  Tuple,
  typeName,
} from '../values/index.js';

/** `int`, `float64[1000]`, `uint16[512, 512]`, `list[3]`, `None`. */
export function typeText(value: PyValue): string {
  if (value === null) {
    return 'None';
  }
  if (value instanceof NDArray) {
    return `${value.dtype.name}[${value.shape.join(', ')}]`;
  }
  if (value instanceof NumpyScalar) {
    return value.dtype.name;
  }
  const length =
    Array.isArray(value) || value instanceof Tuple || value instanceof Uint8Array
      ? value.length
      : value instanceof PyDict || value instanceof PySet
        ? value.size
        : null;
  const name = typeName(value);
  return length === null ? name : `${name}[${length}]`;
}

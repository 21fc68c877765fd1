// What numpy.dtype() makes of a value that is not just a name: fields as tuples, pairs, dicts.

import {
  DType,
  type DTypeField,
  NumpyScalar,
  PyDict,
  type PyValue,
  parseDtype,
  repeated,
  structDtype,
  Tuple,
  typeName,
} from '../../values/index.js';
import { Misfit } from './fail.js';

/**
 * `numpy.dtype(value)`: a name (str or bytes), None (float64), a list of `(name, dtype[, shape])`, a
 * pair `(dtype, shape or size)`, a dict of names and formats.
 * @throws {Misfit} numpy does not understand it.
 */
export function dtypeOf(value: PyValue): DType {
  if (typeof value === 'string') {
    return named(value);
  }
  if (value === null) {
    return named('f8');
  }
  if (value instanceof Uint8Array) {
    return named(String.fromCharCode(...value.subarray(0, 256)));
  }
  if (value instanceof NumpyScalar && value.dtype.kind === 'U') {
    return named(value.item() as string);
  }
  if (Array.isArray(value)) {
    return fieldList(value);
  }
  if (value instanceof Tuple) {
    return pair(value);
  }
  if (value instanceof PyDict) {
    return fieldDict(value);
  }
  throw noDtype(typeName(value));
}

function named(name: string): DType {
  try {
    return parseDtype(name);
  } catch (error) {
    if (error instanceof TypeError) {
      throw new Misfit(error.message, 'a dtype of numpy', `'${name}'`);
    }
    throw error;
  }
}

function noDtype(found: string): Misfit {
  return new Misfit(`${found} is not a dtype`, 'a dtype of numpy', found);
}

function fieldList(list: readonly PyValue[]): DType {
  const members = list.map((entry, index) => {
    if (!(entry instanceof Tuple) || entry.length < 2 || entry.length > 3) {
      throw noDtype(`a field that is no (name, dtype) tuple, but ${typeName(entry)},`);
    }
    const [name, format, shape] = entry.items as [PyValue, PyValue, PyValue?];
    const base = dtypeOf(format);
    return {
      name: fieldName(name) || `f${index}`,
      dtype: shape === undefined ? base : shaped(base, shape),
    };
  });
  refuseTwins(members.map(({ name }) => name));
  return structDtype(members);
}

/** A name, or the name of a (title, name) pair. */
function fieldName(value: PyValue): string {
  const name = value instanceof Tuple && value.length === 2 ? value.items[1] : value;
  if (typeof name !== 'string') {
    throw noDtype('a field whose name is no str');
  }
  return name;
}

function refuseTwins(names: readonly string[]): void {
  if (new Set(names).size !== names.length) {
    throw noDtype('a record with two fields of one name');
  }
}

function shaped(base: DType, shape: PyValue): DType {
  const isList = shape instanceof Tuple || Array.isArray(shape);
  const axes = isList ? Array.from<PyValue>(shape) : [shape];
  const lengths = axes.map(axis => {
    if (typeof axis !== 'bigint' || axis < 0n || axis > 0x7fffffffn) {
      throw noDtype('a subarray with such a shape');
    }
    return Number(axis);
  });
  return guarded(() => repeated(base, isList ? lengths : (lengths[0] ?? null)));
}

function guarded(make: () => DType): DType {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError) {
      throw new Misfit(error.message, 'a dtype of numpy', 'a larger one');
    }
    throw error;
  }
}

/** `('S', 5)` sets the size of a flexible dtype, `('i4', (2, 3))` makes a subarray. */
function pair(value: Tuple): DType {
  if (value.length !== 2) {
    throw noDtype(`a tuple of ${value.length}`);
  }
  const [format, shape] = value.items as [PyValue, PyValue];
  return shaped(dtypeOf(format), shape);
}

function fieldDict(spec: PyDict): DType {
  const names = spec.get('names');
  const formats = spec.get('formats');
  if (names === undefined && formats === undefined) {
    return fieldsByName(spec);
  }
  if (!Array.isArray(names) || !Array.isArray(formats) || names.length !== formats.length) {
    throw noDtype("a dict whose 'names' and 'formats' do not match");
  }
  const offsets = spec.get('offsets');
  const isAligned = spec.get('aligned') === true;
  let end = 0;
  let alignment = 1;
  const fields = names.map((name, i): DTypeField => {
    const dtype = dtypeOf(formats[i] as PyValue);
    const align = isAligned ? alignmentOf(dtype) : 1;
    alignment = Math.max(alignment, align);
    const offset = Array.isArray(offsets)
      ? count(offsets[i] as PyValue)
      : Math.ceil(end / align) * align;
    end = Math.max(end, offset + dtype.itemsize);
    return { name: fieldName(name), dtype, offset };
  });
  refuseTwins(fields.map(field => field.name));
  const given = spec.get('itemsize');
  const itemsize = given === undefined ? Math.ceil(end / alignment) * alignment : count(given);
  if (itemsize < end) {
    throw noDtype('a record smaller than its fields');
  }
  return new DType('V', itemsize, '|', { fields });
}

/** `{'a': ('i2', 0), 'b': ('f8', 8)}`: name to (dtype, offset). */
function fieldsByName(spec: PyDict): DType {
  const fields = Array.from(spec, ([name, entry]): DTypeField => {
    if (!(entry instanceof Tuple) || entry.length < 2) {
      throw noDtype('a dict that is no record');
    }
    const [format, offset] = entry.items as [PyValue, PyValue];
    return { name: fieldName(name), dtype: dtypeOf(format), offset: count(offset) };
  });
  fields.sort((a, b) => a.offset - b.offset);
  const itemsize = fields.reduce((end, f) => Math.max(end, f.offset + f.dtype.itemsize), 0);
  return new DType('V', itemsize, '|', { fields });
}

function count(value: PyValue): number {
  if (typeof value !== 'bigint' || value < 0n || value > 0x7fffffffn) {
    throw noDtype('a record with such an offset or size');
  }
  return Number(value);
}

/** C's alignment on 64-bit Linux. */
function alignmentOf(dtype: DType): number {
  if (dtype.subarray !== null) {
    return alignmentOf(dtype.subarray.base);
  }
  if (dtype.fields !== null) {
    return Math.max(1, ...dtype.fields.map(field => alignmentOf(field.dtype)));
  }
  switch (dtype.kind) {
    case 'S':
    case 'V':
      return 1;
    case 'U':
      return 4;
    case 'c':
      return dtype.itemsize / 2;
    default:
      return dtype.itemsize;
  }
}

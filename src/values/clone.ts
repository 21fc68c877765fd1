// Python values across postMessage.
//
// Structured clone keeps bigints and typed arrays and drops prototypes: a PyDict would arrive as a
// bare object. So every class has a plain form, told apart by `t`. No data is a plain object, so
// the forms cannot be mistaken.

import { OrderedDict, PyDict } from './dict.js';
import { DType, type DTypeKind } from './dtype.js';
import { Fraction } from './fraction.js';
import { NDArray } from './ndarray.js';
import { Complex, OpaqueObject, type PyValue, Slice, Tuple } from './python.js';
import { pyRepr } from './repr.js';
import { NumpyScalar } from './scalar.js';
import { PySet } from './set.js';
import { typeName } from './typename.js';

/** A dtype as plain data. */
export type DTypeClone = {
  readonly kind: DTypeKind;
  readonly itemsize: number;
  readonly byteorder: '<' | '>' | '|';
  readonly unit: string;
  readonly fields:
    | readonly { readonly name: string; readonly dtype: DTypeClone; readonly offset: number }[]
    | null;
  readonly subarray: { readonly base: DTypeClone; readonly shape: readonly number[] } | null;
};

/** A Python value as structured clone leaves it whole. */
export type PyClone =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PyClone[]
  | { readonly t: 'tuple' | 'set'; readonly v: readonly PyClone[] }
  | {
      readonly t: 'dict' | 'odict';
      readonly keys: readonly PyClone[];
      readonly v: readonly PyClone[];
    }
  | { readonly t: 'slice'; readonly v: readonly [PyClone, PyClone, PyClone] }
  | { readonly t: 'complex'; readonly re: number; readonly im: number }
  | { readonly t: 'fraction'; readonly n: bigint; readonly d: bigint }
  | { readonly t: 'npscalar'; readonly dtype: DTypeClone; readonly bytes: Uint8Array }
  | {
      readonly t: 'ndarray';
      readonly dtype: DTypeClone;
      readonly shape: readonly number[];
      /** C order, nothing else in its buffer. */
      readonly bytes: Uint8Array;
    }
  | { readonly t: 'object'; readonly type: string; readonly repr: string };

/** What to post, and what to hand over with it. */
export type Cloned = { readonly value: PyClone; readonly transfer: ArrayBuffer[] };

/**
 * The plain form of `value`. Arrays and bytes are copied, so the value stays whole when `transfer`
 * is handed over: `postMessage(value, transfer)`. A PyObject leaves only its type and repr.
 */
export function toClone(value: PyValue): Cloned {
  const transfer: ArrayBuffer[] = [];
  return { value: clone(value, transfer), transfer };
}

/** The value that `toClone` made plain. It takes over the arrays' memory. */
export function fromClone(value: PyClone): PyValue {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    return value;
  }
  if (isList(value)) {
    return value.map(fromClone);
  }
  switch (value.t) {
    case 'tuple':
      return new Tuple(value.v.map(fromClone));
    case 'set':
      return new PySet(value.v.map(fromClone));
    case 'dict':
    case 'odict': {
      const dict = value.t === 'dict' ? new PyDict() : new OrderedDict();
      value.keys.forEach((key, i) => {
        dict.set(fromClone(key), fromClone(value.v[i] as PyClone));
      });
      return dict;
    }
    case 'slice':
      return new Slice(fromClone(value.v[0]), fromClone(value.v[1]), fromClone(value.v[2]));
    case 'complex':
      return new Complex(value.re, value.im);
    case 'fraction':
      return new Fraction(value.n, value.d);
    case 'npscalar':
      return new NumpyScalar(fromDtype(value.dtype), value.bytes);
    case 'ndarray':
      return new NDArray(fromDtype(value.dtype), value.shape, value.bytes);
    case 'object':
      return new OpaqueObject(value.type, value.repr);
  }
}

function isList(value: object): value is readonly PyClone[] {
  return Array.isArray(value);
}

function clone(value: PyValue, transfer: ArrayBuffer[]): PyClone {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const all = (items: Iterable<PyValue>) => Array.from(items, item => clone(item, transfer));
  if (Array.isArray(value)) {
    return all(value);
  }
  if (value instanceof PyDict) {
    const t = value instanceof OrderedDict ? 'odict' : 'dict';
    return { t, keys: all(value.keys()), v: all(value.values()) };
  }
  if (value instanceof Tuple) {
    return { t: 'tuple', v: all(value.items) };
  }
  if (value instanceof Uint8Array) {
    return copy(value, transfer);
  }
  if (value instanceof NDArray) {
    const bytes = copy(value.toBytes(), transfer);
    return { t: 'ndarray', dtype: toDtype(value.dtype), shape: [...value.shape], bytes };
  }
  if (value instanceof NumpyScalar) {
    return { t: 'npscalar', dtype: toDtype(value.dtype), bytes: value.bytes.slice() };
  }
  if (value instanceof PySet) {
    return { t: 'set', v: all(value) };
  }
  if (value instanceof Slice) {
    const part = (item: PyValue) => clone(item, transfer);
    return { t: 'slice', v: [part(value.start), part(value.stop), part(value.step)] };
  }
  if (value instanceof Complex) {
    return { t: 'complex', re: value.re, im: value.im };
  }
  if (value instanceof Fraction) {
    return { t: 'fraction', n: value.numerator, d: value.denominator };
  }
  return { t: 'object', type: typeName(value), repr: pyRepr(value) };
}

function copy(bytes: Uint8Array, transfer: ArrayBuffer[]): Uint8Array {
  const own = new Uint8Array(bytes);
  transfer.push(own.buffer);
  return own;
}

function toDtype(dtype: DType): DTypeClone {
  const { kind, itemsize, byteorder, unit, fields, subarray } = dtype;
  return {
    kind,
    itemsize,
    byteorder,
    unit,
    fields: fields?.map(f => ({ name: f.name, dtype: toDtype(f.dtype), offset: f.offset })) ?? null,
    subarray: subarray && { base: toDtype(subarray.base), shape: subarray.shape },
  };
}

function fromDtype(dtype: DTypeClone): DType {
  return new DType(dtype.kind, dtype.itemsize, dtype.byteorder, {
    unit: dtype.unit,
    fields: dtype.fields?.map(f => ({ ...f, dtype: fromDtype(f.dtype) })) ?? null,
    subarray: dtype.subarray && {
      base: fromDtype(dtype.subarray.base),
      shape: dtype.subarray.shape,
    },
  });
}

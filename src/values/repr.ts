// Python's repr of any value, for people and for what PYON v1 writes with repr itself.

import { isoText } from './datetime.js';
import { OrderedDict, PyDict } from './dict.js';
import { shortFloatRepr } from './dragon4.js';
import { bytesRepr, complexRepr, floatRepr, strRepr } from './format.js';
import { Fraction } from './fraction.js';
import { NDArray } from './ndarray.js';
import { Complex, PyObject, type PyValue, Slice, Tuple } from './python.js';
import { NAT, NumpyScalar } from './scalar.js';
import { PySet } from './set.js';
import { typeName } from './typename.js';

/** Elements from which numpy abbreviates an array. */
const SUMMARISE_ABOVE = 1000;
const EDGE_ITEMS = 3;

/** Python's `repr(value)`. Arrays on one line, more than 1000 elements abbreviated as numpy does. */
export function pyRepr(value: PyValue): string {
  return reprWith(value, oneLineRepr);
}

/** As `pyRepr`, with arrays as `arrayText` writes them. */
export function reprWith(value: PyValue, arrayText: (array: NDArray) => string): string {
  const pyRepr = (inner: PyValue) => reprWith(inner, arrayText);
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return floatRepr(value);
    case 'bigint':
      return String(value);
    case 'string':
      return strRepr(value);
  }
  if (value === null) {
    return 'None';
  }
  if (Array.isArray(value)) {
    return `[${value.map(pyRepr).join(', ')}]`;
  }
  if (value instanceof Tuple) {
    return value.length === 1
      ? `(${pyRepr(value.items[0] as PyValue)},)`
      : `(${value.items.map(pyRepr).join(', ')})`;
  }
  if (value instanceof PyDict) {
    return dictRepr(value, pyRepr);
  }
  if (value instanceof Uint8Array) {
    return bytesRepr(value);
  }
  if (value instanceof PySet) {
    return value.size === 0 ? 'set()' : `{${Array.from(value, pyRepr).join(', ')}}`;
  }
  if (value instanceof Slice) {
    return `slice(${pyRepr(value.start)}, ${pyRepr(value.stop)}, ${pyRepr(value.step)})`;
  }
  if (value instanceof Complex) {
    return complexRepr(value.re, value.im);
  }
  if (value instanceof Fraction) {
    return `Fraction(${value.numerator}, ${value.denominator})`;
  }
  if (value instanceof NumpyScalar) {
    return scalarRepr(value);
  }
  if (value instanceof NDArray) {
    return arrayText(value);
  }
  return value instanceof PyObject ? value.repr() : `<${typeName(value)}>`;
}

function dictRepr(dict: PyDict, pyRepr: (value: PyValue) => string): string {
  if (dict instanceof OrderedDict) {
    const pairs = Array.from(dict, ([key, value]) => `(${pyRepr(key)}, ${pyRepr(value)})`);
    return pairs.length === 0 ? 'OrderedDict()' : `OrderedDict([${pairs.join(', ')}])`;
  }
  return `{${Array.from(dict, ([key, value]) => `${pyRepr(key)}: ${pyRepr(value)}`).join(', ')}}`;
}

function scalarRepr(scalar: NumpyScalar): string {
  const { dtype } = scalar;
  switch (dtype.kind) {
    case 'b':
      return scalar.item() ? 'np.True_' : 'np.False_';
    case 'M': {
      const text = isoText(scalar);
      // numpy names the unit where the text does not show it.
      const shown = text !== 'NaT' && /^(Y|M|W|D|m|s|ms|us|ns|ps|fs|as)$/.test(dtype.unit);
      return `np.datetime64('${text}'${shown ? '' : `,'${dtype.unit || 'generic'}'`})`;
    }
    case 'm': {
      const ticks = scalar.ticks() === NAT ? "'NaT'" : scalar.ticks();
      return `np.timedelta64(${ticks}${dtype.unit === '' ? '' : `,'${dtype.unit}'`})`;
    }
    case 'f':
      return dtype.itemsize === 16
        ? `np.longdouble('${numberText(scalar.item(), 16)}')`
        : `np.${dtype.scalarName}(${numberText(scalar.item(), dtype.itemsize)})`;
    case 'c':
      return dtype.itemsize === 32
        ? `np.clongdouble('${bare(numberText(scalar.item(), 32))}')`
        : `np.${dtype.scalarName}(${bare(numberText(scalar.item(), dtype.itemsize))})`;
    case 'V':
      return `np.void(${dtype.fields === null ? hexText(scalar.bytes) : pyRepr(scalar.item())})`;
    default:
      return `np.${dtype.scalarName}(${pyRepr(scalar.item())})`;
  }
}

/** numpy writes all bytes of a void in hex. */
function hexText(bytes: Uint8Array): string {
  const digits = Array.from(bytes, byte => byte.toString(16).toUpperCase().padStart(2, '0'));
  return `b'${digits.map(pair => `\\x${pair}`).join('')}'`;
}

/** numpy writes complex numbers without the brackets of Python. */
function bare(text: string): string {
  return text.replace(/^\((.*)\)$/, '$1');
}

/** A float or complex with the digits that its own precision needs. */
function numberText(value: PyValue, itemsize: number): string {
  if (value instanceof Complex) {
    return complexRepr(value.re, value.im, part => floatText(part, itemsize / 2));
  }
  return typeof value === 'number' ? floatText(value, itemsize) : pyRepr(value);
}

function floatText(value: number, itemsize: number): string {
  switch (itemsize) {
    case 2:
      return shortFloatRepr(value, 2);
    case 4:
      return shortFloatRepr(value, 4);
    default:
      return floatRepr(value);
  }
}

function oneLineRepr(array: NDArray): string {
  const { dtype, shape } = array;
  const isShort = array.size > SUMMARISE_ABOVE;
  const axis = (index: readonly number[]): string => {
    const length = shape[index.length];
    if (length === undefined) {
      const item = array.at(index);
      if (item instanceof NumpyScalar) {
        return item.dtype.kind === 'M' ? `'${isoText(item)}'` : String(item.ticks());
      }
      return numberText(item, dtype.itemsize);
    }
    const parts: string[] = [];
    for (let i = 0; i < length; i += 1) {
      if (isShort && length > 2 * EDGE_ITEMS && i === EDGE_ITEMS) {
        parts.push('...');
        i = length - EDGE_ITEMS;
      }
      parts.push(axis([...index, i]));
    }
    return `[${parts.join(', ')}]`;
  };
  const isEmpty = array.size === 0;
  const text = isEmpty ? '[]' : axis([]);
  const shapeNote = isEmpty && shape.length !== 1 ? `, shape=(${shape.join(', ')})` : '';
  const obvious = !isEmpty && /^(<f8|<i8|\|b1|<c16)$/.test(dtype.str);
  const name = dtype.isNative && !'SUVmM'.includes(dtype.kind) ? dtype.name : `'${dtype.str}'`;
  return `array(${text}${shapeNote}${obvious ? '' : `, dtype=${name}`})`;
}

// The exact JSON form of a Python value: every node an object whose `t` says the type.
//
// It is the form of the recordings in vectors/sipyco/README.md, for programs that want a value
// without loss and without PYON. JSON's own numbers hold nothing that counts: ints are decimal
// texts, floats the sixteen hex digits of their bits.

import {
  Complex,
  DType,
  type DTypeField,
  Fraction,
  NDArray,
  NumpyScalar,
  OrderedDict,
  ParseError,
  PyDict,
  type PyObject,
  PySet,
  type PyValue,
  parseDtype,
  Slice,
  subarrayDtype,
  Tuple,
  UnsupportedError,
} from '../values/index.js';

type Node = { readonly t: string; readonly [member: string]: unknown };

/** `value` as JSON text, ASCII only. @throws {UnsupportedError} an object of a registered class. */
export function treeText(value: PyValue, isPretty: boolean): string {
  const text = JSON.stringify(toNode(value), null, isPretty ? 4 : 0);
  return text.replace(/[\u007f-\uffff]/g, char => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function toNode(value: PyValue): Node {
  switch (typeof value) {
    case 'boolean':
      return { t: 'bool', v: value };
    case 'bigint':
      return { t: 'int', v: String(value) };
    case 'number':
      return { t: 'float', bits: floatBits(value) };
    case 'string':
      return textNode(value);
  }
  if (value === null) {
    return { t: 'none' };
  }
  if (value instanceof Uint8Array) {
    return { t: 'bytes', b: base64(value) };
  }
  if (Array.isArray(value)) {
    return { t: 'list', v: value.map(toNode) };
  }
  if (value instanceof Tuple) {
    return { t: 'tuple', v: value.items.map(toNode) };
  }
  if (value instanceof PyDict) {
    const pairs = Array.from(value, ([key, item]) => [toNode(key), toNode(item)]);
    return { t: value instanceof OrderedDict ? 'odict' : 'dict', v: pairs };
  }
  if (value instanceof PySet) {
    const members = Array.from(value, member => {
      const node = toNode(member);
      return { node, text: JSON.stringify(node) };
    });
    members.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
    return { t: 'set', v: members.map(member => member.node) };
  }
  if (value instanceof Slice) {
    return { t: 'slice', v: [value.start, value.stop, value.step].map(toNode) };
  }
  if (value instanceof Complex) {
    return { t: 'complex', re: floatBits(value.re), im: floatBits(value.im) };
  }
  if (value instanceof Fraction) {
    return { t: 'fraction', n: String(value.numerator), d: String(value.denominator) };
  }
  if (value instanceof NumpyScalar) {
    return { t: 'npscalar', ...dtypeMembers(value.dtype), b: base64(value.bytes) };
  }
  if (value instanceof NDArray) {
    const { dtype, shape } = value;
    return { t: 'ndarray', shape, ...dtypeMembers(dtype), b: base64(value.toBytes()) };
  }
  throw new UnsupportedError(`a ${(value as PyObject).pyType} has no tree form`, {
    feature: 'tree of a registered class',
  });
}

function textNode(text: string): Node {
  // Python tells two surrogates from one astral character; of ours only a lone one is a surrogate.
  const isWhole = !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(
    text,
  );
  const points = isWhole ? null : Array.from(text, char => char.codePointAt(0)!.toString(16));
  return points === null ? { t: 'str', v: text } : { t: 'str', v: text, cp: points };
}

function floatBits(value: number): string {
  if (Number.isNaN(value)) {
    return 'nan';
  }
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

function dtypeMembers(dtype: DType): { dtype: string; descr?: unknown } {
  return dtype.fields === null ? { dtype: dtype.str } : { dtype: dtype.str, descr: descr(dtype) };
}

// numpy's `dtype.descr`: [name, type] pairs, gaps as fields without a name.
function descr(dtype: DType): unknown[] {
  const rows: unknown[] = [];
  let at = 0;
  for (const field of [...dtype.fields!].sort((a, b) => a.offset - b.offset)) {
    if (field.offset > at) {
      rows.push(['', `|V${field.offset - at}`]);
    }
    const { subarray } = field.dtype;
    const base = subarray === null ? field.dtype : subarray.base;
    const type = base.fields === null ? base.str : descr(base);
    rows.push(subarray === null ? [field.name, type] : [field.name, type, subarray.shape]);
    at = field.offset + field.dtype.itemsize;
  }
  if (dtype.itemsize > at) {
    rows.push(['', `|V${dtype.itemsize - at}`]);
  }
  return rows;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

// ---- and back -----------------------------------------------------------------------------------

/**
 * The value that `node` describes. The JSON around it is read as PYON v2, of which JSON is a part,
 * so `node` is a dict of lists and texts.
 * @throws {ParseError} with the place in the tree, such as `v[2].bits`.
 */
export function fromTree(node: PyValue): PyValue {
  return fromNode(node, '');
}

function fromNode(node: PyValue, place: string): PyValue {
  const type = member(node, 't', place);
  switch (type) {
    case 'none':
      return null;
    case 'bool':
      return typed(node, 'v', place, 'true or false', isBoolean);
    case 'int':
      return int(node, 'v', place);
    case 'float':
      return float(node, 'bits', place);
    case 'complex':
      return new Complex(float(node, 're', place), float(node, 'im', place));
    case 'str':
      return text(node, place);
    case 'bytes':
      return bytes(node, place);
    case 'tuple':
      return new Tuple(items(node, place));
    case 'list':
      return items(node, place);
    case 'set':
      return hashing(place, () => new PySet(items(node, place)));
    case 'slice': {
      const [start, stop, step, ...more] = items(node, place);
      if (start === undefined || stop === undefined || step === undefined || more.length > 0) {
        throw refusal(`${place}.v`, 'three nodes', 'another number of them');
      }
      return new Slice(start, stop, step);
    }
    case 'fraction': {
      const denominator = int(node, 'd', place);
      if (denominator === 0n) {
        throw refusal(`${place}.d`, 'a denominator', '0');
      }
      return new Fraction(int(node, 'n', place), denominator);
    }
    case 'dict':
    case 'odict': {
      const pairs = list(node, 'v', place).map((pair, i): [PyValue, PyValue] => {
        const at = `${place}.v[${i}]`;
        if (!Array.isArray(pair) || pair.length !== 2) {
          throw refusal(at, '[key, value]', kindOf(pair));
        }
        return [fromNode(pair[0]!, `${at}[0]`), fromNode(pair[1]!, `${at}[1]`)];
      });
      return hashing(place, () => (type === 'dict' ? new PyDict(pairs) : new OrderedDict(pairs)));
    }
    case 'npscalar':
      return sized(place, () => new NumpyScalar(dtypeOf(node, place), bytes(node, place)));
    case 'ndarray': {
      const shape = list(node, 'shape', place).map((length, axis) => {
        if (typeof length !== 'bigint' || length < 0n || length > BigInt(2 ** 32)) {
          throw refusal(`${place}.shape[${axis}]`, 'a length', kindOf(length));
        }
        return Number(length);
      });
      const dtype = dtypeOf(node, place);
      const data = bytes(node, place);
      const expected = shape.reduce((product, length) => product * length, dtype.itemsize);
      if (expected !== data.length) {
        throw refusal(`${place}.b`, `${expected} bytes`, `${data.length} bytes`);
      }
      return sized(place, () => new NDArray(dtype, shape, data));
    }
    default:
      throw refusal(
        `${place}.t`,
        'a type of the tree form',
        typeof type === 'string' ? JSON.stringify(type) : kindOf(type),
      );
  }
}

function member(node: PyValue, name: string, place: string): PyValue {
  if (!(node instanceof PyDict)) {
    throw refusal(place, 'an object with a member "t"', kindOf(node));
  }
  const value = node.get(name);
  if (value === undefined) {
    throw refusal(place, `a member ${JSON.stringify(name)}`, 'none');
  }
  return value;
}

function typed<T extends PyValue>(
  node: PyValue,
  name: string,
  place: string,
  expected: string,
  is: (value: PyValue) => value is T,
): T {
  const value = member(node, name, place);
  if (!is(value)) {
    throw refusal(`${place}.${name}`, expected, kindOf(value));
  }
  return value;
}

const isBoolean = (value: PyValue): value is boolean => typeof value === 'boolean';
const isText = (value: PyValue): value is string => typeof value === 'string';
const isList = (value: PyValue): value is PyValue[] => Array.isArray(value);

function list(node: PyValue, name: string, place: string): PyValue[] {
  return typed(node, name, place, 'a list', isList);
}

function items(node: PyValue, place: string): PyValue[] {
  return list(node, 'v', place).map((item, i) => fromNode(item, `${place}.v[${i}]`));
}

function int(node: PyValue, name: string, place: string): bigint {
  const digits = typed(node, name, place, 'decimal digits in quotes', isText);
  if (!/^-?[0-9]+$/.test(digits)) {
    throw refusal(`${place}.${name}`, 'decimal digits', JSON.stringify(digits.slice(0, 40)));
  }
  return BigInt(digits);
}

function float(node: PyValue, name: string, place: string): number {
  const bits = typed(node, name, place, 'sixteen hex digits in quotes', isText);
  if (bits === 'nan') {
    return Number.NaN;
  }
  if (!/^[0-9a-f]{16}$/i.test(bits)) {
    const found = JSON.stringify(bits.slice(0, 40));
    throw refusal(`${place}.${name}`, 'sixteen hex digits, or "nan"', found);
  }
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

function text(node: PyValue, place: string): string {
  if (!(node as PyDict).has('cp')) {
    return typed(node, 'v', place, 'a text', isText);
  }
  return list(node, 'cp', place)
    .map((point, i) => {
      if (typeof point !== 'string' || !/^(10|[0-9a-f])?[0-9a-f]{1,4}$/i.test(point)) {
        throw refusal(`${place}.cp[${i}]`, 'a code point in hex', kindOf(point));
      }
      return String.fromCodePoint(Number.parseInt(point, 16));
    })
    .join('');
}

function bytes(node: PyValue, place: string): Uint8Array<ArrayBuffer> {
  const encoded = typed(node, 'b', place, 'base64 in quotes', isText);
  const decoded = Buffer.from(encoded, 'base64');
  if (decoded.toString('base64') !== encoded) {
    throw refusal(`${place}.b`, 'base64 with padding', JSON.stringify(encoded.slice(0, 40)));
  }
  return new Uint8Array(decoded); // a copy: Buffer shares its memory with strangers
}

function dtypeOf(node: PyValue, place: string): DType {
  const name = typed(node, 'dtype', place, 'the name of a dtype', isText);
  if ((node as PyDict).has('descr')) {
    return recordOf(list(node, 'descr', place), `${place}.descr`);
  }
  return named(name, `${place}.dtype`);
}

function named(name: string, place: string): DType {
  try {
    return parseDtype(name);
  } catch (cause) {
    throw refusal(place, "numpy's name of a dtype", JSON.stringify(name.slice(0, 40)), cause);
  }
}

function recordOf(rows: readonly PyValue[], place: string): DType {
  const fields: DTypeField[] = [];
  let offset = 0;
  for (const [i, row] of rows.entries()) {
    const at = `${place}[${i}]`;
    const [name, type, shape] = isList(row) ? row : [];
    if (typeof name !== 'string' || type === undefined) {
      throw refusal(at, '[name, type]', kindOf(row));
    }
    const base = isList(type) ? recordOf(type, `${at}[1]`) : named(String(type), `${at}[1]`);
    const dtype = shape === undefined ? base : subarrayOf(base, shape, `${at}[2]`);
    if (name !== '') {
      fields.push({ name, dtype, offset });
    }
    offset += dtype.itemsize;
  }
  return new DType('V', offset, '|', { fields });
}

function subarrayOf(base: DType, shape: PyValue, place: string): DType {
  if (!isList(shape) || !shape.every(length => typeof length === 'bigint' && length >= 0n)) {
    throw refusal(place, 'a list of lengths', kindOf(shape));
  }
  return mended(place, 'lengths of a small array', () => subarrayDtype(base, shape.map(Number)));
}

// What a class of values refuses by itself is a fault of the document here.
function hashing<T>(place: string, make: () => T): T {
  return mended(place, 'hashable keys', make);
}

function sized<T>(place: string, make: () => T): T {
  return mended(place, 'bytes that fit dtype and shape', make);
}

function mended<T>(place: string, expected: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw refusal(place, expected, error.message, error);
    }
    throw error;
  }
}

function kindOf(value: PyValue | undefined): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (typeof value === 'bigint' || typeof value === 'boolean' || value === null) {
    return String(value);
  }
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 40))
    : isList(value)
      ? 'a list'
      : value instanceof PyDict
        ? 'an object'
        : 'something else';
}

function refusal(place: string, expected: string, found: string, cause?: unknown): ParseError {
  const where = place === '' ? 'the root' : place.replace(/^\./, '');
  return new ParseError(
    `tree form, at ${where}: expected ${expected}, found ${found}`,
    { position: 0, expected, found },
    cause === undefined ? {} : { cause },
  );
}

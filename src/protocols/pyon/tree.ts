// The exact JSON form of a value, for other programs and for people's eyes.
//
// Every node is an object with `t`; floats are their bits, ints decimal text, bytes base64. It is the
// form of vectors/sipyco/README.md. Strings that hold half a surrogate pair carry `cp`, their code
// points in hex: JSON alone cannot tell two halves from one character (nor can JavaScript's strings).

import {
  Complex,
  countOf,
  DType,
  Fraction,
  floatRepr,
  NDArray,
  NumpyScalar,
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  pyRepr,
  Slice,
  subarrayDtype,
  Tuple,
  toPlain,
  typeName,
} from '../../values/index.js';
import { decodeLenient, encodeBase64, encodedLength } from './base64.js';
import { dtypeOf } from './dtypevalue.js';
import { Misfit, unexpected } from './fail.js';
import { decode, type PyonOptions } from './pyon.js';
import { PySubclass } from './subclass.js';

/** A member of a structured dtype as numpy's `descr` lists it: name, type, maybe shape. */
export type DescrTree = readonly (readonly [string, string | DescrTree, (readonly number[])?])[];

export type Tree =
  | { readonly t: 'none' }
  | { readonly t: 'bool'; readonly v: boolean }
  | { readonly t: 'int'; readonly v: string }
  | { readonly t: 'float'; readonly bits: string; readonly s?: string }
  | { readonly t: 'complex'; readonly re: string; readonly im: string; readonly s?: string }
  | { readonly t: 'str'; readonly v: string; readonly cp?: readonly string[] }
  | { readonly t: 'bytes'; readonly b: string }
  | { readonly t: 'tuple' | 'list' | 'set' | 'slice'; readonly v: readonly Tree[] }
  | { readonly t: 'fraction'; readonly n: string; readonly d: string }
  | { readonly t: 'dict' | 'odict'; readonly v: readonly (readonly [Tree, Tree])[] }
  | {
      readonly t: 'npscalar';
      readonly dtype: string;
      readonly b: string;
      readonly descr?: DescrTree;
    }
  | {
      readonly t: 'ndarray';
      readonly dtype: string;
      readonly shape: readonly number[];
      readonly b: string;
      readonly descr?: DescrTree;
    }
  /** Input only: a value of a subclass. */
  | { readonly t: 'sub'; readonly kind: string; readonly base: Tree }
  | { readonly t: 'other'; readonly type: string; readonly s?: string };

/** Nodes inside nodes. Guards the call stack; PYON itself nests less. */
const MAX_DEPTH = 1000;

// ---- Values to trees ----------------------------------------------------------------------------

/** The tree of a value. A registered object becomes `other`, which has no way back. */
export function toTree(value: PyValue): Tree {
  switch (typeof value) {
    case 'boolean':
      return { t: 'bool', v: value };
    case 'bigint':
      return { t: 'int', v: String(value) };
    case 'number':
      return { t: 'float', bits: bitsOf(value), s: floatRepr(value) };
    case 'string':
      return textTree(value);
  }
  if (value === null) {
    return { t: 'none' };
  }
  if (Array.isArray(value)) {
    return { t: 'list', v: value.map(toTree) };
  }
  if (value instanceof Tuple) {
    return { t: 'tuple', v: value.items.map(toTree) };
  }
  if (value instanceof PyDict) {
    const v = Array.from(value, ([key, item]) => [toTree(key), toTree(item)] as const);
    return { t: value instanceof OrderedDict ? 'odict' : 'dict', v };
  }
  if (value instanceof Uint8Array) {
    return { t: 'bytes', b: base64Text(value) };
  }
  if (value instanceof PySet) {
    return { t: 'set', v: sorted(Array.from(value, toTree)) };
  }
  if (value instanceof Slice) {
    return { t: 'slice', v: [toTree(value.start), toTree(value.stop), toTree(value.step)] };
  }
  if (value instanceof Complex) {
    return { t: 'complex', re: bitsOf(value.re), im: bitsOf(value.im), s: pyRepr(value) };
  }
  if (value instanceof Fraction) {
    return { t: 'fraction', n: String(value.numerator), d: String(value.denominator) };
  }
  if (value instanceof NumpyScalar) {
    return scalarTree(value);
  }
  if (value instanceof NDArray) {
    const { dtype, shape } = value;
    const b = base64Text(value.toBytes());
    return { t: 'ndarray', dtype: dtype.str, shape: [...shape], b, ...descrMember(dtype) };
  }
  return { t: 'other', type: typeName(value), s: pyRepr(value) };
}

/** A set has no order: its members by their text. */
function sorted(trees: Tree[]): Tree[] {
  const keyed = trees.map(tree => [JSON.stringify(tree), tree] as const);
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return keyed.map(([, tree]) => tree);
}

function textTree(text: string): Tree {
  if (!/\p{Cs}/u.test(text)) {
    return { t: 'str', v: text };
  }
  const cp = Array.from(text, char => (char.codePointAt(0) ?? 0).toString(16));
  return { t: 'str', v: text, cp };
}

function scalarTree(scalar: NumpyScalar): Tree {
  const { dtype, bytes } = scalar;
  // numpy gives an empty np.str_ or np.bytes_ one NUL character when asked for its bytes.
  const unit = dtype.kind === 'U' ? 4 : dtype.kind === 'S' ? 1 : 0;
  const b = base64Text(bytes.length === 0 ? new Uint8Array(unit) : bytes);
  return { t: 'npscalar', dtype: dtype.str, b, ...descrMember(dtype) };
}

function descrMember(dtype: DType): { descr?: DescrTree } {
  return dtype.fields === null ? {} : { descr: descrOf(dtype) };
}

/** numpy's `dtype.descr`: fields in the order of their offsets, gaps as nameless voids. */
function descrOf(dtype: DType): DescrTree {
  const descr: [string, string | DescrTree, (readonly number[])?][] = [];
  const fields = [...(dtype.fields ?? [])].sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const field of fields) {
    if (field.offset > end) {
      descr.push(['', `|V${field.offset - end}`]);
    }
    const { subarray } = field.dtype;
    const base = subarray?.base ?? field.dtype;
    const type = base.fields === null ? base.str : descrOf(base);
    descr.push(subarray === null ? [field.name, type] : [field.name, type, subarray.shape]);
    end = field.offset + field.dtype.itemsize;
  }
  if (dtype.itemsize > end) {
    descr.push(['', `|V${dtype.itemsize - end}`]);
  }
  return descr;
}

const SCRATCH = new DataView(new ArrayBuffer(8));

/** 16 hex digits, big end first; any NaN is `nan`. */
function bitsOf(value: number): string {
  if (Number.isNaN(value)) {
    return 'nan';
  }
  SCRATCH.setFloat64(0, value);
  return SCRATCH.getBigUint64(0).toString(16).padStart(16, '0');
}

function base64Text(bytes: Uint8Array): string {
  const out = new Uint8Array(encodedLength(bytes.length));
  encodeBase64(bytes, out, 0);
  return new TextDecoder().decode(out);
}

// ---- Trees to values ----------------------------------------------------------------------------

/**
 * The value of a tree, as JSON.parse or `toPlain` gives it.
 * @throws {ParseError} not a tree; `position` is 0, the message has the path.
 */
export function fromTree(tree: unknown): PyValue {
  return read(tree, '', 0);
}

type Node = { readonly [member: string]: unknown };

function read(tree: unknown, path: string, depth: number): PyValue {
  if (depth > MAX_DEPTH) {
    throw notATree(path, `at most ${MAX_DEPTH} nodes inside nodes`, 'more');
  }
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw notATree(path, 'an object with t', kindOf(tree));
  }
  const node = tree as Node;
  const children = () => list(node.v, `${path}.v`);
  const values = () => children().map((child, i) => read(child, `${path}.v[${i}]`, depth + 1));
  switch (node.t) {
    case 'none':
      return null;
    case 'bool':
      if (typeof node.v !== 'boolean') {
        throw notATree(`${path}.v`, 'true or false', kindOf(node.v));
      }
      return node.v;
    case 'int':
      return int(node.v, `${path}.v`);
    case 'float':
      return float(node.bits, `${path}.bits`);
    case 'complex':
      return new Complex(float(node.re, `${path}.re`), float(node.im, `${path}.im`));
    case 'str':
      return node.cp === undefined ? text(node.v, `${path}.v`) : points(node.cp, `${path}.cp`);
    case 'bytes':
      return bytes(node.b, `${path}.b`);
    case 'list':
      return values();
    case 'tuple':
      return new Tuple(values());
    case 'set':
      return guarded(path, () => new PySet(values()));
    case 'slice':
      return slice(values(), path);
    case 'fraction':
      return guarded(path, () => new Fraction(int(node.n, `${path}.n`), int(node.d, `${path}.d`)));
    case 'dict':
    case 'odict':
      return dict(node.t, children(), path, depth);
    case 'npscalar':
      return scalar(node, path);
    case 'ndarray':
      return array(node, path);
    case 'sub':
      return new PySubclass(
        text(node.kind, `${path}.kind`),
        read(node.base, `${path}.base`, depth + 1),
      );
    default:
      throw notATree(`${path}.t`, 'the name of a type', kindOf(node.t));
  }
}

function notATree(path: string, expected: string, found: string) {
  const place = path === '' ? 'the tree' : `the tree's ${path.replace(/^\./, '')}`;
  return unexpected(0, `${expected} as ${place}`, found);
}

function kindOf(value: unknown): string {
  return typeof value === 'string'
    ? `'${value.slice(0, 24)}'`
    : value === null
      ? 'null'
      : typeof value;
}

function guarded<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || error instanceof Misfit) {
      throw notATree(path, 'parts that make a value', error.message);
    }
    throw error;
  }
}

function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw notATree(path, 'a list', kindOf(value));
  }
  return value;
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') {
    throw notATree(path, 'a string', kindOf(value));
  }
  return value;
}

function points(value: unknown, path: string): string {
  const units = list(value, path).map((item, i) => {
    const hex = text(item, `${path}[${i}]`);
    if (!/^(?:[0-9a-f]{1,5}|10[0-9a-f]{4})$/i.test(hex)) {
      throw notATree(`${path}[${i}]`, 'a code point in hex', kindOf(item));
    }
    return String.fromCodePoint(Number.parseInt(hex, 16));
  });
  return units.join('');
}

function int(value: unknown, path: string): bigint {
  const digits = text(value, path);
  if (!/^-?\d+$/.test(digits)) {
    throw notATree(path, 'decimal digits', kindOf(value));
  }
  return BigInt(digits);
}

function float(value: unknown, path: string): number {
  const bits = text(value, path);
  if (bits === 'nan') {
    return Number.NaN;
  }
  if (!/^[0-9a-f]{16}$/i.test(bits)) {
    throw notATree(path, '16 hex digits', kindOf(value));
  }
  SCRATCH.setBigUint64(0, BigInt(`0x${bits}`));
  return SCRATCH.getFloat64(0);
}

function bytes(value: unknown, path: string): Uint8Array {
  const encoded = new TextEncoder().encode(text(value, path));
  return guarded(path, () => decodeLenient(encoded));
}

function slice(members: readonly PyValue[], path: string): Slice {
  const [start, stop, step] = members;
  if (start === undefined || stop === undefined || step === undefined || members.length > 3) {
    throw notATree(`${path}.v`, 'three nodes', `${members.length}`);
  }
  return new Slice(start, stop, step);
}

function dict(
  kind: 'dict' | 'odict',
  entries: readonly unknown[],
  path: string,
  depth: number,
): PyDict {
  const result = kind === 'dict' ? new PyDict() : new OrderedDict();
  entries.forEach((entry, i) => {
    const place = `${path}.v[${i}]`;
    const [key, value] = list(entry, place);
    const name = read(key, `${place}[0]`, depth + 1);
    const item = read(value, `${place}[1]`, depth + 1);
    guarded(place, () => result.set(name, item));
  });
  return result;
}

function dtype(node: Node, path: string): DType {
  const { descr } = node;
  const type = guarded(path, () => dtypeOf(text(node.dtype, `${path}.dtype`)));
  return descr === undefined ? type : guarded(path, () => structured(list(descr, `${path}.descr`)));
}

/** Fields of a `descr`, whose nameless voids are gaps. */
function structured(descr: readonly unknown[]): DType {
  const fields: { name: string; dtype: DType; offset: number }[] = [];
  let offset = 0;
  for (const entry of descr) {
    const [name, type, shape] = list(entry, 'descr');
    const base = Array.isArray(type) ? structured(type) : dtypeOf(text(type, 'descr'));
    const lengths = shape === undefined ? [] : list(shape, 'descr').map(Number);
    const field = guarded('descr', () => subarrayDtype(base, lengths));
    if (name !== '') {
      fields.push({ name: text(name, 'descr'), dtype: field, offset });
    }
    offset += field.itemsize;
  }
  return new DType('V', offset, '|', { fields });
}

function scalar(node: Node, path: string): NumpyScalar {
  const type = dtype(node, path);
  const data = bytes(node.b, `${path}.b`);
  return guarded(path, () => new NumpyScalar(type, type.itemsize === 0 ? new Uint8Array(0) : data));
}

function array(node: Node, path: string): NDArray {
  const type = dtype(node, path);
  const shape = list(node.shape, `${path}.shape`).map(Number);
  const data = bytes(node.b, `${path}.b`);
  return guarded(path, () => {
    const size = countOf(shape) * type.itemsize;
    if (size !== data.length) {
      throw new RangeError(`${data.length} bytes for an array of ${size}`);
    }
    return new NDArray(type, shape, data);
  });
}

// ---- Texts --------------------------------------------------------------------------------------

/** `toTree` as one line of ASCII JSON. */
export function encodeTree(value: PyValue): string {
  const json = JSON.stringify(toTree(value));
  return json.replace(
    /[^\0-\x7e]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The value of a tree as JSON text. @throws {ParseError, LimitError} */
export function decodeTree(json: string | Uint8Array, options: PyonOptions = {}): PyValue {
  // JSON is version 2 without classes; trees nest twice as deep as their values.
  const limits = { nesting: 4 * MAX_DEPTH, ...options.limits };
  return fromTree(toPlain(decode(json, { ...options, limits })));
}

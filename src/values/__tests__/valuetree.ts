// The exact JSON form of values, as the recordings and the Python peers write it.
//
// Form: vectors/sipyco/README.md, "The value tree".

import {
  Complex,
  Fraction,
  NDArray,
  NumpyScalar,
  OpaqueObject,
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  parseDtype,
  Slice,
  Tuple,
} from '../index.js';

/** A node of the value tree. */
export type Tree = { readonly t: string; readonly [member: string]: unknown };

/** The value that a tree stands for. */
export function fromTree(tree: Tree): PyValue {
  const items = () => (tree.v as Tree[]).map(fromTree);
  const pairs = () =>
    (tree.v as [Tree, Tree][]).map(([k, v]) => [fromTree(k), fromTree(v)] as const);
  switch (tree.t) {
    case 'none':
      return null;
    case 'bool':
      return tree.v as boolean;
    case 'int':
      return BigInt(tree.v as string);
    case 'float':
      return double(tree.bits as string);
    case 'complex':
      return new Complex(double(tree.re as string), double(tree.im as string));
    case 'str':
      return tree.cp === undefined ? (tree.v as string) : points(tree.cp as string[]);
    case 'bytes':
      return base64(tree.b as string);
    case 'tuple':
      return new Tuple(items());
    case 'list':
      return items();
    case 'set':
      return new PySet(items());
    case 'slice': {
      const [start, stop, step] = items();
      return new Slice(start!, stop!, step!);
    }
    case 'fraction':
      return new Fraction(BigInt(tree.n as string), BigInt(tree.d as string));
    case 'dict':
      return new PyDict(pairs());
    case 'odict':
      return new OrderedDict(pairs());
    case 'npscalar':
      return new NumpyScalar(parseDtype(tree.dtype as string), base64(tree.b as string));
    case 'ndarray':
      return new NDArray(
        parseDtype(tree.dtype as string),
        tree.shape as number[],
        base64(tree.b as string),
      );
    case 'other':
      return new OpaqueObject(tree.type as string, `<${tree.type as string}>`);
    default:
      throw new Error(`a tree of type ${tree.t}`);
  }
}

function points(hex: string[]): string {
  return hex.map(point => String.fromCodePoint(Number.parseInt(point, 16))).join('');
}

function base64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function double(bits: string): number {
  return bits === 'nan' ? Number.NaN : Buffer.from(bits, 'hex').readDoubleBE();
}

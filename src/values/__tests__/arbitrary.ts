// Python values at random, for fast-check.

import fc from 'fast-check';
import {
  Complex,
  Fraction,
  NDArray,
  NumpyScalar,
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  parseDtype,
  Slice,
  Tuple,
} from '../index.js';

export type Choice = {
  /** Types that an encoding cannot keep are left out. */
  readonly without?: readonly Kind[];
};

export type Kind =
  | 'odict'
  | 'empty set'
  | 'odd complex'
  | 'npscalar'
  | 'float64 scalar'
  | 'str scalar'
  | 'slice of anything'
  | 'ndarray';

const DTYPES =
  '|b1 |i1 |u1 <i2 >i2 <u2 <i4 >i4 <u4 <i8 >i8 <u8 >u8 <f2 >f2 <f4 >f4 <f8 >f8 <c8 <c16 >c16 <f16 |S3 <U2 >U2 |V5'.split(
    ' ',
  );
const SCALAR_DTYPES = '|i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <c8 <c16'.split(' ');

const text = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('__proto__', 'constructor', '\ud800', '\udc00\ud800', '\u007f\0"\\\'', '😀'),
);

const int = fc.oneof(
  fc.bigInt({ min: -200n, max: 2000n }),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 64n),
);

const float = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1, 1e16, 1e21, 1e-5, 5e-324, Infinity, -Infinity, Number.NaN),
  fc.integer({ min: -1000, max: 1000 }).map(n => n / 8),
);

const bytes = fc.uint8Array({ maxLength: 8 });

function complex(isOdd: boolean): fc.Arbitrary<Complex> {
  if (isOdd) {
    return fc.tuple(float, float).map(([re, im]) => new Complex(re, im));
  }
  const part = fc.double({ noDefaultInfinity: true, noNaN: true });
  // Where the real part is 0, `-1j` in a text is the negative of `1j`, with a zero of its own sign.
  return fc
    .tuple(part, part)
    .map(([re, im]) => new Complex(re + 0, re === 0 ? Math.abs(im) : im + 0));
}

const fraction = fc.tuple(int, int).map(([n, d]) => new Fraction(n, d === 0n ? 1n : d));

function scalar(without: ReadonlySet<Kind>): fc.Arbitrary<NumpyScalar> {
  const names = [
    ...SCALAR_DTYPES,
    ...(without.has('float64 scalar') ? [] : ['<f8']),
    ...(without.has('str scalar') ? [] : ['<U2', '|S2', '|b1', '<M8[ns]', '<m8[D]', '|V3']),
  ];
  return fc.constantFrom(...names).chain(name => {
    const dtype = parseDtype(name);
    return fc
      .uint8Array({ minLength: dtype.itemsize, maxLength: dtype.itemsize })
      .map(data => new NumpyScalar(dtype, legal(dtype.kind, data)));
  });
}

/** Bytes that numpy's own scalar of this kind can have. */
function legal(kind: string, data: Uint8Array): Uint8Array {
  switch (kind) {
    case 'b':
      return data.map(byte => byte & 1);
    case 'S':
      return data.map(byte => byte | 1); // no trailing NUL
    case 'U':
      return data.map((byte, i) => (i % 4 === 0 ? 65 + (byte % 26) : 0));
    default:
      return data;
  }
}

const array = fc
  .tuple(fc.constantFrom(...DTYPES), fc.array(fc.nat({ max: 3 }), { maxLength: 3 }))
  .chain(([name, shape]) => {
    const dtype = parseDtype(name);
    const length = shape.reduce((count, axis) => count * axis, dtype.itemsize);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map(data => new NDArray(dtype, shape, data));
  });

const atom: fc.Arbitrary<PyValue> = fc.oneof(
  text,
  int,
  float,
  fc.boolean(),
  fc.constant(null),
  bytes,
  fraction,
);

/** Values that may be keys. */
export const hashable: fc.Arbitrary<PyValue> = fc.oneof(
  atom,
  fc.array(atom, { maxLength: 3 }).map(items => new Tuple(items)),
);

/** Any value, at most some ten levels deep. */
export function pyValue({ without = [] }: Choice = {}): fc.Arbitrary<PyValue> {
  const left = new Set(without);
  const { value } = fc.letrec<{ value: PyValue }>(tie => {
    const value = tie('value');
    const items = fc.array(value, { maxLength: 4 });
    const entries = fc.array(fc.tuple(hashable, value), { maxLength: 4 });
    const textEntries = fc.array(fc.tuple(text, value), { maxLength: 4 });
    const slicePart: fc.Arbitrary<PyValue> = left.has('slice of anything')
      ? fc.oneof(int, fc.constant(null))
      : value;
    const branches: fc.Arbitrary<PyValue>[] = [
      text,
      int,
      float,
      fc.boolean(),
      fc.constant(null),
      bytes,
      fraction,
      complex(!left.has('odd complex')),
      items,
      items.map(list => new Tuple(list)),
      entries.map(list => new PyDict(list)),
      textEntries.map(list => new PyDict(list)),
      fc
        .array(hashable, { maxLength: 4, minLength: left.has('empty set') ? 1 : 0 })
        .map(list => new PySet(list)),
      fc.tuple(slicePart, slicePart, slicePart).map(([a, b, c]) => new Slice(a, b, c)),
    ];
    if (!left.has('odict')) {
      branches.push(entries.map(list => new OrderedDict(list)));
    }
    if (!left.has('npscalar')) {
      branches.push(scalar(left));
    }
    if (!left.has('ndarray')) {
      branches.push(array);
    }
    return { value: fc.oneof({ maxDepth: 5, depthIdentifier: 'py' }, ...branches) };
  });
  return value;
}

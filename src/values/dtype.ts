// numpy's dtypes: what the bytes of an array mean.
//
// Source: numpy's reference, "Data type objects" and "Array interface protocol" (`typestr`). Sizes
// of C types are those of 64-bit Linux, where SiPyCo's peers run: long and intp have 8 bytes, long
// double is x87's 80 bits in 16.

/** Bool, int, unsigned, float, complex, timedelta, datetime, bytes, str, void, object. */
export type DTypeKind = 'b' | 'i' | 'u' | 'f' | 'c' | 'm' | 'M' | 'S' | 'U' | 'V' | 'O';

export type ByteOrder = '<' | '>' | '|';

/** A field of a structured dtype. */
export type DTypeField = {
  readonly name: string;
  readonly dtype: DType;
  /** Bytes from the start of the element. */
  readonly offset: number;
};

/** What an element is. Immutable; compare by `str` (and fields, where they matter). */
export class DType {
  readonly kind: DTypeKind;
  readonly byteorder: ByteOrder;
  /** Bytes of an element. */
  readonly itemsize: number;
  /** Datetime and timedelta: the tick, e.g. `ns`, `25s`; empty for numpy's generic unit. */
  readonly unit: string;
  /** Structured dtypes: their fields. PYON loses them and sends `|V<itemsize>`. */
  readonly fields: readonly DTypeField[] | null;
  /** An element that is itself an array: an array of this dtype gets these axes at its end. */
  readonly subarray: { readonly base: DType; readonly shape: readonly number[] } | null;
  /** `numpy.dtype.str`, e.g. `<f8`. */
  readonly str: string;

  constructor(
    kind: DTypeKind,
    itemsize: number,
    byteorder: ByteOrder = HOST_ORDER,
    more: Partial<Pick<DType, 'unit' | 'fields' | 'subarray'>> = {},
  ) {
    this.kind = kind;
    this.itemsize = itemsize;
    this.byteorder = hasByteOrder(kind, itemsize)
      ? byteorder === '|'
        ? HOST_ORDER
        : byteorder
      : '|';
    this.unit = more.unit ?? '';
    this.fields = more.fields ?? null;
    this.subarray = more.subarray ?? null;
    this.str = this.byteorder + this._code();
  }

  /** numpy's name of the scalar type: `float64`, `bool`, `str_`, `datetime64`. */
  get scalarName(): string {
    const bits = 8 * this.itemsize;
    switch (this.kind) {
      case 'b':
        return 'bool';
      case 'i':
        return `int${bits}`;
      case 'u':
        return `uint${bits}`;
      case 'f':
        return bits === 128 ? 'longdouble' : `float${bits}`;
      case 'c':
        return bits === 256 ? 'clongdouble' : `complex${bits}`;
      case 'm':
        return 'timedelta64';
      case 'M':
        return 'datetime64';
      case 'S':
        return 'bytes_';
      case 'U':
        return 'str_';
      case 'V':
        return 'void';
      default:
        return 'object_';
    }
  }

  /** `numpy.dtype.name` for people: `float64`, `datetime64[ns]`, `str96`, `void64`. */
  get name(): string {
    const bits = this.itemsize === 0 ? '' : String(8 * this.itemsize);
    switch (this.kind) {
      case 'm':
      case 'M':
        return this.unit === '' ? this.scalarName : `${this.scalarName}[${this.unit}]`;
      case 'S':
        return `bytes${bits}`;
      case 'U':
        return `str${bits}`;
      case 'V':
        return `void${bits}`;
      case 'O':
        return 'object';
      default:
        return this.itemsize === 16 && this.kind === 'f'
          ? 'float128'
          : this.itemsize === 32 && this.kind === 'c'
            ? 'complex256'
            : this.scalarName;
    }
  }

  /** Are the bytes in this computer's order (or without one)? */
  get isNative(): boolean {
    return this.byteorder === '|' || this.byteorder === HOST_ORDER;
  }

  /** The same in another byte order. Fields keep theirs. */
  withByteOrder(byteorder: ByteOrder): DType {
    return this.byteorder === byteorder || this.byteorder === '|'
      ? this
      : new DType(this.kind, this.itemsize, byteorder, this);
  }

  private _code(): string {
    switch (this.kind) {
      case 'U':
        return `U${this.itemsize / 4}`;
      case 'O':
        return 'O';
      case 'm':
      case 'M':
        return this.unit === '' ? `${this.kind}8` : `${this.kind}8[${this.unit}]`;
      default:
        return `${this.kind}${this.itemsize}`;
    }
  }
}

/** The very same dtype: kind, size, byte order, unit, and fields by name and place. */
export function sameDtype(a: DType, b: DType): boolean {
  if (a === b) {
    return true;
  }
  const fields = a.fields ?? [];
  const others = b.fields ?? [];
  return (
    a.str === b.str &&
    fields.length === others.length &&
    fields.every((field, i) => {
      const other = others[i] as DTypeField;
      return (
        field.name === other.name &&
        field.offset === other.offset &&
        sameDtype(field.dtype, other.dtype)
      );
    }) &&
    sameSubarray(a, b)
  );
}

function sameSubarray(a: DType, b: DType): boolean {
  if (a.subarray === null || b.subarray === null) {
    return a.subarray === b.subarray;
  }
  return (
    a.subarray.shape.join() === b.subarray.shape.join() &&
    sameDtype(a.subarray.base, b.subarray.base)
  );
}

/** This computer's byte order. */
export const HOST_ORDER: '<' | '>' =
  new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? '<' : '>';

function hasByteOrder(kind: DTypeKind, itemsize: number): boolean {
  switch (kind) {
    case 'S':
    case 'V':
    case 'O':
    case 'b':
      return false;
    case 'U':
      return true;
    default:
      return itemsize > 1;
  }
}

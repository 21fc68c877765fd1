// Names of dtypes: every text that numpy.dtype() takes.
//
// One text has four grammars, tried in numpy's order: a comma string (`i2,(2,)f4`, `3i2`), a
// datetime (`M8[ns]`, `timedelta64[25s]`), byte order and code (`<f8`, `h`, `|S4`), a name
// (`float64`). Observed with numpy 2.4.

import { type ByteOrder, DType, type DTypeField, type DTypeKind, HOST_ORDER } from './dtype.js';

/** The largest element that numpy's C int holds. */
const MAX_ITEMSIZE = 2 ** 31 - 1;

/** Longest name read: the longest honest ones list a few dozen fields. Characters. */
const MAX_NAME = 4096;

/**
 * The dtype that `name` means to numpy.
 * @throws {TypeError} numpy does not understand it.
 */
export function parseDtype(name: string): DType {
  const known = COMMON.get(name);
  if (known !== undefined) {
    return known;
  }
  if (name.length > MAX_NAME) {
    throw new TypeError(`a dtype name has ${name.length} characters, at most ${MAX_NAME} are read`);
  }
  return isCommaString(name) ? parseCommaString(name) : parseSingle(name);
}

/** `base` with axes of its own. Numpy drops the wrapping where `shape` is empty. */
export function subarrayDtype(base: DType, shape: readonly number[]): DType {
  if (shape.length === 0) {
    return base;
  }
  let count = 1;
  for (const length of shape) {
    count *= length;
  }
  const itemsize = base.itemsize * count;
  if (!(itemsize <= MAX_ITEMSIZE)) {
    throw new TypeError(
      `a subarray of shape (${shape.join(', ')}) is larger than an element can be`,
    );
  }
  // A subarray of subarrays is one subarray with the axes of both.
  const inner = base.subarray;
  const subarray =
    inner === null ? { base, shape } : { base: inner.base, shape: [...shape, ...inner.shape] };
  return new DType('V', itemsize, '|', { subarray });
}

/** A structured dtype, packed. */
export function structDtype(members: readonly { name: string; dtype: DType }[]): DType {
  const fields: DTypeField[] = [];
  let offset = 0;
  for (const { name, dtype } of members) {
    fields.push({ name, dtype, offset });
    offset += dtype.itemsize;
  }
  if (offset > MAX_ITEMSIZE) {
    throw new TypeError(`a structured dtype of ${offset} bytes is larger than an element can be`);
  }
  return new DType('V', offset, '|', { fields });
}

// ---- Byte order and code, or a name -------------------------------------------------------------

const CODES: { readonly [code: string]: readonly [DTypeKind, number] | undefined } = {
  '?': ['b', 1],
  b: ['i', 1],
  B: ['u', 1],
  h: ['i', 2],
  H: ['u', 2],
  i: ['i', 4],
  I: ['u', 4],
  l: ['i', 8],
  L: ['u', 8],
  q: ['i', 8],
  Q: ['u', 8],
  p: ['i', 8],
  P: ['u', 8],
  n: ['i', 8],
  N: ['u', 8],
  e: ['f', 2],
  f: ['f', 4],
  d: ['f', 8],
  g: ['f', 16],
  F: ['c', 8],
  D: ['c', 16],
  G: ['c', 32],
  c: ['S', 1],
  S: ['S', 0],
  U: ['U', 0],
  V: ['V', 0],
  O: ['O', 8],
  M: ['M', 8],
  m: ['m', 8],
};

const SIZES: { readonly [kind: string]: readonly number[] | undefined } = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8, 16],
  c: [8, 16, 32],
  O: [4, 8],
};

const NAMES: ReadonlyMap<string, readonly [DTypeKind, number]> = new Map([
  ...names('b', 1, 'bool bool_'),
  ...names('i', 1, 'int8 byte'),
  ...names('u', 1, 'uint8 ubyte'),
  ...names('i', 2, 'int16 short'),
  ...names('u', 2, 'uint16 ushort'),
  ...names('i', 4, 'int32 intc'),
  ...names('u', 4, 'uint32 uintc'),
  ...names('i', 8, 'int64 long longlong intp int_ int'),
  ...names('u', 8, 'uint64 ulong ulonglong uintp uint'),
  ...names('f', 2, 'float16 half'),
  ...names('f', 4, 'float32 single'),
  ...names('f', 8, 'float64 double float'),
  ...names('f', 16, 'float128 longdouble'),
  ...names('c', 8, 'complex64 csingle'),
  ...names('c', 16, 'complex128 cdouble complex'),
  ...names('c', 32, 'complex256 clongdouble'),
  ...names('S', 0, 'bytes_ bytes a'),
  ...names('U', 0, 'str_ str unicode'),
  ...names('V', 0, 'void'),
  ...names('O', 8, 'object_ object'),
]);

function names(kind: DTypeKind, size: number, list: string) {
  return list
    .split(' ')
    .map((name): [string, readonly [DTypeKind, number]] => [name, [kind, size]]);
}

function parseSingle(name: string): DType {
  let order: ByteOrder = HOST_ORDER;
  let code = name;
  let isBare = true;
  const first = name[0];
  if (first === '<' || first === '>') {
    order = first;
    isBare = false;
    code = name.slice(1);
  } else if (first === '=' || first === '|') {
    isBare = false;
    code = name.slice(1);
  }
  const datetime = /^(?:([Mm])8|(datetime64|timedelta64))/.exec(code);
  if (datetime !== null) {
    const kind = (datetime[1] ?? (datetime[2] === 'datetime64' ? 'M' : 'm')) as 'M' | 'm';
    return new DType(kind, 8, order, { unit: parseUnit(code.slice(datetime[0].length)) });
  }
  const found =
    (code.length === 1 ? CODES[code] : sized(code)) ?? (isBare ? NAMES.get(code) : undefined);
  if (found === undefined) {
    throw unknown(name);
  }
  return new DType(found[0], found[1], order);
}

/** A kind and its bytes (for U characters): `f8`, `S4`. numpy reads the number as C's strtol does. */
function sized(code: string): readonly [DTypeKind, number] | undefined {
  const match = /^(.)[ \t-\r]*\+?(\d+)$/s.exec(code);
  if (match === null) {
    return undefined;
  }
  const kind = match[1]!;
  const size = Number(match[2]);
  switch (kind) {
    case 'S':
    case 'a':
      return size <= MAX_ITEMSIZE ? ['S', size] : undefined;
    case 'V':
      return size <= MAX_ITEMSIZE ? ['V', size] : undefined;
    case 'U':
      return 4 * size <= MAX_ITEMSIZE ? ['U', 4 * size] : undefined;
    case 'O':
      return size === 4 || size === 8 ? ['O', 8] : undefined;
    default:
      return SIZES[kind]?.includes(size) ? [kind as DTypeKind, size] : undefined;
  }
}

function unknown(name: string): TypeError {
  return new TypeError(`data type '${name}' not understood`);
}

// ---- Datetime units -----------------------------------------------------------------------------

const UNITS = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as'];

/** How many of which smaller units make one unit; numpy tries them in this order to divide. */
const SMALLER: { readonly [unit: string]: readonly (readonly [number, string])[] | undefined } = {
  Y: [
    [12, 'M'],
    [52, 'W'],
    [365, 'D'],
  ],
  M: [
    [4, 'W'],
    [30, 'D'],
    [720, 'h'],
  ],
  W: [
    [7, 'D'],
    [168, 'h'],
    [10080, 'm'],
  ],
  D: [
    [24, 'h'],
    [1440, 'm'],
    [86400, 's'],
  ],
  h: [
    [60, 'm'],
    [3600, 's'],
  ],
  m: [
    [60, 's'],
    [60000, 'ms'],
  ],
  s: [
    [1000, 'ms'],
    [1000000, 'us'],
  ],
  ms: [
    [1000, 'us'],
    [1000000, 'ns'],
  ],
  us: [
    [1000, 'ns'],
    [1000000, 'ps'],
  ],
  ns: [
    [1000, 'ps'],
    [1000000, 'fs'],
  ],
  ps: [
    [1000, 'fs'],
    [1000000, 'as'],
  ],
  fs: [[1000, 'as']],
};

/** `[25s]` → `25s`, `[1s]` → `s`, `[D/24]` → `h`, nothing or `[generic]` → ''. */
function parseUnit(text: string): string {
  if (text === '' || text === '[generic]') {
    return '';
  }
  const match = /^\[[ \t-\r]*\+?(\d*)([A-Za-zμ]+)(?:\/[ \t-\r]*\+?(\d+))?\]$/.exec(text);
  const unit = match?.[2] === 'μs' ? 'us' : match?.[2];
  if (match === null || unit === undefined || !UNITS.includes(unit)) {
    throw new TypeError(`'${text}' is not a datetime unit of numpy, e.g. [ns] or [25s]`);
  }
  const count = match[1] === '' ? 1 : Number(match[1]);
  const divisor = match[3] === undefined ? 1 : Number(match[3]);
  if (count > MAX_ITEMSIZE || divisor > MAX_ITEMSIZE || divisor === 0) {
    throw new TypeError(`'${text}' has a number that no datetime unit of numpy can have`);
  }
  return divisor === 1 ? withCount(count, unit) : divide(text, count, unit, divisor);
}

function divide(text: string, count: number, unit: string, divisor: number): string {
  for (const [parts, smaller] of SMALLER[unit] ?? []) {
    if (parts % divisor === 0) {
      return withCount(count * (parts / divisor), smaller);
    }
  }
  throw new TypeError(`'${text}': ${divisor} of a smaller unit do not make one ${unit}`);
}

function withCount(count: number, unit: string): string {
  return count === 1 ? unit : `${count}${unit}`;
}

// ---- Comma strings ------------------------------------------------------------------------------

function isCommaString(name: string): boolean {
  if (/^[<>=|]?\d/.test(name) || /^[<>=|]?\(\)/.test(name)) {
    return true;
  }
  let depth = 0;
  for (const char of name) {
    if (char === '[') {
      depth += 1;
    } else if (char === ']') {
      depth -= 1;
    } else if (char === ',' && depth === 0) {
      return true;
    }
  }
  return false;
}

const ITEM = /([<>=|]?)( *\(?[ ,0-9]*\)? *)([<>=|]?)([A-Za-z0-9.?]*(?:\[[a-zA-Z0-9,.]*\])?)/y;
const SEPARATOR = /\s*,\s*/y;

function parseCommaString(name: string): DType {
  const members: DType[] = [];
  let isList = false;
  let at = 0;
  while (at < name.length) {
    ITEM.lastIndex = at;
    const match = ITEM.exec(name);
    if (match === null || match[0] === '') {
      throw unknown(name);
    }
    at += match[0].length;
    const [, before = '', repeats = '', after = '', code = ''] = match;
    const base = parseDtype(agree(name, before, after) + code);
    members.push(repeated(base, parseRepeats(name, repeats)));
    if (at < name.length && name.slice(at).trim() !== '') {
      SEPARATOR.lastIndex = at;
      const separator = SEPARATOR.exec(name);
      if (separator === null) {
        throw unknown(name);
      }
      at += separator[0].length;
      isList = true;
    } else {
      at = name.length;
    }
  }
  const [only] = members;
  if (!isList && only !== undefined) {
    return only;
  }
  return structDtype(members.map((dtype, index) => ({ name: `f${index}`, dtype })));
}

/** The byte order may stand before or after the repeats, or twice the same. */
function agree(name: string, before: string, after: string): string {
  const first = before === '=' ? HOST_ORDER : before;
  const second = after === '=' ? HOST_ORDER : after;
  if (first !== '' && second !== '' && first !== second) {
    throw new TypeError(`data type '${name}': byte orders ${before} and ${after} disagree`);
  }
  const order = second === '' ? first : second;
  return order === '|' || order === HOST_ORDER ? '' : order;
}

/** `3`, `(2,)`, `(2, 3)`, `(2)`; null where there is nothing. */
function parseRepeats(name: string, repeats: string): number | number[] | null {
  const text = repeats.trim();
  if (text === '') {
    if (repeats !== '') {
      throw unknown(name);
    }
    return null;
  }
  const inner = /^\((.*)\)$/.exec(text)?.[1]?.trim() ?? text;
  if (inner === '') {
    return [];
  }
  const lengths = inner
    .replace(/,$/, '')
    .split(',')
    .map(item => {
      const digits = item.trim();
      if (!/^(0+|[1-9]\d*)$/.test(digits) || Number(digits) > MAX_ITEMSIZE) {
        throw unknown(name);
      }
      return Number(digits);
    });
  const [only] = lengths;
  return inner.includes(',') || only === undefined ? lengths : only;
}

/**
 * numpy's `(base, repeats)`: a number gives a dtype without a size its size (`('S', 5)`), and any other
 * an axis; a list gives axes.
 * @throws {TypeError} axes of elements without a size.
 */
export function repeated(base: DType, repeats: number | readonly number[] | null): DType {
  if (repeats === null) {
    return base;
  }
  if (base.itemsize > 0) {
    return subarrayDtype(base, typeof repeats === 'number' ? [repeats] : repeats);
  }
  const unit = base.kind === 'U' ? 4 : 1;
  if (typeof repeats !== 'number' || base.subarray !== null || unit * repeats > MAX_ITEMSIZE) {
    throw new TypeError(`elements of dtype ${base.str} have no size to repeat`);
  }
  return new DType(base.kind, unit * repeats, base.byteorder);
}

/** Names that peers write all the time, made once. */
const COMMON: ReadonlyMap<string, DType> = new Map(
  '|b1 |i1 |u1 <i2 <i4 <i8 <u2 <u4 <u8 <f2 <f4 <f8 <c8 <c16 >i2 >i4 >i8 >u2 >u4 >u8 >f4 >f8'
    .split(' ')
    .map(str => [str, parseSingle(str)]),
);

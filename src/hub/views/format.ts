// Values as short texts, for read-outs and rows.
//
// Never more work than the text is long: an array of a million elements is read as far as it is
// written. A read-out has the instrument's precision, else six significant digits; `reprText` is
// Python's repr, for Copy.

import {
  Complex,
  type Display,
  isoText,
  NDArray,
  NumpyScalar,
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  pyRepr,
  Tuple,
} from '../../values/index.js';

/** Characters of `NumberFrame.exact` and of a text in a frame. */
export const TEXT_LIMIT = 2000;
/** Characters of the answer to a `text` query: what a clipboard takes without a person noticing. */
export const COPY_LIMIT = 1024 * 1024;
/** Characters of a value in a row. */
export const ROW_LIMIT = 80;

const ELLIPSIS = '…';
const SIGNIFICANT_DIGITS = 6;
const LONGEST_INT = 24; // digits; longer ones are written with an exponent
const DEEPEST = 32; // containers in containers
const SUMMARISE_ABOVE = 1000; // elements of an array; numpy's own threshold
const EDGE_ITEMS = 3;
const THIN_SPACE = '\u2009';

// ---- Numbers ------------------------------------------------------------------------------------

/** A float with at most `precision` decimals, else six significant digits. -0, NaN and inf as such. */
export function floatText(value: number, precision?: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
  }
  if (precision !== undefined && Math.abs(value) < 1e15) {
    const text = value.toFixed(Math.max(0, Math.min(20, Math.round(precision))));
    return Object.is(value, -0) ? `-${text}` : text;
  }
  if (value === 0) {
    return Object.is(value, -0) ? '-0.0' : '0.0';
  }
  // An integral float is shown whole: its digits are not the noise of a measurement.
  if (Number.isInteger(value) && Math.abs(value) < 1e15) {
    return pyRepr(value);
  }
  const rounded = value.toPrecision(SIGNIFICANT_DIGITS);
  const [mantissa, exponent] = rounded.split('e');
  if (exponent !== undefined) {
    const power = `${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
    return `${String(Number(mantissa))}e${power}`;
  }
  // Rounded to an integer it is still none: no `.0` that would say so.
  const number = Number(rounded);
  return Number.isInteger(number) ? String(number) : pyRepr(number);
}

/** All digits of an int, in groups of three for a read-out; one too long for that with an exponent. */
export function intText(value: bigint, grouped: boolean): string {
  const text = String(value);
  const digits = value < 0n ? text.slice(1) : text;
  if (digits.length > LONGEST_INT) {
    const mantissa = `${digits[0]}.${digits.slice(1, SIGNIFICANT_DIGITS)}`;
    return `${value < 0n ? '-' : ''}${mantissa}e+${digits.length - 1}`;
  }
  return grouped && digits.length > 3 ? text.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE) : text;
}

function complexText(value: Complex, precision?: number): string {
  const im = floatText(value.im, precision);
  return im.startsWith('-')
    ? `${floatText(value.re, precision)} - ${im.slice(1)}j`
    : `${floatText(value.re, precision)} + ${im}j`;
}

/**
 * A plain number of a value that is one: bool, int, float, numpy scalar, 0-d array of those; else
 * null. Ints beyond 2^53 are rounded.
 */
export function numberOf(value: PyValue): number | null {
  const scalar = scalarOf(value);
  return typeof scalar === 'number'
    ? scalar
    : typeof scalar === 'bigint' || typeof scalar === 'boolean'
      ? Number(scalar)
      : null;
}

/** The Python value inside a numpy scalar or a 0-d array; any other value itself. */
export function scalarOf(value: PyValue): PyValue {
  if (value instanceof NumpyScalar) {
    return value.item();
  }
  return value instanceof NDArray && value.shape.length === 0 ? value.at(0) : value;
}

// ---- Read-outs ----------------------------------------------------------------------------------

export type TextOptions = {
  /** Longest text, in characters, ellipsis included. */
  readonly limit: number;
  /** A large read-out: ints in groups of three, a str without quotes. */
  readonly readOut: boolean;
};

/** `value / scale` with the instrument's precision, without the unit; a container as far as it fits. */
export function valueText(value: PyValue, display: Display, options: TextOptions): string {
  const scalar = scalarOf(value);
  if (options.readOut && typeof scalar === 'string') {
    return cut(scalar, options.limit);
  }
  const label = labelOf(scalar, display);
  return label !== null
    ? cut(label, options.limit)
    : new Clip(options.limit, item => itemText(item, display, options)).text(scalar);
}

function labelOf(value: PyValue, display: Display): string | null {
  const index = typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : null;
  return index === null ? null : (display.labels?.[index] ?? null);
}

function itemText(value: PyValue, display: Display, options: TextOptions): string {
  const scale = display.scale ?? 1;
  if (typeof value === 'bigint') {
    return scale === 1
      ? intText(value, options.readOut)
      : floatText(Number(value) / scale, display.precision);
  }
  if (typeof value === 'number') {
    return floatText(value / scale, display.precision);
  }
  if (value instanceof Complex) {
    const scaled = scale === 1 ? value : new Complex(value.re / scale, value.im / scale);
    return complexText(scaled, display.precision);
  }
  if (value instanceof NumpyScalar) {
    const item = value.item();
    if (item !== value) {
      return itemText(item, display, options);
    }
    // What Python has no type for: a time as ISO 8601, a duration with its unit.
    return value.dtype.kind === 'M' ? isoText(value) : `${value.ticks()} ${value.dtype.unit}`;
  }
  return scalarRepr(value, options.limit);
}

// ---- Python's repr ------------------------------------------------------------------------------

/**
 * Python's repr, cut to `limit` characters with an ellipsis.
 * @param whole - arrays with all their elements, where numpy's repr would leave out the middle.
 */
export function reprText(value: PyValue, limit: number, whole = false): string {
  return new Clip(limit, item => scalarRepr(item, limit), { repr: true, whole }).text(value);
}

// A long text is cut before Python's escapes are worked out for all of it.
function scalarRepr(value: PyValue, limit: number): string {
  if (typeof value === 'string' || value instanceof Uint8Array) {
    return value.length > limit ? `${pyRepr(value.slice(0, limit)).slice(0, -1)}…` : pyRepr(value);
  }
  return pyRepr(value);
}

function cut(text: string, limit: number): string {
  return text.length > limit ? text.slice(0, Math.max(0, limit - 1)) + ELLIPSIS : text;
}

type ClipStyle = {
  /** Write arrays as numpy's repr does, with `array(…, dtype=…)`. */
  readonly repr: boolean;
  readonly whole: boolean;
};

/** Writes a value until the text is full. */
class Clip {
  private readonly _limit: number;
  private readonly _scalar: (value: PyValue) => string;
  private readonly _style: ClipStyle;
  private _out = '';

  constructor(
    limit: number,
    scalar: (value: PyValue) => string,
    style: ClipStyle = { repr: false, whole: false },
  ) {
    this._limit = limit;
    this._scalar = scalar;
    this._style = style;
  }

  text(value: PyValue): string {
    this._write(value, 0);
    return cut(this._out, this._limit);
  }

  private get _isFull(): boolean {
    return this._out.length > this._limit;
  }

  private _write(value: PyValue, depth: number): void {
    if (depth > DEEPEST) {
      this._out += ELLIPSIS;
    } else if (Array.isArray(value)) {
      this._items('[', value, ']', depth);
    } else if (value instanceof Tuple) {
      this._items('(', value, value.length === 1 ? ',)' : ')', depth);
    } else if (value instanceof PyDict) {
      this._dict(value, depth);
    } else if (value instanceof PySet && value.size > 0) {
      this._items('{', value, '}', depth);
    } else if (value instanceof NDArray) {
      this._array(value);
    } else {
      this._out += this._scalar(value);
    }
  }

  private _items(open: string, items: Iterable<PyValue>, close: string, depth: number): void {
    this._out += open;
    let separator = '';
    for (const item of items) {
      this._out += separator;
      if (this._isFull) {
        return;
      }
      this._write(item, depth + 1);
      separator = ', ';
    }
    this._out += close;
  }

  private _dict(dict: PyDict, depth: number): void {
    const isOrdered = this._style.repr && dict instanceof OrderedDict;
    this._out += isOrdered ? 'OrderedDict({' : '{';
    let separator = '';
    for (const [key, value] of dict) {
      this._out += separator;
      if (this._isFull) {
        return;
      }
      this._write(key, depth + 1);
      this._out += ': ';
      this._write(value, depth + 1);
      separator = ', ';
    }
    this._out += isOrdered ? '})' : '}';
  }

  private _array(array: NDArray): void {
    if (!this._style.repr) {
      this._axis(array, []);
      return;
    }
    this._out += 'array(';
    this._axis(array, []);
    const { str, name } = array.dtype;
    const isObvious = str === '<f8' || (array.size > 0 && ['<i8', '|b1', '<c16'].includes(str));
    this._out += isObvious ? ')' : `, dtype=${name})`;
  }

  private _axis(array: NDArray, index: readonly number[]): void {
    const length = array.shape[index.length];
    if (length === undefined) {
      this._out += this._element(array, index);
      return;
    }
    const isShortened =
      this._style.repr &&
      !this._style.whole &&
      array.size > SUMMARISE_ABOVE &&
      length > 2 * EDGE_ITEMS;
    this._out += '[';
    for (let i = 0; i < length; i++) {
      this._out += i === 0 ? '' : ', ';
      if (this._isFull) {
        return;
      }
      if (isShortened && i === EDGE_ITEMS) {
        this._out += '..., ';
        i = length - EDGE_ITEMS;
      }
      this._axis(array, [...index, i]);
    }
    this._out += ']';
  }

  private _element(array: NDArray, index: readonly number[]): string {
    const value = array.at(index);
    return typeof value === 'number' && array.dtype.itemsize < 8
      ? this._scalar(shortest(value, array.dtype.itemsize))
      : this._scalar(value);
  }
}

/** The float64 with the fewest digits that is the same float32; five digits name any float16. */
function shortest(value: number, itemsize: number): number {
  if (!Number.isFinite(value)) {
    return value;
  }
  if (itemsize === 2) {
    return Number(value.toPrecision(5));
  }
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) {
      return short;
    }
  }
  return Number(value.toPrecision(9));
}

// Version 2: JSON as Python's decoder reads it, one pass over the bytes.
//
// An object with the key `__jsonclass__` is a call: its value unpacks into a name and arguments, and
// other keys beside it are ignored. Objects inside are made first. Numbers with neither fraction nor
// exponent are ints. `NaN`, `Infinity`, `-Infinity` are floats. The arguments of nparray, npscalar
// and bytes stay where they are in the document until their base64 is read into its array.
//
// Source: SiPyCo's PYON v2 as observed (docs/protocols/pyon.md); RFC 8259; the json module of Python.

import { PyDict, type PyValue } from '../../values/index.js';
import { type Argument, Decoded, decodeFast, expectedLength, LONG, Span } from './arrays.js';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_LIST,
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  MINUS,
  OPEN_BRACE,
  OPEN_LIST,
} from './ascii.js';
import { type Arguments, construct, type Tools, unhashable } from './construct.js';
import { counted, Misfit, misplaced, overLimit, unexpected } from './fail.js';
import { iterate } from './iterate.js';
import { intOf, smallInt } from './numbertext.js';
import type { Source } from './source.js';

const CLASS_KEY = '__jsonclass__';

/** Constructors whose str arguments are base64. */
const BINARY: ReadonlySet<PyValue> = new Set<PyValue>(['nparray', 'npscalar', 'bytes']);

/** 10^0 … 10^22: the powers that a float64 holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** The value of a whole document. @throws {ParseError, LimitError} */
export function readV2(source: Source, tools: Tools): PyValue {
  return new Reader(source, tools).document();
}

class Reader {
  private readonly _source: Source;
  private readonly _bytes: Uint8Array;
  private readonly _end: number;
  private readonly _tools: Tools;
  private readonly _nesting: number;
  private _at = 0;
  private _depth = 0;

  constructor(source: Source, tools: Tools) {
    this._source = source;
    this._bytes = source.bytes;
    this._end = source.bytes.length;
    this._tools = tools;
    this._nesting = tools.limits.nesting;
  }

  document(): PyValue {
    this._skipBlanks();
    const value = this._value();
    this._skipBlanks();
    if (this._at < this._end) {
      throw this._unexpected('the end of the text');
    }
    return value;
  }

  private _value(): PyValue {
    const byte = this._bytes[this._at];
    switch (byte) {
      case DOUBLE_QUOTE:
        this._at += 1;
        return this._string();
      case OPEN_BRACE:
        return this._object();
      case OPEN_LIST:
        return this._list();
      case 0x6e: // n
        return this._word('null', null);
      case 0x74: // t
        return this._word('true', true);
      case 0x66: // f
        return this._word('false', false);
      case 0x4e: // N
        return this._word('NaN', Number.NaN);
      case 0x49: // I
        return this._word('Infinity', Infinity);
      default:
        return this._number();
    }
  }

  private _word<T extends PyValue>(word: string, value: T): T {
    const bytes = this._bytes;
    const at = this._at;
    for (let i = 1; i < word.length; i += 1) {
      if (bytes[at + i] !== word.charCodeAt(i)) {
        throw this._unexpected('a value');
      }
    }
    this._at = at + word.length;
    return value;
  }

  // ---- Containers ---------------------------------------------------------------------------------

  private _list(): PyValue[] {
    this._enter();
    const items: PyValue[] = [];
    if (this._peek() === CLOSE_LIST) {
      this._leave();
      return items;
    }
    for (;;) {
      items.push(this._value());
      if (this._isLast(CLOSE_LIST, "',' or ']'")) {
        return items;
      }
    }
  }

  private _object(): PyValue {
    const start = this._at;
    this._enter();
    let dict: PyDict | null = null;
    /** What `__jsonclass__` holds: parts to call, or a value that is none. The last one counts. */
    let special: Call | null = null;
    if (this._peek() === CLOSE_BRACE) {
      this._leave();
      return new PyDict();
    }
    for (;;) {
      if (this._bytes[this._at] !== DOUBLE_QUOTE) {
        throw this._unexpected('a name in double quotes');
      }
      this._at += 1;
      const key = this._string();
      if (this._peek() !== COLON) {
        throw this._unexpected("':'");
      }
      this._at += 1;
      this._skipBlanks();
      if (key === CLASS_KEY) {
        special = this._call();
      } else {
        dict ??= new PyDict();
        dict.set(key, this._value());
      }
      if (this._isLast(CLOSE_BRACE, "',' or '}'")) {
        return special === null ? (dict ?? new PyDict()) : this._construct(special, start);
      }
    }
  }

  /** The value of `__jsonclass__`. The usual `[name, [args]]` comes apart without a list of its own. */
  private _call(): Call {
    if (this._bytes[this._at] !== OPEN_LIST) {
      return { parts: null, value: this._value() };
    }
    this._enter();
    const parts: (PyValue | Arguments)[] = [];
    if (this._peek() === CLOSE_LIST) {
      this._leave();
      return { parts, value: null };
    }
    for (;;) {
      const isArguments =
        parts.length === 1 &&
        BINARY.has(parts[0] as PyValue) &&
        this._bytes[this._at] === OPEN_LIST;
      parts.push(isArguments ? this._binaryArguments() : this._value());
      if (this._isLast(CLOSE_LIST, "',' or ']'")) {
        return { parts, value: null };
      }
    }
  }

  /** A list whose strings stay in the document where they can. */
  private _binaryArguments(): Arguments {
    this._enter();
    const args: Argument[] = [];
    if (this._peek() === CLOSE_LIST) {
      this._leave();
      return args;
    }
    for (;;) {
      const isString = this._bytes[this._at] === DOUBLE_QUOTE;
      const decoded = isString && args.length === 2 ? this._decoded(args[0], args[1]) : null;
      args.push(decoded ?? (isString ? this._span() : this._value()));
      if (this._isLast(CLOSE_LIST, "',' or ']'")) {
        return args;
      }
    }
  }

  /**
   * The data of an array of known shape and dtype: where exactly its base64 stands between two quotes,
   * it is decoded without looking for the end first. Null for anything else; then nothing has moved.
   */
  private _decoded(shape: Argument | undefined, dtype: Argument | undefined): Decoded | null {
    const start = this._at + 1;
    const length = expectedLength(shape, dtype);
    const end = start + length;
    if (length < LONG || this._bytes[end] !== DOUBLE_QUOTE) {
      return null;
    }
    const bytes = decodeFast(this._bytes.subarray(start, end), this._tools.base64);
    if (bytes === null) {
      return null;
    }
    this._at = end + 1;
    return new Decoded(bytes);
  }

  private _construct(special: Call, start: number): PyValue {
    try {
      const parts = special.parts ?? iterate(special.value);
      if (parts.length !== 2) {
        const found = counted(parts.length, 'part');
        throw new Misfit(`${CLASS_KEY} has ${found}`, 'a name and arguments', found);
      }
      const [name, args] = parts as [PyValue, PyValue | Arguments];
      return construct(name, isArguments(args) ? args : iterate(args), this._tools);
    } catch (error) {
      throw this._placed(error, start);
    }
  }

  private _placed(error: unknown, start: number): unknown {
    const misfit = error instanceof Misfit ? error : unhashable(error);
    return misfit === null ? error : misplaced(misfit, this._source.position(start));
  }

  /** Into a bracket: past it, and past the blanks behind it. */
  private _enter(): void {
    this._depth += 1;
    if (this._depth > this._nesting) {
      throw overLimit(
        'nesting',
        this._depth,
        this._nesting,
        'brackets',
        `brackets are nested ${this._depth} deep at position ${this._source.position(this._at)}`,
      );
    }
    this._at += 1;
    this._skipBlanks();
  }

  private _leave(): void {
    this._depth -= 1;
    this._at += 1;
  }

  /** After an item: past the comma (false), or past the closing bracket (true). */
  private _isLast(close: number, expected: string): boolean {
    const byte = this._peek();
    if (byte === COMMA) {
      this._at += 1;
      this._skipBlanks();
      return false;
    }
    if (byte !== close) {
      throw this._unexpected(expected);
    }
    this._leave();
    return true;
  }

  private _skipBlanks(): void {
    const bytes = this._bytes;
    let at = this._at;
    let byte = bytes[at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      at += 1;
      byte = bytes[at];
    }
    this._at = at;
  }

  /** The next byte that is no blank, without passing it. */
  private _peek(): number | undefined {
    const byte = this._bytes[this._at];
    if (byte !== undefined && byte > 0x20) {
      return byte;
    }
    this._skipBlanks();
    return this._bytes[this._at];
  }

  // ---- Strings ------------------------------------------------------------------------------------

  /** From behind the opening quote to behind the closing one. */
  private _string(): string {
    const bytes = this._bytes;
    const start = this._at;
    let at = start;
    let seen = 0;
    for (;;) {
      const byte = bytes[at];
      if (byte === DOUBLE_QUOTE) {
        this._at = at + 1;
        return seen < 0x80 ? this._source.ascii(start, at) : this._source.text(start, at);
      }
      if (byte === BACKSLASH) {
        return this._escaped(start, at);
      }
      if (byte === undefined || byte < 0x20) {
        throw this._badString(start, at);
      }
      seen |= byte;
      at += 1;
    }
  }

  /** The rest of a string from its first backslash on. */
  private _escaped(start: number, backslash: number): string {
    const bytes = this._bytes;
    let text = this._source.text(start, backslash);
    let at = backslash;
    for (;;) {
      let byte = bytes[at];
      if (byte === DOUBLE_QUOTE) {
        this._at = at + 1;
        return text;
      }
      if (byte === BACKSLASH) {
        this._at = at;
        text += this._escape();
        at = this._at;
        continue;
      }
      const from = at;
      let seen = 0;
      while (byte !== DOUBLE_QUOTE && byte !== BACKSLASH) {
        if (byte === undefined || byte < 0x20) {
          throw this._badString(start, at);
        }
        seen |= byte;
        at += 1;
        byte = bytes[at];
      }
      text += seen < 0x80 ? this._source.ascii(from, at) : this._source.text(from, at);
    }
  }

  private _escape(): string {
    const bytes = this._bytes;
    const code = bytes[this._at + 1];
    if (code === 0x75) {
      return this._unicodeEscape();
    }
    const char = code === undefined ? undefined : ESCAPES.get(code);
    if (char === undefined) {
      throw unexpected(
        this._source.position(this._at),
        'an escape of JSON',
        `${this._source.found(this._at)} and ${this._source.found(this._at + 1)}`,
      );
    }
    this._at += 2;
    return char;
  }

  /** `\uXXXX`. Halves of a pair join by themselves, as they lie side by side in the string. */
  private _unicodeEscape(): string {
    let unit = 0;
    for (let i = 2; i < 6; i += 1) {
      const digit = hexValue(this._bytes[this._at + i]);
      if (digit < 0) {
        const at = this._at + i;
        throw unexpected(
          this._source.position(at),
          "four hexadecimal digits after '\\u'",
          this._source.found(at),
        );
      }
      unit = unit * 16 + digit;
    }
    this._at += 6;
    return String.fromCharCode(unit);
  }

  private _badString(start: number, at: number): unknown {
    const bytes = this._bytes;
    if (at >= this._end) {
      return unexpected(
        this._source.position(at),
        `'"'`,
        'the end of the text',
        `the string begins at position ${this._source.position(start - 1)}`,
      );
    }
    const code = (bytes[at] ?? 0).toString(16).padStart(4, '0');
    return unexpected(
      this._source.position(at),
      `no control character in a string`,
      `U+${code}`,
      `write it as \\u${code}`,
    );
  }

  /** A string without escapes as it lies there; with them, as the str it is. */
  private _span(): Argument {
    const bytes = this._bytes;
    const start = this._at + 1;
    let close = start;
    let byte = bytes[close];
    while (byte !== DOUBLE_QUOTE && byte !== BACKSLASH && byte !== undefined) {
      close += 1;
      byte = bytes[close];
    }
    if (byte !== DOUBLE_QUOTE) {
      this._at = start;
      return this._string();
    }
    this._at = close + 1;
    return new Span(bytes.subarray(start, close), () => {
      const end = this._at;
      this._at = start;
      const text = this._string();
      this._at = end;
      return text;
    });
  }

  // ---- Numbers ------------------------------------------------------------------------------------

  private _number(): number | bigint {
    const bytes = this._bytes;
    const start = this._at;
    let at = start;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) {
      at += 1;
      if (bytes[at] === 0x49) {
        this._at = at;
        return this._word('Infinity', -Infinity);
      }
    }
    let mantissa = 0;
    let byte = bytes[at];
    if (byte === 0x30) {
      at += 1;
      byte = bytes[at];
    } else {
      const first = at;
      while (byte !== undefined && byte >= 0x30 && byte <= 0x39) {
        mantissa = mantissa * 10 + (byte - 0x30);
        at += 1;
        byte = bytes[at];
      }
      if (at === first) {
        throw this._unexpected('a value');
      }
    }
    let scale = 0;
    let isFloat = false;
    if (byte === 0x2e) {
      const first = at + 1;
      let end = first;
      byte = bytes[end];
      while (byte !== undefined && byte >= 0x30 && byte <= 0x39) {
        mantissa = mantissa * 10 + (byte - 0x30);
        end += 1;
        byte = bytes[end];
      }
      if (end > first) {
        // A point without digits ends the number before it, and is then extra data.
        at = end;
        scale = first - end;
        isFloat = true;
      } else {
        byte = 0x2e;
      }
    }
    if (byte === 0x65 || byte === 0x45) {
      const end = this._exponentEnd(at);
      if (end > at) {
        this._at = end;
        return Number(this._source.ascii(start, end));
      }
    }
    this._at = at;
    if (!isFloat) {
      return this._int(start, at, isNegative ? -mantissa : mantissa);
    }
    if (mantissa <= Number.MAX_SAFE_INTEGER && scale >= -22) {
      // Both numbers are exact, so the one division rounds as the decimal text would. 2^53 itself may
      // stand for digits that were rounded on the way.
      const value = mantissa / POWERS[-scale]!;
      return isNegative ? -value : value;
    }
    return Number(this._source.ascii(start, at));
  }

  /** Behind an exponent that begins at `at`; `at` where there are no digits. */
  private _exponentEnd(at: number): number {
    const bytes = this._bytes;
    let end = at + 1;
    if (bytes[end] === 0x2b || bytes[end] === MINUS) {
      end += 1;
    }
    const first = end;
    for (let byte = bytes[end]; byte !== undefined && byte >= 0x30 && byte <= 0x39; ) {
      end += 1;
      byte = bytes[end];
    }
    return end > first ? end : at;
  }

  private _int(start: number, end: number, value: number): bigint {
    if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) {
      return smallInt(value);
    }
    const isNegative = this._bytes[start] === MINUS;
    const digits = this._source.ascii(isNegative ? start + 1 : start, end);
    const int = intOf(digits, this._tools.limits.intDigits);
    return isNegative ? -int : int;
  }

  // ---- Errors -------------------------------------------------------------------------------------

  private _unexpected(expected: string) {
    const { _source: source, _at: at } = this;
    return unexpected(source.position(at), expected, source.found(at));
  }
}

/** What stands behind `__jsonclass__`: the items of a list, or another value to unpack. */
type Call =
  | { readonly parts: readonly (PyValue | Arguments)[]; readonly value: null }
  | { readonly parts: null; readonly value: PyValue };

function isArguments(args: PyValue | Arguments): args is Arguments {
  return Array.isArray(args);
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [DOUBLE_QUOTE, '"'],
  [BACKSLASH, '\\'],
  [0x2f, '/'],
  [0x62, '\b'],
  [0x66, '\f'],
  [0x6e, '\n'],
  [0x72, '\r'],
  [0x74, '\t'],
]);

/** Value of a hexadecimal digit, -1 for anything else. */
export function hexValue(byte: number | undefined): number {
  if (byte === undefined) {
    return -1;
  }
  if (byte >= 0x30 && byte <= 0x39) {
    return byte - 0x30;
  }
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

// Version 1: Python literals, as SiPyCo writes them and as people type them.
//
// SiPyCo evaluates the text; this reader evaluates nothing. It takes literals of every spelling,
// signs, `a+bj`, the names null true false inf nan (and None True False), and calls of slice,
// Fraction, OrderedDict, nparray, npscalar with values as arguments. All other Python is refused with
// a word that says so.
//
// Source: the Python language reference, "Lexical analysis"; SiPyCo 1.9 as observed.

import { Complex, PyDict, PySet, type PyValue, Tuple } from '../../values/index.js';
import { LONG, Span } from './arrays.js';
import {
  CLOSE_BRACE,
  CLOSE_LIST,
  CLOSE_PAREN,
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  EQUALS,
  HASH,
  MINUS,
  OPEN_BRACE,
  OPEN_LIST,
  OPEN_PAREN,
  PLUS,
  SINGLE_QUOTE,
} from './ascii.js';
import { call, isCallable, type Tools, unhashable } from './construct.js';
import { CODE_WORDS, Cursor, HINT, isNewline } from './cursor.js';
import { Misfit, misplaced, overLimit, unexpected } from './fail.js';
import { LiteralReader } from './literal.js';
import type { Source } from './source.js';

/** Names of values. Keywords count only in plain ASCII, as in Python. */
const NAMES: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['inf', Infinity],
  ['nan', Number.NaN],
]);
const KEYWORD_VALUES: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['None', null],
  ['True', true],
  ['False', false],
]);

/** Prefixes of strings, in lower case. */
const PREFIXES: ReadonlySet<string> = new Set(['r', 'u', 'b', 'br', 'rb', 'f', 'fr', 'rf']);

/** The value of a whole text. @throws {ParseError, LimitError} */
export function readV1(source: Source, tools: Tools): PyValue {
  return new Reader(source, tools, null).document();
}

/** As `readV1`, where NUL stands for the next of `values`: Python itself forbids NUL. */
export function readTemplate(source: Source, tools: Tools, values: readonly PyValue[]): PyValue {
  return new Reader(source, tools, values).document();
}

class Reader extends Cursor {
  private readonly _tools: Tools;
  private readonly _literals: LiteralReader;
  private readonly _values: readonly PyValue[] | null;
  private _valuesTaken = 0;

  constructor(source: Source, tools: Tools, values: readonly PyValue[] | null) {
    super(source);
    this._tools = tools;
    this._values = values;
    this._literals = new LiteralReader(source, tools.limits);
  }

  document(): PyValue {
    this._checkCharacters();
    this._toFirstLine();
    const first = this._expression();
    const value = this._byteAfterBlanks() === COMMA ? this._bareTuple(first) : first;
    this._toEnd();
    return value;
  }

  private _checkCharacters(): void {
    const nul = this._bytes.indexOf(0);
    if (nul >= 0 && this._values === null) {
      throw this._unexpectedAt(nul, 'no NUL character', 'U+0000');
    }
    if (this._source.hasLoneSurrogate) {
      throw this._unexpectedAt(0, 'whole characters', 'half of a surrogate pair');
    }
  }

  /** `1, 2` without brackets is a tuple. */
  private _bareTuple(first: PyValue): Tuple {
    const items = [first];
    while (this._byteAfterBlanks() === COMMA) {
      this._at += 1;
      const byte = this._byteAfterBlanks();
      if (byte === undefined || isNewline(byte) || byte === HASH) {
        break;
      }
      items.push(this._expression());
    }
    return new Tuple(items);
  }

  // ---- Values -------------------------------------------------------------------------------------

  /** A value, or two numbers that make a complex one. */
  private _expression(): PyValue {
    const value = this._signed();
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      return value;
    }
    const sign = this._byteAfterBlanks();
    if (sign !== PLUS && sign !== MINUS) {
      return value;
    }
    const operator = this._at;
    this._at += 1;
    const byte = this._byteAfterBlanks();
    const imaginary = isNumberStart(byte, this._bytes[this._at + 1]) ? this._number() : null;
    if (!(imaginary instanceof Complex)) {
      const found = sign === PLUS ? "'+'" : "'-'";
      throw unexpected(this._source.position(operator), 'no operator', found, HINT);
    }
    // As Python adds them: the zero behind the real part takes part.
    return sign === PLUS
      ? new Complex(this._float(value, operator), 0 + imaginary.im)
      : new Complex(this._float(value, operator) - 0, 0 - imaginary.im);
  }

  /** Python's `a + bj` makes a float of `a`. */
  private _float(value: number | bigint, at: number): number {
    const float = Number(value) + 0;
    if (typeof value === 'bigint' && !Number.isFinite(float)) {
      throw this._unexpectedAt(at, 'an int that a float can hold', 'a larger one');
    }
    return typeof value === 'bigint' ? float : value;
  }

  private _signed(): PyValue {
    const sign = this._byteAfterBlanks();
    if (sign !== PLUS && sign !== MINUS) {
      return this._atom();
    }
    const start = this._at;
    this._at += 1;
    const byte = this._byteAfterBlanks();
    let value: PyValue = null;
    if (isNumberStart(byte, this._bytes[this._at + 1])) {
      value = this._number();
    } else if (isNameStart(byte)) {
      const name = this._name();
      value = name === 'inf' || name === 'nan' ? (NAMES.get(name) as PyValue) : null;
    }
    if (typeof value === 'number' || typeof value === 'bigint') {
      return sign === MINUS ? -value : value;
    }
    if (value instanceof Complex) {
      return sign === MINUS ? new Complex(-value.re, -value.im) : value;
    }
    this._at = start;
    throw this._unexpectedHere('a number behind the sign, no operator');
  }

  private _atom(): PyValue {
    const byte = this._bytes[this._at];
    switch (byte) {
      case OPEN_PAREN:
        return this._paren();
      case OPEN_LIST:
        return this._list();
      case OPEN_BRACE:
        return this._brace();
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE:
        return this._strings('');
      case 0:
        return this._interpolation();
    }
    if (isNumberStart(byte, this._bytes[this._at + 1])) {
      return this._number();
    }
    if (isNameStart(byte)) {
      return this._word();
    }
    throw this._unexpectedHere('a value');
  }

  private _interpolation(): PyValue {
    const value = this._values?.[this._valuesTaken];
    if (value === undefined) {
      throw this._unexpectedHere('a value');
    }
    this._valuesTaken += 1;
    this._at += 1;
    return value;
  }

  private _number(): number | bigint | Complex {
    const value = this._literals.number(this._at);
    this._at = this._literals.end;
    return value;
  }

  /** A name's value, a call, or the prefix of a string. */
  private _word(): PyValue {
    const start = this._at;
    const name = this._name();
    const next = this._bytes[this._at];
    if ((next === DOUBLE_QUOTE || next === SINGLE_QUOTE) && PREFIXES.has(name.toLowerCase())) {
      return this._strings(name.toLowerCase());
    }
    // An ASCII name has as many bytes as characters; only those can be keywords.
    const isPlain = this._at - start === name.length;
    const value = NAMES.has(name) || !isPlain ? NAMES.get(name) : KEYWORD_VALUES.get(name);
    if (value !== undefined) {
      return value;
    }
    if (isCallable(name)) {
      if (this._byteAfterBlanks() === OPEN_PAREN) {
        return this._call(name, start);
      }
      this._at = start;
      throw this._unexpectedHere(`arguments behind ${name}`, `${name} itself is no value`);
    }
    this._at = start;
    throw this._unexpectedHere('a value', CODE_WORDS.has(name) ? HINT : NAMES_HINT);
  }

  /** An identifier in Python's normal form. */
  private _name(): string {
    const bytes = this._bytes;
    const start = this._at;
    let at = start;
    let isAscii = true;
    for (let byte = bytes[at]; isNamePart(byte); byte = bytes[at]) {
      isAscii = isAscii && byte < 0x80;
      at += 1;
    }
    this._at = at;
    if (isAscii) {
      return this._source.ascii(start, at);
    }
    const name = this._source.text(start, at).normalize('NFKC');
    if (!/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name)) {
      this._at = start;
      throw this._unexpectedHere('a value');
    }
    return name;
  }

  /** One string literal, or several that stand side by side and are one. */
  private _strings(prefix: string): PyValue {
    const start = this._at;
    if (prefix.includes('f')) {
      this._at = start - prefix.length;
      throw this._unexpectedHere('a string without code in it', HINT);
    }
    let value = this._literals.string(start, prefix);
    this._at = this._literals.end;
    for (;;) {
      const before = this._at;
      const next = this._literalStart();
      const part = this._stringBehind();
      if (part === null) {
        this._at = before;
        return value;
      }
      if (typeof part === 'string' && typeof value === 'string') {
        value += part;
      } else if (part instanceof Uint8Array && value instanceof Uint8Array) {
        value = joined(value, part);
      } else {
        this._at = next;
        throw this._unexpectedHere('strings of one kind side by side');
      }
    }
  }

  private _literalStart(): number {
    this._byteAfterBlanks();
    return this._at;
  }

  private _stringBehind(): string | Uint8Array | null {
    const byte = this._byteAfterBlanks();
    let prefix = '';
    if (isNameStart(byte)) {
      prefix = this._name().toLowerCase();
      if (!PREFIXES.has(prefix)) {
        return null;
      }
    }
    const quote = this._bytes[this._at];
    if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) {
      return null;
    }
    if (prefix.includes('f')) {
      this._at -= prefix.length;
      throw this._unexpectedHere('a string without code in it', HINT);
    }
    const value = this._literals.string(this._at, prefix);
    this._at = this._literals.end;
    return value;
  }

  // ---- Brackets -----------------------------------------------------------------------------------

  private _paren(): PyValue {
    this._enter();
    const items: PyValue[] = [];
    let isTuple = true;
    while (!this._isClosed(CLOSE_PAREN)) {
      items.push(this._expression());
      isTuple = this._comma(CLOSE_PAREN, "',' or ')'");
      if (!isTuple) {
        break;
      }
    }
    this._leave(CLOSE_PAREN, "',' or ')'");
    return items.length === 1 && !isTuple ? (items[0] as PyValue) : new Tuple(items);
  }

  private _list(): PyValue[] {
    this._enter();
    const items: PyValue[] = [];
    while (!this._isClosed(CLOSE_LIST)) {
      items.push(this._expression());
      if (!this._comma(CLOSE_LIST, "',' or ']'")) {
        break;
      }
    }
    this._leave(CLOSE_LIST, "',' or ']'");
    return items;
  }

  /** A dict, or a set; empty braces are a dict. */
  private _brace(): PyValue {
    this._enter();
    if (this._isClosed(CLOSE_BRACE)) {
      this._leave(CLOSE_BRACE, "'}'");
      return new PyDict();
    }
    const start = this._at;
    const first = this._expression();
    if (this._byteAfterBlanks() === COLON) {
      return this._dict(first, start);
    }
    const set = new PySet();
    this._keyed(start, () => set.add(first));
    while (this._comma(CLOSE_BRACE, "',' or '}'") && !this._isClosed(CLOSE_BRACE)) {
      const at = this._at;
      const member = this._expression();
      this._keyed(at, () => set.add(member));
    }
    this._leave(CLOSE_BRACE, "',' or '}'");
    return set;
  }

  private _dict(firstKey: PyValue, firstStart: number): PyDict {
    const dict = new PyDict();
    let key = firstKey;
    let start = firstStart;
    for (;;) {
      if (this._byteAfterBlanks() !== COLON) {
        throw this._unexpectedHere("':'");
      }
      this._at += 1;
      const value = this._expression();
      if (typeof key === 'string') {
        dict.set(key, value);
      } else {
        this._set(dict, key, value, start);
      }
      if (!this._comma(CLOSE_BRACE, "',' or '}'") || this._isClosed(CLOSE_BRACE)) {
        this._leave(CLOSE_BRACE, "',' or '}'");
        return dict;
      }
      start = this._at;
      key = this._expression();
    }
  }

  private _set(dict: PyDict, key: PyValue, value: PyValue, start: number): void {
    this._keyed(start, () => dict.set(key, value));
  }

  private _keyed(start: number, act: () => void): void {
    try {
      act();
    } catch (error) {
      throw this._placed(error, start);
    }
  }

  private _call(name: string, start: number): PyValue {
    this._enter();
    const args: (PyValue | Span)[] = [];
    const keywords: [string, PyValue | Span][] = [];
    while (!this._isClosed(CLOSE_PAREN)) {
      const keyword = this._keyword();
      const value = this._argument(name);
      if (keyword !== null) {
        if (keywords.some(([other]) => other === keyword)) {
          throw this._unexpectedHere(`one ${keyword}=`);
        }
        keywords.push([keyword, value]);
      } else if (keywords.length > 0) {
        throw this._unexpectedHere('positional arguments before keywords');
      } else {
        args.push(value);
      }
      if (!this._comma(CLOSE_PAREN, "',' or ')'")) {
        break;
      }
    }
    this._leave(CLOSE_PAREN, "',' or ')'");
    try {
      return call(name, args, keywords, this._tools);
    } catch (error) {
      throw this._placed(error, start);
    }
  }

  /** `name=` before an argument. */
  private _keyword(): string | null {
    const start = this._at;
    if (isNameStart(this._byteAfterBlanks())) {
      const name = this._name();
      if (this._byteAfterBlanks() === EQUALS && this._bytes[this._at + 1] !== EQUALS) {
        this._at += 1;
        return name;
      }
    }
    this._at = start;
    return null;
  }

  /** A value; a long string without escapes stays in the document, if it is base64 for an array. */
  private _argument(name: string): PyValue | Span {
    const start = this._at;
    const first = this._byteAfterBlanks();
    if (name === 'nparray' || name === 'npscalar') {
      const at = first === 0x62 ? this._at + 1 : this._at;
      const span = this._literals.span(at, LONG);
      if (span !== null) {
        const read = () => {
          const end = this._at;
          this._at = start;
          const value = this._expression();
          this._at = end;
          return value;
        };
        this._at = this._literals.end;
        const next = this._byteAfterBlanks();
        if (next === COMMA || next === CLOSE_PAREN) {
          return new Span(span, read);
        }
        this._at = start;
      }
    }
    return this._expression();
  }

  private _placed(error: unknown, start: number): unknown {
    const misfit = error instanceof Misfit ? error : unhashable(error);
    return misfit === null ? error : misplaced(misfit, this._source.position(start));
  }

  private _enter(): void {
    this._depth += 1;
    const { nestingV1 } = this._tools.limits;
    if (this._depth > nestingV1) {
      throw overLimit(
        'nestingV1',
        this._depth,
        nestingV1,
        'brackets',
        `brackets are nested ${this._depth} deep at position ${this._source.position(this._at)}`,
      );
    }
    this._at += 1;
  }

  private _leave(close: number, expected: string): void {
    if (this._byteAfterBlanks() !== close) {
      throw this._unexpectedHere(expected);
    }
    this._depth -= 1;
    this._at += 1;
  }

  private _isClosed(close: number): boolean {
    return this._byteAfterBlanks() === close;
  }

  /** Past a comma, if there is one; anything else but `close` is an error. */
  private _comma(close: number, expected: string): boolean {
    const byte = this._byteAfterBlanks();
    if (byte === COMMA) {
      this._at += 1;
      return true;
    }
    if (byte !== close) {
      throw this._unexpectedHere(expected);
    }
    return false;
  }
}

const NAMES_HINT =
  'names are null, true, false, inf, nan, slice, Fraction, OrderedDict, nparray, npscalar';

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** A digit, or a point before one. */
function isNumberStart(byte: number | undefined, next: number | undefined): boolean {
  return isDigit(byte) || (byte === 0x2e && isDigit(next));
}

function isNameStart(byte: number | undefined): byte is number {
  return isNamePart(byte) && !isDigit(byte);
}

function isNamePart(byte: number | undefined): byte is number {
  if (byte === undefined) {
    return false;
  }
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f || isDigit(byte) || byte >= 0x80;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

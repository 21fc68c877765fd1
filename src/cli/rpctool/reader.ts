// Typed text becomes an expression: Python's grammar as far as `sipyco_rpctool` users need it.
//
// Literals, lists, tuples, dicts, sets, names, calls by name, `np.` names, signs and arithmetic. All
// other Python is refused by its name, at its place: a comprehension, an attribute, a lambda. Nothing
// is evaluated here but literals.
//
// Source: the Python language reference, "Expressions".

import { LiteralReader, PYON_LIMITS, Source } from '../../protocols/pyon/index.js';
import { LimitError, ParseError, type PyValue } from '../../values/index.js';
import { boundedInt } from './arithmetic.js';
import {
  type BinaryOperator,
  EXPRESSION_LIMITS,
  type Expression,
  type Operation,
  type SequenceKind,
} from './expression.js';
import { dict, literal, sequence } from './known.js';
import { constructBehind, constructWord, HINT, OPERATOR_REFUSALS } from './refusals.js';

/** The expression of a whole text. @throws {ParseError, LimitError} */
export function readExpression(text: string): Expression {
  const { textLength } = EXPRESSION_LIMITS;
  if (text.length > textLength) {
    throw new LimitError(
      `an expression of ${text.length} characters, textLength allows ${textLength}`,
      { limit: 'textLength', value: text.length, maximum: textLength, unit: 'characters' },
    );
  }
  return new Reader(text).whole();
}

const KEYWORD_VALUES: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['None', null],
  ['True', true],
  ['False', false],
]);

/** Prefixes of strings, in lower case. */
const PREFIXES: ReadonlySet<string> = new Set(['r', 'u', 'b', 'br', 'rb', 'f', 'fr', 'rf']);

class Reader {
  private readonly _source: Source;
  private readonly _literals: LiteralReader;
  /** The text as bytes; places inside the reader are offsets here. */
  private readonly _bytes: Uint8Array;
  private _at = 0;
  /** Brackets around this place: inside them new lines are blanks. */
  private _brackets = 0;
  private _nesting = 0;

  constructor(text: string) {
    this._source = new Source(text, PYON_LIMITS);
    this._bytes = this._source.bytes;
    this._literals = new LiteralReader(this._source, PYON_LIMITS);
  }

  whole(): Expression {
    const nul = this._bytes.indexOf(0);
    if (nul >= 0) {
      throw this._unexpected(nul, 'no NUL character');
    }
    if (this._source.hasLoneSurrogate) {
      throw this._unexpected(0, 'whole characters', 'half of a surrogate pair');
    }
    this._brackets += 1; // comments and empty lines before it are blanks
    const at = this._here();
    this._brackets -= 1;
    const first = this._expression();
    const value = this._next() === ',' ? this._bareTuple(first, at) : first;
    this._toEnd();
    return value;
  }

  /** `1, 2` without brackets is a tuple. */
  private _bareTuple(first: Expression, at: number): Expression {
    const items = [first];
    while (this._take(',')) {
      if (this._isEnd()) {
        break;
      }
      items.push(this._expression());
    }
    return sequence('tuple', items, at);
  }

  private _isEnd(): boolean {
    const next = this._next();
    return next === '' || next === '#' || next === '\n' || next === '\r';
  }

  /** Behind the expression there may be a comment and empty lines. */
  private _toEnd(): void {
    this._brackets += 1; // new lines and comments are blanks now
    if (this._next() !== '') {
      throw this._unexpected(this._at, 'the end of the expression');
    }
  }

  // ---- Operators ----------------------------------------------------------------------------------

  /** One expression; Python that may follow it, and is not for us, is refused. */
  private _expression(): Expression {
    const value = this._sum();
    this._refuseBehind();
    return value;
  }

  private _sum(): Expression {
    return this._operations(['+', '-'], () => this._term());
  }

  private _term(): Expression {
    return this._operations(['*', '/', '//', '%'], () => this._factor());
  }

  private _operations(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    const first = operand();
    const rest: Operation[] = [];
    for (;;) {
      const operator = this._operator();
      if (operator === null || !operators.includes(operator)) {
        return rest.length === 0 ? first : { type: 'operation', first, rest, at: first.at };
      }
      const at = this._here();
      this._at += operator.length;
      if (this._bytes[this._at] === 0x3d) {
        throw this._refused(this._at - operator.length, 'an assignment');
      }
      rest.push({ operator, at, operand: operand() });
    }
  }

  /** The operator that stands here, if it is one of arithmetic. */
  private _operator(): BinaryOperator | null {
    const one = this._next();
    const two = one + this._character(this._at + 1);
    if (two === '**' || two === '//') {
      return two;
    }
    return one === '+' || one === '-' || one === '*' || one === '/' || one === '%' ? one : null;
  }

  private _factor(): Expression {
    const sign = this._next();
    if (sign !== '+' && sign !== '-') {
      return this._power();
    }
    const at = this._here();
    this._at += 1;
    const operand = this._inside(() => this._factor());
    return { type: 'sign', sign, operand, at };
  }

  /** `**` binds tighter than a sign on its left, and less on its right. */
  private _power(): Expression {
    const first = this._primary();
    if (this._operator() !== '**') {
      return first;
    }
    const at = this._here();
    this._at += 2;
    if (this._bytes[this._at] === 0x3d) {
      throw this._refused(this._at - 2, 'an assignment');
    }
    const operand = this._inside(() => this._factor());
    return { type: 'operation', first, rest: [{ operator: '**', at, operand }], at: first.at };
  }

  /** A value, and what Python would do with it: call, pick, look inside. */
  private _primary(): Expression {
    const value = this._atom();
    const next = this._next();
    const behind = next === '(' ? 'a call of what has no name' : constructBehind(next);
    if (behind !== null) {
      throw this._refused(this._at, behind);
    }
    return value;
  }

  /** What may follow an expression in Python, and is no arithmetic. */
  private _refuseBehind(): void {
    const next = this._next();
    if (isNameStart(this._bytes[this._at])) {
      const at = this._at;
      const word = this._name();
      this._at = at;
      const construct = constructBehind(word);
      if (construct !== null) {
        throw this._refused(at, construct);
      }
      return;
    }
    for (const [operator, construct] of OPERATOR_REFUSALS) {
      if (next === operator[0] && this._startsWith(operator)) {
        throw this._refused(this._at, construct);
      }
    }
  }

  // ---- Values -------------------------------------------------------------------------------------

  private _atom(): Expression {
    const next = this._next();
    const at = this._here();
    switch (next) {
      case '(':
        return this._paren(at);
      case '[':
        return this._items('list', ']', at);
      case '{':
        return this._brace(at);
      case '"':
      case "'":
        return literal(this._strings(''), at);
      case '*':
        throw this._refused(this._at, 'unpacking');
      case '~':
        throw this._refused(this._at, 'a bitwise operator');
    }
    const byte = this._bytes[this._at];
    if (isDigit(byte) || (next === '.' && isDigit(this._bytes[this._at + 1]))) {
      const value = this._literals.number(this._at);
      this._at = this._literals.end;
      return literal(typeof value === 'bigint' ? boundedInt(value) : value, at);
    }
    if (isNameStart(byte)) {
      return this._word(at);
    }
    if (this._startsWith('...')) {
      throw this._refused(this._at, 'an Ellipsis');
    }
    throw this._unexpected(this._at, 'a value');
  }

  /** A name, a call, or the prefix of a string. */
  private _word(at: number): Expression {
    const start = this._at;
    const name = this._name();
    const next = this._character(this._at);
    if ((next === '"' || next === "'") && PREFIXES.has(name.toLowerCase())) {
      return literal(this._strings(name.toLowerCase()), at);
    }
    const keyword = KEYWORD_VALUES.get(name);
    if (keyword !== undefined && this._at - start === name.length) {
      return literal(keyword, at); // keywords count in plain ASCII only
    }
    const construct = constructWord(name);
    if (construct !== null) {
      throw this._refused(start, construct);
    }
    const full = name === 'np' ? this._numpyName(start) : name;
    return this._next() === '(' ? this._call(full, at) : { type: 'name', name: full, at };
  }

  /** `np.` and a name; there is nothing to be had of `np` itself. */
  private _numpyName(start: number): string {
    if (this._next() !== '.') {
      throw this._unexpected(start, 'a name of numpy, such as np.arange', "'np' alone");
    }
    this._at += 1;
    if (!isNameStart(this._byteAfterBlanks())) {
      throw this._unexpected(this._at, "a name behind 'np.'");
    }
    return `np.${this._name()}`;
  }

  /** An identifier in Python's normal form. */
  private _name(): string {
    const start = this._at;
    let at = start;
    while (isNamePart(this._bytes[at])) {
      at += 1;
    }
    this._at = at;
    const name = this._source.text(start, at).normalize('NFKC');
    if (!/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name)) {
      this._at = start;
      throw this._unexpected(start, 'a value');
    }
    return name;
  }

  /** One string literal, or several that stand side by side and are one. */
  private _strings(firstPrefix: string): string | Uint8Array {
    let prefix = firstPrefix;
    const parts: (string | Uint8Array)[] = [];
    for (;;) {
      const start = this._at;
      if (prefix.includes('f')) {
        throw this._refused(start - prefix.length, 'an f-string');
      }
      const part = this._literals.string(start, prefix);
      this._at = this._literals.end;
      if (parts.length > 0 && typeof part !== typeof parts[0]) {
        throw this._unexpected(start, 'strings of one kind side by side');
      }
      parts.push(part);
      const following = this._prefixBehind();
      if (following === null) {
        return parts.length === 1 ? part : joined(parts);
      }
      prefix = following;
    }
  }

  /** The prefix of a string that follows, with its quote next; null, and nothing read, without one. */
  private _prefixBehind(): string | null {
    const before = this._at;
    let prefix = '';
    if (isNameStart(this._byteAfterBlanks())) {
      prefix = this._name().toLowerCase();
    }
    const quote = this._character(this._at);
    if ((quote === '"' || quote === "'") && (prefix === '' || PREFIXES.has(prefix))) {
      return prefix;
    }
    this._at = before;
    return null;
  }

  // ---- Brackets -----------------------------------------------------------------------------------

  private _paren(at: number): Expression {
    return this._bracketed(')', () => {
      const items: Expression[] = [];
      while (this._next() !== ')') {
        items.push(this._expression());
        if (!this._take(',')) {
          return items.length === 1 ? items[0]! : sequence('tuple', items, at);
        }
      }
      return sequence('tuple', items, at);
    });
  }

  private _items(kind: SequenceKind, close: string, at: number): Expression {
    return this._bracketed(close, () => sequence(kind, this._itemsUntil(close), at));
  }

  private _itemsUntil(close: string): Expression[] {
    const items: Expression[] = [];
    while (this._next() !== close) {
      items.push(this._expression());
      if (!this._take(',')) {
        break;
      }
    }
    return items;
  }

  /** A dict, or a set; empty braces are a dict. */
  private _brace(at: number): Expression {
    return this._bracketed('}', () => {
      const entries: [Expression, Expression][] = [];
      while (this._next() !== '}') {
        const key = this._expression();
        if (entries.length === 0 && this._next() !== ':') {
          const others = this._take(',') ? this._itemsUntil('}') : [];
          return sequence('set', [key, ...others], at);
        }
        if (!this._take(':')) {
          throw this._unexpected(this._at, "':'");
        }
        entries.push([key, this._expression()]);
        if (!this._take(',')) {
          break;
        }
      }
      return dict(entries, at);
    });
  }

  private _call(name: string, at: number): Expression {
    return this._bracketed(')', () => {
      const args: Expression[] = [];
      const keywords: [string, Expression][] = [];
      while (this._next() !== ')') {
        const start = this._at;
        const keyword = this._keyword();
        const value = this._expression();
        if (keyword === null && keywords.length > 0) {
          throw this._unexpected(start, 'positional arguments before keywords');
        }
        if (keyword === null) {
          args.push(value);
        } else if (keywords.some(([other]) => other === keyword)) {
          throw this._unexpected(start, `one ${keyword}=`, 'another one');
        } else {
          keywords.push([keyword, value]);
        }
        if (!this._take(',')) {
          break;
        }
      }
      return { type: 'call', name, args, keywords, at };
    });
  }

  /** `name=` before an argument. */
  private _keyword(): string | null {
    const start = this._at;
    if (isNameStart(this._byteAfterBlanks())) {
      const name = this._name();
      if (this._next() === '=' && this._character(this._at + 1) !== '=') {
        if (KEYWORD_VALUES.has(name) || constructWord(name) !== null) {
          throw this._unexpected(start, 'the name of a parameter');
        }
        this._at += 1;
        return name;
      }
    }
    this._at = start;
    return null;
  }

  private _bracketed(close: string, read: () => Expression): Expression {
    const open = this._at;
    this._at += 1;
    this._brackets += 1;
    const value = this._inside(read);
    const next = this._next();
    if (next === '') {
      const bracket = this._character(open);
      throw this._unexpected(
        this._at,
        `'${close}' for the '${bracket}' at position ${this._positionOf(open)}`,
      );
    }
    if (next !== close) {
      throw this._unexpected(this._at, `',' or '${close}'`);
    }
    this._brackets -= 1;
    this._at += 1;
    return value;
  }

  private _inside<T>(read: () => T): T {
    this._nesting += 1;
    const { nesting } = EXPRESSION_LIMITS;
    if (this._nesting > nesting) {
      throw new LimitError(
        `brackets, signs and powers are nested ${this._nesting} deep at position ${this._here()}, nesting allows ${nesting}`,
        { limit: 'nesting', value: this._nesting, maximum: nesting, unit: 'levels' },
      );
    }
    const value = read();
    this._nesting -= 1;
    return value;
  }

  // ---- Characters ---------------------------------------------------------------------------------

  /** The ASCII character behind blanks; '' at the end of the text. */
  private _next(): string {
    this._byteAfterBlanks();
    return this._character(this._at);
  }

  private _take(character: string): boolean {
    if (this._next() !== character) {
      return false;
    }
    this._at += 1;
    return true;
  }

  private _character(at: number): string {
    const byte = this._bytes[at];
    return byte === undefined ? '' : String.fromCharCode(byte);
  }

  private _startsWith(text: string): boolean {
    return Array.from(text).every((char, i) => this._character(this._at + i) === char);
  }

  /** Past blanks; inside brackets also past new lines and comments. */
  private _byteAfterBlanks(): number | undefined {
    for (;;) {
      const char = this._character(this._at);
      const isNewline = char === '\n' || char === '\r';
      if (char === ' ' || char === '\t' || char === '\f' || (isNewline && this._brackets > 0)) {
        this._at += 1;
      } else if (char === '\\' && /^\r?\n|^\r/.test(this._text(this._at + 1, 2))) {
        this._at += this._text(this._at + 1, 2) === '\r\n' ? 3 : 2;
      } else if (char === '#' && this._brackets > 0) {
        while (!'\r\n'.includes(this._character(this._at))) {
          this._at += 1;
        }
      } else {
        return this._bytes[this._at];
      }
    }
  }

  private _text(at: number, length: number): string {
    return this._character(at) + (length > 1 ? this._character(at + 1) : '');
  }

  /** The position of the next thing, as errors count it. */
  private _here(): number {
    this._byteAfterBlanks();
    return this._positionOf(this._at);
  }

  private _positionOf(at: number): number {
    return this._source.position(at);
  }

  private _unexpected(at: number, expected: string, found = this._source.found(at)): ParseError {
    const position = this._positionOf(at);
    return new ParseError(`expected ${expected} at position ${position}, found ${found}`, {
      position,
      expected,
      found,
    });
  }

  private _refused(at: number, construct: string): ParseError {
    const position = this._positionOf(at);
    return new ParseError(
      `${construct} is refused at position ${position}`,
      { position, expected: 'values, calls and arithmetic', found: construct },
      { hint: HINT },
    );
  }
}

function joined(parts: readonly (string | Uint8Array)[]): string | Uint8Array {
  if (typeof parts[0] === 'string') {
    return parts.join('');
  }
  const chunks = parts as readonly Uint8Array[];
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isNameStart(byte: number | undefined): boolean {
  return isNamePart(byte) && !isDigit(byte);
}

function isNamePart(byte: number | undefined): boolean {
  if (byte === undefined) {
    return false;
  }
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f || isDigit(byte) || byte >= 0x80;
}

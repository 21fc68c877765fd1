// The signature of a method as Python writes it, read into an argspec.
//
// `set_freq(self, channel: int, freq: float = 1e6, *, phase=0.0) -> float`. Defaults are PYON version
// 1, Python's literals; annotations are kept as the name of a type; nothing is evaluated.
//
// Source: the Python language reference, "Function definitions"; `inspect.getfullargspec`.

import { isLabwireError, ParseError, PyDict, type PyValue } from '../../values/index.js';
import { decode } from '../pyon/index.js';
import type { ArgSpec } from './rpcmessages.js';

/** A method's name and parameters. */
export type Signature = { readonly name: string; readonly argspec: ArgSpec };

/**
 * Read `name(parameters) -> type`. A `def` before and a `:` behind are allowed.
 * @throws {ParseError} not a signature; `position` counts UTF-16 units of `text`.
 */
export function parseSignature(text: string): Signature {
  return new SignatureReader(text).read();
}

const NAME = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const BLANKS = /\s*/y;
const DEF = /(?:async\s+)?def\s+/y;
/** A text in quotes; three quotes of a kind before one. */
const QUOTED =
  /(?:"""(?:[^\\]|\\.)*?"""|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/sy;
const OPENING = '([{';
const CLOSING = ')]}';

class SignatureReader {
  private readonly _text: string;
  private _at = 0;
  private readonly _args: string[] = [];
  private readonly _defaults: PyValue[] = [];
  private readonly _kwonlyargs: string[] = [];
  private readonly _kwonlydefaults = new PyDict();
  private readonly _annotations = new Map<string, string>();
  private readonly _names = new Set<string>();
  private _varargs: string | null = null;
  private _varkw: string | null = null;
  /** Where a lone `*` stood that still wants a name behind it. */
  private _bareStar = -1;
  private _isKeywordOnly = false;
  private _hasSlash = false;

  constructor(text: string) {
    this._text = text;
  }

  read(): Signature {
    this._match(BLANKS);
    this._match(DEF);
    const name = this._name('the name of a method');
    this._expect('(');
    while (!this._take(')')) {
      this._parameter();
      if (!this._take(',') && this._peek() !== ')') {
        throw this._unexpected("',' or ')'");
      }
    }
    if (this._bareStar >= 0) {
      throw this._unexpectedAt(this._bareStar, "a parameter behind '*'");
    }
    const result = this._take('->') ? this._annotation("':'") : null;
    this._take(':');
    if (this._peek() !== '') {
      throw this._unexpected('the end of the signature');
    }
    return { name, argspec: this._argspec(result) };
  }

  private _argspec(result: string | null): ArgSpec {
    const annotations = new Map<string, string>();
    if (result !== null) {
      annotations.set('return', result); // first, as in Python's
    }
    for (const [name, annotation] of this._annotations) {
      annotations.set(name, annotation);
    }
    return {
      args: this._args,
      varargs: this._varargs,
      varkw: this._varkw,
      defaults: this._defaults.length === 0 ? null : this._defaults,
      kwonlyargs: this._kwonlyargs,
      kwonlydefaults: this._kwonlydefaults.size === 0 ? null : this._kwonlydefaults,
      annotations,
    };
  }

  private _parameter(): void {
    const next = this._peek();
    const start = this._at;
    if (this._varkw !== null) {
      throw this._unexpected("')' behind '**' and its name");
    }
    if (this._take('**')) {
      this._varkw = this._newName();
      this._maybeAnnotation(this._varkw);
    } else if (next === '*') {
      this._star(start);
    } else if (next === '/') {
      this._slash();
    } else {
      this._ordinary();
    }
  }

  private _star(start: number): void {
    if (this._isKeywordOnly) {
      throw this._unexpected("one '*' only");
    }
    this._take('*');
    this._isKeywordOnly = true;
    const next = this._peek();
    if (next === ',' || next === ')') {
      this._bareStar = start;
    } else {
      this._varargs = this._newName();
      this._maybeAnnotation(this._varargs);
    }
  }

  /** Parameters before a "/" are positional only; an argspec does not tell. */
  private _slash(): void {
    if (this._hasSlash || this._isKeywordOnly || this._args.length === 0) {
      throw this._unexpected('a parameter');
    }
    this._take('/');
    this._hasSlash = true;
  }

  private _ordinary(): void {
    const name = this._newName();
    this._maybeAnnotation(name);
    const start = this._at;
    const value = this._take('=') ? this._default() : undefined;
    if (this._isKeywordOnly) {
      this._bareStar = -1;
      this._kwonlyargs.push(name);
      if (value !== undefined) {
        this._kwonlydefaults.set(name, value);
      }
      return;
    }
    this._args.push(name);
    if (value !== undefined) {
      this._defaults.push(value);
    } else if (this._defaults.length > 0) {
      throw this._unexpectedAt(start, `a default for ${name}, as the parameter before it has one`);
    }
  }

  private _newName(): string {
    this._peek();
    const start = this._at;
    const name = this._name('the name of a parameter');
    if (this._names.has(name)) {
      throw this._unexpectedAt(start, `another name than ${name}, which is taken`);
    }
    this._names.add(name);
    return name;
  }

  private _maybeAnnotation(name: string): void {
    if (this._take(':')) {
      this._annotations.set(name, this._annotation("'=', ',' or ')'"));
    }
  }

  /** The type's `__name__`, as SiPyCo sends it: `ndarray` of `np.ndarray`, `list` of `list[int]`. */
  private _annotation(behind: string): string {
    const [start, end] = this._expression('=');
    const text = this._text.slice(start, end).trim();
    if (text === '') {
      throw this._unexpectedAt(start, `a type before ${behind}`);
    }
    const unquoted = /^(['"])(.*)\1$/s.exec(text)?.[2] ?? text;
    return /^(?:[\p{L}\p{N}_]+\.)*([\p{L}\p{N}_]+)(?:\[.*\])?$/su.exec(unquoted)?.[1] ?? unquoted;
  }

  private _default(): PyValue {
    const [start, end] = this._expression('');
    try {
      return decode(this._text.slice(start, end), { version: 1 });
    } catch (error) {
      if (!isLabwireError(error, 'ParseError')) {
        throw error;
      }
      throw notA(error.expected, start + error.position, error.found, error);
    }
  }

  /** From here to the next `,` or `)` (or one of `ends`) that stands in no bracket and no text. */
  private _expression(ends: string): [number, number] {
    this._match(BLANKS);
    const start = this._at;
    const text = this._text;
    let depth = 0;
    while (this._at < text.length) {
      const letter = text[this._at]!;
      if ((letter === '"' || letter === "'") && this._skipText()) {
        continue;
      }
      if (depth === 0 && (letter === ',' || letter === ':' || CLOSING.includes(letter))) {
        break;
      }
      if (depth === 0 && ends.includes(letter)) {
        break;
      }
      depth += OPENING.includes(letter) ? 1 : CLOSING.includes(letter) ? -1 : 0;
      this._at += 1;
    }
    return [start, this._at];
  }

  /** Past a text in quotes. @returns false where its end is missing; the reader of values says so. */
  private _skipText(): boolean {
    return this._match(QUOTED) !== '';
  }

  // ---- Letters ------------------------------------------------------------------------------------

  private _match(pattern: RegExp): string {
    pattern.lastIndex = this._at;
    const found = pattern.exec(this._text)?.[0] ?? '';
    this._at += found.length;
    return found;
  }

  private _peek(): string {
    this._match(BLANKS);
    return this._text[this._at] ?? '';
  }

  private _take(token: string): boolean {
    this._match(BLANKS);
    const isHere = this._text.startsWith(token, this._at);
    this._at += isHere ? token.length : 0;
    return isHere;
  }

  private _expect(token: string): void {
    if (!this._take(token)) {
      throw this._unexpected(`'${token}'`);
    }
  }

  private _name(expected: string): string {
    this._match(BLANKS);
    const name = this._match(NAME);
    if (name === '') {
      throw this._unexpected(expected);
    }
    return name;
  }

  private _unexpected(expected: string): ParseError {
    return this._unexpectedAt(this._at, expected);
  }

  private _unexpectedAt(position: number, expected: string): ParseError {
    const code = this._text.codePointAt(position);
    const found = code === undefined ? 'the end of the text' : `'${String.fromCodePoint(code)}'`;
    return notA(expected, position, found);
  }
}

function notA(expected: string, position: number, found: string, cause?: ParseError): ParseError {
  return new ParseError(
    `expected ${expected} at position ${position}, found ${found}`,
    { position, expected, found },
    {
      protocol: 'sipyco',
      ...(cause === undefined ? {} : { cause }),
      ...(cause?.hint === undefined ? {} : { hint: cause.hint }),
    },
  );
}

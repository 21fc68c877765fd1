// Where a reader of version 1 is, and the blanks around: Python's lines, comments, indentation.
//
// Source: the Python language reference, "Line structure".

import { BACKSLASH, CARRIAGE_RETURN, FORM_FEED, HASH, LINE_FEED, SPACE, TAB } from './ascii.js';
import { unexpected } from './fail.js';
import type { Source } from './source.js';

/** What every refusal of code says. */
export const HINT = 'PYON holds values; nothing is evaluated';

/** Python's words for code. */
export const CODE_WORDS: ReadonlySet<string> = new Set(
  'and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/** A place in a text, and how to pass what means nothing. */
export abstract class Cursor {
  protected readonly _source: Source;
  protected readonly _bytes: Uint8Array;
  protected _at = 0;
  /** Brackets around this place: inside them new lines are blanks. */
  protected _depth = 0;

  constructor(source: Source) {
    this._source = source;
    this._bytes = source.bytes;
  }

  /** Past blanks; inside brackets also past new lines and comments. */
  protected _byteAfterBlanks(): number | undefined {
    const bytes = this._bytes;
    for (;;) {
      const byte = bytes[this._at];
      if (byte === SPACE || byte === TAB || byte === FORM_FEED) {
        this._at += 1;
      } else if (byte === BACKSLASH) {
        this._continueLine();
      } else if (this._depth > 0 && isNewline(byte)) {
        this._at += 1;
      } else if (this._depth > 0 && byte === HASH) {
        this._skipComment();
      } else {
        return byte;
      }
    }
  }

  /** A backslash joins two lines, if it is the last of its line and not of the text. */
  protected _continueLine(): void {
    const end = this._newlineEnd(this._at + 1);
    if (end === this._at + 1 || end >= this._bytes.length) {
      throw this._unexpectedHere('a value');
    }
    this._at = end;
  }

  /** Behind the new line at `at`; `at` where there is none. */
  protected _newlineEnd(at: number): number {
    const byte = this._bytes[at];
    if (byte === CARRIAGE_RETURN && this._bytes[at + 1] === LINE_FEED) {
      return at + 2;
    }
    return isNewline(byte) ? at + 1 : at;
  }

  protected _skipComment(): void {
    const bytes = this._bytes;
    let byte = bytes[this._at];
    while (byte !== undefined && !isNewline(byte)) {
      if (byte >= 0x80) {
        this._source.check();
      }
      this._at += 1;
      byte = bytes[this._at];
    }
  }

  /** To the first line with a value, which must not be indented. eval() itself drops leading blanks. */
  protected _toFirstLine(): void {
    const bytes = this._bytes;
    while (bytes[this._at] === SPACE || bytes[this._at] === TAB) {
      this._at += 1;
    }
    let column = 0;
    for (;;) {
      const byte = bytes[this._at];
      if (byte === SPACE || byte === TAB) {
        column += 1;
        this._at += 1;
      } else if (byte === FORM_FEED) {
        column = 0;
        this._at += 1;
      } else if (byte === HASH) {
        this._skipComment();
      } else if (isNewline(byte)) {
        column = 0;
        this._at += 1;
      } else if (byte === BACKSLASH) {
        this._continueLine();
      } else if (column > 0 && byte !== undefined) {
        throw this._unexpectedHere('a first line without indentation');
      } else {
        return;
      }
    }
  }

  /** Behind the value there may be blanks, comments and empty lines. */
  protected _toEnd(): void {
    let lineStart = -1;
    for (;;) {
      const byte = this._byteAfterBlanks();
      if (byte === HASH) {
        this._skipComment();
        lineStart = -1;
      } else if (isNewline(byte)) {
        this._at += 1;
        lineStart = this._at;
      } else if (byte === undefined && !this._isIndent(lineStart)) {
        return;
      } else {
        throw this._unexpectedHere('the end of the text');
      }
    }
  }

  /** A last line of blanks that no new line ends is an indentation to Python. */
  protected _isIndent(lineStart: number): boolean {
    const last = this._bytes[this._at - 1];
    return lineStart >= 0 && lineStart < this._at && (last === SPACE || last === TAB);
  }

  protected _unexpectedHere(expected: string, hint?: string) {
    this._source.check();
    const found = this._source.found(this._at);
    const isCode = /^'(?:[-+*/%@&|^~<>=!.[(]|:=)/.test(found) || CODE_WORDS.has(found.slice(1, -1));
    return unexpected(
      this._source.position(this._at),
      expected,
      found,
      hint ?? (isCode ? HINT : undefined),
    );
  }

  protected _unexpectedAt(at: number, expected: string, found: string) {
    return unexpected(this._source.position(at), expected, found);
  }
}

export function isNewline(byte: number | undefined): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

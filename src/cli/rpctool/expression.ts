// What a typed expression is, before it has a value: calls have to wait for an instrument.

import { ParseError, PythonError, type PyValue } from '../../values/index.js';

/** What an expression may grow to. Over it: `LimitError` with the field's name. */
export const EXPRESSION_LIMITS = {
  /** Characters of one expression. A server reads lines of 4 MiB. */
  textLength: 4 * 1024 * 1024,
  /** Brackets, signs and powers inside each other. Guards the call stack. CPython's tokenizer takes 200 brackets. */
  nesting: 200,
  /** Items of a list that a call makes, such as `list(range(n))`. Guards memory. */
  sequenceItems: 1_000_000,
  /** Bytes of an array that a call makes, such as `np.zeros(n)`. Guards memory; a server's line takes 3 MiB of array. */
  arrayBytes: 64 * 1024 * 1024,
  /** Decimal digits of an int. Guards time. CPython's default for reading and printing. */
  intDigits: 4300,
} as const;

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

/** A typed expression. `at` is its position in the text, in UTF-16 units. */
export type Expression = { readonly at: number } & (
  | { readonly type: 'value'; readonly value: PyValue }
  | { readonly type: 'name'; readonly name: string }
  | {
      readonly type: 'sequence';
      readonly kind: SequenceKind;
      readonly items: readonly Expression[];
    }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | Call
  | { readonly type: 'sign'; readonly sign: '+' | '-'; readonly operand: Expression }
  | {
      readonly type: 'operation';
      readonly first: Expression;
      /** Applied from left to right. */
      readonly rest: readonly Operation[];
    }
);

export type SequenceKind = 'list' | 'tuple' | 'set';

export type Operation = {
  readonly operator: BinaryOperator;
  readonly at: number;
  readonly operand: Expression;
};

/** A call of what has a name. */
export type Call = {
  readonly type: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly keywords: readonly (readonly [string, Expression])[];
};

/** Python's exception, and where in the text it would have been raised. */
export function raisedAt(error: PythonError, at: number): ParseError {
  return new ParseError(`${error.pythonClass} at position ${at}: ${error.message}`, {
    position: at,
    expected: 'what Python can do',
    found: error.pythonClass,
  });
}

/** Do `act`; what Python would raise becomes an error with a place. */
export function placed<T>(at: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof PythonError ? raisedAt(error, at) : error;
  }
}

// How a text fails: where, what was expected, what was found.

import { LimitError, ParseError } from '../../values/index.js';

/**
 * A value that a constructor does not take. Thrown without a place; the reader that knows the place
 * turns it into a ParseError.
 */
export class Misfit extends Error {
  readonly expected: string;
  readonly found: string;

  constructor(message: string, expected: string, found: string, cause?: unknown) {
    super(clip(message, 300), cause === undefined ? undefined : { cause });
    this.expected = clip(expected, 100);
    this.found = clip(found, 100);
  }
}

/** At most `length` characters: a message stays one, whatever a peer sends. */
function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** `1 element`, `3 elements`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `expected … at position …, found …`. */
export function unexpected(position: number, expected: string, found: string, hint?: string) {
  return new ParseError(
    `expected ${expected} at position ${position}, found ${found}`,
    { position, expected, found },
    { protocol: 'pyon', hint },
  );
}

/** A Misfit with its place. */
export function misplaced(misfit: Misfit, position: number): ParseError {
  return new ParseError(
    `${misfit.message}, at position ${position}`,
    { position, expected: misfit.expected, found: misfit.found },
    { protocol: 'pyon', cause: misfit.cause },
  );
}

export function overLimit(
  limit: string,
  value: number,
  maximum: number,
  unit: string,
  what: string,
): LimitError {
  return new LimitError(
    `${what}, ${limit} allows ${maximum}`,
    { limit, value, maximum, unit },
    { protocol: 'pyon' },
  );
}

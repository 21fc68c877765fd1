// The fragment of an address, as keys into a struct, and back.
//
// A plain text is one `str` key, as people name datasets; one that starts with `[` is a PYON list,
// the path, so that every key of every type can be named.

import { decodeAny, encode } from '../../protocols/pyon/index.js';
import {
  type Address,
  formatAddress,
  isLabwireError,
  ParseError,
  type PyValue,
  typeName,
} from '../../values/index.js';
import type { Path } from './effect.js';

/** @throws {ParseError} a fragment that starts with `[` and is no PYON list. */
export function pathOf(fragment: string): Path {
  if (!fragment.startsWith('[')) {
    return [fragment];
  }
  let path: PyValue;
  try {
    path = decodeAny(fragment).value;
  } catch (error) {
    if (!isLabwireError(error, 'ParseError')) {
      throw error;
    }
    const { position, expected, found } = error;
    throw refusal(fragment, error.message, { position, expected, found });
  }
  if (!Array.isArray(path)) {
    const facts = { position: 0, expected: 'a list', found: typeName(path) };
    throw refusal(fragment, `expected a list, found ${facts.found}`, facts);
  }
  return path;
}

function refusal(
  fragment: string,
  why: string,
  facts: { position: number; expected: string; found: string },
): ParseError {
  const shown = fragment.length > 60 ? `${fragment.slice(0, 60)}…` : fragment;
  return new ParseError(`the part after # is no list of keys, ${shown}: ${why}`, facts, {
    protocol: 'pyon',
    hint: 'Write a name as it is, as in #rabi.p, or a path as a list, as in #["rabi.p", 0].',
  });
}

export function fragmentOf(path: Path): string {
  const [only] = path;
  return path.length === 1 && typeof only === 'string' && isPlain(only) ? only : encode([...path]);
}

// What an address refuses as a plain text, control characters and halves of a surrogate pair, a
// PYON list writes with backslashes.
function isPlain(key: string): boolean {
  return (
    !key.startsWith('[') && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/u.test(key)
  );
}

/** The address of what lies at `path` below what `address` names. */
export function addressInside(address: Address, path: Path): string {
  const base = address.fragment === null ? [] : pathOf(address.fragment);
  return formatAddress({ ...address, fragment: fragmentOf([...base, ...path]) });
}

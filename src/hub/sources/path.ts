// The fragment of an address, as keys into a struct, and back.
//
// A plain text is one `str` key, as people name datasets; one that starts with `[` is a PYON list,
// the path, so that every key of every type can be named.

import { decodeAny, encode } from '../../protocols/pyon/index.js';
import { type Address, formatAddress, ParseError } from '../../values/index.js';
import type { Path } from './effect.js';

/** @throws {ParseError} a fragment that starts with `[` and is no PYON list. */
export function pathOf(fragment: string): Path {
  if (!fragment.startsWith('[')) {
    return [fragment];
  }
  const path = decodeAny(fragment).value;
  if (!Array.isArray(path)) {
    throw new ParseError(
      `the fragment ${JSON.stringify(fragment)} is no PYON list of keys`,
      { position: 0, expected: 'a list such as ["rabi.p", 0]', found: fragment },
      { protocol: 'pyon' },
    );
  }
  return path;
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

// The text of PYON files. Reading and writing them is the platform's business.

import type { PyValue } from '../../values/index.js';
import { decode, encode, type PyonOptions, type PyonVersion } from './pyon.js';

/** What SiPyCo's `store_file` writes: pretty; version 1 ends with a new line, version 2 does not. */
export function fileText(
  value: PyValue,
  version: PyonVersion = 2,
  options: PyonOptions = {},
): string {
  const text = encode(value, { ...options, version, pretty: true });
  return version === 1 ? `${text}\n` : text;
}

/**
 * A version 1 file as the version 2 file that SiPyCo's converter makes of it. OrderedDicts become
 * dicts, an empty set has become a dict already.
 * @throws {ParseError} not version 1. @throws {EncodeError} a value that version 2 has no form for.
 */
export function convertV1ToV2(text: string | Uint8Array, options: PyonOptions = {}): string {
  return fileText(decode(text, { ...options, version: 1 }), 2, options);
}

// Lines of PYON, in either version.
//
// sync_struct and broadcast negotiate nothing: SiPyCo before 1.10 writes version 1 (Python literals),
// later ones version 2 (JSON). The first line tells. A line that is not of the version of the one
// before it is looked at anew, and decides for those after it.
//
// Source: docs/protocols/sync_struct.md, "Which PYON".

import { isLabwireError, type PyValue } from '../../values/index.js';
import { decode, decodeAny, encodeBytes, type PyonVersion } from '../pyon/index.js';

/** `value` as a line, with its newline. @throws {EncodeError | LimitError} it has no form in that version. */
export function encodeLine(value: PyValue, pyon: PyonVersion): Uint8Array<ArrayBuffer> {
  const text = encodeBytes(value, OPTIONS[pyon]);
  const line = new Uint8Array(text.length + 1);
  line.set(text);
  line[text.length] = NEWLINE;
  return line;
}

const OPTIONS = { 1: { version: 1 }, 2: { version: 2 } } as const;
const NEWLINE = 0x0a;

/** Reads lines and remembers in which version the last one was. */
export class PyonLineDecoder {
  private _pyon: PyonVersion | null = null;

  /** The version of the last line; null before the first. */
  get pyon(): PyonVersion | null {
    return this._pyon;
  }

  /** The value of a line, without its newline. Borrows `line`. @throws {ParseError | LimitError} */
  decode(line: Uint8Array): PyValue {
    const known = this._pyon;
    if (known !== null) {
      try {
        return decode(line, OPTIONS[known]);
      } catch (error) {
        if (!isLabwireError(error, 'ParseError')) {
          throw error;
        }
        return this._decideAnew(line, error);
      }
    }
    const { value, version } = decodeAny(line);
    this._pyon = version;
    return value;
  }

  /** @throws what the version so far had against the line, if the other does not read it either. */
  private _decideAnew(line: Uint8Array, fault: unknown): PyValue {
    const other = this._pyon === 1 ? 2 : 1;
    try {
      const value = decode(line, OPTIONS[other]);
      this._pyon = other;
      return value;
    } catch (error) {
      throw isLabwireError(error, 'ParseError') ? fault : error;
    }
  }
}

// Strings in double quotes, ASCII only, as Python's json writes them. Both versions use them.

import type { Out } from './out.js';

const HEX = '0123456789abcdef';
const SHORT: ReadonlyMap<number, number> = new Map([
  [0x08, 0x62],
  [0x0c, 0x66],
  [0x0a, 0x6e],
  [0x0d, 0x72],
  [0x09, 0x74],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);

/** Everything outside 0x20 … 0x7e is escaped, DEL too; an astral character as its two halves. */
export function writeString(out: Out, text: string): void {
  const start = out.reserve(6 * text.length + 2);
  const bytes = out.buffer;
  let at = start;
  bytes[at++] = 0x22;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit <= 0x7e && unit !== 0x22 && unit !== 0x5c) {
      bytes[at++] = unit;
      continue;
    }
    bytes[at++] = 0x5c;
    const short = SHORT.get(unit);
    if (short !== undefined) {
      bytes[at++] = short;
      continue;
    }
    bytes[at++] = 0x75;
    bytes[at++] = HEX.charCodeAt(unit >> 12);
    bytes[at++] = HEX.charCodeAt((unit >> 8) & 15);
    bytes[at++] = HEX.charCodeAt((unit >> 4) & 15);
    bytes[at++] = HEX.charCodeAt(unit & 15);
  }
  bytes[at++] = 0x22;
  out.advance(at);
}

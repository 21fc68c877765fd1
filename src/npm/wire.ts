/**
 * The shapes between protocols and platforms: a machine (a protocol without input or output), a
 * transport (how bytes travel), a listener, a clock. Implement one and everything else works on it.
 *
 * @example
 * ```ts
 * import { LineReader } from 'labwire/wire';
 *
 * const lines = new LineReader(1000, 'lineBytes');
 * const print = (line: Uint8Array) => {
 *   console.log(new TextDecoder().decode(line));
 *   return true;
 * };
 * lines.feed(new TextEncoder().encode('one\ntw'), print); // one
 * lines.feed(new TextEncoder().encode('o\n'), print); // two
 * ```
 *
 * @module wire
 */
export * from '../wire/index.js';

/**
 * PYON, SiPyCo's object notation: version 2 (JSON with `__jsonclass__`, SiPyCo 1.10 on), version 1
 * (Python literals, before), and the exact JSON tree. Nothing is ever evaluated.
 *
 * @example
 * ```ts
 * import { decode, encode } from 'labwire/pyon';
 *
 * const value = decode("{'rid': 1, 'shape': (512, 512)}", { version: 1 });
 * console.log(encode(value)); // {"rid":1,"shape":{"__jsonclass__":["tuple",[[512,512]]]}}
 *
 * try {
 *   decode('[1, 2');
 * } catch (error) {
 *   console.log(String(error)); // ParseError: expected ',' or ']' at position 5, found the end of the text
 * }
 * ```
 *
 * @module pyon
 */
export * from '../protocols/pyon/index.js';

/**
 * How bytes travel where there are no sockets: in memory, from a recording, through a Jupyter
 * server's bridge kernel. Works in browsers, workers and Node.
 *
 * @example
 * ```ts
 * import { LoopbackTransport } from 'labwire/transports';
 *
 * const [here, there] = LoopbackTransport.pair(['there', 'here']);
 * here.send(new TextEncoder().encode('hello'));
 * here.end();
 * for await (const chunk of there.chunks) {
 *   console.log(new TextDecoder().decode(chunk)); // hello
 * }
 * ```
 *
 * @module transports
 */
export * from '../transports/index.js';

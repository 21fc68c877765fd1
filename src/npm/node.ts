/**
 * What needs Node: TCP and TLS, pipes, whole server programs with their options and signals, PYON
 * files. Loading it gives PYON the platform's base64.
 *
 * @example
 * ```ts
 * import { DemoLab } from 'labwire/demolab';
 * import { connectTcp, listenTcp, NodeClock } from 'labwire/node';
 * import { datasetOf, Subscriber } from 'labwire/sipyco';
 * import { PyDict } from 'labwire/values';
 *
 * const clock = new NodeClock();
 * const listener = await listenTcp(); // port 0: the system picks one
 * const lab = new DemoLab({ clock });
 * await lab.start(() => listener);
 *
 * const { host, port } = listener;
 * const subscriber = new Subscriber({
 *   notifierName: 'datasets',
 *   connect: options => connectTcp({ host, port, ...options }),
 *   clock,
 * });
 * await subscriber.connect({ deadlineMs: 5000 });
 * const datasets = subscriber.target as PyDict;
 * console.log(datasetOf(datasets.get('temperature') ?? null)?.display.unit); // °C
 *
 * await subscriber.close();
 * await lab.stop();
 * ```
 *
 * @example A whole server program. A caller, Ctrl-C or a signal ends it.
 * ```ts
 * import { connectTcp, NodeClock, simpleServerLoop } from 'labwire/node';
 * import { method, RpcClient, rpcTarget } from 'labwire/sipyco';
 *
 * const stage = rpcTarget({ methods: [method('ping(self) -> bool', null, () => true)] });
 * await simpleServerLoop({
 *   targets: { stage },
 *   port: 0,
 *   started: async ([listener]) => {
 *     const { host, port } = listener!;
 *     const client = new RpcClient({
 *       connect: options => connectTcp({ host, port, ...options }),
 *       clock: new NodeClock(),
 *     });
 *     await client.connect();
 *     console.log(await client.remote.ping()); // true
 *     await client.remote.terminate();
 *     await client.closeRpc();
 *   },
 * });
 * ```
 *
 * @module node
 */

import { platformBase64, useBase64 } from '../protocols/pyon/index.js';

export * from '../node/index.js';
export * from '../transports/node/index.js';

// The pure rooms cannot know which platform they run on: here it is known to be Node.
useBase64(platformBase64(globalThis));

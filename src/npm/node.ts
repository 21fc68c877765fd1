/**
 * What needs Node: TCP, and PYON files.
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
 * @module node
 */
export * from '../transports/node/index.js';
export { loadFile, storeFile } from './pyonfile.js';

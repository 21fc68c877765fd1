/**
 * Simulated instruments for tests and demonstrations: datasets and a schedule shaped as ARTIQ's, and
 * with `services: DEMO_SERVICES` controllers to call, broadcasts and a log, each service on a listener of
 * its own. The same seed gives the same lab.
 *
 * @example
 * ```ts
 * import { DemoLab } from 'labwire/demolab';
 * import { LoopbackNetwork, PlatformClock } from 'labwire/transports';
 *
 * const network = new LoopbackNetwork();
 * const lab = new DemoLab({ clock: new PlatformClock(), seed: 7 });
 * await lab.start(() => network.listen('lab'));
 * console.log(lab.addresses.join(' ')); // sipyco+sync://lab/datasets sipyco+sync://lab/schedule
 * await lab.stop();
 * ```
 *
 * @module demolab
 */
export * from '../demolab/index.js';

// What every source is made with.

import type { Address } from '../../values/index.js';
import type { Connect, IClock, IListener } from '../../wire/index.js';
import type { Endpoints } from '../endpoints.js';
import type { ISource } from './source.js';

export type SourceContext = {
  readonly clock: IClock;
  /** How to reach an address: over the network, or in the demo lab. */
  readonly connect: (address: Address) => Connect;
  /** Take the place of the server at an address. @throws {UnsupportedError} it cannot be taken from here. */
  readonly listen: (address: Address) => Promise<IListener>;
  /** All that is open. */
  readonly endpoints: Endpoints;
  /** What a watcher threw. */
  readonly report: (error: unknown, where: string) => void;
};

/** Makes the source of an address; opens nothing. @throws {ParseError} the address names nothing. */
export type SourceMaker = (address: Address, context: SourceContext) => ISource;

// Sources by address, for the hub and for whoever has no hub: the command line, a script.

import { type Address, formatAddress, parseAddress, UnsupportedError } from '../values/index.js';
import type { Connect, IClock, IListener } from '../wire/index.js';
import type { LinkDown } from './bridge.js';
import { Endpoints, type IConnection } from './endpoints.js';
import { REGISTRY } from './registry.js';
import type { SourceContext } from './sources/context.js';
import type { ISource } from './sources/source.js';

/** The demo lab, as far as sources reach it. */
export interface IDemo {
  connect(address: Address): Connect;
  /** Where the lab's own programs send something: its log. */
  listen(address: Address): Promise<IListener>;
}

export type SourcesOptions = {
  readonly clock: IClock;
  /** How to reach an address over the network. */
  readonly connect: (address: Address) => Connect;
  /** How to take the place of a server; absent where there is no port to be had. */
  readonly listen?: (address: Address) => Promise<IListener>;
  /** The demo lab. */
  readonly demo: IDemo;
  /** What a watcher threw; it goes on being called. */
  readonly report: (error: unknown, where: string) => void;
};

export type OpenConnection = { readonly connection: IConnection; readonly leases: number };

/** All sources of one hub or one script, and the connections that they share. */
export class Sources {
  private readonly _context: SourceContext;

  constructor(options: SourcesOptions) {
    const { clock, connect, listen = noListening, demo, report } = options;
    this._context = {
      clock,
      connect: address => (address.demo ? demo.connect(address) : connect(address)),
      listen: address => (address.demo ? demo.listen(address) : listen(address)),
      endpoints: new Endpoints(clock),
      report,
    };
  }

  /**
   * The source of an address. Connects to nothing before it is watched.
   * @throws {ParseError} a text that is no address. {UnsupportedError} a scheme that cannot be watched.
   */
  open(address: Address | string): ISource {
    const parsed = typeof address === 'string' ? parseAddress(address) : address;
    const make = REGISTRY[parsed.scheme];
    if (make === null) {
      const known = Object.entries(REGISTRY).filter(([, maker]) => maker !== null);
      throw new UnsupportedError(
        `addresses that start with ${parsed.scheme}:// cannot be shown in this version`,
        { feature: parsed.scheme },
        { hint: `These can: ${known.map(([scheme]) => `${scheme}://`).join(', ')}.` },
      );
    }
    if (parsed.tls !== null) {
      throw new UnsupportedError(
        `TLS is not spoken in this version, and the address asks for the profile ${parsed.tls}`,
        { feature: 'tls' },
      );
    }
    return make(parsed, this._context);
  }

  /** What is open, also what only lingers. */
  connections(): readonly OpenConnection[] {
    return this._context.endpoints.list();
  }

  /** A person is asked whether what serves `address` may be reached, or no longer is. */
  setAsking(address: Address, isAsking: boolean): void {
    this._context.endpoints.find(formatAddress(address))?.setAsking(isAsking);
  }

  /** The way to the network is cut, or (null) whole again. */
  setLink(down: LinkDown | null): void {
    for (const { connection } of this.connections()) {
      if (!connection.isDemo) {
        connection.setLink(down);
      }
    }
  }

  /** Close everything at once; sources that are watched go silent. */
  close(): void {
    this._context.endpoints.close();
  }
}

async function noListening(address: Address): Promise<never> {
  throw new UnsupportedError(
    `${formatAddress(address)} means listening for what others send, which a page cannot do in this version`,
    { feature: 'listen' },
    { hint: 'Watch what the log’s server broadcasts: sipyco+broadcast://HOST:1067/log.' },
  );
}

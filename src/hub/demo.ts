// The demo lab that `demo+` addresses reach: started by the first of them, in this very thread.

import { DemoLab, type DemoService } from '../demolab/index.js';
import { LoopbackNetwork } from '../transports/index.js';
import { type Address, type Scheme, UnsupportedError } from '../values/index.js';
import type { Connect, IClock, IListener } from '../wire/index.js';

const SERVICES: { readonly [S in Scheme]?: DemoService } = {
  'sipyco+sync': 'sync_struct',
  'sipyco+rpc': 'pc_rpc',
  'sipyco+broadcast': 'broadcast',
};

/** What the addresses of a service call their endpoint, and so its errors do. */
const ENDPOINTS: { readonly [S in DemoService]: string } = {
  sync_struct: 'demo lab',
  pc_rpc: 'demo lab controllers',
  broadcast: 'demo lab broadcasts',
  logging: 'demo lab log',
};

type Running = { readonly lab: DemoLab; readonly network: LoopbackNetwork };

export class Demo {
  private readonly _clock: IClock;
  private _lab: DemoLab | null = null;
  private _starting: Promise<Running> | null = null;

  constructor(clock: IClock) {
    this._clock = clock;
  }

  /** How to reach `address`, whose host and port do not count. */
  connect(address: Address): Connect {
    return async options => {
      const service = SERVICES[address.scheme];
      if (service === undefined) {
        throw new UnsupportedError(
          `the demo lab does not serve ${address.scheme}`,
          { feature: address.scheme },
          { hint: 'Try demo+sipyco+sync:///datasets.' },
        );
      }
      const { network } = await this._run();
      return network.connect(ENDPOINTS[service], options);
    };
  }

  /** Take the place of the server that the lab's programs log to; they begin to. @throws {ConnectError} somebody has it. */
  async listen(_address: Address): Promise<IListener> {
    const { lab, network } = await this._run();
    const listener = network.listen(ENDPOINTS.logging);
    const end = lab.forwardLog(options => network.connect(ENDPOINTS.logging, options));
    return {
      endpoint: listener.endpoint,
      connections: listener.connections,
      close: async () => {
        await end();
        await listener.close();
      },
    };
  }

  /** Stop the lab and every connection to it. It starts anew when it is reached again. */
  close(): void {
    void this._lab?.stop();
    this._lab = null;
    this._starting = null;
  }

  private _run(): Promise<Running> {
    this._starting ??= this._start();
    return this._starting;
  }

  private async _start(): Promise<Running> {
    const network = new LoopbackNetwork();
    const services = Object.values(SERVICES);
    const lab = new DemoLab({ clock: this._clock, services });
    this._lab = lab;
    await lab.start(service => network.listen(ENDPOINTS[service]));
    return { lab, network };
  }
}

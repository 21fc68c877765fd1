// The demo lab that `demo+` addresses reach: started by the first of them, in this very thread.

import { DemoLab } from '../demolab/index.js';
import { LoopbackNetwork } from '../transports/index.js';
import { type Address, UnsupportedError } from '../values/index.js';
import type { Connect, IClock } from '../wire/index.js';

const ENDPOINT = 'demo lab'; // what every address of it calls its endpoint, and so its errors do

export class Demo {
  private readonly _clock: IClock;
  private _lab: DemoLab | null = null;
  private _starting: Promise<LoopbackNetwork> | null = null;

  constructor(clock: IClock) {
    this._clock = clock;
  }

  /** How to reach `address`, whose host and port do not count. */
  connect(address: Address): Connect {
    return async options => {
      if (address.scheme !== 'sipyco+sync') {
        throw new UnsupportedError(
          `the demo lab does not serve ${address.scheme}`,
          { feature: address.scheme },
          { hint: 'Try demo+sipyco+sync:///datasets.' },
        );
      }
      this._starting ??= this._start();
      const network = await this._starting;
      return network.connect(ENDPOINT, options);
    };
  }

  /** Stop the lab and every connection to it. It starts anew when it is reached again. */
  close(): void {
    void this._lab?.stop();
    this._lab = null;
    this._starting = null;
  }

  private async _start(): Promise<LoopbackNetwork> {
    const network = new LoopbackNetwork();
    const lab = new DemoLab({ clock: this._clock });
    this._lab = lab;
    await lab.start(() => network.listen(ENDPOINT));
    return network;
  }
}

// The demo lab, loaded when somebody wants it: most tabs never do.

import { type Address, UnsupportedError } from '../values/index.js';
import type { Connect, IClock, IListener } from '../wire/index.js';
import type { IHubDemo } from './hub.js';

/** Makes a lab; it starts with the first address that is reached. */
export type DemoMaker = (clock: IClock) => IHubDemo;

/** A lab that is not there yet. */
export class LazyDemo implements IHubDemo {
  private readonly _clock: IClock;
  private readonly _load: () => DemoMaker;
  private _demo: IHubDemo | null = null;

  /** @param load - may throw, and is called again then. */
  constructor(clock: IClock, load: () => DemoMaker) {
    this._clock = clock;
    this._load = load;
  }

  connect(address: Address): Connect {
    return async options => this._loaded().connect(address)(options);
  }

  async listen(address: Address): Promise<IListener> {
    return this._loaded().listen(address);
  }

  close(): void {
    this._demo?.close();
  }

  private _loaded(): IHubDemo {
    try {
      this._demo ??= this._load()(this._clock);
    } catch (error) {
      throw new UnsupportedError(
        'the demo lab could not be loaded',
        { feature: 'demo lab' },
        { cause: error, hint: 'Reload the page; if it stays so, reinstall Labwire.' },
      );
    }
    return this._demo;
  }
}

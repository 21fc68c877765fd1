// `sipyco+sync`: a notifier as a tree of values, or with a fragment one value of it.

import type { Address } from '../../values/index.js';
import type { SourceContext } from './context.js';
import type { Path } from './effect.js';
import { Leased, WATCHED } from './leased.js';
import type { LinkedOptions } from './linked.js';
import { Notifier } from './notifier.js';
import { pathOf } from './path.js';
import type { IWatch, Listener } from './source.js';

export class SyncStructSource extends Leased<Notifier> {
  readonly abilities = WATCHED;
  readonly shape: 'value' | 'tree';
  private readonly _path: Path | null;

  /** @throws {ParseError} a fragment that starts with `[` and is no PYON list. */
  constructor(address: Address, context: SourceContext) {
    super(address, context);
    this._path = address.fragment === null ? null : pathOf(address.fragment);
    this.shape = this._path === null ? 'tree' : 'value';
  }

  protected _make(options: LinkedOptions): Notifier {
    return new Notifier(options);
  }

  protected _watch(notifier: Notifier, listener: Listener): IWatch {
    return this._path === null
      ? notifier.watchTree(listener)
      : notifier.watchPath(this._path, listener);
  }
}

// Guards against accidents: endpoints at which this page calls and edits nothing.
//
// They are kept by the hub, which the page runs itself: no hostile page is stopped by them. What an
// administrator forbids is enforced in the bridge.

import { type Address, formatAddress, formatEndpoint, PolicyError } from '../values/index.js';
import type { Guard } from './remoteapi.js';

export class Guards {
  private _readOnly: ReadonlySet<string> = new Set();

  /** All of them; those of before are gone. */
  set(guards: readonly Guard[]): void {
    const guarded = guards.filter(({ readOnly }) => readOnly);
    this._readOnly = new Set(guarded.map(({ endpoint }) => endpoint.trim().toLowerCase()));
  }

  /** @throws {PolicyError} what is served at `address` is only looked at. */
  check(address: Address): void {
    const endpoint = formatEndpoint(address);
    // Host names have no case.
    if (this._readOnly.has(endpoint.toLowerCase())) {
      throw new PolicyError(
        `${formatAddress(address)}: read-only (set on this page)`,
        { rule: 'read-only', endpoint },
        { hint: `Nothing was sent. Take the mark off ${endpoint} in the list of instruments.` },
      );
    }
  }
}

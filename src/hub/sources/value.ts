// One finished value as a source: the result of a call, looked at through views like any other.

import {
  type Address,
  type LinkStatus,
  NO_ALARM,
  type PyValue,
  type Reading,
} from '../../values/index.js';
import { typeText } from '../typetext.js';
import { WATCHED } from './leased.js';
import type { ISource, IWatch, Listener } from './source.js';

export type ValueSourceOptions = {
  /** What views call it; it is opened nowhere. */
  readonly address: Address;
  readonly value: PyValue;
  /** When it came. ns since 1970-01-01 UTC. */
  readonly timeNs: bigint;
};

/** It has come, and stays as it is. */
export class ValueSource implements ISource {
  readonly address: Address;
  readonly abilities = WATCHED;
  readonly shape = 'value';
  readonly remote = null;
  readonly receivedBytes = 0;
  readonly roundTripMs = null;
  private readonly _reading: Reading<PyValue>;
  private readonly _status: LinkStatus;

  constructor({ address, value, timeNs }: ValueSourceOptions) {
    this.address = address;
    this._reading = {
      value,
      type: typeText(value),
      timeNs,
      alarm: NO_ALARM,
      display: {},
      persist: null,
    };
    this._status = { state: 'live', sinceNs: timeNs, fault: null, outOfStepCount: 0 };
  }

  watch(listener: Listener): IWatch {
    listener({ type: 'status', status: this._status });
    listener({ type: 'reading', reading: this._reading, range: null });
    return { close: () => {} };
  }

  retry(): void {
    // There is nothing to wait for.
  }
}

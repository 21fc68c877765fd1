// What a source says about one value, whatever its protocol.
//
// A dataset and a PV reach a view in this one shape, so that one `number` view shows both.

import type { Alarm } from './alarm.js';
import type { Fault } from './fault.js';

/** How a value wants to be shown. Every field may be missing. */
export type Display = {
  /** As the instrument names it, e.g. `MHz`. Shown value = raw value / `scale`. */
  readonly unit?: string;
  /** Divides the raw value for display; 1 when missing. Never 0. */
  readonly scale?: number;
  /** Most decimals to show. */
  readonly precision?: number;
  /** Display range, in raw units. */
  readonly limits?: readonly [low: number, high: number];
  /** Names of the values 0, 1, … of an enumeration. */
  readonly labels?: readonly string[];
};

/**
 * How a live thing is doing; only `live` is current. `asking`: the bridge waits for a person to
 * allow the host. `missing`: the link is fine and the name is not there (yet). `out-of-step`: a
 * change could not be applied, a fresh copy is on its way. `refused`: policy said no.
 */
export type LinkState =
  | 'connecting'
  | 'asking'
  | 'live'
  | 'stale'
  | 'out-of-step'
  | 'missing'
  | 'refused'
  | 'failed'
  | 'closed';

/** A state, since when, and why. */
export type LinkStatus = {
  readonly state: LinkState;
  /** ns since 1970-01-01 UTC, this computer's clock. */
  readonly sinceNs: bigint;
  /** Why it is not live; null when it is, or when there is nothing to say. */
  readonly fault: Fault | null;
  /** How often the value was out of step since the source was opened. */
  readonly outOfStepCount: number;
};

/** One value with what is known about it. */
export type Reading<V> = {
  /** The value itself: the source's own object, alive; read it now, copy what you keep. */
  readonly value: V;
  /** Its Python or PV type for people, e.g. `float64[1000]`, `int`, `DBR_DOUBLE`. */
  readonly type: string;
  /** The instrument's time stamp if it sends one, else when the bytes arrived. ns since 1970-01-01 UTC. */
  readonly timeNs: bigint;
  readonly alarm: Alarm;
  readonly display: Display;
  /** ARTIQ: kept over a restart of the master. Null where the notion does not exist. */
  readonly persist: boolean | null;
};

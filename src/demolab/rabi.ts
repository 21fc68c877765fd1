// A Rabi flop: a pulse of length t, then "is the ion excited?", a hundred times for each t.
//
//   P(t) = 1/2 (1 - exp(-t / tau) cos(2 pi f t))

import type { Noise } from './noise.js';

const SHOTS = 100;
const LONGEST_S = 25e-6;
const FREQUENCY_HZ = 280e3;
const DECAY_S = 21e-6;
/** Points before a fit means anything: about one period. */
const FIT_FROM = 36;

/** One point as it is measured. `error` is the standard error of `p`. */
export type RabiPoint = { readonly index: number; readonly p: number; readonly error: number };

/** One scan over the pulse length, point by point. No two scans have quite the same laser power. */
export class RabiScan {
  /** Pulse lengths in s, ascending from 0. */
  readonly times: Float64Array<ArrayBuffer>;
  private readonly _noise: Noise;
  private readonly _frequencyHz: number;
  private readonly _decayS: number;
  private _next = 0;

  constructor(noise: Noise, pointCount: number) {
    this._noise = noise;
    this._frequencyHz = FREQUENCY_HZ * (1 + 0.02 * noise.normal());
    this._decayS = DECAY_S * Math.exp(0.1 * noise.normal());
    const step = LONGEST_S / pointCount;
    this.times = Float64Array.from({ length: pointCount }, (_, index) => index * step);
  }

  /** Points measured so far. */
  get measuredCount(): number {
    return this._next;
  }

  get isComplete(): boolean {
    return this._next === this.times.length;
  }

  /** The length of a pi pulse in s, as a fit would find it. */
  get piTimeS(): number {
    return 1 / (2 * this._frequencyHz);
  }

  /** The next point, or null when the scan is complete. */
  measure(): RabiPoint | null {
    const time = this.times[this._next];
    if (time === undefined) {
      return null;
    }
    const p = this._noise.binomial(SHOTS, flop(time, this._frequencyHz, this._decayS)) / SHOTS;
    // The quarter shot keeps the error finite where all shots agree.
    const error = Math.sqrt((p * (1 - p) + 0.25 / SHOTS) / SHOTS);
    const index = this._next;
    this._next += 1;
    return { index, p, error };
  }

  /** The curve through the points so far, at all `times`; it settles as points come in. Null before the first period. */
  fit(): Float64Array<ArrayBuffer> | null {
    if (this._next < FIT_FROM) {
      return null;
    }
    const doubt = 0.3 / this._next;
    const frequency = this._frequencyHz * (1 + doubt * this._noise.normal());
    const decay = this._decayS * Math.exp(10 * doubt * this._noise.normal());
    return this.times.map(time => flop(time, frequency, decay));
  }
}

function flop(time: number, frequencyHz: number, decayS: number): number {
  return 0.5 * (1 - Math.exp(-time / decayS) * Math.cos(2 * Math.PI * frequencyHz * time));
}

// Photon counts of a read-out: a dark ion gives one or two, a bright one about eighteen.

import type { Noise } from './noise.js';

export const PHOTON_BINS = 48;
const DARK_MEAN = 1.3;
const BRIGHT_MEAN = 18;
const SHOTS_PER_UPDATE = 50;

/** A histogram that grows with every update, and one for each part of the scan. */
export class PhotonHistogram {
  /** Shots by photon count; the last bin also takes all higher counts. */
  readonly counts = new BigInt64Array(PHOTON_BINS);
  /** The same, a row for each part of the scan. */
  readonly byPart: BigInt64Array<ArrayBuffer>;
  private readonly _noise: Noise;

  constructor(noise: Noise, partCount: number) {
    this._noise = noise;
    this.byPart = new BigInt64Array(partCount * PHOTON_BINS);
  }

  /** Edges of the bins: one more than `counts`. */
  static edges(): Float64Array<ArrayBuffer> {
    return Float64Array.from({ length: PHOTON_BINS + 1 }, (_, edge) => edge);
  }

  /** Take some shots of an ion that is bright with `probability`, in this part of the scan. @returns photons seen. */
  update(probability: number, part: number): number {
    let photons = 0;
    for (let shot = 0; shot < SHOTS_PER_UPDATE; shot++) {
      const isBright = this._noise.uniform() < probability;
      const count = this._noise.poisson(isBright ? BRIGHT_MEAN : DARK_MEAN);
      photons += count;
      const bin = Math.min(count, PHOTON_BINS - 1);
      this.counts[bin]! += 1n;
      this.byPart[part * PHOTON_BINS + bin]! += 1n;
    }
    return photons;
  }
}

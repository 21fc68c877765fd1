// Chance that repeats: the same seed gives the same lab.
//
// Source of the generator: Chris Doty-Humphrey's sfc32 (PractRand), public domain.

/** Random numbers of the distributions that instruments have. */
export class Noise {
  private _a: number;
  private _b: number;
  private _c: number;
  private _counter = 1;
  private _spare: number | null = null;

  /** @param seed - any 32-bit integer. */
  constructor(seed: number) {
    this._a = seed | 0;
    this._b = 0x9e3779b9 | 0; // golden ratio
    this._c = 0x243f6a88; // pi
    for (let i = 0; i < 12; i++) {
      this.uniform(); // spreads the seed over the whole state
    }
  }

  /** In [0, 1), with 32 bits. */
  uniform(): number {
    const t = (((this._a + this._b) | 0) + this._counter) | 0;
    this._counter = (this._counter + 1) | 0;
    this._a = this._b ^ (this._b >>> 9);
    this._b = (this._c + (this._c << 3)) | 0;
    this._c = ((this._c << 21) | (this._c >>> 11)) + t;
    this._c |= 0;
    return (t >>> 0) / 4294967296;
  }

  /** Normal, mean 0, standard deviation 1. */
  normal(): number {
    if (this._spare !== null) {
      const spare = this._spare;
      this._spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this._spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** How often an event of `mean` counts. Costs about `mean` steps: for small means. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) {
      count += 1;
    }
    return count;
  }

  /** Successes among `trials`, each with `probability`. */
  binomial(trials: number, probability: number): number {
    let successes = 0;
    for (let i = 0; i < trials; i++) {
      if (this.uniform() < probability) {
        successes += 1;
      }
    }
    return successes;
  }
}

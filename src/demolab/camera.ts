// A camera that looks at a chain of trapped ions: bright spots on a noisy background.

import type { Noise } from './noise.js';

export const CAMERA_SIZE = 512;
const PIXELS = CAMERA_SIZE * CAMERA_SIZE;

const BACKGROUND = 420; // counts
const READ_NOISE = 14;
const PEAK = 2600;
const SPOT_SIGMA = 13; // pixels; large enough that one percent of the picture is bright
const SPOT_REACH = 48;
const GLOW = 260; // stray light around the middle
const GLOW_SIGMA = 130;
const ION_COUNT = 5;
const CHANCE_TO_DARKEN = 0.003; // per ion and frame
const CHANCE_TO_RETURN = 0.06;

/** Read noise is drawn once; a frame takes it from a place of its own. 65536 places are plenty for an eye. */
const PLACES = 65536;

/** A 512 × 512 picture at a time; making one costs about a millisecond. */
export class Camera {
  private readonly _noise: Noise;
  private readonly _dark: Uint16Array<ArrayBuffer>;
  private readonly _grain: Float32Array;
  private readonly _glow = glow();
  private readonly _isBright: boolean[] = new Array(ION_COUNT).fill(true);

  constructor(noise: Noise) {
    this._noise = noise;
    this._grain = Float32Array.from({ length: PLACES }, () => noise.normal());
    this._dark = Uint16Array.from({ length: PIXELS + PLACES }, () =>
      Math.max(0, Math.round(BACKGROUND + READ_NOISE * noise.normal())),
    );
  }

  /** The picture at `timeS`, row by row; it belongs to the caller. */
  expose(timeS: number): Uint16Array<ArrayBuffer> {
    const place = Math.floor(this._noise.uniform() * PLACES);
    const frame = this._dark.slice(place, place + PIXELS);
    for (let at = 0; at < PIXELS; at++) {
      frame[at] = frame[at]! + this._glow[at]!;
    }
    for (let ion = 0; ion < ION_COUNT; ion++) {
      const wasBright = this._isBright[ion] === true;
      const chance = wasBright ? CHANCE_TO_DARKEN : CHANCE_TO_RETURN;
      const isBright = this._noise.uniform() < chance ? !wasBright : wasBright;
      this._isBright[ion] = isBright;
      if (isBright) {
        // Ions repel each other: the outer ones stand further apart. The chain breathes slowly.
        const offset = ion - (ION_COUNT - 1) / 2;
        const stretch = 1 + 0.01 * Math.sin(0.7 * timeS);
        const x = 256 + stretch * (68 * offset + 5 * offset * Math.abs(offset));
        const y = 250 + 1.5 * Math.sin(0.31 * timeS) + 0.05 * (x - 256);
        this._addSpot(frame, x, y, PEAK * (0.93 + 0.14 * this._noise.uniform()));
      }
    }
    return frame;
  }

  private _addSpot(frame: Uint16Array, x: number, y: number, peak: number): void {
    const left = Math.round(x) - SPOT_REACH;
    const top = Math.round(y) - SPOT_REACH;
    const width = 2 * SPOT_REACH + 1;
    const across = profile(left - x, width, SPOT_SIGMA);
    const down = profile(top - y, width, SPOT_SIGMA);
    let grain = Math.floor(this._noise.uniform() * PLACES);
    for (let row = 0; row < width; row++) {
      const brightness = peak * down[row]!;
      let at = (top + row) * CAMERA_SIZE + left;
      for (let column = 0; column < width; column++) {
        const light = brightness * across[column]!;
        grain = (grain + 1) % PLACES;
        frame[at] = frame[at]! + Math.max(0, light + Math.sqrt(light) * this._grain[grain]!);
        at += 1;
      }
    }
  }
}

/** A Gaussian of height 1, from `from` pixels beside its middle. */
function profile(from: number, length: number, sigma: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.exp(-((from + i) ** 2) / (2 * sigma ** 2)));
}

function glow(): Uint16Array {
  const shape = profile(-CAMERA_SIZE / 2, CAMERA_SIZE, GLOW_SIGMA);
  return Uint16Array.from({ length: PIXELS }, (_, at) => {
    const row = Math.floor(at / CAMERA_SIZE);
    return GLOW * shape[row]! * shape[at - row * CAMERA_SIZE]!;
  });
}

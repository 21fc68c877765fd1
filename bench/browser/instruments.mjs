// What is fed: datasets in ARTIQ's shape and how they change. The same in the worker and over TCP.

import { NDArray, PyDict, Tuple } from '../../lib/values/index.js';

export const TRACE_POINTS = 1_000_000;
export const TRACE_HZ = 100;
export const CAMERA_SIZE = 2048;
export const CAMERA_HZ = 10;
export const CHANGES_POINTS = 1000;
export const TEN = {
  traces: { count: 3, points: 100_000, hz: 100 },
  pictures: { count: 2, size: 512, hz: 10 },
  datasets: { count: 2000, hz: 500 },
  numbers: { count: 4, hz: 20 },
};
export const COLUMNS = { rows: 1000, hz: 20 };
export const METHODS = { instruments: 50, perInstrument: 10 };
const PICTURES = 4; // made once: making one takes longer than showing it

const dataset = value => new Tuple([false, value, new PyDict()]);

/** `y`: a wave with noise, as a digitizer records it; each step sets one element, all over the place. */
export function traceFeed() {
  const noise = uniform(1);
  // Of a thousand points in a pixel column, the extremes are a third of the wave's height apart.
  const sample = i => Math.sin(i / 5e4) + 0.2 * (noise() + noise() + noise() - 1.5);
  const y = Float64Array.from({ length: TRACE_POINTS }, (_, i) => sample(i));
  return {
    hz: TRACE_HZ,
    late: TRACE_HZ,
    struct: new PyDict([['y', dataset(NDArray.of(y))]]),
    step: (notifier, i) => {
      const at = (i * 7919) % TRACE_POINTS;
      notifier.at('y').at(1n).set(BigInt(at), sample(at));
    },
  };
}

/** `y`: 1000 points; each step sets one of them to the wall clock in ms, which it returns. */
export function changesFeed() {
  return {
    struct: new PyDict([['y', dataset(new NDArray('<f8', [CHANGES_POINTS]))]]),
    step: (notifier, i) => {
      const stamp = Date.now();
      notifier
        .at('y')
        .at(1n)
        .set(BigInt(i % CHANGES_POINTS), stamp);
      return stamp;
    },
  };
}

/** `x` and `y`: 1000 points each; a step replaces y. */
export function columnsFeed() {
  const { rows } = COLUMNS;
  const noise = uniform(2);
  const column = sample => dataset(NDArray.of(Float64Array.from({ length: rows }, sample)));
  const wave = phase => column((_, i) => Math.sin(i / 60 + phase) + 0.2 * noise());
  return {
    struct: new PyDict([
      ['x', column((_, i) => i / rows)],
      ['y', wave(0)],
    ]),
    step: (notifier, i) => notifier.set('y', wave(i / 10)),
  };
}

/** `frame`: a bright spot on noise that walks over the sensor. Base64 makes 11.2 MB of its 8.4 MB. */
export function cameraFeed() {
  const pictures = Array.from({ length: PICTURES }, (_, i) => picture(i));
  return {
    hz: CAMERA_HZ,
    late: 1,
    struct: new PyDict([['frame', dataset(pictures[0])]]),
    step: (notifier, i) => {
      notifier.set('frame', dataset(pictures[i % PICTURES]));
      return Date.now();
    },
  };
}

/** `y0` … `y2`: a wave of 100 000 points each; a step sets one element of each. */
export function tracesFeed() {
  const { count, points } = TEN.traces;
  const sample = (which, i) => Math.sin(i / 5e3 + which) + 0.1 * Math.sin(i * 1.7);
  const waves = Array.from({ length: count }, (_, which) =>
    Float64Array.from({ length: points }, (_, i) => sample(which, i)),
  );
  return {
    struct: new PyDict(waves.map((wave, which) => [`y${which}`, dataset(NDArray.of(wave))])),
    step: (notifier, i) => {
      const at = (i * 7919) % points;
      for (let which = 0; which < count; which += 1) {
        notifier
          .at(`y${which}`)
          .at(1n)
          .set(BigInt(at), sample(which, at) * (1 + 0.1 * Math.sin(i)));
      }
    },
  };
}

/** `frame0`, `frame1`: a bright spot on noise; a step sets both. */
export function picturesFeed() {
  const { count, size } = TEN.pictures;
  const pictures = Array.from({ length: PICTURES }, (_, i) => picture(i, size));
  const shown = (which, i) => dataset(pictures[(i + which) % PICTURES]);
  return {
    struct: new PyDict(
      Array.from({ length: count }, (_, which) => [`frame${which}`, shown(which, 0)]),
    ),
    step: (notifier, i) => {
      for (let which = 0; which < count; which += 1) {
        notifier.set(`frame${which}`, shown(which, i));
      }
    },
  };
}

/** 2 000 floats in 50 groups of 40; a step sets one, all over the place. */
export function datasetsFeed() {
  const { count } = TEN.datasets;
  const keyOf = i => `group${String(i % 50).padStart(2, '0')}.value${Math.floor(i / 50)}`;
  return {
    struct: new PyDict(Array.from({ length: count }, (_, i) => [keyOf(i), dataset(i / 7)])),
    step: (notifier, i) => notifier.set(keyOf((i * 769) % count), dataset(i / 7)),
  };
}

/** `n0` … `n3`: a float each; a step sets all. */
export function numbersFeed() {
  const { count } = TEN.numbers;
  const names = Array.from({ length: count }, (_, which) => `n${which}`);
  return {
    struct: new PyDict(names.map(name => [name, dataset(0)])),
    step: (notifier, i) => {
      for (const [which, name] of names.entries()) {
        notifier.set(name, dataset(Math.sin(i / 30 + which)));
      }
    },
  };
}

/** What many programs say at once: levels and sources in turn, each 50th with a traceback. */
export function logRecord(i) {
  const text = `scan: measured point ${i} of 100000`;
  const trace = '\nTraceback (most recent call last):\n  File "scan.py", line 12\nValueError: no';
  return new Tuple([
    LOG_LEVELS[i % LOG_LEVELS.length],
    `worker(${i % 20},scan.py)`,
    Date.now() / 1000,
    i % 50 === 0 ? text + trace : text,
  ]);
}

const LOG_LEVELS = [10n, 20n, 20n, 20n, 30n, 40n];

function picture(phase, size = CAMERA_SIZE) {
  const pixels = new Uint16Array(size * size);
  const noise = uniform(phase + 1);
  for (let i = 0; i < pixels.length; i += 1) {
    pixels[i] = 400 + 64 * noise();
  }
  const unit = size / CAMERA_SIZE;
  const centre = Math.round(size / 2 + 200 * unit * phase);
  const reach = Math.round(300 * unit);
  for (let row = -reach; row < reach; row += 1) {
    for (let column = -reach; column < reach; column += 1) {
      const light = 3000 * Math.exp(-(row * row + column * column) / (20_000 * unit * unit));
      pixels[(centre + row) * size + centre + column] += light;
    }
  }
  return NDArray.of(pixels, [size, size]);
}

/** Numbers in [0, 1) that look random and are the same on every run. */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

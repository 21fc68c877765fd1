// The `datasets` notifier as ARTIQ has it: name → (persist, value, metadata).
//
// A name's dots are folders. `unit`, `scale` and `precision` are each optional; what is shown is
// value / scale. ARTIQ 7 and older send pairs without metadata: one of them is kept here.

import { Notifier } from '../protocols/sipyco/index.js';
import {
  dict,
  getItem,
  iterate,
  NDArray,
  PyDict,
  PythonError,
  type PyValue,
  pyRepr,
  Tuple,
} from '../values/index.js';
import { CAMERA_SIZE } from './camera.js';
import { PHOTON_BINS, PhotonHistogram } from './photons.js';
import { everyType } from './types.js';

type Metadata = {
  readonly unit?: string;
  readonly scale?: number;
  readonly precision?: number;
};

/** What is known of each dataset beside its value. */
const KNOWN: { readonly [name: string]: { readonly persist: boolean } & Metadata } = {
  'rabi.t': { persist: false, unit: 'µs', scale: 1e-6, precision: 2 },
  'rabi.p': { persist: false, precision: 3 },
  'rabi.p_err': { persist: false, precision: 3 },
  'rabi.fit': { persist: false, precision: 3 },
  'rabi.pi_time': { persist: true, unit: 'µs', scale: 1e-6, precision: 3 },
  'camera.frame': { persist: false },
  'camera.exposure': { persist: true, unit: 'ms', scale: 1e-3, precision: 1 },
  'photons.counts': { persist: false },
  'photons.bins': { persist: false },
  'photons.t': { persist: false, unit: 'µs', scale: 1e-6, precision: 2 },
  'photons.by_t': { persist: false },
  'photons.total': { persist: true },
  'cooling.detuning': { persist: true, unit: 'MHz', scale: 1e6, precision: 3 },
  temperature: { persist: true, unit: '°C', precision: 3 },
  progress: { persist: false, unit: '%', precision: 1 },
  'motor.position': { persist: true, unit: 'mm', scale: 1e-3, precision: 3 },
};

/** Photons ever counted, by a counter that has run for long: a float64 could not tell it from its neighbour. */
const TOTAL_AT_START = 2n ** 53n + 1n;

/** The datasets of the demo lab and their notifier. */
export class Datasets {
  readonly notifier: Notifier;
  private _total = TOTAL_AT_START;

  constructor() {
    this.notifier = new Notifier(
      new PyDict([
        ['rabi.t', null],
        ['rabi.p', null],
        ['rabi.p_err', null],
        ['rabi.fit', null],
        entry('rabi.pi_time', 1.786e-6),
        entry('camera.frame', new NDArray('<u2', [CAMERA_SIZE, CAMERA_SIZE])),
        entry('camera.exposure', 0.08),
        entry('photons.counts', NDArray.of(new BigInt64Array(PHOTON_BINS))),
        entry('photons.bins', NDArray.of(PhotonHistogram.edges())),
        ['photons.t', null],
        ['photons.by_t', null],
        entry('photons.total', TOTAL_AT_START),
        entry('cooling.detuning', -10.25e6),
        entry('temperature', 22.4),
        entry('progress', 0),
        ['legacy.voltage', new Tuple([true, 1.25])],
        ...Array.from(everyType(), ([name, value]): [string, PyValue] => [
          `types.${name}`,
          new Tuple([false, value, new PyDict()]),
        ]),
      ]),
    );
  }

  /** Replace a dataset, as ARTIQ's `set_dataset` does. */
  set(name: string, value: PyValue): void {
    this.notifier.set(name, entry(name, value)[1]);
  }

  /** So many photons more. */
  count(photons: number): void {
    this._total += BigInt(photons);
    this.set('photons.total', this._total);
  }

  /** Change one element of an array, as ARTIQ's `mutate_dataset` does. */
  mutate(name: string, index: number, value: PyValue): void {
    try {
      this.notifier.at(name).at(1n).set(BigInt(index), value);
    } catch (error) {
      // Somebody has deleted the array, or put something else there: the simulation does without it.
      if (!(error instanceof PythonError)) {
        throw error;
      }
    }
  }

  /** Item `i` of a dataset: 0 is persist, 1 the value, 2 the metadata. @throws {PythonError} there is none. */
  item(name: PyValue, i: 0n | 1n | 2n): PyValue {
    return getItem(getItem(this.notifier.rawView, name), i);
  }

  /** Set from outside: null keeps what is there, of a new one `persist` is false and metadata empty. */
  put(name: string, value: PyValue, persist: boolean | null, metadata: PyDict | null): void {
    const old = (this.notifier.rawView as PyDict).get(name);
    const [oldPersist, , oldMetadata] = old instanceof Tuple ? old.items : [];
    this.notifier.set(
      name,
      new Tuple([persist ?? oldPersist ?? false, value, metadata ?? oldMetadata ?? new PyDict()]),
    );
  }

  /** Apply a mod from outside. @throws {PythonError} it does not apply. */
  update(mod: PyValue): void {
    const target = this.notifier.at(...iterate(getItem(mod, 'path')));
    const action = getItem(mod, 'action');
    switch (action) {
      case 'append':
        target.append(getItem(mod, 'x'));
        break;
      case 'insert':
        target.insert(getItem(mod, 'i'), getItem(mod, 'x'));
        break;
      case 'pop':
        target.pop(getItem(mod, 'i'));
        break;
      case 'setitem':
        target.set(getItem(mod, 'key'), getItem(mod, 'value'));
        break;
      case 'delitem':
        target.delete(getItem(mod, 'key'));
        break;
      default:
        throw new PythonError('ValueError', `${pyRepr(action)} is no action of a mod`);
    }
  }
}

function entry(name: string, value: PyValue): [string, PyValue] {
  const { persist = false, ...metadata } = KNOWN[name] ?? {};
  return [name, new Tuple([persist, value, metadataDict(metadata)])];
}

function metadataDict({ unit, scale, precision }: Metadata): PyDict {
  return dict({
    ...(unit === undefined ? {} : { unit }),
    ...(scale === undefined ? {} : { scale }),
    ...(precision === undefined ? {} : { precision: BigInt(precision) }),
  });
}

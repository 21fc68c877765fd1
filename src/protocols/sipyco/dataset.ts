// The shape of ARTIQ's datasets: (persist, value, metadata), or (persist, value) up to ARTIQ 7.
//
// Metadata may hold unit, scale and precision, each or none of them. What is shown is value / scale; a
// unit that ARTIQ knows has a scale of its own, which one in the metadata overrides.
//
// Source: docs/protocols/sync_struct.md, "ARTIQ's datasets"; ARTIQ's units (artiq.language.units).

import { type Display, NumpyScalar, PyDict, type PyValue, Tuple } from '../../values/index.js';

/** One dataset, taken apart. `value` is the struct's own object. */
export type Dataset = {
  /** Kept when the master restarts. */
  readonly persist: boolean;
  readonly value: PyValue;
  readonly display: Display;
};

// A null prototype: units come from the wire, and 'constructor' must not be one.
const UNITS: { readonly [unit: string]: number | undefined } = Object.assign(Object.create(null), {
  ps: 1e-12,
  ns: 1e-9,
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  mHz: 1e-3,
  Hz: 1,
  kHz: 1e3,
  MHz: 1e6,
  GHz: 1e9,
  dB: 1,
  uV: 1e-6,
  mV: 1e-3,
  V: 1,
  kV: 1e3,
  uA: 1e-6,
  mA: 1e-3,
  A: 1,
  nW: 1e-9,
  uW: 1e-6,
  mW: 1e-3,
  W: 1,
});

/** `entry` taken apart, or null where it has not the shape of a dataset. */
export function datasetOf(entry: PyValue): Dataset | null {
  if (!(entry instanceof Tuple) || entry.length < 2 || entry.length > 3) {
    return null;
  }
  const [first, value, metadata] = entry.items as [PyValue, PyValue, PyValue?];
  const persist = plain(first);
  if (typeof persist !== 'boolean' || (metadata !== undefined && !(metadata instanceof PyDict))) {
    return null;
  }
  return {
    persist,
    value,
    display: metadata === undefined ? {} : displayOf(metadata),
  };
}

/** How metadata want a value to be shown. What is not of the type it should be is left out. */
export function displayOf(metadata: PyDict): Display {
  const unit = plain(metadata.get('unit') ?? null);
  const precision = plain(metadata.get('precision') ?? null);
  const scale =
    scaleOf(plain(metadata.get('scale') ?? null)) ??
    (typeof unit === 'string' ? UNITS[unit] : undefined);
  return {
    ...(typeof unit === 'string' && unit !== '' ? { unit } : {}),
    ...(scale === undefined ? {} : { scale }),
    ...(typeof precision === 'bigint' && precision >= 0n && precision <= 100n
      ? { precision: Number(precision) }
      : {}),
  };
}

/** A scale that one can divide by. */
function scaleOf(value: PyValue): number | undefined {
  const scale = typeof value === 'bigint' ? Number(value) : value;
  return typeof scale === 'number' && Number.isFinite(scale) && scale !== 0 ? scale : undefined;
}

/** A numpy scalar as the Python value it holds: metadata may be written with either. */
function plain(value: PyValue): PyValue {
  return value instanceof NumpyScalar ? value.item() : value;
}

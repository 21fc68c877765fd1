// numpy's datetime64 and timedelta64: what a tick is worth, and how Python writes it.
//
// Ticks count from 1970-01-01T00:00, without leap seconds, in the dtype's unit (`ns`, `25s`, …).
// Years and months have no fixed length; the others have, so they are compared in attoseconds.

import type { DType } from './dtype.js';
import { NAT, type NumpyScalar } from './scalar.js';

const ATTO = 10n ** 18n;

/** Attoseconds of the units with a fixed length. */
const LENGTHS: ReadonlyMap<string, bigint> = new Map([
  ['W', 604800n * ATTO],
  ['D', 86400n * ATTO],
  ['h', 3600n * ATTO],
  ['m', 60n * ATTO],
  ['s', ATTO],
  ['ms', 10n ** 15n],
  ['us', 10n ** 12n],
  ['ns', 10n ** 9n],
  ['ps', 10n ** 6n],
  ['fs', 10n ** 3n],
  ['as', 1n],
]);

/** Digits after the second that a unit shows. */
const DIGITS: ReadonlyMap<string, number> = new Map([
  ['ms', 3],
  ['us', 6],
  ['ns', 9],
  ['ps', 12],
  ['fs', 15],
  ['as', 18],
]);

/** `25s` → [25n, 's']; the generic unit → [1n, '']. */
function splitUnit(dtype: DType): [count: bigint, unit: string] {
  const digits = /^\d*/.exec(dtype.unit)?.[0] ?? '';
  return [digits === '' ? 1n : BigInt(digits), dtype.unit.slice(digits.length)];
}

/** A text that two datetimes (or two timedeltas) share exactly when numpy finds them equal. */
export function instant(scalar: NumpyScalar): string {
  const ticks = scalar.ticks();
  if (ticks === NAT) {
    return 'NaT';
  }
  const [count, unit] = splitUnit(scalar.dtype);
  const value = ticks * count;
  if (unit === '') {
    return `g${value}`;
  }
  const length = LENGTHS.get(unit);
  if (length !== undefined) {
    return String(value * length);
  }
  const months = unit === 'Y' ? 12n * value : value;
  return scalar.dtype.kind === 'm' ? `m${months}` : String(dayOfMonth(months) * 86400n * ATTO);
}

/** ISO 8601 as numpy writes a datetime64, `NaT` where there is none. */
export function isoText(scalar: NumpyScalar): string {
  const ticks = scalar.ticks();
  const [count, unit] = splitUnit(scalar.dtype);
  if (ticks === NAT || unit === '') {
    return 'NaT';
  }
  const value = ticks * count;
  if (unit === 'Y') {
    return yearText(1970n + value);
  }
  if (unit === 'M') {
    const [year, month] = civilOfMonth(value);
    return `${yearText(year)}-${two(month)}`;
  }
  const [days, atto] = floorDivide(value * (LENGTHS.get(unit) ?? 1n), 86400n * ATTO);
  const [year, month, day] = civilOfDay(days);
  const date = `${yearText(year)}-${two(month)}-${two(day)}`;
  if (unit === 'D' || unit === 'W') {
    return date;
  }
  const seconds = atto / ATTO;
  const hour = `${date}T${two(seconds / 3600n)}`;
  if (unit === 'h') {
    return hour;
  }
  const minute = `${hour}:${two((seconds / 60n) % 60n)}`;
  if (unit === 'm') {
    return minute;
  }
  const second = `${minute}:${two(seconds % 60n)}`;
  const digits = DIGITS.get(unit);
  return digits === undefined
    ? second
    : `${second}.${String(atto % ATTO)
        .padStart(18, '0')
        .slice(0, digits)}`;
}

function two(value: bigint): string {
  return String(value).padStart(2, '0');
}

function yearText(year: bigint): string {
  return year < 0n ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0');
}

function floorDivide(a: bigint, b: bigint): [quotient: bigint, rest: bigint] {
  const rest = ((a % b) + b) % b;
  return [(a - rest) / b, rest];
}

function civilOfMonth(months: bigint): [year: bigint, month: bigint] {
  const [years, month] = floorDivide(months, 12n);
  return [1970n + years, month + 1n];
}

/** Days from 1970-01-01 to the first of a month. */
function dayOfMonth(months: bigint): bigint {
  const [year, month] = civilOfMonth(months);
  // Years that begin in March put the leap day at the end.
  const y = month <= 2n ? year - 1n : year;
  const [era, yearOfEra] = floorDivide(y, 400n);
  const dayOfYear = (153n * (month + (month > 2n ? -3n : 9n)) + 2n) / 5n;
  const dayOfEra = yearOfEra * 365n + yearOfEra / 4n - yearOfEra / 100n + dayOfYear;
  return era * 146097n + dayOfEra - 719468n;
}

function civilOfDay(days: bigint): [year: bigint, month: bigint, day: bigint] {
  const [era, dayOfEra] = floorDivide(days + 719468n, 146097n);
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36524n - dayOfEra / 146096n) / 365n;
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const shifted = (5n * dayOfYear + 2n) / 153n;
  const day = dayOfYear - (153n * shifted + 2n) / 5n + 1n;
  const month = shifted < 10n ? shifted + 3n : shifted - 9n;
  const year = yearOfEra + era * 400n + (month <= 2n ? 1n : 0n);
  return [year, month, day];
}

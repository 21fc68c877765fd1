// datetime64 and timedelta64 on assignment: texts read, units converted.
//
// A datetime in a coarser unit is rounded down. Years and months of a timedelta have no fixed length,
// so an array of them converts with the average (365.2425 days), and a single one not at all.
//
// Source: numpy's reference, "Datetimes and timedeltas"; refusals observed with numpy 2.4.

import type { DType } from './dtype.js';
import { PythonError } from './pyerror.js';
import { NAT } from './scalar.js';

const ATTO = 10n ** 18n;
const DAY = 86400n * ATTO;
/** The average month of the Gregorian calendar: 400 years are 146097 days. */
const AVERAGE_MONTH = (146097n * DAY) / 4800n;

/** Attoseconds of a unit; months of the two that have no fixed length. */
const FIXED: { readonly [unit: string]: bigint | undefined } = Object.assign(Object.create(null), {
  W: 7n * DAY,
  D: DAY,
  h: 3600n * ATTO,
  m: 60n * ATTO,
  s: ATTO,
  ms: 10n ** 15n,
  us: 10n ** 12n,
  ns: 10n ** 9n,
  ps: 10n ** 6n,
  fs: 10n ** 3n,
  as: 1n,
});
const MONTHS: { readonly [unit: string]: bigint | undefined } = Object.assign(Object.create(null), {
  Y: 12n,
  M: 1n,
});

/** `25s` as 25 and `s`. */
function unitOf(dtype: DType): { readonly count: bigint; readonly unit: string } {
  const digits = /^\d*/.exec(dtype.unit)![0];
  return { count: digits === '' ? 1n : BigInt(digits), unit: dtype.unit.slice(digits.length) };
}

/** Is the unit a number of months rather than of seconds? */
export function isCalendarUnit(dtype: DType): boolean {
  return MONTHS[unitOf(dtype).unit] !== undefined;
}

/** Ticks of `from` as ticks of `to`, both datetime64. @throws {PythonError} `to` has no unit and `from` has. */
export function convertDatetime(ticks: bigint, from: DType, to: DType): bigint {
  if (ticks === NAT || from.unit === to.unit || from.unit === '') {
    return ticks;
  }
  if (to.unit === '') {
    return NAT;
  }
  const { count, unit } = unitOf(from);
  const months = MONTHS[unit];
  const atto =
    months === undefined ? ticks * count * FIXED[unit]! : daysOfMonth(ticks * count * months) * DAY;
  return fromAttoseconds(atto, to);
}

/** Ticks of `from` as ticks of `to`, both timedelta64. @throws {PythonError} `to` has no unit and `from` has. */
export function convertTimedelta(ticks: bigint, from: DType, to: DType): bigint {
  if (ticks === NAT || from.unit === to.unit || from.unit === '') {
    return ticks;
  }
  if (to.unit === '') {
    throw new PythonError(
      'ValueError',
      'Cannot convert from specific units to generic units in NumPy datetimes or timedeltas',
    );
  }
  const source = unitOf(from);
  const target = unitOf(to);
  const sourceMonths = MONTHS[source.unit];
  const targetMonths = MONTHS[target.unit];
  if (sourceMonths !== undefined && targetMonths !== undefined) {
    return int64(floorDivide(ticks * source.count * sourceMonths, target.count * targetMonths));
  }
  const atto = ticks * source.count * (FIXED[source.unit] ?? sourceMonths! * AVERAGE_MONTH);
  return int64(
    floorDivide(atto, target.count * (FIXED[target.unit] ?? targetMonths! * AVERAGE_MONTH)),
  );
}

/** Year, month, day, time of day, fraction of the second, zone; each later part needs the one before. */
const ISO =
  /^\s*([+-]?\d+)(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,18})\d*)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?$/;

/**
 * The ticks of an ISO 8601 text; `NaT` and the empty text are no time. "now" and "today" are refused:
 * a struct must not depend on the reader's clock.
 * @throws {PythonError} no such date, or not a date.
 */
export function parseDatetime(text: string, to: DType): bigint {
  if (text === '' || text.toLowerCase() === 'nat') {
    return NAT;
  }
  const match = ISO.exec(text);
  if (match === null) {
    throw new PythonError('ValueError', `Error parsing datetime string "${text}"`);
  }
  if (to.unit === '') {
    throw new PythonError(
      'ValueError',
      'Cannot create a NumPy datetime other than NaT with generic units',
    );
  }
  const number = (i: number, absent: bigint) =>
    match[i] === undefined ? absent : BigInt(match[i]!);
  const check = (name: string, value: bigint, low: bigint, high: bigint) => {
    if (value < low || value > high) {
      throw new PythonError('ValueError', `${name} out of range in datetime string "${text}"`);
    }
    return value;
  };
  const year = number(1, 0n);
  const month = check('Month', number(2, 1n), 1n, 12n);
  const months = (year - 1970n) * 12n + month - 1n;
  const day = check('Day', number(3, 1n), 1n, daysOfMonth(months + 1n) - daysOfMonth(months));
  const hour = check('Hours', number(4, 0n), 0n, 23n);
  const minute = check('Minutes', number(5, 0n), 0n, 59n);
  const second = check('Seconds', number(6, 0n), 0n, 59n);
  const fraction = BigInt((match[7] ?? '').padEnd(18, '0'));
  const days = daysOfMonth(months) + day - 1n;
  const seconds = (hour * 60n + minute - zoneMinutes(match[8])) * 60n + second;
  return fromAttoseconds(days * DAY + seconds * ATTO + fraction, to);
}

/** The ticks of a timedelta's text: digits, `NaT` or nothing. @throws {PythonError} anything else. */
export function parseTimedelta(text: string): bigint {
  if (text === '' || text.toLowerCase() === 'nat') {
    return NAT;
  }
  if (!/^[+-]?\d+$/.test(text)) {
    throw new PythonError('ValueError', 'Could not convert object to NumPy timedelta');
  }
  return BigInt.asIntN(64, BigInt(text.replace(/^\+/, '')));
}

const NAMES: { readonly [unit: string]: string | undefined } = Object.assign(Object.create(null), {
  Y: 'years',
  M: 'months',
  W: 'weeks',
  D: 'days',
  h: 'hours',
  m: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  ps: 'picoseconds',
  fs: 'femtoseconds',
  as: 'attoseconds',
});

/** `str(np.timedelta64(…))`: `3 days`. */
export function timedeltaText(ticks: bigint, dtype: DType): string {
  const { count, unit } = unitOf(dtype);
  return ticks === NAT ? 'NaT' : `${ticks * count} ${NAMES[unit] ?? 'generic time units'}`;
}

function fromAttoseconds(atto: bigint, to: DType): bigint {
  const { count, unit } = unitOf(to);
  const months = MONTHS[unit];
  return int64(
    months === undefined
      ? floorDivide(atto, count * FIXED[unit]!)
      : floorDivide(monthOfDay(floorDivide(atto, DAY)), count * months),
  );
}

function zoneMinutes(zone: string | undefined): bigint {
  if (zone === undefined || zone === 'Z') {
    return 0n;
  }
  const minutes = BigInt(zone.slice(1, 3)) * 60n + BigInt(zone.slice(3).replace(':', '') || '0');
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Days from 1970-01-01 to the first day of a month, counted from January 1970. */
function daysOfMonth(months: bigint): bigint {
  // Years that begin in March put the leap day at their end.
  const marches = months - 2n;
  const year = floorDivide(marches, 12n);
  const month = marches - year * 12n;
  const y = year + 1970n;
  const leaps = floorDivide(y, 4n) - floorDivide(y, 100n) + floorDivide(y, 400n);
  return 365n * y + leaps + (153n * month + 2n) / 5n - 719468n;
}

/** The month, counted from January 1970, in which a day lies. */
function monthOfDay(days: bigint): bigint {
  let month = floorDivide(days * 4800n, 146097n);
  while (daysOfMonth(month) > days) {
    month -= 1n;
  }
  while (daysOfMonth(month + 1n) <= days) {
    month += 1n;
  }
  return month;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** What is left of a count of ticks in 64 bits: numpy does not check. */
function int64(ticks: bigint): bigint {
  return BigInt.asIntN(64, ticks);
}

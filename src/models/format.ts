// What numbers, ages and sizes look like for people. No words here: those are in widgets/words.ts.

const THIN_SPACE = ' '; // narrow and no-break; only in read-outs, never in what is copied
const DIGITS = 6; // significant, where the instrument names no precision
const NS_PER_MS = 1_000_000n;

/** `0.731`, `−0`, `NaN`, `1.5e-7`; with `precision`, that many decimals at most. */
export function formatNumber(value: number, precision?: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  }
  if (Object.is(value, -0)) {
    return '−0';
  }
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= 1e-4 && size < 1e9);
  const text = isPlain
    ? plain(value, size, precision)
    : trimmed(value.toExponential(DIGITS - 1)).replace('e+', 'e');
  return group(text.replace(/^-/, '−'));
}

// Every digit before the point is shown: 12 345 678 must not end in zeros that nobody measured.
function plain(value: number, size: number, precision: number | undefined): string {
  if (precision !== undefined) {
    return value.toFixed(Math.min(precision, 20));
  }
  const before = size === 0 ? 1 : Math.floor(Math.log10(size)) + 1;
  return trimmed(value.toFixed(Math.max(0, DIGITS - before)));
}

/** 0.731000 → 0.731, 1.50000e-7 → 1.5e-7. */
function trimmed(text: string): string {
  return text.replace(/(\.\d*?)0+(e|$)/, '$1$2').replace(/\.(e|$)/, '$1');
}

/** Thin spaces in groups of three before the point, `1 204`, `12 000`. */
function group(text: string): string {
  return text.replace(/^(−?)(\d{4,})/, (_all, sign: string, digits: string) => {
    return sign + digits.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  });
}

/** `1 000`. */
export function formatCount(count: number): string {
  return group(String(Math.round(count)));
}

/** `10.0 /s`, `412 /s`, `0 /s`. */
export function formatRate(perSecond: number): string {
  const text =
    perSecond >= 99.95 ? formatCount(perSecond) : perSecond >= 0.05 ? perSecond.toFixed(1) : '0';
  return `${text} /s`;
}

/** `512 B`, `1.2 kB`, `34.0 MB`; 1 MB = 10^6 bytes. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? formatCount(size) : size.toFixed(size < 9.95 ? 1 : 0)} ${units[unit]}`;
}

/** `2 s`, `3 min`, `2 h`, `5 d`. */
export function formatAge(ns: bigint): string {
  const seconds = Math.max(0, Number(ns / 1_000_000_000n));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min`;
  }
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** Local `14:02:11`, with the date before it when that is not `nowNs`'s day. */
export function formatClock(ns: bigint, nowNs: bigint): string {
  const date = dateOf(ns);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return dayOf(date) === dayOf(dateOf(nowNs)) ? time : `${dayOf(date)} ${time}`;
}

/** `2026-11-21T14:02:11.123+01:00`: local time with its zone, ISO 8601. */
export function formatIso(ns: bigint): string {
  const date = dateOf(ns);
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${dayOf(date)}T${time}.${milliseconds}${zone}`;
}

function dateOf(ns: bigint): Date {
  return new Date(Number(ns / NS_PER_MS));
}

function dayOf(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

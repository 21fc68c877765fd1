// An SI prefix where the instrument names a bare unit and the number would need an exponent.
//
// An instrument that says scale or precision has decided itself. The prefix stays while the number
// keeps to a readable size, so that a value near a power of ten does not jump between two units.

import type { Display } from '../../values/index.js';

const UNITS: ReadonlySet<string> = new Set(
  's Hz V A W m g T Pa J N C F H S K Ω ohm Ohm eV rad bar mol'.split(' '),
);

const PREFIXES: ReadonlyMap<number, string> = new Map([
  [-15, 'f'],
  [-12, 'p'],
  [-9, 'n'],
  [-6, 'µ'],
  [-3, 'm'],
  [3, 'k'],
  [6, 'M'],
  [9, 'G'],
  [12, 'T'],
]);

/** `display`, with unit and scale of a prefix that suits `value`. `before`: what was chosen last. */
export function chooseUnit(display: Display, value: number, before: Display): Display {
  const { unit, scale = 1, precision } = display;
  const decided = scale !== 1 || precision !== undefined;
  if (decided || unit === undefined || !UNITS.has(unit)) {
    return display;
  }
  const size = Math.abs(value);
  const kept = before.scale ?? 1;
  if (kept !== 1 && before.unit?.endsWith(unit) === true && isReadable(size / kept, 0.1, 1e4)) {
    return { ...display, unit: before.unit, scale: kept };
  }
  if (size === 0 || !Number.isFinite(size) || isReadable(size, 1e-3, 1e6)) {
    return display;
  }
  const power = Math.max(-15, Math.min(12, 3 * Math.floor(Math.log10(size) / 3)));
  const prefix = PREFIXES.get(power);
  return prefix === undefined ? display : { ...display, unit: prefix + unit, scale: 10 ** power };
}

function isReadable(size: number, from: number, to: number): boolean {
  return size >= from && size < to;
}

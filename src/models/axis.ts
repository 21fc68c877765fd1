// Ranges and labels of an axis.
//
// A range grows to the next round number when the data leave it and shrinks only when they use less
// than a part of it: an axis that follows every frame cannot be read.

export type Range = readonly [min: number, max: number];

const SHRINK_BELOW = 0.4; // of the range; grows at 1, so there is room between
const RESOLUTION = 1e-12; // relative; closer than that, float64 has no room for ticks
const TINY = 1e-300; // below it a step would be a denormal number
const STEPS = [1, 2, 5, 10];

/**
 * The range to show for `data`, given the one shown now.
 * @returns `shown` itself while the data fit and fill it well enough.
 */
export function steppedRange(shown: Range | null, data: Range): Range {
  if (shown !== null && data[0] >= shown[0] && data[1] <= shown[1]) {
    const used = data[1] - data[0];
    // A flat curve inside the range says nothing about a better one.
    if (used >= SHRINK_BELOW * (shown[1] - shown[0]) || used === 0) {
      return shown;
    }
  }
  const [low, high] = widened(data);
  const step = roundUp((high - low) / 5);
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

/** The same on a logarithmic axis: whole decades. Both ends of `data` are above 0. */
export function steppedDecades(shown: Range | null, data: Range): Range {
  const low = Math.floor(Math.log10(data[0]) + 1e-9);
  const high = Math.ceil(Math.log10(data[1]) - 1e-9);
  const range: Range = [10 ** low, 10 ** Math.max(high, low + 1)];
  if (shown !== null && data[0] >= shown[0] && data[1] <= shown[1]) {
    const used = Math.log10(range[1] / range[0]);
    return used >= SHRINK_BELOW * Math.log10(shown[1] / shown[0]) ? shown : range;
  }
  return range;
}

// One value needs a range too: a twentieth of its size on both sides, or ±1 around 0.
function widened([low, high]: Range): Range {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > size * RESOLUTION && size > TINY) {
    return [low, high];
  }
  const margin = size > TINY ? size / 20 : 1;
  return [low - margin, high + margin];
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (STEPS.find(step => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}

/** Zoom by `factor` (< 1 is closer) around `centre`, on a linear or logarithmic axis. */
export function zoomed([min, max]: Range, centre: number, factor: number, log = false): Range {
  if (log && min > 0 && centre > 0) {
    return [centre * (min / centre) ** factor, centre * (max / centre) ** factor];
  }
  return [centre + (min - centre) * factor, centre + (max - centre) * factor];
}

/** `range` moved and, where it must be, narrowed so that it lies inside `limits`. */
export function within(range: Range, limits: Range): Range {
  const width = Math.min(range[1] - range[0], limits[1] - limits[0]);
  const min = Math.min(Math.max(range[0], limits[0]), limits[1] - width);
  return [min, min + width];
}

// ---- Units --------------------------------------------------------------------------------------

const BARE: ReadonlySet<string> = new Set([
  's',
  'Hz',
  'V',
  'A',
  'W',
  'm',
  'g',
  'T',
  'Pa',
  'J',
  'N',
  'C',
  'F',
  'H',
  'K',
  'Ω',
  'eV',
  'rad',
]);
const PREFIXES = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T'];
const UNPREFIXED = PREFIXES.indexOf('');

/** What a whole axis is divided by, and what its unit is then called. */
export type AxisUnit = { readonly divisor: number; readonly unit: string };

/** One SI prefix for all of `range`, where `unit` is a bare SI unit; otherwise the unit as it is. */
export function axisUnit(unit: string, range: Range): AxisUnit {
  const size = Math.max(Math.abs(range[0]), Math.abs(range[1]));
  if (!BARE.has(unit) || size === 0 || !Number.isFinite(size)) {
    return { divisor: 1, unit };
  }
  const thousands = Math.floor(Math.log10(size * (1 + 1e-9)) / 3);
  const index = Math.min(PREFIXES.length - 1, Math.max(0, thousands + UNPREFIXED));
  return { divisor: 10 ** (3 * (index - UNPREFIXED)), unit: `${PREFIXES[index]}${unit}` };
}

/** Tick texts with as many decimals as the distance between them needs. */
export function tickTexts(ticks: readonly number[], divisor: number): string[] {
  const values = ticks.map(tick => tick / divisor);
  const steps = values.slice(1).map((value, i) => Math.abs(value - values[i]!));
  const step = Math.min(...steps.filter(size => size > 0));
  const largest = Math.max(...values.map(Math.abs));
  if (!Number.isFinite(step)) {
    return values.map(value => String(Number(value.toPrecision(6))));
  }
  if (largest >= 1e6 || (largest > 0 && largest < 1e-4)) {
    const whole = values.every(value => isWhole(value / 10 ** powerOf(step)));
    const digits = Math.max(0, powerOf(largest) - powerOf(step) + (whole ? 0 : 1));
    return values.map(value => {
      const isZero = Math.abs(value) < step / 1e3;
      return isZero ? '0' : minus(value.toExponential(Math.min(digits, 15)).replace('e+', 'e'));
    });
  }
  let decimals = Math.min(15, Math.max(0, -powerOf(step)));
  if (decimals < 15 && !values.every(value => isWhole(value * 10 ** decimals))) {
    decimals += 1; // steps of 2.5: rounded texts would be wrong by a fifth of a step
  }
  return values.map(value => minus((value === 0 ? 0 : value).toFixed(decimals)));
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6 * Math.max(1, Math.abs(value));
}

function powerOf(size: number): number {
  return Math.floor(Math.log10(size) + 1e-9);
}

function minus(text: string): string {
  return text.startsWith('-') ? (Number(text) === 0 ? text.slice(1) : `−${text.slice(1)}`) : text;
}

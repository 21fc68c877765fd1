// What the page asks to open, checked before anything is opened.
//
// A spec comes out of a notebook that anybody may have written. The page checks it too; the hub does
// not rely on that, since each word of it decides what gets connected and which view is made.

import { type Address, ParseError, parseAddress } from '../values/index.js';
import type { SourceRole, ViewKind, ViewOptions, Viewport, ViewSpec } from './api.js';
import { PROGRESS_MAX, PROGRESS_MIN } from './views/progress.js';

/** A source that was checked; the name of a `title`'s, or of data, is never empty. */
export type CheckedSource = {
  readonly role: SourceRole;
  readonly address: Address;
  readonly name?: string;
  readonly column?: string;
};

/** A spec that was checked: one source for each role, save for curves, data of a chart and the title's. */
export type CheckedSpec = {
  readonly view: 'auto' | ViewKind;
  readonly sources: readonly CheckedSource[];
  readonly options: ViewOptions;
};

const VIEWS = [
  'auto',
  'number',
  'trace',
  'histogram',
  'xy',
  'xy_hist',
  'image',
  'table',
  'log',
  'progress',
  'chart',
  'value',
] as const;
const ROLES = [
  'value',
  'x',
  'y',
  'error',
  'fit',
  'bins',
  'counts',
  'table',
  'data',
  'title',
] as const;
const COLORMAPS = ['viridis', 'gray', 'inferno', 'cividis', 'twilight'] as const;
const STYLES = ['line', 'points', 'steps'] as const;
const LEVELS = ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG', 'TRACE'] as const;
const TEXT_LIMIT = 200; // characters of a title, unit or filter
const SHOWN_LIMIT = 60; // characters of a wrong value that a message repeats
const CURVE_LIMIT = 8; // of one trace: as many as there are colours that can be told apart
const FIELD_LIMIT = 16; // sources of one title: more than a line shows
const UNFOLDED_LIMIT = 100; // records of a log: each of them may be a thousand rows
const PIXEL_LIMIT = 16384; // what browsers can draw on one canvas

/** Which roles each view takes; the first is the leading one. */
const TAKES: { readonly [V in (typeof VIEWS)[number]]: readonly SourceRole[] } = {
  auto: ['value', 'y', 'table', 'x', 'error'],
  number: ['value'],
  trace: ['y', 'value', 'x', 'error'],
  histogram: ['y', 'value', 'x'],
  xy: ['y', 'value', 'x', 'error', 'fit'],
  xy_hist: ['counts', 'x', 'bins'],
  image: ['value'],
  table: ['table', 'value'],
  log: ['value'],
  progress: ['value'],
  chart: ['data'],
  value: ['value'],
};

/** Which views may have several of a role; a title of any view may have several fields. */
const SEVERAL: ReadonlySet<string> = new Set([
  'auto',
  'trace',
  'xy',
  'chart',
] satisfies (typeof VIEWS)[number][]);
/** What stands beside the source that is shown. */
export const BESIDE: ReadonlySet<SourceRole> = new Set<SourceRole>([
  'x',
  'error',
  'fit',
  'bins',
  'title',
]);

type Check = (value: unknown, where: string) => void;

const OPTIONS: { readonly [K in keyof Required<ViewOptions>]: Check } = {
  title: text,
  unit: text,
  scale: number('a number other than 0', value => value !== 0),
  precision: number('a whole number from 0 to 20', whole(0, 20)),
  style: word(STYLES),
  logX: boolean,
  logY: boolean,
  colormap: word(COLORMAPS),
  levels: (value, where) => {
    const [low, high] = Array.isArray(value) && value.length === 2 ? value : [];
    if (!(isNumber(low) && isNumber(high) && low >= 0 && low < high && high <= 100)) {
      throw refusal(where, 'two ascending percentiles, such as [1, 99]', value);
    }
  },
  filter: text,
  level: word(LEVELS),
  source: text,
  min: number('a whole number', Number.isSafeInteger),
  max: number('a whole number', Number.isSafeInteger),
  plain: boolean,
  height: number('a height from 20 to 10000 px', value => value >= 20 && value <= 10_000),
};

/** @throws {ParseError} the first thing that is wrong, where it is, and what would be right. */
export function checkSpec(spec: ViewSpec): CheckedSpec {
  const record = recordOf(spec, 'the view');
  if (record.version !== 1) {
    throw refusal('version', '1, the only one this Labwire knows', record.version);
  }
  word(VIEWS)(record.view, 'view');
  const view = record.view as CheckedSpec['view'];
  const options = recordOf(record.options ?? {}, 'options');
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(OPTIONS, name) ? OPTIONS[name as keyof ViewOptions] : undefined;
    if (check === undefined) {
      throw refusal('options', `only ${Object.keys(OPTIONS).join(', ')}`, name);
    }
    if (value !== undefined) {
      check(value, `options.${name}`);
    }
  }
  const { min = PROGRESS_MIN, max = PROGRESS_MAX } = options as ViewOptions;
  if (min >= max) {
    throw refusal('options.min', `a number below max, ${max}`, min);
  }
  return { view, sources: checkSources(view, record.sources), options };
}

function checkSources(view: CheckedSpec['view'], value: unknown): CheckedSpec['sources'] {
  const takes = TAKES[view];
  if (!Array.isArray(value) || value.length === 0) {
    throw refusal('sources', 'a list of at least one source', value);
  }
  const most = (SEVERAL.has(view) ? 4 * CURVE_LIMIT : takes.length) + FIELD_LIMIT;
  if (value.length > most) {
    throw refusal('sources', `at most ${most} sources`, value.length);
  }
  const seen = new Map<SourceRole, number>();
  const sources = value.map((item: unknown, index) => {
    const where = `sources[${index}]`;
    const { role, address, name, column } = recordOf(item, where);
    word(ROLES)(role, `${where}.role`);
    const known = role as SourceRole;
    if (!takes.includes(known) && known !== 'title') {
      throw refusal(`${where}.role`, `one of ${takes.join(', ')} in a view of kind ${view}`, role);
    }
    const isOne = known === 'value' || known === 'table' || !SEVERAL.has(view);
    if (seen.has(known) && isOne && known !== 'title') {
      throw refusal(`${where}.role`, 'a role that no other source has', role);
    }
    seen.set(known, (seen.get(known) ?? 0) + 1);
    if (typeof address !== 'string') {
      throw refusal(`${where}.address`, 'an address as text', address);
    }
    return {
      role: known,
      address: parseAddress(address),
      ...checkName(known, name, where),
      ...checkColumn(known, column, where),
    };
  });
  const roles = [...seen.keys()];
  const shown = roles.filter(role => !BESIDE.has(role));
  if (shown.length !== 1) {
    throw refusal('sources', `one source with the role ${takes[0]}`, roles.join(' and '));
  }
  if (view === 'xy_hist' && !(seen.has('x') && seen.has('bins'))) {
    throw refusal('sources', 'one source of each role counts, x, bins', roles.join(', '));
  }
  if (shown[0] === 'table' && (seen.has('x') || seen.has('error'))) {
    throw refusal('sources', 'a source with the role y beside x and error', roles.join(', '));
  }
  if (view === 'chart') {
    checkData(sources);
  } else {
    checkCurves(seen.get(shown[0]!) ?? 0, seen);
  }
  if ((seen.get('title') ?? 0) > FIELD_LIMIT) {
    throw refusal('sources', `at most ${FIELD_LIMIT} with the role title`, seen.get('title'));
  }
  return sources;
}

// A field is found by its name, and so are the rows of a chart; the other roles need none.
function checkName(role: SourceRole, name: unknown, where: string): { readonly name?: string } {
  if (role !== 'title' && role !== 'data' && name === undefined) {
    return {};
  }
  text(name, `${where}.name`);
  if (name === '') {
    const what = role === 'data' ? 'the name of data in the chart' : 'the name of a field';
    throw refusal(`${where}.name`, what, name);
  }
  return { name: name as string };
}

function checkColumn(
  role: SourceRole,
  column: unknown,
  where: string,
): { readonly column?: string } {
  if (column === undefined) {
    return {};
  }
  text(column, `${where}.column`);
  if (role !== 'data' || column === '') {
    throw refusal(`${where}.column`, 'the name of a column of data', column);
  }
  return { column: column as string };
}

// Rows come whole from one source, or column by column.
function checkData(sources: CheckedSpec['sources']): void {
  const columns = new Map<string, Set<string | undefined>>();
  for (const [index, { role, name = '', column }] of sources.entries()) {
    if (role === 'data') {
      const known = columns.get(name) ?? new Set();
      if (known.has(column) || known.has(undefined) || (column === undefined && known.size > 0)) {
        const free = 'a column that no other source of this name has';
        throw refusal(`sources[${index}].column`, free, column);
      }
      columns.set(name, known.add(column));
    }
  }
}

// One x is for all curves; the n-th error, and fit, is that of the n-th.
function checkCurves(curves: number, seen: ReadonlyMap<SourceRole, number>): void {
  const xs = seen.get('x') ?? 0;
  if (curves > CURVE_LIMIT) {
    throw refusal('sources', `at most ${CURVE_LIMIT} with the role y`, curves);
  }
  if (xs > 1 && xs !== curves) {
    throw refusal('sources', `one with the role x for ${curves} curves, or ${curves}`, xs);
  }
  for (const role of ['error', 'fit'] as const) {
    const count = seen.get(role) ?? 0;
    if (count > curves) {
      throw refusal('sources', `at most ${curves} with the role ${role}`, count);
    }
  }
}

/** @throws {ParseError} a field that is missing or impossible: the page's mistake, not a person's. */
export function checkViewport(viewport: Viewport): Viewport {
  const record = recordOf(viewport, 'the viewport');
  const pixels = number('a size in pixels', value => value >= 0 && value <= PIXEL_LIMIT);
  pixels(record.width, 'viewport.width');
  pixels(record.height, 'viewport.height');
  const count = number('a whole number of rows', whole(0, Number.MAX_SAFE_INTEGER));
  count(record.firstRow, 'viewport.firstRow');
  number('at most 10000 rows', whole(0, 10_000))(record.rowCount, 'viewport.rowCount');
  text(record.filter, 'viewport.filter');
  word(COLORMAPS)(record.colormap, 'viewport.colormap');
  numbers(record.x, 2, 'viewport.x');
  numbers(record.region, 4, 'viewport.region');
  if (record.ends !== undefined) {
    checkEnds(record.ends);
  }
  if (record.point !== undefined && record.point !== null) {
    count(record.point, 'viewport.point');
  }
  const levels = recordOf(record.levels, 'viewport.levels');
  word(['percentile', 'fixed'])(levels.mode, 'viewport.levels.mode');
  numbers([levels.low, levels.high], 2, 'viewport.levels');
  if (record.log !== undefined) {
    checkLogViewport(recordOf(record.log, 'viewport.log'));
  }
  if (!Array.isArray(record.folded) || record.folded.some(id => typeof id !== 'string')) {
    throw refusal('viewport.folded', 'a list of row ids', record.folded);
  }
  return viewport;
}

function checkEnds(value: unknown): void {
  const [min, max] = Array.isArray(value) && value.length === 2 ? value : [];
  if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min < max)) {
    throw refusal('viewport.ends', 'two ascending whole numbers', value);
  }
}

function checkLogViewport(record: { readonly [field: string]: unknown }): void {
  const where = 'viewport.log';
  const id = number('the id of a record', whole(0, Number.MAX_SAFE_INTEGER));
  if (record.level !== null) {
    word(LEVELS)(record.level, `${where}.level`);
  }
  if (record.source !== null) {
    text(record.source, `${where}.source`);
  }
  text(record.filter, `${where}.filter`);
  if (record.around !== null) {
    id(record.around, `${where}.around`);
  }
  boolean(record.follow, `${where}.follow`);
  number('a number of characters', whole(0, 10_000))(record.columns, `${where}.columns`);
  const { unfolded } = record;
  if (!Array.isArray(unfolded) || unfolded.length > UNFOLDED_LIMIT) {
    throw refusal(`${where}.unfolded`, `a list of at most ${UNFOLDED_LIMIT} ids`, unfolded);
  }
  for (const item of unfolded) {
    id(item, `${where}.unfolded`);
  }
}

function numbers(value: unknown, count: number, where: string): void {
  if (
    value !== null &&
    !(Array.isArray(value) && value.length === count && value.every(isNumber))
  ) {
    throw refusal(where, `null or ${count} numbers`, value);
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function whole(low: number, high: number): (value: number) => boolean {
  return value => Number.isInteger(value) && value >= low && value <= high;
}

function number(expected: string, fits: (value: number) => boolean): Check {
  return (value, where) => {
    if (!isNumber(value) || !fits(value)) {
      throw refusal(where, expected, value);
    }
  };
}

function text(value: unknown, where: string): void {
  if (typeof value !== 'string' || value.length > TEXT_LIMIT) {
    throw refusal(where, `a text of at most ${TEXT_LIMIT} characters`, value);
  }
}

function boolean(value: unknown, where: string): void {
  if (typeof value !== 'boolean') {
    throw refusal(where, 'true or false', value);
  }
}

function word(allowed: readonly string[]): Check {
  return (value, where) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      throw refusal(where, `one of ${allowed.join(', ')}`, value);
    }
  };
}

function recordOf(value: unknown, where: string): { readonly [field: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal(where, 'an object', value);
  }
  return value as { readonly [field: string]: unknown };
}

function refusal(where: string, expected: string, value: unknown): ParseError {
  const found = shown(value);
  return new ParseError(
    `the description of this view is not valid: ${where} should be ${expected}, it is ${found}`,
    { position: 0, expected, found },
    { hint: 'Run the cell again, or make the view with labwire’s Python helper.' },
  );
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  }
  const whole =
    value === undefined
      ? 'nothing'
      : typeof value === 'string'
        ? JSON.stringify(value)
        : `${value as number}`;
  return whole.length > SHOWN_LIMIT ? `${whole.slice(0, SHOWN_LIMIT)}…` : whole;
}

// The text of an output becomes a ViewSpec, or a sentence that says what is wrong with it.
//
// A notebook may come from anywhere: everything is checked, nothing is taken over unread, and every
// length has a limit. The hub checks again what it is told to open.

import type {
  Colormap,
  LogLevel,
  SourceRef,
  SourceRole,
  ViewKind,
  ViewOptions,
  ViewSpec,
} from '../hub/api.js';
import {
  type Address,
  formatEndpoint,
  ParseError,
  parseAddress,
  type Scheme,
} from '../values/index.js';
import { checkNames, parseChart } from './chartspec.js';
import { isAddedName } from './names.js';

/** Those that an output may ask for. `value` is for other extensions alone: it has no picture. */
export const VIEW_KINDS: readonly ViewKind[] = [
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
];
export const COLORMAPS: readonly Colormap[] = ['viridis', 'gray', 'inferno', 'cividis', 'twilight'];

export const LOG_LEVELS: readonly LogLevel[] = [
  'CRITICAL',
  'ERROR',
  'WARNING',
  'INFO',
  'DEBUG',
  'TRACE',
];

/** The value at either end of a progress bar, where the options do not say. */
export const PROGRESS_ENDS: readonly [min: number, max: number] = [0, 100];

const ROLES: readonly SourceRole[] = [
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
];
const SOURCE_LIMIT = 64; // sources of one view: eight colours, each with x, error and fit, and a title's
/** What stands beside the source that is shown. */
const BESIDE: ReadonlySet<SourceRole> = new Set<SourceRole>(['x', 'error', 'fit', 'bins', 'title']);
const TITLE_LIMIT = 200; // characters
const SHOWN_LIMIT = 60; // characters of a wrong value that a message repeats

/** Opening one of these only listens. Anything else may act on an instrument and waits for a click. */
const QUIET: ReadonlySet<Scheme> = new Set<Scheme>(['sipyco+sync', 'sipyco+broadcast', 'ca']);

/** @throws {ParseError} what is wrong, where in the spec; `position` is 0, the text is gone. */
export function parseSpec(json: unknown): ViewSpec {
  const record = recordOf(json, 'the view');
  refuseUnknown(record, 'the view', ['version', 'view', 'sources', 'options', 'chart']);
  if (record.version !== 1) {
    throw refusal('version', '1, the version that this Labwire knows', record.version);
  }
  const view = isAddedName(record.view)
    ? record.view
    : oneOf('view', record.view ?? 'auto', ['auto', ...VIEW_KINDS] as const);
  const sources = parseSources(record.sources);
  return {
    version: 1,
    view,
    sources,
    options: parseOptions(record.options ?? {}),
    ...parseDrawing(view, sources, record.chart),
  };
}

// What a chart draws; every name in it has its sources, and none has sources for nothing.
function parseDrawing(
  view: ViewSpec['view'],
  sources: readonly SourceRef[],
  json: unknown,
): Pick<ViewSpec, 'chart'> {
  if (view !== 'chart') {
    if (json !== undefined) {
      throw refusal('chart', 'there in a view of kind chart alone', view);
    }
    return {};
  }
  const chart = parseChart(json);
  checkNames(chart, new Set(sources.flatMap(({ role, name }) => (role === 'data' ? [name!] : []))));
  return { chart };
}

function parseSources(json: unknown): readonly SourceRef[] {
  if (!Array.isArray(json) || json.length === 0) {
    throw refusal('sources', 'a list of at least one source', json);
  }
  if (json.length > SOURCE_LIMIT) {
    throw refusal('sources', `at most ${SOURCE_LIMIT} sources`, json.length);
  }
  return json.map((item, index) => {
    const where = `sources[${index}]`;
    const record = recordOf(item, where);
    refuseUnknown(record, where, ['role', 'address', 'name', 'column']);
    if (typeof record.address !== 'string') {
      throw refusal(`${where}.address`, 'an address as text', record.address);
    }
    parseAddress(record.address);
    const role = oneOf(`${where}.role`, record.role ?? 'value', ROLES);
    const textAt = (field: 'name' | 'column') =>
      record[field] === undefined
        ? {}
        : { [field]: textOf(record[field], `${where}.${field}`, TITLE_LIMIT) };
    if (role === 'data' && typeof record.name !== 'string') {
      throw refusal(`${where}.name`, 'the name of data in the chart', record.name);
    }
    return { role, address: record.address, ...textAt('name'), ...textAt('column') };
  });
}

/** `plain` is what the extension says that draws the view, not what a notebook asks for. */
type OptionReaders = {
  readonly [K in keyof Required<Omit<ViewOptions, 'plain'>>]: (
    value: unknown,
    where: string,
  ) => ViewOptions[K];
};

const READERS: OptionReaders = {
  title: (value, where) => textOf(value, where, TITLE_LIMIT),
  unit: (value, where) => textOf(value, where, TITLE_LIMIT),
  scale: (value, where) => numberOf(value, where, v => v !== 0, 'a number other than 0'),
  precision: (value, where) =>
    numberOf(
      value,
      where,
      v => Number.isInteger(v) && v >= 0 && v <= 20,
      'an integer from 0 to 20',
    ),
  style: (value, where) => oneOf(where, value, ['line', 'points', 'steps'] as const),
  logX: booleanOf,
  logY: booleanOf,
  colormap: (value, where) => oneOf(where, value, COLORMAPS),
  levels: (value, where) => {
    const [low, high] = Array.isArray(value) && value.length === 2 ? value : [];
    const fits =
      typeof low === 'number' && typeof high === 'number' && 0 <= low && low < high && high <= 100;
    if (!fits) {
      throw refusal(where, 'two ascending percentiles, such as [1, 99]', value);
    }
    return [low, high];
  },
  filter: (value, where) => textOf(value, where, TITLE_LIMIT),
  level: (value, where) => oneOf(where, value, LOG_LEVELS),
  source: (value, where) => textOf(value, where, TITLE_LIMIT),
  min: wholeOf,
  max: wholeOf,
  height: (value, where) =>
    numberOf(value, where, v => v >= 20 && v <= 10_000, 'a height from 20 to 10000 px'),
};

function parseOptions(json: unknown): ViewOptions {
  const record = recordOf(json, 'options');
  refuseUnknown(record, 'options', Object.keys(READERS));
  const options: { [name: string]: unknown } = {};
  for (const [name, read] of Object.entries(READERS)) {
    const value = record[name];
    if (value !== undefined && value !== null) {
      options[name] = read(value, `options.${name}`);
    }
  }
  return options as ViewOptions;
}

function recordOf(json: unknown, where: string): { readonly [key: string]: unknown } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw refusal(where, 'an object', json);
  }
  return json as { readonly [key: string]: unknown };
}

function refuseUnknown(record: object, where: string, known: readonly string[]): void {
  const unknown = Object.keys(record).find(key => !known.includes(key));
  if (unknown !== undefined) {
    throw refusal(where, `only ${known.join(', ')}`, unknown);
  }
}

function oneOf<T extends string>(where: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find(word => word === value);
  if (found === undefined) {
    throw refusal(where, `one of ${allowed.join(', ')}`, value);
  }
  return found;
}

function textOf(value: unknown, where: string, limit: number): string {
  if (typeof value !== 'string' || value.length > limit) {
    throw refusal(where, `a text of at most ${limit} characters`, value);
  }
  return value;
}

function numberOf(
  value: unknown,
  where: string,
  fits: (value: number) => boolean,
  expected: string,
): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || !fits(value)) {
    throw refusal(where, expected, value);
  }
  return value;
}

function wholeOf(value: unknown, where: string): number {
  return numberOf(value, where, Number.isSafeInteger, 'a whole number');
}

function booleanOf(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') {
    throw refusal(where, 'true or false', value);
  }
  return value;
}

function refusal(where: string, expected: string, value: unknown): ParseError {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  const found = text.length > SHOWN_LIMIT ? `${text.slice(0, SHOWN_LIMIT)}…` : text;
  return new ParseError(
    `the description of this view is not valid: ${where} should be ${expected}, it is ${found}`,
    { position: 0, expected, found },
    { hint: 'Run the cell again, or make the view with labwire’s Python helper.' },
  );
}

// ---- What a spec says about itself --------------------------------------------------------------

/** The addresses of a spec that was parsed. */
export function addressesOf(spec: ViewSpec): readonly Address[] {
  return spec.sources.map(source => parseAddress(source.address));
}

/** `host:port` of each network source, once each. */
export function endpointsOf(spec: ViewSpec): readonly string[] {
  return [...new Set(addressesOf(spec).map(formatEndpoint))];
}

/** True if opening every source of it only listens. A log input takes a port, save in the demo lab. */
export function isQuiet(spec: ViewSpec): boolean {
  return addressesOf(spec).every(
    ({ scheme, demo }) => QUIET.has(scheme) || (demo && scheme === 'sipyco+log'),
  );
}

/** A name for people: the title, else what a chart calls its data, else the last part of the name of what is shown. */
export function titleOf(spec: ViewSpec): string {
  const { title } = spec.options;
  if (title !== undefined && title !== '') {
    return title;
  }
  const shown = spec.sources.filter(({ role }) => !BESIDE.has(role));
  const names = (shown.length > 0 ? shown : spec.sources).map(({ role, address, name }) =>
    role === 'data' ? (name ?? '') : nameOf(address),
  );
  return [...new Set(names)].join(', ');
}

/** `rabi.p` of `sipyco+sync://…/datasets#rabi.p`: the fragment, else the path, else where it is. */
export function nameOf(text: string): string {
  const address = parseAddress(text);
  return address.fragment || address.path || formatEndpoint(address);
}

/** A view of one address, as the table's rows and the address form open it. */
export function specOf(address: string, view: ViewSpec['view'] = 'auto'): ViewSpec {
  const { fragment, scheme } = parseAddress(address);
  const whole = scheme === 'sipyco+sync' && fragment === null;
  const talks = scheme === 'sipyco+broadcast' || scheme === 'sipyco+log';
  const kind = view === 'auto' ? (whole ? 'table' : talks ? 'log' : view) : view;
  return {
    version: 1,
    view: kind,
    sources: [{ role: kind === 'table' ? 'table' : kind === 'trace' ? 'y' : 'value', address }],
    options: {},
  };
}

// What a chart may be: plain JSON of a bounded size that names nothing to be fetched.
//
// A Vega-Lite specification comes out of a notebook that anybody may have written. Whatever makes the
// browser ask a server, or follow a link, is refused here with its place, though the loader and the
// cursor of the chart refuse it as well. Rows of data are texts and numbers to draw, and no channel
// that is left makes an address of them.

import { ParseError } from '../values/index.js';

/** A part of a specification, as JSON has it. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A Vega-Lite specification. */
export type ChartSpec = { readonly [key: string]: Json };

/** From the root to a value. */
export type SpecPath = readonly (string | number)[];

/** Characters as JSON: hundreds of layers, or some thousand rows of its own. */
export const CHART_LIMIT = 256 * 1024;
const DEPTH_LIMIT = 64;

/** What vega-lite never reads. */
const UNREAD: ReadonlySet<string> = new Set(['$schema', 'usermeta']);
/** What is drawn as text. */
const WRITTEN: ReadonlySet<string> = new Set(['title', 'subtitle', 'text', 'description']);
/** Names that reach into every object. */
const REACHING: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const ADDRESS =
  /\b[a-z][a-z\d+.-]*:\/\/|\burl\s*\(|^\s*(?:\/\/|(?:javascript|vbscript|file|blob|data|mailto):)|\bdata:[\w.+-]+\/[\w.+-]+[;,]/i;

/** @throws {ParseError} what is wrong, and where in the specification. */
export function parseChart(json: unknown): ChartSpec {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw refusal([], 'it is no object', 'a Vega-Lite specification is a dict');
  }
  checkDepth(json);
  const { length } = JSON.stringify(json);
  if (length > CHART_LIMIT) {
    throw refusal(
      [],
      `it has ${length} characters, the limit is ${CHART_LIMIT}`,
      'bind the data by name instead of writing them into it',
    );
  }
  const spec = json as ChartSpec;
  check(spec, []);
  return spec;
}

function checkDepth(json: object): void {
  // Level by level: a value that is too deep must not be walked into.
  let level: readonly unknown[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_LIMIT) {
      throw refusal([], `it is nested deeper than ${DEPTH_LIMIT} levels`, 'make it flatter');
    }
    level = level.flatMap(value =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}

function check(value: Json, path: SpecPath): void {
  if (typeof value === 'string') {
    if (ADDRESS.test(value) && !isWritten(path)) {
      throw addressAt(path, 'an address');
    }
  } else if (isList(value)) {
    value.forEach((item, index) => {
      check(item, [...path, index]);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      checkEntry(key, item, path);
    }
  }
}

function checkEntry(key: string, value: Json, parent: SpecPath): void {
  const path = [...parent, key];
  const isOf = (name: string) => parent.at(-1) === name;
  if (REACHING.has(key)) {
    throw refusal(path, 'no name in a specification may be this', 'rename it');
  }
  if (key === 'url') {
    throw addressAt(path, 'data or a picture from an address');
  }
  if (key === 'href') {
    throw addressAt(path, 'a link');
  }
  if (value === 'image' && (key === 'mark' || (key === 'type' && isOf('mark')))) {
    throw addressAt(path, 'a picture from an address');
  }
  // A cursor may be a picture from an address, and vega has a signal of this name for it.
  if (key === 'cursor' && !(typeof value === 'string' && /^[a-z-]+$/.test(value))) {
    throw refusal(path, 'a cursor is a word', 'write a word such as "pointer"');
  }
  if (key === 'name' && value === 'cursor' && parent.at(-2) === 'params') {
    throw refusal(path, 'no parameter may be called "cursor"', 'rename it');
  }
  if ((key === 'values' && isOf('data')) || (path.length === 2 && isOf('datasets'))) {
    // To read a text as CSV vega compiles code, which a page with a strict policy refuses.
    if (typeof value === 'string') {
      throw refusal(path, 'the rows are a text', 'write them as a list');
    }
  } else if (!UNREAD.has(key)) {
    check(value, path);
  }
}

// The nearest name says what a text is: a title may be a list of lines.
function isWritten(path: SpecPath): boolean {
  return WRITTEN.has(String([...path].reverse().find(part => typeof part === 'string')));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function addressAt(path: SpecPath, what: string): ParseError {
  return refusal(
    path,
    `it asks for ${what}, and a chart loads nothing`,
    'bind live data by name, or write the values into the specification',
  );
}

function refusal(path: SpecPath, fact: string, hint: string): ParseError {
  const place = pathText(path);
  return new ParseError(
    `the chart cannot be drawn: ${place === '' ? fact : `${place}: ${fact}`}`,
    { position: 0, expected: 'a Vega-Lite specification without addresses', found: place },
    { hint: `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.` },
  );
}

/** `layer[0].encoding.x`; a key that is no word in brackets, as JSON. Empty for the root. */
export function pathText(path: SpecPath): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number'
        ? `${text}[${part}]`
        : /^[\w$]+$/.test(part)
          ? `${text === '' ? '' : `${text}.`}${part}`
          : `${text}[${JSON.stringify(part)}]`,
    '',
  );
}

// ---- Names of data ------------------------------------------------------------------------------

/** The names under which a specification looks for data that it does not hold itself. */
export function dataNames(spec: ChartSpec): ReadonlySet<string> {
  const wanted = new Set<string>();
  const held = new Set(Object.keys((spec.datasets ?? {}) as object));
  const walk = (value: Json, key: string): void => {
    if (isList(value)) {
      for (const item of value) {
        walk(item, '');
      }
    } else if (typeof value === 'object' && value !== null) {
      if (key === 'data' && typeof value.name === 'string') {
        const isHeld = HOLDING.some(name => Object.hasOwn(value, name));
        (isHeld ? held : wanted).add(value.name);
      }
      for (const [name, item] of Object.entries(value)) {
        if (!ROWS.has(name)) {
          walk(item, name);
        }
      }
    }
  };
  walk(spec, '');
  return new Set([...wanted].filter(name => !held.has(name)));
}

/** What data has that does not come from elsewhere. */
const HOLDING = ['values', 'sequence', 'sphere', 'graticule'] as const;
const ROWS: ReadonlySet<string> = new Set(['values', 'datasets', 'usermeta']);

/** @throws {ParseError} data that is bound and not used, or used and not bound. */
export function checkNames(spec: ChartSpec, bound: ReadonlySet<string>): void {
  const wanted = dataNames(spec);
  const missing = [...wanted].filter(name => !bound.has(name));
  if (missing.length > 0) {
    const names = `bound: ${listed(bound)}`;
    throw refusal([], `it uses data called ${listed(missing)}, ${names}`, 'bind it to an address');
  }
  const unused = [...bound].filter(name => !wanted.has(name));
  if (unused.length > 0) {
    const names = wanted.size === 0 ? 'it uses none' : `it uses ${listed(wanted)}`;
    const hint = `write {"data": {"name": ${JSON.stringify(unused[0])}}} where it is drawn`;
    throw refusal([], `${listed(unused)} is bound, and ${names}`, hint);
  }
}

function listed(names: Iterable<string>): string {
  return [...names].map(name => JSON.stringify(name)).join(', ');
}

// What is wrong with a Vega-Lite specification, and on which of its lines.
//
// vega-lite names what it does not know, but not where it stands; and some mistakes it meets only as
// a property of undefined. So marks and types of fields are looked at first, and the words of its
// messages are looked for in the specification. The lines are those of JSON with two spaces.

import { type Fault, ParseError, toFault } from '../values/index.js';
import { type ChartSpec, type Json, pathText, type SpecPath } from './chartspec.js';

export type ChartMistake = {
  /** A clause. */
  readonly message: string;
  /** Null where nobody knows. */
  readonly path: SpecPath | null;
};

const MARKS: readonly string[] = [
  'arc',
  'area',
  'bar',
  'boxplot',
  'circle',
  'errorband',
  'errorbar',
  'geoshape',
  'line',
  'point',
  'rect',
  'rule',
  'square',
  'text',
  'tick',
  'trail',
];
const TYPES: readonly string[] = ['quantitative', 'temporal', 'ordinal', 'nominal', 'geojson'];
/** Where texts are expressions. */
const EXPRESSIONS: ReadonlySet<string> = new Set([
  'calculate',
  'expr',
  'filter',
  'test',
  'labelExpr',
]);
const ROWS: ReadonlySet<string> = new Set(['values', 'datasets', 'usermeta']);

/** Marks and types that there are not, which vega-lite would not name. */
export function findMistake(spec: ChartSpec): ChartMistake | null {
  return walk(spec, [], (value, path) => {
    const [key, parent, above] = [path.at(-1), path.at(-2), path.at(-3)];
    const isMark =
      (key === 'mark' && typeof value === 'string') || (key === 'type' && parent === 'mark');
    if (isMark && path[0] !== 'config' && !MARKS.includes(value as string)) {
      return { message: `${quoted(value)} is no mark: there are ${MARKS.join(', ')}`, path };
    }
    const isField =
      above === 'encoding' || (typeof parent === 'number' && path.at(-4) === 'encoding');
    if (key === 'type' && isField && !TYPES.includes(value as string)) {
      return {
        message: `${quoted(value)} is no type of a field: there are ${TYPES.join(', ')}`,
        path,
      };
    }
    return null;
  });
}

/** The first expression that `parse` throws at. */
export function findBadExpression(
  spec: ChartSpec,
  parse: (text: string) => unknown,
): ChartMistake | null {
  return walk(spec, [], (value, path) => {
    if (typeof value === 'string' && EXPRESSIONS.has(String(path.at(-1)))) {
      try {
        parse(value);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { message: `${quoted(value)} cannot be read: ${reason}`, path };
      }
    }
    return null;
  });
}

/** Where a message of vega or vega-lite belongs: where its words stand. */
export function placeOf(spec: ChartSpec, message: string): SpecPath | null {
  const open = message.indexOf('{');
  const words = [
    ...[...message.matchAll(/"([^"]+)"|'([^']+)'/g)].map(([, double, single]) => double ?? single),
    /^(\S+?)-encoding\b/.exec(message)?.[1],
    /: ([^\s:]+)$/.exec(message)?.[1],
  ].filter(word => word !== undefined);
  if (open >= 0) {
    // It shows the part that it means.
    const part = walk(spec, [], (value, path) =>
      path.length > 0 &&
      typeof value === 'object' &&
      message.startsWith(JSON.stringify(value), open)
        ? { message, path }
        : null,
    );
    return part?.path ?? null;
  }
  for (const word of words) {
    const exact = walk(spec, [], (value, path) =>
      value === word || path.at(-1) === word ? { message, path } : null,
    );
    const inside =
      exact ??
      walk(spec, [], (value, path) =>
        typeof value === 'string' && wordsOf(value).includes(word) ? { message, path } : null,
      );
    if (inside !== null) {
      return inside.path;
    }
  }
  return null;
}

function wordsOf(text: string): readonly string[] {
  return text.split(/[^\w$%.]+/);
}

/** Every value in the order of the lines, rows of data left out, until `look` finds something. */
function walk(
  value: Json,
  path: SpecPath,
  look: (value: Json, path: SpecPath) => ChartMistake | null,
): ChartMistake | null {
  const found = look(value, path);
  if (found !== null || typeof value !== 'object' || value === null) {
    return found;
  }
  for (const [key, item] of Object.entries(value)) {
    if (!ROWS.has(key) || Array.isArray(value)) {
      const inside = walk(item, [...path, Array.isArray(value) ? Number(key) : key], look);
      if (inside !== null) {
        return inside;
      }
    }
  }
  return null;
}

/** A specification as lines, and which of them a path is on, from 1. */
export function lineOf(spec: Json, path: SpecPath): number {
  const [first, ...rest] = path;
  if (first === undefined || typeof spec !== 'object' || spec === null) {
    return 1;
  }
  let line = 2; // after the bracket
  for (const [key, item] of Object.entries(spec)) {
    if (key === String(first)) {
      return line - 1 + lineOf(item, rest);
    }
    line += JSON.stringify(item, null, 2).split('\n').length;
  }
  return 1;
}

/** The lines around `line`, each with its number; `isIt` of the one that is meant. */
export function linesAround(
  spec: ChartSpec,
  line: number,
  by = 2,
): readonly { readonly number: number; readonly text: string; readonly isIt: boolean }[] {
  return JSON.stringify(spec, null, 2)
    .split('\n')
    .map((text, index) => ({ number: index + 1, text, isIt: index + 1 === line }))
    .slice(Math.max(0, line - 1 - by), line + by);
}

/** What to show of a mistake, with its place. */
export function faultOfChart({ message, path }: ChartMistake, spec: ChartSpec): Fault {
  const place =
    path === null || path.length === 0 ? '' : `line ${lineOf(spec, path)}, ${pathText(path)}: `;
  return toFault(
    new ParseError(
      `the chart cannot be drawn: ${place}${message}`,
      {
        position: 0,
        expected: 'a specification that vega-lite can draw',
        found: path === null ? 'another' : pathText(path) || 'another',
      },
      { hint: 'Change the specification and run the cell again.' },
    ),
  );
}

function quoted(value: Json): string {
  return JSON.stringify(value);
}

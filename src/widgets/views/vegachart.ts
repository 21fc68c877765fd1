// A chart on a canvas, drawn by vega with what vega-lite made of a specification.
//
// Expressions are interpreted: nothing is compiled, so a page without `unsafe-eval` can draw it. And
// nothing is loaded: the loader refuses whatever it is asked for, the cursor whatever is no word, and
// events come from the chart and, while something is dragged, from the window.
//
// New rows take the place of the old ones, and what a person chose stays chosen: an interval and a
// point by its fields are kept by their values, a point by itself by the number of its row.
//
// This file is a chunk of its own: import it through vega.ts.

import {
  changeset,
  type Loader,
  type LoggerInterface,
  parse,
  parseExpression,
  read,
  type Spec,
  truthy,
  View,
} from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import {
  type ChartMistake,
  type ChartRows,
  type ChartSpec,
  findBadExpression,
  findMistake,
  placeOf,
} from '../../models/index.js';
import type { ThemeColours } from '../theme.js';
import { chartConfig } from './charttheme.js';

export type VegaChartOptions = {
  readonly spec: ChartSpec;
  readonly theme: ThemeColours;
  /** CSS px that it may fill. */
  readonly width: number;
  readonly height: number;
  /** Nothing moves by itself. */
  readonly isStill: boolean;
  /** What vega and vega-lite complain about, once each; the chart is drawn as far as it can be. */
  readonly onProblems: (problems: readonly ChartMistake[]) => void;
};

type Row = { [column: string]: unknown };

/** Where vega-lite looks for who a chosen point is; vega's `identifier` numbers only those without. */
const POINT_ID = '_vgsid_';
/** Ids of one table, far from those that vega counts from 1. */
const TABLE_IDS = 2 ** 33;
const PROBLEM_LIMIT = 5; // told at once
const MESSAGE_LIMIT = 300; // characters of each

export class VegaChart {
  /**
   * @param node - empty; gets a canvas.
   * @throws whatever vega says of a specification that cannot be drawn: see `mistakeOf`.
   */
  constructor(node: HTMLElement, options: VegaChartOptions) {
    const { spec, width, height, isStill } = options;
    this._node = node;
    this._spec = spec;
    this._onProblems = options.onProblems;
    this._fitted = fittedOf(spec);
    const compiled = this._compile(options);
    this._parsers = parsersOf(compiled);
    this._hasPoints = JSON.stringify(compiled).includes(JSON.stringify(POINT_ID));
    guardCursor(node);
    const runtime = parse(
      { ...compiled, config: { ...compiled.config, events: eventsOf(isStill) } } as Spec,
      undefined,
      { ast: true },
    );
    this._view = new View(runtime, {
      container: node,
      renderer: 'canvas',
      expr: expressionInterpreter,
      loader: NOTHING,
      logger: this._logger(this._problems),
      hover: true,
    });
    this.resize(width, height);
  }

  /** Is it as large as its place? Else it may have to be scrolled. */
  get isFitted(): boolean {
    return this._fitted.width && this._fitted.height;
  }

  /** Draw these rows instead of the last. Settles when they are on the canvas. */
  async draw(tables: readonly ChartRows[]): Promise<void> {
    this._problems.clear();
    tables.forEach((table, index) => {
      const rows = this._parsed(table.name, rowsOf(table));
      if (this._hasPoints) {
        const first = (index + 1) * TABLE_IDS;
        rows.forEach((row, at) => {
          row[POINT_ID] = first + table.numbers[at]!;
        });
      }
      this._view.change(table.name, changeset().remove(truthy).insert(rows));
    });
    await this._view.runAsync();
    this._tell();
  }

  /** Fill so many CSS px, fields of parameters included, where the specification has no size of its own. */
  resize(width: number, height: number): void {
    if (this._fitted.width) {
      this._view.width(Math.max(1, width));
    }
    if (this._fitted.height) {
      const fields = this._node.querySelector('.vega-bindings')?.clientHeight ?? 0;
      this._view.height(Math.max(1, height - fields));
    }
    void this._view.resize().runAsync();
  }

  dispose(): void {
    this._view.finalize();
  }

  private _compile({ spec, theme, width, height }: VegaChartOptions): Spec {
    const mistake = findMistake(spec) ?? findBadExpression(spec, parseExpression);
    if (mistake !== null) {
      throw new ChartError(mistake);
    }
    const { width: isWide, height: isHigh } = this._fitted;
    const fit = isWide && isHigh ? 'fit' : isWide ? 'fit-x' : 'fit-y';
    const sized = {
      ...(isWide || isHigh ? { autosize: { type: fit, contains: 'padding' } } : {}),
      ...spec,
      ...(isWide ? { width } : {}),
      ...(isHigh ? { height } : {}),
    };
    return compile(sized as unknown as TopLevelSpec, {
      config: chartConfig(theme),
      logger: this._logger(this._warnings),
    }).spec as Spec;
  }

  // What `format.parse` of named data says, vega does for data that it loads alone.
  private _parsed(name: string, rows: Row[]): Row[] {
    const parse_ = this._parsers.get(name);
    return parse_ === undefined ? rows : (read(rows as never, parse_ as never) as Row[]);
  }

  private _logger(heard: Set<string>): LoggerInterface {
    const hear = (...words: readonly unknown[]) => {
      const message = words.map(messageOf).join(' ');
      // No rows, no extent.
      if (!message.startsWith('Infinite extent') && heard.size < PROBLEM_LIMIT) {
        heard.add(message);
      }
      return logger;
    };
    const quiet = () => logger;
    const logger = {
      level: (level?: number) => (level === undefined ? 2 : logger),
      error: hear,
      warn: hear,
      info: quiet,
      debug: quiet,
    } as unknown as LoggerInterface;
    return logger;
  }

  private _tell(): void {
    const heard = [...new Set([...this._warnings, ...this._problems])];
    // What was left undefined by a mistake that is told already needs no words.
    const told = heard.filter(message => !/^Cannot read prop/.test(message));
    this._onProblems(
      (told.length > 0 ? told : heard)
        .slice(0, PROBLEM_LIMIT)
        .map(message => mistakeAt(message, this._spec)),
    );
  }

  private readonly _node: HTMLElement;
  private readonly _spec: ChartSpec;
  private readonly _view: View;
  private readonly _fitted: { readonly width: boolean; readonly height: boolean };
  private readonly _parsers: ReadonlyMap<string, object>;
  private readonly _hasPoints: boolean;
  private readonly _onProblems: VegaChartOptions['onProblems'];
  private readonly _warnings = new Set<string>();
  private readonly _problems = new Set<string>();
}

/** Found before vega saw it: where it is, is known. */
class ChartError extends Error {
  constructor(readonly mistake: ChartMistake) {
    super(mistake.message);
  }
}

/** Why a specification cannot be drawn, and where, of what the constructor threw. */
export function mistakeOf(reason: unknown, spec: ChartSpec): ChartMistake {
  if (reason instanceof ChartError) {
    return reason.mistake;
  }
  return mistakeAt(messageOf(reason), spec);
}

// The place goes by all of the message, which may repeat a large part of the specification.
function mistakeAt(message: string, spec: ChartSpec): ChartMistake {
  const short = message.length > MESSAGE_LIMIT ? message.replace(/\{.*\}/s, '{…}') : message;
  return { message: short.slice(0, MESSAGE_LIMIT), path: placeOf(spec, message) };
}

const refuse = (): Promise<never> => Promise.reject(new Error('a chart loads nothing'));
const NOTHING: Loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

/** What a selection that is dragged beyond the chart has to hear. */
const DRAGGING = ['mousemove', 'mouseup', 'pointermove', 'pointerup', 'touchmove', 'touchend'];

function eventsOf(isStill: boolean) {
  return {
    bind: 'container',
    defaults: { allow: ['wheel'] },
    globalCursor: false,
    selector: false,
    timer: !isStill,
    window: DRAGGING,
  };
}

// A computed cursor could name a picture to load: only a word reaches the style.
function guardCursor({ style }: HTMLElement): void {
  Object.defineProperty(style, 'cursor', {
    configurable: true,
    get: () => style.getPropertyValue('cursor'),
    set: (value: unknown) => {
      style.setProperty('cursor', /^[a-z-]+$/.test(String(value)) ? String(value) : '');
    },
  });
}

/** A view by itself or in layers fills its place, where it names no size; grids of views cannot. */
function fittedOf(spec: ChartSpec): { readonly width: boolean; readonly height: boolean } {
  const encoding = (spec.encoding ?? {}) as object;
  const isOne =
    ('mark' in spec || 'layer' in spec) &&
    !['facet', 'row', 'column'].some(channel => Object.hasOwn(encoding, channel));
  const isFree = (size: unknown) => isOne && (size === undefined || size === 'container');
  return { width: isFree(spec.width), height: isFree(spec.height) };
}

function parsersOf({ data = [] }: Spec): ReadonlyMap<string, object> {
  return new Map(
    data.flatMap(source => {
      const format = (source as { readonly format?: { readonly parse?: unknown } }).format;
      return typeof format?.parse === 'object' && format.parse !== null
        ? [[source.name, { type: 'json', parse: format.parse }] as const]
        : [];
    }),
  );
}

// What is no number has no place on a scale: it is missing, as None is.
function rowsOf({ columns }: ChartRows): Row[] {
  return Array.from({ length: columns[0]?.values.length ?? 0 }, (_, index) => {
    const row: Row = {};
    for (const { name, values } of columns) {
      const value = values[index];
      row[name] = typeof value === 'number' && !Number.isFinite(value) ? null : value;
    }
    return row;
  });
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

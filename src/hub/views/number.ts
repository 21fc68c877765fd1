// One value in large figures, with the last minute behind it. Whatever is no number is shown as text.
//
// A value that is not there any more must not look like one that is: ARTIQ's applet big_number shows
// dashes then, and so does this.

import { type Display, type PyValue, UnsupportedError } from '../../values/index.js';
import type { IClock } from '../../wire/index.js';
import type { SourceRole, ViewAnswer, ViewOptions, Viewport } from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import type { CsvTable } from './csv.js';
import { COPY_LIMIT, numberOf, reprText, scalarOf, TEXT_LIMIT, valueText } from './format.js';
import { History } from './history.js';
import { chooseUnit } from './siunit.js';
import type { Body, IView, Question } from './view.js';

const MISSING = '---';

export class NumberView implements IView {
  readonly kind = 'number';
  type = '';
  private readonly _options: ViewOptions;
  private readonly _label: string;
  private readonly _clock: IClock;
  private readonly _history = new History();
  private _value: PyValue | undefined;
  private _isMissing = false;
  private _timeNs = 0n;
  private _display: Display = {};
  private _width = 1;
  private _dirty = true;

  /** @param label - what to call it: the last part of its address. */
  constructor(options: ViewOptions, label: string, clock: IClock) {
    this._options = options;
    this._label = label;
    this._clock = clock;
  }

  get dirty(): boolean {
    return this._dirty;
  }

  /** What the instrument says, with what the person set on top. */
  get display(): Display {
    return this._display;
  }

  input(_role: SourceRole, event: SourceEvent): void {
    this._dirty = true;
    const isTold = event.type === 'status' && event.status.state === 'missing';
    if (event.type === 'gone' || isTold) {
      this._isMissing = true;
      this._value = undefined;
    }
    if (event.type !== 'reading') {
      return;
    }
    this._isMissing = false;
    const { value, type, timeNs, display } = event.reading;
    this.type = type;
    this._timeNs = timeNs;
    const number = numberOf(value);
    this._display = this._shown(display, number);
    this._value = value;
    if (number !== null && !Number.isNaN(number)) {
      this._history.add(this._clock.nowMs(), number);
    }
  }

  private _shown(display: Display, number: number | null): Display {
    const { unit, scale, precision } = this._options;
    const chosen = {
      ...display,
      ...(unit === undefined ? {} : { unit }),
      ...(scale === undefined ? {} : { scale }),
      ...(precision === undefined ? {} : { precision }),
    };
    return number === null ? chosen : chooseUnit(chosen, number, this._display);
  }

  setViewport(viewport: Viewport): void {
    const width = Math.max(1, Math.floor(viewport.width));
    this._dirty ||= width !== this._width;
    this._width = width;
  }

  frame(nowMs: number): Body {
    this._dirty = false;
    const value = this._value;
    if (value === undefined && !this._isMissing) {
      return { content: { kind: 'empty', fault: null }, transfer: [] };
    }
    const scale = this._display.scale ?? 1;
    const history = this._history.points(nowMs, this._width, scale);
    if (value === undefined) {
      const content = { kind: 'number', text: MISSING, value: null, exact: '', history } as const;
      return { content, transfer: [history.buffer] };
    }
    const number = numberOf(value);
    return {
      content: {
        kind: 'number',
        text: valueText(value, this._display, { limit: TEXT_LIMIT, readOut: true }),
        value: number === null ? null : number / scale,
        exact: reprText(value, TEXT_LIMIT),
        history,
      },
      transfer: [history.buffer],
    };
  }

  ask(query: Question): ViewAnswer {
    throw new UnsupportedError(`a number cannot answer "${query.type}"`, { feature: query.type });
  }

  /** The raw value exactly, and beside it what is on the screen where that differs. */
  table(): CsvTable {
    const value = this._value;
    if (value === undefined) {
      throw new UnsupportedError('there is no value yet', { feature: 'csv' });
    }
    const { unit, scale = 1 } = this._display;
    const number = numberOf(value);
    const scalar = scalarOf(value);
    const exact =
      typeof scalar === 'object' && scalar !== null ? reprText(scalar, COPY_LIMIT, true) : scalar;
    const time = new Date(Number(this._timeNs / 1_000_000n)).toISOString();
    const columns = [
      { name: 'time', values: [time] },
      { name: scale === 1 ? this._heading(unit) : `${this._label} (raw)`, values: [exact] },
    ];
    return {
      columns:
        scale === 1 || number === null
          ? columns
          : [...columns, { name: this._heading(unit), values: [number / scale] }],
      fileName: `${this._label}.csv`,
    };
  }

  private _heading(unit: string | undefined): string {
    return unit === undefined ? this._label : `${this._label} / ${unit}`;
  }

  close(): void {
    this._value = undefined;
    this._history.clear();
  }
}

// How far something is, as a bar: a number between two others.
//
// As ARTIQ's applet `progress_bar`: raw values, rounded as Python rounds; 0 to 100 unless told.

import { type Display, type Fault, toFault, UnsupportedError } from '../../values/index.js';
import type { SourceRole, ViewAnswer, ViewOptions, Viewport } from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import type { CsvTable } from './csv.js';
import { floatText, numberOf, scalarOf } from './format.js';
import type { Body, IView, Question } from './view.js';

export const PROGRESS_MIN = 0;
export const PROGRESS_MAX = 100;

export class ProgressView implements IView {
  readonly kind = 'progress';
  readonly display: Display = {};
  type = '';
  private _min: number;
  private _max: number;
  private readonly _label: string;
  private _value: number | null = null;
  private _text = '';
  private _timeNs = 0n;
  private _misfit: Fault | null = null;
  private _dirty = true;

  /** @param label - what to call it: the last part of its address. */
  constructor({ min = PROGRESS_MIN, max = PROGRESS_MAX }: ViewOptions, label: string) {
    this._min = min;
    this._max = max;
    this._label = label;
  }

  get dirty(): boolean {
    return this._dirty;
  }

  input(_role: SourceRole, event: SourceEvent): void {
    this._dirty = true;
    if (event.type !== 'reading') {
      return;
    }
    const { value, type, timeNs } = event.reading;
    const scalar = scalarOf(value);
    this.type = type;
    this._timeNs = timeNs;
    this._value = numberOf(value);
    this._text = typeof scalar === 'bigint' ? String(scalar) : floatText(this._value ?? Number.NaN);
    this._misfit =
      this._value === null
        ? toFault(
            new UnsupportedError(
              `${this._label} is ${type}, a progress bar needs a number`,
              { feature: `progress of ${type}` },
              { hint: 'Show it with view="auto".' },
            ),
          )
        : null;
  }

  setViewport({ ends }: Viewport): void {
    const [min, max] = ends ?? [this._min, this._max];
    this._dirty ||= min !== this._min || max !== this._max;
    this._min = min;
    this._max = max;
  }

  frame(): Body {
    this._dirty = false;
    const { _value: value, _min: min, _max: max } = this;
    if (value === null) {
      return { content: { kind: 'empty', fault: this._misfit }, transfer: [] };
    }
    const rounded = Number.isFinite(value) ? roundHalfEven(value) : null;
    const share = rounded === null ? null : Math.max(0, Math.min(1, (rounded - min) / (max - min)));
    return {
      content: { kind: 'progress', value: rounded, min, max, share, text: this._text },
      transfer: [],
    };
  }

  ask(query: Question): ViewAnswer {
    throw new UnsupportedError(`a progress bar cannot answer "${query.type}"`, {
      feature: query.type,
    });
  }

  table(): CsvTable {
    if (this._value === null) {
      throw new UnsupportedError('there is no number yet', { feature: 'csv' });
    }
    const time = new Date(Number(this._timeNs / 1_000_000n)).toISOString();
    return {
      columns: [
        { name: 'time', values: [time] },
        { name: this._label, values: [this._value] },
      ],
      fileName: `${this._label}.csv`,
    };
  }

  close(): void {
    this._value = null;
  }
}

/** As Python's `round`: 0.5 → 0, 1.5 → 2, 2.5 → 2. */
function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  const over = value - low;
  return over > 0.5 || (over === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

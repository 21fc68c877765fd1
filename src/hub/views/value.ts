// The value itself, as plain data: what another extension draws or computes is made of it.
//
// The newest one at most once a frame, and no larger than a limit: what is larger has views that
// reduce it.

import {
  type Display,
  type Fault,
  LimitError,
  type PyValue,
  toClone,
  toFault,
  toPlain,
  UnsupportedError,
} from '../../values/index.js';
import type { SourceRole, ViewAnswer, ViewOptions, Viewport } from '../api.js';
import { sizeOf } from '../results.js';
import type { SourceEvent } from '../sources/source.js';
import type { CsvTable } from './csv.js';
import { COPY_LIMIT, reprText, scalarOf } from './format.js';
import type { Body, IView, Question } from './view.js';

/** Bytes of a value that is sent as it is. 60 of them a second are 60 MB/s, which the page still takes. */
export const VALUE_LIMIT_BYTES = 1_000_000;

export class ValueView implements IView {
  readonly kind = 'value';
  type = '';
  display: Display = {};
  private readonly _options: ViewOptions;
  private readonly _label: string;
  private _value: PyValue | undefined;
  private _timeNs = 0n;
  private _dirty = true;

  /** @param label - what to call it: the last part of its address. */
  constructor(options: ViewOptions, label: string) {
    this._options = options;
    this._label = label;
  }

  get dirty(): boolean {
    return this._dirty;
  }

  input(_role: SourceRole, event: SourceEvent): void {
    this._dirty = true;
    if (event.type === 'reading') {
      const { value, type, timeNs, display } = event.reading;
      const { unit, scale, precision } = this._options;
      this._value = value;
      this._timeNs = timeNs;
      this.type = type;
      this.display = {
        ...display,
        ...(unit === undefined ? {} : { unit }),
        ...(scale === undefined ? {} : { scale }),
        ...(precision === undefined ? {} : { precision }),
      };
    }
  }

  setViewport(_viewport: Viewport): void {}

  frame(): Body {
    this._dirty = false;
    const value = this._value;
    const bytes = value === undefined ? 0 : sizeOf(value, VALUE_LIMIT_BYTES);
    if (value === undefined || bytes > VALUE_LIMIT_BYTES) {
      const fault = value === undefined ? null : tooLarge(`${this._label} is ${this.type}`, bytes);
      return { content: { kind: 'empty', fault }, transfer: [] };
    }
    if (this._options.plain === true) {
      return { content: { kind: 'value', value: toPlain(value) }, transfer: [] };
    }
    const { value: clone, transfer } = toClone(value);
    return { content: { kind: 'value', value: clone }, transfer };
  }

  ask(query: Question): ViewAnswer {
    throw new UnsupportedError(`a value cannot answer "${query.type}"`, { feature: query.type });
  }

  table(): CsvTable {
    const value = this._value;
    if (value === undefined) {
      throw new UnsupportedError('there is no value yet', { feature: 'csv' });
    }
    const scalar = scalarOf(value);
    const exact =
      typeof scalar === 'object' && scalar !== null ? reprText(scalar, COPY_LIMIT, true) : scalar;
    return {
      columns: [
        { name: 'time', values: [new Date(Number(this._timeNs / 1_000_000n)).toISOString()] },
        { name: this._label, values: [exact] },
      ],
      fileName: `${this._label}.csv`,
    };
  }

  close(): void {
    this._value = undefined;
  }
}

function tooLarge(what: string, value: number): Fault {
  const maximum = VALUE_LIMIT_BYTES;
  const error = new LimitError(
    `${what}: more than ${maximum / 1e6} MB, too much to be handed over as it is`,
    { limit: 'watched value', value, maximum, unit: 'bytes' },
    { hint: 'Look at it through a view that reduces it: trace, image or table.' },
  );
  return toFault(error);
}

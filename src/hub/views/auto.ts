// The view that suits the value, chosen anew when its shape changes.

import { type Display, NDArray, PyDict, type PyValue } from '../../values/index.js';
import type { PictureFrame, SourceRole, ViewAnswer, ViewKind, Viewport } from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import type { CsvTable } from './csv.js';
import type { Body, IView, Question } from './view.js';

/** Elements of a list that are looked at; a list of that many numbers is one of numbers. */
const LOOK_AT = 1000;

/** Scalars and text → number, 1-D numbers → trace, 2-D numbers → image, dicts → table; else text. */
export function kindOf(value: PyValue): ViewKind {
  if (value instanceof NDArray) {
    const isNumeric = 'biuf'.includes(value.dtype.kind);
    return isNumeric && value.ndim === 1
      ? 'trace'
      : isNumeric && value.ndim === 2
        ? 'image'
        : 'number';
  }
  if (Array.isArray(value)) {
    return value.length > 0 && value.slice(0, LOOK_AT).every(isNumberLike) ? 'trace' : 'number';
  }
  return value instanceof PyDict ? 'table' : 'number';
}

function isNumberLike(value: PyValue): boolean {
  return value === null || typeof value === 'number' || typeof value === 'bigint';
}

export class AutoView implements IView {
  private readonly _make: (kind: ViewKind) => IView;
  private _inner: IView | null = null;
  private _viewport: Viewport | null = null;
  private _dirty = true;

  /** @param make - makes a view of one kind. */
  constructor(make: (kind: ViewKind) => IView) {
    this._make = make;
  }

  get kind(): PictureFrame['kind'] {
    return this._inner?.kind ?? 'empty';
  }

  get type(): string {
    return this._inner?.type ?? '';
  }

  get display(): Display {
    return this._inner?.display ?? {};
  }

  get dirty(): boolean {
    return this._inner?.dirty ?? this._dirty;
  }

  input(role: SourceRole, event: SourceEvent): void {
    if (event.type === 'reading') {
      this._choose(kindOf(event.reading.value)).input(role, event);
    } else if (event.type === 'tree') {
      this._choose('table').input(role, event);
    } else {
      this._dirty = true;
      this._inner?.input(role, event);
    }
  }

  private _choose(kind: ViewKind): IView {
    if (this._inner?.kind === kind) {
      return this._inner;
    }
    this._inner?.close();
    const inner = this._make(kind);
    if (this._viewport !== null) {
      inner.setViewport(this._viewport);
    }
    this._inner = inner;
    return inner;
  }

  setViewport(viewport: Viewport): void {
    this._viewport = viewport;
    this._inner?.setViewport(viewport);
  }

  frame(nowMs: number): Body | Promise<Body> {
    this._dirty = false;
    return this._inner?.frame(nowMs) ?? { content: { kind: 'empty', fault: null }, transfer: [] };
  }

  ask(query: Question): ViewAnswer {
    return this._chosen().ask(query);
  }

  table(): CsvTable {
    return this._chosen().table();
  }

  private _chosen(): IView {
    if (this._inner === null) {
      throw new RangeError('there is no value yet');
    }
    return this._inner;
  }

  close(): void {
    this._inner?.close();
    this._inner = null;
  }
}

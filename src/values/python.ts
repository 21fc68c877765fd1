// Python's values, exactly: what the Python-valued protocols decode to and encode from.
//
// float ⇄ number, always; int ⇄ bigint, always: `1` and `1.0` never meet. None ⇄ null, bool, str ⇄
// boolean, string; bytes ⇄ Uint8Array; list ⇄ array. The others are the small classes of this room.
// A str is a JavaScript string: lone surrogates survive, and a pair of surrogates is one character.

import type { PyDict } from './dict.js';
import type { Fraction } from './fraction.js';
import type { NDArray } from './ndarray.js';
import type { NumpyScalar } from './scalar.js';
import type { PySet } from './set.js';

/** A Python value. A plain JavaScript object is none: a dict is a `PyDict`. */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyValue[]
  | Tuple
  | PyDict
  | PySet
  | Slice
  | Complex
  | Fraction
  | NDArray
  | NumpyScalar
  | PyObject;

/** A tuple. Iterable; `items` must not be changed, it may be a dict's key. */
export class Tuple {
  readonly items: readonly PyValue[];

  constructor(items: readonly PyValue[]) {
    this.items = items;
  }

  /** Python's name of the type; every class of this room has one. */
  get pyType(): string {
    return 'tuple';
  }

  get length(): number {
    return this.items.length;
  }

  /** The item at `index`, negative from the end; undefined outside. */
  at(index: number): PyValue | undefined {
    return this.items.at(index);
  }

  [Symbol.iterator](): IterableIterator<PyValue> {
    return this.items[Symbol.iterator]();
  }
}

/** A slice, members as sent: Python puts any value there, indexing wants ints or None. */
export class Slice {
  readonly start: PyValue;
  readonly stop: PyValue;
  readonly step: PyValue;

  constructor(start: PyValue, stop: PyValue, step: PyValue) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  get pyType(): string {
    return 'slice';
  }
}

/** A complex number of two float64; the signs of zeros count. */
export class Complex {
  readonly re: number;
  readonly im: number;

  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }

  get pyType(): string {
    return 'complex';
  }
}

/**
 * Base of classes that PYON knows by registration (`protocols/pyon`). Equal and hashed by identity,
 * as Python objects are unless they say otherwise. It crosses to the page as its `repr()` only.
 */
export abstract class PyObject {
  /** Python's name of the class, for people. */
  abstract get pyType(): string;

  /** Python's repr. */
  repr(): string {
    return `<${this.pyType} object>`;
  }
}

/** What is left of a `PyObject` on the other side of a worker: its class and its repr. */
export class OpaqueObject extends PyObject {
  private readonly _pyType: string;
  private readonly _repr: string;

  constructor(pyType: string, repr: string) {
    super();
    this._pyType = pyType;
    this._repr = repr;
  }

  override get pyType(): string {
    return this._pyType;
  }

  override repr(): string {
    return this._repr;
  }
}

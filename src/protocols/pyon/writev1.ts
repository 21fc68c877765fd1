// Version 1: a Python expression, spelled as SiPyCo 1.9 spells it.

import {
  bytesRepr,
  Complex,
  complexRepr,
  Fraction,
  floatRepr,
  NDArray,
  NumpyScalar,
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  pyRepr,
  Slice,
  Tuple,
} from '../../values/index.js';
import type { Out } from './out.js';
import {
  checkArray,
  itemStep,
  noForm,
  scalarParts,
  step,
  type Trail,
  type WriteTools,
  writeBase64,
  writeInt,
} from './write.js';
import { type Compound, Writer } from './writer.js';

/**
 * Write `value`. `pretty`: dicts of two and more entries on lines of their own, sorted where all
 * keys are str.
 * @param trail - given in a second run, to name the place of the fault.
 * @throws {EncodeError, LimitError}
 */
export function writeV1(
  out: Out,
  value: PyValue,
  pretty: boolean,
  tools: WriteTools,
  trail: Trail | null,
): void {
  new WriterV1(out, pretty, tools, trail).value(value);
}

class WriterV1 extends Writer {
  /** Pretty dicts around this place. */
  private _indent = 0;

  protected _float(value: number): string {
    return floatRepr(value);
  }

  protected _compound(value: Compound): void {
    this._deeper();
    if (Array.isArray(value)) {
      this._items('[', value, ']');
    } else if (value instanceof OrderedDict) {
      this._out.ascii('OrderedDict(');
      this._items(
        '[',
        Array.from(value, pair => new Tuple(pair)),
        ']',
      );
      this._out.ascii(')');
    } else if (value instanceof PyDict) {
      this._dict(value);
    } else if (value instanceof Tuple) {
      this._items('(', value.items, value.length === 1 ? ', )' : ')');
    } else {
      this._rare(value);
    }
    this._depth -= 1;
  }

  private _rare(value: Compound): void {
    const out = this._out;
    if (value instanceof NDArray) {
      this._array(value);
    } else if (value instanceof Uint8Array) {
      out.ascii(bytesRepr(value));
    } else if (value instanceof NumpyScalar) {
      this._scalar(value);
    } else if (value instanceof PySet) {
      this._items('{', Array.from(value), '}');
    } else if (value instanceof Slice) {
      // SiPyCo takes Python's repr of the members, whatever they are.
      out.text(pyRepr(value));
    } else if (value instanceof Complex) {
      out.ascii(complexRepr(value.re, value.im));
    } else if (value instanceof Fraction) {
      out.ascii('Fraction(');
      writeInt(out, value.numerator, this._tools.limits);
      out.ascii(', ');
      writeInt(out, value.denominator, this._tools.limits);
      out.ascii(')');
    } else {
      throw noForm(value, 1, this._trail);
    }
  }

  private _items(open: string, items: readonly PyValue[], close: string): void {
    const out = this._out;
    out.ascii(open);
    for (let i = 0; i < items.length; i += 1) {
      if (i > 0) {
        out.ascii(', ');
      }
      this._trail?.push(itemStep(i));
      this.value(items[i] as PyValue);
      this._trail?.pop();
    }
    out.ascii(close);
  }

  private _dict(dict: PyDict): void {
    const entries = [...dict];
    const isTall = this._pretty && entries.length >= 2;
    if (isTall && entries.every(([key]) => typeof key === 'string')) {
      entries.sort(([a], [b]) => comparePoints(a as string, b as string));
    }
    this._indent += isTall ? 1 : 0;
    const line = `\n${'    '.repeat(this._indent)}`;
    const out = this._out;
    out.ascii('{');
    entries.forEach(([key, value], i) => {
      out.ascii(isTall ? (i === 0 ? line : `,${line}`) : i === 0 ? '' : ', ');
      this.value(key);
      out.ascii(': ');
      this._trail?.push(step(key));
      this.value(value);
      this._trail?.pop();
    });
    this._indent -= isTall ? 1 : 0;
    out.ascii(isTall ? `\n${'    '.repeat(this._indent)}}` : '}');
  }

  private _array(array: NDArray): void {
    checkArray(array, 1, this._trail);
    const { shape, dtype } = array;
    const axes = shape.length === 1 ? `${shape[0]}, ` : shape.join(', ');
    this._out.ascii(`nparray((${axes}), "${dtype.str}", b"`);
    writeBase64(this._out, array.toBytes(), this._tools.base64);
    this._out.ascii('")');
  }

  private _scalar(scalar: NumpyScalar): void {
    const parts = scalarParts(scalar, 1);
    if (parts === null) {
      throw noForm(scalar, 1, this._trail);
    }
    this._out.ascii(`npscalar("${parts.dtype}", b"`);
    writeBase64(this._out, parts.bytes, this._tools.base64);
    this._out.ascii('")');
  }
}

/** Python's order of strings: by code points, not by UTF-16 units. */
function comparePoints(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i += 1) {
    const order = (left[i]!.codePointAt(0) ?? 0) - (right[i]!.codePointAt(0) ?? 0);
    if (order !== 0) {
      return order;
    }
  }
  return left.length - right.length;
}

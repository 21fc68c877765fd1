// Version 2: the text that Python's json.dumps writes for PYON, byte for byte.

import {
  Complex,
  Fraction,
  floatRepr,
  NDArray,
  NumpyScalar,
  PyDict,
  PyObject,
  PySet,
  type PyValue,
  Slice,
  Tuple,
} from '../../values/index.js';
import { CLOSE_BRACE, CLOSE_LIST, COMMA, DOUBLE_QUOTE, OPEN_BRACE, OPEN_LIST } from './ascii.js';
import type { Out } from './out.js';
import { PySubclass } from './subclass.js';
import { writeString } from './text.js';
import {
  checkArray,
  itemStep,
  noForm,
  scalarParts,
  step,
  type Trail,
  unencodable,
  type WriteTools,
  writeBase64,
} from './write.js';
import { type Compound, Writer } from './writer.js';

/**
 * Write `value`. `pretty`: indented by four blanks, as `json.dumps(indent=4)`.
 * @param trail - given in a second run, to name the place of the fault.
 * @throws {EncodeError, LimitError}
 */
export function writeV2(
  out: Out,
  value: PyValue,
  pretty: boolean,
  tools: WriteTools,
  trail: Trail | null,
): void {
  new WriterV2(out, pretty, tools, trail).value(value);
}

class WriterV2 extends Writer {
  private readonly _colon = this._pretty ? ': ' : ':';

  protected _float(value: number): string {
    return floatJson(value);
  }

  protected _compound(value: Compound): void {
    if (Array.isArray(value)) {
      this._list(value);
    } else if (value instanceof PyDict) {
      this._dict(value);
    } else if (value instanceof Tuple) {
      this._class('tuple', () => this._nested(() => this._list(value.items)));
    } else if (value instanceof NDArray) {
      this._array(value);
    } else {
      this._rare(value);
    }
  }

  private _rare(value: Compound): void {
    if (value instanceof Uint8Array) {
      this._class('bytes', () => this._nested(() => this._base64(value)));
    } else if (value instanceof NumpyScalar) {
      this._scalar(value);
    } else if (value instanceof PySet) {
      this._class('set', () => this._nested(() => this._list(Array.from(value))));
    } else if (value instanceof Slice) {
      this._arguments('slice', [value.start, value.stop, value.step]);
    } else if (value instanceof Complex) {
      this._arguments('complex', [value.re, value.im]);
    } else if (value instanceof Fraction) {
      this._arguments('Fraction', [value.numerator, value.denominator]);
    } else if (value instanceof PyObject) {
      this._object(value);
    } else {
      throw noForm(value, 2, this._trail);
    }
  }

  // ---- Brackets -----------------------------------------------------------------------------------

  private _open(bracket: number): void {
    this._deeper();
    this._out.byte(bracket);
  }

  /** Before each item: the comma, and in pretty texts the new line. */
  private _next(isFirst: boolean): void {
    if (!isFirst) {
      this._out.byte(COMMA);
    }
    if (this._pretty) {
      this._out.ascii(`\n${'    '.repeat(this._depth)}`);
    }
  }

  private _close(bracket: number, isEmpty: boolean): void {
    this._depth -= 1;
    if (this._pretty && !isEmpty) {
      this._out.ascii(`\n${'    '.repeat(this._depth)}`);
    }
    this._out.byte(bracket);
  }

  private _list(items: readonly PyValue[]): void {
    this._open(OPEN_LIST);
    for (let i = 0; i < items.length; i += 1) {
      this._next(i === 0);
      this._trail?.push(itemStep(i));
      this.value(items[i] as PyValue);
      this._trail?.pop();
    }
    this._close(CLOSE_LIST, items.length === 0);
  }

  /** A list of one item that `write` writes. */
  private _nested(write: () => void): void {
    this._open(OPEN_LIST);
    this._next(true);
    write();
    this._close(CLOSE_LIST, false);
  }

  /** `{"__jsonclass__":["name",…]}`; `write` writes the list of arguments. */
  private _class(name: string, write: () => void): void {
    const out = this._out;
    if (!this._pretty) {
      out.ascii(`{"__jsonclass__":["${name}",`);
      this._depth += 2;
      write();
      this._depth -= 2;
      out.ascii(']}');
      return;
    }
    this._open(OPEN_BRACE);
    this._next(true);
    out.ascii('"__jsonclass__": ');
    this._open(OPEN_LIST);
    this._next(true);
    out.ascii(`"${name}"`);
    this._next(false);
    write();
    this._close(CLOSE_LIST, false);
    this._close(CLOSE_BRACE, false);
  }

  private _arguments(name: string, args: readonly PyValue[]): void {
    this._class(name, () => this._list(args));
  }

  // ---- Types --------------------------------------------------------------------------------------

  /** An object where all keys are str, else pairs. An OrderedDict is a dict here. */
  private _dict(dict: PyDict): void {
    if (!dict.everyKey(isText)) {
      this._class('dict', () => this._nested(() => this._pairs(dict)));
      return;
    }
    const out = this._out;
    let isFirst = true;
    this._open(OPEN_BRACE);
    dict.forEach((value, key) => {
      const name = key instanceof NumpyScalar ? key.item() : key;
      if (name === '__jsonclass__') {
        throw unencodable(
          `a dict with the key '__jsonclass__' has no form in PYON v2`,
          this._trail,
        );
      }
      this._next(isFirst);
      isFirst = false;
      writeString(out, name as string);
      out.ascii(this._colon);
      this._trail?.push(step(key));
      this.value(value);
      this._trail?.pop();
    });
    this._close(CLOSE_BRACE, isFirst);
  }

  private _pairs(dict: PyDict): void {
    let isFirst = true;
    this._open(OPEN_LIST);
    dict.forEach((value, key) => {
      this._next(isFirst);
      isFirst = false;
      this._open(OPEN_LIST);
      this._next(true);
      this.value(key);
      this._next(false);
      this._trail?.push(step(key));
      this.value(value);
      this._trail?.pop();
      this._close(CLOSE_LIST, false);
    });
    this._close(CLOSE_LIST, isFirst);
  }

  private _array(array: NDArray): void {
    checkArray(array, 2, this._trail);
    this._class('nparray', () => {
      this._open(OPEN_LIST);
      this._next(true);
      this._list(array.shape.map(BigInt));
      this._next(false);
      this._out.ascii(`"${array.dtype.str}"`);
      this._next(false);
      this._base64(array.toBytes());
      this._close(CLOSE_LIST, false);
    });
  }

  private _scalar(scalar: NumpyScalar): void {
    // np.float64 is a Python float, np.str_ a str: json writes them as such.
    if (scalar.dtype.kind === 'U' || (scalar.dtype.kind === 'f' && scalar.dtype.itemsize === 8)) {
      this.value(scalar.item());
      return;
    }
    const parts = scalarParts(scalar, 2);
    if (parts === null) {
      throw noForm(scalar, 2, this._trail);
    }
    this._class('npscalar', () => {
      this._open(OPEN_LIST);
      this._next(true);
      writeString(this._out, parts.dtype);
      this._next(false);
      this._base64(parts.bytes);
      this._close(CLOSE_LIST, false);
    });
  }

  private _base64(data: Uint8Array): void {
    const out = this._out;
    out.byte(DOUBLE_QUOTE);
    writeBase64(out, data, this._tools.base64);
    out.byte(DOUBLE_QUOTE);
  }

  private _object(object: PyObject): void {
    if (object instanceof PySubclass) {
      this.value(object.base);
      return;
    }
    const known = this._tools.registry.ofObject(object);
    if (known === undefined) {
      throw noForm(object, 2, this._trail);
    }
    let args: readonly PyValue[];
    try {
      args = known.encode(object);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw unencodable(`the encoder registered for ${known.name} failed: ${reason}`, this._trail, {
        cause: error,
      });
    }
    this._class(known.name, () => this._list(args));
  }
}

function isText(key: PyValue): boolean {
  return typeof key === 'string' || (key instanceof NumpyScalar && key.dtype.kind === 'U');
}

/** Python's repr, with JSON's extensions for what JSON lacks. */
function floatJson(value: number): string {
  if (Number.isFinite(value)) {
    return floatRepr(value);
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

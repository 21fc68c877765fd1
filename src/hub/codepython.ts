// A call as a Python program for the `sipyco` package.
//
// Source: the Python language reference, "Lexical analysis" (names, keywords, literals); SiPyCo's
// documentation, `sipyco.pc_rpc.Client`.

import {
  bytesRepr,
  Complex,
  type DType,
  EncodeError,
  Fraction,
  NDArray,
  NumpyScalar,
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  pyRepr,
  Slice,
  strRepr,
  Tuple,
  typeName,
} from '../values/index.js';
import { CERTIFICATE_FILES, type ProgramCall, placeOf } from './code.js';

/**
 * A program that makes the call once and prints what comes back.
 * @throws {EncodeError} an argument that Python has no text for. {UnsupportedError} nothing can be called there.
 */
export function pythonProgram(call: ProgramCall): string {
  const { host, port, target, note, tlsNote } = placeOf(call.address);
  const writer = new PythonWriter();
  const args = call.args.map(value => writer.text(value));
  args.push(...keywordArguments(call.kwargs, writer));
  const client = [
    strRepr(host),
    String(port),
    ...(target === '' ? [] : [strRepr(target)]),
    ...(tlsNote === null ? [] : ['ssl_config=ssl_config']),
  ];
  const statement = `${callee(call.method)}(${args.join(', ')})`;
  return [
    ...(note === null ? [] : [`# ${note}`]),
    ...writer.imports(tlsNote === null ? [] : ['from sipyco.tools import SimpleSSLConfig']),
    ...(tlsNote === null
      ? []
      : [`# ${tlsNote}`, `ssl_config = SimpleSSLConfig(${CERTIFICATE_FILES})`]),
    `remote = Client(${client.join(', ')})`,
    'try:',
    `    result = ${statement}`,
    '    print(result)',
    'finally:',
    '    remote.close_rpc()',
    '',
  ].join('\n');
}

// ---- Names ----------------------------------------------------------------------------------------

/** Python takes more letters than these; names that have others are written as texts. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally ' +
    'for from global if import in is lambda nonlocal not or pass raise return try while with yield ' +
    // No keyword, but nothing may be called so.
    '__debug__'
  ).split(' '),
);

/** What SiPyCo's client has itself: such a method of the server is behind `__getattr__`. */
const CLIENT_METHODS: ReadonlySet<string> = new Set([
  'close_rpc',
  'get_local_host',
  'get_rpc_id',
  'get_rpc_method_list',
  'get_selected_target',
  'select_rpc_target',
]);

function callee(method: string): string {
  if (CLIENT_METHODS.has(method) || method.startsWith('__')) {
    return `remote.__getattr__(${strRepr(method)})`;
  }
  return isName(method) ? `remote.${method}` : `getattr(remote, ${strRepr(method)})`;
}

function isName(text: string): boolean {
  return NAME.test(text) && !KEYWORDS.has(text);
}

function keywordArguments(kwargs: PyDict, writer: PythonWriter): string[] {
  const named: string[] = [];
  const others = new PyDict();
  kwargs.forEach((value, name) => {
    if (typeof name === 'string' && isName(name)) {
      named.push(`${name}=${writer.text(value)}`);
    } else {
      others.set(name, value);
    }
  });
  return others.size === 0 ? named : [...named, `**${writer.text(others)}`];
}

// ---- Values ---------------------------------------------------------------------------------------

/** Elements of an array that are written one by one, so that a person can change them. */
const ELEMENTS = 1000;

/** Python expressions, and the modules that they need. */
class PythonWriter {
  private readonly _lines = new Set<string>();

  /** What the program begins with, a blank line after each part. @param more - of sipyco's. */
  imports(more: readonly string[]): string[] {
    const standard = [...this._lines].filter(line => line.startsWith('from ')).sort();
    const numpy = this._lines.has(NUMPY) ? [NUMPY] : [];
    const sipyco = 'from sipyco.pc_rpc import Client';
    return [...standard, ...(standard.length === 0 ? [] : ['']), ...numpy, sipyco, ...more, ''];
  }

  /** @throws {EncodeError} it has no form. */
  text(value: PyValue): string {
    if (typeof value === 'number') {
      return floatText(value);
    }
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) {
      return pyRepr(value);
    }
    if (Array.isArray(value)) {
      return `[${this._items(value)}]`;
    }
    if (value instanceof Tuple) {
      return `(${this._items(value)}${value.length === 1 ? ',' : ''})`;
    }
    if (value instanceof PySet) {
      return value.size === 0 ? 'set()' : `{${this._items(value)}}`;
    }
    if (value instanceof PyDict) {
      return this._dict(value);
    }
    return this._other(value);
  }

  private _items(items: Iterable<PyValue>): string {
    return Array.from(items, item => this.text(item)).join(', ');
  }

  private _dict(dict: PyDict): string {
    if (dict instanceof OrderedDict) {
      this._lines.add('from collections import OrderedDict');
      const pairs = Array.from(dict, ([key, item]) => `(${this.text(key)}, ${this.text(item)})`);
      return `OrderedDict([${pairs.join(', ')}])`;
    }
    const pairs = Array.from(dict, ([key, item]) => `${this.text(key)}: ${this.text(item)}`);
    return `{${pairs.join(', ')}}`;
  }

  private _other(value: PyValue & object): string {
    if (value instanceof Complex) {
      return `complex(${floatText(value.re)}, ${floatText(value.im)})`;
    }
    if (value instanceof Fraction) {
      this._lines.add('from fractions import Fraction');
      return pyRepr(value);
    }
    if (value instanceof Slice) {
      return `slice(${this._items([value.start, value.stop, value.step])})`;
    }
    if (value instanceof NDArray) {
      this._lines.add(NUMPY);
      return arrayText(value);
    }
    if (value instanceof NumpyScalar) {
      this._lines.add(NUMPY);
      return `${buffer(value.bytes, value.dtype)}[0]`;
    }
    throw new EncodeError(
      `${typeName(value)} has no form in a Python program`,
      { path: '' },
      { hint: 'Write the value by hand in the program.' },
    );
  }
}

const NUMPY = 'import numpy as np';

/** What repr writes as `nan` and `inf` are names that Python does not know. */
function floatText(value: number): string {
  return Number.isFinite(value) ? pyRepr(value) : `float(${strRepr(pyRepr(value))})`;
}

/** Few numbers one by one, all else as bytes. */
function arrayText(array: NDArray): string {
  const { dtype, shape, size } = array;
  const isPlain = 'biuf'.includes(dtype.kind) && dtype.itemsize <= 8;
  if (isPlain && size > 0 && size <= ELEMENTS) {
    return `np.array(${elements(array, [])}, dtype=${strRepr(dtype.str)})`;
  }
  const axes = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const bytes = array.toBytes();
  return bytes.length === 0
    ? `np.empty(${axes}, dtype=${strRepr(dtype.str)})`
    : `${buffer(bytes, dtype)}.reshape(${axes})`;
}

function elements(array: NDArray, index: readonly number[]): string {
  const length = array.shape[index.length];
  if (length === undefined) {
    const item = array.at(index);
    return typeof item === 'number' ? floatText(item) : pyRepr(item);
  }
  const rows = Array.from({ length }, (_, i) => elements(array, [...index, i]));
  return `[${rows.join(', ')}]`;
}

function buffer(bytes: Uint8Array, dtype: DType): string {
  return bytes.length === 0
    ? `np.empty(0, dtype=${strRepr(dtype.str)})`
    : `np.frombuffer(${bytesRepr(bytes)}, dtype=${strRepr(dtype.str)})`;
}

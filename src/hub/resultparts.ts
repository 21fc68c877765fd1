// A result as a file, part by part: text as it is, bytes as they are, all else as a Python literal.

import { PyDict, type PyValue, Tuple, UnsupportedError } from '../values/index.js';
import type { ResultPart } from './remoteapi.js';
import { reprText } from './views/format.js';

const PART_LENGTH = 1 << 19; // characters or bytes: some ms, in which the worker does nothing else
const SPLIT_DEPTH = 3; // containers in containers whose items are written one after the other

export class ResultExport {
  readonly callId: number;
  private readonly _parts: Iterator<Uint8Array<ArrayBuffer>>;
  private readonly _fileName: string;
  private _position = 0;

  constructor(callId: number, method: string, value: PyValue) {
    this.callId = callId;
    this._fileName = `${method}.${value instanceof Uint8Array ? 'bin' : 'txt'}`;
    this._parts = partsOf(value);
  }

  /** @param from - 0, then what the part before said. */
  part(from: number): ResultPart {
    if (from !== this._position) {
      throw new UnsupportedError('no export is under way', { feature: `from byte ${from}` });
    }
    const { value: bytes = new Uint8Array(), done } = this._parts.next();
    this._position += bytes.length;
    return { bytes, fileName: this._fileName, next: done === true ? null : this._position };
  }
}

function* partsOf(value: PyValue): Generator<Uint8Array<ArrayBuffer>, undefined> {
  if (value instanceof Uint8Array) {
    for (let from = 0; from < value.length; from += PART_LENGTH) {
      yield value.slice(from, from + PART_LENGTH);
    }
    return;
  }
  const encoder = new TextEncoder();
  let text = '';
  for (const piece of typeof value === 'string' ? pieces(value) : literal(value, 0)) {
    text += piece;
    if (text.length >= PART_LENGTH / 2) {
      yield encoder.encode(text);
      text = '';
    }
  }
  yield encoder.encode(text);
}

/** None ends between the two halves of a character. */
function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const last = text.charCodeAt(from + PART_LENGTH - 1);
    const end = from + PART_LENGTH - (last >= 0xd800 && last < 0xdc00 ? 1 : 0);
    yield text.slice(from, end);
    from = end;
  }
}

function* literal(value: PyValue, depth: number): Generator<string> {
  const isTuple = value instanceof Tuple;
  const isPlainDict = value instanceof PyDict && value.constructor === PyDict;
  if (depth === SPLIT_DEPTH || !(Array.isArray(value) || isTuple || isPlainDict)) {
    yield reprText(value, Number.POSITIVE_INFINITY, true);
    return;
  }
  yield isPlainDict ? '{' : isTuple ? '(' : '[';
  let separator = '';
  for (const item of value as Iterable<PyValue>) {
    yield separator;
    separator = ', ';
    if (isPlainDict) {
      const [key, inner] = item as unknown as readonly [PyValue, PyValue];
      yield `${reprText(key, Number.POSITIVE_INFINITY, true)}: `;
      yield* literal(inner, depth + 1);
    } else {
      yield* literal(item, depth + 1);
    }
  }
  yield isPlainDict ? '}' : isTuple ? (value.length === 1 ? ',)' : ')') : ']';
}

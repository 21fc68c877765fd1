// A result as a file, part by part: text as it is, bytes as they are, all else as a Python literal.

import {
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  Tuple,
  UnsupportedError,
} from '../values/index.js';
import type { ResultPart } from './remoteapi.js';
import { reprText } from './views/format.js';

const PART_LENGTH = 1 << 19; // characters or bytes: some ms, in which the worker does nothing else

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

/**
 * A whole result as Python writes it, as long as that is not too long.
 * @returns the beginning of at most `limit` characters, an ellipsis the last of them, where it is.
 */
export function wholeText(value: PyValue, limit: number): string {
  let text = '';
  for (const piece of literal(value, limit)) {
    text += piece;
    if (text.length > limit) {
      return `${text.slice(0, limit - 1)}…`;
    }
  }
  return text;
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
  for (const piece of typeof value === 'string' ? pieces(value) : literal(value)) {
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

/** What a container is written of: its brackets and separators, and what it holds. */
type Step = { readonly text: string } | { readonly value: PyValue };

/**
 * Python's repr, a piece at a time, however deep it is: what is open waits in a list and not on the
 * call stack.
 * @param limit - characters of what has no items of its own.
 */
function* literal(value: PyValue, limit = Number.POSITIVE_INFINITY): Generator<string> {
  const open: Iterator<Step>[] = [[{ value }].values()];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { value: step, done } = top.next();
    if (done === true) {
      open.pop();
    } else if ('text' in step) {
      yield step.text;
    } else {
      const inside = stepsOf(step.value);
      if (inside === null) {
        yield reprText(step.value, limit, true);
      } else {
        open.push(inside);
      }
    }
  }
}

/** Null for what has no items, and for what Python writes without brackets. */
function stepsOf(value: PyValue): Iterator<Step> | null {
  if (Array.isArray(value)) {
    return items('[', value, ']');
  }
  if (value instanceof Tuple) {
    return items('(', value, value.length === 1 ? ',)' : ')');
  }
  if (value instanceof PySet && value.size > 0) {
    return items('{', value, '}');
  }
  return value instanceof PyDict ? pairs(value) : null;
}

function* items(open: string, values: Iterable<PyValue>, close: string): Generator<Step> {
  let before = open;
  for (const value of values) {
    yield { text: before };
    yield { value };
    before = ', ';
  }
  yield { text: before === open ? open + close : close };
}

function* pairs(dict: PyDict): Generator<Step> {
  const isOrdered = dict instanceof OrderedDict;
  yield { text: isOrdered ? 'OrderedDict({' : '{' };
  let before = '';
  for (const [key, value] of dict) {
    yield { text: before };
    yield { value: key };
    yield { text: ': ' };
    yield { value };
    before = ', ';
  }
  yield { text: isOrdered ? '})' : '}' };
}

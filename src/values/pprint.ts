// A value as Python's pprint prints it: on one line where that has room, else item by item, the keys
// of dicts and the members of sets in order, long texts in pieces.
//
// Source: Python's documentation, "pprint" (indent 1, width 80, sorted dicts); CPython 3.11 as
// observed.

import { OrderedDict, PyDict } from './dict.js';
import { bytesRepr, strRepr } from './format.js';
import { hashOrdered } from './hashorder.js';
import type { NDArray } from './ndarray.js';
import { arrayRepr, codePoints } from './nprepr.js';
import { pySorted } from './order.js';
import { type PyValue, Tuple } from './python.js';
import { reprWith } from './repr.js';
import { PySet } from './set.js';

const WIDTH = 80;

/**
 * Python's `pprint.pformat(value)`; arrays as numpy's `repr`.
 *
 * A set that fits on one line is in the order of its hashes where these are known, as numbers' are,
 * and sorted where they are not: those of texts are others in every process.
 */
export function pprint(value: PyValue): string {
  const printer = new Printer();
  printer.print(value, { indent: 0, allowance: 0, level: 0 });
  return printer.text;
}

/** `repr` as pprint makes it for one line: dicts sorted, at any depth of lists, tuples and dicts. */
function sortedRepr(value: PyValue): string {
  if (Array.isArray(value)) {
    return `[${value.map(sortedRepr).join(', ')}]`;
  }
  if (value instanceof Tuple) {
    return `(${value.items.map(sortedRepr).join(', ')}${value.length === 1 ? ',' : ''})`;
  }
  if (value instanceof PySet) {
    const shown = hashOrdered([...value]) ?? members(value);
    return value.size === 0 ? 'set()' : `{${shown.map(exactRepr).join(', ')}}`;
  }
  if (value instanceof PyDict && !(value instanceof OrderedDict)) {
    const items = entries(value).map(([key, item]) => `${sortedRepr(key)}: ${sortedRepr(item)}`);
    return `{${items.join(', ')}}`;
  }
  return exactRepr(value);
}

function exactRepr(value: PyValue): string {
  return reprWith(value, (array: NDArray) => arrayRepr(array));
}

function members(set: PySet): PyValue[] {
  return pySorted(set, member => member);
}

function entries(dict: PyDict): (readonly [PyValue, PyValue])[] {
  return pySorted(dict, ([key]) => key);
}

/** Where a value is printed. */
type Place = {
  /** The column. */
  readonly indent: number;
  /** Characters that come behind the value on its last line. */
  readonly allowance: number;
  /** Containers around it. */
  readonly level: number;
};

class Printer {
  text = '';

  print(value: PyValue, place: Place): void {
    const line = sortedRepr(value);
    const room = WIDTH - place.indent - place.allowance;
    if (codePoints(line) <= room || !this._wrapped(value, { ...place, level: place.level + 1 })) {
      this.text += line;
    }
  }

  /** Print what can stand on several lines. @returns false where it cannot. */
  private _wrapped(value: PyValue, place: Place): boolean {
    if (value === '' || isEmpty(value)) {
      return false;
    }
    if (typeof value === 'string') {
      this._pieces(place, inner => textPieces(value, inner));
    } else if (value instanceof Uint8Array) {
      if (value.length <= 4) {
        return false;
      }
      this._pieces(place, inner => bytesPieces(value, inner), true);
    } else if (Array.isArray(value)) {
      this._items('[', value, ']', place);
    } else if (value instanceof Tuple) {
      this._items('(', value.items, value.length === 1 ? ',)' : ')', place);
    } else if (value instanceof OrderedDict) {
      this._ordered(value, place);
    } else if (value instanceof PyDict) {
      this._dict(value, place);
    } else if (value instanceof PySet) {
      this._items('{', members(value), '}', place);
    } else {
      return false;
    }
    return true;
  }

  private _items(open: string, items: readonly PyValue[], close: string, place: Place): void {
    const indent = place.indent + 1;
    this.text += open;
    items.forEach((item, i) => {
      const isLast = i === items.length - 1;
      const allowance = isLast ? place.allowance + close.length : 1;
      this.text += i === 0 ? '' : newLine(indent, ',');
      this.print(item, { indent, allowance, level: place.level });
    });
    this.text += close;
  }

  private _dict(dict: PyDict, place: Place): void {
    const indent = place.indent + 1;
    const items = entries(dict);
    this.text += '{';
    items.forEach(([key, item], i) => {
      const name = sortedRepr(key);
      const allowance = i === items.length - 1 ? place.allowance + 1 : 1;
      this.text += `${i === 0 ? '' : newLine(indent, ',')}${name}: `;
      this.print(item, { indent: indent + codePoints(name) + 2, allowance, level: place.level });
    });
    this.text += '}';
  }

  private _ordered(dict: OrderedDict, { indent, allowance, level }: Place): void {
    const name = 'OrderedDict(';
    const pairs = Array.from(dict, pair => new Tuple(pair));
    this.text += name;
    this.print(pairs, { indent: indent + name.length, allowance: allowance + 1, level });
    this.text += ')';
  }

  /** Literals below each other, which Python reads as one; in brackets of their own at the top. */
  private _pieces(
    { indent, allowance, level }: Place,
    split: (room: Room) => string[],
    hasBrackets = false,
  ): void {
    const isTop = level === 1;
    const inner = isTop ? indent + 1 : indent;
    const pieces = split({ width: WIDTH - inner, allowance: isTop ? allowance + 1 : allowance });
    const text = pieces.join(newLine(inner, ''));
    this.text += isTop && (hasBrackets || pieces.length > 1) ? `(${text})` : text;
  }
}

function isEmpty(value: PyValue): boolean {
  return (value instanceof PySet || value instanceof PyDict) && value.size === 0;
}

function newLine(indent: number, before: string): string {
  return `${before}\n${' '.repeat(indent)}`;
}

/** Characters of a line, and those that the last line leaves free. */
type Room = { readonly width: number; readonly allowance: number };

const LINES = /.*?(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|.+$/gsu;
/** A word with the blanks behind it, by Python's idea of a blank. */
const BLANK =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const WORDS = new RegExp(`[^${BLANK}]+[${BLANK}]*|[${BLANK}]+`, 'gu');

/** A text at its line ends, and lines that are too long at blanks. */
function textPieces(text: string, { width, allowance }: Room): string[] {
  const pieces: string[] = [];
  const lines = text.match(LINES) ?? [];
  lines.forEach((line, i) => {
    const isLastLine = i === lines.length - 1;
    const whole = strRepr(line);
    if (codePoints(whole) <= width - (isLastLine ? allowance : 0)) {
      pieces.push(whole);
      return;
    }
    const words = line.match(WORDS) ?? [];
    let current = '';
    words.forEach((word, k) => {
      const isLast = isLastLine && k === words.length - 1;
      const candidate = current + word;
      if (codePoints(strRepr(candidate)) <= width - (isLast ? allowance : 0)) {
        current = candidate;
        return;
      }
      if (current !== '') {
        pieces.push(strRepr(current));
      }
      current = word;
    });
    pieces.push(strRepr(current));
  });
  return pieces;
}

/** Bytes by fours. */
function bytesPieces(bytes: Uint8Array, { width, allowance }: Room): string[] {
  const pieces: string[] = [];
  const lastStart = Math.floor(bytes.length / 4) * 4;
  let start = 0;
  let room = width;
  for (let at = 0; at < bytes.length; at += 4) {
    room -= at === lastStart ? allowance : 0;
    if (at > start && bytesRepr(bytes.subarray(start, at + 4)).length > room) {
      pieces.push(bytesRepr(bytes.subarray(start, at)));
      start = at;
    }
  }
  pieces.push(bytesRepr(bytes.subarray(start)));
  return pieces;
}

// A dataset as texts that can be typed over, and back.
//
// A literal is offered only if reading it gives the very same value again: what nobody touched must
// not change by being looked at.

import { decode, encode } from '../protocols/pyon/index.js';
import {
  isLabwireError,
  NDArray,
  NumpyScalar,
  ParseError,
  PyDict,
  PySet,
  type PyValue,
  pyExact,
  pyRepr,
  Tuple,
  toFault,
} from '../values/index.js';
import type { DatasetState, EditProblem, MetadataTexts } from './editapi.js';
import { keepType } from './editkeep.js';

/** Elements of an array, items of lists in lists: what one may oversee in a field. */
const ELEMENTS = 200;
/** Characters of a literal. */
const CHARACTERS = 20_000;

/** What can be typed over. */
export function literalOf(value: PyValue): Pick<DatasetState, 'literal' | 'refusal'> {
  if (!isSmall(value)) {
    return { literal: null, refusal: 'large' };
  }
  const writers = [() => pyRepr(plainValue(value)), () => encode(value, { version: 1 })];
  for (const write of writers) {
    const literal = writtenBack(write, value);
    if (literal !== null) {
      return { literal, refusal: null };
    }
  }
  return { literal: null, refusal: 'type' };
}

/** The text, if reading it gives `value`. */
function writtenBack(write: () => string, value: PyValue): string | null {
  try {
    const literal = write();
    const { value: read, changes } = keepType(decode(literal, { version: 1 }), value);
    return changes.length === 0 && pyExact(read, value) ? literal : null;
  } catch (error) {
    if (isLabwireError(error)) {
      return null;
    }
    throw error;
  }
}

/** Arrays as lists, numpy scalars as Python's own: their dtype is kept when they are read. */
export function plainValue(value: PyValue): PyValue {
  if (value instanceof NumpyScalar) {
    return value.item();
  }
  return value instanceof NDArray ? rows(value, 0, 0, value.size) : value;
}

function rows(array: NDArray, axis: number, from: number, count: number): PyValue {
  const length = array.shape[axis];
  if (length === undefined) {
    return array.at(from);
  }
  const step = length === 0 ? 0 : count / length;
  return Array.from({ length }, (_, i) => rows(array, axis + 1, from + i * step, step));
}

function isSmall(value: PyValue): boolean {
  let left = ELEMENTS;
  let characters = CHARACTERS;
  const waiting: PyValue[] = [value];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (typeof item === 'string' || item instanceof Uint8Array) {
      characters -= item.length;
    } else if (item instanceof NDArray) {
      left -= item.size;
    } else if (item instanceof PyDict) {
      left -= item.size;
      if (left >= 0) {
        waiting.push(...item.keys(), ...item.values());
      }
    } else if (Array.isArray(item) || item instanceof Tuple || item instanceof PySet) {
      left -= item instanceof PySet ? item.size : item.length;
      if (left >= 0) {
        waiting.push(...(item as Iterable<PyValue>));
      }
    }
    if (left < 0 || characters < 0) {
      return false;
    }
  }
  return true;
}

// ---- Metadata -------------------------------------------------------------------------------------

/** What of the metadata a person can type. */
export function metadataTexts(metadata: PyDict | null): MetadataTexts {
  const unit = plainValue(metadata?.get('unit') ?? null);
  const number = (name: string) => {
    const value = plainValue(metadata?.get(name) ?? null);
    return typeof value === 'number' || typeof value === 'bigint' ? pyRepr(value) : '';
  };
  return {
    unit: typeof unit === 'string' ? unit : '',
    scale: number('scale'),
    precision: number('precision'),
  };
}

/** `metadata` with what was typed otherwise; whatever else is in it stays. `problems` gets what is wrong. */
export function metadataWith(
  metadata: PyDict | null,
  typed: MetadataTexts,
  problems: EditProblem[],
): PyDict {
  const before = metadataTexts(metadata);
  const merged = new PyDict(metadata ?? []);
  for (const name of ['unit', 'scale', 'precision'] as const) {
    const text = typed[name].trim();
    if (typed[name] === before[name] || text === before[name]) {
      continue;
    }
    if (text === '') {
      merged.delete(name);
      continue;
    }
    if (name === 'unit') {
      merged.set(name, text);
      continue;
    }
    try {
      merged.set(name, numberOf(name, text));
    } catch (error) {
      if (!isLabwireError(error)) {
        throw error;
      }
      problems.push({ field: name, fault: toFault(error) });
    }
  }
  return merged;
}

function numberOf(name: 'scale' | 'precision', text: string): PyValue {
  const value = decode(text, { version: 1 });
  if (name === 'scale') {
    const scale = typeof value === 'bigint' ? Number(value) : value;
    if (typeof scale === 'number' && Number.isFinite(scale) && scale !== 0) {
      return scale;
    }
    throw wrong('scale is a number that is not 0, such as 1e6', text);
  }
  if (typeof value === 'bigint' && value >= 0n && value <= 100n) {
    return value;
  }
  throw wrong('precision is a whole number of decimals from 0 to 100', text);
}

function wrong(expected: string, found: string): ParseError {
  return new ParseError(expected, { position: 0, expected, found: found.slice(0, 60) });
}

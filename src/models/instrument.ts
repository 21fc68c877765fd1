// One instrument of a person's list, and the list as it stands in the settings file.
//
// People edit that file by hand. So each entry is read by itself: one that cannot be read is named and
// kept as it is, and the others work.

import type { Guard } from '../hub/api.js';
import {
  type Fault,
  formatAddress,
  formatEndpoint,
  isLabwireError,
  ParseError,
  parseAddress,
} from '../values/index.js';
import { faultOf } from './remote.js';

export type Instrument = {
  readonly name: string;
  /** As `formatAddress` writes it, without a fragment: what one connection serves. */
  readonly address: string;
  /** Nothing is called or edited there from this page. */
  readonly readOnly: boolean;
  /** Each call is confirmed before it is sent. */
  readonly confirm: boolean;
};

/** An entry that cannot be read: where it stands in the list (from 0), and why. */
export type BrokenEntry = { readonly index: number; readonly fault: Fault };

export type InstrumentList = {
  readonly instruments: readonly Instrument[];
  readonly broken: readonly BrokenEntry[];
  /** Where each instrument stands in the file's list, by its address. */
  readonly places: ReadonlyMap<string, number>;
};

const NAME_LIMIT = 200; // characters
const LIST_LIMIT = 2000; // instruments of one person
const FIELDS = ['name', 'address', 'readOnly', 'confirm'];
const SHOWN_LIMIT = 60; // characters of a wrong value that a message repeats

/** @param json - what the settings file has under `instruments`. Never throws for what is in it. */
export function parseInstruments(json: unknown): InstrumentList {
  const instruments: Instrument[] = [];
  const broken: BrokenEntry[] = [];
  const places = new Map<string, number>();
  const list: InstrumentList = { instruments, broken, places };
  if (json === undefined || json === null) {
    return list;
  }
  if (!Array.isArray(json)) {
    broken.push({ index: 0, fault: refusal('a list', json, 'the list') });
    return list;
  }
  json.slice(0, LIST_LIMIT).forEach((item: unknown, index) => {
    try {
      const instrument = parseInstrument(item);
      if (places.has(instrument.address)) {
        throw wrong('an address that no entry before it has', instrument.address, 'address');
      }
      places.set(instrument.address, index);
      instruments.push(instrument);
    } catch (error) {
      if (!isLabwireError(error)) {
        throw error;
      }
      broken.push({ index, fault: faultOf(error) });
    }
  });
  if (json.length > LIST_LIMIT) {
    const fault = refusal(`at most ${LIST_LIMIT} entries`, json.length, 'the list');
    broken.push({ index: LIST_LIMIT, fault });
  }
  return list;
}

/** @throws {ParseError} what is wrong with the entry; for an address, with its place in it. */
export function parseInstrument(json: unknown): Instrument {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw wrong('an object with name and address', json, 'it');
  }
  const record = json as { readonly [field: string]: unknown };
  const unknown = Object.keys(record).find(field => !FIELDS.includes(field));
  if (unknown !== undefined) {
    throw wrong(`only ${FIELDS.join(', ')}`, unknown, 'it');
  }
  const { name = '', address, readOnly = false, confirm = false } = record;
  if (typeof name !== 'string' || name.length > NAME_LIMIT) {
    throw wrong(`a text of at most ${NAME_LIMIT} characters`, name, 'name');
  }
  if (typeof address !== 'string') {
    throw wrong('an address as text', address, 'address');
  }
  if (typeof readOnly !== 'boolean') {
    throw wrong('true or false', readOnly, 'readOnly');
  }
  if (typeof confirm !== 'boolean') {
    throw wrong('true or false', confirm, 'confirm');
  }
  const whole = wholeAddress(address);
  return { name: name.trim() || nameFor(whole), address: whole, readOnly, confirm };
}

/** The address of what one connection serves. @throws {ParseError} */
export function wholeAddress(text: string): string {
  return formatAddress({ ...parseAddress(text), fragment: null });
}

/** A name for who has none: what is served; of a whole server, where. */
export function nameFor(address: string): string {
  const parsed = parseAddress(address);
  return parsed.path || formatEndpoint(parsed);
}

/** What an instrument is to the settings file: what is not set is not written. */
export function entryOf({ name, address, readOnly, confirm }: Instrument): {
  readonly [field: string]: string | boolean;
} {
  return {
    name,
    address,
    ...(readOnly ? { readOnly } : {}),
    ...(confirm ? { confirm } : {}),
  };
}

/** One guard for each endpoint: where one instrument of it is only looked at, all are. */
export function guardsOf(instruments: readonly Instrument[]): readonly Guard[] {
  const endpoints = instruments
    .filter(({ readOnly }) => readOnly)
    .map(({ address }) => formatEndpoint(parseAddress(address)));
  return [...new Set(endpoints)].map(endpoint => ({ endpoint, readOnly: true }));
}

function wrong(expected: string, value: unknown, where: string): ParseError {
  const text =
    value === undefined
      ? 'nothing'
      : typeof value === 'string'
        ? JSON.stringify(value)
        : shown(value);
  const found = text.length > SHOWN_LIMIT ? `${text.slice(0, SHOWN_LIMIT)}…` : text;
  return new ParseError(
    `${where} should be ${expected}, it is ${found}`,
    { position: 0, expected, found },
    { hint: 'Correct it in the settings of Labwire’s sidebar; the other instruments work.' },
  );
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  }
  return String(value);
}

function refusal(expected: string, value: unknown, where: string): Fault {
  return faultOf(wrong(expected, value, where));
}

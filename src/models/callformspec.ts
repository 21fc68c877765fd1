// The content of a cell output that names a call, or only a target; it holds no result.
//
// A notebook may come from anywhere: everything is checked, every length has a limit, and none of it
// calls anything.

import { ParseError, parseAddress } from '../values/index.js';
import type { CallArguments } from './callformfields.js';

export type RpcSpec = CallArguments & {
  readonly version: 1;
  /** Of a target; without a method, of a server too. */
  readonly address: string;
  /** Null: all methods there are. */
  readonly method: string | null;
};

const ARGUMENT_LIMIT = 255; // arguments of one call, as Python's own compiler once allowed
const NAME_LIMIT = 1000; // characters of a method's or an argument's name
const TEXT_LIMIT = 1_000_000; // characters of all arguments: a form of more nobody fills in

/** @throws {ParseError} what is wrong, and where; `position` is 0, the text is gone. */
export function parseRpcSpec(json: unknown): RpcSpec {
  const record = recordOf(json, 'it');
  const unknown = Object.keys(record).find(key => !FIELDS.includes(key));
  if (unknown !== undefined) {
    throw refusal('it', `only ${FIELDS.join(', ')}`, unknown);
  }
  const { version, address, method = null, args = [], kwargs = {} } = record;
  if (version !== 1) {
    throw refusal('version', '1, the version that this Labwire knows', version);
  }
  if (typeof address !== 'string') {
    throw refusal('address', 'an address as text', address);
  }
  parseAddress(address);
  if (method !== null && !isName(method)) {
    throw refusal('method', `a name of at most ${NAME_LIMIT} characters, or null`, method);
  }
  if (!Array.isArray(args) || !args.every(isText)) {
    throw refusal('args', 'a list of Python literals as texts', args);
  }
  const named = Object.entries(recordOf(kwargs, 'kwargs'));
  if (!named.every((pair): pair is [string, string] => isName(pair[0]) && isText(pair[1]))) {
    throw refusal('kwargs', 'an object of Python literals as texts', kwargs);
  }
  const length = [...args, ...named.flat()].reduce((sum, text) => sum + text.length, 0);
  if (args.length + named.length > ARGUMENT_LIMIT || length > TEXT_LIMIT) {
    const expected = `at most ${ARGUMENT_LIMIT} arguments of ${TEXT_LIMIT} characters in all`;
    throw refusal('args', expected, `${args.length + named.length} of ${length} characters`);
  }
  return { version: 1, address, method, args, kwargs: named };
}

const FIELDS = ['version', 'address', 'method', 'args', 'kwargs'];
const SHOWN_LIMIT = 60; // characters of a wrong value that a message repeats

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isName(value: unknown): value is string {
  return isText(value) && value !== '' && value.length <= NAME_LIMIT;
}

function recordOf(json: unknown, where: string): { readonly [key: string]: unknown } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw refusal(where, 'an object', json);
  }
  return json as { readonly [key: string]: unknown };
}

function refusal(where: string, expected: string, value: unknown): ParseError {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  const found = text.length > SHOWN_LIMIT ? `${text.slice(0, SHOWN_LIMIT)}…` : text;
  return new ParseError(
    `the description of this call is not valid: ${where} should be ${expected}, it is ${found}`,
    { position: 0, expected, found },
    { hint: 'Run the cell again, or make it with labwire’s Python helper.' },
  );
}

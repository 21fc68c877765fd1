// A call form as a tab remembers it over a reload: which method, and what was typed.
//
// No result, and nothing is called or asked by being read again: what the method takes is remembered
// too, so that the form looks as it did. JupyterLab keeps it with the layout of the workspace, which
// may come from elsewhere: so all of it is checked.

import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { MethodDescription, ParameterDescription } from '../hub/api.js';
import { ParseError, parseAddress } from '../values/index.js';
import type { CallFormModel } from './callform.js';
import type { CallArguments } from './callformfields.js';

export type CallTab = {
  readonly address: string;
  /** What it is called in the title; empty for a server that has one. */
  readonly target: string;
  readonly method: MethodDescription;
  readonly filled: CallArguments;
};

/** Characters of all arguments, and of a docstring: the layout goes to the server with every change. */
const KEPT_LIMIT = 20_000;

/** @returns what is remembered; texts that are too long are not. */
export function callTabOf(target: string, model: CallFormModel): ReadonlyJSONObject {
  const { address, method, filled } = model;
  const { name, parameters, signature, docstring, isLifeCycle } = method;
  const length = [...filled.args, ...filled.kwargs.flat()].reduce(
    (sum, text) => sum + text.length,
    0,
  );
  const { args, kwargs } = length > KEPT_LIMIT ? { args: [], kwargs: [] } : filled;
  return {
    address,
    target,
    method: {
      name,
      parameters: parameters?.map(parameter => ({ ...parameter })) ?? null,
      signature,
      docstring: docstring !== null && docstring.length > KEPT_LIMIT ? null : docstring,
      isLifeCycle,
    },
    args: [...args],
    kwargs: kwargs.map(pair => [...pair]),
  };
}

/** @throws {ParseError} it is none; `position` is 0, there is no text. */
export function parseCallTab(json: unknown): CallTab {
  const { address, target, method, args, kwargs } = recordOf(json, 'tab');
  parseAddress(textOf(address, 'address'));
  return {
    address: textOf(address, 'address'),
    target: textOf(target, 'target'),
    method: methodOf(recordOf(method, 'method')),
    filled: {
      args: listOf(args, 'args').map(text => textOf(text, 'args')),
      kwargs: listOf(kwargs, 'kwargs').map(pair => {
        const [name, text] = listOf(pair, 'kwargs');
        return [textOf(name, 'kwargs'), textOf(text, 'kwargs')] as const;
      }),
    },
  };
}

type Fields = { readonly [name: string]: unknown };

const KINDS: readonly ParameterDescription['kind'][] = [
  'positional',
  'varargs',
  'keyword',
  'varkw',
];

function methodOf({
  name,
  parameters,
  signature,
  docstring,
  isLifeCycle,
}: Fields): MethodDescription {
  return {
    name: textOf(name, 'method'),
    parameters:
      parameters === null
        ? null
        : listOf(parameters, 'parameters').map(each => parameterOf(recordOf(each, 'parameters'))),
    signature: textOrNull(signature, 'signature'),
    docstring: textOrNull(docstring, 'docstring'),
    isLifeCycle: isLifeCycle !== false, // in doubt it is confirmed
  };
}

function parameterOf({ name, kind, default: value, annotation }: Fields): ParameterDescription {
  const known = KINDS.find(each => each === kind);
  if (known === undefined) {
    throw refusal('kind', `one of ${KINDS.join(', ')}`, kind);
  }
  return {
    name: textOf(name, 'parameters'),
    kind: known,
    default: textOrNull(value, 'default'),
    annotation: textOrNull(annotation, 'annotation'),
  };
}

function textOf(value: unknown, where: string): string {
  if (typeof value !== 'string') {
    throw refusal(where, 'a text', value);
  }
  return value;
}

function textOrNull(value: unknown, where: string): string | null {
  return value === null ? null : textOf(value, where);
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw refusal(where, 'a list', value);
  }
  return value;
}

function recordOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal(where, 'an object', value);
  }
  return value as Fields;
}

function refusal(where: string, expected: string, value: unknown): ParseError {
  const found =
    value === undefined
      ? 'nothing'
      : value === null
        ? 'null'
        : Array.isArray(value)
          ? 'a list'
          : `a ${typeof value}`;
  return new ParseError(
    `a call form cannot be shown again: its ${where} should be ${expected}, it is ${found}`,
    { position: 0, expected, found },
  );
}

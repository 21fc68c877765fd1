// A call as the text of a notebook cell: the form, filled; it is sent when a person presses Call.

import { EncodeError, strRepr } from '../values/index.js';
import type { CallArguments } from './callformfields.js';

const LINE_LENGTH = 100; // characters: what a cell shows beside an open sidebar

/**
 * `lw.rpc(…)` for a cell. The arguments are literals that the hub has read.
 * @throws {EncodeError} one of them means something to PYON and nothing to Python.
 */
export function cellOf(address: string, method: string | null, call: CallArguments): string {
  const { args, kwargs } = call;
  args.forEach((text, index) => {
    requirePlain(text, `argument ${index + 1}`);
  });
  for (const [name, text] of kwargs) {
    requirePlain(text, name);
  }
  const named = kwargs.map(([name, text]) => `${strRepr(name)}: ${text}`);
  const parts = [
    strRepr(address),
    ...(method === null ? [] : [`method=${strRepr(method)}`]),
    ...(args.length === 0 ? [] : [`args=[${args.join(', ')}]`]),
    ...(kwargs.length === 0 ? [] : [`kwargs={${named.join(', ')}}`]),
  ];
  const line = `lw.rpc(${parts.join(', ')})`;
  const text = line.length <= LINE_LENGTH ? line : `lw.rpc(\n    ${parts.join(',\n    ')},\n)`;
  return `import labwire as lw\n\n${text}`;
}

const STRINGS = /(?:\b[bBuU])?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/gs;
const NUMBERS = /(?:\b\d|\.\d)[\w.]*/g;
const PYTHON = ['True', 'False', 'None'];

/** Is a literal of PYON one of Python too? It has names of its own: `nan`, `true`, `nparray(…)`. */
export function isPythonLiteral(text: string): boolean {
  const names =
    text
      .replace(STRINGS, "''")
      .replace(NUMBERS, '0')
      .match(/[^\W\d]\w*/g) ?? [];
  return names.every(name => PYTHON.includes(name)) && !/[\n\r]/.test(text);
}

function requirePlain(text: string, where: string): void {
  if (!isPythonLiteral(text)) {
    throw new EncodeError(
      `${where} is not a Python literal, so no cell can hold it: ${text.slice(0, 60)}`,
      { path: where },
      { hint: 'Copy the call as Python instead.' },
    );
  }
}

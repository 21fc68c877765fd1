// A call as the text of a notebook cell: the form, filled; it is sent when a person presses Call.

import { EncodeError, strRepr } from '../values/index.js';
import type { CallArguments } from './callformfields.js';

const LINE_LENGTH = 100; // characters: what a cell shows beside an open sidebar

/**
 * `lw.rpc(…)` for a cell. The arguments are literals that the hub has read.
 * @throws {EncodeError} one of them means something to PYON and nothing to Python.
 */
export function cellOf(address: string, method: string | null, call: CallArguments): string {
  const args = call.args.map((text, index) => itemOf(text, `argument ${index + 1}`));
  const kwargs = call.kwargs.map(([name, text]) => `${strRepr(name)}: ${itemOf(text, name)}`);
  const parts = [
    strRepr(address),
    ...(method === null ? [] : [`method=${strRepr(method)}`]),
    ...(args.length === 0 ? [] : [`args=[${args.join(', ')}]`]),
    ...(kwargs.length === 0 ? [] : [`kwargs={${kwargs.join(', ')}}`]),
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
  return (
    names.every(name => PYTHON.includes(name)) &&
    !/[\n\r]/.test(text) &&
    !text.replace(STRINGS, "''").includes('#')
  );
}

/** As an item of a list: `1, 2` is one tuple there too. */
function itemOf(text: string, where: string): string {
  if (!isPythonLiteral(text)) {
    throw new EncodeError(
      `${where} is not a Python literal, so no cell can hold it: ${text.slice(0, 60)}`,
      { path: where },
      { hint: 'Copy the call as Python instead.' },
    );
  }
  return hasBareComma(text) ? `(${text})` : text;
}

function hasBareComma(text: string): boolean {
  let depth = 0;
  for (const character of text.replace(STRINGS, "''")) {
    depth += '([{'.includes(character) ? 1 : ')]}'.includes(character) ? -1 : 0;
    if (character === ',' && depth === 0) {
      return true;
    }
  }
  return false;
}

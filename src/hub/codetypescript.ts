// A call as a TypeScript program for this library's npm packages.
//
// Values are written as the Python literals that the library's own template `py` reads.

import { decode, encode } from '../protocols/pyon/index.js';
import { EncodeError, isLabwireError, type PyDict, type PyValue, pyRepr } from '../values/index.js';
import { CERTIFICATE_FILES, type ProgramCall, placeOf } from './code.js';

/**
 * A program for Node that makes the call once and prints what comes back.
 * @throws {EncodeError} an argument that has no literal. {UnsupportedError} nothing can be called there.
 */
export function typescriptProgram(call: ProgramCall): string {
  const { host, port, target, note, tlsNote } = placeOf(call.address);
  const hasTls = tlsNote !== null;
  const args = call.args.map(literal);
  const named = keywordArguments(call.kwargs);
  const list = args.length === 0 && named === null ? [] : [`[${args.join(', ')}]`];
  const parts = [quoted(call.method), ...list, ...(named === null ? [] : [named])];
  const usesPy = call.args.length > 0 || named !== null;
  return [
    ...(note === null ? [] : [`// ${note}`]),
    `import { connectTcp, NodeClock${hasTls ? ', SimpleSSLConfig' : ''} } from 'labwire/node';`,
    ...(usesPy ? ["import { py } from 'labwire/pyon';"] : []),
    "import { RpcClient } from 'labwire/sipyco';",
    "import { pyRepr } from 'labwire/values';",
    '',
    ...(hasTls ? [`// ${tlsNote}`, `const ssl = new SimpleSSLConfig(${CERTIFICATE_FILES});`] : []),
    'const client = new RpcClient({',
    ...(target === '' ? [] : [`  target: ${quoted(target)},`]),
    `  connect: options => connectTcp({ host: ${quoted(host)}, port: ${port}${hasTls ? ', ssl' : ''}, ...options }),`,
    '  clock: new NodeClock(),',
    '});',
    'await client.connect({ deadlineMs: 5000 });',
    'try {',
    `  const result = await client.call(${parts.join(', ')});`,
    '  console.log(pyRepr(result));',
    '} finally {',
    '  await client.closeRpc();',
    '}',
    '',
  ].join('\n');
}

/** An object with the names; in brackets where a bare name would not be one, or not a property. */
function keywordArguments(kwargs: PyDict): string | null {
  const parts: string[] = [];
  kwargs.forEach((value, name) => {
    const text = String(name);
    const isBare = NAME.test(text) && text !== '__proto__';
    parts.push(`${isBare ? text : `[${quoted(text)}]`}: ${literal(value)}`);
  });
  return parts.length === 0 ? null : `{ ${parts.join(', ')} }`;
}

const NAME = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/**
 * A value as a template that `py` reads. What would end the template stands inside a Python string,
 * where an escape says the same.
 */
function literal(value: PyValue): string {
  const text = encode(value, { version: 1 });
  if (!isReadable(text)) {
    throw new EncodeError(
      `${pyRepr(value).slice(0, SHOWN)} has no literal that could be read again`,
      { path: '' },
      { hint: 'Write the value by hand in the program.' },
    );
  }
  return `py\`${text.replaceAll('`', '\\x60').replaceAll('${', '\\x24{')}\``;
}

const SHOWN = 60; // characters of a value that a message repeats

// A complex number with infinite parts is written as Python prints it, which nobody reads.
function isReadable(text: string): boolean {
  try {
    decode(text, { version: 1 });
    return true;
  } catch (error) {
    if (isLabwireError(error, 'ParseError')) {
      return false;
    }
    throw error;
  }
}

/** A string literal. JSON's escapes are JavaScript's. */
function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return `'${inner.replaceAll("'", "\\'")}'`;
}

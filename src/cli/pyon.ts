// `labwire pyon`: documents from one form into another, without evaluating anything.

import { createReadStream } from 'node:fs';
import { Command, Option } from 'commander';
import {
  decode,
  decodeTree,
  encode,
  encodeTree,
  PYON_LIMITS,
  toTree,
} from '../protocols/pyon/index.js';
import { isLabwireError, LimitError, type PyValue } from '../values/index.js';
import { LineReader } from '../wire/index.js';
import { convertFile } from './convert.js';
import { SaidFailure } from './failure.js';
import { print } from './output.js';

const FORMS = ['v1', 'v2', 'tree'] as const;
type Form = (typeof FORMS)[number];

type Options = {
  readonly from?: Form;
  readonly to?: Form;
  readonly pretty?: true;
  readonly lines?: true;
  readonly convert?: string;
};

export function pyonCommand(): Command {
  return new Command('pyon')
    .summary('convert PYON documents')
    .description(
      'Convert PYON from standard input, or from a file.\n\n' +
        'v1: SiPyCo up to 1.9, Python literals. v2: SiPyCo from 1.10 on, JSON. tree: exact JSON, every\n' +
        'node with its type.',
    )
    .argument('[file]', 'what to read instead of standard input')
    .addOption(new Option('--from <form>', 'what comes in').choices(FORMS))
    .addOption(new Option('--to <form>', 'what goes out').choices(FORMS))
    .option('--pretty', 'indent')
    .option('--lines', 'each input line is a document, and gives one line')
    .addOption(
      new Option(
        '--convert <file>',
        'turn a v1 file into v2 in place; the old text stays as <file>_v1',
      ).conflicts(['from', 'to', 'pretty', 'lines']),
    )
    .addHelpText(
      'after',
      '\nWith --lines a document that cannot be converted gives {"error": {"name", "message",\n' +
        '"position"}} on its line; the others go on, and the exit code is 1.',
    )
    .action(pyon);
}

async function pyon(file: string | undefined, options: Options, command: Command): Promise<void> {
  const { from, to, convert } = options;
  if (convert !== undefined) {
    if (file !== undefined) {
      command.error('error: --convert takes one file, and there is another one');
    }
    await convertFile(convert);
    return;
  }
  if (from === undefined || to === undefined) {
    command.error('error: needs --from and --to, or --convert');
  }
  const input = file === undefined ? process.stdin : createReadStream(file);
  const turn = (text: Uint8Array) => write(read(text, from), to, options.pretty === true);
  if (options.lines === true) {
    await convertLines(input, turn);
  } else {
    await print(turn(await whole(input)));
  }
}

function read(text: Uint8Array, form: Form): PyValue {
  return form === 'tree' ? decodeTree(text) : decode(text, { version: form === 'v1' ? 1 : 2 });
}

function write(value: PyValue, form: Form, pretty: boolean): string {
  if (form !== 'tree') {
    return encode(value, { version: form === 'v1' ? 1 : 2, pretty });
  }
  return pretty ? prettyTree(value) : encodeTree(value);
}

function prettyTree(value: PyValue): string {
  return ascii(JSON.stringify(toTree(value), null, 4));
}

/** JSON means the same with everything beyond ASCII escaped. */
function ascii(json: string): string {
  return json.replace(
    /[^\0-\x7e]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function whole(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input) {
    size += chunk.length;
    if (size > PYON_LIMITS.textBytes) {
      throw new LimitError(
        `a document of ${size} bytes and more arrived, textBytes allows ${PYON_LIMITS.textBytes}`,
        { limit: 'textBytes', value: size, maximum: PYON_LIMITS.textBytes, unit: 'bytes' },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws {SaidFailure} at the end, when a line was bad: its error has been printed in its place. */
async function convertLines(
  input: AsyncIterable<Uint8Array>,
  turn: (text: Uint8Array) => string,
): Promise<void> {
  const lines = new LineReader(PYON_LIMITS.textBytes, 'textBytes');
  let isGood = true;
  const converted = (line: Uint8Array) => {
    try {
      return turn(line);
    } catch (error) {
      isGood = false;
      return errorLine(error);
    }
  };
  let isSkipping = false; // what is left of a line too long to keep
  const feed = async (chunk: Uint8Array) => {
    const out: string[] = [];
    for (let start = 0; start < chunk.length; ) {
      const newline = chunk.indexOf(LINE_FEED, start);
      const end = newline < 0 ? chunk.length : newline + 1;
      try {
        if (!isSkipping) {
          lines.feed(chunk.subarray(start, end), line => out.push(converted(line)) > 0);
        }
      } catch (error) {
        isGood = false;
        isSkipping = true;
        out.push(errorLine(error));
      }
      isSkipping &&= newline < 0;
      start = end;
    }
    if (out.length > 0) {
      await print(out.join('\n'));
    }
  };
  for await (const chunk of input) {
    await feed(chunk);
  }
  if (lines.pendingBytes > 0) {
    await feed(Uint8Array.of(LINE_FEED)); // the last line needs no end
  }
  if (!isGood) {
    throw new SaidFailure();
  }
}

const LINE_FEED = 0x0a;

/** @throws what is no fault of the document. */
function errorLine(error: unknown): string {
  if (!isLabwireError(error)) {
    throw error;
  }
  const { name, message } = error;
  const position = isLabwireError(error, 'ParseError') ? error.position : null;
  return ascii(JSON.stringify({ error: { name, message, position } }));
}

// `rpctool … interactive`: a line is an expression, its value is printed, until Ctrl-D.
//
// At a terminal lines can be edited, found again and completed. From a pipe they are taken as they
// come, with the prompts between the answers, as Python's input() prints them.

import { createInterface } from 'node:readline';
import { isLabwireError, ParseError, pprint } from '../../values/index.js';
import { explain, Failure } from '../failure.js';
import { remark, write, writeInLine } from '../output.js';
import { evaluate } from './evaluate.js';
import { exceptionText, tracebackText } from './exception.js';
import { HISTORY_LINES, historyFile, loadHistory, saveHistory } from './history.js';
import { NUMPY } from './numpy.js';
import { type IMethods, interactiveScope } from './scope.js';

/**
 * Answer lines from standard input until it ends. At a terminal Ctrl-C stops waiting for an answer;
 * at the prompt it ends, too.
 */
export async function interact(remote: IMethods, target: string): Promise<void> {
  const prompt = `(${target}) `;
  if (process.stdin.isTTY && process.stdout.isTTY) {
    await interactAtTerminal(remote, prompt);
    return;
  }
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity, terminal: false });
  writeInLine(prompt);
  for await (const line of lines) {
    await answer(line, remote);
    writeInLine(prompt);
  }
}

async function interactAtTerminal(remote: IMethods, prompt: string): Promise<void> {
  const file = historyFile();
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt,
    history: await loadHistory(file),
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string) => completions(line, remote.methods),
  });
  let history: string[] | null = null;
  terminal.on('history', lines => {
    history = lines;
  });
  let waiting: AbortController | null = null;
  terminal.on('SIGINT', () => {
    if (waiting === null) {
      terminal.close();
    } else {
      waiting.abort(new Failure('no longer waiting for the answer', 'the method may still run'));
    }
  });
  terminal.prompt();
  for await (const line of terminal) {
    waiting = new AbortController();
    await answer(line, remote, waiting.signal);
    waiting = null;
    terminal.prompt();
  }
  write('');
  if (history !== null) {
    await keep(file, history);
  }
}

/** A history that cannot be kept is no reason to fail. */
async function keep(file: string, history: readonly string[]): Promise<void> {
  try {
    await saveHistory(file, history);
  } catch (error) {
    remark(`the history was not kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Evaluate a line and print: its value, what the instrument raised, or on stderr what is wrong with it. */
async function answer(line: string, remote: IMethods, signal?: AbortSignal): Promise<void> {
  try {
    const value = await evaluate(line, interactiveScope(remote, signal));
    if (value !== null) {
      write(pprint(value));
    }
  } catch (error) {
    if (isLabwireError(error, 'RemoteError')) {
      write(['Remote exception:', exceptionText(error), ...tracebackText(error)].join('\n'));
    } else {
      process.stderr.write(`${marked(line, error)}\n`);
    }
  }
}

/** An error with the text it is about, and a mark under the place. */
export function marked(text: string, error: unknown): string {
  const message = explain(error);
  if (!(error instanceof ParseError)) {
    return message;
  }
  // One line of what may be several, cut to a width that can be seen.
  const start = text.slice(0, error.position).lastIndexOf('\n') + 1;
  const from = Math.max(start, error.position - 60);
  const shown = (/^[^\r\n]*/.exec(text.slice(from)) ?? [''])[0].slice(0, 76);
  const safe = shown.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ');
  const [first, ...hint] = message.split('\n');
  const mark = `${' '.repeat(error.position - from)}^`;
  return [first, `    ${safe}`, `    ${mark}`, ...hint].join('\n');
}

/** What can stand where `line` ends. Private methods only once their `_` is typed. */
export function completions(line: string, methods: ReadonlySet<string>): [string[], string] {
  const [word] = /[\p{XID_Start}_][\p{XID_Continue}.]*$/u.exec(line) ?? [''];
  const names = [...methods, ...NUMPY.keys()].filter(
    name => name.startsWith(word) && (!name.startsWith('_') || word.startsWith('_')),
  );
  return [names.sort(), word];
}

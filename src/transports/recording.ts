// A recorded conversation as a file: one JSON object a line.
//
// `c2s` and `s2c` lines carry the number of their connection and `data` (text) or `b64`; `eof` and
// `reset` end a direction; everything else is a note for people. The first line says what it is.
//
// Source: vectors/sipyco/README.md, "Conversation files".

import { ParseError } from '../values/index.js';

/** One thing that happened on one connection, in the order the recorder saw. */
export type RecordedStep =
  | {
      readonly from: 'client' | 'server';
      readonly type: 'bytes';
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | { readonly from: 'client' | 'server'; readonly type: 'eof' | 'reset' };

export type Recording = {
  /** For people: the `session` of the first line, else ''. */
  readonly name: string;
  /** Steps of each connection, in the order in which the connections opened. */
  readonly connections: readonly (readonly RecordedStep[])[];
};

/** Longest line: 32 MiB of base64 is a camera frame of 24 MiB. */
const LINE_CHARS = 32 * 1024 * 1024;

/** @throws {ParseError} a line that is not what it should be; `position` is its number from 1. */
export function parseRecording(text: string): Recording {
  let name = '';
  const connections: RecordedStep[][] = [];
  const current = new Map<number, RecordedStep[]>();
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    if (line.trim() === '') {
      continue;
    }
    const entry = parseLine(line, number);
    if (number === 1 && typeof entry.session === 'string') {
      name = entry.session;
    }
    const { dir, conn } = entry;
    const opened = dir === 'note' && entry.event === 'connected';
    if (dir !== 'c2s' && dir !== 's2c' && !opened) {
      continue;
    }
    if (!Number.isInteger(conn)) {
      throw refuse(number, 'a connection number', String(conn));
    }
    let steps = current.get(conn as number);
    if (steps === undefined || opened) {
      // A recorder of one connection at a time uses its number again.
      steps = [];
      current.set(conn as number, steps);
      connections.push(steps);
    }
    if (!opened) {
      steps.push(stepOf(entry, dir === 'c2s' ? 'client' : 'server', number));
    }
  }
  return { name, connections };
}

function stepOf(
  entry: Record<string, unknown>,
  from: 'client' | 'server',
  line: number,
): RecordedStep {
  if (typeof entry.data === 'string') {
    return { from, type: 'bytes', bytes: new TextEncoder().encode(entry.data) };
  }
  if (typeof entry.b64 === 'string') {
    try {
      return { from, type: 'bytes', bytes: Uint8Array.from(atob(entry.b64), c => c.charCodeAt(0)) };
    } catch {
      throw refuse(line, 'base64 in b64', `${entry.b64.slice(0, 40)}…`);
    }
  }
  if (entry.eof === true || entry.reset === true) {
    return { from, type: entry.eof === true ? 'eof' : 'reset' };
  }
  throw refuse(line, 'data, b64, eof or reset', Object.keys(entry).join(', '));
}

function parseLine(line: string, number: number): Record<string, unknown> {
  if (line.length > LINE_CHARS) {
    throw refuse(number, `at most ${LINE_CHARS} characters`, `${line.length}`);
  }
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch (error) {
    throw refuse(number, 'one JSON object', (error as Error).message);
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw refuse(number, 'one JSON object', line.slice(0, 40));
  }
  return entry as Record<string, unknown>;
}

function refuse(line: number, expected: string, found: string): ParseError {
  return new ParseError(
    `line ${line} of the recording: expected ${expected}, found ${found}`,
    { position: line, expected, found },
    { hint: 'a recording has one JSON object a line: {"dir": "c2s", "conn": 0, "data": "…"}' },
  );
}

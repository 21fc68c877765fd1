// Lines typed before, kept from one `interactive` to the next.

import { mkdir, open, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { replaceFile } from '../../node/index.js';

/** Lines that are kept. */
export const HISTORY_LINES = 1000;
/** Longer ones are not: an array in full is nothing to type again. */
const LONGEST_LINE = 4096;

/** Where programs keep what they may lose: the XDG base directories' state folder. */
export function historyFile(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: state } = environment;
  const folder =
    state !== undefined && path.isAbsolute(state) ? state : path.join(homedir(), '.local/state');
  return path.join(folder, 'labwire', 'rpctool_history');
}

/** The last lines, newest first, as readline wants them; none where there is no file. */
export async function loadHistory(file: string): Promise<string[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').filter(line => line !== '');
    return lines.slice(-HISTORY_LINES).reverse();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

/** Keep `lines`, newest first. Nobody else may read them. @throws the errors of the file system. */
export async function saveHistory(file: string, lines: readonly string[]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const kept = lines.filter(line => line !== '' && line.length <= LONGEST_LINE);
  const text = kept
    .slice(0, HISTORY_LINES)
    .reverse()
    .map(line => `${line}\n`);
  await (await open(file, 'a', 0o600)).close(); // whose permissions the next one has, too
  await replaceFile(file, text.join(''));
}

// The recordings in vectors/sipyco, line by line.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export { fromTree, type Tree } from '../../../values/__tests__/valuetree.js';

const FOLDER = new URL('../../../../vectors/sipyco/', import.meta.url);

/** The lines of a recording, parsed. They are our own files, not a peer's data. */
export function recording<Line>(name: string): Line[] {
  const text = readFileSync(new URL(name, FOLDER), 'utf8');
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Line);
}

/** Names of the recorded conversations that begin with `prefix`. */
export function sessionNames(prefix: string): string[] {
  return readdirSync(new URL('sessions/', FOLDER))
    .filter(name => name.startsWith(prefix) && name.endsWith('.jsonl'))
    .sort();
}

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

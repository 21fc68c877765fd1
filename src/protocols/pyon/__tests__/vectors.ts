// The recordings in vectors/, line by line. They are our own files, not a peer's data.

import { readFileSync } from 'node:fs';
import type { Tree } from '../index.js';

const FOLDER = new URL('../../../../vectors/', import.meta.url);

export function vectors<Row>(name: string): Row[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, FOLDER), 'utf8')
    .trim()
    .split('\n');
  return lines.map(line => JSON.parse(line) as Row);
}

/** What a decoder is shown, and what it says. */
export type TextRow = {
  readonly name?: string;
  readonly cat?: string;
  readonly text: string;
  readonly value?: Tree;
  readonly reencoded?: string;
  readonly error?: unknown;
};

/** What an encoder is given, and what it writes. */
export type ValueRow = {
  readonly name: string;
  readonly cat: string;
  readonly desc?: Tree;
  readonly wire?: string;
  readonly pretty?: string;
  readonly back?: Tree;
  readonly error?: { readonly class: string; readonly message: string };
  readonly decode_error?: unknown;
};

export type FileRow = {
  readonly name: string;
  readonly desc: Tree;
  readonly v1_file: string;
  readonly v2_file: string;
  readonly v1_converted?: string;
};

/**
 * The text, or where it holds a set its characters in order: a set's members may stand in any order.
 * What such a text means is compared after decoding.
 */
export function comparable(text: string, tree: Tree): string {
  return JSON.stringify(tree).includes('"t":"set"') ? Array.from(text).sort().join('') : text;
}

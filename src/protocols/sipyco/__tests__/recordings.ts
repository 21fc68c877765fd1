// The recordings in vectors/sipyco, line by line.

import { readdirSync, readFileSync } from 'node:fs';

import { fromTree, type Tree } from '../../../values/__tests__/valuetree.js';

export { fromTree, type Tree };

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

/** One connection of a recorded sync_struct session. */
export type Conversation = {
  readonly name: string;
  readonly notifierName: string;
  readonly pyon: 1 | 2;
  readonly c2s: Uint8Array;
  readonly s2c: Uint8Array;
  readonly s2cEof: boolean;
  /** The struct that the recorded subscriber had in the end, where the recording shows it. */
  readonly view: Tree | undefined;
  /** The class of the exception with which it ended. */
  readonly raised: string | undefined;
  /** The client wrote its two lines and nothing else. */
  readonly isPlainClient: boolean;
  /** The server's lines were typed by hand, to see what a subscriber does. */
  readonly isRawServer: boolean;
  /** The server closed because of the banner. */
  readonly isRefusedHandshake: boolean;
};

type Line = {
  readonly dir: 'note' | 'c2s' | 's2c';
  readonly conn?: number;
  readonly data?: string;
  readonly b64?: string;
  readonly eof?: true;
  readonly event?: string;
  readonly pyon?: 1 | 2;
  readonly text?: string;
  readonly view?: Tree;
  readonly subscriber_view?: Tree;
  readonly raised?: { readonly class: string };
};

/** The connections of all recorded sessions that begin with `prefix`. */
export function conversations(prefix: string): Conversation[] {
  return sessionNames(prefix).flatMap(file => {
    const lines = recording<Line>(`sessions/${file}`);
    const name = file.replace(/\.jsonl$/, '');
    const isCatalogue = name.includes('_raw_');
    const found: { title: string | undefined; conn: number; lines: Line[] }[] = [];
    let title: string | undefined;
    for (const line of lines) {
      if (
        isCatalogue &&
        line.dir === 'note' &&
        line.text !== undefined &&
        !line.text.startsWith('disconnect')
      ) {
        title = line.text;
      }
      if (line.event === 'connected') {
        found.push({ title, conn: line.conn ?? 0, lines: [] });
      } else if (line.conn === undefined) {
        found.at(-1)?.lines.push(line);
      } else {
        found
          .filter(({ conn }) => conn === line.conn)
          .at(-1)
          ?.lines.push(line);
      }
    }
    const several = new Set(found.map(({ conn }) => conn)).size > 1;
    return found.map(one => {
      const label = one.title ?? (several ? `connection ${one.conn}` : undefined);
      return conversation(
        label === undefined ? name : `${name}: ${label}`,
        lines[0]?.pyon ?? 2,
        one.lines,
      );
    });
  });
}

function conversation(name: string, pyon: 1 | 2, lines: readonly Line[]): Conversation {
  const bytes = (dir: 'c2s' | 's2c') =>
    new Uint8Array(
      Buffer.concat(
        lines
          .filter(line => line.dir === dir && line.eof !== true)
          .map(line =>
            line.b64 === undefined ? Buffer.from(line.data ?? '') : Buffer.from(line.b64, 'base64'),
          ),
      ),
    );
  const c2s = bytes('c2s');
  const said = Buffer.from(c2s).toString().split('\n');
  const views = lines
    .map(line => line.view ?? line.subscriber_view)
    .filter(view => view !== undefined);
  return {
    name,
    notifierName: said[1] ?? '',
    pyon,
    c2s,
    s2c: bytes('s2c'),
    s2cEof: lines.some(line => line.dir === 's2c' && line.eof === true),
    view: name.includes('several_notifiers') ? undefined : views.at(-1),
    raised: lines.find(line => line.raised !== undefined)?.raised?.class,
    isPlainClient: said[0] === 'ARTIQ sync_struct' && said.length === 3 && !name.includes('CRLF'),
    isRawServer: name.includes('raw_publisher'),
    isRefusedHandshake: said[0] !== 'ARTIQ sync_struct',
  };
}

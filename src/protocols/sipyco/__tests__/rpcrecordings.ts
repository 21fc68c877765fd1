// The recorded pc_rpc conversations, one connection at a time.

import { decode, type PyonVersion } from '../../pyon/index.js';
import { recording, sessionNames, type Tree } from './recordings.js';

/** What was sent, in the order the relay saw it, and what the recorded client made of it. */
export type Step =
  | { readonly dir: 'c2s'; readonly bytes: Uint8Array; readonly isOp: boolean }
  | { readonly dir: 's2c'; readonly bytes: Uint8Array; readonly note: Note | undefined };

/** What the recorded client returned to its caller, or raised. */
export type Note = {
  readonly returned?: Tree;
  readonly raised?: { readonly class: string; readonly message: string; readonly remote?: true };
};

/** One connection of a recorded pc_rpc session. */
export type RpcConversation = {
  readonly name: string;
  readonly pyon: PyonVersion;
  readonly steps: readonly Step[];
  readonly c2sEof: boolean;
  /** The client's lines were typed by hand. */
  readonly isRawClient: boolean;
};

type Line = Note & {
  readonly dir: 'note' | 'c2s' | 's2c';
  readonly conn?: number;
  readonly data?: string;
  readonly b64?: string;
  readonly eof?: true;
  readonly op?: string;
  readonly event?: string;
  readonly text?: string;
  readonly client?: string;
  readonly pyon?: PyonVersion;
};

/** The connections of all recorded pc_rpc sessions that begin with `prefix`. */
export function rpcConversations(prefix = 'pc_rpc_'): RpcConversation[] {
  return sessionNames(prefix).flatMap(file => {
    const lines = recording<Line>(`sessions/${file}`);
    const count = new Set(lines.map(({ conn }) => conn).filter(conn => conn !== undefined)).size;
    return Array.from({ length: count }, (_, conn) => conversation(file, lines, conn));
  });
}

function conversation(file: string, lines: readonly Line[], conn: number): RpcConversation {
  const start = lines.findIndex(line => line.conn === conn);
  const title = lines
    .slice(0, start + 1)
    .reverse()
    .find(({ text }) => text !== undefined)?.text;
  const isRaw = lines[0]?.client === 'hand-made bytes';
  return {
    name: `${file.replace(/\.jsonl$/, '')} ${conn}${isRaw && title !== undefined ? `: ${title}` : ''}`,
    pyon: lines[0]?.pyon ?? 2,
    steps: lines.flatMap((line, i) => (line.conn === conn ? stepOf(line, i, lines) : [])),
    c2sEof: lines.some(line => line.conn === conn && line.dir === 'c2s' && line.eof === true),
    isRawClient: isRaw || (file.includes('terminate_absent') && conn === 1),
  };
}

function stepOf(line: Line, at: number, lines: readonly Line[]): Step[] {
  if (line.dir === 'note' || line.eof === true) {
    return [];
  }
  const bytes = new Uint8Array(
    line.b64 === undefined ? Buffer.from(line.data ?? '') : Buffer.from(line.b64, 'base64'),
  );
  if (line.dir === 'c2s') {
    return [{ dir: 'c2s', bytes, isOp: lines[at - 1]?.op !== undefined }];
  }
  const next = lines.slice(at + 1).find(({ dir, event }) => dir !== 'note' || event === undefined);
  const isNote = next?.returned !== undefined || next?.raised !== undefined;
  const asked = lines
    .slice(0, at)
    .map(({ dir }) => dir)
    .lastIndexOf('c2s');
  const isAnswer = isNote && lines[asked - 1]?.op !== undefined && !isLogin(lines[asked]?.data);
  return [{ dir: 's2c', bytes, note: isAnswer ? next : undefined }];
}

function isLogin(data: string | undefined): boolean {
  return data === undefined || !data.startsWith('{');
}

/** A line in the version of its conversation; the newline is blank. */
export function valueIn(bytes: Uint8Array, version: PyonVersion) {
  return decode(bytes, { version });
}

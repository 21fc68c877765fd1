// A call as a program that somebody can keep: in Python for the `sipyco` package, in TypeScript for
// this library.
//
// Arguments were read from what was typed and are written anew from their values, so that no text of a
// person, and no name of a server, ends up as code.

import { type Address, type PyDict, type PyValue, UnsupportedError } from '../values/index.js';

/** What is called, with its arguments as values. */
export type ProgramCall = {
  readonly address: Address;
  readonly method: string;
  readonly args: readonly PyValue[];
  /** All keys are str. */
  readonly kwargs: PyDict;
};

/** Where a program finds the server, and what to say above it. */
export type Place = {
  readonly host: string;
  readonly port: number;
  /** Empty: the only one that the server has. */
  readonly target: string;
  /** What to say above the certificates; null: it does not speak TLS. */
  readonly tlsNote: string | null;
  /** For a comment of one line; null where there is nothing to say. */
  readonly note: string | null;
};

/** The demo lab lives in the page; as a program it is what `labwire demolab` serves. */
const DEMO_LAB = { host: '127.0.0.1', port: 3251 } as const;

/** @throws {UnsupportedError} nothing can be called there. */
export function placeOf({ scheme, demo, host, port, path, tls }: Address): Place {
  if (scheme !== 'sipyco+rpc') {
    throw new UnsupportedError(`nothing can be called at ${scheme}://`, { feature: scheme });
  }
  return demo
    ? {
        ...DEMO_LAB,
        target: path,
        tlsNote: null,
        note: 'The demo lab runs in the page. Outside of it: labwire demolab.',
      }
    : { host, port, target: path, tlsNote: tls === null ? null : tlsNoteOf(tls), note: null };
}

/** Only the bridge knows the files: a program has to be told. */
export const CERTIFICATE_FILES = "'cert.pem', 'key.pem', 'peer.pem'";

function tlsNoteOf(profile: string): string {
  return `The certificates of the bridge's TLS profile ${profile}: put their paths here.`;
}

// What a pc_rpc server says of itself: targets, description, features.
//
// JSON in both versions of PYON. SiPyCo up to 1.9 has no features and blanks behind its commas; servers
// on small boards write Python's repr.
//
// Source: docs/protocols/sipyco.md, "pc_rpc"; vectors/sipyco/sessions/pc_rpc_id_*.jsonl.

import { isLabwireError, PyDict, PySet, type PyValue, pyRepr, Tuple } from '../../values/index.js';
import { decode } from '../pyon/index.js';
import { encodeLine } from './lines.js';
import type { RpcId } from './rpcmessages.js';

/** As SiPyCo 1.10 writes it, or without features as 1.9 did. With its newline. */
export function rpcIdLine({ targets, description, features }: RpcId): Uint8Array<ArrayBuffer> {
  const identity = new PyDict([
    ['targets', [...targets]],
    ['description', description],
  ]);
  return features.length === 0
    ? encodeLine(identity, 1)
    : encodeLine(identity.set('features', [...features]), 2);
}

/** What a server says, members unknown to us left out; null if it names no targets. Frozen. @throws {ParseError} */
export function readRpcId(line: Uint8Array): RpcId | null {
  const value = decodeIdentity(line);
  const targets = value instanceof PyDict ? textsOf(value.get('targets')) : null;
  return value instanceof PyDict && targets !== null
    ? Object.freeze({
        targets: Object.freeze(targets),
        description: descriptionOf(value.get('description')),
        features: Object.freeze(featuresOf(value.get('features'))),
      })
    : null;
}

/** JSON from SiPyCo, Python's repr from servers on small boards. @throws {ParseError} neither. */
function decodeIdentity(line: Uint8Array): PyValue {
  try {
    return decode(line, { version: 2 });
  } catch (error) {
    if (!isLabwireError(error, 'ParseError')) {
      throw error;
    }
    try {
      return decode(line, { version: 1 });
    } catch {
      throw error; // what is neither should have been JSON
    }
  }
}

/** A collection of str; null for anything else. Version 1 writes the empty set as `{}`. */
export function textsOf(value: PyValue | undefined): string[] | null {
  if (value instanceof PyDict) {
    return value.size === 0 ? [] : null;
  }
  if (!Array.isArray(value) && !(value instanceof Tuple) && !(value instanceof PySet)) {
    return null;
  }
  const texts: string[] = [];
  for (const item of value) {
    if (typeof item !== 'string') {
      return null;
    }
    texts.push(item);
  }
  return texts;
}

/** Of what a server offers we look for names that we know. */
function featuresOf(value: PyValue | undefined): string[] {
  return Array.isArray(value) ? value.filter(feature => typeof feature === 'string') : [];
}

function descriptionOf(value: PyValue | undefined): string | null {
  return value === undefined || value === null || typeof value === 'string'
    ? (value ?? null)
    : pyRepr(value);
}

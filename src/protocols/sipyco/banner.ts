// The first lines of every SiPyCo connection, and their limits.
//
// A client opens with a banner that names the protocol. For sync_struct and broadcast it adds a
// second line, the notifier or the channel, without waiting for an answer. The peer compares bytes:
// a "\r" before the "\n", or a blank too many, and it closes without a word.
//
// Source: recordings of SiPyCo 1.9 and 1.10, vectors/sipyco/sessions/*_raw_handshakes.jsonl.

import { LocalProtocolError } from '../../values/index.js';

/** The protocols of SiPyCo, as their banners spell them. */
export type SipycoProtocol = 'pc_rpc' | 'sync_struct' | 'broadcast' | 'logging';

/** What a peer can make large. Lengths in bytes, without the newline. */
export const LIMITS = {
  /** A line that a server sends us. SiPyCo's own subscribers and receivers read lines up to 100 MiB. */
  lineBytes: 100 * 1024 * 1024,
  /** A banner or a name that a client sends to a server of ours. SiPyCo takes 4 MiB; no name needs more than this. */
  handshakeBytes: 64 * 1024,
  /** A request that a client sends a pc_rpc server. SiPyCo's servers cut the connection at a longer line. */
  requestBytes: 4 * 1024 * 1024,
} as const;

/** The banner line of `protocol`, with its newline. */
export function bannerLine(protocol: SipycoProtocol): string {
  return `ARTIQ ${protocol}\n`;
}

/**
 * What a client of `protocol` writes first: banner, then `name` when the protocol has a second line.
 * @throws {LocalProtocolError} `name` holds a control character: it would end the line, or be refused.
 */
export function handshake(protocol: SipycoProtocol, name?: string): Uint8Array<ArrayBuffer> {
  const second = name === undefined ? '' : `${checkedName(name)}\n`;
  return new TextEncoder().encode(bannerLine(protocol) + second);
}

/** `name` if it can stand on a line of its own. @throws {LocalProtocolError} otherwise. */
export function checkedName(name: string, command = 'subscribe'): string {
  const at = name.search(/[\x00-\x1f\x7f]/);
  if (at >= 0) {
    const code = name.charCodeAt(at).toString(16).padStart(2, '0');
    throw new LocalProtocolError(
      `the name ${JSON.stringify(name)} holds the control character 0x${code} at ${at}`,
      { command, state: 'idle' },
      { protocol: 'sipyco', hint: 'Take the character out of the name.' },
    );
  }
  return name;
}

/** The feature of a pc_rpc server that speaks PYON version 2. */
export const PYON_V2 = 'pyon_v2';

/** `name` if a pc_rpc client can ask for it: what follows a blank is a feature. @throws {LocalProtocolError} */
export function checkedTarget(name: string, command: string): string {
  if (name.includes(' ')) {
    throw new LocalProtocolError(
      `the target name ${JSON.stringify(name)} holds a blank at ${name.indexOf(' ')}`,
      { command, state: 'idle' },
      { protocol: 'sipyco', hint: 'Take the blank out of the name.' },
    );
  }
  return checkedName(name, command);
}

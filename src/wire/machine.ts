// A protocol without input or output.
//
// Bytes in, events out; commands in, bytes out; no verb does two jobs. Every protocol room, client
// and server ends alike, is one of these, so that a test can plug two together with no network.

import type { Fault } from '../values/index.js';

/** The last event of a machine whose peer broke the protocol. The events before it were valid. */
export type FailedEvent = { readonly type: 'failed'; readonly fault: Fault };

/** A protocol, without I/O. Calls are synchronous and never wait. */
export interface IMachine<Command, Event> {
  /** Queue `command`. @throws {LocalProtocolError} not allowed now; nothing is queued, the state is unchanged. */
  send(command: Command): void;
  /** Take the bytes to write, in order; empty if none. Nobody changes them. The caller must write all of them or drop the connection. */
  takeOutput(): Uint8Array[];
  /** Feed received bytes, split anywhere. Borrows `chunk` until it returns. Never throws for what the peer did. */
  receive(chunk: Uint8Array): void;
  /** The peer closed its side. */
  receiveEof(): void;
  /** Take the events completed so far, in wire order. After a peer's fault the last one is a `FailedEvent`. */
  takeEvents(): Event[];
}

// How bytes travel, as seen by a client or a server that does not care.

/**
 * One open two-way byte stream.
 *
 * A clean end: the peer closed its side after its last byte; `chunks` then simply finishes, and
 * `send` may still work (half close). Anything else (reset, bridge lost, policy withdrawn) makes the
 * iteration throw a `ConnectionLostError`, and every later `send` throw the same.
 */
export interface ITransport {
  /** Where it leads, for people: `127.0.0.1:3250`, `replay of rabi.jsonl`. */
  readonly endpoint: string;
  /** Our own end's address as the peer sees it, without port; absent where there is no such thing. */
  readonly localHost?: string;
  /**
   * Queue `chunk`, whose bytes nobody changes from now on: the transport reads them until they have
   * left, and other transports may be given the same. Returns at once; look at `bufferedBytes` and await
   * `drained` before sending much more.
   * @throws {ConnectionLostError | ClosedError} nothing was queued.
   */
  send(chunk: Uint8Array): void;
  /** Bytes queued by `send` that have not left. Above `HIGH_WATER_BYTES` a polite caller awaits `drained()`. */
  readonly bufferedBytes: number;
  /** Resolves once `bufferedBytes` is at most half of `HIGH_WATER_BYTES`; rejects when the link drops. */
  drained(): Promise<void>;
  /**
   * Received chunks, in order; one reader. Each chunk belongs to the reader. Back-pressure: what is
   * not taken is not acknowledged, and the instrument's socket fills up.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
  /**
   * End both directions and free everything, once what was sent has left. Twice is harmless.
   * Resolves when it is gone.
   * @param isAnswered - the peer has read all that was sent, as its answers show: nothing of it can
   *   be lost any more, so there is no need to wait for the peer. Default false.
   */
  close(reason?: string, isAnswered?: boolean): Promise<void>;
}

/** `ITransport.bufferedBytes` above this: wait. 1 MiB is the largest message the kernel channel carries at once. */
export const HIGH_WATER_BYTES = 1024 * 1024;

/** Opens a transport: called again for every reconnect. @throws {ConnectError | PolicyError | BridgeError} */
export type Connect = (options?: { readonly signal?: AbortSignal }) => Promise<ITransport>;

/** The other end: accepts transports until closed. */
export interface IListener {
  readonly endpoint: string;
  readonly connections: AsyncIterable<ITransport>;
  close(): Promise<void>;
}

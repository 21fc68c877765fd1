// Keep-alive of TCP: how a connection whose other end is gone without a word is found out.

/**
 * SiPyCo's keepalive options. Node sets the first alone: interval and count are what libuv gives
 * every socket, 1 s and 10. They are taken so that one set of options serves every transport.
 */
export type KeepAlive = {
  /** Silence before the first probe, whole seconds, at least 1000. */
  readonly afterIdleMs: number;
  /** Between two probes. Not settable in Node. */
  readonly intervalMs?: number;
  /** Probes without an answer before the connection is lost. Not settable in Node. */
  readonly maxFails?: number;
};

/** A dead link is known half a minute after the last byte: 15 s, then 10 probes. */
export const DEFAULT_KEEP_ALIVE: KeepAlive = { afterIdleMs: 15_000 };

/** @throws {RangeError} below one second: the system counts in whole ones. */
export function idleOf({ afterIdleMs }: KeepAlive = DEFAULT_KEEP_ALIVE): number {
  if (!(afterIdleMs >= 1000)) {
    throw new RangeError(`keepAlive.afterIdleMs is ${afterIdleMs}, the least is 1000`);
  }
  return afterIdleMs;
}

// Where a server program listens: on the addresses that its command line names.

import { listenTcp, type TcpListener, type TcpListenOptions } from '../transports/node/index.js';
import { isLabwireError } from '../values/index.js';

/**
 * Listen on several addresses with one port. null: every address of this computer. Port 0: the system
 * picks one, the same for all. An IPv6 address on a computer without IPv6 is left out as long as
 * another one remains.
 * @throws {ConnectError} an address or the port cannot be had; then nothing listens.
 * {RangeError} there is no address.
 */
export async function listenOnAll(
  host: string | readonly string[] | null,
  options: TcpListenOptions,
): Promise<TcpListener[]> {
  if (host === null) {
    return [await listenEverywhere(options)];
  }
  const hosts = [...new Set(typeof host === 'string' ? [host] : host)];
  if (hosts.length === 0) {
    throw new RangeError(
      'there is no address to listen on: bind one, or do not leave out localhost',
    );
  }
  const listeners: TcpListener[] = [];
  let lack: unknown = null;
  for (const one of hosts) {
    try {
      const port = options.port === 0 ? listeners[0]?.port : options.port;
      listeners.push(await listenTcp({ ...options, host: one, port }));
    } catch (error) {
      lack = error;
      if (!(one.includes(':') && isWithoutIPv6(error))) {
        await Promise.all(listeners.map(listener => listener.close()));
        throw error;
      }
    }
  }
  if (listeners.length === 0) {
    throw lack;
  }
  return listeners;
}

/** `::` takes IPv4, too. */
async function listenEverywhere(options: TcpListenOptions): Promise<TcpListener> {
  try {
    return await listenTcp({ ...options, host: '::' });
  } catch (error) {
    if (!isWithoutIPv6(error)) {
      throw error;
    }
    return listenTcp({ ...options, host: '0.0.0.0' });
  }
}

function isWithoutIPv6(error: unknown): boolean {
  if (!isLabwireError(error, 'ConnectError')) {
    return false;
  }
  const { code } = error.cause as { code?: unknown };
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}

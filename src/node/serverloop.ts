// A whole server program in one call: SiPyCo's `simple_server_loop`.

import { RpcServer, type RpcServerOptions } from '../servers/index.js';
import type { SimpleSSLConfig, TcpListener, TcpListenOptions } from '../transports/node/index.js';
import { listenOnAll } from './listen.js';
import { SignalHandler } from './signals.js';

export type SimpleServerLoopOptions = Pick<
  RpcServerOptions,
  'targets' | 'description' | 'allowParallel' | 'limits' | 'reportError'
> &
  Pick<TcpListenOptions, 'keepAlive'> & {
    /** One address or several, as `bindAddressFromArgs` gives them; null: every one of this computer. Default `127.0.0.1`. */
    readonly host?: string | readonly string[] | null;
    /** On every address. 0: the system picks one, the same for all. */
    readonly port: number;
    /** TLS with these certificates. Default: none. */
    readonly ssl?: SimpleSSLConfig;
    /** Called once callers can come. */
    readonly started?: (listeners: readonly TcpListener[]) => void;
  };

/**
 * Serve `targets` until a caller asks for the end by `terminate`, or the system by SIGINT, SIGTERM or
 * SIGHUP. All connections are ended then.
 * @throws {ConnectError} an address or the port cannot be had. An IPv6 address on a computer without
 *   IPv6 is left out as long as another one remains.
 */
export async function simpleServerLoop(options: SimpleServerLoopOptions): Promise<void> {
  const { host = '127.0.0.1', port, ssl, keepAlive, started, ...rest } = options;
  const handler = new SignalHandler();
  handler.setup();
  const server = new RpcServer({ ...rest, builtinTerminate: true });
  try {
    const { reportError } = rest;
    const listeners = await listenOnAll(host, { port, ssl, keepAlive, reportError });
    for (const listener of listeners) {
      server.start(listener);
    }
    started?.(listeners);
    await Promise.race([handler.waitTerminate(), server.waitTerminate()]);
  } finally {
    handler.teardown();
    await server.stop();
  }
}

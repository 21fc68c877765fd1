// TCP in Node, plain or inside TLS.

import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type ConnectError, isLabwireError } from '../../values/index.js';
import type { IListener, ITransport } from '../../wire/index.js';
import { hostPort } from '../endpoint.js';
import { Inbox } from '../inbox.js';
import { connectError, listenError, timeoutOf } from './errno.js';
import { idleOf, type KeepAlive } from './keepalive.js';
import { type EarlyEnd, StreamTransport } from './stream.js';
import { handshake, type Secured, type SimpleSSLConfig } from './tls.js';
import { refusalOf } from './tlserror.js';

export type TcpConnectOptions = {
  readonly host: string;
  readonly port: number;
  /** TLS with these certificates. Default: none. */
  readonly ssl?: SimpleSSLConfig;
  /** Default: after 15 s of silence. */
  readonly keepAlive?: KeepAlive;
  /** For name, connection and TLS together. Default 10 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

export type TcpListenOptions = {
  /** Default `127.0.0.1`: only this computer. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
  /** TLS with these certificates. Default: none. */
  readonly ssl?: SimpleSSLConfig;
  /** Of every connection. Default: after 15 s of silence. */
  readonly keepAlive?: KeepAlive;
  /** Hears of a peer that was turned away by TLS, and why. Default: the console. */
  readonly reportError?: (error: unknown, where: string) => void;
};

/** For a connection to be made; and for the handshake of TLS alone, where we listen. */
const CONNECT_TIMEOUT_MS = 10_000;

/** One socket. `close` sends what is queued, then ends. */
export class TcpTransport extends StreamTransport {
  private readonly _socket: Socket;

  /** @param socket - connected, without data listeners, half-open allowed. The transport owns it. */
  constructor(socket: Socket, endpoint: string, earlyEnd?: EarlyEnd) {
    super(socket, socket, endpoint, earlyEnd);
    this._socket = socket;
  }

  /** Our own address as the peer sees it, without port; undefined once the connection is gone. */
  get localHost(): string | undefined {
    return this._socket.localAddress; // the system is asked, when somebody asks us
  }
}

/**
 * Open a connection. A name with several addresses is tried as Node does it, each for 250 ms.
 *
 * With `ssl` both ends show a certificate. A server that does not trust ours may let us in and then
 * close (TLS 1.3): that, too, rejects here in most cases, and else breaks the connection with the
 * reason named.
 * @throws {ConnectError} with a hint by the system's reason; or the signal's reason, unwrapped.
 */
export async function connectTcp(options: TcpConnectOptions): Promise<TcpTransport> {
  const { host, port, ssl, timeoutMs = CONNECT_TIMEOUT_MS, signal } = options;
  const endpoint = hostPort(host, port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`port ${port} of ${host} is not from 1 to 65535`);
  }
  const idleMs = idleOf(options.keepAlive);
  signal?.throwIfAborted();
  const secure = ssl === undefined ? null : { ssl, context: await ssl.createClientContext() };
  signal?.throwIfAborted();
  const socket = new Socket(SOCKET);
  const patience = new Patience(signal, timeoutMs, () =>
    timeoutOf(endpoint, timeoutMs, socket.readyState === 'open'),
  );
  try {
    await patience.with<void>((done, fail) => connect(socket, host, port, done, fail));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, idleMs);
    if (secure === null) {
      return new TcpTransport(socket, endpoint);
    }
    const { ssl, context } = secure;
    const secured = await patience.with<Secured>((done, fail) => {
      handshake(socket, endpoint, ssl, context).then(done, fail);
    });
    return new TcpTransport(secured.socket, endpoint, secured.earlyEnd);
  } catch (error) {
    socket.on('error', () => undefined); // a late refusal of a connect that was given up
    socket.destroy();
    throw error;
  } finally {
    patience.end();
  }
}

/**
 * Half-open, and what Node adds to every socket: it copies the options and writes these into the
 * copy, which makes a hidden class anew for each socket unless they are there (a tenth of what
 * connecting costs).
 */
const SOCKET = { allowHalfOpen: true, emitClose: false, autoDestroy: true, decodeStrings: false };

function connect(
  socket: Socket,
  host: string,
  port: number,
  done: () => void,
  fail: (error: ConnectError) => void,
): void {
  const refused = (error: Error) => fail(connectError(hostPort(host, port), error));
  socket.once('error', refused);
  socket.connect({ host, port }, () => {
    socket.removeListener('error', refused);
    done();
  });
}

/** How long a caller waits: until its time is over, or its signal says so. */
class Patience {
  private readonly _signal: AbortSignal | undefined;
  private readonly _timer: NodeJS.Timeout;
  private _over: { readonly error: unknown } | null = null;
  private _fail: (error: unknown) => void = () => undefined;

  constructor(signal: AbortSignal | undefined, timeoutMs: number, error: () => Error) {
    this._signal = signal;
    this._timer = setTimeout(() => this._lose(error()), timeoutMs);
    signal?.addEventListener('abort', this._abort);
  }

  /** Wait for what `work` begins, one at a time. */
  with<T>(work: (done: (value: T) => void, fail: (error: unknown) => void) => void): Promise<T> {
    return new Promise((done, fail) => {
      if (this._over !== null) {
        throw this._over.error;
      }
      this._fail = fail;
      work(done, fail);
    });
  }

  end(): void {
    clearTimeout(this._timer);
    this._signal?.removeEventListener('abort', this._abort);
  }

  private readonly _abort = (): void => this._lose(this._signal?.reason);

  private _lose(error: unknown): void {
    this._over = { error };
    this._fail(error);
  }
}

/** A listening socket. Closing it leaves accepted connections alone. */
export class TcpListener implements IListener {
  readonly endpoint: string;
  /** As bound: the address asked for, the port the system chose. */
  readonly host: string;
  readonly port: number;
  private readonly _server: Server;
  private readonly _accepted = new Inbox<ITransport>();

  /**
   * @param server - listening, half-open allowed. The listener owns it.
   * @param event - what it emits for a connection that is ready to be used.
   */
  constructor(server: Server, event: 'connection' | 'secureConnection' = 'connection') {
    const address = server.address() as AddressInfo;
    this.host = address.address;
    this.port = address.port;
    this.endpoint = hostPort(this.host, this.port);
    this._server = server;
    server.on(event, (socket: Socket) => {
      if (this._accepted.ended) {
        socket.destroy(); // its handshake outlasted the listener
        return;
      }
      this._accepted.put(new TcpTransport(socket, peerOf(socket) ?? 'a peer that has left'));
    });
    server.on('error', error => this._accepted.fail(listenError(this.endpoint, error)));
  }

  get connections(): AsyncIterable<ITransport> {
    return this._accepted;
  }

  /** Stop accepting. Connections that nobody took are closed. */
  async close(): Promise<void> {
    // Resolves before those that were accepted have ended: they are their owners' business.
    this._server.close();
    await Promise.all(this._accepted.clear().map(transport => transport.close()));
  }
}

/** @throws {ConnectError} the address or port cannot be had, or the files of `ssl` are of no use. */
export async function listenTcp(options: TcpListenOptions = {}): Promise<TcpListener> {
  const { host = '127.0.0.1', port = 0, ssl, reportError = toConsole } = options;
  const settings = {
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: idleOf(options.keepAlive),
  };
  const server =
    ssl === undefined
      ? createServer(settings)
      : createTlsServer({
          ...settings,
          ...(await ssl.createServerContext()),
          handshakeTimeout: CONNECT_TIMEOUT_MS,
        });
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(listenError(hostPort(host, port), error)));
    server.listen({ host, port }, resolve);
  });
  server.removeAllListeners('error');
  if (ssl === undefined) {
    return new TcpListener(server);
  }
  const listener = new TcpListener(server, 'secureConnection');
  server.on('tlsClientError', (error, socket) => {
    const peer = peerOf(socket) ?? 'a peer';
    reportError(refusalOf(peer, error, socket, ssl), `${listener.endpoint} turned ${peer} away`);
  });
  return listener;
}

// What a peer did wrong is said in a line: anybody who reaches the port can bring it about.
function toConsole(error: unknown, where: string): void {
  const isTheirs = isLabwireError(error);
  console.error(`labwire: ${where}:`, isTheirs ? `${error.message}; ${error.hint ?? ''}` : error);
}

/** Where it comes from; null when it has left already. */
function peerOf(socket: Socket): string | null {
  const { remoteAddress, remotePort } = socket;
  return remoteAddress === undefined ? null : hostPort(remoteAddress, remotePort ?? 0);
}

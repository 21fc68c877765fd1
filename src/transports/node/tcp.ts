// TCP in Node.
//
// The reader's pace goes down to the socket: with READ_AHEAD_BYTES waiting, the socket is paused and
// the kernel's window closes on the peer. Chunks are as the socket gives them, each with memory of
// its own; reading with larger buffers was measured and gains nothing. What is sent within one turn
// of the event loop leaves in one system call.

import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { ClosedError, type ConnectionLostError } from '../../values/index.js';
import type { IListener, ITransport } from '../../wire/index.js';
import { Drain } from '../drain.js';
import { hostPort } from '../endpoint.js';
import { Inbox } from '../inbox.js';
import { connectError, listenError, lossOf, timeoutOf } from './errno.js';

export type TcpConnectOptions = {
  readonly host: string;
  readonly port: number;
  /** For name and connection together. Default 10 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

export type TcpListenOptions = {
  /** Default `127.0.0.1`: only this computer. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
};

/** Received and not taken: above this the socket is paused. As large as a TCP window usually grows. */
const READ_AHEAD_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_AFTER_MS = 15_000;
/** How long `close` lets the peer read our last bytes before the socket is destroyed. */
const LINGER_MS = 100;

/** One socket. `close` sends what is queued, then ends. */
export class TcpTransport implements ITransport {
  readonly endpoint: string;
  private readonly _socket: Socket;
  private readonly _inbox: Inbox<Uint8Array>;
  private readonly _drain = new Drain();
  private readonly _gone: Promise<void>;
  private _unreadBytes = 0;
  private _corked = false;
  private _state: 'open' | 'ended' | 'closed' = 'open';
  private _lost: ConnectionLostError | null = null;

  /** @param socket - connected, without data listeners, half-open allowed. The transport owns it. */
  constructor(socket: Socket, endpoint: string) {
    this.endpoint = endpoint;
    this._socket = socket;
    this._inbox = new Inbox(chunk => this._taken(chunk.length));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
    this._gone = new Promise(resolve => {
      socket.once('close', () => {
        if (!this._inbox.ended) {
          this._lose(null);
        }
        resolve();
      });
    });
    socket.on('error', error => this._lose(error));
    socket.on('end', () => this._inbox.end());
    socket.on('data', chunk => this._received(chunk));
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this._inbox;
  }

  get bufferedBytes(): number {
    return this._socket.writableLength;
  }

  send(chunk: Uint8Array): void {
    if (this._lost !== null) {
      throw this._lost;
    }
    if (this._state !== 'open') {
      const call = this._state === 'ended' ? 'end' : 'close';
      throw new ClosedError(`${this.endpoint}: send() after ${call}()`);
    }
    if (!this._corked) {
      this._corked = true;
      this._socket.cork();
      process.nextTick(this._uncork);
    }
    this._socket.write(chunk, this._written);
  }

  drained(): Promise<void> {
    return this._drain.wait(this._socket.writableLength);
  }

  /** End our direction only, after what is queued; the peer reads to its end and may still send. */
  end(): void {
    if (this._state === 'open') {
      this._state = 'ended';
      this._uncork();
      this._socket.end();
    }
  }

  close(): Promise<void> {
    if (this._state !== 'closed') {
      const peerEnded = this._inbox.ended;
      this.end();
      this._state = 'closed';
      this._inbox.clear();
      this._drain.fail(new ClosedError(`${this.endpoint} was closed`));
      this._linger(peerEnded);
    }
    return this._gone;
  }

  /**
   * A socket that is destroyed with unread input resets the connection, and a reset can overtake
   * our last bytes at the peer. So: flush, end, read on for a moment, then destroy.
   */
  private _linger(peerEnded: boolean): void {
    const socket = this._socket;
    if (socket.destroyed) {
      return;
    }
    socket.removeAllListeners('data');
    socket.resume();
    const destroy = () => socket.destroy();
    if (socket.writableFinished && (peerEnded || socket.readableEnded)) {
      destroy();
      return;
    }
    socket.once('end', () =>
      socket.writableFinished ? destroy() : socket.once('finish', destroy),
    );
    const timer = setTimeout(destroy, LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  }

  private _received(chunk: Uint8Array): void {
    this._unreadBytes += chunk.length;
    this._inbox.put(chunk);
    if (this._unreadBytes > READ_AHEAD_BYTES) {
      this._socket.pause();
    }
  }

  private _taken(bytes: number): void {
    const before = this._unreadBytes;
    this._unreadBytes = before - bytes;
    if (this._socket.isPaused() && this._unreadBytes <= READ_AHEAD_BYTES / 2) {
      this._socket.resume();
    }
  }

  private readonly _uncork = (): void => {
    if (this._corked) {
      this._corked = false;
      this._socket.uncork();
    }
  };

  private readonly _written = (): void => this._drain.level(this._socket.writableLength);

  private _lose(error: Error | null): void {
    if (this._lost !== null || this._state === 'closed') {
      return;
    }
    this._lost = lossOf(this.endpoint, error);
    this._inbox.fail(this._lost);
    this._drain.fail(this._lost);
  }
}

/**
 * Open a connection. A name with several addresses is tried as Node does it, each for 250 ms.
 * @throws {ConnectError} with a hint by the system's reason; or the signal's reason, unwrapped.
 */
export async function connectTcp(options: TcpConnectOptions): Promise<TcpTransport> {
  const { host, port, timeoutMs = CONNECT_TIMEOUT_MS, signal } = options;
  const endpoint = hostPort(host, port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`port ${port} of ${host} is not from 1 to 65535`);
  }
  signal?.throwIfAborted();
  const socket = new Socket({ allowHalfOpen: true });
  let abort: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(signal!.reason);
      signal?.addEventListener('abort', abort);
      timer = setTimeout(() => reject(timeoutOf(endpoint, timeoutMs)), timeoutMs);
      socket.once('error', error => reject(connectError(endpoint, error)));
      socket.connect({ host, port, noDelay: true }, resolve);
    });
  } catch (error) {
    socket.on('error', () => undefined); // a late refusal of a connect that was given up
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    if (abort !== undefined) {
      signal?.removeEventListener('abort', abort);
    }
  }
  socket.removeAllListeners('error');
  return new TcpTransport(socket, endpoint);
}

/** A listening socket. Closing it leaves accepted connections alone. */
export class TcpListener implements IListener {
  readonly endpoint: string;
  /** As bound: the address asked for, the port the system chose. */
  readonly host: string;
  readonly port: number;
  private readonly _server: Server;
  private readonly _accepted = new Inbox<ITransport>();

  /** @param server - listening, half-open allowed. The listener owns it. */
  constructor(server: Server) {
    const address = server.address() as AddressInfo;
    this.host = address.address;
    this.port = address.port;
    this.endpoint = hostPort(this.host, this.port);
    this._server = server;
    server.on('connection', (socket: Socket) => {
      const peer = hostPort(socket.remoteAddress ?? 'gone', socket.remotePort ?? 0);
      this._accepted.put(new TcpTransport(socket, peer));
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

/** @throws {ConnectError} the address or port cannot be had. */
export async function listenTcp(options: TcpListenOptions = {}): Promise<TcpListener> {
  const { host = '127.0.0.1', port = 0 } = options;
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(listenError(hostPort(host, port), error)));
    server.listen({ host, port }, resolve);
  });
  server.removeAllListeners('error');
  return new TcpListener(server);
}

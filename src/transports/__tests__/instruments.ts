// Plain TCP programs that the bridge can be pointed at.

import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server on 127.0.0.1 that does one thing with each connection. Close it. */
export class Instrument {
  readonly port: number;
  readonly sockets: Socket[] = [];
  private readonly _server: Server;

  private constructor(server: Server) {
    this._server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(act: (socket: Socket) => void): Promise<Instrument> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const instrument = new Instrument(server);
    server.on('connection', socket => {
      instrument.sockets.push(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // the other end may go away at any time
      act(socket);
    });
    return instrument;
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this._server.close(resolve));
    for (const socket of this.sockets) {
      socket.destroy();
    }
    await closed;
  }
}

/** Says back what it hears. */
export const echo = (socket: Socket) => void socket.pipe(socket);

/** Byte `i` of a stream that shows every loss, doubling and exchange. */
export function pattern(from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i += 1) {
    const at = from + i;
    bytes[i] = (at ^ (at >> 8) ^ (at >> 16) ^ (at >> 24)) & 0xff;
  }
  return bytes;
}

/** Sends `total` bytes of the pattern, as fast as they are taken, and ends. */
export function patternSource(total: number, block = 64 * 1024) {
  return (socket: Socket): void => {
    let at = 0;
    const write = () => {
      while (at < total) {
        const bytes = pattern(at, Math.min(block, total - at));
        at += bytes.length;
        if (!socket.write(bytes)) {
          socket.once('drain', write);
          return;
        }
      }
      socket.end();
    };
    write();
  };
}

/** Hears to the end, then says `<bytes> <sha256>` and ends. */
export function digest(socket: Socket): void {
  const hash = createHash('sha256');
  let length = 0;
  socket.on('data', chunk => {
    length += chunk.length;
    hash.update(chunk);
  });
  socket.on('end', () => socket.end(`${length} ${hash.digest('hex')}`));
}

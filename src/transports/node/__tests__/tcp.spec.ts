import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket, connect as startConnect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { ConnectionLostError } from '../../../values/index.js';
import { HIGH_WATER_BYTES, type ITransport } from '../../../wire/index.js';
import { connectTcp, listenTcp, TcpTransport } from '../index.js';
import { missing, PYTHON } from './pythonpeer.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const HOST = '127.0.0.1';

async function read(transport: ITransport, count: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of transport.chunks) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= count) {
      break;
    }
  }
  return Buffer.concat(chunks);
}

const readAll = (transport: ITransport) => read(transport, Number.POSITIVE_INFINITY);

/** A connected pair over 127.0.0.1. */
async function pair(): Promise<{ client: TcpTransport; server: TcpTransport }> {
  const listener = await listenTcp();
  const client = await connectTcp({ host: HOST, port: listener.port });
  for await (const server of listener.connections) {
    await listener.close();
    after(() => Promise.all([client.close(), server.close()]));
    return { client, server: server as TcpTransport };
  }
  throw new Error('nobody connected');
}

/** The plain socket of a peer that does what no transport would. */
async function rawPeer(): Promise<{ client: TcpTransport; peer: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  await new Promise<void>(resolve => server.listen(0, HOST, resolve));
  const accepted = new Promise<Socket>(resolve => server.once('connection', resolve));
  const { port } = server.address() as { port: number };
  const client = await connectTcp({ host: HOST, port });
  const peer = await accepted;
  server.close();
  after(() => {
    peer.destroy();
    return client.close();
  });
  return { client, peer };
}

const skipKeepAlive = process.platform === 'linux' ? missing() : 'the options have other names';

const socketOf = (transport: ITransport) => (transport as unknown as { _reader: Socket })._reader;

/** What the system says of a socket, asked by another process that inherits it. */
async function keepAliveOf(transport: ITransport): Promise<unknown> {
  const program = [
    'import json, socket',
    's = socket.socket(fileno=3)',
    'get = lambda n: s.getsockopt(socket.IPPROTO_TCP, getattr(socket, "TCP_KEEP" + n))',
    'on = s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)',
    'print(json.dumps({"on": on, "idle": get("IDLE"), "interval": get("INTVL"), "count": get("CNT")}))',
  ];
  const child = spawn(PYTHON, ['-c', program.join('\n')], {
    stdio: ['ignore', 'pipe', 'inherit', socketOf(transport)],
  });
  return JSON.parse(await text(child.stdout!));
}

describe('TcpTransport', () => {
  it('carries bytes both ways and ends cleanly, one direction at a time', async () => {
    const { client, server } = await pair();
    client.send(bytes('ques'));
    client.send(bytes('tion'));
    client.end();
    assert.equal(String(await readAll(server)), 'question');
    server.send(bytes('answer'));
    await server.close();
    assert.equal(String(await readAll(client)), 'answer');
    await client.close();
    await client.close();
    assert.throws(() => client.send(bytes('x')), {
      name: 'ClosedError',
      message: `${client.endpoint}: send() after close()`,
    });
  });

  it('carries 32 MiB unharmed', async () => {
    const { client, server } = await pair();
    const part = new Uint8Array(1024 * 1024).map((_, i) => i * 7 + (i >> 8));
    const sending = (async () => {
      for (let i = 0; i < 32; i += 1) {
        server.send(part.slice());
        if (server.bufferedBytes > HIGH_WATER_BYTES) {
          await server.drained();
        }
      }
      server.end();
    })();
    const all = await readAll(client);
    await sending;
    assert.equal(all.length, 32 * part.length);
    for (let i = 0; i < 32; i += 1) {
      assert.ok(all.subarray(i * part.length, (i + 1) * part.length).equals(part));
    }
  });

  it('stops reading the socket when nobody takes the chunks', async () => {
    const { client, peer } = await rawPeer();
    let left = 256; // MiB: far more than both kernels' buffers take
    const block = Buffer.alloc(1024 * 1024, 1);
    const blocked = new Promise<void>(resolve => {
      const write = () => {
        while (left > 0 && peer.write(block)) {
          left -= 1;
        }
        left -= 1;
        if (left > 0) {
          peer.once('drain', write);
        }
        setTimeout(() => {
          if (peer.writableLength > 0 && peer.listenerCount('drain') > 0) {
            resolve();
          }
        }, 50);
      };
      write();
    });
    await blocked;
    assert.ok(left > 200, `${256 - left} MiB were taken from a peer whose bytes nobody reads`);
    let taken = 0;
    for await (const chunk of client.chunks) {
      taken += chunk.length;
      if (taken >= 32 * 1024 * 1024) {
        break;
      }
    }
    assert.ok(taken >= 32 * 1024 * 1024, 'reading opens the valve again');
  });

  it('tells what has not left, and when half of it has', async () => {
    const { client, peer } = await rawPeer();
    for (let i = 0; i < 64; i += 1) {
      client.send(new Uint8Array(HIGH_WATER_BYTES));
    }
    assert.equal(client.bufferedBytes, 64 * HIGH_WATER_BYTES);
    peer.resume();
    await client.drained();
    assert.ok(client.bufferedBytes <= HIGH_WATER_BYTES / 2);
  });

  it('loses the connection on a reset, after what came before', async () => {
    const { client, peer } = await rawPeer();
    client.send(bytes('never read'));
    peer.write('before');
    assert.equal(String(await read(client, 6)), 'before');
    peer.destroy(); // with input unread: that is a reset
    const message = `${client.endpoint} reset the connection (ECONNRESET)`;
    await assert.rejects(readAll(client), { name: 'ConnectionLostError', message });
    assert.throws(() => client.send(bytes('x')), { message });
    await assert.rejects(client.drained(), { message });
    await client.close();
  });

  it('says why it ended before the first byte, where somebody knows', async () => {
    for (const [greeting, loss] of [
      ['', new ConnectionLostError('it refuses us', { endpoint: 'x', sent: 'unknown' })],
      ['hello', null],
      ['', null],
    ] as const) {
      const server = createServer(socket => socket.end(greeting));
      await new Promise<void>(resolve => server.listen(0, HOST, resolve));
      const { port } = server.address() as { port: number };
      const socket = startConnect({ port, host: HOST, allowHalfOpen: true });
      await once(socket, 'connect');
      const transport = new TcpTransport(socket, 'x', error => {
        assert.equal(error, null, 'it was a clean end');
        return loss;
      });
      if (loss === null) {
        assert.equal(String(await readAll(transport)), greeting);
      } else {
        await assert.rejects(readAll(transport), loss);
        assert.throws(() => transport.send(bytes('x')), loss);
      }
      await transport.close();
      server.close();
    }
  });

  it('lets the peer read our last bytes although its own were never read', async () => {
    const { client, server } = await pair();
    server.send(new Uint8Array(64 * 1024));
    await read(client, 1);
    client.send(bytes('last words'));
    await client.close();
    assert.equal(String(await readAll(server)), 'last words');
  });

  it('waits for no peer that has ended, or has read everything, and loses no byte', async () => {
    for (const has of ['ended', 'answered'] as const) {
      const { client, server } = await pair();
      if (has === 'ended') {
        server.end();
        await readAll(client);
      }
      client.send(bytes('last words'));
      const closed = client.close('it is over', has === 'answered');
      assert.equal(socketOf(client).destroyed, true);
      await closed;
      assert.equal(String(await readAll(server)), 'last words');
    }
  });

  it('sends all that is queued to a peer that is slow to read it', async () => {
    const { client, peer } = await rawPeer();
    const count = 16 * 1024 * 1024;
    for (let sent = 0; sent < count; sent += 65_536) {
      client.send(new Uint8Array(65_536));
    }
    const gone = client.close();
    let received = 0;
    peer.on('data', chunk => {
      received += chunk.length;
      peer.pause();
      setTimeout(() => peer.resume(), 2); // more than 100 ms in all
    });
    peer.resume();
    await once(peer, 'end');
    peer.end();
    await gone;
    assert.equal(received, count);
  });

  it('waits, without being told, for a peer that may not have read everything', async () => {
    const { client, server } = await pair();
    client.send(bytes('last words'));
    const closed = client.close();
    assert.equal(socketOf(client).destroyed, false);
    assert.equal(String(await readAll(server)), 'last words');
    await server.close();
    await closed;
    assert.equal(socketOf(client).destroyed, true);
  });
});

describe('connectTcp', () => {
  it('names a refused port', async () => {
    const listener = await listenTcp();
    const { port } = listener;
    await listener.close();
    await assert.rejects(connectTcp({ host: HOST, port }), {
      name: 'ConnectError',
      message: `127.0.0.1:${port} refused the connection (ECONNREFUSED)`,
      hint: 'start the program that listens there, or check the port',
      endpoint: `127.0.0.1:${port}`,
    });
  });

  it('names an unknown host', async () => {
    await assert.rejects(connectTcp({ host: 'no-such-host.invalid', port: 1 }), error => {
      assert.match(
        String(error),
        /no-such-host\.invalid:1 (is not a known name \(ENOTFOUND\)|could not be looked up now)/,
      );
      return (error as Error).name === 'ConnectError';
    });
  });

  it('gives up after the time it was given', async () => {
    // A full backlog answers nothing: the third and later connections hang in the handshake.
    const server = createServer();
    await new Promise<void>(resolve => server.listen({ port: 0, host: HOST, backlog: 1 }, resolve));
    const { port } = server.address() as { port: number };
    const { Worker } = await import('node:worker_threads');
    // The accepting thread must stand still, so the listener lives in a worker that blocks.
    const worker = new Worker(
      `const { workerData, parentPort } = require('node:worker_threads');
       const s = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
         parentPort.postMessage(s.address().port);
         Atomics.wait(new Int32Array(workerData), 0, 0);
         process.exit();
       });`,
      { eval: true, workerData: new SharedArrayBuffer(4) },
    );
    assert.ok(port > 0);
    server.close();
    const stuck = await new Promise<number>(resolve => worker.once('message', resolve));
    const fillers: Socket[] = [];
    for (let i = 0; i < 4; i += 1) {
      fillers.push(startConnect(stuck, HOST).on('error', () => undefined));
    }
    await assert.rejects(connectTcp({ host: HOST, port: stuck, timeoutMs: 300 }), {
      name: 'ConnectError',
      message: `127.0.0.1:${stuck} did not answer within 0.3 s`,
      hint: 'check that the computer is on and that no firewall drops the packets',
    });
    for (const filler of fillers) {
      filler.destroy();
    }
    await worker.terminate();
  });

  it('rejects with the reason of its signal', async () => {
    const reason = new Error('changed my mind');
    await assert.rejects(
      connectTcp({ host: HOST, port: 1, signal: AbortSignal.abort(reason) }),
      reason,
    );
    const controller = new AbortController();
    const listener = await listenTcp();
    const pending = connectTcp({ host: HOST, port: listener.port, signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(pending, reason);
    await listener.close();
  });

  it('says what our own address is', async () => {
    const { client, server } = await pair();
    assert.equal(client.localHost, HOST);
    assert.equal(server.localHost, HOST);
  });

  it('sets keep-alive as it is told, on both ends', { skip: skipKeepAlive }, async () => {
    const listener = await listenTcp({ keepAlive: { afterIdleMs: 7000 } });
    const client = await connectTcp({
      host: HOST,
      port: listener.port,
      keepAlive: { afterIdleMs: 60_000, intervalMs: 10_000, maxFails: 3 },
    });
    const { value: server } = await listener.connections[Symbol.asyncIterator]().next();
    assert.deepEqual(await keepAliveOf(client), { on: 1, idle: 60, interval: 1, count: 10 });
    assert.deepEqual(await keepAliveOf(server), { on: 1, idle: 7, interval: 1, count: 10 });
    await Promise.all([client.close(), server.close(), listener.close()]);
  });

  it('refuses a keep-alive below a second', async () => {
    const keepAlive = { afterIdleMs: 999 };
    const error = {
      name: 'RangeError',
      message: 'keepAlive.afterIdleMs is 999, the least is 1000',
    };
    await assert.rejects(connectTcp({ host: HOST, port: 1, keepAlive }), error);
    await assert.rejects(listenTcp({ keepAlive }), error);
  });

  it('refuses a port that is none', async () => {
    await assert.rejects(connectTcp({ host: HOST, port: 70000 }), {
      name: 'RangeError',
      message: 'port 70000 of 127.0.0.1 is not from 1 to 65535',
    });
  });
});

describe('listenTcp', () => {
  it('names a port in use', async () => {
    const listener = await listenTcp();
    await assert.rejects(listenTcp({ port: listener.port }), {
      name: 'ConnectError',
      message: `127.0.0.1:${listener.port} is in use (EADDRINUSE)`,
    });
    await listener.close();
    for await (const _ of listener.connections) {
      assert.fail('closed');
    }
  });
});

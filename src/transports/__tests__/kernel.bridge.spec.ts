// The client end against the real thing: jupyter_server, the bridge kernel, TCP.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import WebSocket from 'ws';
import { BridgeError } from '../../values/index.js';
import { HIGH_WATER_BYTES, type ITransport } from '../../wire/index.js';
import type {
  BridgeQuestion,
  BridgeStatus,
  KernelBridge,
  KernelBridgeOptions,
  WebSocketConstructor,
} from '../index.js';
import { digest, echo, Instrument, pattern, patternSource } from './instruments.js';
import { freePort, Jupyter } from './jupyter.js';

const HOST = '127.0.0.1';
const MIB = 1024 * 1024;
const bytes = (text: string) => new TextEncoder().encode(text);

const instruments: Instrument[] = [];
const bridges: KernelBridge[] = [];

async function instrument(act: Parameters<typeof Instrument.start>[0]): Promise<Instrument> {
  const one = await Instrument.start(act);
  instruments.push(one);
  return one;
}

function bridgeOf(jupyter: Jupyter, options: Partial<KernelBridgeOptions> = {}): KernelBridge {
  const bridge = jupyter.bridge(options);
  bridges.push(bridge);
  return bridge;
}

async function cleanUp(): Promise<void> {
  for (const bridge of bridges.splice(0)) {
    bridge.close();
  }
  for (const one of instruments.splice(0)) {
    await one.close();
  }
}

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

/** Two servers and a kernel that start on a busy machine take longer than one attempt does. */
async function answered(bridge: KernelBridge): Promise<void> {
  for (;;) {
    try {
      await bridge.ping();
      return;
    } catch (error) {
      assert.ok(error instanceof BridgeError, String(error));
    }
  }
}

/** Resolves when the bridge says `wanted`. */
function state(wanted: (status: BridgeStatus) => boolean) {
  let found: (status: BridgeStatus) => void = () => undefined;
  const promise = new Promise<BridgeStatus>(resolve => {
    found = resolve;
  });
  return { promise, onStatus: (status: BridgeStatus) => wanted(status) && found(status) };
}

/** WebSockets that a test can cut. */
function cuttable() {
  const open: WebSocket[] = [];
  class Cuttable extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      open.push(this);
    }
  }
  return {
    WebSocket: Cuttable as unknown as WebSocketConstructor,
    get count() {
      return open.length;
    },
    cut: () => open.at(-1)?.terminate(),
  };
}

describe('KernelBridge on a real jupyter_server', () => {
  let jupyter: Jupyter;
  before(async () => {
    jupyter = await Jupyter.start();
  });
  after(async () => {
    await cleanUp();
    await jupyter.stop();
  });

  it('connects, carries both ways, half closes, closes', async () => {
    const { port, sockets } = await instrument(digest);
    const bridge = bridgeOf(jupyter);
    assert.equal(bridge.status.state, 'idle');
    const stream = await bridge.connectTcp(HOST, port, { label: 'test' });
    assert.equal(bridge.status.state, 'ready');
    assert.equal(bridge.status.text, false);
    assert.equal(stream.endpoint, `127.0.0.1:${port}`);
    assert.deepEqual(stream.route, { address: HOST, port, rule: 'loopback', budgetBytes: null });
    stream.send(bytes('question'));
    stream.end();
    assert.equal(
      String(await readAll(stream)),
      `8 ${createHash('sha256').update('question').digest('hex')}`,
    );
    assert.throws(() => stream.send(bytes('x')), {
      name: 'ConnectionLostError',
      message: `127.0.0.1:${port} has closed the connection`,
    });
    await stream.close();
    await stream.close();
    assert.equal(sockets.length, 1);

    const other = await bridge.connectTcp('localhost', (await instrument(echo)).port);
    other.send(bytes('hello'));
    assert.equal(String(await read(other, 5)), 'hello');
    await other.close('test over');
    assert.throws(() => other.send(bytes('x')), { name: 'ClosedError' });
    assert.deepEqual(bridge.streams, []);
  });

  it('loses none of 100 000 messages', async () => {
    const count = 100_000;
    const { port } = await instrument(patternSource(count * 64, 64));
    const stream = await bridgeOf(jupyter).connectTcp(HOST, port);
    let at = 0;
    for await (const chunk of stream.chunks) {
      assert.ok(pattern(at, chunk.length).equals(chunk), `around byte ${at}`);
      at += chunk.length;
    }
    assert.equal(at, count * 64);
  });

  it('echoes 100 000 messages of a client, none lost', async () => {
    const { port } = await instrument(echo);
    const stream = await bridgeOf(jupyter).connectTcp(HOST, port);
    const total = 100_000 * 64;
    const sending = (async () => {
      for (let at = 0; at < total; at += 64) {
        stream.send(pattern(at, 64));
        if (stream.bufferedBytes > HIGH_WATER_BYTES) {
          await stream.drained();
        }
      }
      stream.end();
    })();
    let at = 0;
    for await (const chunk of stream.chunks) {
      assert.ok(pattern(at, chunk.length).equals(chunk), `around byte ${at}`);
      at += chunk.length;
    }
    await sending;
    assert.equal(at, total);
  });

  it('carries 40 MiB upwards, in one piece and in many', async () => {
    const { port } = await instrument(digest);
    const bridge = bridgeOf(jupyter);
    const whole = pattern(0, 40 * MIB);
    const expected = `${whole.length} ${createHash('sha256').update(whole).digest('hex')}`;
    const one = await bridge.connectTcp(HOST, port);
    one.send(whole);
    one.end();
    assert.equal(String(await readAll(one)), expected);
    const many = await bridge.connectTcp(HOST, port);
    for (let at = 0; at < whole.length; at += 100_000) {
      many.send(whole.subarray(at, at + 100_000));
      if (many.bufferedBytes > HIGH_WATER_BYTES) {
        await many.drained();
      }
    }
    many.end();
    assert.equal(String(await readAll(many)), expected);
  });

  it('holds the instrument back when nobody reads, and goes on when somebody does', async () => {
    const total = 64 * MIB;
    const source = await instrument(patternSource(total, MIB));
    const bridge = bridgeOf(jupyter);
    const stream = await bridge.connectTcp(HOST, source.port);
    // Another stream of the same link is not held up by it.
    const other = await bridge.connectTcp(HOST, (await instrument(echo)).port);
    for (let i = 0; i < 200; i += 1) {
      other.send(pattern(i, 10));
      await read(other, 10);
    }
    assert.ok(stream.receivedBytes <= 512 * 1024, `${stream.receivedBytes} bytes came unasked`);
    const taken = source.sockets[0]!.bytesWritten - source.sockets[0]!.writableLength;
    assert.ok(taken < 32 * MIB, `${taken / MIB} MiB left the instrument`);
    let at = 0;
    for await (const chunk of stream.chunks) {
      assert.ok(pattern(at, chunk.length).equals(chunk), `around byte ${at}`);
      at += chunk.length;
    }
    assert.equal(at, total);
  });

  it('loses and doubles nothing when the websocket is cut again and again', async () => {
    const total = 48 * MIB;
    const source = await instrument(patternSource(total));
    const sink = await instrument(digest);
    const sockets = cuttable();
    const lost = state(status => status.state === 'reconnecting');
    const bridge = bridgeOf(jupyter, { WebSocket: sockets.WebSocket, onStatus: lost.onStatus });
    const down = await bridge.connectTcp(HOST, source.port);
    const up = await bridge.connectTcp(HOST, sink.port);
    const whole = pattern(0, 24 * MIB);
    let lastCut: () => void = () => undefined;
    const cutting = new Promise<void>(resolve => {
      lastCut = resolve;
    });
    const sending = (async () => {
      for (let from = 0; from < whole.length; from += 200_000) {
        up.send(whole.subarray(from, from + 200_000));
        if (up.bufferedBytes > HIGH_WATER_BYTES) {
          await up.drained();
        }
      }
      await cutting;
      up.end();
      return String(await readAll(up));
    })();
    let at = 0;
    let cuts = 0;
    for await (const chunk of down.chunks) {
      assert.ok(pattern(at, chunk.length).equals(chunk), `around byte ${at}`);
      at += chunk.length;
      if (at > (cuts + 1) * 8 * MIB) {
        cuts += 1;
        sockets.cut();
      }
    }
    assert.equal(at, total);
    lastCut();
    assert.equal(
      await sending,
      `${whole.length} ${createHash('sha256').update(whole).digest('hex')}`,
    );
    assert.ok(cuts >= 4 && sockets.count === cuts + 1, `${cuts} cuts, ${sockets.count} websockets`);
    assert.match(
      (await lost.promise).fault!.message,
      /^the kernel channel was closed \(code 1006\)$/,
    );
    assert.equal(bridge.status.state, 'ready');
  });

  it('gets the answer and the end that came while the websocket was cut', async () => {
    const { port } = await instrument(digest);
    const sockets = cuttable();
    const bridge = bridgeOf(jupyter, { WebSocket: sockets.WebSocket });
    for (let i = 0; i < 10; i += 1) {
      const stream = await bridge.connectTcp(HOST, port);
      stream.send(bytes('question'));
      stream.end();
      // The question has left when the pong comes; the answer meets a websocket that is gone.
      await bridge.ping();
      sockets.cut();
      assert.match(String(await readAll(stream)), /^8 [0-9a-f]{64}$/);
    }
  });

  it('names a refused port and an unknown host', async () => {
    const bridge = bridgeOf(jupyter);
    const port = await freePort();
    await assert.rejects(bridge.connectTcp(HOST, port), {
      name: 'ConnectError',
      message: `127.0.0.1:${port} refused the connection`,
      hint: 'start the program that listens there, or check the port',
      endpoint: `127.0.0.1:${port}`,
    });
    await assert.rejects(bridge.connectTcp('no-such-host.invalid', 5025), {
      name: 'ConnectError',
      endpoint: 'no-such-host.invalid:5025',
    });
    await assert.rejects(bridge.connectTcp(HOST, 70000), {
      name: 'RangeError',
      message: 'port 70000 of 127.0.0.1 is not from 1 to 65535',
    });
    assert.equal(bridge.status.state, 'ready');
  });

  it("refuses the Jupyter server's own port by policy", async () => {
    await assert.rejects(bridgeOf(jupyter).connectTcp(HOST, jupyter.port), {
      name: 'PolicyError',
      rule: 'Jupyter server port',
      endpoint: `127.0.0.1:${jupyter.port}`,
    });
  });

  it('loses the connection when the instrument resets it', async () => {
    const { port, sockets } = await instrument(socket => socket.write('before'));
    const stream = await bridgeOf(jupyter).connectTcp(HOST, port);
    assert.equal(String(await read(stream, 6)), 'before');
    sockets[0]!.resetAndDestroy();
    // A reset may look like an end first; what is sent then finds out.
    await readAll(stream).catch((error: Error) => assert.equal(error.name, 'ConnectionLostError'));
    await stream.close();
  });

  it('gives up by signal, before and while it opens', async () => {
    const bridge = bridgeOf(jupyter);
    const { port } = await instrument(echo);
    const reason = new Error('changed my mind');
    const early = AbortSignal.abort(reason);
    await assert.rejects(bridge.connectTcp(HOST, port, { signal: early }), reason);
    const controller = new AbortController();
    const pending = bridge.connectTcp(HOST, port, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(pending, reason);
    assert.deepEqual(bridge.streams, []);
    await bridge.ping();
  });

  it('pings, and stops everything at once', async () => {
    const bridge = bridgeOf(jupyter);
    const ms = await bridge.ping();
    assert.ok(ms > 0 && ms < 5000);
    const deaf = await instrument(socket => socket.pause());
    const streams = [
      await bridge.connectTcp(HOST, deaf.port),
      await bridge.connectTcp(HOST, deaf.port),
    ];
    streams[0]!.send(new Uint8Array(8 * MIB));
    const stopped = await bridge.stopAll();
    assert.equal(stopped.streams, 2);
    for (const stream of streams) {
      await assert.rejects(readAll(stream), { name: 'ConnectionLostError' });
    }
    assert.deepEqual(bridge.streams, []);
    await bridge.connectTcp(HOST, (await instrument(echo)).port);
  });

  it('shares the kernel with another page, and not its streams', async () => {
    const { port } = await instrument(echo);
    const [one, two] = [bridgeOf(jupyter), bridgeOf(jupyter)];
    const ours = await one.connectTcp(HOST, port);
    const theirs = await two.connectTcp(HOST, port);
    ours.send(bytes('ours'));
    theirs.send(bytes('theirs'));
    assert.equal(String(await read(ours, 4)), 'ours');
    assert.equal(String(await read(theirs, 6)), 'theirs');
    two.close();
    await assert.rejects(async () => theirs.send(bytes('x')), { name: 'ClosedError' });
    ours.send(bytes('still'));
    assert.equal(String(await read(ours, 5)), 'still');
  });

  it('hands a stream to the page after a reload, once', async () => {
    const { port, sockets } = await instrument(echo);
    const page = bridgeOf(jupyter);
    const stream = await page.connectTcp(HOST, port);
    stream.send(bytes('before'));
    assert.equal(String(await read(stream, 6)), 'before');
    const token = stream.token!;
    page.close([stream]);
    const reloaded = bridgeOf(jupyter);
    const claimed = await reloaded.claim(token, 'the echo');
    claimed.send(bytes('after'));
    // What the old page had read but not confirmed comes again: tokens name streams, not places.
    let heard = '';
    while (!heard.endsWith('after')) {
      heard += String(await read(claimed, 1));
    }
    assert.match(heard, /^(before)?after$/);
    assert.equal(sockets.length, 1);
    await assert.rejects(bridgeOf(jupyter).claim(token, 'the echo'), { name: 'BridgeError' });
  });

  it('writes to the audit, also what was said before there was a link', async () => {
    const bridge = bridgeOf(jupyter);
    bridge.audit({ action: 'write', endpoint: 'ca://XF:mtr1', old: '1.0', new: '2.5\n' });
    await bridge.ping();
    bridge.audit({ action: 'call', endpoint: 'sipyco+rpc://dds', method: 'set' });
    await bridge.ping();
    const file = join(jupyter.home, 'data', 'labwire', 'audit.jsonl');
    assert.ok(existsSync(file));
    const text = readFileSync(file, 'utf8');
    assert.match(text, /ca:\/\/XF:mtr1/);
    assert.match(text, /sipyco\+rpc:\/\/dds/);
  });

  it('says that the kernel was killed, and connects to its successor', async () => {
    const { port } = await instrument(echo);
    const lost = state(({ fault }) => fault?.facts.stage === 'restarting');
    const bridge = bridgeOf(jupyter, { onStatus: lost.onStatus });
    const stream = await bridge.connectTcp(HOST, port);
    process.kill(bridge.status.pid!, 'SIGKILL');
    await assert.rejects(readAll(stream), {
      name: 'ConnectionLostError',
      message: `the connection to 127.0.0.1:${port} is gone: the bridge kernel died and is being restarted`,
      endpoint: `127.0.0.1:${port}`,
    });
    await lost.promise;
    const again = await bridge.connectTcp(HOST, port);
    again.send(bytes('again'));
    assert.equal(String(await read(again, 5)), 'again');
  });

  it('notices a restart from the menu', async () => {
    const { port } = await instrument(echo);
    const bridge = bridgeOf(jupyter);
    const stream = await bridge.connectTcp(HOST, port);
    await jupyter.rest('POST', `kernels/${await jupyter.kernel()}/restart`);
    await assert.rejects(readAll(stream), { name: 'ConnectionLostError' });
    const again = await bridge.connectTcp(HOST, port);
    again.send(bytes('again'));
    assert.equal(String(await read(again, 5)), 'again');
  });

  it('finds the kernel anew when it was shut down', async () => {
    const { port } = await instrument(echo);
    const reasons: string[] = [];
    const bridge = bridgeOf(jupyter, {
      locate: async reason => {
        reasons.push(reason);
        return jupyter.place(await jupyter.kernel());
      },
    });
    const stream = await bridge.connectTcp(HOST, port);
    await jupyter.rest('DELETE', `kernels/${await jupyter.kernel()}`);
    await assert.rejects(readAll(stream), { name: 'ConnectionLostError' });
    const again = await connectAtLast(bridge, port);
    again.send(bytes('again'));
    assert.equal(String(await read(again, 5)), 'again');
    // The server may still name the kernel that goes; then it is asked once more.
    assert.deepEqual([reasons[0], ...new Set(reasons.slice(1))], ['first', 'lost']);
  });
});

/**
 * What a client does: again after each failure, as the bridge gives up attempt by attempt. The
 * bridge itself paces the attempts.
 */
async function connectAtLast(bridge: KernelBridge, port: number) {
  for (;;) {
    try {
      return await bridge.connectTcp(HOST, port);
    } catch (error) {
      assert.equal((error as Error).name, 'BridgeError');
      assert.equal(bridge.status.state, 'down');
    }
  }
}

describe('KernelBridge and a server that goes away', () => {
  let jupyter: Jupyter;
  before(async () => {
    jupyter = await Jupyter.start();
  });
  after(async () => {
    await cleanUp();
    await jupyter.stop();
  });

  it('says so, and comes back with the server', async () => {
    const { port } = await instrument(echo);
    const unreachable = state(
      ({ fault }) => fault?.message === 'the bridge kernel cannot be reached: fetch failed',
    );
    const bridge = bridgeOf(jupyter, { onStatus: unreachable.onStatus });
    const stream = await bridge.connectTcp(HOST, port);
    const reading = assert.rejects(readAll(stream), { name: 'ConnectionLostError' });
    await jupyter.halt();
    await reading;
    await assert.rejects(connectTwice(bridge, port), { name: 'BridgeError', stage: 'start' });
    await unreachable.promise;
    await jupyter.restart();
    const again = await connectAtLast(bridge, port);
    again.send(bytes('again'));
    assert.equal(String(await read(again, 5)), 'again');
  });
});

/** The first failure tries the old place once more; later ones ask where the kernel is. */
async function connectTwice(bridge: KernelBridge, port: number): Promise<void> {
  for (let i = 0; i < 2; i += 1) {
    await bridge.connectTcp(HOST, port).catch(() => undefined);
  }
  await bridge.connectTcp(HOST, port);
}

describe('KernelBridge where the policy asks', () => {
  let jupyter: Jupyter;
  before(async () => {
    jupyter = await Jupyter.start({
      bridgeConfig: 'c.LabwireBridge.default = "ask"\nc.LabwireBridge.lease_s = 2.0\n',
    });
  });
  after(async () => {
    await cleanUp();
    await jupyter.stop();
  });

  function asked(choice: 'once' | 'always' | 'no' | null) {
    const questions: BridgeQuestion[] = [];
    const settled: string[] = [];
    const bridge: KernelBridge = bridgeOf(jupyter, {
      onQuestion: question => {
        questions.push(question);
        if (choice !== null) {
          assert.ok(bridge.answer(question.id, choice));
        }
      },
      onQuestionSettled: id => settled.push(id),
    });
    return { bridge, questions, settled };
  }

  it('connects after a yes, without asking twice', async () => {
    const { port } = await instrument(echo);
    const { bridge, questions, settled } = asked('once');
    const asking: boolean[] = [];
    const onAsking = (now: boolean) => void asking.push(now);
    await Promise.all([
      // Which of the two is asked for is up to the bridge; the other may come after the answer.
      bridge.connectTcp('localhost', port, { onAsking }),
      bridge.connectTcp('localhost', port, { onAsking }),
    ]);
    assert.equal(questions.length, 1);
    const { id, endpoint, choices, message } = questions[0]!;
    assert.equal(endpoint, `localhost:${port}`);
    assert.deepEqual(choices, ['once', 'always', 'no']);
    assert.match(message, /localhost/);
    assert.deepEqual(settled, [id]);
    assert.deepEqual([asking[0], asking.at(-1)], [true, false]);
    assert.equal(bridge.answer(id, 'no'), false);
    await bridge.connectTcp('localhost', port);
    assert.equal(questions.length, 1);
  });

  it('is refused after a no', async () => {
    const { port } = await instrument(echo);
    const { bridge, questions, settled } = asked('no');
    await assert.rejects(bridge.connectTcp(HOST, port), {
      name: 'PolicyError',
      rule: 'answer no',
      endpoint: `127.0.0.1:${port}`,
    });
    assert.equal(settled.length, 1);
    await assert.rejects(bridge.connectTcp(HOST, port), { rule: 'answer no' });
    assert.equal(questions.length, 2);
  });

  it('withdraws the question when nobody waits any more', async () => {
    const { port } = await instrument(echo);
    const controller = new AbortController();
    const { bridge, questions, settled } = asked(null);
    const pending = bridge.connectTcp(HOST, port, {
      signal: controller.signal,
      onAsking: now => now && controller.abort(new Error('enough')),
    });
    await assert.rejects(pending, { message: 'enough' });
    assert.deepEqual(settled, [questions[0]!.id]);
  });

  it('gives its streams up when the bridge was out of reach for the lease', async () => {
    const { port } = await instrument(echo);
    const sockets = cuttable();
    let reachable = true;
    const bridge: KernelBridge = bridgeOf(jupyter, {
      WebSocket: sockets.WebSocket,
      onQuestion: question => bridge.answer(question.id, 'once'),
      locate: async () => {
        if (!reachable) {
          throw new Error('no network');
        }
        return jupyter.place(await jupyter.kernel());
      },
    });
    const stream = await bridge.connectTcp(HOST, port);
    reachable = false;
    await jupyter.halt();
    await assert.rejects(readAll(stream), { name: 'ConnectionLostError' });
    assert.deepEqual(bridge.streams, []);
  });
});

describe('KernelBridge without the binary subprotocol', () => {
  let jupyter: Jupyter;
  before(async () => {
    jupyter = await Jupyter.start({
      serverArgs: ['--ZMQChannelsWebsocketConnection.kernel_ws_protocol='],
    });
  });
  after(async () => {
    await cleanUp();
    await jupyter.stop();
  });

  it('carries bytes as text, and says so', async () => {
    const bridge = bridgeOf(jupyter);
    const source = await instrument(patternSource(8 * MIB));
    const down = await bridge.connectTcp(HOST, source.port);
    assert.equal(bridge.status.text, true);
    let at = 0;
    for await (const chunk of down.chunks) {
      assert.ok(pattern(at, chunk.length).equals(chunk), `around byte ${at}`);
      at += chunk.length;
    }
    assert.equal(at, 8 * MIB);
    const whole = pattern(0, 12 * MIB);
    const up = await bridge.connectTcp(HOST, (await instrument(digest)).port);
    up.send(whole);
    up.end();
    assert.equal(
      String(await readAll(up)),
      `${whole.length} ${createHash('sha256').update(whole).digest('hex')}`,
    );
    const stopped = await bridge.stopAll();
    assert.equal(stopped.streams, 1);
  });
});

describe('KernelBridge through a gateway', () => {
  let gateway: Jupyter;
  let front: Jupyter;
  before(async () => {
    gateway = await Jupyter.start();
    front = await Jupyter.start({
      serverArgs: [`--gateway-url=${gateway.url}`, `--GatewayClient.auth_token=${gateway.token}`],
    });
  });
  after(async () => {
    await cleanUp();
    await front?.stop();
    await gateway?.stop();
  });

  it('notices that binary frames are lost, and carries bytes as text', async () => {
    const bridge = bridgeOf(front);
    await answered(bridge);
    const whole = pattern(0, 2 * MIB);
    const up = await bridge.connectTcp(HOST, (await instrument(digest)).port);
    assert.equal(bridge.status.text, true);
    up.send(whole);
    up.end();
    assert.equal(
      String(await readAll(up)),
      `${whole.length} ${createHash('sha256').update(whole).digest('hex')}`,
    );
    const source = await instrument(patternSource(2 * MIB));
    assert.ok((await readAll(await bridge.connectTcp(HOST, source.port))).equals(whole));
  });
});

// Calls over real sockets.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { method, RpcServer, rpcTarget } from '../../servers/index.js';
import { PlatformClock } from '../../transports/index.js';
import { connectTcp, listenTcp, type TcpListener } from '../../transports/node/index.js';
import { NDArray, type PyValue, pyExact } from '../../values/index.js';
import { RpcClient } from '../index.js';
import { rejects } from './rpcbench.js';

const clock = new PlatformClock();

/** One server for all tests; `slow` ends when the test says. */
class Lab {
  finish: () => void = () => {};
  isAsked: () => void = () => {};
  readonly server = new RpcServer({
    targets: {
      osc: rpcTarget({
        methods: [
          method('echo(self, x)', null, args => args.get('x')),
          method(
            'slow(self)',
            null,
            () =>
              new Promise(resolve => {
                this.finish = () => resolve('done');
                this.isAsked();
              }),
          ),
        ],
      }),
    },
  });

  async listen(port = 0): Promise<TcpListener> {
    const listener = await listenTcp({ port });
    this.server.start(listener);
    return listener;
  }
}

function clientOf(port: number): RpcClient {
  return new RpcClient({
    connect: options => connectTcp({ ...options, host: '127.0.0.1', port }),
    clock,
  });
}

describe('RpcClient over TCP', () => {
  const lab = new Lab();
  after(() => lab.server.stop());

  it('calls one at a time and many at once', async () => {
    const { port } = await lab.listen();
    const client = clientOf(port);
    await client.connect();
    for (let i = 0; i < 100; i++) {
      assert.equal(await client.call('echo', [i / 2]), i / 2);
    }
    const values = Array.from({ length: 5000 }, (_, i) => BigInt(i));
    const answers = await Promise.all(values.map(value => client.call('echo', [value])));
    assert.deepEqual(answers, values);
    const array = NDArray.of(new Float64Array(300_000).map((_, i) => i));
    const arrays = await Promise.all(Array.from({ length: 6 }, () => client.call('echo', [array])));
    assert.ok(arrays.every(found => pyExact(found as PyValue, array)));
    await client.closeRpc();
  });

  it('hears at once that the server was killed in a call, and comes back', async () => {
    const killed = new Lab();
    const { port } = await killed.listen();
    const states: string[] = [];
    const isLive = { again: () => {} };
    const client = new RpcClient({
      connect: options => connectTcp({ ...options, host: '127.0.0.1', port }),
      clock,
      statusCb: status => {
        states.push(status.state);
        if (status.state === 'live') {
          isLive.again();
        }
      },
    });
    await client.connect();
    const asked = new Promise<void>(resolve => {
      killed.isAsked = resolve;
    });
    const slow = client.call('slow');
    const behind = client.call('echo', [1n]);
    await asked;
    const lost = Promise.all([
      rejects(slow, 'ConnectionLostError', /slow was sent and has no answer: /),
      rejects(behind, 'ConnectionLostError', /echo was sent and has no answer: /),
    ]);
    await killed.server.stop();
    await lost;
    killed.finish();

    const live = new Promise<void>(resolve => {
      isLive.again = resolve;
    });
    const next = new Lab();
    await next.listen(port);
    client.retryNow();
    await live;
    assert.equal(await client.call('echo', [2n]), 2n);
    assert.deepEqual([states[0], states.at(-1)], ['live', 'live']);
    await client.closeRpc();
    await next.server.stop();
  });

  it('opens and closes 1000 connections and leaves nothing behind', async () => {
    const { port } = await lab.listen();
    const once = async () => {
      const client = clientOf(port);
      await client.connect();
      assert.equal(await client.call('echo', [1n], {}, { deadlineMs: 60_000 }), 1n);
      await client.closeRpc();
    };
    // A client does not wait for its server: the last ends in its own time; what leaks never does.
    const reached = async (isThere: () => boolean) => {
      for (let turn = 0; turn < 10_000 && !isThere(); turn++) {
        await new Promise(resolve => setImmediate(resolve));
      }
    };
    const bare = resources();
    await once();
    await reached(() => isDeepStrictEqual(resources(), bare));
    const before = resources();
    for (let i = 0; i < 100; i++) {
      await Promise.all(Array.from({ length: 10 }, once));
    }
    await reached(() => isDeepStrictEqual(resources(), before));
    assert.deepEqual(resources(), before);
    assert.equal(lab.server.connectionCount, 0);
  });
});

/** What keeps the process alive, by kind; an `Immediate` is this test's own. */
function resources(): { [kind: string]: number } {
  const count: { [kind: string]: number } = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') {
      count[kind] = (count[kind] ?? 0) + 1;
    }
  }
  return count;
}

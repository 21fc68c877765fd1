import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, it } from 'node:test';
import { Subscriber } from '../../clients/index.js';
import { PlatformClock } from '../../transports/index.js';
import { connectTcp } from '../../transports/node/index.js';
import { type PyDict, parseAddress } from '../../values/index.js';
import { Child } from './child.js';

describe('labwire demolab', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`prints addresses and ready, publishes, and ends with 0 on ${signal}`, async () => {
      const lab = new Child(['demolab', '--port', '0']);
      const said = await lab.says(/^ready$/m);
      const lines = said.trimEnd().split('\n');
      const shapes = lines.map(line => line.replace(/127\.0\.0\.1:\d+/, 'HERE'));
      assert.deepEqual(shapes, [
        'sipyco+sync://HERE/datasets',
        'sipyco+sync://HERE/schedule',
        'sipyco+rpc://HERE/siggen',
        'sipyco+rpc://HERE/motor',
        'sipyco+rpc://HERE/dataset_db',
        'sipyco+rpc://HERE/schedule',
        'sipyco+rpc://HERE/faulty',
        'sipyco+rpc://HERE/unlistable',
        'sipyco+broadcast://HERE/progress',
        'sipyco+broadcast://HERE/log',
        'sipyco+log://HERE',
        'ready',
      ]);
      const [datasets = '', , siggen = ''] = lines;

      const { host, port, path } = parseAddress(datasets);
      const subscriber = new Subscriber({
        notifierName: path,
        connect: options => connectTcp({ host, port, ...options }),
        clock: new PlatformClock(),
      });
      await subscriber.connect({ deadlineMs: 20_000 });
      assert.ok((subscriber.target as PyDict).has('rabi.p'));
      await new Promise<void>(resolve => {
        subscriber.notifyCbs.push(mod => {
          if (mod.action === 'setitem' && mod.path[0] === 'rabi.p') {
            resolve();
          }
        });
      });
      const controllers = parseAddress(siggen);
      const caller = await connectTcp({ host: controllers.host, port: controllers.port });
      caller.send(new TextEncoder().encode('ARTIQ pc_rpc\n'));
      for await (const chunk of caller.chunks) {
        assert.match(new TextDecoder().decode(chunk), /^\{"targets":\[.*"siggen"/);
        break;
      }
      await caller.close();
      const ended = await lab.stop(signal);
      assert.deepEqual(ended, { code: 0, stdout: said, stderr: '' });
      await subscriber.close();
    });
  }

  it('names an address that can be reached when it listens everywhere', async () => {
    const lab = new Child(['demolab', '--port', '0', '--bind', '0.0.0.0']);
    assert.match(await lab.says(/^ready$/m), /^sipyco\+sync:\/\/127\.0\.0\.1:/);
    assert.equal((await lab.stop()).code, 0);
  });

  it('puts the controllers elsewhere when only the port after is taken', async () => {
    const { port: free, next: other } = await neighbours();
    const taken = free + 1;
    const lab = new Child(['demolab', '--port', String(free)]);
    const said = await lab.says(/^ready$/m);
    assert.match(said, new RegExp(`^sipyco\\+sync://127\\.0\\.0\\.1:${free}/datasets$`, 'm'));
    const [, port] = /^sipyco\+rpc:\/\/127\.0\.0\.1:(\d+)\/siggen$/m.exec(said) ?? [];
    assert.ok(port !== undefined && Number(port) !== taken);
    assert.equal((await lab.stop()).code, 0);
    other.close();
  });

  it('says so when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { code, stdout, stderr } = await new Child(['demolab', '--port', String(port)]).ended;
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`^labwire: .*127\\.0\\.0\\.1:${port}.*\\n`));
    other.close();
  });
});

/** A port that is free, and a server that has the next one. */
async function neighbours(): Promise<{ port: number; next: Server }> {
  for (;;) {
    const first = createServer().listen(0, '127.0.0.1');
    await once(first, 'listening');
    const address = first.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const next = createServer();
    const isFree = await new Promise<boolean>(resolve => {
      next.once('error', () => resolve(false));
      next.listen(port + 1, '127.0.0.1', () => resolve(true));
    });
    first.close();
    await once(first, 'close');
    if (isFree) {
      return { port, next };
    }
  }
}

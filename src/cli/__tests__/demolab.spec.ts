import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
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
      const [datasets = '', schedule = '', ready] = said.split('\n');
      assert.match(datasets, /^sipyco\+sync:\/\/127\.0\.0\.1:\d+\/datasets$/);
      assert.match(schedule, /^sipyco\+sync:\/\/127\.0\.0\.1:\d+\/schedule$/);
      assert.equal(ready, 'ready');

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

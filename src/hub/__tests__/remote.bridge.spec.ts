// Calls of a page through the bridge kernel: a person is asked first, and the audit hears of them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import WebSocket from 'ws';
import { RpcServer } from '../../servers/index.js';
import { Jupyter } from '../../transports/__tests__/jupyter.js';
import { PlatformClock, type WebSocketConstructor } from '../../transports/index.js';
import { listenTcp } from '../../transports/node/index.js';
import type { IPage } from '../api.js';
import { PageBridge } from '../bridge.js';
import { Demo } from '../demo.js';
import { Hub } from '../hub.js';
import { Bench, request } from './bench.js';

describe('calls through the bridge', () => {
  let jupyter: Jupyter;
  let server: RpcServer;
  let hub: Hub;
  let port: number;
  const bench = new Bench();
  const mistakes: unknown[] = [];

  before(async () => {
    jupyter = await Jupyter.start();
    server = new RpcServer({ targets: { bench: bench.target } });
    const listener = await listenTcp({ host: '127.0.0.1', port: 0 });
    port = listener.port;
    server.start(listener);
    const clock = new PlatformClock();
    const page: IPage = {
      openChannel: async () => {
        const kernelId = await jupyter.kernel();
        const { wsUrl, token = '' } = await jupyter.place(kernelId);
        return { wsUrl, kernelId, token };
      },
      policyAsked: () => assert.fail('loopback is allowed'),
      policySettled: () => {},
    };
    hub = new Hub({
      version: '0',
      clock,
      demo: new Demo(clock),
      makeBridge: (of, listens) =>
        new PageBridge({
          page: of,
          listener: listens,
          clock,
          WebSocket: WebSocket as unknown as WebSocketConstructor,
          client: 'labwire test',
          newSessionId: () => crypto.randomUUID(),
        }),
      defer: callback => void setImmediate(callback),
      report: error => mistakes.push(error),
    });
    await hub.start(page);
  });

  after(async () => {
    await hub?.bye();
    await server?.stop();
    await jupyter?.stop();
    assert.deepEqual(mistakes, []);
  });

  it('finds the server, describes it and calls it; the audit says who called what', async () => {
    const [answer] = await hub.probe(`127.0.0.1:${port}`);
    assert.deepEqual(answer?.names, ['bench']);
    const address = `${answer?.address}/bench`;
    assert.equal((await hub.describeTarget(address)).name, 'bench');
    for (const b of ['0.25', '0.5']) {
      const outcome = await hub.call(request('add', ['1'], { address, kwargs: [['b', b]] }));
      assert.equal(outcome.type, 'returned');
    }
    const file = join(jupyter.home, 'data', 'labwire', 'audit.jsonl');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const called = lines.map(line => JSON.parse(line)).find(({ method }) => method === 'bench.add');
    assert.equal(called.endpoint, `127.0.0.1:${port}`);
    assert.equal(called.detail, '1, b=0.25');
    assert.match(JSON.stringify(called), /labwire test/);
  });

  it('ends its calls when the page goes', async () => {
    const address = `sipyco+rpc://127.0.0.1:${port}/bench`;
    const outcome = hub.call(request('wait', [], { address }));
    await bench.waiting;
    await hub.bye();
    const ended = await outcome;
    assert.equal(ended.type === 'failed' && ended.fault.name, 'ClosedError');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BestEffortClient, type BestEffortClientOptions } from '../index.js';
import { RpcBench, rejects, settled } from './rpcbench.js';

/** A client of `bench`, and what it warned of. */
function bestEffort(
  bench: RpcBench,
  options: Partial<BestEffortClientOptions> = {},
): [BestEffortClient, string[]] {
  const warnings: string[] = [];
  const client = new BestEffortClient({
    ...bench.options,
    target: 'osc',
    reportWarning: message => warnings.push(message),
    ...options,
  });
  return [client, warnings];
}

describe('BestEffortClient', () => {
  it('gives null before the first connection, warns once, and connects in the background', async () => {
    const bench = new RpcBench();
    const [client, warnings] = bestEffort(bench);
    assert.equal(await client.remote.anything!(1n), null); // not even started
    const connected = client.connect();
    await settled();
    assert.equal(await client.call('ping'), null);
    for (let i = 0; i < 9; i++) {
      bench.clock.turn(100); // attempts fail meanwhile
      await settled();
    }
    bench.clock.turn(100);
    assert.equal(await connected, false);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /^calls return null until the server is back: /);
    const server = bench.serve();
    client.retryNow();
    await settled();
    assert.equal(await client.connect(), true);
    assert.equal(await client.remote.ping!(), true);
    assert.equal(warnings.length, 1);
    await client.closeRpc();
    await server.stop();
  });

  it('connects in time where it can', async () => {
    const bench = new RpcBench();
    const server = bench.serve();
    const [client, warnings] = bestEffort(bench);
    assert.equal(await client.connect(), true);
    assert.equal(bench.clock.pending, 0);
    assert.deepEqual(bench.states, ['live']);
    assert.deepEqual(warnings, []);
    await client.closeRpc();
    await server.stop();
  });

  it('gives null for what was under way, and warns once per outage', async () => {
    const bench = new RpcBench();
    const server = bench.serve();
    const [client, warnings] = bestEffort(bench);
    await client.connect();
    for (let outage = 1; outage <= 2; outage++) {
      const slow = client.call('slow');
      await settled();
      bench.link!.lose('cable pulled');
      assert.equal(await slow, null);
      assert.equal(await client.call('ping'), null);
      assert.equal(warnings.length, outage);
      assert.match(warnings[outage - 1]!, /cable pulled$/);
      bench.oscillator.finish();
      client.retryNow();
      await settled();
      assert.equal(await client.call('ping'), true);
    }
    await client.closeRpc();
    await server.stop();
  });

  it('passes on what the server says, and what is wrong with a call', async () => {
    const bench = new RpcBench();
    const server = bench.serve();
    const [client] = bestEffort(bench);
    await client.connect();
    await rejects(client.call('fail'), 'RemoteError', /^ValueError: frequency out of range$/);
    await rejects(client.call('nope'), 'LocalProtocolError', /has no method "nope"$/);
    assert.equal(client.remote.nope, undefined);
    await client.closeRpc();
    await rejects(client.call('ping'), 'ClosedError', /was closed$/);
    await rejects(client.connect(), 'ClosedError', /was closed$/);
    await server.stop();
  });

  it('lets go of who waits for a connection when it is closed', async () => {
    const bench = new RpcBench();
    const [client] = bestEffort(bench);
    const connected = client.connect();
    await settled();
    await client.closeRpc();
    assert.equal(await connected, false);
    assert.equal(bench.clock.pending, 0);
  });
});

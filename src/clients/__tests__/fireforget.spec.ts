import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FFProxy } from '../index.js';
import { RpcBench, settled } from './rpcbench.js';

describe('FFProxy', () => {
  it('returns at once, drops what comes meanwhile, and tells what failed', async () => {
    const bench = new RpcBench();
    const server = bench.serve();
    const client = bench.client();
    await client.connect();
    const warnings: string[] = [];
    const proxy = new FFProxy(client, { reportWarning: message => warnings.push(message) });
    await proxy.ffJoin();

    assert.equal(proxy.remote.slow!(), undefined);
    await settled();
    proxy.remote.add!(1n);
    proxy.call('add', [2n]);
    assert.deepEqual(warnings, [
      'skipped the call of add: the one before it is not complete',
      'skipped the call of add: the one before it is not complete',
    ]);
    bench.oscillator.finish();
    await proxy.ffJoin();
    assert.deepEqual(bench.oscillator.asked, []);

    proxy.call('add', [3n], { b: 1n });
    await proxy.ffJoin();
    assert.deepEqual(bench.oscillator.asked, [3n]);

    proxy.remote.fail!();
    await proxy.ffJoin();
    assert.equal(warnings[2], 'fail was called and failed: ValueError: frequency out of range');
    proxy.call('ping'); // a failure does not keep it busy
    await proxy.ffJoin();
    assert.equal(warnings.length, 3);

    assert.throws(() => proxy.call('nope'), {
      name: 'LocalProtocolError',
      message: 'the target has no method "nope"',
    });
    assert.equal(proxy.remote.nope, undefined);
    await client.closeRpc();
    await server.stop();
  });

  it('goes on where the one who hears warnings throws', async t => {
    const told = t.mock.method(console, 'error', () => {});
    const bench = new RpcBench();
    const server = bench.serve();
    const client = bench.client();
    await client.connect();
    const reason = new Error('no window to show it in');
    const proxy = new FFProxy(client, {
      reportWarning: () => {
        throw reason;
      },
    });
    proxy.call('fail');
    proxy.call('ping'); // skipped, which is told as well
    await proxy.ffJoin();
    proxy.call('add', [4n]);
    await proxy.ffJoin();
    assert.deepEqual(bench.oscillator.asked, [4n]);
    const line = ['labwire: reportWarning threw:', reason];
    assert.deepEqual(
      told.mock.calls.map(call => call.arguments),
      [line, line],
    );
    await client.closeRpc();
    await server.stop();
  });
});

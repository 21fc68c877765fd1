import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dict, int } from '../../values/index.js';
import { method, remoteExecTargets, rpcTarget } from '../index.js';
import { RpcBench } from './rpcbench.js';

/** What the recorded session adds as Python code, registered by the owner instead. */
function functions() {
  let calls = 0n;
  return [
    method('span(n, k=2)', null, args =>
      Array.from({ length: Number(args.int('n')) }, (_, i) => int(i) * args.int('k')),
    ),
    method('count()', null, () => {
      calls += 1n;
      return calls;
    }),
  ];
}

describe('remoteExecTargets', () => {
  const camera = rpcTarget({ methods: [method('open(self)', null, () => true)] });
  const open = () => new RpcBench({ targets: remoteExecTargets('cam', camera, functions) });

  it('offers the driver, and the registered functions beside it', async () => {
    const bench = open();
    assert.deepEqual(await (await bench.open('cam')).call('open'), { ret: true });
    const rexec = await bench.open('cam_rexec');
    assert.deepEqual(await rexec.call('call', ['span', 3n]), { ret: [0n, 2n, 4n] });
    assert.deepEqual(await rexec.call('call', ['span', 2n], dict({ k: 5n })), { ret: [0n, 5n] });
    await bench.server.stop();
  });

  it('keeps the functions of each connection apart', async () => {
    const bench = open();
    const [a, b] = [await bench.open('cam_rexec'), await bench.open('cam_rexec')];
    await a.call('call', ['count']);
    assert.deepEqual(await a.call('call', ['count']), { ret: 2n });
    assert.deepEqual(await b.call('call', ['count']), { ret: 1n });
    await bench.server.stop();
  });

  it('refuses Python, and says what there is instead', async () => {
    const bench = open();
    const rexec = await bench.open('cam_rexec');
    assert.deepEqual(await rexec.call('add_code', ['import os']), {
      class: 'NotImplementedError',
      message: 'this server runs no Python code; functions that can be called: span, count',
    });
    await bench.server.stop();
  });

  it('answers for a function that is not there, or called wrongly, as Python does', async () => {
    const bench = open();
    const rexec = await bench.open('cam_rexec');
    assert.deepEqual(await rexec.call('call', ['missing']), {
      class: 'KeyError',
      message: "'missing'",
    });
    assert.deepEqual(await rexec.call('call', ['constructor']), {
      class: 'KeyError',
      message: "'constructor'",
    });
    assert.deepEqual(await rexec.call('call', [1n]), { class: 'KeyError', message: '1' });
    assert.deepEqual(await rexec.call('call', ['span']), {
      class: 'TypeError',
      message: "span() missing 1 required positional argument: 'n'",
    });
    await bench.server.stop();
  });
});

// Against a program that shares nothing with us: pc_rpc in plain Python, over TCP.

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PlatformClock } from '../../transports/index.js';
import { connectTcp } from '../../transports/node/index.js';
import { dict, NDArray, type PyValue, pyExact, RemoteError, tuple } from '../../values/index.js';
import { kwargs, RpcClient, type RpcClientOptions } from '../index.js';
import { rejects } from './rpcbench.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PYTHON = process.env.LABWIRE_PYTHON ?? 'python3';
const version = spawnSync(PYTHON, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']);
const skip = version.status === 0 ? false : `${PYTHON} is not Python 3.10 or newer`;
const clock = new PlatformClock();

/** tests/peers/rpc_server.py, told what to do line by line. */
class Peer {
  static readonly all: Peer[] = [];
  private readonly _process: ChildProcessWithoutNullStreams;
  private readonly _lines: AsyncIterator<string>;
  private _stderr = '';

  constructor(...args: string[]) {
    this._process = spawn(PYTHON, ['-m', 'tests.peers.rpc_server', ...args], { cwd: ROOT });
    this._process.stderr.setEncoding('utf8').on('data', text => {
      this._stderr += text;
    });
    this._lines = createInterface(this._process.stdout)[Symbol.asyncIterator]();
    Peer.all.push(this);
  }

  async line(): Promise<string> {
    const { value, done } = await this._lines.next();
    assert.ok(done !== true, `the peer ended: ${this._stderr}`);
    return value;
  }

  /** A client of it, connected. */
  async client(options: Partial<RpcClientOptions> = {}): Promise<RpcClient> {
    const port = Number((await this.line()).slice('port '.length));
    const connect = { host: '127.0.0.1', port };
    const client = new RpcClient({
      connect: options => connectTcp({ ...options, ...connect }),
      clock,
      ...options,
    });
    await client.connect();
    return client;
  }

  async asked(line: string): Promise<string> {
    this._process.stdin.write(`${line}\n`);
    return this.line();
  }

  kill(): void {
    this._process.kill('SIGKILL');
  }
}

after(() => {
  for (const peer of Peer.all) {
    peer.kill();
  }
});

async function echoes(client: RpcClient, value: PyValue): Promise<void> {
  assert.ok(pyExact(await client.call('echo', [value]), value));
}

describe('RpcClient, with a server in Python', { skip }, () => {
  for (const [name, args] of [
    ['as SiPyCo 1.10', []],
    ['as SiPyCo 1.9', ['--old']],
  ] as const) {
    it(`calls ${name}`, async () => {
      const client = await new Peer(...args).client();
      assert.equal(await client.remote.set_freq!(0n, 2e6, kwargs({ phase: 0.5 })), 2e6);
      assert.equal(await client.call('get_freq', [0n]), 2e6);
      await echoes(client, dict([[tuple(1n, 'x'), [1, -0.0, null, true, 2n ** 70n]]]));
      const zeros = NDArray.of(new Float64Array(100_000));
      assert.ok(pyExact(await client.call('ramp', [100_000n]), zeros));

      const sums = Array.from({ length: 200 }, (_, i) =>
        i === 49 ? client.call('set_freq', [0n, 1]) : client.call('add', [BigInt(i), 1n]),
      );
      for (const [i, sum] of (await Promise.allSettled(sums)).entries()) {
        if (sum.status === 'rejected') {
          assert.equal(i, 49);
          assert.equal(sum.reason.message, 'ValueError: frequency out of range: 1 Hz');
        } else {
          assert.equal(sum.value, BigInt(i) + 1n);
        }
      }
      const fault = await rejects(client.call('fail'), 'RemoteError', /LabFault: laser unlocked$/);
      assert.ok(fault instanceof RemoteError && fault.remoteTraceback.length > 0);
      await rejects(client.call('opaque'), 'RemoteError', /^TypeError: /);

      const list = await client.getRpcMethodList();
      assert.equal(list.error, null);
      assert.deepEqual(list.methods.get('set_freq')?.argspec.kwonlyargs, ['phase']);
      await client.closeRpc();
    });
  }

  it('reads the answers of many large requests while it writes', async () => {
    const client = await new Peer().client();
    const array = NDArray.of(new Float64Array(200_000));
    const found = await Promise.all(Array.from({ length: 8 }, () => client.call('echo', [array])));
    assert.ok(found.every(one => pyExact(one, array)));
    await client.closeRpc();
  });

  it('calls as small boards do', async () => {
    const client = await new Peer('--micro').client();
    assert.equal(await client.call('ping'), true);
    assert.equal(await client.call('add', [1n, 2n]), 3n);
    await rejects(client.call('get_freq', [9n]), 'RemoteError', /9/);
    await client.closeRpc();
  });

  it('comes back when it was cut off, and calls nothing twice', async () => {
    const peer = new Peer('--targets', 'osc', 'shutter');
    let isLive = () => {};
    const client = await peer.client({
      target: 'shutter',
      statusCb: status => status.state === 'live' && isLive(),
    });
    assert.equal(await client.call('ping'), true);
    const calls = Number(await peer.asked('calls'));
    const live = new Promise<void>(resolve => {
      isLive = resolve;
    });
    const cut = rejects(client.call('later', [3600, 1n]), 'ConnectionLostError', /later was sent/);
    while (Number(await peer.asked('calls')) === calls) {
      // not there yet
    }
    await peer.asked('drop');
    await cut;
    client.retryNow();
    await live;
    assert.equal(client.getSelectedTarget(), 'shutter');
    const list = await client.getRpcMethodList(); // a call would wait for the one that was cut off
    assert.equal(list.error, null);
    assert.equal(Number(await peer.asked('calls')), calls + 1);
    await client.closeRpc();
  });
});

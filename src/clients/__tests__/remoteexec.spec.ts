import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PyValue } from '../../values/index.js';
import { connectGlobalRpc, type IRpcCallable, kwargs, RemoteExecClient } from '../index.js';
import { RpcBench, rejects } from './rpcbench.js';

const TARGETS = '{"targets":["cam","cam_rexec"],"description":null,"features":["pyon_v2"]}\n';
const METHODS = '{"__jsonclass__":["set",[["add_code","call"]]]}\n';

/** What would be called. */
class Recorded implements IRpcCallable {
  readonly methods = new Set(['add_code', 'call']);
  readonly codes: PyValue[] = [];
  host: string | null = '192.168.1.5';

  call(_name: string, args: readonly PyValue[] = []): Promise<PyValue> {
    this.codes.push(args[0]!);
    return Promise.resolve(null);
  }

  getLocalHost(): string | null {
    return this.host;
  }
}

describe('RemoteExecClient', () => {
  it('adds code, and calls its functions, byte for byte as SiPyCo does', async () => {
    const bench = new RpcBench();
    const accept = bench.accept();
    const rpc = bench.client({ target: 'cam_rexec' });
    const opened = rpc.connect();
    const server = await accept();
    await server.line();
    server.say(TARGETS);
    assert.equal(await server.line(), 'cam_rexec pyon_v2');
    server.say(METHODS);
    await opened;
    const rexec = new RemoteExecClient(rpc);
    const added = rexec.addCode('def span(n, k=2):\n    return [0, k]\n');
    assert.equal(
      await server.line(),
      '{"action":"call","name":"add_code","args":{"__jsonclass__":["tuple",' +
        '[["def span(n, k=2):\\n    return [0, k]\\n"]]]},"kwargs":{}}',
    );
    server.say('{"status":"ok","ret":null}\n');
    await added;
    const called = rexec.call('span', 2n, kwargs({ k: 5n }));
    assert.equal(
      await server.line(),
      '{"action":"call","name":"call","args":{"__jsonclass__":["tuple",[["span",2]]]},"kwargs":{"k":5}}',
    );
    server.say('{"status":"ok","ret":[0,5]}\n');
    assert.deepEqual(await called, [0n, 5n]);
    const missing = rexec.call('missing');
    server.say(
      '{"status":"failed","exception":{"class":"KeyError","message":"\'missing\'","traceback":[]}}\n',
    );
    await rejects(missing, 'RemoteError', /^KeyError: 'missing'$/);
    await rpc.closeRpc();
  });
});

describe('connectGlobalRpc', () => {
  it("opens a client of today's dataset database, on our computer", async () => {
    const rpc = new Recorded();
    await connectGlobalRpc(new RemoteExecClient(rpc));
    assert.deepEqual(rpc.codes, [
      'import sipyco.pc_rpc\n' +
        "if 'dataset_db' not in globals():\n" +
        "    globals()['dataset_db'] = sipyco.pc_rpc.Client('192.168.1.5', 3251, 'dataset_db')\n",
    ]);
  });

  it('writes texts that nothing can end early', async () => {
    const rpc = new Recorded();
    const host = '::1\', 1, "x")\n\\';
    const options = { host, port: 7, target: "o'clock", name: '_db' };
    await connectGlobalRpc(new RemoteExecClient(rpc), options);
    assert.equal(
      String(rpc.codes[0]).split('\n')[2],
      `    globals()['_db'] = sipyco.pc_rpc.Client('::1\\', 1, "x")\\n\\\\', 7, "o'clock")`,
    );
  });

  it('refuses what no Python could mean', async () => {
    const rpc = new Recorded();
    const rexec = new RemoteExecClient(rpc);
    await assert.rejects(connectGlobalRpc(rexec, { port: 0 }), {
      name: 'RangeError',
      message: 'port 0 is not from 1 to 65535',
    });
    await assert.rejects(connectGlobalRpc(rexec, { name: 'a b' }), {
      name: 'RangeError',
      message: '"a b" is not a name of a variable',
    });
    rpc.host = null;
    await assert.rejects(connectGlobalRpc(rexec), {
      name: 'TypeError',
      message: 'this connection does not tell its own address: name the host',
    });
    assert.deepEqual(rpc.codes, []);
  });
});

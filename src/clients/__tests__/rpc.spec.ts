import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { method, rpcTarget } from '../../servers/index.js';
import {
  dict,
  type LimitError,
  type LocalProtocolError,
  NDArray,
  pyExact,
  RemoteError,
  tuple,
} from '../../values/index.js';
import { AutoTarget, kwargs, RpcClient } from '../index.js';
import { IDENTITY, OK, RpcBench, rejects, served, settled, spoken } from './rpcbench.js';

describe('RpcClient', () => {
  it('calls methods of the only target', async () => {
    const { bench, server, client } = await served({ description: 'bench oscillator' });
    assert.equal(client.status.state, 'live');
    assert.equal(client.getSelectedTarget(), 'osc');
    assert.deepEqual(client.getRpcId(), {
      targets: ['osc'],
      description: 'bench oscillator',
      features: ['pyon_v2'],
    });
    assert.ok(client.methods.has('add'));
    assert.equal(await client.call('ping'), true);
    assert.equal(await client.call('add', [1n]), 3n);
    assert.equal(await client.call('add', [1n], { b: 5n }), 6n);
    assert.equal(await client.call('add', [1n], dict({ b: 6n })), 7n);
    const value = dict([[tuple(1n, 'x'), NDArray.of(new Float64Array([1, 2]))]]);
    assert.ok(pyExact(await client.call('echo', [value]), value));
    assert.deepEqual(bench.states, ['live']);
    assert.equal(bench.clock.pending, 0); // a call without a deadline needs no timer
    assert.ok(client.receivedBytes > 100);
    await client.closeRpc();
    await server.stop();
  });

  it('speaks version 1 where that is all there is, or is asked for', async () => {
    for (const [features, pyon] of [
      [[], 'best'],
      [['pyon_v2'], 1],
    ] as const) {
      const { server, client } = await served({ features }, { pyon });
      assert.ok(pyExact(await client.call('echo', [tuple(1n, 1)]), tuple(1n, 1)));
      await client.closeRpc();
      await server.stop();
    }
  });

  it('speaks with the small servers that write repr, and say an exception in one text', async () => {
    const { server, client } = await spoken({}, "{'targets': ['osc'], 'description': 'pico'}\n");
    const answer = client.call('ping');
    assert.equal(
      await server.line(),
      '{"action": "call", "name": "ping", "args": (), "kwargs": {}}',
    );
    server.say("{'status': 'ok', 'ret': None}\n");
    assert.equal(await answer, null);
    const failed = client.call('ping');
    await server.line();
    server.say("{'status': 'failed', 'exception': 'no lock'}\n");
    const error = await rejects(failed, 'RemoteError', /^no lock$/);
    assert.deepEqual((error as RemoteError).remoteTraceback, []);
    await client.closeRpc();
  });

  it('tells what a method raised: class, message, traceback by the line', async () => {
    const { server, client } = await spoken();
    const failed = client.call('ping');
    await server.line();
    server.say(
      '{"status":"failed","exception":{"class":"exec","message":"1/0","traceback":' +
        '["  File \\"a.py\\", line 1, in f\\n    g()\\n","  File \\"a.py\\", line 2, in g\\n"]}}\n',
    );
    const error = await rejects(failed, 'RemoteError', /^exec: 1\/0$/);
    assert.ok(error instanceof RemoteError);
    assert.equal(error.remoteClass, 'exec');
    assert.equal(error.remoteMessage, '1/0');
    assert.deepEqual(error.remoteTraceback, [
      '  File "a.py", line 1, in f\n',
      '    g()\n',
      '  File "a.py", line 2, in g\n',
    ]);
    const own = client.call('ping');
    server.say(
      '{"status":"failed","exception":{"class":"GenericRemoteException",' +
        '"message":"lab.LaserFault: unlocked","traceback":[]}}\n',
    );
    await rejects(own, 'RemoteError', /^lab\.LaserFault: unlocked$/);
    const empty = client.call('ping');
    server.say('{"status":"failed","exception":{"class":"KeyboardInterrupt","message":""}}\n');
    await rejects(empty, 'RemoteError', /^KeyboardInterrupt$/);
    assert.equal(client.status.state, 'live');
    await client.closeRpc();
  });

  it('has many calls under way, and the 50th may fail', async () => {
    const { server, client } = await served();
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) =>
        i === 49 ? client.call('fail') : client.call('add', [BigInt(i)]),
      ),
    );
    for (const [i, answer] of answers.entries()) {
      if (i === 49) {
        assert.equal(answer.status, 'rejected');
        assert.equal(answer.reason.message, 'ValueError: frequency out of range');
      } else {
        assert.deepEqual(answer, { status: 'fulfilled', value: BigInt(i) + 2n });
      }
    }
    await client.closeRpc();
    await server.stop();
  });

  it('writes the requests of one turn together, in their order', async () => {
    const { bench, server, client } = await spoken();
    const sizes: number[] = [];
    const send = bench.link!.send.bind(bench.link);
    bench.link!.send = chunk => {
      sizes.push(chunk.length);
      send(chunk);
    };
    const answers = Array.from({ length: 1000 }, (_, i) => client.call('ping', [BigInt(i)]));
    for (let i = 0; i < 1000; i++) {
      assert.match(await server.line(), new RegExp(`\\[\\[${i}\\]\\]`));
      server.say(OK);
    }
    await Promise.all(answers);
    assert.ok(sizes.length <= 3, `1000 requests in ${sizes.length} writes`);
    await client.closeRpc();
  });

  it('selects once, later, when it was opened without a target', async () => {
    const bench = new RpcBench();
    const other = rpcTarget({ methods: [method('open(self)', null, () => 'open')] });
    const server = bench.serve({ targets: { osc: bench.oscillator.target, shutter: other } });
    const client = bench.client({ target: null });
    await client.connect();
    assert.equal(client.status.state, 'live');
    assert.equal(client.getSelectedTarget(), null);
    assert.equal(client.methods.size, 0);
    await rejects(client.call('open'), 'LocalProtocolError', /^lab: no target is selected$/);
    await rejects(
      client.selectRpcTarget('laser'),
      'LocalProtocolError',
      /^lab: no target "laser", valid target name\(s\): osc shutter$/,
    );
    await client.selectRpcTarget('shutter'); // the connection is as it was
    assert.equal(client.getSelectedTarget(), 'shutter');
    assert.equal(await client.call('open'), 'open');
    await rejects(client.selectRpcTarget('osc'), 'LocalProtocolError', /select cannot be sent now/);

    bench.link!.lose();
    await settled();
    assert.equal(client.getSelectedTarget(), null);
    bench.clock.turn(100);
    await settled();
    assert.equal(client.getSelectedTarget(), 'shutter'); // the same again
    assert.equal(await client.call('open'), 'open');
    await client.closeRpc();
    await server.stop();
  });

  it('names the targets where it cannot choose', async () => {
    const cases = [
      [AutoTarget, ['a', 'b'], /^lab: Server has multiple targets: a b$/],
      ['laser', ['a', 'b'], /^lab: no target "laser", valid target name\(s\): a b$/],
      [AutoTarget, [], /^lab: the server has no target$/],
      ['laser', [], /^lab: no target "laser", valid target name\(s\): there is none$/],
    ] as const;
    for (const [target, targets, message] of cases) {
      const bench = new RpcBench();
      const accept = bench.accept();
      const client = bench.client({ target });
      const opened = client.connect();
      const server = await accept();
      await server.line();
      server.say(`${JSON.stringify({ targets, description: null, features: [] })}\n`);
      await rejects(opened, 'LocalProtocolError', message);
      assert.equal(client.status.state, 'failed');
      await client.closeRpc();
    }
  });

  it('refuses a name that the server did not say', async () => {
    const { server, client } = await served();
    const error = await rejects(
      client.call('pong'),
      'LocalProtocolError',
      /^lab: osc has no method "pong"$/,
    );
    assert.equal((error as LocalProtocolError).hint, 'It has: add, echo, fail, ping, slow.');
    await client.closeRpc();
    await server.stop();
  });

  it('refuses an argument without a form, or too large, before it is sent', async () => {
    const { bench, server, client } = await served();
    const large = await rejects(
      client.call('echo', [NDArray.of(new Float64Array(500_000))]),
      'LimitError',
      /the request is \d+ bytes long, SiPyCo servers read 4194304/,
    );
    assert.equal((large as LimitError).limit, 'requestBytes');
    await rejects(
      client.call('echo', [[dict({ __jsonclass__: 1n })]]),
      'EncodeError',
      /args\[0\]\[0\]/,
    );
    assert.equal(await client.call('add', [1n]), 3n);
    assert.deepEqual(bench.states, ['live']);
    await client.closeRpc();
    await server.stop();
  });

  it('takes a reply of 60 MB', async () => {
    const bench = new RpcBench();
    const picture = NDArray.of(new Float64Array(5_600_000));
    const target = rpcTarget({ methods: [method('grab(self)', null, () => picture)] });
    const server = bench.serve({ targets: { osc: target } });
    const client = bench.client();
    await client.connect();
    const found = await client.call('grab');
    assert.ok(client.receivedBytes > 59_000_000);
    assert.ok(pyExact(found, picture));
    await client.closeRpc();
    await server.stop();
  });

  it('rejects when nothing listens, and may be asked again', async () => {
    const bench = new RpcBench();
    const client = bench.client();
    await rejects(client.call('ping'), 'ConnectionLostError', /is not connected yet$/);
    assert.throws(() => client.getRpcId(), { name: 'ConnectionLostError' });
    await rejects(client.connect(), 'ConnectError', /nothing listens at lab/);
    const server = bench.serve();
    await client.connect();
    await rejects(client.connect(), 'LocalProtocolError', /^the RPC client is open already$/);
    await client.closeRpc();
    await server.stop();
  });

  it('rejects what is under way when it is closed, and all that comes after', async () => {
    const { bench, server, client } = await served({}, { target: 'osc' });
    const slow = client.call('slow', [], {}, { deadlineMs: 1000 });
    await settled();
    const closed = client.closeRpc();
    await rejects(slow, 'ClosedError', /^the RPC client of osc was closed$/);
    await rejects(client.call('ping'), 'ClosedError', /was closed$/);
    await rejects(client.selectRpcTarget('osc'), 'ClosedError', /was closed$/);
    await rejects(client.getRpcMethodList(), 'ClosedError', /was closed$/);
    await closed;
    await client.closeRpc();
    assert.equal(bench.clock.pending, 0);
    assert.deepEqual(bench.states, ['live', 'closed']);
    assert.throws(() => client.start(), { name: 'ClosedError' });
    bench.oscillator.finish();
    await server.stop();
  });
});

describe('RpcClient, given up', () => {
  it('keeps the place of a call, and drops its late answer', async () => {
    const { bench, server, client } = await spoken();
    const late = client.call('slow', [], {}, { deadlineMs: 500 });
    const controller = new AbortController();
    const aborted = client.call('slow', [], {}, { signal: controller.signal });
    const next = client.call('ping');
    bench.clock.turn(499);
    bench.clock.turn(1);
    await rejects(late, 'DeadlineError', /^no answer to slow within 500 ms$/);
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await assert.rejects(aborted, error => error === reason);
    assert.equal(bench.clock.pending, 0);
    for (const ret of ['"late"', '"aborted"', '"next"']) {
      server.say(`{"status":"ok","ret":${ret}}\n`);
    }
    assert.equal(await next, 'next');
    await client.closeRpc();
  });

  it('says of a later call what it waits behind, as long as it does', async () => {
    const { bench, server, client } = await spoken();
    const slow = client.call('slow', [], {}, { deadlineMs: 100 });
    const first = client.call('ping', [], {}, { deadlineMs: 200 });
    const second = client.call('ping', [], {}, { deadlineMs: 300 });
    assert.equal(client.abandoned, null);
    bench.clock.turn(100);
    await rejects(slow, 'DeadlineError', /^no answer to slow within 100 ms$/);
    assert.equal(client.abandoned, 'slow');
    bench.clock.turn(100);
    const behind = 'it waits behind slow, which was given up and still runs';
    await rejects(
      first,
      'DeadlineError',
      new RegExp(`^no answer to ping within 200 ms: ${behind}$`),
    );
    server.say('{"status":"ok","ret":"late"}\n{"status":"ok","ret":"late too"}\n');
    await settled();
    assert.equal(client.abandoned, null);
    bench.clock.turn(100);
    await rejects(second, 'DeadlineError', /^no answer to ping within 300 ms$/);
    await client.closeRpc();
    assert.equal(client.abandoned, null);
  });

  it('sends nothing for a signal that has fired, and stops the timers of what is answered', async () => {
    const { bench, server, client } = await served();
    const reason = new Error('no');
    const signal = AbortSignal.abort(reason);
    const refused = client.call('add', [7n], {}, { signal });
    await assert.rejects(refused, error => error === reason);
    assert.equal(await client.call('add', [8n], {}, { deadlineMs: 10 }), 10n);
    assert.deepEqual(bench.oscillator.asked, [8n]);
    assert.equal(bench.clock.pending, 0);
    await client.closeRpc();
    await server.stop();
  });

  it('says that a server did not finish its handshake in time', async () => {
    const bench = new RpcBench();
    const accept = bench.accept();
    const client = bench.client({ target: 'osc' });
    const opened = client.connect({ deadlineMs: 300 });
    (await accept()).say(IDENTITY);
    await settled();
    bench.clock.turn(300);
    await rejects(
      opened,
      'DeadlineError',
      /^the RPC client of osc was not connected within 300 ms$/,
    );
    await client.closeRpc();
  });
});

describe('RpcClient.remote', () => {
  it('calls by name, keyword arguments last', async () => {
    const { server, client } = await served();
    assert.equal(await client.remote.add!(1n, kwargs({ b: 4n })), 5n);
    assert.equal(await client.remote.add!(1n, kwargs(dict({ b: 5n }))), 6n);
    assert.equal(client.remote.add, client.remote.add);
    await assert.rejects(
      async () => client.remote.add!(kwargs({ b: 1n }), 1n),
      new TypeError('kwargs() is argument 1 of 2, it must be the last'),
    );
    await client.closeRpc();
    await server.stop();
  });

  it('can be typed', async () => {
    const bench = new RpcBench();
    const server = bench.serve();
    const client = new RpcClient<{ add(a: bigint): Promise<bigint> }>(bench.options);
    await client.connect();
    const sum: bigint = await client.remote.add(1n);
    assert.equal(sum, 3n);
    await client.closeRpc();
    await server.stop();
  });

  it('has what the server named, and nothing that JavaScript asks for by itself', async () => {
    const bench = new RpcBench();
    const accept = bench.accept();
    const client = bench.client();
    assert.equal(typeof client.remote.anything, 'function'); // not known yet
    assert.equal(client.remote.then, undefined);
    assert.equal(client.remote.toString, undefined);
    await rejects(client.remote.anything!(), 'ConnectionLostError', /is not connected yet$/);
    const opened = client.connect();
    const server = await accept();
    await server.line();
    server.say(IDENTITY);
    await server.line();
    server.say('{"__jsonclass__":["set",[["ping","then","toJSON","toString","_x","__init__"]]]}\n');
    await opened;
    assert.deepEqual(Object.keys(client.remote), ['ping', 'toString', '_x']);
    assert.ok('ping' in client.remote);
    assert.ok(!('valueOf' in client.remote));
    for (const name of ['then', 'toJSON', '__init__', 'anything', '__proto__', 'constructor']) {
      assert.equal(client.remote[name], undefined, name);
    }
    assert.equal(Reflect.get(client.remote, Symbol.toPrimitive), undefined);
    assert.equal(JSON.stringify({ a: client.remote }), '{"a":{}}');
    assert.equal(await Promise.resolve(client.remote), client.remote);
    assert.throws(() => Object.assign(client.remote, { ping: 1 }), TypeError);
    const answer = client.call('then'); // there is a way
    assert.match(await server.line(), /"name":"then"/);
    server.say(OK);
    assert.equal(await answer, null);
    await client.closeRpc();
  });
});

describe('RpcClient.getRpcMethodList', () => {
  it('has signatures and docstrings', async () => {
    const { server, client } = await served({ builtinTerminate: true });
    const list = await client.getRpcMethodList();
    assert.equal(list.error, null);
    assert.equal(list.docstring, 'A bench oscillator.');
    assert.deepEqual(
      [...list.methods.keys()],
      ['add', 'echo', 'fail', 'ping', 'slow', 'terminate'],
    );
    assert.deepEqual(list.methods.get('add')?.argspec.args, ['self', 'a', 'b']);
    assert.equal(list.methods.get('ping')?.docstring, 'Is it there?');
    await client.closeRpc();
    await server.stop();
  });

  it('falls back to the names, and says why', async () => {
    const { bench, server, client } = await spoken();
    const raised = client.getRpcMethodList();
    assert.equal(await server.line(), '{"action":"get_rpc_method_list"}');
    server.say(
      '{"status":"failed","exception":{"class":"AttributeError","message":"no __name__","traceback":[]}}\n',
    );
    const names = await raised;
    assert.deepEqual(
      [...names.methods],
      [
        ['ping', null],
        ['slow', null],
      ],
    );
    assert.deepEqual(names.privateNames, ['_secret']);
    assert.equal(names.docstring, null);
    assert.equal(names.error?.message, 'AttributeError: no __name__');
    const odd = client.getRpcMethodList();
    await server.line();
    server.say('{"status":"ok","ret":[1]}\n');
    assert.equal((await odd).error?.name, 'UnsupportedError');
    const late = client.getRpcMethodList({ deadlineMs: 5 });
    bench.clock.turn(5);
    await rejects(late, 'DeadlineError', /^no answer to get_rpc_method_list within 5 ms$/);
    await client.closeRpc();
  });
});

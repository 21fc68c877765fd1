import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode } from '../../protocols/pyon/index.js';
import { LIMITS, methodListOf } from '../../protocols/sipyco/index.js';
import { NDArray, type PyDict, type PyValue, RemoteError, tuple } from '../../values/index.js';
import { HIGH_WATER_BYTES } from '../../wire/index.js';
import { method, PyError, type RpcFunction, RpcServer, rpcTarget } from '../index.js';
import { oscillator } from './oscillator.js';
import { RpcBench } from './rpcbench.js';

/** A target of one method. */
function one(signature: string, call: RpcFunction) {
  return rpcTarget({ methods: [method(signature, null, call)] });
}

/** A promise that a test settles. */
function gate<T>() {
  let open: (value: T) => void = () => {};
  const promise = new Promise<T>(resolve => {
    open = resolve;
  });
  return { promise, open };
}

/** Everything that can happen without outside help has happened. */
async function settled(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

describe('RpcServer', () => {
  it('says what it is, and what the target can do', async () => {
    const bench = new RpcBench({
      targets: { shutter: one('open(self)', () => true), Zeta_2: oscillator, osc: oscillator() },
      description: 'bench µ',
    });
    const caller = await bench.dial('ARTIQ pc_rpc\n');
    assert.equal(
      await caller.line(),
      '{"targets":["Zeta_2","osc","shutter"],"description":"bench \\u00b5","features":["pyon_v2"]}',
    );
    caller.say('shutter pyon_v2\n');
    assert.equal(await caller.line(), '{"__jsonclass__":["set",[["open"]]]}');
    assert.deepEqual(await caller.call('open'), { ret: true });
    await bench.server.stop();
  });

  it('speaks version 1 to whom it asks for nothing', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() } });
    const caller = await bench.open('osc', 1);
    caller.request('echo', [tuple(1n, 1)]);
    assert.equal(await caller.line(), '{"status": "ok", "ret": (1, 1.0)}');
    await bench.server.stop();
  });

  it('offers nothing to negotiate when told so, as SiPyCo 1.9', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() }, features: [] });
    const caller = await bench.dial('ARTIQ pc_rpc\n');
    assert.equal(await caller.line(), '{"targets": ["osc"], "description": null}');
    caller.say('osc pyon_v2\n');
    assert.equal(await caller.line(), null);
    await bench.server.stop();
  });

  for (const [what, text, lines] of [
    ['an unknown target', 'ARTIQ pc_rpc\nnobody pyon_v2\n', 1],
    ['a target from Object.prototype', 'ARTIQ pc_rpc\nconstructor pyon_v2\n', 1],
    ['__proto__ for a target', 'ARTIQ pc_rpc\n__proto__\n', 1],
    ['an unknown feature', 'ARTIQ pc_rpc\nosc pyon_v3\n', 1],
    ['another protocol', 'ARTIQ sync_struct\nosc\n', 0],
    ['a browser', 'GET / HTTP/1.1\r\n\r\n', 0],
    ['a request that is no PYON', 'ARTIQ pc_rpc\nosc pyon_v2\n{"action":\n', 2],
  ] as const) {
    it(`answers ${what} by closing`, async () => {
      const bench = new RpcBench({ targets: { osc: oscillator() } });
      const caller = await bench.dial(text);
      for (let i = 0; i < lines; i++) {
        assert.notEqual(await caller.line(), null);
      }
      assert.equal(await caller.line(), null);
      await settled();
      assert.equal(bench.server.connectionCount, 0);
      assert.deepEqual(bench.reported, []);
      await bench.server.stop();
    });
  }

  it('reaches what is described, and nothing of JavaScript', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() } });
    const caller = await bench.open('osc');
    for (const name of [
      'constructor',
      '__proto__',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'methods',
      'docstring',
      'call',
      'terminate',
      '',
      'freq.get',
    ]) {
      assert.deepEqual(await caller.call(name), {
        class: 'AttributeError',
        message: `'Oscillator' object has no attribute '${name}'`,
      });
    }
    assert.deepEqual(await caller.call('ping'), { ret: true });
    await bench.server.stop();
  });

  it('lists public methods by name, with what Python would say of them', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() }, builtinTerminate: true });
    const caller = await bench.open('osc');
    caller.say('{"action":"get_rpc_method_list"}\n');
    const list = methodListOf((decode((await caller.line()) ?? '') as PyDict).get('ret') ?? null);
    assert.equal(list.docstring, 'A bench oscillator.\n\nTwo channels, 1 kHz to 40 MHz.');
    const names = [...list.methods.keys()];
    assert.deepEqual(names, [...names.slice(0, -1).sort(), 'terminate']);
    assert.ok(!names.includes('_secret'));
    const sweep = list.methods.get('sweep');
    assert.equal(sweep?.docstring, 'Sweep.\n\n    indented line\nlast line µ');
    assert.deepEqual(sweep?.argspec.args, ['self', 'start', 'stop']);
    assert.equal(list.methods.get('nothing')?.docstring, '');
    assert.equal(list.methods.get('echo')?.docstring, null);
    await bench.server.stop();
  });

  it('answers requests in their order, however they come', async () => {
    const first = gate<bigint>();
    const bench = new RpcBench({
      targets: {
        t: rpcTarget({
          methods: [
            method('later(self)', null, () => first.promise),
            method('now(self, x)', null, args => args.get('x')),
          ],
        }),
      },
    });
    const caller = await bench.open('t');
    caller.request('later');
    for (let i = 1n; i <= 3n; i++) {
      caller.request('now', [i]);
    }
    await settled();
    first.open(0n);
    const replies: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      replies.push(await caller.reply());
    }
    assert.deepEqual(replies, [{ ret: 0n }, { ret: 1n }, { ret: 2n }, { ret: 3n }]);
    await bench.server.stop();
  });

  it('goes on after a pipelined call that fails', async () => {
    const bench = new RpcBench({
      targets: {
        t: one('check(self, i)', args => {
          if (args.int('i') === 50n) {
            throw new PyError('ValueError', 'the 50th');
          }
          return args.get('i');
        }),
      },
    });
    const caller = await bench.open('t');
    for (let i = 0n; i < 100n; i++) {
      caller.request('check', [i]);
    }
    for (let i = 0n; i < 100n; i++) {
      assert.deepEqual(
        await caller.reply(),
        i === 50n ? { class: 'ValueError', message: 'the 50th' } : { ret: i },
      );
    }
    await bench.server.stop();
  });

  it('runs one method at a time, in the order of asking', async () => {
    const gates = [gate<null>(), gate<null>(), gate<null>()];
    const begun: bigint[] = [];
    const target = one('hold(self, i)', args => {
      begun.push(args.int('i'));
      return gates[Number(args.int('i'))]!.promise;
    });
    const bench = new RpcBench({ targets: { t: target, again: target } });
    const callers = [await bench.open('t'), await bench.open('again'), await bench.open('t')];
    for (const [i, caller] of callers.entries()) {
      caller.request('hold', [BigInt(i)]);
      await settled();
    }
    assert.deepEqual(begun, [0n]);
    gates[0]!.open(null);
    assert.deepEqual(await callers[0]!.reply(), { ret: null });
    await settled();
    assert.deepEqual(begun, [0n, 1n]);
    gates[2]!.open(null);
    gates[1]!.open(null);
    assert.deepEqual(await callers[1]!.reply(), { ret: null });
    assert.deepEqual(await callers[2]!.reply(), { ret: null });
    assert.deepEqual(begun, [0n, 1n, 2n]);
    await bench.server.stop();
  });

  it('runs them side by side when allowed', async () => {
    const both = gate<null>();
    let running = 0;
    const target = one('meet(self)', () => {
      running += 1;
      if (running === 2) {
        both.open(null);
      }
      return both.promise;
    });
    const bench = new RpcBench({ targets: { t: target }, allowParallel: true });
    const [first, second] = [await bench.open('t'), await bench.open('t')];
    first.request('meet');
    second.request('meet');
    assert.deepEqual(await first.reply(), { ret: null });
    assert.deepEqual(await second.reply(), { ret: null });
    await bench.server.stop();
  });

  it('frees the lock of a method that throws, or whose caller has gone', async () => {
    const hold = gate<null>();
    const bench = new RpcBench({
      targets: {
        t: rpcTarget({
          methods: [
            method('fail(self)', null, async () => {
              throw new PyError('ValueError', 'no');
            }),
            method('hold(self)', null, () => hold.promise),
            method('ping(self)', null, () => true),
          ],
        }),
      },
    });
    const [first, second] = [await bench.open('t'), await bench.open('t')];
    assert.deepEqual(await first.call('fail'), { class: 'ValueError', message: 'no' });
    first.request('hold');
    await settled();
    first.link.lose('cable pulled');
    second.request('ping');
    await settled();
    hold.open(null);
    assert.deepEqual(await second.reply(), { ret: true });
    await settled();
    assert.equal(bench.server.connectionCount, 1);
    assert.deepEqual(bench.reported, []);
    await bench.server.stop();
  });

  it('makes a target for each connection from a factory', async () => {
    const tally = () => {
      let n = 0n;
      return one('bump(self, by=1)', args => {
        n += args.int('by');
        return n;
      });
    };
    const bench = new RpcBench({ targets: { tally } });
    const [a, b] = [await bench.open('tally'), await bench.open('tally')];
    assert.deepEqual(await a.call('bump'), { ret: 1n });
    assert.deepEqual(await a.call('bump', [4n]), { ret: 5n });
    assert.deepEqual(await b.call('bump'), { ret: 1n });
    assert.deepEqual(await a.call('bump'), { ret: 6n });
    await bench.server.stop();
  });

  it('tells its owner of a factory that fails, and closes', async () => {
    const bench = new RpcBench({
      targets: {
        bad: () => {
          throw new Error('no such device');
        },
      },
    });
    const caller = await bench.dial('ARTIQ pc_rpc\nbad\n');
    await caller.line();
    assert.equal(await caller.line(), null);
    assert.deepEqual(bench.reported, ['the target "bad" could not be made: Error: no such device']);
    await bench.server.stop();
  });

  it('terminates when a caller asks, answered before', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() }, builtinTerminate: true });
    const caller = await bench.dial('ARTIQ pc_rpc\nosc pyon_v2\n');
    await caller.line();
    assert.match((await caller.line()) ?? '', /"terminate"/);
    let isOver = false;
    const over = bench.server.waitTerminate().then(() => {
      isOver = true;
    });
    assert.deepEqual(await caller.call('ping'), { ret: true });
    assert.equal(isOver, false);
    assert.deepEqual(await caller.call('terminate', ['ignored']), { ret: null });
    await over;
    await bench.server.stop();
    assert.equal(await caller.line(), null);
  });

  it('terminates when a method raises SystemExit, without an answer', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() }, builtinTerminate: true });
    const caller = await bench.open('osc');
    assert.equal(await caller.call('fail', ['exit']), null);
    await bench.server.waitTerminate();
    await bench.server.stop();
    assert.deepEqual(bench.reported, []);
  });

  it('drops the connection and tells its owner where callers cannot end it', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() } });
    const [caller, other] = [await bench.open('osc'), await bench.open('osc')];
    assert.equal(await caller.call('fail', ['exit']), null);
    assert.deepEqual(bench.reported, [
      'a method raised SystemExit, and callers cannot end this server: PyError: 4',
    ]);
    assert.equal(await (await bench.open('osc')).call('fail', ['cancel']), null);
    assert.deepEqual(await other.call('ping'), { ret: true });
    await bench.server.stop();
  });

  it('answers what has no form on the wire with a TypeError, and goes on', async () => {
    const bench = new RpcBench({
      targets: {
        osc: oscillator(),
        js: one('give(self)', () => ({ a: 1 }) as unknown as PyValue),
      },
    });
    const caller = await bench.open('osc');
    for (const name of ['opaque', 'frozen']) {
      const reply = await caller.call(name);
      assert.ok(reply !== null && 'class' in reply && reply.class === 'TypeError', name);
    }
    assert.deepEqual(await caller.call('ping'), { ret: true });
    const other = await bench.open('js');
    const reply = await other.call('give');
    assert.ok(reply !== null && 'class' in reply && reply.class === 'TypeError');
    await bench.server.stop();
  });

  it('answers None for nothing', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() } });
    assert.deepEqual(await (await bench.open('osc')).call('nothing'), { ret: null });
    await bench.server.stop();
  });

  it('answers with one line of ASCII whatever a method says', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() } });
    for (const pyon of [1, 2] as const) {
      const caller = await bench.open('osc', pyon);
      for (const kind of ['unicode', 'multi', 'surrogate']) {
        caller.request('fail', [kind]);
        assert.match((await caller.line()) ?? '', /^[\x20-\x7e]+$/);
      }
      caller.request('echo', ['µ\n\u2028😀\x7f']);
      assert.match((await caller.line()) ?? '', /^[\x20-\x7e]+$/);
    }
    await bench.server.stop();
  });

  it('cuts a request beyond the line limit; others never notice', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() } });
    const [long, other] = [await bench.open('osc'), await bench.open('osc')];
    const room =
      LIMITS.requestBytes - '{"action":"call","name":"echo","args":[""],"kwargs":{}}'.length;
    long.say(`{"action":"call","name":"echo","args":["${'x'.repeat(room)}"],"kwargs":{}}\n`);
    assert.equal(((await long.reply()) as { ret: string }).ret.length, room);
    long.say(`{"action":"call","name":"echo","args":["${'x'.repeat(room + 1)}"],"kwargs":{}}\n`);
    assert.equal(await long.line(), null);
    assert.deepEqual(await other.call('ping'), { ret: true });
    assert.deepEqual(bench.reported, []);
    await bench.server.stop();
  });

  it('looks at no further request while answers wait to leave', async () => {
    let made = 0;
    const bench = new RpcBench({
      targets: {
        t: one('frame(self)', () => {
          made += 1;
          return NDArray.of(new Float64Array(HIGH_WATER_BYTES / 8));
        }),
      },
    });
    const caller = await bench.open('t');
    for (let i = 0; i < 20; i++) {
      caller.request('frame');
    }
    await settled();
    assert.equal(made, 1);
    for (let i = 0; i < 20; i++) {
      assert.notEqual(await caller.reply(), null);
    }
    assert.equal(made, 20);
    await bench.server.stop();
  });

  it('answers all that was asked before the caller closed its side', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() } });
    const caller = await bench.open('osc');
    caller.request('echo', [1n]);
    caller.say('{"action":"call","name":"ping","args":[],"kwargs":{}}'); // and no newline
    caller.link.end();
    assert.deepEqual(await caller.reply(), { ret: 1n });
    assert.deepEqual(await caller.reply(), { ret: true });
    assert.equal(await caller.line(), null);
    await settled();
    assert.equal(bench.server.connectionCount, 0);
    await bench.server.stop();
  });

  it('waits for no method when it stops; the method hears of it', async () => {
    let heard = '';
    const bench = new RpcBench({
      targets: {
        t: one('hang(self)', (_args, { signal, endpoint }) => {
          signal.addEventListener('abort', () => {
            heard = `${endpoint}: ${(signal.reason as Error).message}`;
          });
          return new Promise<void>(() => {});
        }),
      },
    });
    const [first, waiting] = [await bench.open('t'), await bench.open('t')];
    first.request('hang');
    waiting.request('hang'); // for the lock
    await settled();
    await bench.server.stop();
    assert.equal(await first.line(), null);
    assert.equal(await waiting.line(), null);
    assert.equal(heard, 'lab caller 1: the server stopped');
    assert.equal(bench.server.connectionCount, 0);
  });

  it('stops, and starts again', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() } });
    const caller = await bench.open('osc');
    await bench.server.stop();
    assert.equal(await caller.line(), null);
    await assert.rejects(bench.dial(), /nothing listens/);
    bench.server.start(bench.network.listen('lab'));
    assert.deepEqual(await (await bench.open('osc')).call('ping'), { ret: true });
    await bench.server.stop();
  });

  it('gives the place of one who has chosen nothing to the next', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator() }, limits: { connections: 2 } });
    const busy = await bench.open('osc');
    const idle = await bench.dial('ARTIQ pc_rpc\n');
    await idle.line();
    const third = await bench.open('osc');
    assert.equal(await idle.line(), null);
    assert.equal(await (await bench.dial()).line(), null); // both have
    assert.deepEqual(await third.call('ping'), { ret: true });
    assert.deepEqual(await busy.call('ping'), { ret: true });
    await bench.server.stop();
  });

  it('passes on what another server raised', async () => {
    const facts = {
      remoteClass: 'lab.Fault',
      remoteMessage: 'far away',
      remoteTraceback: ['  x\n'],
    };
    const bench = new RpcBench({
      targets: {
        t: one('ask(self)', () => {
          throw new RemoteError('far away', facts);
        }),
      },
    });
    assert.deepEqual(await (await bench.open('t')).call('ask'), {
      class: 'GenericRemoteException',
      message: 'lab.Fault: far away',
    });
    await bench.server.stop();
  });

  it('refuses target names that nobody could ask for', () => {
    for (const name of ['two words', 'line\nbreak']) {
      assert.throws(
        () => new RpcServer({ targets: { [name]: oscillator() } }),
        new RangeError(
          `the target name ${JSON.stringify(name)} holds a blank or a control character`,
        ),
      );
    }
  });

  it('lives through whatever a line may hold', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator } });
    const parts = [
      ...['{"action":"call"', ',"name":', '"echo"', '"fail"', ',"args":', '[1]', '["bug"]', '{}'],
      ...[',"kwargs":{}', '}', '{"__jsonclass__":["tuple",[[', ']]]}', 'null', '"__proto__"'],
      ...['1e999', '-', '\\u0000', '"\\ud800"', '[[[[', '\x00', '\xff', ' ', '{"action":null}'],
    ];
    let seed = 4711;
    const draw = (count: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed % count;
    };
    for (let i = 0; i < 500; i++) {
      const caller = await bench.open('osc', i % 2 === 0 ? 2 : 1);
      const line = Array.from({ length: 1 + draw(12) }, () => parts[draw(parts.length)]).join('');
      caller.say(`${line}\n`);
      caller.link.end();
      for (let reply = await caller.line(); reply !== null; reply = await caller.line()) {
        assert.match(reply, /^\{"status": ?"(ok|failed)", ?[\x20-\x7e]*\}$/, line);
      }
    }
    const caller = await bench.open('osc');
    assert.deepEqual(await caller.call('ping'), { ret: true });
    assert.deepEqual(bench.reported, []);
    await bench.server.stop();
  });

  it('leaks nothing over 1000 connections, polite, rude and wrong', async () => {
    const bench = new RpcBench({ targets: { osc: oscillator } });
    for (let i = 0; i < 1000; i++) {
      const caller = await bench.open('osc');
      assert.deepEqual(await caller.call('ping'), { ret: true });
      if (i % 3 === 0) {
        await caller.link.close();
      } else if (i % 3 === 1) {
        caller.link.lose('cable pulled');
      } else {
        caller.say('nonsense\n');
        assert.equal(await caller.line(), null);
      }
    }
    await settled();
    assert.equal(bench.server.connectionCount, 0);
    assert.deepEqual(bench.reported, []);
    await bench.server.stop();
  });
});

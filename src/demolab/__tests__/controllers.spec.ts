import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HandClock } from '../../clients/__tests__/handclock.js';
import { decode } from '../../protocols/pyon/index.js';
import { methodListOf } from '../../protocols/sipyco/index.js';
import { Caller } from '../../servers/__tests__/rpcbench.js';
import { LoopbackNetwork } from '../../transports/index.js';
import {
  dict,
  NDArray,
  PyDict,
  type PyValue,
  pyExact,
  type Tuple,
  tuple,
} from '../../values/index.js';
import { DEMO_SERVICES, DemoLab } from '../index.js';

/** A lab with all its services, and who calls its controllers. */
async function open() {
  const network = new LoopbackNetwork();
  const clock = new HandClock();
  const lab = new DemoLab({ clock, services: DEMO_SERVICES, pointCount: 20 });
  await lab.start(service => network.listen(service));
  const receive = async (service: string, said: string): Promise<Caller> => {
    const caller = new Caller(await network.connect(service));
    caller.say(said);
    return caller;
  };
  return {
    lab,
    clock,
    network,
    receive,
    call: async (target: string): Promise<Caller> => {
      const caller = await receive('pc_rpc', `ARTIQ pc_rpc\n${target} pyon_v2\n`);
      await caller.line();
      await caller.line();
      return caller;
    },
    turn: async (ms: number) => {
      clock.turn(ms);
      await settled();
    },
  };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** What a call raised. */
async function raised(caller: Caller, name: string, ...args: PyValue[]) {
  const reply = await caller.call(name, args);
  assert.ok(reply !== null && 'class' in reply, `${name} raised nothing`);
  return [reply.class, reply.message];
}

/** What a call returned. */
async function returned(caller: Caller, name: string, ...args: PyValue[]): Promise<PyValue> {
  const reply = await caller.call(name, args);
  assert.ok(reply !== null && 'ret' in reply, `${name}: ${JSON.stringify(reply)}`);
  return reply.ret;
}

describe('the controllers of the demo lab', () => {
  it('have addresses, after those of the notifiers', async () => {
    const { lab } = await open();
    assert.deepEqual(lab.addresses, [
      'sipyco+sync://sync_struct/datasets',
      'sipyco+sync://sync_struct/schedule',
      'sipyco+rpc://pc_rpc/siggen',
      'sipyco+rpc://pc_rpc/motor',
      'sipyco+rpc://pc_rpc/dataset_db',
      'sipyco+rpc://pc_rpc/schedule',
      'sipyco+rpc://pc_rpc/faulty',
      'sipyco+rpc://pc_rpc/unlistable',
      'sipyco+broadcast://broadcast/progress',
      'sipyco+broadcast://broadcast/log',
      'sipyco+log://logging',
    ]);
    await lab.stop();
    assert.deepEqual(lab.addresses, []);
  });

  it('document every method and every parameter', async () => {
    const { lab, call } = await open();
    for (const target of ['siggen', 'motor', 'dataset_db', 'schedule', 'faulty']) {
      const caller = await call(target);
      caller.say('{"action":"get_rpc_method_list"}\n');
      const list = methodListOf((decode((await caller.line()) ?? '') as PyDict).get('ret') ?? null);
      assert.ok(list.docstring, target);
      for (const [name, { docstring, argspec }] of list.methods) {
        assert.ok(docstring, `${target}.${name}`);
        assert.equal(argspec.args[0], 'self', `${target}.${name}`);
        if (docstring.includes(':param')) {
          for (const parameter of [...argspec.args.slice(1), ...argspec.kwonlyargs]) {
            assert.ok(docstring.includes(`:param ${parameter}:`), `${target}.${name} ${parameter}`);
          }
        }
      }
    }
    await lab.stop();
  });

  it('cost no timer before they are called', async () => {
    const { lab, clock, call } = await open();
    assert.equal(clock.pending, 1); // the lab's own
    await returned(await call('motor'), 'get_position');
    assert.equal(clock.pending, 1);
    await lab.stop();
    assert.equal(clock.pending, 0);
  });
});

describe('siggen', () => {
  it('sets within its limits, to the step, and says what is beyond', async () => {
    const { lab, call } = await open();
    const siggen = await call('siggen');
    assert.equal(await returned(siggen, 'set_frequency', 1n, 12_345_678.94), 12_345_678.9);
    assert.equal(await returned(siggen, 'get_frequency', 1n), 12_345_678.9);
    assert.equal(await returned(siggen, 'get_frequency', 0n), 10e6);
    assert.deepEqual(await raised(siggen, 'set_frequency', 0n, 500e6), [
      'ValueError',
      'frequency 500000000 Hz is out of range: 1000 to 400000000 Hz',
    ]);
    assert.deepEqual(await raised(siggen, 'set_frequency', 0n, Number.NaN), [
      'ValueError',
      'frequency NaN Hz is out of range: 1000 to 400000000 Hz',
    ]);
    assert.deepEqual(await raised(siggen, 'set_frequency', 7n, 1e6), [
      'ValueError',
      'there is no channel 7: channels are 0 to 1',
    ]);
    assert.deepEqual(await raised(siggen, 'set_frequency', 'a', 1e6), [
      'TypeError',
      "argument 'channel': 'str' object cannot be interpreted as an integer",
    ]);
    assert.deepEqual(await raised(siggen, 'set_frequency', 0n), [
      'TypeError',
      "SignalGenerator.set_frequency() missing 1 required positional argument: 'frequency'",
    ]);
    await lab.stop();
  });

  it('guards its output stage', async () => {
    const { lab, call } = await open();
    const siggen = await call('siggen');
    assert.equal(await returned(siggen, 'set_power', 0n, 13n), 13);
    const interlock = 'output stage takes 10 dBm while it is on';
    assert.deepEqual(await raised(siggen, 'set_output', 0n), [
      'GenericRemoteException',
      `demolab.InterlockError: the level is 13 dBm, the ${interlock}`,
    ]);
    assert.equal(await returned(siggen, 'get_output', 0n), false);
    await returned(siggen, 'set_power', 0n);
    await returned(siggen, 'set_output', 0n);
    assert.deepEqual(await raised(siggen, 'set_power', 0n, 10.5), [
      'GenericRemoteException',
      `demolab.InterlockError: power 10.5 dBm, the ${interlock}`,
    ]);
    const channel = (on: boolean) => dict({ frequency: 10e6, power: -10, phase: 0, on });
    assert.ok(
      pyExact(
        await returned(siggen, 'status'),
        new PyDict([
          [0n, channel(true)],
          [1n, channel(false)],
        ]),
      ),
    );
    await returned(siggen, 'reset');
    assert.equal(await returned(siggen, 'get_output', 0n), false);
    await lab.stop();
  });

  it('gives sweeps and phases', async () => {
    const { lab, call } = await open();
    const siggen = await call('siggen');
    const sweep = await siggen.call('sweep', [1e6, 4e6], dict({ points: 3n, spacing: 'log' }));
    assert.ok(sweep !== null && 'ret' in sweep && sweep.ret instanceof NDArray);
    assert.deepEqual([...sweep.ret.toFloat64()!], [1e6, 2e6, 4e6]);
    assert.deepEqual(await siggen.call('set_phase', [1n, -90n]), { ret: 0.75 });
    assert.deepEqual(await siggen.call('set_phase', [1n], dict({ unit: 'furlong' })), {
      class: 'ValueError',
      message: 'there is no unit furlong: units are deg, rad, turns',
    });
    await lab.stop();
  });
});

describe('motor', () => {
  it('takes its time, and tells where it is', async () => {
    const { lab, call, turn, receive } = await open();
    const motor = await call('motor');
    const datasets = await receive('sync_struct', 'ARTIQ sync_struct\ndatasets\n');
    await datasets.line();
    motor.request('move_to', [10n]);
    await settled();
    const other = await call('motor');
    await turn(1000);
    assert.ok(Math.abs(((await returned(other, 'get_position')) as number) - 5) < 1e-9);
    assert.equal(await returned(other, 'is_moving'), true);
    await turn(1000);
    assert.deepEqual(await motor.reply(), { ret: 10 });
    assert.equal(await returned(other, 'is_moving'), false);
    const told: PyValue[] = [];
    while (told.length < 20) {
      const mod = decode((await datasets.line()) ?? '') as PyDict;
      if (mod.get('key') === 'motor.position') {
        told.push((mod.get('value') as Tuple).at(1) ?? null);
      }
    }
    assert.equal(told.at(-1), 10e-3);
    await lab.stop();
  });

  it('is stopped on its way, and says so to who waits', async () => {
    const { lab, call, turn } = await open();
    const [motor, other] = [await call('motor'), await call('motor')];
    motor.request('move_to', [40n]);
    await settled();
    await turn(2000);
    assert.equal(await returned(other, 'stop'), true);
    assert.deepEqual(await motor.reply(), {
      class: 'GenericRemoteException',
      message: 'demolab.MotionStopped: stopped at 10.000 mm, on the way to 40 mm',
    });
    assert.equal(await returned(other, 'stop'), false);
    await lab.stop();
  });

  it('goes back when a move is cancelled', async () => {
    const { lab, call, turn } = await open();
    const motor = await call('motor');
    assert.equal(await returned(motor, 'start_move', 20n), 4);
    await turn(1000);
    assert.equal(await returned(motor, 'cancel'), true);
    await turn(1000);
    assert.equal(await returned(motor, 'get_position'), 0);
    assert.equal(await returned(motor, 'is_moving'), false);
    assert.equal(await returned(motor, 'cancel'), false);
    await lab.stop();
  });

  it('refuses what it cannot do', async () => {
    const { lab, call } = await open();
    const motor = await call('motor');
    assert.deepEqual(await raised(motor, 'move_to', 51n), [
      'ValueError',
      'position 51 mm is out of travel: 0 to 50 mm',
    ]);
    await returned(motor, 'start_move', 1n);
    assert.deepEqual(await raised(motor, 'start_move', 2n), [
      'RuntimeError',
      'the stage is on its way to 1 mm: stop it first',
    ]);
    assert.deepEqual(await raised(motor, 'set_speed', 0n), [
      'ValueError',
      'speed 0 mm/s is out of range: 0.1 to 10 mm/s',
    ]);
    await lab.stop();
  });
});

describe('dataset_db', () => {
  it('changes the datasets that the lab publishes', async () => {
    const { lab, call, receive } = await open();
    const db = await call('dataset_db');
    const datasets = await receive('sync_struct', 'ARTIQ sync_struct\ndatasets\n');
    await datasets.line();
    assert.equal(await returned(db, 'get', 'cooling.detuning'), -10.25e6);
    await returned(db, 'set', 'cooling.detuning', -9e6);
    assert.match(
      (await datasets.line()) ?? '',
      /"key":"cooling\.detuning".*\[true,-9000000\.0,\{"unit"/,
    );
    assert.ok(
      pyExact(
        await returned(db, 'get_metadata', 'cooling.detuning'),
        dict({ unit: 'MHz', scale: 1e6, precision: 3n }),
      ),
    );
    await returned(db, 'set', 'mine.new', tuple(1n, 'x'), true, dict({ unit: 's' }));
    assert.equal(
      await datasets.line(),
      '{"action":"setitem","path":[],"key":"mine.new","value":{"__jsonclass__":["tuple",[[true,' +
        '{"__jsonclass__":["tuple",[[1,"x"]]]},{"unit":"s"}]]]}}',
    );
    await returned(
      db,
      'update',
      dict({ action: 'setitem', path: ['rabi.p', 1n], key: 3n, value: 0.5 }),
    );
    assert.match((await datasets.line()) ?? '', /"path":\["rabi\.p",1\],"key":3,"value":0\.5/);
    await returned(db, 'delete', 'mine.new');
    assert.equal(await datasets.line(), '{"action":"delitem","path":[],"key":"mine.new"}');
    await returned(db, 'save');
    await lab.stop();
  });

  it('raises what Python would', async () => {
    const { lab, call } = await open();
    const db = await call('dataset_db');
    for (const name of ['get', 'get_metadata', 'delete']) {
      assert.deepEqual(await raised(db, name, 'nobody'), ['KeyError', "'nobody'"], name);
      assert.deepEqual(await raised(db, name, '__proto__'), ['KeyError', "'__proto__'"], name);
    }
    assert.deepEqual(await raised(db, 'get_metadata', 'legacy.voltage'), [
      'IndexError',
      'tuple index out of range',
    ]);
    assert.deepEqual(await raised(db, 'stop'), [
      'RuntimeError',
      'the demo lab keeps its dataset database open',
    ]);
    await lab.stop();
  });

  it('does not stop the simulation, whatever one does to its datasets', async () => {
    const { lab, call, turn } = await open();
    const db = await call('dataset_db');
    await returned(db, 'delete', 'rabi.p');
    await returned(db, 'set', 'rabi.p_err', 'not an array');
    await returned(db, 'set', 'progress', null);
    await turn(500);
    assert.equal(await returned(db, 'get', 'progress'), 25);
    await lab.stop();
  });
});

describe('schedule', () => {
  it('tells what runs', async () => {
    const { lab, call } = await open();
    const schedule = await call('schedule');
    const status = (await returned(schedule, 'get_status')) as PyDict;
    assert.deepEqual([...status.keys()], [4711n, 4712n]);
    assert.equal(await returned(schedule, 'check_termination', 4711n), false);
    assert.deepEqual(await raised(schedule, 'check_termination', 1n), ['KeyError', '1']);
    await lab.stop();
  });
});

describe('faulty', () => {
  for (const [name, className, message] of [
    ['raise_builtin', 'ValueError', /^frequency out of range$/],
    ['raise_own', 'GenericRemoteException', /^demolab\.LaserFault: laser unlocked$/],
    ['raise_key_error', 'KeyError', /^'ch7'$/],
    ['raise_empty', 'AssertionError', /^$/],
    ['raise_multiline', 'RuntimeError', /^self test failed:\n {2}channel 0: ok\n(.*\n){2}$/],
    ['raise_long', 'OSError', /^(no answer ){10000}$/],
    ['raise_deep', 'TimeoutError', /^no answer from the controller in 0\.5 s$/],
    ['crash', 'GenericRemoteException', /^TypeError: Cannot read properties of undefined/],
    ['return_unencodable', 'TypeError', /./],
  ] as const) {
    it(`fails in ${name}, and goes on`, async () => {
      const { lab, call } = await open();
      const faulty = await call('faulty');
      const [found, text = ''] = await raised(faulty, name);
      assert.equal(found, className);
      assert.match(text, message);
      assert.equal(await returned(faulty, 'ping'), true);
      await lab.stop();
    });
  }

  it('is slow, and no timer is left when the lab stops', async () => {
    const { lab, clock, call, turn } = await open();
    const [faulty, other] = [await call('faulty'), await call('faulty')];
    faulty.request('slow', [2n]);
    other.request('slow', [100n]);
    await settled();
    await turn(2000);
    assert.deepEqual(await faulty.reply(), { ret: 2 });
    await lab.stop();
    assert.equal(clock.pending, 0);
    assert.equal(await other.line(), null);
  });

  it('hangs for ever, and keeps nobody else waiting', async () => {
    const { lab, call } = await open();
    const [faulty, other] = [await call('faulty'), await call('faulty')];
    faulty.request('hang');
    await settled();
    assert.equal(await returned(other, 'ping'), true);
    await lab.stop();
    assert.equal(await faulty.line(), null);
  });

  it('returns large arrays', async () => {
    const { lab, call } = await open();
    const faulty = await call('faulty');
    const array = (await returned(faulty, 'huge', 2n)) as NDArray;
    assert.deepEqual([...array.shape], [250_000]);
    assert.deepEqual(await raised(faulty, 'huge', 1000n), [
      'ValueError',
      '1000 MB is out of range: 1 to 60 MB',
    ]);
    await lab.stop();
  });

  it('drops the connection, and only that', async () => {
    const { lab, call } = await open();
    const [faulty, other] = [await call('faulty'), await call('faulty')];
    assert.equal(await faulty.call('drop_connection'), null);
    assert.equal(await returned(other, 'ping'), true);
    await lab.stop();
  });

  it('has a neighbour that works and cannot be listed', async () => {
    const { lab, call } = await open();
    const unlistable = await call('unlistable');
    unlistable.say('{"action":"get_rpc_method_list"}\n');
    const reply = await unlistable.reply();
    assert.ok(reply !== null && 'class' in reply && reply.class === 'TypeError');
    assert.equal(await returned(unlistable, 'select'), true);
    await lab.stop();
  });
});

describe('what the lab broadcasts', () => {
  it('is its progress', async () => {
    const { lab, receive, turn } = await open();
    const progress = await receive('broadcast', 'ARTIQ broadcast\nprogress\n');
    await settled();
    await turn(200);
    assert.equal(await progress.line(), '{"rid":4711,"done":1,"total":20,"percent":5.0}');
    assert.equal(await progress.line(), '{"rid":4711,"done":2,"total":20,"percent":10.0}');
    await lab.stop();
  });

  it('is its log, as an ARTIQ master does, and what others send to it', async () => {
    const { lab, receive, turn } = await open();
    const log = await receive('broadcast', 'ARTIQ broadcast\nlog\n');
    await settled();
    await turn(1000);
    const own = decode((await log.line()) ?? '') as Tuple;
    assert.deepEqual(own.items.slice(0, 2), [10n, 'worker(4711,rabi_flop.py)']);
    assert.equal(own.at(3), 'rabi_flop:point 10 of 20');
    const sender = await receive('logging', 'ARTIQ logging\nlaser:WARNING:lock:unlocked\n');
    const theirs = decode((await log.line()) ?? '') as Tuple;
    assert.deepEqual(theirs.items.slice(0, 2), [30n, 'laser']);
    assert.equal(theirs.at(3), 'lock:unlocked');
    await sender.link.close();
    await lab.stop();
  });

  it('goes to a log server that asks for it', async () => {
    const { lab, network, turn } = await open();
    const listener = network.listen('elsewhere');
    const end = lab.forwardLog(options => network.connect('elsewhere', options));
    const connections = listener.connections[Symbol.asyncIterator]();
    const { value: transport } = await connections.next();
    await settled();
    await turn(1000);
    let heard = '';
    for await (const chunk of transport!.chunks) {
      heard += new TextDecoder().decode(chunk);
      if (heard.includes('point 10')) {
        break;
      }
    }
    assert.match(
      heard,
      /^ARTIQ logging\nworker\(4711,rabi_flop\.py\):DEBUG:rabi_flop:point 10 of 20\n/,
    );
    await end();
    await lab.stop();
  });
});

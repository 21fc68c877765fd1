// What is called and what is said: targets, channels and logs as sources.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { LogForwarder } from '../../clients/index.js';
import { logRecordOf } from '../../protocols/sipyco/index.js';
import { Broadcaster, method, RpcServer, rpcTarget } from '../../servers/index.js';
import { LoopbackNetwork } from '../../transports/index.js';
import {
  ConnectError,
  fromFault,
  type LinkState,
  PolicyError,
  PyDict,
  type PyValue,
  pyRepr,
} from '../../values/index.js';
import type { Connect } from '../../wire/index.js';
import type { ISource } from '../sources/source.js';
import { Sources } from '../sources.js';
import { HandClock, settled } from './handclock.js';

const HOST = 'lab:3251';

const siggen = rpcTarget({
  docstring: 'A generator.',
  methods: [
    method('set_freq(self, hertz: float, *, phase=0.0) -> float', 'Set it.', args =>
      args.get('hertz'),
    ),
    method('ping(self)', null, () => true),
  ],
});

let network: LoopbackNetwork;
let clock: HandClock;
let sources: Sources;
let refusal: Error | null;
let mistakes: unknown[];

const connect = ({ host, port }: { host: string; port: number }): Connect => {
  return async options => {
    if (refusal !== null) {
      throw refusal;
    }
    return network.connect(`${host}:${port}`, options);
  };
};

beforeEach(() => {
  network = new LoopbackNetwork();
  clock = new HandClock();
  refusal = null;
  mistakes = [];
  sources = new Sources({
    clock,
    connect,
    listen: async ({ host, port }) => network.listen(`${host}:${port}`),
    demo: { connect, listen: () => assert.fail('this is no demo') },
    report: error => mistakes.push(error),
  });
});

afterEach(() => {
  sources.close();
  assert.deepEqual(mistakes, []);
});

/** The states that a source goes through, and what it says. */
function watch(source: ISource) {
  const states: LinkState[] = [];
  const heard: PyValue[] = [];
  const watching = source.watch(event => {
    if (event.type === 'status') {
      states.push(event.status.state);
    } else if (event.type === 'messages') {
      heard.push(...event.messages.map(({ value }) => value));
    }
  });
  return { states, heard, watching };
}

describe('a target', () => {
  let server: RpcServer;

  function serve(names: readonly string[] = ['siggen']) {
    const targets = Object.fromEntries(names.map(name => [name, siggen]));
    server = new RpcServer({ targets, description: 'a bench' });
    server.start(network.listen(HOST));
  }

  afterEach(() => server.stop());

  it('is described, and called', async () => {
    serve();
    const source = sources.open(`sipyco+rpc://${HOST}/siggen`);
    assert.equal(source.shape, 'target');
    const { methods, ...rest } = await source.remote!.describe();
    assert.deepEqual(rest, {
      targets: ['siggen'],
      description: 'a bench',
      target: 'siggen',
      docstring: 'A generator.',
      fault: null,
    });
    assert.deepEqual(
      methods.map(({ name, docstring }) => [name, docstring]),
      [
        ['ping', null],
        ['set_freq', 'Set it.'],
      ],
    );
    assert.deepEqual(methods[1]?.argspec?.kwonlyargs, ['phase']);
    assert.equal(await source.remote!.call('set_freq', [1e6], new PyDict()), 1e6);
    await assert.rejects(source.remote!.call('set_freq', [], new PyDict()), {
      name: 'RemoteError',
      remoteClass: 'TypeError',
    });
  });

  it('need not be named where it is the only one', async () => {
    serve();
    const source = sources.open(`sipyco+rpc://${HOST}`);
    assert.equal(await source.remote!.call('ping', [], new PyDict()), true);
    assert.equal((await source.remote!.describe()).target, 'siggen');
  });

  it('must be named where there are several, and the server says which', async () => {
    serve(['one', 'two']);
    const source = sources.open(`sipyco+rpc://${HOST}`);
    const { targets, target, methods } = await source.remote!.describe();
    assert.deepEqual([targets, target, methods], [['one', 'two'], null, []]);
    await assert.rejects(source.remote!.call('ping', [], new PyDict()), {
      name: 'UnsupportedError',
      message: `${HOST} has 2 targets, and the address names none of them`,
      hint: 'Add one to the address: /one, /two.',
    });
  });

  it('shares one connection among all who ask, and lets it linger', async () => {
    serve();
    const address = `sipyco+rpc://${HOST}/siggen`;
    const { states, watching } = watch(sources.open(address));
    await Promise.all([1, 2, 3].map(() => sources.open(address).remote!.describe()));
    assert.equal(server.connectionCount, 1);
    assert.deepEqual(states, ['connecting', 'live']);
    watching.close();
    await clock.turn(4999);
    assert.equal(sources.connections().length, 1);
    await clock.turn(1);
    await settled();
    assert.equal(sources.connections().length, 0);
  });

  it('says why it cannot be reached', async () => {
    serve();
    refusal = new ConnectError('connection refused', { endpoint: HOST });
    const source = sources.open(`sipyco+rpc://${HOST}/siggen`);
    await assert.rejects(source.remote!.describe(), { message: 'connection refused' });
  });

  it('waits for a person who is asked, and takes no for an answer', async () => {
    serve();
    let answer: (error: Error) => void = () => {};
    const asked = new Promise<never>((_resolve, reject) => {
      answer = reject;
    });
    const waiting = new Sources({
      clock,
      connect: () => () => asked,
      demo: { connect, listen: () => assert.fail() },
      report: error => mistakes.push(error),
    });
    const source = waiting.open(`sipyco+rpc://${HOST}/siggen`);
    const call = source.remote!.call('ping', [], new PyDict());
    waiting.setAsking(source.address, true);
    await settled();
    assert.equal(waiting.connections()[0]?.connection.status.state, 'asking');
    answer(new PolicyError('not allowed', { rule: 'answer no', endpoint: HOST }));
    await assert.rejects(call, { name: 'PolicyError', rule: 'answer no' });
    waiting.close();
  });

  it('can be given up on while it connects', async () => {
    serve();
    const source = new Sources({
      clock,
      connect: () => () => new Promise(() => {}),
      demo: { connect, listen: () => assert.fail() },
      report: error => mistakes.push(error),
    }).open(`sipyco+rpc://${HOST}/siggen`);
    const late = assert.rejects(source.remote!.describe({ deadlineMs: 500 }), {
      name: 'DeadlineError',
      message: `${HOST} did not answer within 500 ms`,
    });
    await clock.turn(500);
    await late;
    const controller = new AbortController();
    const given = source.remote!.describe({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await assert.rejects(given, { message: 'enough' });
  });

  it('has no parts', () => {
    serve();
    assert.throws(() => sources.open(`sipyco+rpc://${HOST}/siggen#x`), {
      name: 'UnsupportedError',
      hint: `Use sipyco+rpc://${HOST}/siggen.`,
    });
  });
});

describe('a channel', () => {
  it('tells what is said while it is watched, through a restart of its server', async () => {
    let broadcaster = new Broadcaster();
    broadcaster.start(network.listen('lab:1067'));
    const source = sources.open('sipyco+broadcast://lab/alarm');
    assert.deepEqual([source.shape, source.remote], ['messages', null]);
    const { states, heard, watching } = watch(source);
    const other = watch(sources.open('sipyco+broadcast://lab/alarm'));
    await settled();
    broadcaster.broadcast('alarm', ['hot', 91.5]);
    broadcaster.broadcast('other', 1n);
    await settled();
    other.watching.close();
    await broadcaster.stop();
    await settled();
    broadcaster = new Broadcaster();
    broadcaster.start(network.listen('lab:1067'));
    await clock.turn(2000);
    broadcaster.broadcast('alarm', 'again');
    await settled();
    assert.deepEqual(heard.map(pyRepr), ["['hot', 91.5]", "'again'"]);
    assert.deepEqual(other.heard.map(pyRepr), ["['hot', 91.5]"]);
    assert.deepEqual(states, ['connecting', 'live', 'stale', 'live']);
    watching.close();
    await broadcaster.stop();
  });
});

describe('a log input', () => {
  const ADDRESS = 'sipyco+log://lab:1066';

  it('is listened at, and tells every record as a master broadcasts it', async () => {
    const source = sources.open(ADDRESS);
    assert.equal(source.abilities.openingHasEffects, true);
    const { states, heard, watching } = watch(source);
    await settled();
    const forwarder = new LogForwarder({ connect: connect({ host: 'lab', port: 1066 }), clock });
    forwarder.start();
    forwarder.log({ levelno: 30, source: 'ctl', name: 'dds.core', message: 'PLL\nunlocked' });
    await settled();
    assert.deepEqual(states, ['connecting', 'live']);
    assert.equal(pyRepr(heard[0]!), "(30, 'ctl', 1700000000.0, 'dds.core:PLL\\nunlocked')");
    assert.deepEqual(logRecordOf(heard[0]!), {
      levelno: 30,
      level: 'WARNING',
      source: 'ctl',
      name: 'dds.core',
      message: 'PLL\nunlocked',
      timeNs: 1_700_000_000_000_000_000n,
    });
    await forwarder.close();
    watching.close();
  });

  it('says that somebody has the place, and tries again when a person asks', async () => {
    const taken = network.listen('lab:1066');
    const source = sources.open(ADDRESS);
    const { states } = watch(source);
    await settled();
    assert.deepEqual(states, ['connecting', 'failed']);
    const { fault } = sources.connections()[0]!.connection.status;
    assert.match(fromFault(fault!).message, /something listens at lab:1066 already/);
    await taken.close();
    source.retry();
    await settled();
    assert.deepEqual(states, ['connecting', 'failed', 'connecting', 'live']);
  });

  it('cannot be had by a page', async () => {
    const pages = new Sources({
      clock,
      connect,
      demo: { connect, listen: () => assert.fail() },
      report: error => mistakes.push(error),
    });
    const { states } = watch(pages.open(ADDRESS));
    await settled();
    assert.deepEqual(states, ['connecting', 'failed']);
    const { fault } = pages.connections()[0]!.connection.status;
    assert.deepEqual([fault?.name, fault?.facts.feature], ['UnsupportedError', 'listen']);
    pages.close();
  });
});

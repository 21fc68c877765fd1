// Who answers at an endpoint, asked of servers that do and of some that do not.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Notifier } from '../../protocols/sipyco/index.js';
import { Broadcaster, LogServer, Publisher, rpcTarget } from '../../servers/index.js';
import { type Fault, NDArray, PolicyError, PyDict } from '../../values/index.js';
import type { Hub } from '../hub.js';
import { Bench } from './bench.js';
import { type HandClock, settled } from './handclock.js';
import { openHub } from './openhub.js';

let bench: Bench;
let hub: Hub;
let clock: HandClock;
const ends: (() => unknown)[] = [];

beforeEach(() => {
  bench = new Bench();
  ({ hub, clock } = openHub({ connect: bench.connect }));
});

afterEach(async () => {
  await hub.bye();
  for (const end of ends.splice(0)) {
    await end();
  }
  await bench.stop();
});

function publish(notifiers: { readonly [name: string]: Notifier }): void {
  const publisher = new Publisher({ notifiers });
  publisher.start(bench.network.listen('lab:3250'));
  ends.push(() => publisher.stop());
}

const fails = (text: string): Promise<Fault> =>
  hub.probe(text).then(
    answers => assert.fail(JSON.stringify(answers)),
    reason => reason,
  );

describe('a probe of host:port', () => {
  it('finds a pc_rpc server, with its targets, and selects none', async () => {
    let selected = 0;
    const factory = rpcTarget({ methods: [] });
    bench.start({ bench: bench.target, other: factory });
    assert.deepEqual(await hub.probe(' lab:3251 '), [
      {
        address: 'sipyco+rpc://lab:3251',
        scheme: 'sipyco+rpc',
        description: 'a bench',
        names: ['bench', 'other'],
      },
    ]);
    selected += bench.called.length;
    assert.equal(selected, 0);
    assert.equal(bench.connectCount, 1);
    assert.deepEqual(await hub.endpoints(), []);
  });

  it('finds a publisher by the notifiers that it has', async () => {
    publish({
      datasets: new Notifier(new PyDict([['a', NDArray.of(new Float64Array(100_000))]])),
      schedule: new Notifier(new PyDict()),
    });
    const answers = await hub.probe('lab:3250');
    assert.deepEqual(
      answers.map(({ address }) => address),
      ['sipyco+sync://lab:3250/schedule', 'sipyco+sync://lab:3250/datasets'],
    );
  });

  it('says what was tried where nothing is known to answer', async () => {
    publish({ other: new Notifier(new PyDict()) });
    const fault = await fails('lab:3250');
    assert.equal(fault.name, 'ConnectError');
    assert.match(fault.message, /tried pc_rpc, sync_struct \(schedule\), sync_struct \(datasets\)/);
    assert.match(fault.hint ?? '', /sipyco\+broadcast:\/\//);
    assert.notEqual(fault.cause, undefined);
  });

  it('does not guess broadcast and logging servers', async () => {
    const broadcaster = new Broadcaster();
    broadcaster.start(bench.network.listen('lab:1067'));
    const logs = new LogServer({ onRecord: () => assert.fail('nothing is logged') } as never);
    logs.start(bench.network.listen('lab:1066'));
    ends.push(
      () => broadcaster.stop(),
      () => logs.stop(),
    );
    assert.equal((await fails('lab:1067')).name, 'ConnectError');
    assert.equal((await fails('lab:1066')).name, 'ConnectError');
  });

  it('asks nobody twice who is not there, or silent', async () => {
    assert.equal((await fails('nobody:1')).name, 'ConnectError');
    assert.equal(bench.connectCount, 1);
    const listener = bench.network.listen('mute:1');
    ends.push(() => listener.close());
    const silent = fails('mute:1');
    await settled();
    await clock.turn(3000);
    const fault = await silent;
    assert.equal(fault.name, 'DeadlineError');
    assert.match(fault.message, /said nothing for 3000 ms/);
    assert.equal(bench.connectCount, 2);
  });

  it('says what is wrong with the text, and where', async () => {
    for (const [text, position] of [
      ['lab', 3],
      ['  lab:', 6],
      ['', 0],
      ['lab:99999', 4],
      ['sipyco+nothing://lab:1', 0],
    ] as const) {
      const fault = await fails(text);
      assert.deepEqual([fault.name, fault.facts.position], ['ParseError', position], text);
    }
    assert.equal((await fails('lab:3251/schedule')).name, 'UnsupportedError');
    assert.equal(bench.connectCount, 0);
  });

  it('waits for a person who is asked, and gives up with the page', async () => {
    let asked: (isAsking: boolean) => void = () => assert.fail('no connection was wanted');
    const unused = () => assert.fail('not asked for');
    const opened = openHub({
      makeBridge: (_page, listener) => ({
        connect: address => {
          asked = isAsking => listener.asking(address, isAsking);
          return ({ signal } = {}) =>
            new Promise((_, reject) => {
              signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
            });
        },
        audit: unused,
        answer: unused,
        retry: unused,
        roundTripMs: null,
        close: () => {},
      }),
    });
    await opened.hub.start({ openChannel: unused, policyAsked: unused, policySettled: unused });
    let ended: Fault | null = null;
    const probe = opened.hub.probe('lab:3251').catch(reason => {
      ended = reason;
    });
    await settled();
    asked(true);
    await opened.clock.turn(60_000);
    assert.equal(ended, null);
    asked(false);
    await opened.clock.turn(2999);
    assert.equal(ended, null);
    await opened.hub.bye();
    await probe;
    assert.equal((ended as Fault | null)?.name, 'ClosedError');
  });

  it('is given up with its connection when nobody waits any more', async () => {
    const listener = bench.network.listen('mute:1');
    ends.push(() => listener.close());
    const silent = fails('mute:1');
    await settled();
    const transport = await listener.connections[Symbol.asyncIterator]().next();
    await hub.cancelProbes();
    assert.equal((await silent).name, 'ClosedError');
    for await (const _chunk of transport.value.chunks) {
      // the banner, and then the end
    }
    assert.equal(bench.connectCount, 1);
    await hub.cancelProbes(); // harmless
    bench.start();
    assert.equal((await hub.probe('lab:3251')).length, 1);
  });

  it('stops at a policy that says no', async () => {
    const refused = openHub({
      connect: () => async () => {
        throw new PolicyError('not allowed', { rule: 'not listed', endpoint: 'lab:3251' });
      },
    });
    await assert.rejects(refused.hub.probe('lab:3251'), { name: 'PolicyError' });
    await refused.hub.bye();
  });
});

describe('a probe of an address', () => {
  it('asks in its own protocol alone', async () => {
    bench.start();
    const [answer] = await hub.probe('sipyco+rpc://lab:3251/bench');
    assert.deepEqual(answer?.names, ['bench']);
    assert.equal(answer?.address, 'sipyco+rpc://lab:3251/bench');
    const missing = await fails('sipyco+rpc://lab:3251/other');
    assert.match(missing.hint ?? '', /bench/);
    const before = bench.connectCount;
    assert.equal((await fails('sipyco+sync://lab:3251/datasets')).name, 'RemoteProtocolError');
    assert.equal(bench.connectCount, before + 1);
  });

  it('takes any notifier, and any channel of a server that keeps the connection', async () => {
    publish({ other: new Notifier(new PyDict()) });
    const [answer] = await hub.probe('sipyco+sync://lab:3250/other#key');
    assert.equal(answer?.address, 'sipyco+sync://lab:3250/other');
    const broadcaster = new Broadcaster();
    broadcaster.start(bench.network.listen('lab:1067'));
    ends.push(() => broadcaster.stop());
    const asked = hub.probe('sipyco+broadcast://lab:1067/log');
    await settled();
    await clock.turn(500);
    assert.equal((await asked)[0]?.scheme, 'sipyco+broadcast');
    const wrong = fails('sipyco+broadcast://lab:3250/log');
    await settled();
    await clock.turn(500);
    assert.match((await wrong).message, /not a broadcast server/);
  });

  it('reaches the demo lab, and says what cannot be asked', async () => {
    const [answer] = await hub.probe('demo+sipyco+rpc:///');
    assert.ok(answer?.names.includes('siggen'));
    for (const text of ['ca://XF:mtr1', 'sipyco+log://lab:1066']) {
      assert.equal((await fails(text)).name, 'UnsupportedError', text);
    }
  });
});

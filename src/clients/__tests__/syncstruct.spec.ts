import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Notifier, updateFromDict } from '../../protocols/sipyco/index.js';
import { Publisher } from '../../servers/index.js';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import {
  dict,
  isLabwireError,
  type LinkStatus,
  NDArray,
  PolicyError,
  type PyDict,
  type PyValue,
  pyExact,
  tuple,
} from '../../values/index.js';
import type { ITransport } from '../../wire/index.js';
import { type Difference, Subscriber, type SubscriberOptions } from '../index.js';
import { HandClock } from './handclock.js';

const INIT = '{"action":"init","struct":{"a":1}}\n';

/** A network, a clock, and a subscriber of `datasets` that writes down what it hears. */
class Bench {
  readonly network = new LoopbackNetwork();
  readonly clock = new HandClock();
  readonly heard: string[] = [];
  readonly differences: (Difference | null)[] = [];
  readonly statuses: LinkStatus[] = [];
  readonly reported: unknown[] = [];
  disconnects = 0;
  /** The subscriber's end of its newest connection. */
  link: LoopbackTransport | null = null;

  subscriber(options: Partial<SubscriberOptions> = {}): Subscriber {
    return new Subscriber({
      notifierName: 'datasets',
      connect: async options => {
        this.link = await this.network.connect('lab', options);
        return this.link;
      },
      clock: this.clock,
      notifyCb: (mod, difference) => {
        this.heard.push(mod.action);
        this.differences.push(difference);
      },
      disconnectCb: () => {
        this.disconnects += 1;
      },
      statusCb: status => this.statuses.push(status),
      reportError: error => this.reported.push(error),
      ...options,
    });
  }

  publish(notifier: Notifier): Publisher {
    const publisher = new Publisher({ notifiers: { datasets: notifier } });
    publisher.start(this.network.listen('lab'));
    return publisher;
  }

  /** A server of which the test is the program: each connection as it comes. */
  serve(): () => Promise<ITransport> {
    const connections = this.network.listen('lab').connections[Symbol.asyncIterator]();
    return async () => (await connections.next()).value as ITransport;
  }

  get states(): string[] {
    return this.statuses.map(status => status.state);
  }
}

describe('Subscriber', () => {
  it('follows a publisher', async () => {
    const bench = new Bench();
    const notifier = new Notifier(dict({ x: NDArray.of(new Float64Array(3)), list: [] }));
    bench.publish(notifier);
    const subscriber = bench.subscriber();
    assert.equal(subscriber.target, undefined);
    await subscriber.connect();
    assert.equal(subscriber.status.state, 'live');
    notifier.at('x').set(1n, 2.5);
    notifier.at('list').append(tuple(1n, 1));
    notifier.set('new', null);
    notifier.delete('list');
    await settled();
    same(subscriber.target, notifier.rawView);
    assert.deepEqual(bench.heard, ['init', 'setitem', 'append', 'setitem', 'delitem']);
    assert.deepEqual(bench.differences, [null, null, null, null, null]);
    assert.deepEqual(bench.states, ['live']);
    assert.equal(subscriber.pyon, 2);
    assert.ok(subscriber.receivedBytes > 200);
    await subscriber.close();
  });

  it('reads version 1 without being told', async () => {
    const bench = new Bench();
    const notifier = new Notifier(dict({ t: tuple(1n, 2) }), { pyon: 1 });
    bench.publish(notifier);
    const subscriber = bench.subscriber();
    await subscriber.connect();
    notifier.set('u', tuple(null));
    await settled();
    same(subscriber.target, notifier.rawView);
    assert.equal(subscriber.pyon, 1);
    await subscriber.close();
  });

  it('drops a connection that comes after its attempt was given up', async () => {
    const bench = new Bench();
    bench.publish(new Notifier(dict({ x: 1n })));
    const links: LoopbackTransport[] = [];
    let comeLate: () => void = () => {};
    const late = new Promise<void>(resolve => {
      comeLate = resolve;
    });
    const subscriber = bench.subscriber({
      connect: async () => {
        const isFirst = links.length === 0;
        const link = await bench.network.connect('lab');
        links.push(link);
        await (isFirst ? late : null); // it does not listen to its signal
        return link;
      },
    });
    const first = subscriber.connect({ deadlineMs: 1000 });
    await settled();
    bench.clock.turn(1000);
    await rejects(first, 'DeadlineError', /^no struct of "datasets" within 1000 ms$/);
    await subscriber.connect();
    comeLate();
    await settled();
    assert.throws(() => links[0]!.send(new Uint8Array(1)), { name: 'ClosedError' });
    assert.equal(subscriber.status.state, 'live');
    assert.ok(subscriber.receivedBytes > 0);
    await subscriber.close(); // and that ends the one in use
    assert.throws(() => links[1]!.send(new Uint8Array(1)), { name: 'ClosedError' });
  });

  it('goes stale when the publisher is killed, and resumes with what changed', async () => {
    const bench = new Bench();
    const notifier = new Notifier(dict({ same: 1n, changes: 1n, goes: 1n }));
    const first = bench.publish(notifier);
    const subscriber = bench.subscriber();
    await subscriber.connect();
    bench.clock.turn(2000);
    await first.stop();
    await settled();
    assert.equal(subscriber.status.state, 'stale');
    assert.equal(subscriber.status.fault?.name, 'ConnectionLostError');
    assert.equal(bench.disconnects, 1);
    assert.equal((subscriber.target as PyDict).size, 3); // what was known stays

    bench.clock.turn(100);
    await settled();
    assert.equal(subscriber.status.state, 'stale');
    assert.match(subscriber.status.fault!.message, /nothing listens at lab/);

    const again = new Notifier(dict({ same: 1n, changes: 2n, comes: 1n }));
    bench.publish(again);
    bench.clock.turn(200);
    await settled();
    assert.equal(subscriber.status.state, 'live');
    assert.deepEqual(bench.differences.at(-1), {
      added: ['comes'],
      changed: ['changes'],
      removed: ['goes'],
      replaced: false,
    });
    same(subscriber.target, again.rawView);
    assert.equal(bench.disconnects, 1);
    assert.deepEqual(bench.states, ['live', 'stale', 'stale', 'live']);
    assert.equal(subscriber.status.outOfStepCount, 0);
    await subscriber.close();
  });

  it('keeps stale since when it was lost, through every failed attempt', async () => {
    const bench = new Bench();
    const publisher = bench.publish(new Notifier(dict({})));
    const subscriber = bench.subscriber();
    await subscriber.connect();
    await publisher.stop();
    await settled();
    const { sinceNs } = subscriber.status;
    for (const pause of [100, 200, 500, 1000, 1000]) {
      assert.equal(bench.clock.nextInMs, pause);
      bench.clock.turn(pause);
      await settled();
    }
    assert.equal(subscriber.status.sinceNs, sinceNs);
    await subscriber.close();
    assert.equal(bench.clock.pending, 0);
  });

  it('fetches one fresh struct when a mod does not apply, and counts it', async () => {
    const bench = new Bench();
    const accept = bench.serve();
    const subscriber = bench.subscriber();
    const opened = subscriber.connect();
    const first = await accept();
    write(first, INIT);
    await opened;
    bench.clock.turn(1500);
    write(first, '{"action":"setitem","path":["b"],"key":"c","value":1}\n');
    write(first, '{"action":"setitem","path":[],"key":"late","value":1}\n');
    const second = await accept();
    assert.equal(subscriber.status.state, 'out-of-step');
    assert.equal(subscriber.status.outOfStepCount, 1);
    assert.match(subscriber.status.fault!.message, /setitem does not apply at \["b"\]/);
    write(second, '{"action":"init","struct":{"a":1,"b":{"c":1}}}\n');
    await settled();
    assert.equal(subscriber.status.state, 'live');
    assert.equal(subscriber.status.outOfStepCount, 1);
    same(subscriber.target, dict({ a: 1n, b: dict({ c: 1n }) }));
    assert.deepEqual(bench.differences.at(-1)?.added, ['b']);
    assert.deepEqual(bench.heard, ['init', 'init']);
    assert.equal(bench.clock.pending, 0); // no pause before the fresh one

    // A publisher that is out of step within a second is not asked in a tight circle.
    write(second, '{"action":"pop","path":["a"],"i":0}\n');
    await settled();
    assert.equal(subscriber.status.state, 'out-of-step');
    assert.equal(bench.clock.nextInMs, 200);
    await subscriber.close();
  });

  it('takes an init at any time', async () => {
    const bench = new Bench();
    const accept = bench.serve();
    const subscriber = bench.subscriber();
    const opened = subscriber.connect();
    const link = await accept();
    write(link, INIT);
    await opened;
    write(link, '{"action":"init","struct":[1]}\n{"action":"append","path":[],"x":2}\n');
    await settled();
    same(subscriber.target, [1n, 2n]);
    assert.equal(bench.differences[1]?.replaced, true);
    assert.deepEqual(bench.states, ['live']);
    await subscriber.close();
  });

  it('builds its target anew from each struct', async () => {
    const bench = new Bench();
    const notifier = new Notifier(dict({ a: 1n }));
    bench.publish(notifier);
    const built: PyValue[] = [];
    const subscriber = bench.subscriber({
      targetBuilder: struct => {
        built.push(struct);
        return dict(struct as PyDict);
      },
    });
    await subscriber.connect();
    notifier.set('b', 2n);
    await settled();
    assert.equal(built.length, 1);
    assert.equal((built[0] as PyDict).size, 1); // mods go to the target, not to what it was made of
    same(subscriber.target, notifier.rawView);
    await subscriber.close();
  });

  it('names both causes when the server just closes', async () => {
    const bench = new Bench();
    bench.publish(new Notifier(dict({})));
    const subscriber = bench.subscriber({ notifierName: 'datasetz' });
    await rejects(
      subscriber.connect(),
      'RemoteProtocolError',
      /^lab: .*no notifier "datasetz", or it is not a sync_struct server$/,
    );
    assert.equal(subscriber.status.state, 'failed');
    await subscriber.close();
  });

  it('says so when it is no SiPyCo server', async () => {
    const bench = new Bench();
    const accept = bench.serve();
    const subscriber = bench.subscriber();
    const opened = subscriber.connect();
    write(await accept(), 'HTTP/1.1 400 Bad Request\r\n\r\n');
    await rejects(opened, 'RemoteProtocolError', /^lab: .*not a SiPyCo server.*HTTP/);
    await subscriber.close();
  });

  it('refuses a line over its limit, and waits for a person', async () => {
    const bench = new Bench();
    const accept = bench.serve();
    const subscriber = bench.subscriber({ lineBytes: 1000 });
    subscriber.start();
    const link = await accept();
    write(link, `{"action":"init","struct":"${'x'.repeat(2000)}`);
    await settled();
    assert.equal(subscriber.status.state, 'failed');
    assert.equal(subscriber.status.fault?.name, 'LimitError');
    assert.equal(bench.clock.pending, 0);
    subscriber.retryNow();
    write(await accept(), INIT);
    await settled();
    assert.equal(subscriber.status.state, 'live');
    await subscriber.close();
  });

  it('rejects when nothing listens, and may be asked again', async () => {
    const bench = new Bench();
    const subscriber = bench.subscriber();
    await rejects(subscriber.connect(), 'ConnectError', /nothing listens at lab/);
    assert.equal(bench.clock.pending, 0);
    bench.publish(new Notifier(dict({})));
    await subscriber.connect();
    assert.equal(subscriber.status.state, 'live');
    await rejects(subscriber.connect(), 'LocalProtocolError', /open already/);
    await subscriber.close();
  });

  it('refuses a name that no line can hold, whenever it is opened', async () => {
    const bench = new Bench();
    bench.publish(new Notifier(dict({})));
    const subscriber = bench.subscriber({ notifierName: 'data\nsets' });
    const message = /^the name "data\\nsets" holds the control character 0x0a at 4$/;
    await rejects(subscriber.connect(), 'LocalProtocolError', message);
    subscriber.start();
    await settled();
    assert.equal(subscriber.status.state, 'failed');
    assert.match(subscriber.status.fault!.message, message);
    await subscriber.close();
  });

  it('keeps trying after start, and at once when a person asks', async () => {
    const bench = new Bench();
    const subscriber = bench.subscriber();
    subscriber.start();
    await settled();
    assert.equal(subscriber.status.state, 'failed');
    assert.equal(bench.clock.nextInMs, 100);
    bench.publish(new Notifier(dict({})));
    subscriber.retryNow();
    assert.equal(subscriber.status.state, 'connecting');
    await settled();
    assert.deepEqual(bench.states, ['failed', 'connecting', 'live']);
    assert.equal(bench.disconnects, 0); // there was no connection to lose
    await subscriber.close();
  });

  it('asks a policy once, and then waits for a person', async () => {
    const bench = new Bench();
    let isAllowed = false;
    const subscriber = bench.subscriber({
      connect: () => {
        if (isAllowed) {
          return bench.network.connect('lab');
        }
        const facts = { rule: 'loopback', endpoint: 'lab' };
        return Promise.reject(new PolicyError('lab is not allowed', facts));
      },
    });
    bench.publish(new Notifier(dict({})));
    subscriber.start();
    await settled();
    assert.equal(subscriber.status.state, 'refused');
    assert.equal(bench.clock.pending, 0);
    isAllowed = true;
    subscriber.retryNow();
    await settled();
    assert.equal(subscriber.status.state, 'live');
    await subscriber.close();
  });

  it('gives up at its deadline and at the signal', async () => {
    const bench = new Bench();
    const accept = bench.serve();
    const subscriber = bench.subscriber();
    const late = subscriber.connect({ deadlineMs: 500 });
    await accept();
    bench.clock.turn(500);
    await rejects(late, 'DeadlineError', /no struct of "datasets" within 500 ms/);

    const controller = new AbortController();
    const aborted = subscriber.connect({ signal: controller.signal });
    const reason = new Error('changed my mind');
    controller.abort(reason);
    await assert.rejects(aborted, error => error === reason);
    assert.equal(bench.clock.pending, 0);

    const opened = subscriber.connect();
    await accept(); // the one that was given up
    write(await accept(), INIT);
    await opened;
    assert.equal(subscriber.status.state, 'live');
    await subscriber.close();
  });

  it('goes on when a callback throws, and reports it', async () => {
    const bench = new Bench();
    const notifier = new Notifier(dict({}));
    bench.publish(notifier);
    const subscriber = bench.subscriber();
    subscriber.notifyCbs.unshift(() => {
      throw new TypeError('a bug');
    });
    await subscriber.connect();
    notifier.set('a', 1n);
    await settled();
    assert.deepEqual(bench.heard, ['init', 'setitem']);
    assert.equal(bench.reported.length, 2);
    await subscriber.close();
  });

  it('lets callbacks come and go', async () => {
    const bench = new Bench();
    const notifier = new Notifier(dict({}));
    bench.publish(notifier);
    const once: string[] = [];
    const subscriber = bench.subscriber();
    const callback = () => {
      once.push('heard');
      subscriber.notifyCbs.splice(subscriber.notifyCbs.indexOf(callback), 1);
    };
    subscriber.notifyCbs.unshift(callback);
    await subscriber.connect();
    notifier.set('a', 1n);
    await settled();
    assert.deepEqual(once, ['heard']);
    assert.deepEqual(bench.heard, ['init', 'setitem']);
    await subscriber.close();
  });

  it('is silent after close', async () => {
    const bench = new Bench();
    const notifier = new Notifier(dict({}));
    const publisher = bench.publish(notifier);
    const subscriber = bench.subscriber();
    await subscriber.connect();
    const closed = subscriber.close();
    notifier.set('a', 1n);
    await closed;
    await subscriber.close();
    await publisher.stop();
    await settled();
    assert.deepEqual(bench.heard, ['init']);
    assert.equal(bench.disconnects, 0);
    assert.deepEqual(bench.states, ['live', 'closed']);
    await rejects(subscriber.connect(), 'ClosedError', /was closed/);
    assert.throws(() => subscriber.start(), /was closed/);
  });

  it('closes while it connects', async () => {
    const bench = new Bench();
    const accept = bench.serve();
    const subscriber = bench.subscriber();
    const opened = subscriber.connect();
    await accept();
    const closed = subscriber.close();
    await rejects(opened, 'ClosedError', /was closed/);
    await closed;
    assert.equal(bench.clock.pending, 0);
  });

  it('ends in the struct of its publisher whatever happens to the link', async () => {
    const bench = new Bench();
    const notifier = new Notifier(dict({ list: [], array: NDArray.of(new Float64Array(4)) }));
    bench.publish(notifier);
    const subscriber = bench.subscriber();
    await subscriber.connect();
    for (let i = 0; i < 200; i++) {
      notifier.at('list').append(BigInt(i));
      notifier.at('array').set(BigInt(i % 4), i / 2);
      if (i % 7 === 0) {
        updateFromDict(notifier.at(), dict({ ...entries(notifier), [`k${i}`]: BigInt(i) }));
      }
      if (i % 20 === 10) {
        bench.link?.lose('cable pulled');
        await settled();
        bench.clock.turn(5000);
      }
      if (i % 3 === 0) {
        await settled();
      }
    }
    bench.clock.turn(5000);
    await settled();
    assert.equal(subscriber.status.state, 'live');
    same(subscriber.target, notifier.rawView);
    await subscriber.close();
  });
});

function entries(notifier: Notifier): { [key: string]: PyValue } {
  return Object.fromEntries(notifier.rawView as PyDict) as { [key: string]: PyValue };
}

function write(transport: ITransport | LoopbackTransport, text: string): void {
  transport.send(new TextEncoder().encode(text));
}

function same(found: PyValue | undefined, expected: PyValue): void {
  assert.ok(found !== undefined && pyExact(found, expected), 'the structs differ');
}

async function rejects(promise: Promise<unknown>, name: string, message: RegExp): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(isLabwireError(error), String(error));
    assert.equal(error.name, name);
    assert.match(error.message, message);
    return true;
  });
}

/** Everything that can happen without outside help has happened. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

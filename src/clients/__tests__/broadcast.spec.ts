import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Broadcaster } from '../../servers/index.js';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import { PolicyError, type PyValue, pyRepr, tuple } from '../../values/index.js';
import type { ITransport } from '../../wire/index.js';
import { Receiver, type ReceiverOptions, type ReceiverStatus } from '../index.js';
import { HandClock } from './handclock.js';

/** A network, a clock, and a receiver of `log` that writes down what it hears. */
class Bench {
  readonly network = new LoopbackNetwork();
  readonly clock = new HandClock();
  readonly heard: string[] = [];
  readonly statuses: ReceiverStatus[] = [];
  readonly reported: string[] = [];
  disconnects = 0;
  link: LoopbackTransport | null = null;
  private _whenHeard: (() => void)[] = [];

  receiver(options: Partial<ReceiverOptions> = {}): Receiver {
    return new Receiver({
      name: 'log',
      connect: async options => {
        this.link = await this.network.connect('lab', options);
        return this.link;
      },
      clock: this.clock,
      notifyCb: value => this.hear(value),
      disconnectCb: () => {
        this.disconnects += 1;
      },
      statusCb: status => {
        this.statuses.push(status);
        this._wake();
      },
      reportError: (error, where) => this.reported.push(`${where}: ${error}`),
      ...options,
    });
  }

  hear(value: PyValue): void {
    this.heard.push(pyRepr(value));
    this._wake();
  }

  /** Resolves once `isSo`, which is looked at whenever something was heard. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>(resolve => this._whenHeard.push(resolve));
    }
  }

  private _wake(): void {
    for (const resolve of this._whenHeard.splice(0)) {
      resolve();
    }
  }
}

/** A server by hand: the ends of its connections. */
async function accept(network: LoopbackNetwork): Promise<AsyncIterator<ITransport>> {
  return network.listen('lab').connections[Symbol.asyncIterator]();
}

describe('Receiver', () => {
  it('hears its channel and no other', async () => {
    const bench = new Bench();
    const broadcaster = new Broadcaster();
    broadcaster.start(bench.network.listen('lab'));
    const receiver = bench.receiver();
    await receiver.connect();
    assert.equal(receiver.status.state, 'live');
    while (broadcaster.receivers.length === 0) {
      await new Promise(setImmediate);
    }
    broadcaster.broadcast('other', 1n);
    broadcaster.broadcast('log', tuple(30n, 'master', 1.5, 'root:late'));
    broadcaster.broadcast('log', null);
    await bench.until(() => bench.heard.length === 2);
    assert.deepEqual(bench.heard, ["(30, 'master', 1.5, 'root:late')", 'None']);
    assert.equal(receiver.pyon, 2);
    await receiver.close();
    await broadcaster.stop();
  });

  it('takes callbacks while it lives, and reports what they throw without stopping', async () => {
    const bench = new Bench();
    const servers = await accept(bench.network);
    const receiver = bench.receiver({
      notifyCb: [
        () => {
          throw new Error('mine');
        },
        value => bench.hear(value),
      ],
    });
    await receiver.connect();
    const { value: server } = await servers.next();
    server.send(Buffer.from('1\n'));
    await bench.until(() => bench.heard.length === 1);
    receiver.notifyCbs.push(value => bench.hear([value]));
    server.send(Buffer.from('2\n'));
    await bench.until(() => bench.heard.length === 3);
    assert.deepEqual(bench.heard, ['1', '2', '[2]']);
    assert.deepEqual(bench.reported, [
      'notifyCb of the receiver of log: Error: mine',
      'notifyCb of the receiver of log: Error: mine',
    ]);
    const later = () => Promise.reject(new Error('mine, later')) as unknown as undefined;
    receiver.notifyCbs.push(later);
    server.send(Buffer.from('3\n'));
    while (!/mine, later$/.test(bench.reported.at(-1) ?? '')) {
      await new Promise(setImmediate);
    }
    await receiver.close();
  });

  it('comes back by itself and says between when and when it was away', async () => {
    const bench = new Bench();
    const servers = await accept(bench.network);
    const receiver = bench.receiver();
    await receiver.connect();
    const { value: first } = await servers.next();
    first.send(Buffer.from('(1, )\n'));
    await bench.until(() => bench.heard.length === 1);
    assert.equal(receiver.status.gap, null);
    bench.clock.turn(5000);
    const fromNs = bench.clock.wallNs();
    await first.close();
    await bench.until(() => receiver.status.state === 'stale');
    assert.match(receiver.status.fault?.message ?? '', /the broadcaster closed the connection$/);
    assert.equal(bench.disconnects, 1);
    while (bench.clock.pending === 0) {
      await new Promise(setImmediate);
    }
    bench.clock.turn(100);
    await bench.until(() => receiver.status.state === 'live');
    assert.deepEqual(receiver.status.gap, { fromNs, untilNs: fromNs + 100_000_000n });
    assert.equal(receiver.status.gapCount, 1);
    assert.equal(bench.statuses.at(-1)?.gapCount, 1);
    const { value: second } = await servers.next();
    second.send(Buffer.from('{"__jsonclass__":["tuple",[[2]]]}\n'));
    await bench.until(() => bench.heard.length === 2);
    assert.deepEqual(bench.heard, ['(1,)', '(2,)']);
    await receiver.close();
    assert.equal(receiver.status.state, 'closed');
  });

  it('connects again after a peer that broke the protocol, and says what it did', async () => {
    const bench = new Bench();
    const servers = await accept(bench.network);
    const receiver = bench.receiver();
    await receiver.connect();
    const { value: server } = await servers.next();
    server.send(Buffer.from('220 mail.example ready\r\n'));
    await bench.until(() => receiver.status.state === 'stale');
    assert.match(
      receiver.status.fault?.message ?? '',
      /: this is not a SiPyCo broadcaster: it answered "220 mail.example ready\\r"$/,
    );
    await receiver.close();
  });

  it('rejects where the first attempt fails, and gives up in time', async () => {
    const bench = new Bench();
    await assert.rejects(bench.receiver().connect(), { name: 'ConnectError' });
    const refused = bench.receiver({
      connect: () => Promise.reject(new PolicyError('no', { rule: 'r', endpoint: 'e' })),
    });
    refused.start();
    await bench.until(() => refused.status.state === 'refused');
    await refused.close();
    const slow = bench.receiver({ connect: () => new Promise(() => {}) });
    const connecting = assert.rejects(slow.connect({ deadlineMs: 50 }), {
      name: 'DeadlineError',
      message: 'no connection for "log" within 50 ms',
    });
    bench.clock.turn(50);
    await connecting;
  });

  it('refuses a name that would end the line', async () => {
    const bench = new Bench();
    await accept(bench.network);
    await assert.rejects(bench.receiver({ name: 'a\nb' }).connect(), {
      name: 'LocalProtocolError',
    });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LogRecord, SourceFilter } from '../../protocols/sipyco/index.js';
import { LogServer } from '../../servers/index.js';
import { LoopbackNetwork } from '../../transports/index.js';
import type { ITransport } from '../../wire/index.js';
import { LogForwarder, type LogForwarderOptions, type LogForwarderStatus } from '../index.js';
import { HandClock } from './handclock.js';

/** A network with a log server, and a forwarder from `ctl`. */
class Bench {
  readonly network = new LoopbackNetwork();
  readonly clock = new HandClock();
  readonly records: LogRecord[] = [];
  readonly statuses: LogForwarderStatus[] = [];
  server = this.makeServer();
  private _waiting: (() => void)[] = [];

  makeServer(): LogServer {
    return new LogServer({
      onRecord: record => {
        this.records.push(record);
        this._wake();
      },
    });
  }

  /** A fresh server at the old place. */
  restart(): void {
    this.server = this.makeServer();
    this.server.start(this.network.listen('lab'));
  }

  forwarder(options: Partial<LogForwarderOptions> = {}): LogForwarder {
    return new LogForwarder({
      connect: options => this.network.connect('lab', options),
      clock: this.clock,
      filter: new SourceFilter(10, 'ctl'),
      statusCb: status => {
        this.statuses.push(status);
        this._wake();
      },
      ...options,
    });
  }

  get messages(): string[] {
    return this.records.map(record => record.message);
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>(resolve => this._waiting.push(resolve));
    }
  }

  /** The pause before the next attempt has begun: end it. */
  async nextAttempt(): Promise<void> {
    while (this.clock.pending === 0) {
      await new Promise(setImmediate);
    }
    this.clock.turn(1000);
  }

  private _wake(): void {
    for (const resolve of this._waiting.splice(0)) {
      resolve();
    }
  }
}

const entry = (message: string, levelno = 20) => ({ levelno, name: 'm', message });

describe('LogForwarder', () => {
  it('forwards records in their order, those from before the connection too', async () => {
    const bench = new Bench();
    const forwarder = bench.forwarder();
    assert.equal(forwarder.log(entry('early\nand long', 40)), true);
    assert.equal(forwarder.queuedCount, 1);
    bench.server.start(bench.network.listen('lab'));
    await forwarder.connect();
    forwarder.log(entry('late'));
    forwarder.log({ ...entry('of another', 5), source: 'worker(9)' });
    await bench.until(() => bench.records.length === 3);
    assert.deepEqual(
      bench.records.map(({ level, source, message }) => [level, source, message]),
      [
        ['ERROR', 'ctl', 'early\nand long'],
        ['INFO', 'ctl', 'late'],
        ['TRACE', 'worker(9)', 'of another'],
      ],
    );
    await forwarder.close();
    await bench.server.stop();
  });

  it('holds back what the filter does, without calling it lost', () => {
    const forwarder = new Bench().forwarder();
    assert.equal(forwarder.log(entry('x', 5)), true);
    assert.equal(forwarder.queuedCount, 0);
    assert.equal(forwarder.lostCount, 0);
  });

  it('refuses what cannot be sent, and goes on', () => {
    const bench = new Bench();
    const forwarder = bench.forwarder({ connect: () => new Promise(() => {}) });
    assert.throws(() => forwarder.log({ ...entry('x'), name: 'a\nb' }), {
      name: 'LocalProtocolError',
    });
    assert.throws(() => forwarder.log({ ...entry('x'), source: 'a:b' }), {
      name: 'LocalProtocolError',
    });
    assert.throws(() => forwarder.log(entry('x'.repeat(5 << 20))), { name: 'LimitError' });
    const connect = () => bench.network.connect('lab');
    const bare = new LogForwarder({ connect, clock: bench.clock });
    assert.throws(() => bare.log(entry('x')), {
      name: 'LocalProtocolError',
      message: 'a record without a source cannot be forwarded',
    });
    assert.equal(forwarder.queuedCount, 0);
  });

  it('counts what finds the queue full, and tells the server once it can', async () => {
    const bench = new Bench();
    const forwarder = bench.forwarder({ queueSize: 2 });
    forwarder.start();
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map(message => forwarder.log(entry(message))),
      [true, true, false, false],
    );
    const loss = { lostCount: 2, uncertainCount: 0, sinceNs: bench.clock.wallNs() };
    assert.deepEqual(forwarder.status.loss, loss);
    bench.server.start(bench.network.listen('lab'));
    await bench.nextAttempt();
    await bench.until(() => bench.records.length === 3);
    assert.deepEqual(bench.messages, [
      'a',
      'b',
      'since 2023-11-14T22:13:20.000Z 2 records were lost: the queue was full',
    ]);
    assert.deepEqual(
      [bench.records[2]?.source, bench.records[2]?.level, bench.records[2]?.name],
      ['ctl', 'WARNING', 'labwire.logforwarder'],
    );
    assert.equal(forwarder.status.loss, null);
    assert.equal(forwarder.lostCount, 2);
    assert.ok(bench.statuses.some(status => status.loss?.lostCount === 1));
    await forwarder.close();
    await bench.server.stop();
  });

  it('bounds the queue in bytes too', () => {
    const forwarder = new Bench().forwarder({ queueBytes: 100 });
    assert.equal(forwarder.log(entry('x'.repeat(200))), true);
    assert.equal(forwarder.log(entry('y')), false);
  });

  it('goes over a restart of the server, and says what was under way', async () => {
    const bench = new Bench();
    bench.server.start(bench.network.listen('lab'));
    const forwarder = bench.forwarder();
    await forwarder.connect();
    forwarder.log(entry('settled'));
    await bench.until(() => bench.records.length === 1);
    while (bench.clock.pending === 0) {
      await new Promise(setImmediate);
    }
    bench.clock.turn(1000); // it left long ago
    forwarder.log(entry('fresh'));
    await bench.until(() => bench.records.length === 2);
    await bench.server.stop();
    await bench.until(() => forwarder.status.state === 'stale');
    assert.equal(forwarder.status.loss?.uncertainCount, 1);
    forwarder.log(entry('while away'));
    bench.restart();
    await bench.nextAttempt();
    await bench.until(() => bench.records.length === 4);
    assert.deepEqual(bench.messages, [
      'settled',
      'fresh',
      'while away',
      'since 2023-11-14T22:13:21.000Z 1 record was under way when a connection dropped, and may be lost',
    ]);
    assert.equal(forwarder.uncertainCount, 1);
    await forwarder.close();
    await bench.server.stop();
  });

  it('keeps what the transport refuses for the next connection', async () => {
    const bench = new Bench();
    bench.server.start(bench.network.listen('lab'));
    let links = 0;
    const forwarder = bench.forwarder({
      connect: async options => {
        const link = await bench.network.connect('lab', options);
        links += 1;
        return links > 1 ? link : breaking(link);
      },
    });
    await forwarder.connect();
    forwarder.log(entry('kept'));
    await bench.until(() => forwarder.status.state === 'stale');
    await bench.nextAttempt();
    await bench.until(() => bench.records.length === 1);
    assert.deepEqual(bench.messages, ['kept']);
    assert.equal(forwarder.lostCount + forwarder.uncertainCount, 0);
    await forwarder.close();
    await bench.server.stop();
  });

  it('piles nothing up on a server that does not read', async () => {
    const bench = new Bench();
    const connections = bench.network.listen('lab').connections[Symbol.asyncIterator]();
    const forwarder = bench.forwarder({ queueSize: 10 });
    await forwarder.connect();
    const server = (await connections.next()).value as ITransport;
    const message = 'x'.repeat(300_000);
    let taken = 0;
    while (forwarder.log(entry(message))) {
      taken += 1;
      await new Promise(setImmediate);
    }
    assert.ok(taken < 20, `${taken} records were taken`);
    let received = 0;
    const flushed = forwarder.flushed();
    for await (const chunk of server.chunks) {
      received += chunk.length;
      if (received >= taken * message.length + 'ARTIQ logging\n'.length) {
        break;
      }
    }
    await flushed;
    assert.equal(forwarder.queuedCount, 0);
    await forwarder.close();
  });

  it('counts as lost what it is told after its end, and what waits at it', async () => {
    const bench = new Bench();
    const forwarder = bench.forwarder();
    forwarder.log(entry('never'));
    const flushed = forwarder.flushed();
    await forwarder.close();
    await flushed;
    assert.equal(forwarder.log(entry('too late')), false);
    assert.equal(forwarder.lostCount, 2);
    assert.equal(bench.clock.pending, 0);
  });
});

/** A link that drops at the first record. */
function breaking(link: ITransport): ITransport {
  let sends = 0;
  return Object.assign(Object.create(link), {
    send: (chunk: Uint8Array) => {
      sends += 1;
      if (sends > 1) {
        void link.close('it broke');
      }
      link.send(chunk);
    },
  });
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import { NDArray, OpaqueObject, tuple } from '../../values/index.js';
import { HIGH_WATER_BYTES } from '../../wire/index.js';
import { Broadcaster, type BroadcasterOptions } from '../index.js';

/** A broadcaster, and raw connections to it. */
class Bench {
  readonly network = new LoopbackNetwork();
  readonly reported: string[] = [];
  readonly broadcaster: Broadcaster;

  constructor(options: BroadcasterOptions = {}) {
    this.broadcaster = new Broadcaster({
      reportError: (error, where) => this.reported.push(`${where}: ${error}`),
      ...options,
    });
    this.broadcaster.start(this.network.listen('lab'));
  }

  async dial(text: string): Promise<Line> {
    const link = await this.network.connect('lab');
    link.send(new TextEncoder().encode(text));
    return new Line(link);
  }

  /** A receiver, once the broadcaster knows it. */
  async listen(channel: string): Promise<Line> {
    const before = this.broadcaster.receivers.length;
    const line = await this.dial(`ARTIQ broadcast\n${channel}\n`);
    while (this.broadcaster.receivers.length === before) {
      await new Promise(setImmediate);
    }
    return line;
  }
}

/** The receiver's end, read by hand. */
class Line {
  readonly link: LoopbackTransport;
  private readonly _chunks: AsyncIterator<Uint8Array>;
  private _text = '';

  constructor(link: LoopbackTransport) {
    this.link = link;
    this._chunks = link.chunks[Symbol.asyncIterator]();
  }

  /** The next line; null at the end. */
  async next(): Promise<string | null> {
    for (;;) {
      const end = this._text.indexOf('\n');
      if (end >= 0) {
        const line = this._text.slice(0, end);
        this._text = this._text.slice(end + 1);
        return line;
      }
      const { value, done } = await this._chunks.next();
      if (done === true) {
        return null;
      }
      this._text += Buffer.from(value).toString();
    }
  }
}

describe('Broadcaster', () => {
  it('sends to those who listen to a channel, and to nobody before', async () => {
    const bench = new Bench();
    bench.broadcaster.broadcast('c', 'early');
    const [one, two] = [await bench.listen('c'), await bench.listen('c')];
    const other = await bench.listen('with blank');
    bench.broadcaster.broadcast('c', tuple(1n, 2));
    bench.broadcaster.broadcast('with blank', null);
    assert.equal(await one.next(), '{"__jsonclass__":["tuple",[[1,2.0]]]}');
    assert.equal(await two.next(), '{"__jsonclass__":["tuple",[[1,2.0]]]}');
    assert.equal(await other.next(), 'null');
    await bench.broadcaster.stop();
    assert.equal(await one.next(), null);
    assert.deepEqual(bench.broadcaster.receivers, []);
    assert.deepEqual(bench.reported, []);
  });

  it('writes version 1 where it is asked to', async () => {
    const bench = new Bench({ pyon: 1 });
    const line = await bench.listen('c');
    bench.broadcaster.broadcast('c', tuple(1n));
    assert.equal(await line.next(), '(1, )');
  });

  it('drops the newest of one turn over the limit, as SiPyCo does, and counts them', async () => {
    const bench = new Bench({ queueLimit: 4 });
    const line = await bench.listen('c');
    for (let i = 0n; i < 10n; i += 1n) {
      bench.broadcaster.broadcast('c', i);
    }
    for (const text of ['0', '1', '2', '3']) {
      assert.equal(await line.next(), text);
    }
    bench.broadcaster.broadcast('c', 'later');
    assert.equal(await line.next(), '"later"');
    assert.equal(bench.broadcaster.dropCount, 6);
    assert.deepEqual(
      bench.broadcaster.receivers.map(({ channel, dropCount }) => [channel, dropCount]),
      [['c', 6]],
    );
  });

  for (const [what, options, value] of [
    ['messages', { queueLimit: 8 }, 'x'.repeat(100_000)],
    ['bytes', { limits: { queueBytes: 1_000_000 } }, 'x'.repeat(100_000)],
    ['bytes, of one large message', { limits: { queueBytes: 10 } }, 'x'.repeat(100_000)],
  ] as const) {
    it(`bounds what waits for a receiver that does not read, in ${what}; others lose nothing`, async () => {
      const bench = new Bench(options);
      const silent = await bench.listen('c');
      const quick = await bench.listen('c');
      for (let i = 0; i < 60; i += 1) {
        bench.broadcaster.broadcast('c', value);
        assert.equal((await quick.next())?.length, value.length + 2);
      }
      const [info, other] = bench.broadcaster.receivers;
      assert.ok(info!.dropCount > 20, `${info!.dropCount} dropped`);
      assert.equal(other!.dropCount, 0);
      assert.equal(bench.broadcaster.dropCount, info!.dropCount);
      const most = HIGH_WATER_BYTES + 1_000_000 + 4 * value.length;
      assert.ok(info!.waitingBytes < most, `${info!.waitingBytes} wait`);
      // It wakes up: what waited arrives, in whole lines, and then what is new.
      for (let i = info!.dropCount; i < 60; i += 1) {
        assert.equal((await silent.next())?.length, value.length + 2);
      }
      bench.broadcaster.broadcast('c', 'new');
      assert.equal(await silent.next(), '"new"');
    });
  }

  it('throws for a value without a form, and nobody gets anything', async () => {
    const bench = new Bench();
    const line = await bench.listen('c');
    assert.throws(() => bench.broadcaster.broadcast('c', new OpaqueObject('Laser', '<Laser>')), {
      name: 'EncodeError',
    });
    bench.broadcaster.broadcast('c', NDArray.of(Float64Array.of(1)));
    assert.match((await line.next()) ?? '', /nparray/);
  });

  for (const [what, text] of [
    ['another protocol', 'ARTIQ sync_struct\nx\n'],
    ['a carriage return in the banner', 'ARTIQ broadcast\r\nx\n'],
    ['a browser', 'GET / HTTP/1.1\r\n\r\n'],
    ['an endless line', 'A'.repeat(100_000)],
    ['a name that is not UTF-8', 'ARTIQ broadcast\n\xff\n'],
  ] as const) {
    it(`answers ${what} by closing`, async () => {
      const bench = new Bench();
      const link = await bench.network.connect('lab');
      link.send(Buffer.from(text, 'latin1'));
      assert.equal(await new Line(link).next(), null);
      assert.deepEqual(bench.broadcaster.receivers, []);
    });
  }

  it('takes a name from Object.prototype for a channel like any other', async () => {
    const bench = new Bench();
    const line = await bench.listen('__proto__');
    bench.broadcaster.broadcast('constructor', 1n);
    bench.broadcaster.broadcast('__proto__', 2n);
    assert.equal(await line.next(), '2');
  });

  it('bounds connections, and gives the place of one that closed its side to the next', async () => {
    const bench = new Bench({ limits: { connections: 2 } });
    await bench.listen('c');
    const leaving = await bench.listen('c');
    const third = bench.dial('ARTIQ broadcast\nc\n').then(line => line.next());
    await assert.rejects(third, { name: 'ConnectionLostError' });
    assert.equal(bench.broadcaster.receivers.length, 2);
    await leaving.link.close();
    bench.broadcaster.broadcast('c', 1n);
    while (bench.broadcaster.receivers.length === 2) {
      await new Promise(setImmediate);
    }
    const fourth = await bench.listen('c');
    bench.broadcaster.broadcast('c', 2n);
    assert.equal(await fourth.next(), '2');
  });

  it('keeps nothing of a thousand receivers that came and went', async () => {
    const bench = new Bench();
    for (let i = 0; i < 1000; i += 1) {
      const line = await bench.listen('c');
      await line.link.close();
      bench.broadcaster.broadcast('c', 1n);
      while (bench.broadcaster.receivers.length > 0) {
        await new Promise(setImmediate);
      }
    }
    const last = await bench.listen('c');
    bench.broadcaster.broadcast('c', 2n);
    assert.equal(await last.next(), '2');
    assert.deepEqual(bench.reported, []);
  });

  it('refuses a queue that holds nothing', () => {
    assert.throws(() => new Broadcaster({ queueLimit: 0 }), {
      name: 'RangeError',
      message: 'queueLimit is 0, it must be at least 1',
    });
  });
});

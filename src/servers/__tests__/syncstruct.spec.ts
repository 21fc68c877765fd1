import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HandClock } from '../../clients/__tests__/handclock.js';
import { Subscriber } from '../../clients/index.js';
import { decode } from '../../protocols/pyon/index.js';
import { Notifier } from '../../protocols/sipyco/index.js';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import {
  dict,
  isLabwireError,
  NDArray,
  OpaqueObject,
  type PyValue,
  pyExact,
  tuple,
} from '../../values/index.js';
import { HIGH_WATER_BYTES } from '../../wire/index.js';
import { Publisher, type PublisherOptions } from '../index.js';

/** A publisher, and raw connections to it. */
class Bench {
  readonly network = new LoopbackNetwork();
  readonly reported: string[] = [];
  readonly publisher: Publisher;

  constructor(notifiers: PublisherOptions['notifiers'], limits: PublisherOptions['limits'] = {}) {
    this.publisher = new Publisher({
      notifiers,
      limits,
      reportError: (error, where) => this.reported.push(`${where}: ${error}`),
    });
    this.publisher.start(this.network.listen('lab'));
  }

  async dial(text: string): Promise<Line> {
    const link = await this.network.connect('lab');
    link.send(new TextEncoder().encode(text));
    return new Line(link);
  }

  subscribe(name: string): Promise<Line> {
    return this.dial(`ARTIQ sync_struct\n${name}\n`);
  }
}

/** The subscriber's end, read by hand. */
class Line {
  readonly link: LoopbackTransport;
  private readonly _chunks: AsyncIterator<Uint8Array>;
  private readonly _lines: string[] = [];

  constructor(link: LoopbackTransport) {
    this.link = link;
    this._chunks = link.chunks[Symbol.asyncIterator]();
  }

  /** The next line as text; null at the end. The publisher writes whole lines, several at once. */
  async next(): Promise<string | null> {
    if (this._lines.length === 0) {
      const { value, done } = await this._chunks.next();
      if (done === true) {
        return null;
      }
      this._lines.push(...new TextDecoder().decode(value).split(/(?<=\n)/));
    }
    return this._lines.shift() ?? null;
  }
}

describe('Publisher', () => {
  it('gives each subscriber the struct, then every mod', async () => {
    const notifier = new Notifier(dict({ a: 1n }));
    const bench = new Bench({ x: notifier });
    const first = await bench.subscribe('x');
    assert.equal(await first.next(), '{"action":"init","struct":{"a":1}}\n');
    notifier.set('a', 2n);
    const second = await bench.subscribe('x');
    assert.equal(await second.next(), '{"action":"init","struct":{"a":2}}\n');
    notifier.set('b', tuple(null));
    const mod =
      '{"action":"setitem","path":[],"key":"b","value":{"__jsonclass__":["tuple",[[null]]]}}\n';
    assert.equal(await first.next(), '{"action":"setitem","path":[],"key":"a","value":2}\n');
    assert.equal(await first.next(), mod);
    assert.equal(await second.next(), mod);
    assert.equal(bench.publisher.subscriberCount, 2);
  });

  it('writes version 1 where the notifier does', async () => {
    const notifier = new Notifier(dict({ a: tuple(1n) }), { pyon: 1 });
    const bench = new Bench({ x: notifier });
    const line = await bench.subscribe('x');
    assert.equal(await line.next(), '{"action": "init", "struct": {"a": (1, )}}\n');
    notifier.delete('a');
    assert.equal(await line.next(), '{"action": "delitem", "path": [], "key": "a"}\n');
  });

  it('keeps notifiers apart, names of any letters', async () => {
    const plain = new Notifier(dict({}));
    const odd = new Notifier([]);
    const bench = new Bench({ plain, 'with blank': odd, '': new Notifier(dict({})) });
    const [one, other, empty] = [
      await bench.subscribe('plain'),
      await bench.subscribe('with blank'),
      await bench.subscribe(''),
    ];
    await one.next();
    assert.equal(await other.next(), '{"action":"init","struct":[]}\n');
    assert.equal(await empty.next(), '{"action":"init","struct":{}}\n');
    odd.append(1n);
    plain.set('k', 1n);
    assert.equal(await other.next(), '{"action":"append","path":[],"x":1}\n');
    assert.match((await one.next()) ?? '', /setitem/);
  });

  for (const [what, text] of [
    ['an unknown notifier', 'ARTIQ sync_struct\nnobody\n'],
    ['a name from Object.prototype', 'ARTIQ sync_struct\nconstructor\n'],
    ['another protocol', 'ARTIQ broadcast\nx\n'],
    ['a carriage return in the banner', 'ARTIQ sync_struct\r\nx\n'],
    ['a carriage return in the name', 'ARTIQ sync_struct\nx\r\n'],
    ['a browser', 'GET / HTTP/1.1\r\n\r\n'],
    ['an endless line', 'A'.repeat(100_000)],
  ] as const) {
    it(`answers ${what} by closing`, async () => {
      const bench = new Bench({ x: new Notifier(dict({})) });
      const line = await bench.dial(text);
      assert.equal(await line.next(), null);
      assert.equal(bench.publisher.subscriberCount, 0);
      assert.deepEqual(bench.reported, []);
    });
  }

  it('never reads what follows the subscription', async () => {
    const notifier = new Notifier(dict({}));
    const bench = new Bench({ x: notifier });
    const line = await bench.dial('ARTIQ sync_struct\nx\nnonsense\n{}\n');
    assert.equal(await line.next(), '{"action":"init","struct":{}}\n');
    notifier.set('k', 1n);
    assert.match((await line.next()) ?? '', /setitem/);
  });

  it('refuses a value that cannot be sent before the struct changes', async () => {
    const notifier = new Notifier(dict({ a: 1n }));
    const bench = new Bench({ x: notifier });
    const line = await bench.subscribe('x');
    await line.next();
    const bad = new OpaqueObject('Laser', '<Laser>');
    assert.throws(
      () => notifier.set('bad', bad),
      error => isLabwireError(error, 'EncodeError'),
    );
    notifier.set('good', 1n);
    assert.match((await line.next()) ?? '', /"good"/);
    const late = await bench.subscribe('x');
    assert.equal(await late.next(), '{"action":"init","struct":{"a":1,"good":1}}\n');
  });

  it('tells when a struct cannot be sent at all', async () => {
    const bench = new Bench({ x: new Notifier([new OpaqueObject('Laser', '<Laser>')]) });
    const line = await bench.subscribe('x');
    assert.equal(await line.next(), null);
    await settled();
    assert.equal(bench.reported.length, 1);
    assert.match(bench.reported[0] ?? '', /^the subscriber lab caller 1 was left: EncodeError/);
  });

  it('forgets who leaves, with or without a goodbye', async () => {
    const notifier = new Notifier(dict({}));
    const bench = new Bench({ x: notifier });
    const polite = await bench.subscribe('x');
    const rude = await bench.subscribe('x');
    await polite.next();
    await rude.next();
    await polite.link.close();
    rude.link.lose('cable pulled');
    notifier.set('k', 1n);
    await settled();
    assert.equal(bench.publisher.subscriberCount, 0);
    assert.deepEqual(bench.reported, []);
  });

  it('goes on writing to one who closed only its own side, as SiPyCo does', async () => {
    const notifier = new Notifier(dict({}));
    const bench = new Bench({ x: notifier });
    const line = await bench.subscribe('x');
    line.link.end();
    assert.equal(await line.next(), '{"action":"init","struct":{}}\n');
    await settled();
    notifier.set('k', 1n);
    assert.match((await line.next()) ?? '', /setitem/);
    await line.link.close();
    notifier.set('k', 2n);
    await settled();
    assert.equal(bench.publisher.subscriberCount, 0);
    assert.deepEqual(bench.reported, []);
  });

  it('gives the place of one who closed its side to the next', async () => {
    const bench = new Bench({ x: new Notifier(dict({})) }, { connections: 2 });
    const silent = await bench.subscribe('x');
    await silent.next();
    silent.link.end();
    await settled();
    const other = await bench.subscribe('x');
    assert.match((await other.next()) ?? '', /init/);
    const third = await bench.subscribe('x');
    assert.match((await third.next()) ?? '', /init/);
    assert.equal(await silent.next(), null);
    assert.equal(bench.publisher.subscriberCount, 2);
    assert.equal(await new Line(await bench.network.connect('lab')).next(), null);
    await bench.publisher.stop();
  });

  it('stops, and starts again', async () => {
    const notifier = new Notifier(dict({}));
    const bench = new Bench({ x: notifier });
    const line = await bench.subscribe('x');
    await line.next();
    const silent = await bench.dial('');
    await bench.publisher.stop();
    assert.equal(await line.next(), null);
    assert.equal(await silent.next(), null);
    await assert.rejects(bench.subscribe('x'), /nothing listens/);
    notifier.set('k', 1n);
    bench.publisher.start(bench.network.listen('lab'));
    const again = await bench.subscribe('x');
    assert.equal(await again.next(), '{"action":"init","struct":{"k":1}}\n');
  });

  it('closes connections beyond its limit', async () => {
    const bench = new Bench({ x: new Notifier(dict({})) }, { connections: 2 });
    const [one, two] = [await bench.subscribe('x'), await bench.subscribe('x')];
    const three = new Line(await bench.network.connect('lab'));
    assert.match((await one.next()) ?? '', /init/);
    assert.match((await two.next()) ?? '', /init/);
    assert.equal(await three.next(), null);
  });

  it('takes a notifier that tells nobody else', () => {
    const notifier = new Notifier(dict({}));
    new Publisher({ notifiers: { x: notifier } });
    assert.throws(
      () => new Publisher({ notifiers: { y: notifier } }),
      new RangeError('the notifier "y" has a publisher already'),
    );
  });
});

describe('a slow subscriber', () => {
  const FRAME = 300_000;

  it('gets what waits, in order, when it reads again in time', async () => {
    const notifier = new Notifier(dict({ n: 0n, frame: '' }));
    const bench = new Bench({ x: notifier });
    const line = await bench.subscribe('x');
    for (let n = 1; n <= 20; n++) {
      notifier.set('frame', 'x'.repeat(FRAME));
      notifier.set('n', BigInt(n));
    }
    assert.ok(line.link.bufferedBytes < 100);
    const struct = await catchUp(line, 41);
    same(struct, notifier.rawView);
    assert.equal(bench.publisher.resyncCount, 0);
    notifier.set('n', 21n); // and from now on at once
    assert.match((await line.next()) ?? '', /"value":21/);
  });

  it('costs a bounded amount, then gets a fresh init', async () => {
    const notifier = new Notifier(dict({ n: 0n, frame: '' }));
    const bench = new Bench({ x: notifier }, { queueBytes: 1_000_000 });
    const slow = await bench.subscribe('x');
    const quick = await bench.subscribe('x');
    await quick.next();
    let waiting = 0;
    for (let n = 1; n <= 200; n++) {
      notifier.set('frame', `${n}${'x'.repeat(FRAME)}`);
      notifier.set('n', BigInt(n));
      assert.match((await quick.next()) ?? '', /frame/);
      assert.match((await quick.next()) ?? '', /"n"/);
      waiting = Math.max(waiting, bench.publisher.waitingBytes);
    }
    const bound = HIGH_WATER_BYTES + FRAME + 1_000_000 + FRAME; // transport, line, queue, line
    assert.ok(waiting < bound, `${waiting} bytes waited`);
    assert.equal(bench.publisher.resyncCount, 1);

    const actions: string[] = [];
    let struct: PyValue = null;
    while (actions.filter(action => action === 'init').length < 2) {
      const line = decode((await slow.next()) ?? '') as ReturnType<typeof dict>;
      actions.push(line.get('action') as string);
      struct = line.get('struct') ?? struct;
    }
    assert.ok(actions.length < 15, `${actions.length} lines`);
    same(struct, notifier.rawView);
    notifier.set('n', -1n);
    assert.match((await slow.next()) ?? '', /"value":-1/);
  });

  it('that stops for ever holds up nobody, not even stop', async () => {
    const notifier = new Notifier(dict({ frame: '' }));
    const bench = new Bench({ x: notifier }, { queueBytes: 100_000 });
    await bench.subscribe('x');
    for (let n = 0; n < 20; n++) {
      notifier.set('frame', 'x'.repeat(FRAME));
    }
    await settled();
    await bench.publisher.stop();
    assert.equal(bench.publisher.subscriberCount, 0);
    assert.deepEqual(bench.reported, []);
  });

  it('stays in step through it all, small mods and arrays', async () => {
    const notifier = new Notifier(dict({ a: NDArray.of(new Float64Array(5000)), list: [] }));
    const bench = new Bench({ datasets: notifier }, { queueBytes: 200_000 });
    const subscriber = new Subscriber({
      notifierName: 'datasets',
      connect: () => bench.network.connect('lab'),
      clock: new HandClock(),
    });
    await subscriber.connect();
    for (let burst = 0; burst < 10; burst++) {
      for (let i = 0; i < 300; i++) {
        notifier.at('a').set(BigInt((burst * 300 + i) % 5000), i / 3);
        notifier.at('list').append(BigInt(i));
        if (i % 10 === 0) {
          notifier.set('frame', 'x'.repeat(FRAME));
        }
      }
      await settled();
    }
    for (let i = 0; i < 50; i++) {
      await settled();
    }
    assert.ok(bench.publisher.resyncCount > 0);
    assert.equal(subscriber.status.state, 'live');
    assert.equal(subscriber.status.outOfStepCount, 0);
    same(subscriber.target ?? null, notifier.rawView);
    await subscriber.close();
    await bench.publisher.stop();
  });
});

/** Apply `count` lines of whole values; enough for structs whose items are only ever replaced. */
async function catchUp(line: Line, count: number): Promise<PyValue> {
  let struct = dict({});
  for (let i = 0; i < count; i++) {
    const mod = decode((await line.next()) ?? '') as ReturnType<typeof dict>;
    if (mod.get('action') === 'init') {
      struct = mod.get('struct') as ReturnType<typeof dict>;
    } else {
      struct.set(mod.get('key') as string, mod.get('value') as PyValue);
    }
  }
  return struct;
}

function same(found: PyValue, expected: PyValue): void {
  assert.ok(pyExact(found, expected), 'the structs differ');
}

/** Everything that can happen without outside help has happened. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

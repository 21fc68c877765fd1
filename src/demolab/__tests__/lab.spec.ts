import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HandClock } from '../../clients/__tests__/handclock.js';
import { Subscriber } from '../../clients/index.js';
import { datasetOf } from '../../protocols/sipyco/index.js';
import { LoopbackNetwork } from '../../transports/index.js';
import {
  dict,
  type NDArray,
  type PyDict,
  type PyValue,
  parseAddress,
  pyExact,
  Tuple,
} from '../../values/index.js';
import { DemoLab } from '../index.js';
import { everyType } from '../types.js';

const POINTS = 20;

/** A lab, and somebody who follows one of its notifiers. */
async function open(notifierName: string, seed = 1) {
  const network = new LoopbackNetwork();
  const clock = new HandClock();
  const lab = new DemoLab({ clock, seed, pointCount: POINTS });
  await lab.start(service => network.listen(service));
  const mods: string[] = [];
  const subscriber = new Subscriber({
    notifierName,
    connect: () => network.connect('sync_struct'),
    clock,
    notifyCb: mod => {
      mods.push(mod.action === 'init' ? 'init' : [...mod.path, 'key' in mod ? mod.key : ''].join());
    },
  });
  await subscriber.connect();
  return {
    lab,
    clock,
    mods,
    subscriber,
    /** Let so many tenths of a second pass. */
    ticks: async (count: number) => {
      for (let i = 0; i < count; i++) {
        clock.turn(100);
        await settled();
      }
    },
    /** A dataset's value. */
    value: (name: string): PyValue => {
      const dataset = datasetOf((subscriber.target as PyDict).get(name) ?? null);
      assert.ok(dataset !== null, `${name} is a dataset`);
      return dataset.value;
    },
    close: async () => {
      await subscriber.close();
      await lab.stop();
    },
  };
}

describe('DemoLab', () => {
  it('names what can be subscribed to, datasets first', async () => {
    const { lab, close } = await open('datasets');
    assert.deepEqual(lab.addresses, [
      'sipyco+sync://sync_struct/datasets',
      'sipyco+sync://sync_struct/schedule',
    ]);
    assert.equal(parseAddress(lab.addresses[0]!).path, 'datasets');
    await close();
    assert.deepEqual(lab.addresses, []);
  });

  it('shapes every dataset as ARTIQ does, one of them as ARTIQ 7 did', async () => {
    const { subscriber, close } = await open('datasets');
    const pairs: PyValue[] = [];
    for (const [name, entry] of subscriber.target as PyDict) {
      assert.ok(datasetOf(entry) !== null, String(name));
      if (entry instanceof Tuple && entry.length === 2) {
        pairs.push(name);
      }
    }
    assert.deepEqual(pairs, ['legacy.voltage']);
    await close();
  });

  it('sends every awkward type unharmed', async () => {
    const { value, close } = await open('datasets');
    for (const [name, expected] of everyType()) {
      assert.ok(pyExact(value(`types.${name}`), expected), name);
    }
    await close();
  });

  it('measures a point each tenth of a second, and the rest is NaN', async () => {
    const { value, ticks, mods, close } = await open('datasets');
    const measured = () => (value('rabi.p') as NDArray).toFloat64()!.filter(p => !Number.isNaN(p));
    assert.equal(measured().length, 0);
    await ticks(7);
    assert.equal(measured().length, 7);
    assert.equal((value('rabi.p') as NDArray).size, POINTS);
    assert.ok(mods.includes('rabi.p,1,6') && mods.includes('rabi.p_err,1,6'));
    assert.equal(value('progress'), (100 * 7) / POINTS);
    await close();
  });

  it('takes ten pictures a second, and the temperature twice', async () => {
    const { value, ticks, mods, close } = await open('datasets');
    const first = value('camera.frame') as NDArray;
    assert.deepEqual([first.dtype.str, ...first.shape], ['<u2', 512, 512]);
    assert.ok(first.toFloat64()!.some(count => count > 2000)); // there is something to see at once
    await ticks(10);
    assert.equal(mods.filter(mod => mod === 'camera.frame').length, 10);
    assert.equal(mods.filter(mod => mod === 'temperature').length, 2);
    assert.equal(mods.filter(mod => mod === 'photons.counts').length, 2);
    assert.ok((value('photons.total') as bigint) > 2n ** 53n + 1n);
    await close();
  });

  it('counts photons by pulse length as well, and loses none', async () => {
    const { value, ticks, close } = await open('datasets');
    await ticks(POINTS);
    const all = value('photons.counts') as NDArray;
    const byTime = value('photons.by_t') as NDArray;
    assert.deepEqual(byTime.shape, [POINTS / 10, all.size]);
    assert.equal((value('photons.t') as NDArray).size, POINTS / 10);
    assert.equal((value('photons.bins') as NDArray).size, all.size + 1);
    const counts = byTime.toFloat64()!;
    assert.deepEqual(
      Array.from(all.toFloat64()!),
      Array.from({ length: all.size }, (_, bin) => counts[bin]! + counts[all.size + bin]!),
    );
    await close();
  });

  it('starts over when a scan is complete, and the schedule moves on', async () => {
    const { value, ticks, lab, close } = await open('datasets');
    const before = (value('rabi.p') as NDArray).copy();
    await ticks(POINTS);
    assert.equal(value('progress'), 100);
    await ticks(30);
    assert.equal(value('progress'), 0);
    assert.ok(pyExact(value('rabi.p'), before)); // all NaN again
    await ticks(1);
    assert.equal(value('progress'), 100 / POINTS);
    assert.equal(lab.publisher.resyncCount, 0);
    await close();
  });

  it('keeps a schedule with ints for keys', async () => {
    const { subscriber, ticks, close } = await open('schedule');
    const rows = () =>
      Array.from(subscriber.target as PyDict, ([rid, job]) => [rid, (job as PyDict).get('status')]);
    assert.deepEqual(rows(), [
      [4711n, 'running'],
      [4712n, 'pending'],
    ]);
    await ticks(POINTS + 12);
    assert.deepEqual(rows(), [
      [4711n, 'analyzing'],
      [4712n, 'preparing'],
    ]);
    await ticks(18);
    assert.deepEqual(rows(), [
      [4712n, 'running'],
      [4713n, 'pending'],
    ]);
    await close();
  });

  it('is the same lab for the same seed', async () => {
    const snapshot = async (seed: number) => {
      const { subscriber, ticks, close } = await open('datasets', seed);
      await ticks(15);
      const struct = subscriber.target as PyDict;
      await close();
      return struct;
    };
    const first = await snapshot(5);
    assert.ok(pyExact(first, await snapshot(5)));
    assert.ok(!pyExact(first, await snapshot(6)));
    assert.ok(!pyExact(first, dict({})));
  });

  it('leaves out the ticks that a sleeping computer missed', async () => {
    const { clock, value, ticks, close } = await open('datasets');
    await ticks(3);
    clock.sleep(60_000);
    await ticks(1);
    // One for the timer that was due, one for the tenth of a second since: not six hundred.
    assert.equal(value('progress'), (100 * 5) / POINTS);
    await close();
  });

  it('stops: time, listener and connections', async () => {
    const { lab, clock, subscriber } = await open('datasets');
    await subscriber.close();
    await lab.stop();
    await lab.stop();
    assert.equal(clock.pending, 0);
  });

  it('runs nothing when it is stopped before it has started', async () => {
    const clock = new HandClock();
    const network = new LoopbackNetwork();
    const lab = new DemoLab({ clock });
    const starting = lab.start(service => network.listen(service));
    await lab.stop();
    await starting;
    assert.equal(clock.pending, 0);
    assert.deepEqual(lab.addresses, []);
    await assert.rejects(network.connect('sync_struct'), /nothing listens/);
    await lab.start(service => network.listen(service)); // and it may start again
    assert.equal(clock.pending, 1);
    await lab.stop();
  });
});

/** Everything that can happen without outside help has happened. */
async function settled(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

// The list and its states, against a hub that is played by hand and a clock that the test turns.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Signal } from '@lumino/signaling';
import type { EndpointStatus } from '../../hub/api.js';
import { isLabwireError, LimitError, type LinkState, toFault } from '../../values/index.js';
import { entryOf, type Instrument } from '../instrument.js';
import { type IInstrumentStore, InstrumentsModel } from '../instruments.js';
import { ScriptedHub, settled } from './scripted.js';

const MASTER: Instrument = {
  name: 'master',
  address: 'sipyco+rpc://lab:3251',
  readOnly: false,
  confirm: false,
};
const CAMERA: Instrument = { ...MASTER, name: 'camera', address: 'sipyco+rpc://lab:3253' };

class Store implements IInstrumentStore {
  constructor(public entries: readonly unknown[]) {}
  readonly changed = new Signal<this, void>(this);

  read(): unknown {
    return this.entries;
  }

  async write(entries: readonly unknown[]): Promise<void> {
    this.entries = entries;
    this.changed.emit();
  }
}

class Hub extends ScriptedHub {
  connections: readonly EndpointStatus[] = [];
  refusedHold: unknown = null;

  override async endpoints(): Promise<never[]> {
    this.calls.push('endpoints');
    return [...this.connections] as never[];
  }

  override async hold(address: string) {
    await super.hold(address);
    if (this.refusedHold !== null) {
      throw this.refusedHold;
    }
  }
}

function connection(
  address: string,
  state: LinkState,
  receivedBytes = 0,
  roundTripMs: number | null = null,
): EndpointStatus {
  const status = { state, sinceNs: 5n, fault: null, outOfStepCount: 0 };
  return { endpoint: 'lab', address, status, viewCount: 0, receivedBytes, roundTripMs };
}

function setUp(entries: readonly unknown[] = [entryOf(MASTER), entryOf(CAMERA)]) {
  const hub = new Hub();
  const store = new Store(entries);
  const clock = { nowMs: 0, waiting: new Set<() => void>(), openCount: 0 };
  const model = new InstrumentsModel({
    open: async () => {
      clock.openCount += 1;
      return hub;
    },
    after: callback => {
      clock.waiting.add(callback);
      return () => clock.waiting.delete(callback);
    },
    nowMs: () => clock.nowMs,
    now: () => 7n,
  });
  model.setStore(store);
  const pass = async (ms: number) => {
    clock.nowMs += ms;
    const due = [...clock.waiting];
    clock.waiting.clear();
    for (const callback of due) {
      callback();
    }
    await settled();
  };
  return { hub, store, model, clock, pass };
}

describe('InstrumentsModel', () => {
  it('asks nothing of the hub before somebody looks', async () => {
    const { model, clock, pass } = setUp();
    assert.deepEqual(
      model.instruments.map(({ name }) => name),
      ['master', 'camera'],
    );
    await pass(5000);
    assert.equal(clock.openCount, 0);
  });

  it('starts no hub for an empty list', async () => {
    const { model, clock, pass } = setUp([]);
    model.setWatched(true);
    await pass(5000);
    assert.equal(clock.openCount, 0);
  });

  it('holds a connection to each while somebody looks, and lets go afterwards', async () => {
    const { hub, model, clock } = setUp();
    model.setWatched(true);
    await settled();
    assert.deepEqual(hub.remoteCalls, [`hold ${MASTER.address}`, `hold ${CAMERA.address}`]);
    model.setWatched(false);
    await settled();
    assert.deepEqual(hub.remoteCalls.slice(2), [
      `release ${MASTER.address}`,
      `release ${CAMERA.address}`,
    ]);
    assert.equal(clock.waiting.size, 0, 'nothing is looked at any more');
    assert.equal(model.statusOf(MASTER.address), null, 'no state that is not current');
  });

  it('reads how each is doing once a second, and how many bytes came', async () => {
    const { hub, model, pass } = setUp();
    hub.connections = [connection(MASTER.address, 'live', 1000, 1.1)];
    model.setWatched(true);
    await settled();
    assert.equal(model.statusOf(MASTER.address)?.status.state, 'live');
    assert.equal(model.statusOf(MASTER.address)?.roundTripMs, 1.1);
    assert.equal(model.statusOf(MASTER.address)?.bytesPerSecond, null, 'one look is no rate');
    assert.equal(model.statusOf(CAMERA.address)?.status.state, 'connecting');
    hub.connections = [
      connection(MASTER.address, 'stale', 4000),
      connection(CAMERA.address, 'live'),
    ];
    await pass(2000);
    assert.equal(model.statusOf(MASTER.address)?.bytesPerSecond, 1500);
    assert.equal(model.statusOf(MASTER.address)?.status.state, 'stale');
    assert.equal(model.statusOf(CAMERA.address)?.status.state, 'live');
    // A new connection counts from 0 again.
    hub.connections = [connection(MASTER.address, 'live', 10)];
    await pass(1000);
    assert.equal(model.statusOf(MASTER.address)?.bytesPerSecond, null);
  });

  it('says why an instrument could not be held, and holds it anew on request', async () => {
    const { hub, model, pass } = setUp([entryOf(MASTER)]);
    const facts = { limit: 'held', value: 501, maximum: 500, unit: 'connections' };
    hub.refusedHold = new LimitError('500 connections are kept open', facts);
    model.setWatched(true);
    await settled();
    await pass(1000);
    const { status } = model.statusOf(MASTER.address)!;
    assert.equal(status.state, 'failed');
    assert.equal(status.fault?.message, '500 connections are kept open');
    hub.refusedHold = null;
    hub.connections = [connection(MASTER.address, 'live')];
    model.retry(MASTER.address);
    await settled();
    assert.equal(hub.remoteCalls.filter(line => line.startsWith('hold')).length, 2);
    assert.equal(model.statusOf(MASTER.address)?.status.state, 'live');
    model.retry(MASTER.address);
    await settled();
    assert.equal(hub.remoteCalls.at(-1), `retryEndpoint ${MASTER.address}`);
  });

  it('says that the worker cannot run, for all of them', async () => {
    const { hub, model, pass } = setUp();
    hub.endpoints = async () => {
      throw toFault(new LimitError('no worker', { limit: 'l', value: 1, maximum: 0, unit: 'u' }));
    };
    model.setWatched(true);
    await settled();
    for (const { address } of model.instruments) {
      assert.equal(model.statusOf(address)?.status.fault?.message, 'no worker');
    }
    hub.endpoints = async () => [connection(MASTER.address, 'live')] as never[];
    await pass(5000);
    assert.equal(model.statusOf(MASTER.address)?.status.state, 'live');
  });

  it('tells guards to a hub that begins to run, and whenever they change', async () => {
    const { hub, store, model } = setUp([entryOf({ ...MASTER, readOnly: true })]);
    await settled();
    assert.deepEqual(hub.remoteCalls, [], 'no hub is started for it');
    model.onRunning();
    await settled();
    assert.deepEqual(hub.remoteCalls, ['setGuards lab:3251']);
    await store.write([entryOf(MASTER)]);
    await settled();
    assert.equal(hub.remoteCalls.at(-1), 'setGuards ');
  });

  it('holds anew when another worker runs', async () => {
    const { hub, model } = setUp([entryOf(MASTER)]);
    model.setWatched(true);
    await settled();
    model.onRunning();
    await settled();
    assert.equal(hub.remoteCalls.filter(line => line === `hold ${MASTER.address}`).length, 2);
  });

  it('adds, changes and removes, and leaves broken entries as they are', async () => {
    const { store, model } = setUp(['broken', entryOf(MASTER)]);
    await model.add(CAMERA);
    assert.equal(model.current, CAMERA.address);
    assert.deepEqual(store.entries, ['broken', entryOf(MASTER), entryOf(CAMERA)]);
    const moved = { ...CAMERA, address: 'sipyco+rpc://lab:4000', confirm: true };
    await model.replace(CAMERA.address, moved);
    assert.equal(model.current, moved.address);
    assert.deepEqual(store.entries, ['broken', entryOf(MASTER), entryOf(moved)]);
    await model.remove(MASTER.address);
    assert.deepEqual(store.entries, ['broken', entryOf(moved)]);
    await model.remove(moved.address);
    assert.equal(model.current, null);
    assert.deepEqual(store.entries, ['broken']);
  });

  it('takes no address twice', async () => {
    const { store, model } = setUp();
    const refusals = [model.add(MASTER), model.replace(CAMERA.address, MASTER)];
    for (const refusal of refusals) {
      const error: unknown = await refusal.catch(reason => reason);
      assert.ok(isLabwireError(error, 'ParseError'));
      assert.equal(error.message, 'sipyco+rpc://lab:3251 is in the list already, as "master"');
    }
    assert.equal(store.entries.length, 2);
  });

  it('finds the instrument of an address, or of its endpoint', () => {
    const { model } = setUp();
    assert.equal(model.find('sipyco+rpc://lab:3253/target')?.name, 'camera');
    assert.equal(model.find('sipyco+sync://lab:3251/datasets')?.name, 'master');
    assert.equal(model.find('sipyco+rpc://elsewhere:3251'), null);
    assert.equal(model.find('sipyco+rpc://LAB:3253/target')?.name, 'camera');
    assert.deepEqual(
      model.sharing('sipyco+sync://Lab:3251/datasets').map(({ name }) => name),
      ['master'],
    );
  });

  it('says that settings are missing', async () => {
    const model = new InstrumentsModel({
      open: () => Promise.reject(new Error('no hub')),
      after: () => () => undefined,
      nowMs: () => 0,
    });
    assert.equal(model.isReady, false);
    await assert.rejects(model.add(MASTER), /the settings that keep the list/);
  });
});

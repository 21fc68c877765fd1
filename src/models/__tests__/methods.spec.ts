// The method browser with the hub and the demo lab behind it.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Signal } from '@lumino/signaling';
import { openHub, type TestHub } from '../../hub/__tests__/openhub.js';
import { type Callable, foundMethods, isFound, MethodsModel } from '../methods.js';
import { ScriptedHub, settled } from './scripted.js';

const LAB = 'demo+sipyco+rpc://';

class List {
  readonly changed = new Signal<this, void>(this);
  instruments: readonly Callable[] = [];

  set(...instruments: readonly Callable[]): void {
    this.instruments = instruments;
    this.changed.emit();
  }
}

let test: TestHub;
let list: List;
let model: MethodsModel;

beforeEach(() => {
  test = openHub();
  list = new List();
  model = new MethodsModel({ open: async () => test.hub, callables: list });
});

afterEach(async () => {
  model.dispose();
  await test.hub.bye();
  assert.deepEqual(test.mistakes, []);
});

/** Until `fits`, told by the model's signal. */
function until(fits: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const look = () => {
      if (fits()) {
        model.changed.disconnect(look);
        resolve();
      }
    };
    model.changed.connect(look);
    look();
  });
}

describe('the methods of the instruments', () => {
  it('asks nobody before somebody looks', () => {
    list.set({ name: 'lab', address: LAB });
    assert.deepEqual(
      model.servers.map(({ name, state }) => [name, state]),
      [['lab', 'waiting']],
    );
  });

  it('lists targets of a server, and methods of a target that is unfolded', async () => {
    list.set({ name: 'lab', address: LAB });
    model.look();
    await until(() => model.servers[0]?.state === 'known');
    const { targets } = model.servers[0]!;
    assert.deepEqual(
      targets.map(({ server, name, state }) => `${server} ${name} ${state}`),
      ['dataset_db', 'faulty', 'motor', 'schedule', 'siggen', 'unlistable'].map(
        name => `lab ${name} waiting`,
      ),
    );
    const { address } = targets.find(({ name }) => name === 'siggen')!;
    await model.readTarget(address);
    const { description, state } = model.targetOf(address)!;
    assert.equal(state, 'known');
    const method = description?.methods.find(({ name }) => name === 'set_phase');
    assert.equal(
      method?.signature,
      "(channel: int, phase: float = 0.0, *, unit: str = 'deg') -> float",
    );
  });

  it('gives names, and the reason, where the list fails', async () => {
    list.set({ name: 'lab', address: LAB });
    model.look();
    await until(() => model.servers[0]?.state === 'known');
    const { address } = model.servers[0]!.targets.find(({ name }) => name === 'unlistable')!;
    await model.readTarget(address);
    const description = model.targetOf(address)?.description;
    assert.notEqual(description?.fault, null);
    assert.deepEqual(
      description?.methods.filter(({ signature }) => signature !== null),
      [],
    );
  });

  it('leaves out instruments at which nothing can be called', async () => {
    list.set(
      { name: 'datasets', address: 'demo+sipyco+sync:///datasets' },
      { name: 'lab', address: LAB },
    );
    model.look();
    await until(() => model.servers.length === 1 && model.servers[0]?.state === 'known');
    assert.equal(model.servers[0]?.name, 'lab');
  });

  it('lists one target where the address names it', async () => {
    list.set({ name: 'stage', address: `${LAB}/motor` });
    model.look();
    await until(() => model.servers[0]?.state === 'known');
    assert.deepEqual(
      model.servers[0]?.targets.map(({ server, name }) => `${server} ${name}`),
      ['stage motor'],
    );
  });

  it('reads all methods when they are searched', async () => {
    list.set({ name: 'lab', address: LAB });
    model.look();
    await until(() => model.servers[0]?.state === 'known');
    model.readAll();
    await until(() => model.servers[0]!.targets.every(({ state }) => state === 'known'));
    const found = model.servers[0]!.targets.flatMap(target =>
      (target.description?.methods ?? [])
        .filter(method => isFound({ target, method }, 'siggen freq'))
        .map(({ name }) => name),
    );
    assert.deepEqual(found, ['get_frequency', 'set_frequency']);
  });

  it('finds them by words, by the whole text of a docstring, under the name of today', async () => {
    list.set({ name: 'lab', address: LAB });
    model.look();
    await until(() => model.servers[0]?.state === 'known');
    model.readAll();
    await until(() => model.servers[0]!.targets.every(({ state }) => state === 'known'));
    const found = (filter: string) =>
      model.servers[0]!.targets.flatMap(target =>
        foundMethods(target, filter).map(({ name }) => `${target.name}.${name}`),
      );
    const all = model.servers[0]!.targets.flatMap(({ name, description }) =>
      description!.methods.map(method => `${name}.${method.name}`),
    );
    assert.deepEqual(found(' '), all);
    assert.deepEqual(found('FREQ siggen'), ['siggen.get_frequency', 'siggen.set_frequency']);
    assert.deepEqual(found('lab›siggen.set_f'), ['siggen.set_frequency']);
    assert.deepEqual(found('the frequency of a'), ['siggen.get_frequency', 'siggen.set_frequency']);
    assert.deepEqual(found('frequency the of a'), []);
    assert.deepEqual(found('bench'), []);
    list.set({ name: 'bench', address: LAB });
    assert.deepEqual(found('bench'), all);
  });

  it('reads the methods of what answers while it is searched', async () => {
    list.set({ name: 'lab', address: LAB });
    model.look();
    model.readAll(); // the server has not named its targets yet
    await until(() => model.servers[0]!.targets.some(({ state }) => state === 'known'));
  });

  it('keeps what it knows when the list changes, and asks those that are new', async () => {
    list.set({ name: 'lab', address: LAB });
    model.look();
    await until(() => model.servers[0]?.state === 'known');
    const { address } = model.servers[0]!.targets[0]!;
    await model.readTarget(address);
    list.set({ name: 'bench', address: LAB }, { name: 'motor', address: `${LAB}/motor` });
    assert.equal(model.targetOf(address)?.state, 'known');
    assert.equal(model.targetOf(address)?.server, 'bench');
    await until(() => model.servers[1]?.state === 'known');
    list.set();
    assert.equal(model.targetOf(address), null);
  });
});

describe('a long list', () => {
  it('asks some at once, each once, and not what was taken off', async () => {
    const hub = new ScriptedHub();
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    hub.describeServer = address => {
      asked.push(address);
      return new Promise(resolve => {
        answers.push(() => resolve({ address, description: null, targets: [] }));
      });
    };
    const other = new MethodsModel({ open: async () => hub, callables: list });
    const addresses = Array.from({ length: 40 }, (_, i) => `sipyco+rpc://lab:${3000 + i}`);
    list.set(...addresses.map(address => ({ name: address, address })));
    other.look();
    other.look();
    await settled();
    assert.deepEqual(asked, addresses.slice(0, 16));
    list.set(...addresses.slice(0, 20).map(address => ({ name: address, address })));
    for (let next = answers.shift(); next !== undefined; next = answers.shift()) {
      next();
      await settled();
    }
    assert.deepEqual(asked, addresses.slice(0, 20));
    assert.ok(other.servers.every(({ state }) => state === 'known'));
    other.dispose();
  });
});

describe('methods that cannot be listed', () => {
  it('says why, and asks again when a person wants it', async () => {
    const hub = new ScriptedHub();
    hub.remoteRefusal = { name: 'ConnectError', message: 'nobody there', facts: {} };
    const other = new MethodsModel({ open: async () => hub, callables: list });
    list.set({ name: 'old lab', address: 'sipyco+rpc://10.0.0.7:3251' });
    const failed = new Promise<void>(resolve => {
      other.changed.connect(() => other.servers[0]?.state === 'failed' && resolve());
    });
    other.look();
    await failed;
    assert.equal(other.servers[0]?.fault?.message, 'nobody there');
    hub.remoteRefusal = null;
    const known = new Promise<void>(resolve => {
      other.changed.connect(() => other.servers[0]?.state === 'known' && resolve());
    });
    other.retry('sipyco+rpc://10.0.0.7:3251');
    await known;
    other.dispose();
  });

  it('asks again for a target in the list that its server has as well', async () => {
    const [whole, own] = ['sipyco+rpc://lab:3251', 'sipyco+rpc://lab:3251/motor'] as const;
    const hub = new ScriptedHub();
    let isBroken = true;
    hub.describeServer = async address => {
      if (address === own && isBroken) {
        throw new Error('not now');
      }
      return { address, description: null, targets: [{ name: 'motor', address: own }] };
    };
    const other = new MethodsModel({ open: async () => hub, callables: list });
    list.set({ name: 'lab', address: whole }, { name: 'my motor', address: own });
    other.look();
    await settled();
    assert.deepEqual(
      other.servers.map(({ state }) => state),
      ['known', 'failed'],
    );
    isBroken = false;
    other.retry(own);
    await settled();
    assert.deepEqual(
      other.servers.map(({ state }) => state),
      ['known', 'known'],
    );
    other.dispose();
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLabwireError } from '../../values/index.js';
import {
  entryOf,
  guardsOf,
  type Instrument,
  nameFor,
  parseInstrument,
  parseInstruments,
} from '../instrument.js';

const MASTER: Instrument = {
  name: 'master',
  address: 'sipyco+rpc://127.0.0.1:3251',
  readOnly: false,
  confirm: false,
};

describe('the list of instruments in the settings', () => {
  it('reads what it wrote', () => {
    const guarded = { ...MASTER, address: 'ca://XF:mtr1', readOnly: true, confirm: true };
    const { instruments, broken } = parseInstruments([MASTER, guarded].map(entryOf));
    assert.deepEqual(instruments, [MASTER, guarded]);
    assert.deepEqual(broken, []);
  });

  it('writes no option that is not set', () => {
    assert.deepEqual(entryOf(MASTER), { name: 'master', address: MASTER.address });
  });

  it('names each entry that is broken, and reads the others', () => {
    const { instruments, broken, places } = parseInstruments([
      'master',
      { name: 'no address' },
      { address: 'http://lab' },
      { address: MASTER.address, colour: 'red' },
      { address: MASTER.address, readOnly: 'yes' },
      { address: MASTER.address, name: 17 },
      null,
      entryOf(MASTER),
      { name: 'again', address: 'SIPYCO+RPC://127.0.0.1:3251' },
    ]);
    assert.deepEqual(instruments, [MASTER]);
    assert.equal(places.get(MASTER.address), 7);
    assert.deepEqual(
      broken.map(({ index, fault }) => `${index} ${fault.message}`),
      [
        '0 it should be an object with name and address, it is "master"',
        '1 address should be an address as text, it is nothing',
        '2 address "http://lab": expected one of sipyco+rpc, sipyco+sync, sipyco+broadcast, sipyco+log, ca, rpyc, panda, driver, found "http"',
        '3 it should be only name, address, readOnly, confirm, it is "colour"',
        '4 readOnly should be true or false, it is "yes"',
        '5 name should be a text of at most 200 characters, it is 17',
        '6 it should be an object with name and address, it is null',
        '8 address should be an address that no entry before it has, it is "sipyco+rpc://127.0.0.1:3251"',
      ],
    );
  });

  it('takes no list for an empty one, and names what is no list', () => {
    assert.deepEqual(parseInstruments(undefined).instruments, []);
    assert.deepEqual(parseInstruments(null).broken, []);
    const [entry] = parseInstruments({ a: 1 }).broken;
    assert.equal(entry?.fault.message, 'the list should be a list, it is an object');
  });

  it('reads 2000 entries, and says so where there are more', () => {
    const entries = Array.from({ length: 2001 }, (_, index) => ({ address: `ca://PV${index}` }));
    const { instruments, broken } = parseInstruments(entries);
    assert.equal(instruments.length, 2000);
    assert.equal(broken[0]?.fault.message, 'the list should be at most 2000 entries, it is 2001');
  });

  it('takes the whole that an address is a part of', () => {
    const address = 'sipyco+sync://lab/datasets#rabi.p';
    const { address: whole, name } = parseInstrument({ address });
    assert.equal(whole, 'sipyco+sync://lab:3250/datasets');
    assert.equal(name, 'datasets');
  });

  it('does not look up names on prototypes', () => {
    const error: unknown = (() => {
      try {
        return parseInstrument(JSON.parse('{"address": "ca://x", "__proto__": {}}'));
      } catch (reason) {
        return reason;
      }
    })();
    assert.ok(isLabwireError(error, 'ParseError'));
    assert.match(error.message, /it is "__proto__"$/);
  });
});

describe('the name of an instrument that has none', () => {
  const names: readonly (readonly [string, string])[] = [
    ['sipyco+rpc://127.0.0.1:3251', '127.0.0.1:3251'],
    ['sipyco+rpc://[::1]:3251/schedule', 'schedule'],
    ['ca://XF:mtr1', 'XF:mtr1'],
    ['demo+sipyco+rpc://', 'demo lab'],
    ['demo+sipyco+sync:///datasets', 'datasets'],
  ];
  for (const [address, name] of names) {
    it(`${address} is ${name}`, () => assert.equal(nameFor(address), name));
  }
});

describe('the guards of a list', () => {
  it('are one for each endpoint, where any instrument of it is read-only', () => {
    const at = (address: string, readOnly: boolean): Instrument => ({
      ...MASTER,
      address,
      readOnly,
    });
    assert.deepEqual(
      guardsOf([
        at('sipyco+rpc://lab:3251/a', false),
        at('sipyco+rpc://lab:3251/b', true),
        at('sipyco+rpc://lab:3251/c', true),
        at('sipyco+rpc://lab:3252/a', false),
        at('demo+sipyco+rpc://', true),
      ]),
      [
        { endpoint: 'lab:3251', readOnly: true },
        { endpoint: 'demo lab', readOnly: true },
      ],
    );
  });
});

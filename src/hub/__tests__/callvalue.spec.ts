// Calls by other extensions: plain data in, plain data out, by the same way as those of a form.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { method, rpcTarget } from '../../servers/index.js';
import {
  dict,
  fromClone,
  NDArray,
  type PyClone,
  type PyValue,
  pyRepr,
  toClone,
  tuple,
} from '../../values/index.js';
import type { ValueCall } from '../api.js';
import type { Hub } from '../hub.js';
import { CALL_VALUE_LIMIT_BYTES } from '../remote.js';
import { BENCH, Bench, request } from './bench.js';
import { openHub } from './openhub.js';

let bench: Bench;
let hub: Hub;

beforeEach(() => {
  bench = new Bench();
  ({ hub } = openHub({ connect: bench.connect }));
});

afterEach(async () => {
  await hub.bye();
  await bench.stop();
});

let lastId = 0;

function valueCall(
  name: string,
  args: readonly PyClone[],
  more: Partial<ValueCall> = {},
): ValueCall {
  lastId -= 1;
  return {
    callId: lastId,
    address: BENCH,
    method: name,
    args,
    kwargs: [],
    plain: false,
    ...more,
  };
}

const plain = (value: PyValue): PyClone => toClone(value).value;

describe('a call with values', () => {
  it('keeps every type on the way there and back', async () => {
    bench.start();
    const values = [
      1n,
      1,
      tuple(1n, null),
      dict({ ['__proto__']: 1n }),
      NDArray.of(Int16Array.of(7)),
    ];
    const answer = await hub.callValue(
      valueCall('echo', values.map(plain), { kwargs: [['constructor', plain(tuple())]] }),
    );
    const expected = dict({ args: tuple(...values), kwargs: dict({ constructor: tuple() }) });
    const returned = fromClone(answer as PyClone);
    assert.equal(pyRepr(returned), pyRepr(expected));
    assert.equal(typeof (await hub.callValue(valueCall('add', [1n]))), 'number');
  });

  it('gives ordinary numbers and objects where that is asked for', async () => {
    bench.start();
    const answer = await hub.callValue(valueCall('echo', [3n, plain(tuple(1n))], { plain: true }));
    assert.deepEqual(structuredClone(answer), { args: [3, [1]], kwargs: {} });
  });

  it('refuses what is no Python value, and says where; nothing is sent', async () => {
    bench.start();
    const wrongs: readonly [unknown, RegExp][] = [
      [undefined, /^args\[0\] is no Python value: null, a boolean/],
      [{ a: 1 }, /^args\[0\] is no Python value/],
      [[1, { t: 'tuple' }], /^args\[0\]\[1\]\.v is no Python value: a list/],
      [{ t: 'dict', keys: [1n], v: [] }, /as many keys as values/],
      [{ t: 'dict', keys: [[1n]], v: [null] }, /^args\[0\] is no Python value/],
      [{ t: 'fraction', n: 1n, d: 0n }, /d above 0/],
      [{ t: 'ndarray', dtype: null, shape: [1], bytes: new Uint8Array(8) }, /a dtype/],
      [{ ...(plain(NDArray.of(Int16Array.of(7))) as object), shape: [-1] }, /a list of lengths/],
      [{ ...(plain(NDArray.of(Int16Array.of(7))) as object), shape: [9] }, /^args\[0\]/],
      [() => 1, /^args\[0\]/],
    ];
    for (const [wrong, message] of wrongs) {
      await assert.rejects(hub.callValue(valueCall('add', [wrong as PyClone])), {
        name: 'EncodeError',
        message,
      });
    }
    let deep: PyClone = [];
    for (let i = 0; i < 200; i += 1) {
      deep = [deep];
    }
    await assert.rejects(hub.callValue(valueCall('add', [deep])), { name: 'EncodeError' });
    assert.deepEqual(bench.called, []);
    assert.equal(bench.connectCount, 0);
  });

  it('is refused where the endpoint is read-only', async () => {
    bench.start();
    await hub.setGuards([{ endpoint: 'lab:3251', readOnly: true }]);
    await assert.rejects(hub.callValue(valueCall('add', [1n])), { name: 'PolicyError' });
    assert.equal(bench.connectCount, 0);
  });

  it('rejects with what the method raised', async () => {
    bench.start();
    await assert.rejects(hub.callValue(valueCall('fail', [])), (fault: never) => {
      const { name, facts } = fault as { name: string; facts: { [name: string]: unknown } };
      assert.equal(name, 'RemoteError');
      assert.equal(facts.remoteClass, 'ValueError');
      assert.equal(facts.remoteMessage, 'no such file');
      assert.match(String(facts.remoteTraceback), /ValueError|fail/);
      return true;
    });
  });

  it('ends when it is given up, and its number is used once', async () => {
    bench.start();
    const slow = valueCall('wait', []);
    const ended = assert.rejects(hub.callValue(slow), { name: 'ClosedError' });
    await bench.waiting;
    await hub.cancelCall(slow.callId);
    await ended;
    await assert.rejects(hub.callValue(slow), { message: /each call needs a number of its own/ });
    await assert.rejects(hub.call({ ...request('add', ['1']), callId: slow.callId }), {
      message: /each call needs a number of its own/,
    });
  });

  it('hands over no result that is too large, and says that it was called', async () => {
    const noted: string[] = [];
    const large = new NDArray(NDArray.of(Uint8Array.of(0)).dtype, [CALL_VALUE_LIMIT_BYTES]);
    bench.start({
      bench: rpcTarget({
        methods: [
          method('read(self)', null, () => {
            noted.push('read');
            return large;
          }),
        ],
      }),
    });
    await assert.rejects(hub.callValue(valueCall('read', [])), {
      name: 'LimitError',
      message: /^read returned uint8\[16000000\]: more than 16 MB/,
      hint: /^It was called/,
    });
    assert.deepEqual(noted, ['read']);
  });
});

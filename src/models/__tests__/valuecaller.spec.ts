import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Signal } from '@lumino/signaling';
import type { ValueCall } from '../../hub/api.js';
import { ClosedError, type PlainValue, type PyClone, RemoteError } from '../../values/index.js';
import type { CallGuard } from '../callform.js';
import { ValueCaller } from '../valuecaller.js';
import { ScriptedHub, settled } from './scripted.js';

const ADDRESS = 'sipyco+rpc://lab:3251/siggen';

class CallableHub extends ScriptedHub {
  readonly requests: ValueCall[] = [];
  answer: () => Promise<PyClone | PlainValue> = async () => 17n;

  override callValue(call: ValueCall): Promise<PyClone | PlainValue> {
    this.requests.push(call);
    return this.answer();
  }
}

function setUp(guard: Partial<CallGuard> = {}, isMeant = true) {
  const hub = new CallableHub();
  const asked: string[] = [];
  const caller = new ValueCaller({
    open: async () => hub,
    guards: async () => ({
      guardOf: () => ({ readOnly: false, confirmCalls: false, ...guard }),
      changed: new Signal<object, void>({}),
    }),
    confirm: async (address, call) => {
      asked.push(`${address} ${call}`);
      return isMeant;
    },
  });
  return { hub, caller, asked };
}

describe('ValueCaller', () => {
  it('hands arguments over in their exact forms, a Map as a dict', async () => {
    const { hub, caller, asked } = setUp();
    const map = new Map([['level', [1n, 2]]] as const);
    const options = { args: [0n, map], kwargs: { power: -3.5 }, deadlineMs: 500 };
    assert.equal(await caller.call(ADDRESS, 'set', options), 17n);
    assert.deepEqual(hub.requests, [
      {
        callId: -1,
        address: ADDRESS,
        method: 'set',
        args: [0n, { t: 'dict', keys: ['level'], v: [[1n, 2]] }],
        kwargs: [['power', -3.5]],
        plain: false,
        deadlineMs: 500,
      },
    ]);
    await caller.call(ADDRESS, 'get', { plain: true });
    assert.deepEqual([hub.requests[1]?.callId, hub.requests[1]?.plain], [-2, true]);
    assert.deepEqual(asked, []);
  });

  it('rejects with what the method raised', async () => {
    const { hub, caller } = setUp();
    const facts = { remoteClass: 'ValueError', remoteMessage: 'no', remoteTraceback: [] };
    hub.answer = () => Promise.reject(new RemoteError('ValueError: no', facts));
    await assert.rejects(caller.call(ADDRESS, 'set'), {
      name: 'RemoteError',
      remoteClass: 'ValueError',
    });
  });

  it('asks a person where calls are confirmed, and sends nothing that they decline', async () => {
    const yes = setUp({ confirmCalls: true });
    const args = [1, 2n, null, true, 'x', [{ t: 'tuple', v: [1n] }], new Uint8Array()] as const;
    await yes.caller.call(ADDRESS, 'set', { args, kwargs: { power: 0.5 } });
    assert.deepEqual(yes.asked, [
      `${ADDRESS} set(1.0, 2, None, True, "x", [(1,)], <bytes>, power=0.5)`,
    ]);
    assert.equal(yes.hub.requests.length, 1);
    const no = setUp({ confirmCalls: true }, false);
    await assert.rejects(no.caller.call(ADDRESS, 'set'), {
      name: 'PolicyError',
      message: 'the call of set was declined',
      endpoint: 'lab:3251',
    });
    assert.deepEqual(no.hub.requests, []);
  });

  it('leaves it to the hub to refuse what is read-only', async () => {
    const { hub, caller, asked } = setUp({ confirmCalls: true, readOnly: true });
    await caller.call(ADDRESS, 'set');
    assert.deepEqual(asked, []);
    assert.equal(hub.requests.length, 1);
  });

  it('gives up with the reason of its signal, before and while it is under way', async () => {
    const { hub, caller } = setUp();
    const reason = new Error('enough');
    await assert.rejects(
      caller.call(ADDRESS, 'set', { signal: AbortSignal.abort(reason) }),
      reason,
    );
    assert.deepEqual(hub.requests, []);
    const abort = new AbortController();
    let end: (error: Error) => void = () => {};
    hub.answer = () =>
      new Promise((_resolve, reject) => {
        end = reject;
      });
    const ended = assert.rejects(caller.call(ADDRESS, 'set', { signal: abort.signal }), reason);
    await settled();
    abort.abort(reason);
    await settled();
    assert.deepEqual(hub.remoteCalls, ['cancelCall -1']);
    end(new ClosedError('the call of set was given up; the instrument may have done it'));
    await ended;
  });
});

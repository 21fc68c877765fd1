// The session over a real message channel and comlink: only the worker's thread is missing.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PromiseDelegate } from '@lumino/coreutils';
import { type Endpoint, expose } from 'comlink';
import type { IHub, IPage, PolicyQuestion } from '../../hub/api.js';
import { BridgeError, type Fault, isLabwireError, toFault } from '../../values/index.js';
import { HubSession } from '../hub.js';
import type { IWorkerHandle } from '../worker.js';
import { ScriptedHub, ScriptedScreen, SPEC } from './scripted.js';

function endpointOf(hub: IHub): { handle: IWorkerHandle; ended: () => boolean } {
  const { port1, port2 } = new MessageChannel();
  let ended = false;
  expose(hub, port2 as unknown as Endpoint);
  return {
    handle: {
      endpoint: port1 as unknown as Endpoint,
      failed: new Promise(() => undefined),
      terminate() {
        ended = true;
        port1.close();
        port2.close();
      },
    },
    ended: () => ended,
  };
}

const REFUSED: Fault = {
  name: 'PolicyError',
  message: '10.0.0.7:3251 is not allowed',
  facts: { rule: 'not listed', endpoint: '10.0.0.7:3251' },
};

describe('HubSession', () => {
  it('starts the worker on first use, and once', async t => {
    const hub = new ScriptedHub();
    const { handle, ended } = endpointOf(hub);
    let made = 0;
    const session = new HubSession({
      page: null,
      screen: new ScriptedScreen(),
      makers: [
        async () => {
          made += 1;
          return handle;
        },
      ],
    });
    t.after(() => session.dispose());
    assert.equal(session.state, 'idle');
    const [a, b] = await Promise.all([session.open(), session.open()]);
    assert.equal(a, b);
    assert.equal(made, 1);
    assert.equal(session.state, 'running');
    session.dispose();
    assert.equal(ended(), true);
    await assert.rejects(session.open(), { name: 'ClosedError' });
  });

  it('turns the worker’s faults into errors with their fields', async t => {
    const hub = new ScriptedHub();
    hub.refusal = REFUSED;
    const session = new HubSession({
      page: null,
      screen: new ScriptedScreen(),
      makers: [async () => endpointOf(hub).handle],
    });
    t.after(() => session.dispose());
    const open = await session.open();
    const error = await open.openView(SPEC, {} as never).catch(reason => reason);
    assert.ok(isLabwireError(error, 'PolicyError'));
    assert.equal(error.rule, 'not listed');
    assert.equal(error.endpoint, '10.0.0.7:3251');
  });

  it('answers the worker’s questions to the page, errors as faults', async t => {
    const asked: PolicyQuestion[] = [];
    const question: PolicyQuestion = {
      id: 4,
      endpoint: 'scope.lab:5025',
      resolved: '10.0.0.7:5025',
      reason: 'it is not listed',
      alwaysAllowed: true,
    };
    const page: IPage = {
      openChannel: async () => {
        throw new BridgeError('not installed', { stage: 'kernelspec' }, { hint: 'Install it.' });
      },
      policyAsked: asking => asked.push(asking),
      policySettled: () => undefined,
    };
    const got = new PromiseDelegate<unknown>();
    class Asking extends ScriptedHub {
      override async start(given?: IPage | null) {
        await given?.policyAsked(question);
        given?.openChannel('first').catch(reason => got.resolve(reason));
        return super.start();
      }
    }
    const session = new HubSession({
      page,
      screen: new ScriptedScreen(),
      makers: [async () => endpointOf(new Asking()).handle],
    });
    t.after(() => session.dispose());
    await session.open();
    assert.deepEqual(
      await got.promise,
      toFault(new BridgeError('not installed', { stage: 'kernelspec' }, { hint: 'Install it.' })),
    );
    assert.deepEqual(asked, [question]);
  });

  it('tries the next way when a worker cannot be loaded, and ends the one that failed', async t => {
    const silent = new ScriptedHub();
    silent.start = () => new Promise(() => undefined);
    const dead = endpointOf(silent);
    const session = new HubSession({
      page: null,
      screen: new ScriptedScreen(),
      makers: [
        async () => {
          throw new Error('cross-origin script');
        },
        async () => ({ ...dead.handle, failed: Promise.reject(new Error('blocked by policy')) }),
        async () => endpointOf(new ScriptedHub()).handle,
      ],
    });
    t.after(() => session.dispose());
    await session.open();
    assert.equal(session.state, 'running');
    assert.equal(dead.ended(), true);
  });

  it('says what to try when no way works, and tries again at the next use', async t => {
    const ways: (() => Promise<IWorkerHandle>)[] = [
      async () => {
        throw new Error('blocked by policy');
      },
    ];
    const session = new HubSession({ page: null, screen: new ScriptedScreen(), makers: ways });
    t.after(() => session.dispose());
    const error = await session.open().catch(reason => reason);
    assert.ok(isLabwireError(error, 'UnsupportedError'));
    assert.equal(
      error.message,
      'the Labwire worker did not start, so nothing can be connected in this tab',
    );
    assert.match(error.hint ?? '', /worker-src/);
    assert.equal((error.cause as Error).message, 'blocked by policy');
    assert.equal(session.state, 'failed');
    ways[0] = async () => endpointOf(new ScriptedHub()).handle;
    await session.open();
    assert.equal(session.state, 'running');
  });

  it('takes leave only of a hub that runs', async t => {
    const hub = new ScriptedHub();
    const session = new HubSession({
      page: null,
      screen: new ScriptedScreen(),
      makers: [async () => endpointOf(hub).handle],
    });
    t.after(() => session.dispose());
    session.bye();
    assert.equal(session.state, 'idle');
    await session.open();
    session.bye();
    await (await session.open()).endpoints(); // answered after what was sent before
    assert.deepEqual(hub.calls, ['start', 'bye']);
  });
});

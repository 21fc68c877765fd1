import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BridgeError, isLabwireError } from '../../values/index.js';
import { BridgeOpener, type IBridgeServer, type SessionState } from '../bridge.js';

type Script = Partial<IBridgeServer> & { running?: SessionState | null };

function setUp(script: Script = {}) {
  const calls: string[] = [];
  let running = script.running ?? null;
  let nowMs = 0;
  const server: IBridgeServer = {
    kernelNames: async () => ['python3', 'labwire'],
    find: async path => {
      calls.push(`find ${path}`);
      return running;
    },
    start: async session => {
      calls.push(`start ${session.path} as ${session.type} with ${session.kernelName}`);
      running = { sessionId: 's2', kernelId: 'k2', kernelName: 'labwire', executionState: '' };
      return running;
    },
    shutdown: async id => {
      calls.push(`shutdown ${id}`);
      running = null;
    },
    channelUrl: id => `ws://lab/api/kernels/${id}/channels`,
    token: '',
    ...script,
  };
  const opener = new BridgeOpener(server, () => nowMs);
  return {
    opener,
    calls,
    set: (state: SessionState | null) => (running = state),
    wait: (ms: number) => (nowMs += ms),
  };
}

async function bridgeError(promise: Promise<unknown>): Promise<BridgeError> {
  const error = await promise.then(
    () => assert.fail('it did not reject'),
    reason => reason,
  );
  assert.ok(isLabwireError(error, 'BridgeError'), String(error));
  return error;
}

const IDLE = { sessionId: 's1', kernelId: 'k1', kernelName: 'labwire', executionState: 'idle' };

describe('BridgeOpener', () => {
  it('starts the one session of the server when none runs', async () => {
    const { opener, calls } = setUp();
    assert.deepEqual(await opener.open('first'), {
      wsUrl: 'ws://lab/api/kernels/k2/channels',
      kernelId: 'k2',
      token: '',
    });
    assert.deepEqual(calls, ['find labwire', 'start labwire as labwire with labwire']);
  });

  it('takes the session that another tab started', async () => {
    const { opener, calls } = setUp({ running: IDLE });
    assert.equal((await opener.open('first')).kernelId, 'k1');
    assert.deepEqual(calls, ['find labwire']);
  });

  it('asks the server once for calls that come together', async () => {
    const { opener, calls } = setUp();
    const [a, b] = await Promise.all([opener.open('first'), opener.open('lost')]);
    assert.equal(a, b);
    assert.equal(calls.length, 2);
  });

  it('replaces a kernel that died after a while', async () => {
    const { opener, calls, set, wait } = setUp();
    await opener.open('first');
    wait(3_600_000);
    set({ sessionId: 's2', kernelId: 'k2', kernelName: 'labwire', executionState: 'dead' });
    await opener.open('lost');
    assert.deepEqual(calls.slice(2), [
      'find labwire',
      'shutdown s2',
      'start labwire as labwire with labwire',
    ]);
  });

  it('says so when the kernel that it started dies at once, and does not start it for ever', async () => {
    const { opener, set, wait } = setUp();
    await opener.open('first');
    wait(15_000);
    set({ sessionId: 's2', kernelId: 'k2', kernelName: 'labwire', executionState: 'dead' });
    const error = await bridgeError(opener.open('lost'));
    assert.equal(error.stage, 'start');
    assert.equal(error.message, 'the bridge kernel died right after its start');
    assert.match(error.hint ?? '', /python -m labwire\.bridge/);
  });

  it('says so too when the server has given it up already, and starts it at the next attempt', async () => {
    const { opener, calls, set, wait } = setUp();
    await opener.open('first');
    wait(20_000);
    set(null);
    const error = await bridgeError(opener.open('lost'));
    assert.equal(error.message, 'the bridge kernel died right after its start');
    await opener.open('lost');
    assert.deepEqual(calls.slice(-2), ['find labwire', 'start labwire as labwire with labwire']);
  });

  it('starts a new one when the server has forgotten one that ran', async () => {
    const { opener, set, wait } = setUp();
    await opener.open('first');
    wait(3_600_000);
    set(null);
    assert.equal((await opener.open('lost')).kernelId, 'k2');
  });

  it('names the missing kernelspec and what works without it', async () => {
    const { opener, calls } = setUp({ kernelNames: async () => ['python3'] });
    const error = await bridgeError(opener.open('first'));
    assert.equal(error.stage, 'kernelspec');
    assert.equal(error.message, 'the bridge kernel is not installed on this Jupyter server');
    assert.match(error.hint ?? '', /pip install labwire.*demo\+/);
    assert.deepEqual(calls, ['find labwire']);
  });

  it('repeats the server’s words when the kernel cannot start', async () => {
    const { opener } = setUp({
      start: async () => {
        throw new Error('No such file: python');
      },
    });
    const error = await bridgeError(opener.open('first'));
    assert.equal(error.stage, 'start');
    assert.equal(
      error.message,
      'the Jupyter server could not start the bridge kernel: No such file: python',
    );
  });

  it('tells a server that does not answer from a kernel that does not start', async () => {
    const { opener } = setUp({
      find: async () => {
        throw new TypeError('Failed to fetch');
      },
    });
    const error = await bridgeError(opener.open('first'));
    assert.equal(error.stage, 'server');
    assert.equal(
      error.message,
      'the Jupyter server did not answer, asked to find the bridge kernel: Failed to fetch',
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EmptyFrame, ValueFrame } from '../../hub/api.js';
import { LimitError, NO_ALARM, toFault } from '../../values/index.js';
import { FramePump } from '../framepump.js';
import { Watch } from '../watch.js';
import { numberFrame, ScriptedHub, ScriptedScreen, settled } from './scripted.js';

const ADDRESS = 'demo+sipyco+sync:///datasets#temperature';

function valueFrame(value: ValueFrame['value'], change: Partial<ValueFrame> = {}): ValueFrame {
  const { text, exact, history, ...head } = numberFrame(1, '0');
  return { ...head, kind: 'value', value, ...change };
}

function setUp(hub = new ScriptedHub()) {
  const screen = new ScriptedScreen();
  const open = async () => hub;
  const pump = new FramePump({ open, screen });
  const watch = new Watch({ address: ADDRESS, plain: false, source: { open, pump } });
  const seen: unknown[] = [];
  watch.changed.connect((_watch, { value, status }) => {
    seen.push([value, status.state]);
  });
  return { hub, screen, watch, seen };
}

describe('Watch', () => {
  it('has no value at first, and then the newest, once a frame', async () => {
    const { hub, screen, watch, seen } = setUp();
    await settled();
    assert.deepEqual(
      [watch.reading.value, watch.reading.status.state, watch.reading.alarm],
      [undefined, 'connecting', NO_ALARM],
    );
    hub.put(valueFrame(295n));
    await settled();
    await screen.repaint();
    assert.deepEqual(seen, [[295n, 'live']]);
    const { type, timeNs, display, fault } = watch.reading;
    assert.deepEqual([type, timeNs, display, fault], ['float', 7n, { unit: 'K' }, null]);
  });

  it('tells None from nothing, and keeps the last value while the link is down', async () => {
    const { hub, screen, watch, seen } = setUp();
    await settled();
    hub.put(valueFrame(null));
    await settled();
    await screen.repaint();
    await screen.repaint();
    const status = { state: 'stale', sinceNs: 9n, fault: null, outOfStepCount: 0 } as const;
    hub.put(valueFrame(null, { status }));
    await settled();
    await screen.repaint();
    assert.deepEqual(seen, [
      [null, 'live'],
      [null, 'stale'],
    ]);
    assert.equal(watch.reading.value, null);
  });

  it('says that a value is too large to be handed over', async () => {
    const { hub, screen, watch } = setUp();
    await settled();
    const facts = { limit: 'watched value', value: 2, maximum: 1, unit: 'bytes' };
    const fault = toFault(new LimitError('too large', facts));
    const { value, kind, ...head } = valueFrame(0);
    const frame: EmptyFrame = { ...head, kind: 'empty', fault };
    hub.put(frame);
    await settled();
    await screen.repaint();
    assert.deepEqual([watch.reading.value, watch.reading.fault], [undefined, fault]);
    assert.equal(watch.reading.status.state, 'live');
  });

  it('lets go when it is disposed', async () => {
    const { hub, watch } = setUp();
    await settled();
    watch.dispose();
    watch.dispose(); // harmless
    await settled();
    assert.ok(watch.isDisposed);
    assert.deepEqual(
      hub.calls.filter(call => call !== 'pull'),
      [`openView ${ADDRESS}`, 'closeView 1'],
    );
  });

  it('fails with the hub, and opens again when it is told to', async () => {
    const hub = new ScriptedHub();
    hub.refusal = toFault(new Error('the worker is gone'));
    const { watch, seen } = setUp(hub);
    await settled();
    assert.deepEqual(seen.at(-1), [undefined, 'failed']);
    assert.equal(watch.reading.status.fault?.message, 'the worker is gone');
    hub.refusal = null;
    watch.retry();
    await settled();
    assert.equal(watch.reading.status.state, 'connecting');
  });

  it('refuses an address that cannot be read', () => {
    const source = { open: async () => new ScriptedHub(), pump: null as never };
    assert.throws(() => new Watch({ address: 'nowhere', plain: false, source }), {
      name: 'ParseError',
    });
  });
});

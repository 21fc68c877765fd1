import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PromiseDelegate } from '@lumino/coreutils';
import type { Frame } from '../../hub/api.js';
import { ClosedError, type Fault } from '../../values/index.js';
import { FramePump } from '../framepump.js';
import { LiveViewModel } from '../liveview.js';
import { numberFrame, ScriptedHub, ScriptedScreen, SPEC, settled } from './scripted.js';

function setUp(hub = new ScriptedHub()) {
  const screen = new ScriptedScreen();
  const open = async () => hub;
  const pump = new FramePump({ open, screen });
  let now = 1_000n;
  const model = new LiveViewModel({ spec: SPEC, source: { open, pump }, now: () => now });
  const calls = () => hub.calls.filter(call => call !== 'pull');
  return { hub, screen, pump, model, calls, advance: (ns: bigint) => (now += ns) };
}

const ADDRESS = 'demo+sipyco+sync:///datasets#temperature';

describe('LiveViewModel', () => {
  it('opens nothing before it is told to', async () => {
    const { model, hub } = setUp();
    await settled();
    assert.deepEqual(hub.calls, []);
    assert.equal(model.phase, 'waiting');
    assert.equal(model.status.state, 'connecting');
    assert.equal(model.title, 'temperature');
    assert.deepEqual(model.endpoints, ['demo lab']);
  });

  it('shows the frames of its own view', async () => {
    const { model, hub, screen } = setUp();
    const seen: string[] = [];
    model.frameChanged.connect((_model, frame) =>
      seen.push(frame.kind === 'number' ? frame.text : frame.kind),
    );
    model.open();
    await settled();
    hub.put(numberFrame(1, '295.1'), numberFrame(9, 'foreign'));
    await settled();
    await screen.repaint();
    assert.deepEqual(seen, ['295.1']);
    assert.equal(model.status.state, 'live');
    assert.equal(model.phase, 'open');
  });

  it('has the title of the newest frame, where values are in it', async () => {
    const { model, hub, screen } = setUp();
    model.open();
    await settled();
    assert.equal(model.title, 'temperature');
    hub.put({ ...numberFrame(1, '295.1'), title: 'run 007' });
    await settled();
    await screen.repaint();
    assert.equal(model.title, 'run 007');
  });

  it('tells the hub which point was chosen, once', async () => {
    const { model, calls } = setUp();
    model.open();
    await settled();
    const before = calls().length;
    model.setViewport({ point: null });
    model.setViewport({ point: 3 });
    model.setViewport({ point: 3 });
    await settled();
    assert.equal(calls().length - before, 1);
  });

  it('closes the view in the hub when it is disposed, also while it opens', async () => {
    const open = setUp();
    open.model.open();
    await settled();
    open.model.dispose();
    await settled();
    assert.deepEqual(open.calls(), [`openView ${ADDRESS}`, 'closeView 1']);

    const opening = setUp();
    const gate = new PromiseDelegate<void>();
    opening.hub.gate = gate.promise;
    opening.model.open();
    await settled();
    opening.model.dispose();
    gate.resolve(undefined);
    await settled();
    assert.deepEqual(opening.calls(), [`openView ${ADDRESS}`, 'closeView 1']);
    assert.equal(opening.model.isDisposed, true);
  });

  it('tells the hub after opening what was decided meanwhile', async () => {
    const { model, hub, calls } = setUp();
    const gate = new PromiseDelegate<void>();
    hub.gate = gate.promise;
    model.open();
    await settled();
    model.setViewport({ width: 640, height: 200 });
    model.setVisible(false);
    model.setPaused(true);
    gate.resolve(undefined);
    await settled();
    assert.deepEqual(calls(), [
      `openView ${ADDRESS}`,
      'setViewport 1 640x200',
      'setVisible 1 false',
      'setPaused 1 true',
    ]);
  });

  it('says an equal viewport only once', async () => {
    const { model, calls } = setUp();
    model.open();
    await settled();
    model.setViewport({ width: 640, height: 200, folded: ['a'] });
    model.setViewport({ width: 640, height: 200, folded: ['a'] });
    await settled();
    assert.deepEqual(calls(), [`openView ${ADDRESS}`, 'setViewport 1 640x200']);
  });

  it('freezes: keeps the picture, connects to nothing, and can be made live again', async () => {
    const { model, hub, screen, calls, advance } = setUp();
    model.open();
    await settled();
    hub.put(numberFrame(1, '295.1'));
    await settled();
    await screen.repaint();
    advance(50n);
    model.freeze();
    await settled();
    assert.equal(model.phase, 'frozen');
    assert.equal(model.frozenNs, 1_050n);
    assert.equal(model.frame?.kind, 'number');
    await assert.rejects(model.ask({ type: 'csv' }), ClosedError);
    model.open();
    await settled();
    assert.equal(model.frozenNs, null);
    assert.deepEqual(calls(), [`openView ${ADDRESS}`, 'closeView 1', `openView ${ADDRESS}`]);
  });

  it('is broken with the hub’s reason when it cannot be opened, and opens again on retry', async () => {
    const { model, hub, calls } = setUp();
    const fault: Fault = { name: 'ParseError', message: 'no such view', facts: {} };
    hub.refusal = fault;
    model.open();
    await settled();
    assert.equal(model.phase, 'broken');
    assert.deepEqual(model.status, {
      state: 'failed',
      sinceNs: 1_000n,
      fault,
      outOfStepCount: 0,
    });
    hub.refusal = null;
    model.retry();
    await settled();
    assert.equal(model.phase, 'open');
    assert.equal(model.fault, null);
    assert.deepEqual(calls(), [`openView ${ADDRESS}`, `openView ${ADDRESS}`]);
  });

  it('breaks when the pump does, so that no picture looks live', async () => {
    const { model, hub } = setUp();
    model.open();
    await settled();
    hub.break(new Error('the worker is gone'));
    await settled();
    assert.equal(model.phase, 'broken');
    assert.equal(model.fault?.message, 'the worker is gone');
  });

  it('holds its picture while it is paused, and tells its status all the same', async () => {
    const { model, hub, screen } = setUp();
    const put = async (frame: Frame) => {
      hub.put(frame);
      await settled();
      await screen.repaint();
    };
    model.open();
    await settled();
    await put(numberFrame(1, '295.1'));
    model.setPaused(true);
    await put(numberFrame(1, '295.2')); // it was under way
    assert.equal(model.frame?.kind === 'number' && model.frame.text, '295.1');
    let changes = 0;
    model.stateChanged.connect(() => {
      changes += 1;
    });
    const status = { state: 'stale', sinceNs: 9n, fault: null, outOfStepCount: 0 } as const;
    const { viewId, ...head } = numberFrame(1, '');
    await put({ ...head, viewId, kind: 'status', status });
    assert.equal(changes, 1);
    assert.deepEqual(model.status, status);
    assert.equal(model.frame?.kind === 'number' && model.frame.text, '295.1');
    assert.equal(model.paused, true);
  });

  it('has a status before its first picture, also while nobody sees it', async () => {
    const { model, hub, screen } = setUp();
    model.setVisible(false);
    model.open();
    await settled();
    const status = { state: 'asking', sinceNs: 9n, fault: null, outOfStepCount: 0 } as const;
    hub.put({ ...numberFrame(1, ''), kind: 'status', status });
    await settled();
    await screen.repaint();
    assert.equal(model.frame?.kind, 'empty');
    assert.equal(model.status.state, 'asking');
  });

  it('reports a change of state only when the state changes', async () => {
    const { model, hub, screen } = setUp();
    model.open();
    await settled();
    let changes = 0;
    model.stateChanged.connect(() => {
      changes += 1;
    });
    for (const text of ['1', '2', '3']) {
      hub.put(numberFrame(1, text));
      await settled();
      await screen.repaint();
    }
    assert.equal(changes, 1, 'connecting → live');
  });

  it('takes what the spec says about the picture into the viewport', () => {
    const { pump, hub } = setUp();
    const model = new LiveViewModel({
      spec: { ...SPEC, options: { colormap: 'gray', levels: [5, 95], filter: 'rabi' } },
      source: { open: async () => hub, pump },
    });
    assert.equal(model.viewport.colormap, 'gray');
    assert.deepEqual(model.viewport.levels, { mode: 'percentile', low: 5, high: 95 });
    assert.equal(model.viewport.filter, '', 'the worker filters by the spec; this is the box');
  });
});

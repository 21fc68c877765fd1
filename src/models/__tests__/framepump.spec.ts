import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Frame } from '../../hub/api.js';
import { FramePump } from '../framepump.js';
import { numberFrame, ScriptedHub, ScriptedScreen, settled } from './scripted.js';

function textOf(frame: Frame): string {
  return frame.kind === 'number' ? frame.text : frame.kind;
}

function setUp() {
  const hub = new ScriptedHub();
  const screen = new ScriptedScreen();
  const pump = new FramePump({ open: async () => hub, screen });
  const drawn: string[] = [];
  const draw = (frame: Frame) => drawn.push(`${frame.viewId}: ${textOf(frame)}`);
  const pulls = () => hub.calls.filter(call => call === 'pull').length;
  return { hub, screen, pump, drawn, draw, pulls };
}

describe('FramePump', () => {
  it('pulls nothing while no view is connected', async () => {
    const { pulls } = setUp();
    await settled();
    assert.equal(pulls(), 0);
  });

  it('draws a batch in one animation frame and pulls again after it', async () => {
    const { hub, screen, pump, drawn, draw, pulls } = setUp();
    pump.connect(1, draw);
    pump.connect(2, draw);
    await settled();
    hub.put(numberFrame(1, '1'), numberFrame(2, '2'));
    await settled();
    assert.deepEqual(drawn, [], 'not before the animation frame');
    assert.equal(pulls(), 1, 'not before the batch was drawn');
    await screen.repaint();
    assert.deepEqual(drawn, ['1: 1', '2: 2']);
    assert.equal(pulls(), 2);
  });

  it('asks for nothing more while the page is hidden, and goes on when it is shown', async () => {
    const { hub, screen, pump, drawn, draw, pulls } = setUp();
    pump.connect(1, draw);
    await settled();
    hub.put(numberFrame(1, 'newest'));
    await settled();
    await settled();
    assert.equal(pulls(), 1, 'a hidden page has no animation frames');
    await screen.repaint();
    assert.deepEqual(drawn, ['1: newest']);
    assert.equal(pulls(), 2);
  });

  it('waits half a frame before it asks a busy stream again, so that the answer is fresh', async () => {
    const { hub, screen, pump, draw, pulls } = setUp();
    screen.stepMs = 1; // the answer came at once
    pump.connect(1, draw);
    await settled();
    hub.put(numberFrame(1, 'a'));
    await settled();
    await screen.repaint();
    assert.equal(pulls(), 1, 'drawn, and waiting');
    await screen.repaint(); // the delay is over
    assert.equal(pulls(), 2);
  });

  it('stops when the last view is gone and starts with the next', async () => {
    const { hub, screen, pump, draw, drawn, pulls } = setUp();
    const connection = pump.connect(1, draw);
    await settled();
    connection.dispose();
    hub.put(numberFrame(1, 'late'));
    await settled();
    await screen.repaint();
    assert.equal(pulls(), 1);
    assert.deepEqual(drawn, []);
    pump.connect(2, draw);
    await settled();
    assert.equal(pulls(), 2);
  });

  it('keeps the frame of a view that connects after its first frame came', async () => {
    const { hub, screen, pump, draw, drawn } = setUp();
    pump.connect(1, draw);
    await settled();
    hub.put(numberFrame(1, 'a'), numberFrame(2, 'early'));
    await settled();
    await screen.repaint();
    pump.connect(2, draw);
    await screen.repaint();
    assert.deepEqual(drawn, ['1: a', '2: early']);
  });

  it('goes on with the other views when one cannot draw', async t => {
    const { hub, screen, pump, draw, drawn } = setUp();
    const reported = t.mock.method(console, 'error', () => undefined);
    pump.connect(1, () => {
      throw new Error('no canvas');
    });
    pump.connect(2, draw);
    await settled();
    hub.put(numberFrame(1, 'x'), numberFrame(2, 'y'));
    await settled();
    await screen.repaint();
    assert.deepEqual(drawn, ['2: y']);
    assert.equal(reported.mock.callCount(), 1);
  });

  it('reports a failed pull once per failure, waits, tries again, and reports the recovery', async () => {
    const { hub, screen, pump, draw, drawn } = setUp();
    const reports: unknown[] = [];
    pump.faulted.connect((_pump, reason) => reports.push(reason));
    pump.connect(1, draw);
    await settled();
    const reason = { name: 'ClosedError', message: 'gone', facts: {} };
    hub.break(reason);
    await settled();
    assert.deepEqual(reports, [reason]);
    await screen.repaint(); // the delay is over
    await screen.repaint(); // the empty batch was drawn
    hub.put(numberFrame(1, 'back'));
    await settled();
    await screen.repaint();
    assert.deepEqual(reports, [reason, null]);
    assert.deepEqual(drawn, ['1: back']);
  });
});

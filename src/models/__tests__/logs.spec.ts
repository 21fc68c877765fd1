// Logs and progress bars as the page knows them: what a spec may say, and a log that is paused.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogFrame, LogViewport } from '../../hub/api.js';
import { FramePump } from '../framepump.js';
import { LiveViewModel } from '../liveview.js';
import { isQuiet, parseSpec, specOf } from '../spec.js';
import { numberFrame, ScriptedHub, ScriptedScreen, settled } from './scripted.js';

const CHANNEL = 'sipyco+broadcast://127.0.0.1:1067/log';

const specWith = (view: string, options: object) => ({
  version: 1,
  view,
  sources: [{ role: 'value', address: CHANNEL }],
  options,
});

describe('the spec of a log', () => {
  it('says where to begin', () => {
    const options = { level: 'WARNING', source: 'worker(7,scan.py)', filter: 'ion' };
    assert.deepEqual(parseSpec(specWith('log', options)).options, options);
    assert.deepEqual(parseSpec(specWith('progress', { min: -5, max: 250 })).options, {
      min: -5,
      max: 250,
    });
  });

  it('is refused where it says what cannot be', () => {
    for (const options of [{ level: 'LOUD' }, { level: 30 }, { min: 0.5 }, { max: '9' }]) {
      assert.throws(() => parseSpec(specWith('log', options)), { name: 'ParseError' });
    }
  });

  it('is what a channel opens as', () => {
    assert.equal(specOf(CHANNEL).view, 'log');
    assert.equal(specOf('sipyco+log://127.0.0.1:1066').view, 'log');
    assert.equal(specOf(CHANNEL, 'number').view, 'number');
  });

  it('opens by itself unless it takes a port', () => {
    assert.equal(isQuiet(specOf(CHANNEL)), true);
    assert.equal(isQuiet(specOf('demo+sipyco+log:///')), true);
    assert.equal(isQuiet(specOf('sipyco+log://127.0.0.1:1066')), false);
  });
});

describe('the model of a log', () => {
  const viewport: LogViewport = {
    level: null,
    source: null,
    filter: '',
    follow: true,
    around: null,
    unfolded: [],
    columns: 80,
  };

  function frame(recordCount: number): LogFrame {
    const { viewId, status, rateHz, droppedCount, timeNs, type, display, alarm } = numberFrame(
      1,
      '',
    );
    const head = { viewId, status, rateHz, droppedCount, timeNs, type, display, alarm };
    const rows = { startRow: 0, rowCount: 0, firstRow: 0, rows: [], aroundRow: null };
    const counts = { shownCount: 0, recordCount, lostCount: 0, newCount: 0, sources: [] };
    return { ...head, kind: 'log', ...rows, ...counts };
  }

  function setUp() {
    const hub = new ScriptedHub();
    const screen = new ScriptedScreen();
    const open = async () => hub;
    const pump = new FramePump({ open, screen });
    const model = new LiveViewModel({ spec: specOf(CHANNEL), source: { open, pump } });
    return { hub, screen, model };
  }

  it('draws while it is paused: what is held is looked through', async () => {
    const { hub, screen, model } = setUp();
    const seen: number[] = [];
    model.frameChanged.connect((_model, drawn) => {
      seen.push(drawn.kind === 'log' ? drawn.recordCount : -1);
    });
    model.open();
    await settled();
    model.setPaused(true);
    for (const count of [1, 2]) {
      hub.put(frame(count));
      await settled();
      await screen.repaint();
    }
    assert.deepEqual(seen, [1, 2]);
    assert.equal(model.paused, true);
  });

  it('tells what is looked at, and nothing twice', async () => {
    const { hub, model } = setUp();
    model.open();
    await settled();
    const told = () => hub.calls.filter(call => call.startsWith('setViewport')).length;
    model.setViewport({ log: viewport });
    model.setViewport({ log: { ...viewport } });
    assert.equal(told(), 1);
    model.setViewport({ log: { ...viewport, unfolded: [7] } });
    model.setViewport({ log: { ...viewport, unfolded: [7] } });
    assert.equal(told(), 2);
    model.setViewport({ log: { ...viewport, unfolded: [7], filter: 'scan' } });
    assert.equal(told(), 3);
  });

  it('tells other ends of a progress bar, and nothing twice', async () => {
    const { hub, model } = setUp();
    model.open();
    await settled();
    const told = () => hub.calls.filter(call => call.startsWith('setViewport')).length;
    model.setViewport({ ends: [0, 20] });
    model.setViewport({ ends: [0, 20], width: model.viewport.width });
    assert.equal(told(), 1);
  });
});

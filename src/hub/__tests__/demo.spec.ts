import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Frame, NumberFrame, TraceFrame, ViewSpec } from '../api.js';
import { settled } from './handclock.js';
import { openHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

const DATASETS = 'demo+sipyco+sync:///datasets';
const spec = (view: ViewSpec['view'], ...sources: ViewSpec['sources']): ViewSpec => ({
  version: 1,
  view,
  sources,
  options: {},
});

describe('a hub with the demo lab', () => {
  it('shows a temperature as it changes', async () => {
    const { hub, clock, pull } = openHub();
    const id = await hub.openView(
      spec('auto', { role: 'value', address: `${DATASETS}#temperature` }),
      VIEWPORT,
    );
    const first = (await pull(frame => frame.kind === 'number')) as NumberFrame;
    assert.equal(first.viewId, id);
    assert.equal(first.status.state, 'live');
    assert.equal(first.type, 'float');
    assert.deepEqual(first.display, { unit: '°C', precision: 3 });
    assert.equal(first.text, '22.400');
    await clock.turn(500);
    const second = (await pull(frame => frame.kind === 'number')) as NumberFrame;
    assert.notEqual(second.text, first.text);
    assert.ok(second.history.length > first.history.length);
    assert.ok(second.timeNs! > first.timeNs!);
    await hub.bye();
  });

  it('shows a Rabi scan point by point', async () => {
    const { hub, clock, pull } = openHub();
    await hub.openView(
      spec(
        'trace',
        { role: 'y', address: `${DATASETS}#rabi.p` },
        { role: 'x', address: `${DATASETS}#rabi.t` },
        { role: 'error', address: `${DATASETS}#rabi.p_err` },
      ),
      VIEWPORT,
    );
    const first = (await pull((frame: Frame) => frame.kind === 'trace')) as TraceFrame;
    assert.equal(first.pointCount, 250);
    assert.equal(first.xUnit, 'µs');
    const before = first.measuredCount;
    await clock.turn(1000);
    await settled();
    const second = (await pull((frame: Frame) => frame.kind === 'trace')) as TraceFrame;
    assert.equal(second.measuredCount, before + 10);
    assert.ok(second.last !== null && second.last.error !== null);
    await hub.bye();
  });
});

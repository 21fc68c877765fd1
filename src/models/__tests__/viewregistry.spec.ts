import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AddedViewName, ViewSpec } from '../../hub/api.js';
import { FramePump } from '../framepump.js';
import { LiveViewModel } from '../liveview.js';
import { parseSpec } from '../spec.js';
import { type AddedView, openedSpec, ViewRegistry } from '../viewregistry.js';
import { numberFrame, ScriptedHub, ScriptedScreen, SPEC, settled } from './scripted.js';

const GAUGE: AddedView = { name: 'example:gauge', kind: 'number' };

describe('ViewRegistry', () => {
  it('finds what was added, until it is taken away', () => {
    const registry = new ViewRegistry<AddedView>();
    const told: string[] = [];
    registry.changed.connect((_registry, name) => told.push(name));
    const added = registry.add(GAUGE);
    assert.equal(registry.find('example:gauge'), GAUGE);
    assert.deepEqual(registry.views, [GAUGE]);
    added.dispose();
    added.dispose(); // harmless
    assert.equal(registry.find('example:gauge'), null);
    assert.equal(registry.find('constructor'), null);
    assert.deepEqual(told, ['example:gauge', 'example:gauge']);
  });

  it('refuses a name that is taken, or that could be one of ours', () => {
    const registry = new ViewRegistry<AddedView>();
    registry.add(GAUGE);
    assert.throws(() => registry.add(GAUGE), {
      name: 'RangeError',
      message: 'there is a view example:gauge already',
    });
    for (const name of ['gauge', ':gauge', 'example:', 'a b:c', `${'x'.repeat(99)}:gauge`]) {
      assert.throws(() => registry.add({ name: name as AddedViewName, kind: 'number' }), {
        name: 'RangeError',
      });
    }
  });
});

describe('openedSpec', () => {
  const registry = new ViewRegistry<AddedView>();
  registry.add(GAUGE);
  registry.add({ name: 'example:bits', kind: 'value', plain: true });
  const asked = (view: string): ViewSpec => parseSpec({ ...SPEC, view });

  it('opens the kind that the extension draws', () => {
    assert.deepEqual(openedSpec(asked('example:gauge'), registry), SPEC);
    const bits = openedSpec(asked('example:bits'), registry);
    assert.deepEqual([bits.view, bits.options], ['value', { plain: true }]);
    assert.deepEqual(openedSpec(SPEC, null), SPEC);
  });

  it('knows no name that nobody has added', () => {
    assert.throws(() => openedSpec(asked('example:dial'), registry), {
      name: 'UnsupportedError',
      message: 'no extension that adds the view example:dial is installed',
    });
  });

  it('is asked for no bare value by an output', () => {
    assert.throws(() => asked('value'), { name: 'ParseError' });
    assert.throws(() => parseSpec({ ...SPEC, options: { plain: true } }), { name: 'ParseError' });
  });
});

describe('a live view that another extension draws', () => {
  function setUp() {
    const hub = new ScriptedHub();
    const screen = new ScriptedScreen();
    const open = async () => hub;
    const added = new ViewRegistry<AddedView>();
    const pump = new FramePump({ open, screen });
    const spec = parseSpec({ ...SPEC, view: 'example:gauge' });
    const model = new LiveViewModel({ spec, source: { open, pump }, added });
    return { hub, screen, added, model };
  }

  it('says what is missing, and starts by itself when it is added', async () => {
    const { hub, screen, added, model } = setUp();
    model.open();
    await settled();
    assert.equal(model.phase, 'broken');
    assert.equal(
      model.fault?.message,
      'no extension that adds the view example:gauge is installed',
    );
    assert.deepEqual(hub.calls, []);
    added.add({ name: 'example:dial', kind: 'number' }); // another one
    await settled();
    assert.equal(model.phase, 'broken');
    added.add(GAUGE);
    await settled();
    assert.equal(model.phase, 'open');
    hub.put(numberFrame(1, '295.1'));
    await settled();
    await screen.repaint();
    assert.equal(model.frame?.kind, 'number');
  });

  it('says so when it is taken away, lets go of the source, and goes on when it is back', async () => {
    const { hub, added, model } = setUp();
    const taken = added.add(GAUGE);
    model.open();
    await settled();
    taken.dispose();
    assert.equal(model.phase, 'broken');
    assert.equal(
      model.fault?.message,
      'the extension that adds the view example:gauge has taken it away',
    );
    await settled();
    assert.ok(hub.calls.includes('closeView 1'));
    added.add(GAUGE);
    await settled();
    assert.equal(model.phase, 'open');
  });

  it('opens nothing that nobody has opened, and leaves a frozen picture alone', async () => {
    const { hub, added, model } = setUp();
    const taken = added.add(GAUGE);
    await settled();
    assert.deepEqual(hub.calls, []);
    model.freeze(7n);
    taken.dispose();
    added.add(GAUGE);
    await settled();
    assert.equal(model.phase, 'frozen');
    assert.deepEqual(hub.calls, []);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FramePump } from '../framepump.js';
import { LiveViewModel } from '../liveview.js';
import { type IOpenView, kindOf, LiveViewsModel } from '../liveviews.js';
import { numberFrame, ScriptedHub, ScriptedScreen, SPEC, settled } from './scripted.js';

function setUp() {
  const hub = new ScriptedHub();
  const screen = new ScriptedScreen();
  const open = async () => hub;
  const source = { open, pump: new FramePump({ open, screen }) };
  const views = new LiveViewsModel();
  let changeCount = 0;
  views.changed.connect(() => {
    changeCount += 1;
  });
  const make = (id: string): IOpenView => ({
    id,
    model: new LiveViewModel({ spec: { ...SPEC, view: 'auto' }, source }),
    where: 'rabi.ipynb',
    stops: 'freeze',
    jump: () => undefined,
    stop: () => undefined,
  });
  const changes = () => {
    const count = changeCount;
    changeCount = 0;
    return count;
  };
  return { hub, screen, views, make, changes };
}

describe('LiveViewsModel', () => {
  it('says when a view came, went, or changed its state', () => {
    const { views, make, changes } = setUp();
    const [a, b] = [make('a'), make('b')];
    views.setViews([a, b]);
    assert.equal(changes(), 1);
    a.model.freeze();
    assert.equal(changes(), 1);
    views.setViews([b]);
    assert.equal(changes(), 1);
    a.model.open();
    assert.equal(changes(), 0, 'one that is gone is not listened to');
    assert.deepEqual(
      views.views.map(({ id }) => id),
      ['b'],
    );
  });

  it('says once what a view turned out to be, and nothing of its pictures', async () => {
    const { hub, screen, views, make, changes } = setUp();
    const view = make('a');
    views.setViews([view]);
    assert.equal(kindOf(view.model), 'auto');
    view.model.open();
    await settled();
    await screen.repaint();
    hub.put(numberFrame(1, '295.1'));
    await settled();
    await screen.repaint();
    assert.equal(kindOf(view.model), 'number');
    assert.ok(changes() > 0);
    for (const text of ['295.2', '295.3']) {
      hub.put(numberFrame(1, text));
      await settled();
      await screen.repaint();
    }
    assert.equal(view.model.frame?.kind === 'number' ? view.model.frame.text : '', '295.3');
    assert.equal(changes(), 0);
  });
});

// Values in a title, from a server's struct to a view's frames.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Frame, ViewSpec } from '../api.js';
import { dataset, LAB, Lab } from './lab.js';
import { openHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

function specOf(title: string, ...names: readonly string[]): ViewSpec {
  return {
    version: 1,
    view: 'auto',
    sources: [
      { role: 'value', address: `${LAB}#a` },
      ...names.map(name => ({
        role: 'title' as const,
        address: `${LAB}#${name.replaceAll('/', '.')}`,
        name,
      })),
    ],
    options: { title },
  };
}

const titled = (title: string) => (frame: Frame) => frame.title === title;

describe('Hub: values in a title', () => {
  it('tells the title with the frames, and again when a value in it changes', async () => {
    const lab = new Lab([
      ['a', dataset(1)],
      ['run.id', dataset(7n)],
    ]).start();
    const { hub, pull, mistakes } = openHub({ connect: lab.connect });
    await hub.openView(specOf('run {run/id:03d}', 'run/id'), VIEWPORT);
    const frame = await pull(titled('run 007'));
    assert.equal(frame.kind, 'number', 'one value is shown: the title’s is beside it');
    assert.equal(frame.status.state, 'live');
    lab.datasets.set('run.id', dataset(8n));
    await pull(titled('run 008'));
    await hub.bye();
    await lab.stop();
    assert.deepEqual(mistakes, []);
  });

  it('shows the picture though a value of the title is missing, or cannot be written', async () => {
    const lab = new Lab([
      ['a', dataset(1)],
      ['b', dataset('text')],
    ]).start();
    const { hub, pull, mistakes } = openHub({ connect: lab.connect });
    await hub.openView(specOf('{c} {b}', 'b', 'c'), VIEWPORT);
    const missing = await pull(titled('… text'));
    assert.equal(missing.status.state, 'live');
    lab.datasets.set('c', dataset(2.5));
    await pull(titled('2.5 text'));
    lab.datasets.delete('c');
    await pull(titled('… text'));
    await hub.openView(specOf('{b:d}', 'b'), VIEWPORT);
    const wrong = await pull(titled("{b:d} (Unknown format code 'd' for object of type 'str')"));
    assert.equal(wrong.kind, 'number');
    await hub.bye();
    await lab.stop();
    assert.deepEqual(mistakes, []);
  });

  it('leaves the title of a spec without fields to the page', async () => {
    const lab = new Lab([['a', dataset(1)]]).start();
    const { hub, pull } = openHub({ connect: lab.connect });
    await hub.openView(specOf('{{literal}'), VIEWPORT);
    const frame = await pull(({ status }) => status.state === 'live');
    assert.equal('title' in frame, false);
    await hub.bye();
    await lab.stop();
  });

  for (const [what, sources, message] of [
    ['a field without a name', [{ role: 'title' }], 'sources[1].name should be a text'],
    ['an empty name', [{ role: 'title', name: '' }], 'should be the name of a field'],
    [
      'too many fields',
      Array.from({ length: 17 }, (_, i) => ({ role: 'title', name: `f${i}` })),
      'at most',
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { hub } = openHub();
      const spec = {
        ...specOf('{b}'),
        view: 'xy',
        sources: [
          { role: 'y', address: `${LAB}#a` },
          ...sources.map(source => ({ ...source, address: `${LAB}#b` })),
        ],
      } as unknown as ViewSpec;
      await assert.rejects(hub.openView(spec, VIEWPORT), (fault: Error) => {
        assert.ok(fault.message.includes(message), fault.message);
        return true;
      });
      await hub.bye();
    });
  }
});

describe('Hub: datasets that do not fit', () => {
  it('draws after a second though nothing came', async () => {
    const lab = new Lab([
      ['y', dataset([1, 2])],
      ['x', dataset([1])],
    ]).start();
    const { hub, clock, pull, mistakes } = openHub({ connect: lab.connect });
    const spec: ViewSpec = {
      version: 1,
      view: 'xy',
      sources: [
        { role: 'y', address: `${LAB}#y` },
        { role: 'x', address: `${LAB}#x` },
      ],
      options: {},
    };
    await hub.openView(spec, VIEWPORT);
    await pull(({ status }) => status.state === 'live');
    const told = pull(frame => frame.kind === 'empty' && frame.fault !== null);
    await clock.turn(1000);
    const frame = await told;
    assert.equal(
      frame.kind === 'empty' && frame.fault?.message,
      'y has 2 values and x has 1: they must be equally long',
    );
    lab.datasets.set('x', dataset([1, 2]));
    await pull(({ kind }) => kind === 'xy');
    await hub.bye();
    await lab.stop();
    assert.deepEqual(mistakes, []);
    assert.equal(clock.timerCount, 0);
  });
});

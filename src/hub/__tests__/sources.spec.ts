// Sources without a hub, as the command line uses them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Notifier } from '../../protocols/sipyco/index.js';
import { Publisher } from '../../servers/index.js';
import { LoopbackNetwork } from '../../transports/index.js';
import { dict, PyDict, type PyValue, pyRepr, Tuple } from '../../values/index.js';
import type { ITree, SourceEvent } from '../sources/source.js';
import { Sources } from '../sources.js';
import { HandClock, settled } from './handclock.js';
import { dataset, Lab } from './lab.js';

const WHOLE = 'sipyco+sync://lab:3250/datasets';

function sourcesOf(lab: Lab) {
  const clock = new HandClock();
  const mistakes: unknown[] = [];
  const sources = new Sources({
    clock,
    connect: lab.connect,
    demo: { connect: lab.connect, listen: () => assert.fail('nobody listens here') },
    report: error => mistakes.push(error),
  });
  return { clock, sources, mistakes };
}

/** What a watcher hears, one text for each event. */
function listen(sources: Sources, address: string) {
  const heard: string[] = [];
  let tree: ITree | null = null;
  const watch = sources.open(address).watch((event: SourceEvent) => {
    switch (event.type) {
      case 'status':
        heard.push(event.status.state);
        break;
      case 'reading': {
        const { value, timeNs } = event.reading;
        const range = event.range === null ? '' : ` [${event.range.from}, ${event.range.to})`;
        heard.push(
          `${pyRepr(value)}${range} at ${(timeNs - 1_700_000_000_000_000_000n) / 1_000_000n}`,
        );
        break;
      }
      case 'gone':
        heard.push('gone');
        break;
      case 'tree':
        tree = event.tree;
        heard.push(`tree of ${[...event.tree.keys()].map(pyRepr).join(' ')}`);
        break;
      case 'deltas':
        for (const { type, key } of event.deltas) {
          heard.push(`${type} ${pyRepr(key)} ${pyRepr(tree?.read(key)?.value ?? null)}`);
        }
        break;
      case 'messages':
        heard.push(...event.messages.map(({ value }) => pyRepr(value)));
    }
  });
  const news = async () => {
    await settled();
    return heard.splice(0);
  };
  return { news, watch };
}

describe('Sources', () => {
  it('says what it can, before anything is opened', () => {
    const lab = new Lab();
    const { sources } = sourcesOf(lab);
    const whole = sources.open(WHOLE);
    assert.equal(whole.shape, 'tree');
    assert.equal(whole.abilities.openingHasEffects, false);
    assert.equal(sources.open(`${WHOLE}#a`).shape, 'value');
    assert.equal(lab.connectCount, 0);
    assert.throws(() => sources.open('rpyc://lab:18812'), {
      name: 'UnsupportedError',
      message: 'addresses that start with rpyc:// cannot be shown in this version',
    });
    assert.throws(() => sources.open('sipyco+sync://lab:3250/datasets?tls=lab'), {
      name: 'UnsupportedError',
      message: 'TLS is not spoken in this version, and the address asks for the profile lab',
    });
    assert.throws(() => sources.open(`${WHOLE}#[1](2)`), { name: 'ParseError' });
  });

  it('tells of one value: state, readings with what changed, and that it went', async () => {
    const lab = new Lab([['a', dataset([1n, 2n])]]).start();
    const { sources, clock } = sourcesOf(lab);
    const { news, watch } = listen(sources, `${WHOLE}#a`);
    assert.deepEqual(await news(), ['connecting', 'live', '[1, 2] at 0']);
    await clock.turn(10);
    lab.datasets.at('a').at(1n).append(3n);
    lab.datasets.set('b', dataset(0));
    assert.deepEqual(await news(), ['[1, 2, 3] [2, 3) at 10']);
    await clock.turn(10);
    lab.datasets.at('a').at(1n).set(-1n, 4n);
    lab.datasets.set('a', dataset('text'));
    lab.datasets.delete('a');
    assert.deepEqual(await news(), ['[1, 2, 4] [2, 3) at 20', "'text' at 20", 'gone', 'missing']);
    lab.datasets.set('a', dataset(null));
    assert.deepEqual(await news(), ['None at 20', 'live']);
    watch.close();
    lab.datasets.set('a', dataset(1n));
    assert.deepEqual(await news(), []);
    sources.close();
  });

  it('tells of a tree by its names', async () => {
    const lab = new Lab([
      ['a', dataset(1n)],
      [5n, 'five'],
    ]).start();
    const { sources } = sourcesOf(lab);
    const { news } = listen(sources, WHOLE);
    assert.deepEqual(await news(), ['connecting', 'live', "tree of 'a' 5"]);
    lab.datasets.set('b', dataset([]));
    lab.datasets.at('b').at(1n).append(7n);
    lab.datasets.set(5, 'cinq');
    lab.datasets.delete(5n);
    assert.deepEqual(await news(), [
      "added 'b' []",
      "changed 'b' [7]",
      "changed 5 'cinq'",
      'removed 5 None',
    ]);
    sources.close();
  });

  it('tells only differences after a reconnect, of the whole as well', async () => {
    const lab = new Lab([
      ['a', dataset(1n)],
      ['b', dataset(2n)],
    ]).start();
    const { sources, clock } = sourcesOf(lab);
    const tree = listen(sources, WHOLE);
    const a = listen(sources, `${WHOLE}#a`);
    const b = listen(sources, `${WHOLE}#b`);
    const all = listen(sources, `${WHOLE}#[]`);
    for (const one of [tree, a, b, all]) {
      await one.news();
    }
    await lab.stop();
    assert.deepEqual(await a.news(), ['stale']);
    lab.start([
      ['a', dataset(1n)],
      ['c', dataset(3n)],
    ]);
    await clock.turn(1000);
    assert.deepEqual(
      (await tree.news()).filter(text => text !== 'stale'),
      ['live', "removed 'b' None", "added 'c' 3"],
    );
    assert.deepEqual(await a.news(), ['live']);
    assert.deepEqual(await b.news(), ['stale', 'live', 'gone', 'missing']);
    assert.match((await all.news())[2] ?? '', /^\{'a': .*'c': /);
    sources.close();
  });

  it('follows a struct that is a list', async () => {
    const network = new LoopbackNetwork();
    const list = new Notifier([1n, dict({ x: 2n })]);
    const publisher = new Publisher({ notifiers: { log: list } });
    publisher.start(network.listen('lab'));
    const sources = new Sources({
      clock: new HandClock(),
      connect: () => options => network.connect('lab', options),
      demo: {
        connect: () => options => network.connect('lab', options),
        listen: async () => network.listen('log'),
      },
      report: assert.fail,
    });
    const whole = listen(sources, 'sipyco+sync://lab:3250/log');
    const last = listen(sources, 'sipyco+sync://lab:3250/log#[-1]');
    assert.deepEqual(await whole.news(), ['connecting', 'live', 'tree of 0 1']);
    assert.deepEqual(await last.news(), ['connecting', 'live', "{'x': 2} at 0"]);
    list.at(1n).set('x', 3n);
    assert.deepEqual(await whole.news(), ["changed 1 {'x': 3}"]);
    assert.deepEqual(await last.news(), ["{'x': 3} at 0"]);
    list.append('new');
    assert.deepEqual(await whole.news(), ['tree of 0 1 2']);
    assert.deepEqual(await last.news(), ["'new' at 0"]);
    sources.close();
    await publisher.stop();
  });

  it('goes on when a watcher throws, and says so', async () => {
    const lab = new Lab([['a', dataset(1n)]]).start();
    const { sources, mistakes } = sourcesOf(lab);
    let calls = 0;
    sources.open(`${WHOLE}#a`).watch(() => {
      calls += 1;
      throw new Error('a mistake');
    });
    const other = listen(sources, `${WHOLE}#a`);
    assert.deepEqual(await other.news(), ['connecting', 'live', '1 at 0']);
    assert.equal(calls, 3);
    assert.equal(mistakes.length, 3);
    sources.close();
  });

  it('takes a pair for a dataset only where it is one', async () => {
    const lab = new Lab(
      new Map<PyValue, PyValue>([
        ['pair', new Tuple([true, 5n])],
        ['point', new Tuple([1n, 5n])],
        ['triple', new Tuple([true, 5n, new PyDict([['unit', 'V']])])],
        ['other', new Tuple([true, 5n, 'V'])],
      ]),
    ).start();
    const { sources } = sourcesOf(lab);
    for (const [name, text] of [
      ['pair', '5'],
      ['point', '(1, 5)'],
      ['triple', '5'],
      ['other', "(True, 5, 'V')"],
    ]) {
      const { news } = listen(sources, `${WHOLE}#${name}`);
      assert.ok((await news()).includes(`${text} at 0`), name);
    }
    sources.close();
  });
});

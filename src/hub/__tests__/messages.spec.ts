// Views of what only talks: a log opens on it, any other view says which would.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Frame, LogFrame, SourceRole, ViewKind } from '../api.js';
import { settled } from './handclock.js';
import { openHub, type TestHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

const LOG = 'demo+sipyco+broadcast:///log';

let lab: TestHub;

beforeEach(() => {
  lab = openHub();
});

afterEach(async () => {
  await lab.hub.bye();
  assert.deepEqual(lab.mistakes, []);
});

async function open(view: 'auto' | ViewKind, address: string, role: SourceRole = 'value') {
  const spec = { version: 1, view, sources: [{ role, address }], options: {} } as const;
  return lab.hub.openView(spec, VIEWPORT);
}

const isLog = (frame: Frame): frame is LogFrame => frame.kind === 'log';

/** The first log frame with that many records. */
async function records(count: number): Promise<LogFrame> {
  return (await lab.pull(frame => isLog(frame) && frame.recordCount >= count)) as LogFrame;
}

describe('a view of messages', () => {
  for (const view of ['log', 'auto'] as const) {
    it(`is a log as ${view}`, async () => {
      await open(view, LOG);
      await settled();
      await lab.clock.turn(2100);
      const frame = await records(2);
      assert.equal(frame.status.state, 'live');
      assert.equal(frame.rows[0]?.severity, 'DEBUG');
      assert.equal(frame.rows[0]?.source, 'worker(4711,rabi_flop.py)');
      assert.equal(frame.rows[0]?.text, 'point 10 of 250');
      assert.ok(frame.rateHz > 0);
      assert.equal(frame.timeNs !== null, true);
    });
  }

  it('listens for logs of others in the demo lab', async () => {
    await open('log', 'demo+sipyco+log:///');
    await settled();
    await lab.clock.turn(2100);
    assert.equal((await records(1)).rows[0]?.name, 'rabi_flop');
  });

  it('shows what is no record as well', async () => {
    await open('auto', 'demo+sipyco+broadcast:///progress');
    await settled();
    await lab.clock.turn(300);
    const { rows } = await records(1);
    assert.match(rows[0]?.text ?? '', /^\{'rid': 4711, 'done': \d+, 'total': 250, /);
  });

  it('goes on drawing while it is paused, with the records of then', async () => {
    const id = await open('log', LOG);
    await settled();
    await lab.clock.turn(2100);
    const { recordCount } = await records(2);
    await lab.hub.setPaused(id, true);
    await lab.clock.turn(3000);
    const held = (await lab.pull(frame => isLog(frame) && frame.newCount > 0)) as LogFrame;
    assert.equal(held.recordCount, recordCount);
    await lab.hub.setPaused(id, false);
    assert.ok((await records(recordCount + 1)).newCount === 0);
  });

  it('answers with records and a file', async () => {
    const id = await open('log', LOG);
    await settled();
    await lab.clock.turn(1100);
    await records(1);
    const text = await lab.hub.ask(id, { type: 'records', first: 0, last: 10 });
    assert.match(text.type === 'text' ? text.text : '', /\tDEBUG\tworker\(4711,rabi_flop\.py\)\t/);
    const part = await lab.hub.ask(id, { type: 'csv' });
    assert.equal(part.type === 'csv' ? part.fileName : '', 'log.csv');
    await assert.rejects(lab.hub.ask(id, { type: 'text' }), { name: 'UnsupportedError' });
  });

  const misfits: readonly (readonly [ViewKind, string, string, string])[] = [
    ['number', LOG, `${LOG} sends messages and holds no value`, 'Show them with view="log".'],
    ['progress', LOG, `${LOG} sends messages and holds no value`, 'Show them with view="log".'],
    [
      'log',
      'demo+sipyco+sync:///datasets#progress',
      'a log shows messages, and demo+sipyco+sync:///datasets#progress sends none',
      'Show it with view="auto", or name a channel: sipyco+broadcast://host:1067/log.',
    ],
    [
      'number',
      'demo+sipyco+rpc:///siggen',
      'demo+sipyco+rpc:///siggen has methods and holds no value',
      'Call its methods instead.',
    ],
  ];
  for (const [view, address, message, hint] of misfits) {
    it(`is no ${view} of ${address}, and says so`, async () => {
      await open(view, address);
      const { status } = await lab.pull(frame => frame.status.state === 'failed');
      assert.equal(status.fault?.message, message);
      assert.equal(status.fault?.hint, hint);
    });
  }

  it('refuses filters and ends that cannot be', async () => {
    const sources = [{ role: 'value', address: LOG }] as const;
    const spec = { version: 1, view: 'log', sources, options: {} } as const;
    await assert.rejects(
      lab.hub.openView({ ...spec, options: { level: 'LOUD' as 'INFO' } }, VIEWPORT),
      { name: 'ParseError' },
    );
    await assert.rejects(lab.hub.openView({ ...spec, options: { min: 5, max: 5 } }, VIEWPORT), {
      message:
        'the description of this view is not valid: options.min should be a number below max, 5, it is 5',
    });
    const log = {
      level: null,
      source: null,
      filter: '',
      follow: true,
      around: null,
      unfolded: Array.from({ length: 101 }, (_, id) => id),
      columns: 80,
    };
    await assert.rejects(lab.hub.openView(spec, { ...VIEWPORT, log }), { name: 'ParseError' });
  });

  it('shows how far the demo scan is', async () => {
    await open('progress', 'demo+sipyco+sync:///datasets#progress');
    await settled();
    await lab.clock.turn(5000);
    const frame = await lab.pull(({ kind }) => kind === 'progress');
    assert.ok(frame.kind === 'progress' && frame.share! > 0);
    await open('progress', 'demo+sipyco+sync:///datasets#progres');
    const gone = await lab.pull(({ status }) => status.state === 'missing');
    assert.equal(gone.kind, 'empty');
  });
});

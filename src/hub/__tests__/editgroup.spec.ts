// A whole group of datasets: deleted after its names were seen, in part where it stops, and undone.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { AuditEntry } from '../../transports/index.js';
import { dict, NDArray, PyDict, type PyValue, pyExact, Tuple } from '../../values/index.js';
import type { Edit, EditOutcome, IPage } from '../api.js';
import type { Hub } from '../hub.js';
import { settled } from './handclock.js';
import { DATABASE, DATASETS, Master, refusing } from './master.js';
import { openHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

const GROUP = ['rabi.fit.p', 'rabi.fit.t', 'rabi.p', 'rabi.t'];
const DELETE = { type: 'delete group', group: 'rabi' } as const;

let master: Master;
let hub: Hub;
let editor: number;
let audited: AuditEntry[];
let mistakes: unknown[];

function entry(value: PyValue, persist = false, metadata: PyDict = new PyDict()): Tuple {
  return new Tuple([persist, value, metadata]);
}

beforeEach(async () => {
  audited = [];
  master = new Master([
    ...GROUP.map((key, i) => [key, entry(i, true, dict({ unit: 'V' }))] as const),
    ['rabi', entry(9n)],
    ['rabicon.p', entry(1n)],
  ]).start();
  ({ hub, mistakes } = openHub({
    connect: master.connect,
    makeBridge: () =>
      ({ audit: (line: AuditEntry) => audited.push(line), close() {}, roundTripMs: null }) as never,
  }));
  await hub.start({} as IPage);
  const sources = [{ role: 'table', address: DATASETS }] as const;
  await hub.openView({ version: 1, view: 'table', sources, options: {} }, VIEWPORT);
  await settled();
  editor = await hub.armEditor(DATASETS, DATABASE);
});

afterEach(async () => {
  await hub.bye();
  await master.stop();
  assert.deepEqual(mistakes, []);
});

async function apply(edit: Edit, ...agreed: string[]): Promise<EditOutcome> {
  const outcome = await hub.applyEdit(editor, edit, agreed);
  await settled();
  return outcome;
}

describe('a group', () => {
  /** Delete it as a person does: having seen which. */
  async function removed(): Promise<EditOutcome> {
    const asks = await apply(DELETE);
    assert.ok(asks.type === 'asks');
    return apply(DELETE, ...asks.questions.map(({ id }) => id));
  }

  const left = () => GROUP.filter(key => master.at(key) !== undefined);

  it('is deleted after its names were shown, and nothing beside it', async () => {
    const { questions, problems } = await hub.checkEdit(editor, DELETE);
    assert.deepEqual(problems, []);
    const [question] = questions;
    assert.ok(question?.kind === 'group');
    assert.deepEqual([question.names, question.final], [GROUP, []]);
    assert.equal((await removed()).type, 'done');
    assert.deepEqual(left(), []);
    assert.deepEqual(
      master.calls,
      GROUP.map(key => `delete ${key}`),
    );
    assert.ok(pyExact(master.valueAt('rabi')!, 9n) && pyExact(master.valueAt('rabicon.p')!, 1n));
    assert.equal((await apply(DELETE)).type, 'wrong');
    assert.deepEqual(audited.map(({ detail, old }) => `${detail}: ${old}`).slice(0, 1), [
      "rabi.fit.p: 0.0 persist=True metadata={'unit': 'V'}",
    ]);
  });

  it('comes back whole by undo, types, persist and metadata', async () => {
    const before = GROUP.map(key => master.at(key)!);
    await removed();
    const { undo } = await hub.watchEditor(editor, -1);
    assert.deepEqual([undo?.type, undo?.key, undo?.count], ['delete group', 'rabi', 4]);
    assert.equal((await apply({ type: 'undo' })).type, 'done');
    assert.ok(GROUP.every((key, i) => pyExact(master.at(key)!, before[i]!)));
    assert.equal((await hub.watchEditor(editor, -1)).undo, null);
  });

  it('asks anew where another dataset came into it, or one of it is another again', async () => {
    const asks = await apply(DELETE);
    assert.ok(asks.type === 'asks');
    master.datasets.set('rabi.new', entry(1n));
    await settled();
    const again = await apply(DELETE, asks.questions[0]!.id);
    assert.ok(again.type === 'asks' && again.questions[0]?.kind === 'group');
    assert.deepEqual(again.questions[0].names, [
      ...GROUP.slice(0, 2),
      'rabi.new',
      'rabi.p',
      'rabi.t',
    ]);
    assert.deepEqual(master.calls, []);
    assert.equal((await apply(DELETE, again.questions[0].id)).type, 'done');
    master.datasets.set('rabi.t', entry(7n));
    await settled();
    const undo = await apply({ type: 'undo' });
    assert.ok(undo.type === 'asks' && undo.questions[0]?.kind === 'changed');
    assert.equal(undo.questions[0].now, 'rabi.t = 7');
    assert.equal((await apply({ type: 'undo' }, undo.questions[0].id)).type, 'done');
    assert.ok(pyExact(master.at('rabi.t')!, entry(3, true, dict({ unit: 'V' }))));
  });

  it('that is deleted in part is told, and undo takes back that part', async () => {
    const refuse = refusing('locked');
    master.deed = call => (call === 'delete rabi.p' ? refuse(call) : undefined);
    const failed = await removed();
    assert.ok(failed.type === 'failed' && failed.outcome.type === 'raised');
    assert.equal(failed.doneCount, 2);
    assert.deepEqual(left(), ['rabi.p', 'rabi.t']);
    assert.equal((await hub.watchEditor(editor, -1)).undo?.count, 2);
    // One of them cannot be set at once: undo stays, and is whole when it is tried again.
    master.deed = call => (call === 'set rabi.fit.t' ? refuse(call) : undefined);
    assert.equal((await apply({ type: 'undo' })).type, 'failed');
    assert.equal((await hub.watchEditor(editor, -1)).undo?.count, 2);
    master.deed = () => {};
    assert.equal((await apply({ type: 'undo' })).type, 'done');
    assert.deepEqual(left(), GROUP);
  });

  it('is not deleted further once it is disarmed, and tells how far it is', async () => {
    let release = () => {};
    const waiting = new Promise<void>(reached => {
      master.deed = async call => {
        if (call === 'delete rabi.fit.t') {
          const released = new Promise<void>(done => {
            release = done;
          });
          reached();
          await released;
        }
      };
    });
    const deleting = removed();
    await waiting;
    const { sending, revision } = await hub.watchEditor(editor, -1);
    assert.deepEqual(sending, { done: 1, total: 4 });
    const next = hub.watchEditor(editor, revision);
    await hub.disarmEditor(editor);
    assert.equal((await next).isArmed, false);
    release();
    const stopped = await deleting;
    assert.ok(stopped.type === 'failed' && stopped.outcome.type === 'failed');
    assert.equal(stopped.doneCount, 2);
    assert.match(stopped.outcome.fault.message, /disarmed after 2 of 4 datasets/);
    editor = await hub.armEditor(DATASETS, DATABASE);
    assert.equal((await hub.watchEditor(editor, -1)).undo?.count, 2);
    assert.equal((await apply({ type: 'undo' })).type, 'done');
    assert.deepEqual(left(), GROUP);
  });

  it('tells which of it are too large to be brought back', async () => {
    master.datasets.set('rabi.raw', entry(NDArray.of(new Float64Array(400_000))));
    await settled();
    const { questions } = await hub.checkEdit(editor, DELETE);
    assert.ok(questions[0]?.kind === 'group');
    assert.deepEqual(questions[0].final, ['rabi.raw']);
    // Where nothing else went, there is nothing to undo.
    master.datasets.set('rabi.a', entry(NDArray.of(new Float64Array(400_000))));
    await settled();
    const refuse = refusing('locked');
    master.deed = call => (call === 'delete rabi.fit.p' ? refuse(call) : undefined);
    assert.equal((await removed()).type, 'failed');
    assert.equal(master.at('rabi.a'), undefined);
    assert.equal((await hub.watchEditor(editor, -1)).undo, null);
    master.deed = () => {};
    assert.equal((await removed()).type, 'done');
    assert.equal(master.at('rabi.raw'), undefined);
    assert.equal((await hub.watchEditor(editor, -1)).undo?.count, 4);
  });

  it('passes by what somebody else deleted first', async () => {
    master.deed = call => {
      if (call === 'delete rabi.fit.p') {
        master.datasets.delete('rabi.p');
      }
    };
    assert.equal((await removed()).type, 'done');
    assert.deepEqual(left(), []);
    assert.ok(!master.calls.includes('delete rabi.p'));
  });
});

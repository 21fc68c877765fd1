// Datasets edited as the page does it: armed, typed, asked, sent, undone.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { AuditEntry } from '../../transports/index.js';
import {
  complex,
  dict,
  type Fault,
  NDArray,
  NumpyScalar,
  PyDict,
  type PyValue,
  pyExact,
  Tuple,
} from '../../values/index.js';
import type { Edit, EditOutcome, IPage } from '../api.js';
import type { Hub } from '../hub.js';
import { type HandClock, settled } from './handclock.js';
import { type Age, DATABASE, DATASETS, Master, refusing } from './master.js';
import { openHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

const TABLE = {
  version: 1,
  view: 'table',
  sources: [{ role: 'table', address: DATASETS }],
  options: {},
} as const;

const BARE = { unit: '', scale: '', precision: '' };
const MINUTE = 60_000;

let master: Master;
let hub: Hub;
let clock: HandClock;
let editor: number;
let audited: AuditEntry[];
let mistakes: unknown[];

function entry(value: PyValue, persist = false, metadata: PyDict = new PyDict()): Tuple {
  return new Tuple([persist, value, metadata]);
}

const ENTRIES: readonly (readonly [string, PyValue])[] = [
  ['n', entry(5n, true)],
  ['f', entry(0.08, true, dict({ unit: 'ms', scale: 1e-3, precision: 1n, note: 'kept' }))],
  ['big', entry(2n ** 53n + 1n)],
  ['flag', entry(true)],
  ['name', entry("it's", false)],
  ['z', entry(complex(1, -0))],
  ['i32', entry(NumpyScalar.of('<i4', 7n))],
  ['f32', entry(NumpyScalar.of('<f4', 0.5))],
  ['u8', entry(NumpyScalar.of('|u1', 255n))],
  ['ints', entry(NDArray.of(BigInt64Array.of(1n, 2n, 3n)))],
  ['grid', entry(NDArray.of(Float32Array.of(1, 2, 3, 4), [2, 2]))],
  ['list', entry([1, 2.5])],
  ['pair', entry(new Tuple([1n, 'a']))],
  ['nan', entry(Number.NaN)],
  ['long', entry(NDArray.of(new Float64Array(1000)))],
  ['when', entry(new NumpyScalar('<M8[s]', new Uint8Array(8)))],
  [
    'settings',
    entry(
      new PyDict([
        ['a', 1],
        [2n, NumpyScalar.of('<i2', 3n)],
      ]),
    ),
  ],
];

async function begin(age: Age = 'new', entries = ENTRIES): Promise<void> {
  master = new Master(entries).start(age);
  const page = {} as IPage;
  ({ hub, clock, mistakes } = openHub({
    connect: master.connect,
    makeBridge: () =>
      ({ audit: (line: AuditEntry) => audited.push(line), close() {}, roundTripMs: null }) as never,
  }));
  await hub.start(page);
  await hub.openView(TABLE, VIEWPORT);
  await settled();
  editor = await hub.armEditor(DATASETS, DATABASE);
}

beforeEach(async () => {
  audited = [];
  await begin();
});

afterEach(async () => {
  await hub.bye();
  await master.stop();
  assert.deepEqual(mistakes, []);
});

const open = (key: string) => hub.openDataset(editor, `${DATASETS}#${key}`);

function setting(key: string, value: string | null, more: Partial<Edit> = {}): Edit {
  return { type: 'set', key, value, persist: false, metadata: null, ...more } as Edit;
}

async function apply(edit: Edit, ...agreed: string[]): Promise<EditOutcome> {
  const outcome = await hub.applyEdit(editor, edit, agreed);
  await settled();
  return outcome;
}

async function rejection(work: Promise<unknown>): Promise<Fault> {
  return work.then(
    () => assert.fail('it was done'),
    fault => fault as Fault,
  );
}

describe('a dataset that is typed over', () => {
  it('keeps its type, and says what becomes of what was typed', async () => {
    for (const [key, typed, value, becomes] of [
      ['n', '6', 6n, null],
      ['n', '0x10', 16n, null],
      ['f', '5', 5, '5.0'],
      ['f', '1e-3', 0.001, null],
      ['flag', 'False', false, null],
      ['name', '"b"', 'b', null],
      ['z', '2', complex(2), '(2+0j)'],
      ['i32', '8', NumpyScalar.of('<i4', 8n), null],
      ['f32', '2', NumpyScalar.of('<f4', 2), '2.0'],
      ['ints', '[4, 5]', NDArray.of(BigInt64Array.of(4n, 5n)), null],
      [
        'grid',
        '[[1, 2], [3, 9]]',
        NDArray.of(Float32Array.of(1, 2, 3, 9), [2, 2]),
        '[[1.0, 2.0], [3.0, 9.0]]',
      ],
      ['list', '[3, 4, 5]', [3, 4, 5], '[3.0, 4.0, 5.0]'],
      ['pair', '(2, "b")', new Tuple([2n, 'b']), null],
      ['nan', '-inf', Number.NEGATIVE_INFINITY, null],
    ] as const) {
      await open(key);
      const edit = setting(key, typed);
      const check = await hub.checkEdit(editor, edit);
      assert.deepEqual(check.problems, [], key);
      assert.deepEqual(check.questions, [], key);
      assert.equal(check.becomes, becomes, key);
      assert.deepEqual(await apply(edit), { type: 'done' }, key);
      const now = master.valueAt(key);
      assert.ok(now !== undefined && pyExact(now, value as PyValue), key);
    }
  });

  it('asks once before it gets another type', async () => {
    for (const [key, typed, from, to] of [
      ['n', '5.0', 'int', 'float'],
      ['n', 'True', 'int', 'bool'],
      ['f', '"x"', 'float', 'str'],
      ['flag', '1', 'bool', 'int'],
      ['i32', '1.5', 'int32', 'float'],
      ['ints', '[1.5, 2]', 'int64[3]', 'float64[2]'],
      ['list', '(1, 2)', 'list[2]', 'tuple[2]'],
    ] as const) {
      master.datasets.set(key, ENTRIES.find(([name]) => name === key)![1]);
      await settled();
      const shown = await open(key);
      const edit = setting(key, typed);
      const outcome = await apply(edit);
      assert.equal(outcome.type, 'asks', key);
      const { questions } = outcome as Extract<EditOutcome, { type: 'asks' }>;
      const [question] = questions;
      assert.ok(question?.kind === 'type');
      assert.deepEqual([question.from, question.to], [from, to], key);
      assert.equal(shown?.key, key);
      assert.equal((await apply(edit, question.id)).type, 'done', key);
    }
  });

  it('refuses what does not fit, with the place, and sends nothing', async () => {
    for (const [key, typed, position] of [
      ['u8', '256', 0],
      ['f32', '1e300', 0],
      ['ints', '["a"]', 0],
      ['ints', '[[1], [2, 3]]', 0],
      ['n', '1 +', 2],
      ['n', '__import__("os")', 0],
      ['name', 'hello', 0],
      ['n', '', 0],
      ['nan', '2**1', 1],
    ] as const) {
      await open(key);
      const outcome = await apply(setting(key, typed));
      assert.equal(outcome.type, 'wrong', `${key} ${typed}`);
      const [problem] = (outcome as Extract<EditOutcome, { type: 'wrong' }>).problems;
      assert.equal(problem?.field, 'value');
      assert.equal(problem.fault.facts.position, position, `${key} ${typed}`);
    }
    assert.deepEqual(master.calls, []);
  });

  it('offers a literal only where it means the value exactly', async () => {
    for (const [key, literal, refusal] of [
      ['n', '5', null],
      ['big', '9007199254740993', null],
      ['name', '"it\'s"', null],
      ['i32', '7', null],
      ['ints', '[1, 2, 3]', null],
      ['grid', '[[1.0, 2.0], [3.0, 4.0]]', null],
      ['nan', 'nan', null],
      ['long', null, 'large'],
      ['when', null, 'type'],
    ] as const) {
      const shown = await open(key);
      assert.equal(shown?.literal, literal, key);
      assert.equal(shown?.refusal, refusal, key);
      if (literal !== null) {
        const before = master.valueAt(key);
        assert.equal((await apply(setting(key, literal))).type, 'done', key);
        assert.ok(pyExact(master.valueAt(key)!, before!), key);
      }
    }
    const { literal } = (await open('settings'))!;
    await apply(setting('settings', literal));
    assert.ok(
      pyExact(master.valueAt('settings')!, (ENTRIES.at(-1)![1] as Tuple).items[1]!),
      literal!,
    );
  });

  it('keeps metadata that nobody touched, and those that it does not know', async () => {
    const shown = await open('f');
    assert.deepEqual(shown?.metadata, { unit: 'ms', scale: '0.001', precision: '1' });
    assert.equal(shown?.shown, '80.0 ms');
    const metadata = { unit: 'us', scale: '1e-6', precision: '' };
    await apply(setting('f', null, { persist: true, metadata } as Partial<Edit>));
    const expected = entry(0.08, true, dict({ unit: 'us', scale: 1e-6, note: 'kept' }));
    assert.ok(pyExact(master.at('f')!, expected));
    for (const wrong of [{ scale: '0' }, { scale: 'nan' }, { precision: '1.5' }, { scale: '[' }]) {
      const edit = setting('f', null, { metadata: { ...BARE, ...wrong } } as Partial<Edit>);
      assert.equal((await apply(edit)).type, 'wrong', JSON.stringify(wrong));
    }
  });
});

describe('new, delete, rename', () => {
  const fresh = (key: string, value: string): Edit => ({
    type: 'new',
    key,
    value,
    persist: true,
    metadata: { unit: 'Hz', scale: '', precision: '2' },
  });

  it('makes a dataset, and refuses a name that is taken, empty, or no text', async () => {
    assert.equal((await apply(fresh('lab.new', '(1, 1.0)'))).type, 'done');
    const expected = entry(new Tuple([1n, 1]), true, dict({ unit: 'Hz', precision: 2n }));
    assert.ok(pyExact(master.at('lab.new')!, expected));
    for (const name of ['n', '', ' ', 'a\nb']) {
      assert.equal((await apply(fresh(name, '1'))).type, 'wrong', JSON.stringify(name));
    }
    assert.equal((await apply(fresh('__proto__', '1'))).type, 'done');
    assert.ok(pyExact((master.at('__proto__') as Tuple).items[1]!, 1n));
    assert.deepEqual(master.calls, ['set lab.new', 'set __proto__']);
  });

  it('renames: the new one first, and only then the old one goes', async () => {
    const before = master.at('f')!;
    assert.equal((await apply({ type: 'rename', key: 'f', to: 'g' })).type, 'done');
    assert.deepEqual(master.calls, ['set g', 'delete f']);
    assert.ok(pyExact(master.at('g')!, before));
    assert.equal(master.at('f'), undefined);
    assert.equal((await apply({ type: 'rename', key: 'g', to: 'n' })).type, 'wrong');
    assert.equal((await apply({ type: 'undo' })).type, 'done');
    assert.deepEqual(master.calls.slice(2), ['set f', 'delete g']);
    assert.ok(pyExact(master.at('f')!, before));
    assert.equal(master.at('g'), undefined);
  });

  it('leaves the old one where its copy could not be made, or is old by now', async () => {
    master.deed = refusing('disk full');
    const failed = await apply({ type: 'rename', key: 'f', to: 'g' });
    assert.ok(
      failed.type === 'failed' && failed.outcome.type === 'raised' && failed.doneCount === 0,
    );
    assert.deepEqual(master.calls, ['set g']);
    master.deed = call => {
      if (call === 'set g') {
        master.datasets.set('f', entry(9));
      }
    };
    const half = await apply({ type: 'rename', key: 'f', to: 'g' });
    assert.ok(half.type === 'failed' && half.doneCount === 1);
    assert.ok(pyExact(master.valueAt('f')!, 9));
    assert.ok(!master.calls.includes('delete f'));
  });

  it('deletes, and undo brings back exactly what was there', async () => {
    for (const [key] of ENTRIES) {
      const before = master.at(key)!;
      assert.equal((await apply({ type: 'delete', key })).type, 'done', key);
      assert.equal(master.at(key), undefined);
      assert.equal((await apply({ type: 'undo' })).type, 'done', key);
      assert.ok(pyExact(master.at(key)!, before), key);
    }
    assert.equal((await apply({ type: 'delete', key: 'toString' })).type, 'wrong');
  });
});

describe('undo', () => {
  it('takes back the last edit, with persist and metadata, once', async () => {
    const before = master.at('f')!;
    const metadata = { unit: '', scale: '', precision: '' };
    await apply(setting('f', '7', { metadata } as Partial<Edit>));
    assert.ok(pyExact(master.at('f')!, entry(7, false, dict({ note: 'kept' }))));
    const { undo } = await hub.watchEditor(editor, -1);
    const told = { type: 'set', key: 'f', to: '', count: 1, before: '0.08', after: '7.0' };
    assert.deepEqual(undo, told);
    assert.equal((await apply({ type: 'undo' })).type, 'done');
    assert.ok(pyExact(master.at('f')!, before));
    assert.equal((await hub.watchEditor(editor, -1)).undo, null);
    assert.equal((await apply({ type: 'undo' })).type, 'wrong');
  });

  it('outlives the armed view, and asks where somebody else has edited since', async () => {
    await apply(setting('n', '6'));
    await hub.disarmEditor(editor);
    editor = await hub.armEditor(DATASETS, DATABASE);
    master.datasets.set('n', entry(99n));
    await settled();
    const asks = await apply({ type: 'undo' });
    assert.ok(asks.type === 'asks');
    assert.ok(asks.questions[0]?.kind === 'changed' && asks.questions[0].now === '99');
    assert.equal((await apply({ type: 'undo' }, asks.questions[0].id)).type, 'done');
    assert.ok(pyExact(master.at('n')!, entry(5n, true)));
  });

  it('remembers an edit of which nobody knows whether it was done, and forgets one that was not', async () => {
    master.deed = refusing('locked');
    await apply(setting('n', '6'));
    assert.equal((await hub.watchEditor(editor, -1)).undo, null);
    master.deed = () => new Promise(() => {});
    const sending = apply(setting('n', '6'));
    await settled();
    master.cut(3251);
    const lost = await sending;
    assert.ok(lost.type === 'failed' && lost.outcome.type === 'failed');
    assert.equal(lost.outcome.fault.name, 'ConnectionLostError');
    assert.equal(lost.outcome.fault.facts.sent, 'yes');
    const state = await hub.watchEditor(editor, -1);
    assert.equal(state.ended, 'disconnected');
    assert.equal(state.undo?.key, 'n');
    await clock.turn(30_000);
    assert.deepEqual(master.calls, ['set n', 'set n']); // nothing is sent again by itself
  });
});

describe('what happens under an open editor', () => {
  it('tells another value, and asks before it is written over', async () => {
    await open('n');
    const { revision } = await hub.watchEditor(editor, -1);
    const told = hub.watchEditor(editor, revision);
    master.datasets.set('n', entry(42n, true));
    assert.equal((await told).dataset?.text, '42');
    const asks = await apply(setting('n', '6'));
    assert.ok(asks.type === 'asks' && asks.questions[0]?.kind === 'changed');
    assert.equal(asks.questions[0].now, '42');
    // It goes on changing: that was agreed to. Another type was not.
    master.datasets.set('n', entry(43n, true));
    await settled();
    assert.equal((await apply(setting('n', '6'), asks.questions[0].id)).type, 'done');
    await open('n');
    master.datasets.set('n', entry('off', true));
    await settled();
    const other = await apply(setting('n', '6'), asks.questions[0].id);
    assert.ok(other.type === 'asks');
    assert.deepEqual(
      other.questions.map(({ kind }) => kind),
      ['changed', 'type'],
    );
  });

  it('does not ask about a value that stays', async () => {
    await open('long');
    master.datasets.set('long', entry(NDArray.of(new Float64Array(1000).fill(1))));
    await settled();
    const edit = setting('long', null, { persist: true } as Partial<Edit>);
    assert.equal((await apply(edit)).type, 'done');
    const now = entry(NDArray.of(new Float64Array(1000).fill(1)), true);
    assert.ok(pyExact(master.at('long')!, now));
  });

  it('does not ask for what was set again as it was', async () => {
    await open('n');
    master.datasets.set('n', entry(5n, true));
    await settled();
    assert.equal((await apply(setting('n', '6'))).type, 'done');
  });

  it('says that it was deleted, and makes it anew when that is meant', async () => {
    await open('f');
    master.datasets.delete('f');
    await settled();
    const { dataset } = await hub.watchEditor(editor, -1);
    assert.equal(dataset?.isPresent, false);
    assert.equal(dataset?.text, '0.08');
    const asks = await apply(setting('f', '5'));
    assert.ok(asks.type === 'asks' && asks.questions[0]?.kind === 'gone');
    assert.equal((await apply(setting('f', '5'), 'gone')).type, 'done');
    assert.ok(pyExact(master.valueAt('f')!, 5));
  });
});

describe('an armed view', () => {
  it('ends after ten minutes without use, and then sends nothing', async () => {
    await clock.turn(9 * MINUTE);
    const before = await hub.watchEditor(editor, -1);
    const won = hub.watchEditor(editor, before.revision);
    await hub.checkEdit(editor, setting('n', '6'));
    assert.equal((await won).leftMs, 10 * MINUTE); // what is shown counts from there
    await clock.turn(9 * MINUTE);
    const { isArmed, leftMs, revision } = await hub.watchEditor(editor, -1);
    assert.ok(isArmed);
    assert.equal(leftMs, MINUTE);
    const told = hub.watchEditor(editor, revision);
    await clock.turn(MINUTE);
    assert.equal((await told).ended, 'unused');
    assert.equal((await rejection(apply(setting('n', '6')))).name, 'ClosedError');
    assert.deepEqual(master.calls, []);
  });

  it('ends when either link drops', async () => {
    for (const port of [3250, 3251]) {
      const { revision } = await hub.watchEditor(editor, -1);
      const told = hub.watchEditor(editor, revision);
      master.cut(port);
      assert.equal((await told).ended, 'disconnected', String(port));
      await clock.turn(1000);
      editor = await hub.armEditor(DATASETS, DATABASE);
    }
  });

  it('is not to be had where a person set read-only, nor through what has no set', async () => {
    await hub.setGuards([{ endpoint: 'lab:3251', readOnly: true }]);
    assert.equal((await rejection(hub.armEditor(DATASETS, DATABASE))).name, 'PolicyError');
    assert.equal((await rejection(apply(setting('n', '6')))).name, 'PolicyError');
    await hub.setGuards([{ endpoint: 'lab:3250', readOnly: true }]);
    assert.equal((await rejection(hub.armEditor(DATASETS, DATABASE))).name, 'PolicyError');
    await hub.setGuards([]);
    const other = 'sipyco+rpc://lab:3251/other';
    assert.equal((await rejection(hub.armEditor(DATASETS, other))).name, 'UnsupportedError');
    const channel = 'sipyco+broadcast://lab:1067/log';
    assert.equal((await rejection(hub.armEditor(channel, DATABASE))).name, 'UnsupportedError');
    assert.deepEqual(master.calls, []);
  });

  it('opens datasets only', async () => {
    master.datasets.set('plain', 5n);
    await settled();
    assert.equal((await rejection(open('plain'))).name, 'UnsupportedError');
    assert.equal((await rejection(open('nobody'))).name, 'UnsupportedError');
    const inside = await hub.openDataset(editor, `${DATASETS}#["settings", 1, "a"]`);
    assert.equal(inside?.key, 'settings');
    assert.equal(await hub.openDataset(editor, null), null);
  });

  it('writes each call into the audit: what, old and new', async () => {
    await apply(setting('f', '5', { persist: false } as Partial<Edit>));
    await apply({ type: 'delete', key: 'n' });
    assert.deepEqual(audited, [
      {
        action: 'write',
        endpoint: 'lab:3251',
        method: 'dataset_db.set',
        detail: 'f',
        old: '0.08 persist=True',
        new: '5.0 persist=False',
      },
      {
        action: 'write',
        endpoint: 'lab:3251',
        method: 'dataset_db.delete',
        detail: 'n',
        old: '5 persist=True metadata={}',
        new: '',
      },
    ]);
  });

  it('shows what the server raised, class, message and traceback', async () => {
    master.deed = refusing('locked by the experiment');
    const failed = await apply(setting('n', '6'));
    assert.ok(failed.type === 'failed' && failed.outcome.type === 'raised');
    assert.equal(failed.outcome.remoteClass, 'ValueError');
    assert.equal(failed.outcome.remoteMessage, 'locked by the experiment');
  });

  it('takes one edit at a time', async () => {
    let go = () => {};
    master.deed = () =>
      new Promise<void>(resolve => {
        go = resolve;
      });
    const first = apply(setting('n', '6'));
    await settled();
    assert.equal((await rejection(apply(setting('n', '7')))).name, 'LocalProtocolError');
    go();
    assert.equal((await first).type, 'done');
  });
});

describe('another server', () => {
  const restart = async (age: Age, entries = ENTRIES) => {
    await hub.bye();
    await master.stop();
    await begin(age, entries);
  };

  it('without metadata: sets value and persist, and touches nothing else', async () => {
    await restart('old', [['n', new Tuple([true, 5n])]]);
    assert.equal((await hub.describeDatabase(DATABASE)).metadata, 'no');
    await open('n');
    assert.equal((await apply(setting('n', '6'))).type, 'done');
    assert.ok(pyExact(master.at('n')!, new Tuple([false, 6n])));
    await apply({ type: 'undo' });
    assert.ok(pyExact(master.at('n')!, new Tuple([true, 5n])));
  });

  it('that tells names only: keeps metadata, and gives them to what is made anew', async () => {
    await restart('mute');
    assert.equal((await hub.describeDatabase(DATABASE)).metadata, 'unknown');
    const before = master.at('f')!;
    await open('f');
    const edits: readonly Edit[] = [
      setting('f', '5', { persist: true } as Partial<Edit>),
      { type: 'undo' },
      { type: 'rename', key: 'f', to: 'g' },
    ];
    for (const edit of edits) {
      assert.deepEqual(await apply(edit), { type: 'done' });
    }
    assert.ok(pyExact(master.at('g')!, before));
  });

  it('without delete: renames nothing', async () => {
    await restart('bare');
    assert.deepEqual(await hub.describeDatabase(DATABASE), {
      address: DATABASE,
      endpoint: 'lab:3251',
      canDelete: false,
      metadata: 'yes',
    });
    assert.equal((await apply({ type: 'rename', key: 'n', to: 'm' })).type, 'wrong');
    assert.deepEqual(master.calls, []);
  });
});

describe('the demo lab', () => {
  it('takes edits without a network or an audit', async () => {
    const lab = openHub();
    const notifier = 'demo+sipyco+sync:///datasets';
    const spec = { ...TABLE, sources: [{ role: 'table', address: notifier }] } as const;
    await lab.hub.openView(spec, VIEWPORT);
    await settled();
    const id = await lab.hub.armEditor(notifier, 'demo+sipyco+rpc:///dataset_db');
    const shown = await lab.hub.openDataset(id, `${notifier}#cooling.detuning`);
    assert.equal(shown?.shown, '-10.250 MHz');
    const edit: Edit = {
      type: 'set',
      key: 'cooling.detuning',
      value: '-9000000',
      persist: true,
      metadata: shown.metadata,
    };
    assert.equal((await lab.hub.applyEdit(id, edit, [])).type, 'done');
    await settled();
    const { dataset } = await lab.hub.watchEditor(id, -1);
    assert.equal(dataset?.text, '-9000000.0');
    await lab.hub.bye();
  });
});

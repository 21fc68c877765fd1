import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Signal } from '@lumino/signaling';
import type { EditQuestion } from '../../hub/api.js';
import { LocalProtocolError, PolicyError } from '../../values/index.js';
import { DatasetEditorModel } from '../dataseteditor.js';
import {
  DatasetPlaces,
  editableAddress,
  olderDatabase,
  uneditableNotifier,
  usualDatabase,
} from '../datasetplaces.js';
import { specOf } from '../spec.js';
import { ScriptedHub } from './scripted.js';
import { CHECK, DATASET } from './scriptededit.js';

const DATASETS = 'sipyco+sync://lab:3250/datasets';
const DATABASE = 'sipyco+rpc://lab:3251/dataset_db';
const KEY = `${DATASETS}#a.f`;

let hub: ScriptedHub;
let model: DatasetEditorModel;
let places: DatasetPlaces;
let guard: { readOnly: boolean; confirmCalls: boolean };
let nowMs: number;

beforeEach(() => {
  hub = new ScriptedHub();
  places = new DatasetPlaces();
  guard = { readOnly: false, confirmCalls: false };
  nowMs = 0;
  model = makeModel();
});

afterEach(() => model.dispose());

function makeModel(): DatasetEditorModel {
  return new DatasetEditorModel({
    address: DATASETS,
    open: async () => hub,
    places,
    guards: async () => ({ guardOf: () => guard, changed: new Signal<object, void>({}) }),
    nowMs: () => nowMs,
    after: callback => setImmediate(callback),
  });
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

async function arm(): Promise<void> {
  await model.probe();
  await model.arm();
  await settled();
}

/** What was asked that could change something. */
const applied = () => hub.editCalls.filter(line => line.startsWith('apply'));

describe('where edits go', () => {
  it('is guessed as ARTIQ has it', () => {
    assert.equal(usualDatabase(KEY), DATABASE);
    assert.equal(usualDatabase('sipyco+sync://[::1]:9000/d'), 'sipyco+rpc://[::1]:9001/dataset_db');
    assert.equal(usualDatabase('demo+sipyco+sync:///datasets#a'), 'demo+sipyco+rpc:///dataset_db');
    assert.equal(olderDatabase(DATABASE), 'sipyco+rpc://lab:3251/master_dataset_db');
  });

  it('is what the person chose, as long as the page lives', async () => {
    model.setPlace('sipyco+rpc://other:1/db');
    await arm();
    assert.equal(makeModel().place, 'sipyco+rpc://other:1/db');
    assert.equal(new DatasetPlaces().of(KEY), DATABASE);
  });

  it('is asked before it can be armed, and asked again when it is another', async () => {
    await model.arm();
    assert.deepEqual(hub.editCalls, []);
    await model.probe();
    assert.equal(model.placeState.type, 'good');
    model.setPlace('lab');
    assert.equal(model.placeState.type, 'unasked');
    await model.arm();
    assert.ok(!model.isArmed);
  });

  it('tells why nothing answers, and finds the name that ARTIQ 7 has', async () => {
    hub.editRefusal = new PolicyError('refused', { rule: 'ask', endpoint: 'lab:3251' });
    await model.probe();
    assert.ok(model.placeState.type === 'bad' && model.placeState.fault.message === 'refused');
    hub.editRefusal = null;
    const describeDatabase = hub.describeDatabase.bind(hub);
    hub.describeDatabase = async address => {
      if (address === DATABASE) {
        throw new LocalProtocolError('no target', { command: 'select', state: 'live' });
      }
      return describeDatabase(address);
    };
    await model.probe();
    assert.equal(model.placeState.type, 'good');
    assert.equal(model.place, olderDatabase(DATABASE));
  });

  it('is not armed where the person set read-only', async () => {
    guard.readOnly = true;
    await arm();
    assert.ok(!model.isArmed);
    assert.deepEqual(hub.editCalls, [`describe ${DATABASE}`]);
  });
});

describe('what can be edited', () => {
  const MASTER = 'sipyco+sync://lab:3250';

  it('is the notifier datasets, which has a target that sets it', () => {
    assert.equal(editableAddress(specOf(DATASETS)), DATASETS);
    assert.equal(editableAddress(specOf(KEY)), KEY);
    assert.equal(editableAddress(specOf(KEY, 'number')), KEY);
    for (const spec of [specOf(DATASETS), specOf(KEY)]) {
      assert.equal(uneditableNotifier(spec), null);
    }
  });

  it('is no other notifier, which is named where a person looks for it', () => {
    const schedule = specOf(`${MASTER}/schedule`);
    assert.equal(editableAddress(schedule), null);
    assert.equal(uneditableNotifier(schedule), 'schedule');
    assert.equal(uneditableNotifier(specOf(`${MASTER}/devices#core`)), 'devices');
  });

  it('is no picture, no log and no channel, where nobody looks for it', () => {
    const trace = specOf(KEY, 'trace');
    const others = [trace, specOf('sipyco+broadcast://lab:1067/log'), specOf('ca://X')];
    for (const spec of others) {
      assert.equal(editableAddress(spec), null);
      assert.equal(uneditableNotifier(spec), null);
    }
  });
});

describe('an armed view', () => {
  it('counts down, and ends when the hub says so; what is typed stays', async () => {
    await arm();
    assert.ok(model.isArmed);
    nowMs = 1000;
    assert.equal(model.leftMs, 599_000);
    await model.begin('set', KEY);
    model.change({ value: '5' });
    hub.tell({ isArmed: false, ended: 'disconnected' });
    await settled();
    assert.ok(!model.isArmed);
    assert.equal(model.ended, 'disconnected');
    assert.equal(model.draft?.value, '5');
    await model.submit();
    assert.deepEqual(applied(), []);
    hub.state = { ...hub.state, isArmed: true, ended: null };
    await arm();
    assert.equal(model.draft?.value, '5');
    assert.equal(hub.editCalls.filter(line => line === `open ${KEY}`).length, 2);
  });

  it('is disarmed once, by the person or with the view', async () => {
    await arm();
    model.disarm();
    model.disarm();
    await settled();
    assert.equal(hub.editCalls.filter(line => line === 'disarm 7').length, 1);
    await arm();
    model.dispose();
    await settled();
    assert.equal(hub.editCalls.filter(line => line === 'disarm 7').length, 2);
  });

  it('that was armed after its view is gone is disarmed', async () => {
    await model.probe();
    const arming = model.arm();
    model.dispose();
    await arming;
    await settled();
    assert.equal(hub.editCalls.at(-1), 'disarm 7');
  });
});

describe('an edit', () => {
  beforeEach(arm);

  it('is checked while it is typed, and sent only by submit', async () => {
    await model.begin('set', KEY);
    assert.equal(model.draft?.value, '0.08');
    model.change({ value: '5' });
    hub.check = { ...CHECK, becomes: '5.0' };
    model.change({ value: '5.' });
    await settled();
    assert.equal(model.check?.becomes, '5.0');
    assert.deepEqual(applied(), []);
    await model.submit();
    assert.deepEqual(applied(), ['apply set']);
    assert.equal(model.draft, null);
    assert.ok(model.isDone);
  });

  it('asks what the hub asks; pressing again agrees, typing does not', async () => {
    const question: EditQuestion = {
      kind: 'type',
      id: 'type  float str',
      where: '',
      from: 'float',
      to: 'str',
    };
    await model.begin('set', KEY);
    hub.check = { ...CHECK, questions: [question] };
    model.change({ value: "'a'" });
    await model.submit();
    assert.deepEqual(model.questions, [question]);
    model.change({ value: "'b'" });
    assert.deepEqual(model.questions, []);
    await model.submit();
    assert.deepEqual(applied(), []);
    await model.submit();
    assert.deepEqual(applied(), [`apply set ${question.id}`]);
  });

  it('asks anew when the hub asks something else meanwhile', async () => {
    await model.begin('set', KEY);
    hub.outcomes = [
      { type: 'asks', questions: [{ kind: 'changed', id: 'changed int', now: '6' }] },
    ];
    await model.submit();
    assert.equal(model.questions[0]?.kind, 'changed');
    await model.submit(); // the check has no such question any more
    assert.deepEqual(applied(), ['apply set', 'apply set changed int']);
  });

  it('is confirmed where it renames, and where the person wants every call confirmed', async () => {
    await model.begin('rename', KEY);
    model.change({ to: 'a.g' });
    await model.submit();
    assert.deepEqual(model.questions, [{ kind: 'rename', id: 'rename a.g' }]);
    await model.submit();
    assert.deepEqual(applied(), ['apply rename rename a.g']);
    guard.confirmCalls = true;
    await model.begin('set', KEY);
    await model.submit();
    assert.deepEqual(model.questions, [{ kind: 'confirm', id: 'confirm' }]);
    await model.submit();
    assert.deepEqual(applied().at(-1), 'apply set confirm');
  });

  it('says what is wrong, and what the instrument said', async () => {
    const fault = { name: 'ParseError', message: 'no literal', facts: { position: 2 } } as const;
    await model.begin('set', KEY);
    hub.check = { ...CHECK, problems: [{ field: 'value', fault }] };
    await model.submit();
    assert.deepEqual(applied(), []);
    assert.equal(model.problems[0]?.fault.message, 'no literal');
    hub.check = CHECK;
    const raised = {
      type: 'raised',
      elapsedMs: 1,
      remoteClass: 'ValueError',
      remoteMessage: 'locked',
      traceback: [],
    } as const;
    hub.outcomes = [{ type: 'failed', outcome: raised, doneCount: 0 }];
    model.change({ value: '6' });
    await model.submit();
    assert.deepEqual(model.failure?.outcome, raised);
    assert.equal(model.draft?.value, '6');
  });

  it('tells that the instrument has another value, or none, by now', async () => {
    await model.begin('set', KEY);
    assert.ok(!model.hasMoved);
    hub.tell({ dataset: { ...DATASET, text: '0.09' } });
    await settled();
    assert.ok(model.hasMoved);
    assert.equal(model.now?.text, '0.09');
    hub.tell({ dataset: { ...DATASET, isPresent: false } });
    await settled();
    assert.equal(model.now?.isPresent, false);
  });

  it('leaves a value that cannot be typed, and metadata that the server does not take', async () => {
    hub.dataset = { ...DATASET, literal: null, refusal: 'large' };
    await model.begin('set', KEY);
    model.change({ persist: false });
    await settled();
    assert.equal(hub.editCalls.at(-1), 'check set null');
  });

  it('of a group stands there with its names, and sends what was seen', async () => {
    const group = { kind: 'group', id: '["a.f","a.g"]', names: ['a.f', 'a.g'], final: [] } as const;
    hub.check = { ...CHECK, questions: [group] };
    await model.begin('delete group', null, 'a');
    await settled();
    assert.equal(model.draft?.key, 'a');
    assert.deepEqual(model.questions, [group]);
    assert.deepEqual(applied(), []);
    // Another dataset came into it: that is asked, and nothing sent.
    const other = { ...group, id: 'other', names: ['a.f', 'a.g', 'a.h'] };
    hub.check = { ...CHECK, questions: [other] };
    await model.submit();
    assert.deepEqual(applied(), []);
    assert.deepEqual(model.questions, [other]);
    await model.submit();
    assert.deepEqual(applied(), ['apply delete group other']);
    assert.ok(model.isDone);
  });

  it('of a group that failed in part tells how far it came', async () => {
    const outcome = { type: 'failed', elapsedMs: 1, fault: { name: 'LimitError' } } as never;
    hub.outcomes = [{ type: 'failed', outcome, doneCount: 3 }];
    await model.begin('delete group', null, 'a');
    hub.tell({ sending: { done: 3, total: 9 } });
    await settled();
    assert.deepEqual(model.progress, { done: 3, total: 9 });
    await model.submit();
    assert.deepEqual([model.failure?.doneCount, model.failure?.kind], [3, 'delete group']);
    hub.tell({ sending: null });
    await settled();
    assert.equal(model.progress, null);
    model.disarm();
    assert.equal(model.draft, null);
  });

  it('of undo stands there with what is asked, and goes when it is disarmed', async () => {
    hub.check = { ...CHECK, questions: [{ kind: 'changed', id: 'changed int', now: '9' }] };
    await model.begin('undo', null);
    await settled();
    assert.equal(model.questions.length, 1);
    model.disarm();
    assert.equal(model.draft, null);
  });
});

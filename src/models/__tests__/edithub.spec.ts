// Editing asked across a real message channel: each method once, its answer whole, Faults as errors.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Edit, IEditHub } from '../../hub/api.js';
import { ClosedError, isLabwireError, toFault } from '../../values/index.js';
import { ScriptedHub } from './scripted.js';
import { CHECK, DATASET } from './scriptededit.js';
import { openScripted } from './scriptedsession.js';

const DATASETS = 'sipyco+sync://lab:3250/datasets';
const DATABASE = 'sipyco+rpc://lab:3251/dataset_db';
const EDIT: Edit = { type: 'rename', key: 'a', to: 'b' };

/** Each method once: what it answers, and the line that the other end notes; `watchEditor` notes none. */
const ASKED: {
  readonly [M in keyof IEditHub]: [(hub: IEditHub) => Promise<unknown>, unknown, string];
} = {
  describeDatabase: [
    hub => hub.describeDatabase(DATABASE),
    { address: DATABASE, endpoint: 'lab:3251', canDelete: true, metadata: 'yes' },
    `describe ${DATABASE}`,
  ],
  armEditor: [hub => hub.armEditor(DATASETS, DATABASE), 7, `arm ${DATASETS} ${DATABASE}`],
  disarmEditor: [hub => hub.disarmEditor(7), undefined, 'disarm 7'],
  watchEditor: [hub => hub.watchEditor(7, -1), new ScriptedHub().state, ''],
  openDataset: [hub => hub.openDataset(7, DATASETS), DATASET, `open ${DATASETS}`],
  checkEdit: [hub => hub.checkEdit(7, EDIT), CHECK, 'check rename'],
  applyEdit: [hub => hub.applyEdit(7, EDIT, ['gone']), { type: 'done' }, 'apply rename gone'],
};

describe('the hub of a page, asked to edit', () => {
  it('passes each question on, and its answer back', async t => {
    const hub = new ScriptedHub();
    const remote = await openScripted(hub, t);
    for (const [ask, expected, line] of Object.values(ASKED)) {
      assert.deepEqual(await ask(remote), expected);
      assert.equal(line === '' || hub.editCalls.at(-1) === line, true, line);
    }
    hub.editRefusal = toFault(new ClosedError('not armed'));
    await assert.rejects(
      remote.applyEdit(7, EDIT, []),
      error => isLabwireError(error, 'ClosedError') && error.message === 'not armed',
    );
  });
});

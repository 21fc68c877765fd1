import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PolicyQuestion } from '../../hub/api.js';
import { PolicyModel } from '../policy.js';
import { ScriptedHub } from './scripted.js';

function question(id: number, endpoint: string): PolicyQuestion {
  return { id, endpoint, resolved: endpoint, reason: 'it is not listed', alwaysAllowed: true };
}

describe('PolicyModel', () => {
  it('keeps open questions in order and finds the one about an endpoint', () => {
    const model = new PolicyModel({ open: async () => new ScriptedHub() });
    const asked: number[] = [];
    model.asked.connect((_model, { id }) => asked.push(id));
    model.ask(question(1, '10.0.0.7:3251'));
    model.ask(question(2, '10.0.0.8:3251'));
    assert.deepEqual(asked, [1, 2]);
    assert.equal(model.find(['10.0.0.8:3251'])?.id, 2);
    assert.equal(model.find(['elsewhere:1']), null);
  });

  it('passes an answer on once', async () => {
    const hub = new ScriptedHub();
    const model = new PolicyModel({ open: async () => hub });
    model.ask(question(1, '10.0.0.7:3251'));
    await Promise.all([model.answer(1, 'no'), model.answer(1, 'always')]);
    assert.deepEqual(hub.calls, ['answerPolicy 1 no']);
    assert.deepEqual(model.questions, []);
  });

  it('answers nothing that is no longer asked', async () => {
    const hub = new ScriptedHub();
    const model = new PolicyModel({ open: async () => hub });
    const settled: number[] = [];
    model.settled.connect((_model, id) => settled.push(id));
    model.ask(question(1, '10.0.0.7:3251'));
    model.settle(1);
    model.settle(1);
    await model.answer(1, 'always');
    assert.deepEqual(settled, [1]);
    assert.deepEqual(hub.calls, []);
  });

  it('tells the person when the answer came too late', async () => {
    const hub = new ScriptedHub();
    hub.refusal = new Error('the question is closed');
    const model = new PolicyModel({ open: async () => hub });
    model.ask(question(1, '10.0.0.7:3251'));
    await assert.rejects(model.answer(1, 'once'), /the question is closed/);
    assert.equal(model.isOpen(1), false);
  });
});

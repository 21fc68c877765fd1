import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PromiseDelegate } from '@lumino/coreutils';
import type { ProbeAnswer } from '../../hub/api.js';
import { ConnectError } from '../../values/index.js';
import { InstrumentForm, understand } from '../instrumentform.js';

describe('what a person types', () => {
  it('is nothing, host and port, or an address', () => {
    assert.deepEqual(understand('  '), { type: 'empty' });
    assert.deepEqual(understand(' lab:3251 '), { type: 'endpoint', endpoint: 'lab:3251' });
    assert.deepEqual(understand('[::1]:3251'), { type: 'endpoint', endpoint: '[::1]:3251' });
    assert.deepEqual(understand('sipyco+sync://lab/datasets#rabi.p'), {
      type: 'address',
      address: 'sipyco+sync://lab:3250/datasets',
      endpoint: 'lab:3250',
      scheme: 'sipyco+sync',
      what: 'datasets',
    });
    assert.deepEqual(understand('demo+sipyco+rpc:///motor'), {
      type: 'address',
      address: 'demo+sipyco+rpc:///motor',
      endpoint: 'demo lab',
      scheme: 'demo+sipyco+rpc',
      what: 'motor',
    });
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['lab', '"lab": expected a port, such as :3251, found nothing'],
    ['lab:99999', '"lab:99999": expected a port from 1 to 65535, found 99999'],
    ['lab:1:2', '"lab:1:2": expected host:port, found "lab:1:2"'],
    [
      'lab:3251/schedule',
      'address "lab:3251/schedule": expected scheme://… such as sipyco+sync://127.0.0.1:3250/datasets, found "lab:3251/schedule"',
    ],
    [
      'http://lab',
      'address "http://lab": expected one of sipyco+rpc, sipyco+sync, sipyco+broadcast, sipyco+log, ca, rpyc, panda, driver, found "http"',
    ],
  ];
  for (const [text, message] of wrong) {
    it(`${text} is neither: it says what is missing`, () => {
      const understanding = understand(text);
      assert.equal(understanding.type === 'wrong' ? understanding.fault.message : '', message);
    });
  }
});

function setUp(text = '') {
  const asked: string[] = [];
  let waiting = new PromiseDelegate<readonly ProbeAnswer[]>();
  const clock = { nowMs: 100 };
  const form = new InstrumentForm({
    probe: typed => {
      asked.push(typed);
      waiting = new PromiseDelegate();
      return waiting.promise;
    },
    cancelProbes: () => asked.push('no more'),
    nowMs: () => clock.nowMs,
  });
  form.text = text;
  return {
    form,
    asked,
    clock,
    answer: (answers: readonly ProbeAnswer[]) => waiting.resolve(answers),
    fail: (reason: unknown) => waiting.reject(reason),
  };
}

function answerAt(address: string, description = ''): ProbeAnswer {
  return { address, scheme: 'sipyco+sync', description, names: [] };
}

describe('InstrumentForm', () => {
  it('asks who answers, counts the time, and offers what answered', async () => {
    const { form, asked, clock, answer } = setUp('lab:3250');
    assert.equal(form.address, null, 'which protocol is not known yet');
    const asking = form.ask();
    clock.nowMs += 1500;
    assert.equal(form.phase, 'asking');
    assert.equal(form.elapsedMs, 1500);
    assert.equal(form.canAsk, false);
    answer([
      answerAt('sipyco+sync://lab:3250/schedule'),
      answerAt('sipyco+sync://lab:3250/datasets'),
    ]);
    await asking;
    assert.deepEqual(asked, ['lab:3250']);
    assert.equal(form.phase, 'answered');
    assert.equal(form.suggestedName, 'datasets');
    form.chosen = 0;
    assert.deepEqual(form.instrument(' jobs ', true, false), {
      name: 'jobs',
      address: 'sipyco+sync://lab:3250/schedule',
      readOnly: true,
      confirm: false,
    });
  });

  it('takes the name that a server gives itself, unless that is a story', async () => {
    for (const [description, name] of [
      ['My master', 'My master'],
      ['x'.repeat(41), 'lab:3251'],
    ] as const) {
      const { form, answer } = setUp('lab:3251');
      const asking = form.ask();
      answer([answerAt('sipyco+rpc://lab:3251', description)]);
      await asking;
      assert.equal(form.suggestedName, name);
    }
  });

  it('says why nobody answered, and an address can be added all the same', async () => {
    const { form, fail } = setUp('sipyco+rpc://lab:3251');
    const asking = form.ask();
    fail(new ConnectError('lab:3251 refused the connection', { endpoint: 'lab:3251' }));
    await asking;
    assert.equal(form.phase, 'failed');
    assert.equal(form.fault?.message, 'lab:3251 refused the connection');
    assert.equal(form.instrument('', false, false)?.name, 'lab:3251');
  });

  it('forgets an answer that comes after it was cancelled, or after more was typed', async () => {
    for (const overtake of [
      (form: InstrumentForm) => form.cancel(),
      (form: InstrumentForm) => {
        form.text = 'lab:3252';
      },
    ]) {
      const { form, asked, answer } = setUp('lab:3251');
      const asking = form.ask();
      overtake(form);
      assert.deepEqual(asked, ['lab:3251', 'no more']);
      answer([answerAt('sipyco+rpc://lab:3251')]);
      await asking;
      assert.equal(form.phase, 'typing');
      assert.deepEqual(form.answers, []);
      assert.equal(form.address, null);
    }
  });

  it('asks nothing of a text that it does not understand', async () => {
    const { form, asked } = setUp('lab');
    await form.ask();
    assert.deepEqual(asked, []);
    assert.equal(form.phase, 'typing');
  });

  it('starts from the instrument that is changed, and keeps its name', () => {
    const before = { name: 'old', address: 'ca://x', readOnly: true, confirm: false };
    const form = new InstrumentForm({
      probe: async () => [],
      cancelProbes: () => {},
      nowMs: () => 0,
      instrument: before,
    });
    assert.equal(form.text, 'ca://x');
    assert.equal(form.address, 'ca://x');
    assert.equal(form.suggestedName, 'old');
  });
});

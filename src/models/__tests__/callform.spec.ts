// A form with the hub and the demo lab behind it: what is sent, what is not, what becomes of it.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Signal } from '@lumino/signaling';
import { openHub, type TestHub } from '../../hub/__tests__/openhub.js';
import type { MethodDescription } from '../../hub/api.js';
import { CallFormModel, type CallGuard, type ICallGuards } from '../callform.js';
import type { CallArguments } from '../callformfields.js';
import { CallHistory } from '../callhistory.js';

const LAB = 'demo+sipyco+rpc://';

class Guards implements ICallGuards {
  readonly changed = new Signal<this, void>(this);
  guard: CallGuard = { readOnly: false, confirmCalls: false };

  guardOf(): CallGuard {
    return this.guard;
  }

  set(change: Partial<CallGuard>): void {
    this.guard = { ...this.guard, ...change };
    this.changed.emit();
  }
}

let test: TestHub;
let history: CallHistory;
let guards: Guards;

beforeEach(() => {
  test = openHub();
  history = new CallHistory();
  guards = new Guards();
});

afterEach(async () => {
  await test.hub.bye();
  assert.deepEqual(test.mistakes, []);
});

async function formOf(target: string, name: string, filled?: CallArguments) {
  const { address, methods } = await test.hub.describeTarget(`${LAB}/${target}`);
  const method = methods.find(each => each.name === name);
  assert.ok(method !== undefined, `${target} has no ${name}`);
  return formWith(address, method, filled);
}

function formWith(
  address: string,
  method: MethodDescription,
  filled?: CallArguments,
  isKnown = true,
) {
  return new CallFormModel({
    address,
    method,
    open: async () => test.hub,
    history,
    guards,
    isKnown,
    ...(filled === undefined ? {} : { filled }),
  });
}

function type(model: CallFormModel, name: string, text: string): void {
  model.setText(fieldOf(model, name).id, text);
}

function fieldOf(model: CallFormModel, name: string) {
  const field = model.fields.find(each => each.name === name);
  assert.ok(field !== undefined, `there is no field ${name}`);
  return field;
}

/** After the worker has said what is in every field. */
async function checked(model: CallFormModel): Promise<void> {
  while (model.fields.some(({ check }) => check === null)) {
    await new Promise<void>(resolve => {
      model.fieldChecked.connect(function once() {
        model.fieldChecked.disconnect(once);
        resolve();
      });
    });
  }
}

/** The text of what a call returned. */
function returned(model: CallFormModel): string {
  const outcome = model.last?.outcome;
  assert.equal(outcome?.type, 'returned');
  return (outcome as Extract<typeof outcome, { type: 'returned' }>).result.text;
}

describe('a call form', () => {
  it('tells the type of what is typed, and the place of what is wrong', async () => {
    const model = await formOf('siggen', 'set_frequency');
    type(model, 'channel', '0');
    type(model, 'frequency', '[1e6, 2e6');
    await checked(model);
    assert.deepEqual(fieldOf(model, 'channel').check, { type: 'value', pyType: 'int' });
    const problem = model.problemOf(fieldOf(model, 'frequency'));
    assert.equal(problem?.position, 9);
    assert.match(problem?.message ?? '', /\]/);
  });

  it('calls with what is filled in, and leaves defaults to the server', async () => {
    const model = await formOf('siggen', 'set_power', { args: ['1'], kwargs: [] });
    await model.call();
    assert.equal(returned(model), '-10.0');
    assert.deepEqual(model.last?.args, ['1']);
    type(model, 'power', '2.5');
    await model.call();
    assert.equal(returned(model), '2.5');
    model.reset(fieldOf(model, 'power').id);
    await model.call();
    assert.equal(returned(model), '-10.0');
    assert.equal(model.past.length, 3);
  });

  it('takes an emptied field for its default', async () => {
    const model = await formOf('siggen', 'set_power', { args: ['1', '3.0'], kwargs: [] });
    type(model, 'power', ' ');
    assert.equal(fieldOf(model, 'power').isDefault, true);
    await model.call();
    assert.equal(returned(model), '-10.0');
  });

  it('sends nothing while an argument is wrong or missing, and points at it', async () => {
    const model = await formOf('siggen', 'set_frequency');
    const refused: string[] = [];
    model.refused.connect((_model, field) => {
      refused.push(`${field.name}: ${model.problemOf(field)?.message}`);
    });
    assert.equal(model.problemOf(fieldOf(model, 'channel')), null); // nobody has asked yet
    await model.call();
    type(model, 'channel', '0');
    type(model, 'frequency', 'fast');
    await model.call();
    assert.equal(refused[0], 'channel: a value is missing');
    assert.match(refused[1] ?? '', /^frequency: /);
    assert.equal(model.last, null);
    assert.deepEqual(history.of(model.address, 'set_frequency'), []);
  });

  it('tells what the method raised', async () => {
    const model = await formOf('faulty', 'raise_builtin');
    type(model, 'name', "'KeyError'");
    await model.call();
    const outcome = model.last?.outcome;
    assert.equal(outcome?.type, 'raised');
    if (outcome?.type === 'raised') {
      assert.equal(outcome.remoteClass, 'KeyError');
      assert.equal(outcome.remoteMessage, 'frequency out of range');
      assert.ok(outcome.traceback.length > 0);
    }
  });

  it('gives up when the person cancels', async () => {
    const model = await formOf('faulty', 'hang');
    const calling = model.call();
    while (model.phase !== 'running') {
      await new Promise(setImmediate);
    }
    assert.notEqual(model.runningSinceNs, null);
    model.cancel();
    assert.equal(model.isCancelling, true);
    await calling;
    assert.equal(model.last?.outcome.type, 'cancelled');
    assert.equal(model.phase, 'ready');
    assert.equal(model.isCancelling, false);
  });

  it('asks before life-cycle methods, and before all where the instrument says so', async () => {
    const stop = await formOf('motor', 'stop');
    await stop.call();
    assert.equal(stop.phase, 'confirming');
    stop.decline();
    assert.equal(stop.phase, 'ready');
    assert.equal(stop.last, null);
    await stop.call();
    await stop.confirm();
    assert.equal(returned(stop), 'False');

    const ping = await formOf('motor', 'ping');
    guards.set({ confirmCalls: true });
    await ping.call();
    assert.equal(ping.phase, 'confirming');
    await ping.confirm();
    assert.equal(returned(ping), 'True');
    await ping.confirm(); // pressed twice
    assert.equal(ping.past.length, 1);
  });

  it('calls nothing on an instrument that is only looked at', async () => {
    const model = await formOf('motor', 'stop');
    await model.call();
    guards.set({ readOnly: true });
    assert.equal(model.phase, 'ready');
    await model.call();
    await model.confirm();
    assert.equal(model.last, null);
  });

  it('calls again from the history, which other forms share', async () => {
    const first = await formOf('siggen', 'set_power', { args: ['0', '1.0'], kwargs: [] });
    await first.call();
    const second = await formOf('siggen', 'set_power');
    await second.repeat(second.past[0]!);
    assert.equal(returned(second), '1.0');
    assert.deepEqual(
      first.past.map(({ callId }) => callId),
      [2, 1],
    );
  });

  it('keeps what is filled in when the server tells more of the method', async () => {
    const full = await formOf('siggen', 'set_phase');
    const bare = { ...full.method, parameters: null, signature: null };
    const filled: CallArguments = { args: ['0', '90.0'], kwargs: [['unit', "'deg'"]] };
    const model = formWith(full.address, bare, filled, false);
    assert.deepEqual(
      model.fields.map(({ role }) => role),
      ['extra', 'extra', 'named'],
    );
    assert.equal(await model.learn(), true);
    assert.deepEqual(
      model.fields.map(({ name, text, isDefault }) => [name, text, isDefault]),
      [
        ['channel', '0', false],
        ['phase', '90.0', false],
        ['unit', "'deg'", false],
      ],
    );
    await model.call();
    assert.equal(returned(model), '0.25');
  });

  it('asks what a method is before its first call: one that ends others is confirmed', async () => {
    const full = await formOf('motor', 'stop');
    const bare = { ...full.method, parameters: null, signature: null, isLifeCycle: false };
    const model = formWith(full.address, bare, undefined, false);
    await model.call();
    assert.equal(model.phase, 'confirming');
    assert.equal(model.method.signature, '() -> bool');
  });

  it('sends nothing to a target that has no such method', async () => {
    const full = await formOf('siggen', 'get_power');
    const bare = { ...full.method, name: '__proto__', parameters: null };
    const model = formWith(full.address, bare, { args: ['1'], kwargs: [] }, false);
    await model.call();
    const outcome = model.last?.outcome;
    assert.equal(outcome?.type, 'failed');
    assert.equal(
      outcome?.type === 'failed' && outcome.fault.message,
      `${LAB}/siggen has no method __proto__`,
    );
    assert.equal(model.phase, 'ready');
  });

  it('names arguments that no parameter takes, each once', async () => {
    const full = await formOf('siggen', 'set_phase');
    const model = formWith(full.address, { ...full.method, parameters: null, signature: null });
    assert.equal(model.takesExtra && model.takesNamed, true);
    const a = model.addField('named');
    const b = model.addField('named');
    const c = model.addField('extra');
    assert.deepEqual(
      model.fields.map(({ role }) => role),
      ['extra', 'named', 'named'],
    );
    model.setName(a, 'unit');
    model.setName(b, 'unit');
    model.setText(a, '1');
    model.setText(b, '2');
    model.setText(c, '0');
    assert.equal(model.problemOf(model.fields[1]!)?.message, 'unit is given twice');
    model.removeField(b);
    assert.equal(model.problemOf(model.fields[1]!), null);
  });

  it('is a program, and a cell', async () => {
    const model = await formOf('siggen', 'set_power', { args: ['1'], kwargs: [] });
    assert.match(await model.asCode('python'), /remote\.set_power\(1\)/);
    assert.match(await model.asCode('typescript'), /set_power/);
    assert.match((await model.asCell()) ?? '', /method='set_power', args=\[1\]\)$/);
    type(model, 'channel', '');
    assert.equal(await model.asCell(), null);
    assert.equal(model.last, null);
  });

  it('lets a call come to its end after the form is gone', async () => {
    const model = await formOf('siggen', 'get_power', { args: ['0'], kwargs: [] });
    model.stateChanged.connect(() => {
      if (model.phase === 'running') {
        model.dispose();
      }
    });
    await model.call();
    assert.equal(model.isDisposed, true);
    assert.equal(history.of(model.address, 'get_power')[0]?.outcome.type, 'returned');
  });
});

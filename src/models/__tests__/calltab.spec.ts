import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IHub } from '../../hub/api.js';
import { CallFormModel } from '../callform.js';
import type { CallArguments } from '../callformfields.js';
import { CallHistory } from '../callhistory.js';
import { callTabOf, parseCallTab } from '../calltab.js';

const ADDRESS = 'demo+sipyco+rpc:///siggen';
const METHOD = {
  name: 'set_phase',
  parameters: [
    { name: 'channel', kind: 'positional', default: null, annotation: 'int' },
    { name: 'phase', kind: 'positional', default: '0.0', annotation: null },
    { name: 'unit', kind: 'keyword', default: null, annotation: null },
    { name: 'more', kind: 'varkw', default: null, annotation: null },
  ],
  signature: '(channel: int, phase=0.0, *, unit, **more)',
  docstring: 'Set the phase.',
  isLifeCycle: false,
} as const;

/** A form whose worker never comes. */
function formOf(filled: CallArguments): CallFormModel {
  return new CallFormModel({
    address: ADDRESS,
    method: METHOD,
    open: () => new Promise<IHub>(() => undefined),
    history: new CallHistory(),
    guards: null,
    isKnown: false,
    filled,
  });
}

/** Out to the server and back, as JupyterLab keeps it. */
function again(json: unknown) {
  return parseCallTab(JSON.parse(JSON.stringify(json)));
}

describe('the tab of a call form', () => {
  it('remembers what was typed, right or wrong, each in its place', () => {
    const model = formOf({ args: ['', '[1'], kwargs: [['unit', "'deg'"]] });
    const named = model.addField('named');
    model.setText(named, '3'); // has no name yet
    const tab = again(callTabOf('siggen', model));
    assert.deepEqual(tab.method, METHOD);
    assert.equal(tab.address, ADDRESS);
    assert.equal(tab.target, 'siggen');
    const shown = (form: CallFormModel) =>
      form.fields.map(({ role, name, text, isDefault }) => [role, name, text, isDefault]);
    assert.deepEqual(shown(formOf(tab.filled)), shown(model));
    assert.deepEqual(shown(model)[0], ['positional', 'channel', '', false]);
  });

  it('does not remember megabytes', () => {
    const model = formOf({ args: ['0', `'${'x'.repeat(1_000_000)}'`], kwargs: [] });
    const json = JSON.stringify(callTabOf('siggen', model));
    assert.ok(json.length < 1000, `${json.length} characters`);
    assert.deepEqual(again(JSON.parse(json)).filled, { args: [], kwargs: [] });
  });

  it('refuses what is none, and says which part', () => {
    const good = { address: ADDRESS, target: '', method: METHOD, args: [], kwargs: [] };
    assert.equal(again(good).target, '');
    for (const [bad, words] of [
      [null, 'its tab should be an object, it is null'],
      [{ ...good, address: 7 }, 'its address should be a text, it is a number'],
      [{ ...good, method: [] }, 'its method should be an object, it is a list'],
      [
        { ...good, method: { ...METHOD, parameters: [{ ...METHOD.parameters[0], kind: 'x' }] } },
        'its kind should be one of positional, varargs, keyword, varkw, it is a string',
      ],
      [{ ...good, args: [1] }, 'its args should be a text, it is a number'],
      [{ ...good, kwargs: [['a']] }, 'its kwargs should be a text, it is nothing'],
    ] as const) {
      assert.throws(() => again(bad), {
        name: 'ParseError',
        message: `a call form cannot be shown again: ${words}`,
      });
    }
    assert.throws(() => again({ ...good, address: 'http://lab' }), { name: 'ParseError' });
  });

  it('confirms a method of which nobody knows whether it stops what others use', () => {
    const { isLifeCycle: _gone, ...method } = METHOD;
    const json = { address: ADDRESS, target: '', method, args: [], kwargs: [] };
    assert.equal(again(json).method.isLifeCycle, true);
  });
});

// Which argument goes where: by place, by name, or not at all.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ParameterDescription, ParameterKind } from '../../hub/api.js';
import {
  argumentsOf,
  type CallArguments,
  type CallField,
  callText,
  placed,
} from '../callformfields.js';

function parameter(name: string, kind: ParameterKind, value: string | null = null) {
  return { name, kind, default: value, annotation: null };
}

/** submit(pipeline, expid, priority=0, *flags, due=None, **options) */
const SUBMIT: readonly ParameterDescription[] = [
  parameter('pipeline', 'positional'),
  parameter('expid', 'positional'),
  parameter('priority', 'positional', '0'),
  parameter('flush', 'positional', 'False'),
  parameter('flags', 'varargs'),
  parameter('due', 'keyword', 'None'),
  parameter('options', 'varkw'),
];

function fieldsOf(call: CallArguments, parameters: typeof SUBMIT | null = SUBMIT) {
  return placed(parameters, call).map((field, id): CallField => ({ ...field, id, check: null }));
}

/** The same fields, as if a person had typed `text` into those of `changes`. */
function typed(changes: { readonly [name: string]: string }) {
  return fieldsOf({ args: [], kwargs: [] }).map(field => {
    const text = changes[field.name];
    return text === undefined ? field : { ...field, text, isDefault: false };
  });
}

describe('the fields of a form', () => {
  it('has one for each parameter, with its default, and none for what takes any number', () => {
    const fields = fieldsOf({ args: [], kwargs: [] });
    assert.deepEqual(
      fields.map(({ role, name, text, isDefault }) => [role, name, text, isDefault]),
      [
        ['positional', 'pipeline', '', false],
        ['positional', 'expid', '', false],
        ['positional', 'priority', '0', true],
        ['positional', 'flush', 'False', true],
        ['keyword', 'due', 'None', true],
      ],
    );
  });

  it('has one for each argument where the server tells no parameters', () => {
    const fields = fieldsOf({ args: ['1', "'a'"], kwargs: [['unit', "'rad'"]] }, null);
    assert.deepEqual(
      fields.map(({ role, name, text }) => [role, name, text]),
      [
        ['extra', '', '1'],
        ['extra', '', "'a'"],
        ['named', 'unit', "'rad'"],
      ],
    );
  });

  it('keeps an argument that no parameter takes, where it can be seen', () => {
    const fields = fieldsOf({ args: ['1'], kwargs: [['b', '2']] }, [
      parameter('a', 'keyword', '0'),
    ]);
    assert.deepEqual(
      fields.map(({ role, name, text }) => `${role} ${name} ${text}`),
      ['extra  1', 'keyword a 0', 'named b 2'],
    );
  });
});

describe('the arguments of a form', () => {
  it('leaves defaults to the server', () => {
    const call = argumentsOf(typed({ pipeline: "'main'", expid: '{}' }));
    assert.deepEqual(call, { args: ["'main'", '{}'], kwargs: [] });
  });

  it('names what follows a default that is left out', () => {
    const call = argumentsOf(typed({ pipeline: "'main'", expid: '{}', flush: 'True', due: '1.5' }));
    assert.deepEqual(call, {
      args: ["'main'", '{}'],
      kwargs: [
        ['flush', 'True'],
        ['due', '1.5'],
      ],
    });
  });

  it('writes defaults out before values of *args', () => {
    const call = { args: ["'main'", '{}', '0', 'False', '7', '8'], kwargs: [] };
    const fields = fieldsOf({ args: ["'main'", '{}'], kwargs: [] });
    const extra = (text: string, id: number): CallField => ({
      id,
      role: 'extra',
      parameter: null,
      name: '',
      text,
      isDefault: false,
      check: null,
    });
    assert.deepEqual(argumentsOf([...fields, extra('7', 90), extra('8', 91)]), call);
  });

  it('names parameters as JavaScript names its own things', () => {
    const odd = [
      parameter('__proto__', 'positional', '1'),
      parameter('constructor', 'keyword', '2'),
    ];
    const kwargs: CallArguments['kwargs'] = [
      ['__proto__', '3'],
      ['constructor', '4'],
      ['toString', '5'],
    ];
    const call = argumentsOf(fieldsOf({ args: [], kwargs }, odd));
    assert.deepEqual(call, { args: ['3'], kwargs: kwargs.slice(1) });
  });

  it('comes back from a form as it went in, to the server the same call', () => {
    const text = fc.constantFrom('1', "'a'", '[2.5]', 'None');
    const call = fc.record({
      args: fc.array(text, { maxLength: 6 }),
      kwargs: fc.uniqueArray(fc.tuple(fc.constantFrom('due', 'unit', '__proto__'), text), {
        selector: ([name]) => name,
      }),
    });
    fc.assert(
      fc.property(call, given => {
        const once = argumentsOf(fieldsOf(given).filter(field => field.text !== ''));
        assert.deepEqual(once.args, given.args);
        assert.deepEqual(new Map(once.kwargs), new Map(given.kwargs));
      }),
      { seed: 7 },
    );
  });

  it('is one line for people', () => {
    const call: CallArguments = { args: ['0', '1e6'], kwargs: [['unit', "'Hz'"]] };
    assert.equal(callText('set', call), "set(0, 1e6, unit='Hz')");
  });
});

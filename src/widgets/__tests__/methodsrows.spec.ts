// The rows of the method browser: what is unfolded, what is apart, what the filter leaves.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { MethodDescription, ServerEntry, TargetEntry } from '../../models/index.js';
import { formatElapsed } from '../call/words.js';
import { methodKey, methodRows, siblingsOf } from '../sidebar/methodsrows.js';

const trans = {
  __: (text: string, ...values: readonly string[]) =>
    text.replace(/%(\d)/g, (_, place) => values[Number(place) - 1] ?? ''),
} as unknown as TranslationBundle;

const ADDRESS = 'sipyco+rpc://lab:3251/motor';

function method(name: string, isLifeCycle = false): MethodDescription {
  const docstring = `About ${name},\n  in two lines.\n\nMore.`;
  return { name, parameters: [], signature: '()', docstring, isLifeCycle };
}

const MOTOR: TargetEntry = {
  server: 'lab',
  name: 'motor',
  address: ADDRESS,
  state: 'known',
  fault: null,
  description: {
    address: ADDRESS,
    name: 'motor',
    docstring: null,
    methods: [method('__proto__'), method('move'), method('stop', true)],
    fault: null,
  },
};

function rowsOf(target: TargetEntry, unfolded: readonly string[], filter = '', chosen = '') {
  const server: ServerEntry = {
    name: 'lab',
    address: 'sipyco+rpc://lab:3251',
    state: 'known',
    description: null,
    fault: null,
    targets: [target],
  };
  return methodRows({ servers: [server], filter, expanded: new Set(unfolded), chosen, trans });
}

/** `1 ▸ lab › motor`, with what stands beside and below. */
function lines(...given: Parameters<typeof rowsOf>): readonly string[] {
  return rowsOf(...given).map(({ level, expanded, name, aside, below }) =>
    [level, expanded === null ? '' : expanded ? '▾' : '▸', name, aside, below]
      .filter(part => part !== '')
      .join(' '),
  );
}

describe('the rows of the method browser', () => {
  it('are folded at first, and life-cycle methods apart', () => {
    assert.deepEqual(lines(MOTOR, []), ['1 ▸ lab › motor']);
    assert.deepEqual(lines(MOTOR, [`target ${ADDRESS}`]), [
      '1 ▾ lab › motor',
      '2 __proto__ ()',
      '2 move ()',
      '2 ▸ life cycle (1)',
    ]);
  });

  it('show a target once that stands in the list beside its server', () => {
    const server = (name: string, address: string, targets: readonly TargetEntry[]) =>
      ({ name, address, state: 'known', description: null, fault: null, targets }) as ServerEntry;
    const camera = { ...MOTOR, name: 'camera', address: 'sipyco+rpc://lab:3251/camera' };
    const shown = (...servers: readonly ServerEntry[]) =>
      methodRows({ servers, filter: '', expanded: new Set(), chosen: null, trans }).map(
        ({ name }) => name,
      );
    const whole = server('lab', 'sipyco+rpc://lab:3251', [camera, MOTOR]);
    const own = server('my motor', ADDRESS, [{ ...MOTOR, server: 'my motor' }]);
    assert.deepEqual(shown(whole, own), ['lab › camera', 'my motor › motor']);
    assert.deepEqual(shown(whole, { ...own, targets: [] }).slice(0, 2), [
      'lab › camera',
      'lab › motor',
    ]);
    assert.deepEqual(shown({ ...whole, targets: [MOTOR] }, own), ['my motor › motor']);
  });

  it('have the docstring under the chosen one, its first paragraph', () => {
    const chosen = methodKey(ADDRESS, 'move');
    assert.equal(
      lines(MOTOR, [`target ${ADDRESS}`], '', chosen)[2],
      '2 move () About move, in two lines.',
    );
  });

  it('are what the filter leaves, unfolded', () => {
    assert.deepEqual(lines(MOTOR, [], 'motor STOP'), [
      '1 ▾ lab › motor',
      '2 ▾ life cycle (1)',
      '3 stop ()',
    ]);
    assert.deepEqual(lines(MOTOR, [], 'camera'), []);
  });

  it('are the same objects while they tell the same: nobody draws them again', () => {
    const [all, some] = [rowsOf(MOTOR, [`target ${ADDRESS}`]), rowsOf(MOTOR, [], 'mov')];
    assert.equal(all[2]?.name, 'move');
    assert.equal(all[2], some[1]);
    const chosen = methodKey(ADDRESS, 'move');
    assert.notEqual(rowsOf(MOTOR, [], 'mov', chosen)[1], some[1]);
    assert.equal(rowsOf(MOTOR, [], 'mov')[1], some[1]);
  });

  it('say what is still asked for, and why there is no answer', () => {
    const asked: TargetEntry = { ...MOTOR, state: 'reading', description: null };
    assert.deepEqual(lines(asked, [], 'move'), ['1 lab › motor asking for its methods…']);
    const fault = { name: 'ConnectError', message: 'nobody there', facts: {}, hint: 'Start it.' };
    const failed: TargetEntry = { ...asked, state: 'failed', fault: fault as never };
    assert.deepEqual(lines(failed, [`target ${ADDRESS}`]), [
      '1 ▾ lab › motor',
      '2 ✕ no answer ask again nobody there. Try: Start it.',
    ]);
  });

  it('say why there are names only', () => {
    const fault = { name: 'RemoteError' as const, message: 'a Laser has no form', facts: {} };
    const description = { ...MOTOR.description!, methods: [method('ping')], fault };
    assert.deepEqual(lines({ ...MOTOR, description }, [`target ${ADDRESS}`]), [
      '1 ▾ lab › motor names only',
      '2 The server’s list of methods fails: a Laser has no form',
      '2 ping ()',
    ]);
  });

  it('count their siblings, below the same one', () => {
    const levels = [1, 2, 2, 3, 3, 3, 2, 1, 2, 3];
    const told = siblingsOf(levels.map(level => ({ level })));
    assert.deepEqual(
      told.map(({ position, count }) => `${position}/${count}`),
      ['1/2', '1/3', '2/3', '1/3', '2/3', '3/3', '3/3', '2/2', '1/1', '1/1'],
    );
  });

  it('have keys of their own', () => {
    const keys = rowsOf(MOTOR, [`target ${ADDRESS}`, `life ${ADDRESS}`]).map(({ key }) => key);
    assert.equal(new Set(keys).size, 5);
  });
});

describe('the time of a call', () => {
  const CASES: readonly (readonly [number, string])[] = [
    [0.04, '0.0 ms'],
    [99.96, '100 ms'],
    [999, '999 ms'],
    [3240, '3.2 s'],
    [125_900, '2 min 5 s'],
  ];
  for (const [ms, text] of CASES) {
    it(`is ${text}`, () => assert.equal(formatElapsed(ms), text));
  }
});

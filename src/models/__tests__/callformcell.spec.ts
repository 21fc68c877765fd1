// A call as a cell, and what may stand in one.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLabwireError } from '../../values/index.js';
import { cellOf, isPythonLiteral } from '../callformcell.js';
import { parseRpcSpec } from '../callformspec.js';

const SIGGEN = 'demo+sipyco+rpc:///siggen';

describe('a call as a cell', () => {
  it('is one line where that is short', () => {
    assert.equal(
      cellOf(SIGGEN, 'set', { args: ['0'], kwargs: [['power', '-3.5']] }),
      "import labwire as lw\n\nlw.rpc('demo+sipyco+rpc:///siggen', method='set', args=[0], kwargs={'power': -3.5})",
    );
  });

  it('is a line for each part where it is long', () => {
    const text = `'${'x'.repeat(60)}'`;
    assert.equal(
      cellOf(SIGGEN, 'submit', { args: [text], kwargs: [] }),
      `import labwire as lw\n\nlw.rpc(\n    '${SIGGEN}',\n    method='submit',\n    args=[${text}],\n)`,
    );
  });

  it('quotes names that come from elsewhere', () => {
    assert.equal(
      cellOf(SIGGEN, "a')\nimport os#", { args: [], kwargs: [["b'", '1']] }).split('\n\n')[1],
      `lw.rpc('demo+sipyco+rpc:///siggen', method="a')\\nimport os#", kwargs={"b'": 1})`,
    );
  });

  it('keeps a tuple without brackets one argument', () => {
    const call = { args: ['1, 2', "['a,b', (1, 2)]", '3,'], kwargs: [['at', '4, 5']] } as const;
    assert.equal(
      cellOf(SIGGEN, 'set', call).split(' args=')[1],
      "[(1, 2), ['a,b', (1, 2)], (3,)],\n    kwargs={'at': (4, 5)},\n)",
    );
  });

  it('refuses what only PYON can read', () => {
    assert.throws(
      () => cellOf(SIGGEN, 'set', { args: ['1', '[nan]'], kwargs: [] }),
      error =>
        isLabwireError(error, 'EncodeError') &&
        error.message === 'argument 2 is not a Python literal, so no cell can hold it: [nan]',
    );
  });

  const PYTHON = [
    '1',
    '-1e6',
    '0x_ff',
    '1_000',
    '2j',
    '.5',
    "'nan'",
    "'#'",
    'b"\\"x"',
    "{'a': (1,)}",
    'None',
  ];
  const OTHER = [
    'nan',
    '[inf]',
    'true',
    'array([1])',
    "nparray((1,), '<f8', b'')",
    '1 #',
    "'a' # None",
    'OrderedDict()',
  ];
  for (const text of PYTHON) {
    it(`takes ${text}`, () => assert.equal(isPythonLiteral(text), true));
  }
  for (const text of OTHER) {
    it(`does not take ${text}`, () => assert.equal(isPythonLiteral(text), false));
  }
});

describe('the description of a call', () => {
  const GOOD = {
    version: 1,
    address: SIGGEN,
    method: 'set',
    args: ['1'],
    kwargs: { unit: "'Hz'" },
  };

  it('is read', () => {
    assert.deepEqual(parseRpcSpec(GOOD), { ...GOOD, kwargs: [['unit', "'Hz'"]] });
    assert.deepEqual(parseRpcSpec({ version: 1, address: SIGGEN }), {
      version: 1,
      address: SIGGEN,
      method: null,
      args: [],
      kwargs: [],
    });
  });

  const BAD: { readonly [what: string]: unknown } = {
    'it should be an object': null,
    'it should be only version': { ...GOOD, run: true },
    'version should be 1': { ...GOOD, version: 2 },
    'address should be an address as text': { ...GOOD, address: 5 },
    'method should be a name': { ...GOOD, method: '' },
    'args should be a list of Python literals': { ...GOOD, args: [1] },
    'kwargs should be an object': { ...GOOD, kwargs: [] },
    'kwargs should be an object of Python literals': { ...GOOD, kwargs: { a: 1 } },
    'args should be at most 255 arguments': { ...GOOD, args: new Array(256).fill('1') },
  };
  for (const [what, json] of Object.entries(BAD)) {
    it(`is refused: ${what}`, () => {
      assert.throws(
        () => parseRpcSpec(json),
        error => isLabwireError(error, 'ParseError') && error.message.includes(what),
      );
    });
  }

  it('is refused with an address that names nothing', () => {
    assert.throws(() => parseRpcSpec({ ...GOOD, address: 'siggen' }), /siggen/);
  });
});

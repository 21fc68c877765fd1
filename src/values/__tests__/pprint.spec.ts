import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  Complex,
  dict,
  Fraction,
  NDArray,
  NumpyScalar,
  OrderedDict,
  type PyValue,
  parseDtype,
  pprint,
  set,
  tuple,
} from '../index.js';
import { fromTree, type Tree } from './valuetree.js';

const SEED = Number(process.env.LABWIRE_SEED ?? 20261121);
const COUNT = 2500;
const ROOT = new URL('../../../', import.meta.url);
const PYTHON = fileURLToPath(new URL('.venv/bin/python', ROOT));
const PEER = fileURLToPath(new URL('tests/peers/pprint_values.py', ROOT));

describe('pprint, beside Python', () => {
  it(`prints ${COUNT} random values as it does (seed ${SEED})`, { skip: missing() }, () => {
    const run = spawnSync(PYTHON, [PEER, String(SEED), String(COUNT)], {
      encoding: 'utf8',
      maxBuffer: 2 ** 29,
    });
    assert.equal(run.status, 0, run.stderr);
    const faults: string[] = [];
    for (const line of run.stdout.split('\n').filter(text => text !== '')) {
      const { value: tree, text } = JSON.parse(line) as { value: Tree; text: string };
      const value = fromTree(tree);
      const ours = pprint(value);
      if (ours !== text) {
        faults.push(difference(ours, text));
      }
    }
    assert.equal(faults.length, 0, `${faults.length} differ:\n${faults.slice(0, 10).join('\n\n')}`);
  });
});

/** The first lines that differ. */
function difference(ours: string, theirs: string): string {
  const lines = ours.split('\n');
  const others = theirs.split('\n');
  const i = lines.findIndex((line, k) => line !== others[k]);
  return `ours    ${lines.slice(i, i + 2).join('\n')}\nPython  ${others.slice(i, i + 2).join('\n')}`;
}

/** Why Python cannot be asked, or false. */
function missing(): string | false {
  if (!existsSync(PYTHON)) {
    return 'skipped: no .venv here';
  }
  return spawnSync(PYTHON, ['-c', 'import numpy']).status === 0
    ? false
    : 'skipped: .venv has no numpy';
}

describe('pprint', () => {
  const rows: readonly (readonly [string, PyValue, string])[] = [
    [
      'sorts the keys of a dict, by type where Python cannot compare them',
      dict([
        ['locked', true],
        ['temps', [21.5, 22]],
        [3n, tuple('ok', null)],
      ]),
      "{3: ('ok', None), 'locked': True, 'temps': [21.5, 22.0]}",
    ],
    ['shows a set of numbers in the order of their hashes', set(5n, -1n, 8n, 1n), '{8, 1, 5, -1}'],
    [
      'knows the hashes of complex numbers and fractions',
      set(new Complex(0, 1), 3n, new Complex(2, -1), new Fraction(1n, 3n), Infinity, -0.5),
      '{-0.5, 3, 1j, inf, Fraction(1, 3), (2-1j)}',
    ],
    ['sorts a set of texts', set('b', 'c', 'a'), "{'a', 'b', 'c'}"],
    ['shows no room for an empty OrderedDict', new OrderedDict(), 'OrderedDict()'],
    ['shows a scalar with its type', [NumpyScalar.of('<i4', 5n)], '[np.int32(5)]'],
    [
      'writes the fields of records',
      new NDArray(parseDtype('i2,f4'), [2]),
      "array([(0, 0.), (0, 0.)], dtype=[('f0', '<i2'), ('f1', '<f4')])",
    ],
    [
      'writes arrays inside records',
      new NDArray(parseDtype('(2)i4,U3'), [1]),
      "array([([0, 0], '')], dtype=[('f0', '<i4', (2,)), ('f1', '<U3')])",
    ],
  ];
  for (const [name, value, text] of rows) {
    it(name, () => {
      assert.equal(pprint(value), text);
    });
  }

  it('leaves out the middle of a large array, and says its shape', () => {
    assert.equal(
      pprint(new NDArray('<f4', [1000, 1000])),
      [
        'array([[0., 0., 0., ..., 0., 0., 0.],',
        '       [0., 0., 0., ..., 0., 0., 0.],',
        '       [0., 0., 0., ..., 0., 0., 0.],',
        '       ...,',
        '       [0., 0., 0., ..., 0., 0., 0.],',
        '       [0., 0., 0., ..., 0., 0., 0.],',
        '       [0., 0., 0., ..., 0., 0., 0.]], shape=(1000, 1000), dtype=float32)',
      ].join('\n'),
    );
  });
});

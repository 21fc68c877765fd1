import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  Complex,
  dict,
  Fraction,
  NDArray,
  NumpyScalar,
  OpaqueObject,
  PyDict,
  PySet,
  type PyValue,
  pyEquals,
  pyExact,
  pyRepr,
  Slice,
  set,
  tuple,
} from '../index.js';
import { hashable } from './arbitrary.js';

const RUNS = { numRuns: 2000, seed: 1_764_300_001 };

/** Values that Python holds for one key, a line each; different lines are different keys. */
const SAME: readonly (readonly PyValue[])[] = [
  [
    1n,
    1,
    true,
    new Fraction(1n),
    new Fraction(3n, 3n),
    new Complex(1, 0),
    new Complex(1, -0),
    NumpyScalar.of('<i8', 1n),
    NumpyScalar.of('|u1', 1n),
    NumpyScalar.of('<f2', 1),
    NumpyScalar.of('<c8', 1),
    NumpyScalar.of('|b1', true),
  ],
  [0n, 0, -0, false, new Complex(-0, 0)],
  [0.5, new Fraction(1n, 2n), NumpyScalar.of('<f4', 0.5)],
  [new Fraction(1n, 3n), new Fraction(-2n, -6n)],
  [1 / 3],
  [0.1],
  [NumpyScalar.of('<f4', 0.1), Math.fround(0.1)],
  [2n ** 70n, 2 ** 70],
  [2n ** 70n + 1n],
  [Infinity],
  [-Infinity],
  [Number.NaN],
  [new Complex(1, 1), NumpyScalar.of('<c16', new Complex(1, 1))],
  ['1', NumpyScalar.of('<U1', '1')],
  [''],
  ['True'],
  ['__proto__'],
  [Uint8Array.of(0x31), new NumpyScalar('|S1', Uint8Array.of(0x31))],
  [Uint8Array.of(0x31, 0)],
  [new Uint8Array(0)],
  [null],
  [tuple(), tuple()],
  [tuple(1n, 'a'), tuple(true, 'a'), tuple(1, NumpyScalar.of('<U1', 'a'))],
  [tuple('1', 'a')],
  [tuple(tuple(1n), 'a')],
  [tuple('a', 1n)],
  [tuple('a,s1:b')],
  [tuple('a', 'b')],
  [NumpyScalar.of('<M8[D]', 1n), NumpyScalar.of('<M8[h]', 24n), NumpyScalar.of('<M8[12h]', 2n)],
  [NumpyScalar.of('<M8[M]', 1n), NumpyScalar.of('<M8[D]', 31n)],
  [NumpyScalar.of('<m8[m]', 1n), NumpyScalar.of('<m8[s]', 60n)],
];

describe('the keys of a dict', () => {
  it('are one where Python finds them equal', () => {
    for (const keys of SAME) {
      for (const first of keys) {
        for (const other of keys) {
          const value = new PyDict([[first, 'v']]);
          const shown = `${pyRepr(first)} and ${pyRepr(other)}`;
          assert.ok(value.has(other), shown);
          assert.equal(value.set(other, 'w').size, 1, shown);
          assert.equal(value.get(first), 'w', shown);
          assert.ok(pyExact([...value.keys()][0] as PyValue, first), `${shown}: the first stays`);
          assert.ok(pyExact(value.keyOf(other) as PyValue, first), shown);
          assert.ok(value.delete(other), shown);
          assert.equal(value.size, 0, shown);
          assert.equal(value.has(first), false, shown);
        }
      }
    }
  });

  it('are different where Python finds them different', () => {
    const all = SAME.map(([key]) => key as PyValue);
    const value = new PyDict(all.map((key, i) => [key, BigInt(i)]));
    assert.equal(value.size, all.length);
    all.forEach((key, i) => {
      assert.equal(value.get(key), BigInt(i), pyRepr(key));
    });
    assert.equal(value.get('missing'), undefined);
    assert.equal(value.delete(tuple('missing')), false);
  });

  it('are compared by identity where they are objects of a class', () => {
    const a = new OpaqueObject('Thing', '<Thing>');
    const b = new OpaqueObject('Thing', '<Thing>');
    const value = new PyDict([
      [a, 1n],
      [tuple(a), 2n],
    ]);
    assert.equal(value.get(b), undefined);
    assert.equal(value.get(tuple(b)), undefined);
    assert.equal(value.get(a), 1n);
    assert.equal(value.get(tuple(a)), 2n);
  });

  it('may not change', () => {
    const rows: readonly (readonly [PyValue, string])[] = [
      [[], 'list'],
      [dict(), 'dict'],
      [set(), 'set'],
      [new Slice(null, null, null), 'slice'],
      [new NDArray('<f8', [0]), 'numpy.ndarray'],
      [new NumpyScalar('|V1', new Uint8Array(1)), 'numpy.void'],
      [tuple(1n, [2n]), 'list'],
    ];
    for (const [key, name] of rows) {
      const message = `unhashable type: '${name}'`;
      assert.throws(() => new PyDict().set(key, null), { name: 'TypeError', message });
      assert.throws(() => new PyDict().get(key), { name: 'TypeError', message });
      assert.throws(() => new PySet([key]), { name: 'TypeError', message });
    }
  });

  it('keep the order in which they came', () => {
    const value = dict([
      ['b', 1n],
      [2n, 2n],
      ['10', 3n],
      ['2', 4n],
      [tuple(), 5n],
    ]);
    value.set(2, 'again').set('a', 6n).delete('10');
    value.set('10', 7n);
    assert.deepEqual([...value.keys()], ['b', 2n, '2', tuple(), 'a', '10']);
    assert.deepEqual([...value.values()], [1n, 'again', 4n, 5n, 6n, 7n]);
    const visited: PyValue[] = [];
    value.forEach((item, key) => {
      visited.push([key, item]);
    });
    assert.deepEqual(visited, Array.from(value.entries()));
    value.clear();
    assert.deepEqual([...value], []);
  });
});

describe('a dict beside a list of pairs', () => {
  type Step = readonly ['set' | 'delete' | 'get', PyValue];
  const steps = fc.array(
    fc.tuple(fc.constantFrom('set', 'set', 'delete', 'get'), hashable) as fc.Arbitrary<Step>,
    { maxLength: 40 },
  );

  /** NaN is a key that equals itself only by being the same object. */
  const isSame = (a: PyValue, b: PyValue) =>
    pyEquals(a, b) || (Number.isNaN(a) && Number.isNaN(b)) || hasNaN(a, b);
  const hasNaN = (a: PyValue, b: PyValue): boolean => {
    const [x, y] = [a, b].map(v =>
      v !== null && typeof v === 'object' && 'items' in v ? v.items : null,
    );
    return (
      x !== null &&
      y !== null &&
      x !== undefined &&
      y !== undefined &&
      x.length === y.length &&
      x.every((item, i) => isSame(item, y[i] as PyValue))
    );
  };

  it('answers the same, whatever is done', () => {
    fc.assert(
      fc.property(steps, list => {
        const value = new PyDict();
        let pairs: [PyValue, PyValue][] = [];
        list.forEach(([what, key], i) => {
          const pair = pairs.find(([other]) => isSame(other, key));
          if (what === 'set') {
            value.set(key, BigInt(i));
            if (pair === undefined) {
              pairs.push([key, BigInt(i)]);
            } else {
              pair[1] = BigInt(i);
            }
          } else if (what === 'delete') {
            assert.equal(value.delete(key), pair !== undefined);
            pairs = pairs.filter(other => other !== pair);
          } else {
            assert.equal(value.get(key), pair?.[1]);
          }
          assert.equal(value.size, pairs.length);
        });
        assert.ok(
          pyExact(
            [...value.keys()],
            pairs.map(([key]) => key),
          ),
        );
        assert.deepEqual(
          [...value.values()],
          pairs.map(([, item]) => item),
        );
      }),
      RUNS,
    );
  });
});

describe('a set', () => {
  it('has each member once, the first', () => {
    const value = set(1n, 1, true, 'a', tuple(1n), tuple(1));
    assert.equal(value.size, 3);
    assert.deepEqual([...value], [1n, 'a', tuple(1n)]);
    assert.ok(value.has(1));
    assert.equal(value.memberOf(true), 1n);
    assert.ok(value.delete(tuple(true)));
    assert.equal(value.has(tuple(1n)), false);
    value.clear();
    assert.deepEqual([...value.values()], []);
  });
});

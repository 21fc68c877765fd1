import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { processMod } from '../../protocols/sipyco/index.js';
import {
  NDArray,
  PyDict,
  PythonError,
  type PyValue,
  pyExact,
  Slice,
  Tuple,
} from '../../values/index.js';
import { type Change, changedRange, touches } from '../sources/effect.js';
import { itemOf } from '../sources/lookup.js';

const setitem = (path: PyValue[], key: PyValue, value: PyValue = 0): Change => ({
  action: 'setitem',
  path,
  key,
  value,
});
const curve = () => NDArray.of(new Float64Array(10));

describe('touches', () => {
  it('tells one name from another', () => {
    assert.equal(touches(setitem([], 'a'), ['a']), true);
    assert.equal(touches(setitem([], 'a'), ['b']), false);
    assert.equal(touches(setitem(['a', 1n], 3n), ['a']), true);
    assert.equal(touches(setitem(['a', 1n], 3n), ['a', 1n, 3n]), true);
    assert.equal(touches(setitem(['a', 1n], 3n), ['a', 1n, 4n]), true, 'ints may count either way');
    assert.equal(touches(setitem(['a', 1n], 'x'), ['a', 0n, 'x']), false);
    assert.equal(touches({ action: 'delitem', path: [], key: 'a' }, ['b']), false);
    assert.equal(touches({ action: 'pop', path: [], i: 'a' }, ['a']), true);
    assert.equal(touches({ action: 'append', path: [], x: 1 }, []), true);
  });

  it("knows Python's key identity", () => {
    assert.equal(touches(setitem([], true), [1n]), true);
    assert.equal(touches(setitem([], 1), [1n]), true);
    assert.equal(touches(setitem([], '1'), [1n]), true, 'an index may be counted from the end');
    assert.equal(touches(setitem([1n], 'x'), ['1', 'x']), false);
  });
});

describe('changedRange', () => {
  it('names one element that was set', () => {
    assert.deepEqual(changedRange(setitem(['a', 1n], 3n), ['a', 1n], curve()), { from: 3, to: 4 });
    assert.deepEqual(changedRange(setitem(['a', 1n], -1n), ['a', 1n], curve()), {
      from: 9,
      to: 10,
    });
  });

  it('names the elements of a slice', () => {
    const slice = (start: PyValue, stop: PyValue, step: PyValue = null) =>
      changedRange(setitem(['a'], new Slice(start, stop, step)), ['a'], curve());
    assert.deepEqual(slice(2n, 5n), { from: 2, to: 5 });
    assert.deepEqual(slice(null, -3n, 2n), { from: 0, to: 7 });
    assert.deepEqual(slice(-3n, null), { from: 7, to: 10 });
    assert.deepEqual(slice(5n, 2n), { from: 5, to: 5 });
    assert.equal(slice(5n, 2n, -1n), null);
  });

  it('names the row of a 2-D array, whether by key or by path', () => {
    const image = NDArray.of(new Float64Array(12), [3, 4]);
    const key = new Tuple([1n, 2n]);
    assert.deepEqual(changedRange(setitem(['a'], key), ['a'], image), { from: 1, to: 2 });
    assert.deepEqual(changedRange(setitem(['a', 2n], 0n), ['a'], image), { from: 2, to: 3 });
  });

  it('names what moves in a list', () => {
    const list = [1n, 2n, 3n];
    const of = (mod: Change) => changedRange(mod, ['a'], list);
    assert.deepEqual(of({ action: 'append', path: ['a'], x: 3n }), { from: 2, to: 3 });
    assert.deepEqual(of({ action: 'insert', path: ['a'], i: 1n, x: 2n }), { from: 1, to: 3 });
    assert.deepEqual(of({ action: 'pop', path: ['a'], i: -1n }), { from: 3, to: 3 });
    assert.equal(of({ action: 'delitem', path: ['a'], key: 0n }), null);
  });

  it('says "anything" where the value is another object, a dict, or hit by a mask', () => {
    assert.equal(changedRange(setitem([], 'a'), ['a'], curve()), null);
    assert.equal(changedRange(setitem(['a'], 'x'), ['a'], new PyDict()), null);
    assert.equal(
      changedRange(setitem(['a'], NDArray.of(new Uint8Array(10))), ['a'], curve()),
      null,
    );
    assert.equal(changedRange(setitem(['a'], true), ['a'], curve()), null);
  });
});

describe('touches and changedRange', () => {
  it('never leave out what a mod changed', () => {
    const struct = () =>
      new PyDict([
        ['list', [1n, [2n, 3n], 4n, 5n, 6n]],
        ['array', NDArray.of(Float64Array.of(1, 2, 3, 4, 5))],
        ['image', NDArray.of(new Float64Array(12), [3, 4])],
        ['pair', new Tuple([true, [1n, 2n]])],
        ['dict', new PyDict([['x', 1n]])],
        [1n, 'one'],
      ]);
    const name = fc.constantFrom<PyValue>(
      'list',
      'array',
      'image',
      'pair',
      'dict',
      1n,
      true,
      'new',
    );
    const index = fc.oneof(
      fc.integer({ min: -6, max: 6 }).map(BigInt),
      fc.constantFrom<PyValue>('x', 'y'),
      fc
        .tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -6, max: 6 }))
        .map(([a, b]) => new Slice(BigInt(a), BigInt(b), null)),
      fc.tuple(fc.nat(2), fc.nat(3)).map(([a, b]) => new Tuple([BigInt(a), BigInt(b)])),
    );
    const path = fc.oneof(
      fc.constant([]),
      name.map(n => [n]),
      fc.tuple(name, index).map(([n, i]) => [n, i]),
    );
    const value = fc.constantFrom<PyValue>(9, [7n], 8n);
    const mod = fc
      .tuple(
        fc.constantFrom('setitem', 'append', 'insert', 'pop', 'delitem'),
        path,
        name,
        index,
        value,
      )
      .map(([action, at, n, i, v]): Change => {
        const key = at.length === 0 ? n : i;
        switch (action) {
          case 'append':
            return { action, path: at, x: v };
          case 'insert':
            return { action, path: at, i: key, x: v };
          case 'pop':
            return { action, path: at, i: key };
          case 'delitem':
            return { action, path: at, key };
          default:
            return { action: 'setitem', path: at, key, value: v };
        }
      });
    let applied = 0;
    fc.assert(
      fc.property(mod, path, (change, picked) => {
        const before = struct();
        const after = struct();
        try {
          processMod(after, change);
        } catch {
          return; // what does not apply changes nothing that is shown
        }
        applied += 1;
        const old = find(before, picked);
        const now = find(after, picked);
        const isSame = old === undefined || now === undefined ? old === now : pyExact(old, now);
        if (!isSame) {
          assert.ok(touches(change, picked), 'it changed and nobody was told');
        }
        if (old === undefined || now === undefined || !touches(change, picked)) {
          return;
        }
        const range = changedRange(change, picked, now);
        if (range !== null) {
          for (const i of unequal(old, now)) {
            assert.ok(i >= range.from && i < Math.max(range.to, length(old)), `element ${i}`);
          }
        }
      }),
      { seed: 11, numRuns: 20_000 },
    );
    assert.ok(applied > 3000, `only ${applied} mods applied`);
  });
});

function find(root: PyValue, path: readonly PyValue[]): PyValue | undefined {
  let value: PyValue | undefined = root;
  for (const key of path) {
    value = value === undefined ? undefined : itemOf(value, key);
  }
  return value;
}

function length(value: PyValue): number {
  return value instanceof NDArray ? (value.shape[0] ?? 0) : Array.isArray(value) ? value.length : 0;
}

function* unequal(a: PyValue, b: PyValue): Iterable<number> {
  for (let i = 0; i < Math.max(length(a), length(b)); i++) {
    const [x, y] = [a, b].map(value => {
      try {
        return itemOf(value, BigInt(i));
      } catch (error) {
        if (error instanceof PythonError) {
          return undefined;
        }
        throw error;
      }
    });
    if (x === undefined || y === undefined ? x !== y : !pyExact(x, y)) {
      yield i;
    }
  }
}

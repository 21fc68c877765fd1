import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareNames, type ISortable, SortedRows } from '../sortedrows.js';

const row = (label: string): ISortable => ({ label, rank: 1, height: 1 });
const labels = (rows: SortedRows<ISortable>) =>
  rows.chunks.flatMap(chunk => chunk.rows.map(({ label }) => label));

describe('compareNames', () => {
  it('counts as people do', () => {
    const names = ['ch10', 'ch2', 'a', 'ch1.x', 'ch1', '', 'b3c10', 'b3c9', '17', '5', 'Z'];
    assert.deepEqual([...names].sort(compareNames), [
      '',
      '5',
      '17',
      'Z',
      'a',
      'b3c9',
      'b3c10',
      'ch1',
      'ch1.x',
      'ch2',
      'ch10',
    ]);
  });

  it('is an order', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', '0', '1', '9', '.', '-'),
      maxLength: 6,
    });
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        assert.equal(compareNames(a, b) === 0, a === b);
        assert.equal(compareNames(a, b) < 0, compareNames(b, a) > 0);
        if (compareNames(a, b) <= 0 && compareNames(b, c) <= 0) {
          assert.ok(compareNames(a, c) <= 0);
        }
      }),
      { seed: 7, numRuns: 3000 },
    );
  });
});

describe('SortedRows', () => {
  it('stays in order whatever is added and removed', () => {
    let state = 1;
    const random = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    const rows = new SortedRows<ISortable>();
    const known = new Map<string, ISortable>();
    for (let round = 0; round < 300; round++) {
      const count = random(5) === 0 ? 200 : 3;
      for (let i = 0; i < count; i++) {
        const label = `n${random(20_000)}`;
        if (!known.has(label)) {
          known.set(label, row(label));
          rows.add(known.get(label)!);
        }
      }
      const some = [...known.keys()][random(known.size)]!;
      assert.equal(rows.find(some, 1), known.get(some));
      rows.remove(known.get(some)!);
      known.delete(some);
      assert.equal(rows.find(some, 1), undefined);
    }
    assert.equal(rows.size, known.size);
    assert.deepEqual(labels(rows), [...known.keys()].sort(compareNames));
    assert.ok(rows.chunks.every(chunk => chunk.rows.length <= 1024 && chunk.rows.length > 0));
  });

  it('keeps rows of one label apart by their rank', () => {
    const rows = new SortedRows<ISortable>();
    const leaf = { label: 'a', rank: 1, height: 1 };
    const group = { label: 'a', rank: 2, height: 1 };
    rows.add(group);
    rows.add(leaf);
    assert.equal(rows.find('a', 1), leaf);
    assert.equal(rows.find('a', 2), group);
    assert.equal(rows.find('a', 0), undefined);
    assert.deepEqual(rows.chunks[0]?.rows, [leaf, group]);
  });
});

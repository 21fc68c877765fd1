// Rows of a log against the plainest way to count them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Tuple } from '../../../values/index.js';
import { LogRing } from '../logring.js';
import { type LogFilter, LogRows } from '../logrows.js';

const RECORDS = 12; // that the ring keeps
const WIDTH = 5;

type Step =
  | { readonly type: 'say'; readonly level: number; readonly message: string }
  | { readonly type: 'filter'; readonly level: number | null; readonly text: string }
  | { readonly type: 'unfold'; readonly back: readonly number[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('say' as const),
      level: fc.constantFrom(10, 20, 30),
      message: fc.stringMatching(/^[ab\n]{0,14}$/),
    }),
  },
  fc.record({
    type: fc.constant('filter' as const),
    level: fc.constantFrom(null, 20, 30),
    text: fc.constantFrom('', 'a', 'AB'),
  }),
  fc.record({
    type: fc.constant('unfold' as const),
    back: fc.uniqueArray(fc.nat(RECORDS - 1), { maxLength: 4 }),
  }),
);

/** Lines of a text, none longer than WIDTH. */
function wrapped(message: string): number {
  return message
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / WIDTH)), 0);
}

describe('LogRows', () => {
  it('finds any window of its rows, whatever came, went, was filtered or unfolded', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(30), fc.nat(6), (steps, row, count) => {
        const ring = new LogRing(RECORDS);
        const rows = new LogRows();
        let filter: LogFilter = { level: null, source: null, texts: [] };
        let unfolded: readonly number[] = [];
        rows.setUnfolded([], WIDTH, ring);
        for (const now of steps) {
          if (now.type === 'say') {
            const value = new Tuple([BigInt(now.level), 's', 0, `n:${now.message}`]);
            const item = ring.push({ value, timeNs: 0n });
            rows.dropBefore(ring.firstId);
            rows.add(item);
          } else if (now.type === 'filter') {
            filter = { level: now.level, source: null, texts: [now.text] };
            unfolded = [];
            rows.setFilter(filter, ring);
          } else {
            unfolded = now.back.map(back => ring.nextId - 1 - back).sort((a, b) => a - b);
            unfolded = unfolded.filter(id => id >= ring.firstId);
            rows.setUnfolded(unfolded, WIDTH, ring);
          }
        }
        const plain = Array.from({ length: ring.count }, (_, at) => ring.at(ring.firstId + at))
          .filter(({ levelno }) => filter.level === null || (levelno ?? 0) >= filter.level)
          .filter(({ message, source, name }) =>
            filter.texts.every(text =>
              [message, source, name].some(part => part.toLowerCase().includes(text.toLowerCase())),
            ),
          )
          .flatMap(({ id, message }) =>
            Array.from({ length: unfolded.includes(id) ? wrapped(message) : 1 }, (_, line) => ({
              id,
              line,
            })),
          );
        assert.equal(rows.height, plain.length);
        assert.equal(rows.count, plain.filter(({ line }) => line === 0).length);
        assert.deepEqual(rows.places(rows.startRow + row, count), plain.slice(row, row + count));
        for (const { id } of plain) {
          const first = plain.findIndex(place => place.id === id);
          assert.equal(rows.rowOf(id), rows.startRow + first);
        }
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });
});

// Rows and columns that scroll: which are seen, and that each of ever so many can be reached.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TableAxis } from '../call/tableaxis.js';

function axis(count: number, size = 22, room = 220): TableAxis {
  const made = new TableAxis(count, size);
  made.resize(room);
  return made;
}

describe('TableAxis', () => {
  it('knows what is seen, and where it stands', () => {
    const rows = axis(100);
    assert.deepEqual([rows.extent, rows.page, rows.seen()], [2200, 10, { first: 0, count: 10 }]);
    rows.scrolled(33);
    assert.deepEqual(rows.seen(), { first: 1, count: 11 });
    assert.equal(rows.placeOf(7), 154);
    rows.scrolled(99_999);
    assert.deepEqual(rows.seen(), { first: 90, count: 10 });
    assert.deepEqual(axis(3).seen(), { first: 0, count: 3 });
  });

  it('moves as little as it must to let one be seen', () => {
    const rows = axis(100);
    assert.equal(rows.reveal(5), 0);
    assert.equal(rows.reveal(12), 66);
    assert.equal(rows.reveal(13), 88);
    assert.equal(rows.reveal(4), 88);
    assert.equal(rows.reveal(2), 44);
    assert.equal(rows.reveal(99), 1980);
    assert.equal(axis(5, 400, 300).reveal(2), 800); // its beginning
  });

  it('reaches each of a billion, though a browser cannot scroll so finely', () => {
    const rows = axis(1_000_000_000);
    assert.equal(rows.extent, 8_000_000);
    for (const index of [999_999_999, 123_456_789, 123_456_790, 0]) {
      rows.scrolled(Math.round(rows.reveal(index))); // what the browser makes of it
      const { first, count } = rows.seen();
      assert.ok(index >= first && index < first + count, `${index} in ${first}, ${count}`);
      const place = rows.placeOf(index);
      assert.ok(place >= 0 && place + 22 <= rows.extent + 1, `${place}`);
    }
    rows.scrolled(rows.extent - 220);
    assert.equal(rows.seen().first, 1_000_000_000 - 10);
  });

  it('stays where it is while there is less room, and within its end where there is more', () => {
    const rows = axis(100);
    rows.reveal(99);
    rows.resize(110);
    assert.equal(rows.first, 90);
    rows.resize(440);
    assert.equal(rows.first, 80);
  });
});

// A result as a table: what is asked for, and where the keys go.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CellWindow, TableShape } from '../../hub/api.js';
import { ClosedError } from '../../values/index.js';
import { CallTableModel } from '../calltable.js';

const LARGE: TableShape = { rowCount: 1_000_000, columnCount: 500, columns: 'numbered' };

function seen(firstRow: number, firstColumn = 0, rowCount = 10, columnCount = 5): CellWindow {
  return { firstRow, rowCount, firstColumn, columnCount };
}

/** A worker that answers when it is told to. */
function asked(shape: TableShape = LARGE) {
  const windows: CellWindow[] = [];
  const answers: ((refusal?: Error) => Promise<void>)[] = [];
  const model = new CallTableModel(shape, window => {
    windows.push(window);
    const cells = Array.from({ length: window.rowCount }, (_, i) =>
      Array.from(
        { length: window.columnCount },
        (_, j) => `${window.firstRow + i}/${window.firstColumn + j}`,
      ),
    );
    return new Promise((resolve, reject) => {
      answers.push(async refusal => {
        if (refusal === undefined) {
          resolve(cells);
        } else {
          reject(refusal);
        }
        await new Promise(setImmediate);
      });
    });
  });
  return { model, windows, answer: (refusal?: Error) => answers.shift()!(refusal) };
}

describe('CallTableModel', () => {
  it('asks for what is seen with a screen around it, and no more while that is enough', async () => {
    const { model, windows, answer } = asked();
    model.show(seen(100, 20));
    assert.deepEqual(windows, [seen(90, 15, 30, 15)]);
    assert.equal(model.text(100, 20), null);
    await answer();
    assert.equal(model.text(100, 20), '100/20');
    model.show(seen(91, 24));
    assert.equal(windows.length, 1);
    model.show(seen(89, 24));
    assert.deepEqual(windows[1], seen(79, 19, 30, 15));
    assert.equal(model.text(100, 20), '100/20'); // until the next are here
  });

  it('asks no further than the edges, and for no more than a worker gives', () => {
    const { windows, model } = asked();
    model.show(seen(999_995, 497));
    assert.deepEqual(windows[0], seen(999_985, 492, 15, 8));
    const wide = asked();
    wide.model.show(seen(100, 100, 16, 200));
    assert.deepEqual(wide.windows[0], seen(100, 100, 16, 200)); // 48 × 200 would be too many
    const small = asked({ rowCount: 2, columnCount: 1, columns: 'single' });
    small.model.show(seen(0, 0, 2, 1));
    assert.deepEqual(small.windows[0], seen(0, 0, 2, 1));
  });

  it('asks one thing at a time: past what is scrolled over', async () => {
    const { model, windows, answer } = asked();
    for (const row of [0, 1000, 2000, 500_000]) {
      model.show(seen(row));
    }
    assert.equal(windows.length, 1);
    assert.equal(model.isLoading, true);
    await answer();
    assert.deepEqual(
      windows.map(({ firstRow }) => firstRow),
      [0, 499_990],
    );
    await answer();
    assert.equal(model.text(500_003, 4), '500003/4');
    assert.equal(model.isLoading, false);
  });

  it('says why nothing comes, and asks again for other cells', async () => {
    const { model, windows, answer } = asked();
    model.show(seen(0));
    await answer(new ClosedError('the result of call 3 is not kept any more'));
    assert.equal(model.problem, 'the result of call 3 is not kept any more');
    model.show(seen(0));
    assert.equal(windows.length, 1);
    model.show(seen(700));
    await answer();
    assert.equal(model.problem, null);
  });

  it('goes where the keys of a grid go, and not past its edges', () => {
    const { model } = asked({ rowCount: 100, columnCount: 4, columns: ['a', 'b', 'c', 'd'] });
    let changes = 0;
    model.changed.connect(() => {
      changes += 1;
    });
    const after = (key: string, isFar = false) => {
      assert.equal(model.goByKey(key, 10, isFar), true);
      return [model.active.row, model.active.column];
    };
    assert.deepEqual(after('ArrowUp'), [0, 0]);
    assert.equal(changes, 0);
    assert.deepEqual(after('ArrowRight'), [0, 1]);
    assert.deepEqual(after('End'), [0, 3]);
    assert.deepEqual(after('PageDown'), [10, 3]);
    assert.deepEqual(after('ArrowLeft'), [10, 2]);
    assert.deepEqual(after('End', true), [99, 3]);
    assert.deepEqual(after('ArrowDown'), [99, 3]);
    assert.deepEqual(after('PageUp'), [89, 3]);
    assert.deepEqual(after('Home'), [89, 0]);
    assert.deepEqual(after('Home', true), [0, 0]);
    assert.equal(model.goByKey('Enter', 10, false), false);
    const { model: column } = asked({ rowCount: 100, columnCount: 1, columns: 'single' });
    column.goByKey('End', 10, false);
    assert.deepEqual(column.active, { row: 99, column: 0 });
  });

  it('names its columns, and numbers them where they have no names', () => {
    const heading = (columns: TableShape['columns']) =>
      new CallTableModel({ rowCount: 1, columnCount: 2, columns }, async () => []).heading(1);
    assert.deepEqual(
      [heading('numbered'), heading('single'), heading(['a', '__proto__'])],
      ['1', null, '__proto__'],
    );
  });

  it('copies a cell from what is here, and asks for all of one that is cut', async () => {
    const windows: CellWindow[] = [];
    const whole = 'x'.repeat(5000);
    const shape: TableShape = { rowCount: 2, columnCount: 1, columns: 'single' };
    const model = new CallTableModel(shape, async window => {
      windows.push(window);
      const text = window.rowCount === 1 ? whole : whole.slice(0, 200);
      return [['17'], [text]].slice(window.firstRow, window.firstRow + window.rowCount);
    });
    model.show(seen(0, 0, 2, 1));
    await new Promise(setImmediate);
    assert.equal(await model.activeText(), '17');
    assert.equal(windows.length, 1);
    model.go({ row: 1, column: 0 });
    assert.equal(await model.activeText(), whole);
    assert.deepEqual(windows[1], seen(1, 0, 1, 1));
  });

  it('is quiet once it is gone', async () => {
    const { model, windows, answer } = asked();
    model.show(seen(0));
    model.show(seen(1000));
    model.dispose();
    await answer();
    assert.equal(windows.length, 1);
  });
});

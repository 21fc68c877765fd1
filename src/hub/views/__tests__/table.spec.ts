import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  NDArray,
  NO_ALARM,
  PyDict,
  type PyValue,
  pyRepr,
  type Reading,
} from '../../../values/index.js';
import { VIEWPORT } from '../../__tests__/viewport.js';
import type { TableFrame, TableRow, Viewport } from '../../api.js';
import type { ITree } from '../../sources/source.js';
import { typeText } from '../../typetext.js';
import { csvOf } from '../csv.js';
import { TableView } from '../table.js';

class TestTree implements ITree {
  readonly dict: PyDict;
  readCount = 0;

  constructor(entries: Iterable<readonly [PyValue, PyValue]>) {
    this.dict = new PyDict(entries);
  }

  get size(): number {
    return this.dict.size;
  }

  keys(): Iterable<PyValue> {
    return this.dict.keys();
  }

  dictAt(key: PyValue): PyDict | null {
    const value = this.dict.get(key);
    return value instanceof PyDict ? value : null;
  }

  read(key: PyValue): Reading<PyValue> | null {
    this.readCount += 1;
    const value = this.dict.get(key);
    return value === undefined ? null : readingOf(value);
  }
}

function readingOf(value: PyValue): Reading<PyValue> {
  return {
    value,
    type: typeText(value),
    timeNs: 1_700_000_000_000_000_000n,
    alarm: NO_ALARM,
    display: value === 21.5 ? { unit: 'degC', precision: 1 } : {},
    persist: false,
  };
}

function open(entries: Iterable<readonly [PyValue, PyValue]>, viewport: Partial<Viewport> = {}) {
  const view = new TableView({}, 'datasets', path => path.map(pyRepr).join('/'));
  view.setViewport({ ...VIEWPORT, ...viewport });
  const tree = new TestTree(entries);
  view.input('table', { type: 'tree', tree });
  return { view, tree };
}

function frameOf(view: TableView): TableFrame {
  const { content } = view.frame();
  assert.equal(content.kind, 'table');
  return content as TableFrame;
}

const lineOf = (row: TableRow) =>
  `${'  '.repeat(row.depth)}${row.isGroup ? (row.folded ? '▸' : '▾') : '·'} ${row.label}${
    row.text === '' ? '' : ` = ${row.text}`
  }`;
const linesOf = (view: TableView) => frameOf(view).rows.map(lineOf);

describe('TableView', () => {
  it('splits names at dots and sorts them as people count', () => {
    const { view } = open([
      ['rabi.p', 1n],
      ['temperature', 21.5],
      ['rabi.t', 2n],
      ['ch10', 10n],
      ['ch2', 2n],
      ['rabi.fit.f', 3n],
      ['rabi', 0n],
    ]);
    assert.deepEqual(linesOf(view), [
      '· ch2 = 2',
      '· ch10 = 10',
      '· rabi = 0',
      '▾ rabi',
      '  ▾ fit',
      '    · f = 3',
      '  · p = 1',
      '  · t = 2',
      '· temperature = 21.5',
    ]);
    const frame = frameOf(view);
    assert.equal(frame.rowCount, 9);
    assert.equal(frame.valueCount, 7);
    const row = frame.rows.at(-1)!;
    assert.equal(row.type, 'float');
    assert.equal(row.unit, 'degC');
    assert.equal(row.persist, false);
    assert.equal(row.timeNs, 1_700_000_000_000_000_000n);
    assert.equal(row.address, "'temperature'");
    assert.equal(new Set(frame.rows.map(({ id }) => id)).size, 9);
  });

  it('folds groups, and keeps them folded when names come and go', () => {
    const { view, tree } = open([
      ['a.x', 1n],
      ['a.y', 2n],
      ['b', 3n],
    ]);
    const group = frameOf(view).rows[0]!;
    view.setViewport({ ...VIEWPORT, folded: [group.id] });
    assert.deepEqual(linesOf(view), ['▸ a', '· b = 3']);
    tree.dict.set('a.z', 4n);
    view.input('table', { type: 'deltas', deltas: [{ type: 'added', key: 'a.z' }] });
    assert.deepEqual(linesOf(view), ['▸ a', '· b = 3']);
    assert.equal(frameOf(view).valueCount, 4);
    view.setViewport(VIEWPORT);
    assert.deepEqual(linesOf(view), ['▾ a', '  · x = 1', '  · y = 2', '  · z = 4', '· b = 3']);
  });

  it('filters by a part of the name, whatever its case', () => {
    const { view, tree } = open(
      [
        ['Rabi.p', 1n],
        ['rabi.t', 2n],
        ['ramsey.p', 3n],
      ],
      { filter: 'RABI.' },
    );
    assert.deepEqual(linesOf(view), ['▾ Rabi', '  · p = 1', '▾ rabi', '  · t = 2']);
    assert.equal(frameOf(view).valueCount, 3);
    tree.dict.set('rabi.q', 5n);
    tree.dict.set('other', 6n);
    view.input('table', {
      type: 'deltas',
      deltas: [
        { type: 'added', key: 'rabi.q' },
        { type: 'added', key: 'other' },
      ],
    });
    assert.deepEqual(linesOf(view).slice(2), ['▾ rabi', '  · q = 5', '  · t = 2']);
    view.setViewport({ ...VIEWPORT, filter: '(.*' });
    assert.deepEqual(linesOf(view), []);
  });

  it("keeps to the cell's own filter as well as to the box's", () => {
    const view = new TableView({ filter: 'rabi' }, 'datasets', String);
    view.setViewport({ ...VIEWPORT, filter: '.p' });
    const tree = new TestTree([
      ['rabi.p', 1n],
      ['rabi.t', 2n],
      ['ramsey.p', 3n],
    ]);
    view.input('table', { type: 'tree', tree });
    assert.deepEqual(linesOf(view), ['▾ rabi', '  · p = 1']);
  });

  it('removes a group with its last name', () => {
    const { view, tree } = open([
      ['a.b.c', 1n],
      ['d', 2n],
    ]);
    frameOf(view);
    tree.dict.delete('a.b.c');
    view.input('table', { type: 'deltas', deltas: [{ type: 'removed', key: 'a.b.c' }] });
    assert.deepEqual(linesOf(view), ['· d = 2']);
    assert.equal(frameOf(view).valueCount, 1);
  });

  it('unfolds dicts, and forgets their rows when the value is another', () => {
    const { view, tree } = open([
      [
        17n,
        new PyDict([
          ['status', 'running'],
          ['expid', new PyDict([['file', 'a.py']])],
        ]),
      ],
      [5n, 'five'],
    ]);
    assert.deepEqual(linesOf(view), [
      "· 5 = 'five'",
      '▾ 17',
      "  · status = 'running'",
      '  ▾ expid',
      "    · file = 'a.py'",
    ]);
    const inner = frameOf(view).rows[3]!;
    view.setViewport({ ...VIEWPORT, folded: [inner.id] });
    assert.deepEqual(linesOf(view).slice(1), ['▾ 17', "  · status = 'running'", '  ▸ expid']);
    tree.dict.set(17n, 0n);
    view.input('table', { type: 'deltas', deltas: [{ type: 'changed', key: 17n }] });
    assert.deepEqual(linesOf(view), ["· 5 = 'five'", '· 17 = 0']);
  });

  it('shows names of every type apart', () => {
    const { view } = open([
      [1n, 'int'],
      ['1', 'str'],
      [null, 'None'],
      ['[1]', 'bracket'],
    ]);
    const rows = frameOf(view).rows;
    assert.deepEqual(rows.map(lineOf), [
      "· 1 = 'int'",
      "· 1 = 'str'",
      "· None = 'None'",
      "· [1] = 'bracket'",
    ]);
    assert.equal(new Set(rows.map(({ id }) => id)).size, 4);
  });

  it('counts changes, and has no news of rows that are off the screen', () => {
    const entries = Array.from({ length: 100 }, (_, i) => [`n${i}`, BigInt(i)] as const);
    const { view } = open(entries, { rowCount: 10 });
    frameOf(view);
    view.input('table', { type: 'deltas', deltas: [{ type: 'changed', key: 'n50' }] });
    assert.equal(view.dirty, false);
    view.input('table', { type: 'deltas', deltas: [{ type: 'changed', key: 'n3' }] });
    assert.equal(view.dirty, true);
    assert.equal(frameOf(view).rows[3]?.changeCount, 1);
    assert.equal(view.dirty, false);
    view.setViewport({ ...VIEWPORT, firstRow: 50, rowCount: 10 });
    assert.equal(frameOf(view).rows[0]?.changeCount, 1);
  });

  it('looks at the last rows when the page looks beyond them', () => {
    const entries = Array.from({ length: 100 }, (_, i) => [`n${i}`, BigInt(i)] as const);
    const { view } = open(entries, { firstRow: 1000, rowCount: 10 });
    const frame = frameOf(view);
    assert.equal(frame.firstRow, 90);
    assert.equal(frame.rows.length, 10);
  });

  it('draws a small curve of a long array without reading it', () => {
    const array = NDArray.of(Float64Array.from({ length: 1_000_000 }, (_, i) => i));
    const { view } = open([['curve', array]]);
    const [row] = frameOf(view).rows;
    assert.equal(row?.type, 'float64[1000000]');
    assert.equal(row?.spark?.length, 64);
    assert.equal(row?.spark?.[63], 999_999);
    assert.equal(row?.text.length, 80);
  });

  it('takes a value that is a dict, and says why it cannot take another', () => {
    const view = new TableView({}, 'settings', path => path.map(pyRepr).join('/'));
    view.setViewport(VIEWPORT);
    const take = (value: PyValue) =>
      view.input('value', { type: 'reading', reading: readingOf(value), range: null });
    take(
      new PyDict([
        ['a', 1n],
        ['b', 2n],
      ]),
    );
    assert.deepEqual(linesOf(view), ['· a = 1', '· b = 2']);
    take(
      new PyDict([
        ['b', 3n],
        ['c', 4n],
      ]),
    );
    assert.deepEqual(linesOf(view), ['· b = 3', '· c = 4']);
    assert.deepEqual(
      frameOf(view).rows.map(({ changeCount }) => changeCount),
      [1, 0],
    );
    take(5n);
    const { content } = view.frame();
    assert.equal(content.kind, 'empty');
    assert.equal(
      content.kind === 'empty' && content.fault?.message,
      'settings is int, a table needs a dict or a whole notifier',
    );
  });

  it('exports every value, whatever is filtered or folded', () => {
    const { view } = open(
      [
        ['b', 2n ** 60n],
        ['a.x', '=1+1'],
        ['a.y', -0.5],
      ],
      { filter: 'nothing' },
    );
    assert.equal(
      new TextDecoder().decode(csvOf(view.table().columns)),
      [
        'name,type,raw value,unit,persist,time',
        "a.x,str,'=1+1,,False,2023-11-14T22:13:20.000Z",
        'a.y,float,-0.5,,False,2023-11-14T22:13:20.000Z',
        'b,int,1152921504606846976,,False,2023-11-14T22:13:20.000Z',
        '',
      ].join('\r\n'),
    );
    assert.throws(() => view.ask({ type: 'pixel', x: 0, y: 0 }), {
      name: 'UnsupportedError',
      message: 'a table cannot answer "pixel"',
    });
  });

  it('reads only the rows that are looked at, of a million', () => {
    const names = Array.from({ length: 1_000_000 }, (_, i) => [`g${i % 1000}.n${i}`, i] as const);
    const { view, tree } = open(names, { firstRow: 500_000, rowCount: 20 });
    const frame = frameOf(view);
    assert.equal(frame.rowCount, 1_001_000);
    assert.equal(frame.rows.length, 20);
    assert.equal(tree.readCount, 20);
    tree.dict.set('g7.new', 1);
    view.input('table', { type: 'deltas', deltas: [{ type: 'added', key: 'g7.new' }] });
    assert.equal(frameOf(view).rowCount, 1_001_001);
    assert.equal(tree.readCount, 40);
  });
});

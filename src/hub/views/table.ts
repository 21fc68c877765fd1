// All values of a tree, one to a row, of which only the visible ones are ever formatted.
//
// Changes are counted per row. A row that is off the screen and keeps its height makes no frame.

import {
  type Display,
  type Fault,
  PyDict,
  type PyValue,
  type Reading,
  toFault,
  UnsupportedError,
} from '../../values/index.js';
import type { SourceRole, TableRow, ViewAnswer, ViewOptions, Viewport } from '../api.js';
import type { Delta, ITree, SourceEvent } from '../sources/source.js';
import { typeText } from '../typetext.js';
import type { Cell, CsvTable } from './csv.js';
import { type DictRow, dictRows } from './dictrows.js';
import { DictTree } from './dicttree.js';
import { ROW_LIMIT, reprText, valueText } from './format.js';
import { Group, Leaf, type Line, RowTree } from './rowtree.js';
import { sparkOf } from './spark.js';
import type { Body, IView, Question } from './view.js';

/** Trees with more names than this show a dict as a text: its rows would have to be counted. */
const UNFOLD_LIMIT = 20_000;
/** Rows of one frame, whatever the page asks for. */
const FRAME_ROWS = 500;
/** Characters of a cell; what a spreadsheet takes. */
const CELL_LIMIT = 32_767;

export class TableView implements IView {
  readonly kind = 'table';
  readonly display: Display = {};
  private readonly _options: ViewOptions;
  private readonly _label: string;
  private readonly _addressOf: (path: readonly PyValue[]) => string;
  private readonly _rows = new RowTree();
  private _tree: ITree | null = null;
  private _misfit: Fault | null = null;
  // Leaves of the last frame: what happens to others is not news.
  private _window: ReadonlySet<Leaf> = new Set();
  private readonly _dicts = new Set<Leaf>();
  private _folded: ReadonlySet<string> = new Set();
  private _filter = '';
  private _first = 0;
  private _count = 0;
  private _dirty = true;

  /**
   * @param label - what to call it: the last part of its address.
   * @param addressOf - the address of what lies at a path inside the source.
   */
  constructor(
    options: ViewOptions,
    label: string,
    addressOf: (path: readonly PyValue[]) => string,
  ) {
    this._options = options;
    this._label = label;
    this._addressOf = addressOf;
    this._rows.setFilter([options.filter ?? '']);
  }

  get dirty(): boolean {
    return this._dirty;
  }

  get type(): string {
    return this._tree === null ? '' : `dict[${this._tree.size}]`;
  }

  input(_role: SourceRole, event: SourceEvent): void {
    switch (event.type) {
      case 'tree':
        this._replace(event.tree);
        break;
      case 'deltas':
        for (const delta of event.deltas) {
          this._apply(delta);
        }
        break;
      case 'reading':
        this._takeDict(event.reading);
        break;
      default:
        this._dirty = true;
    }
  }

  // A value that is a dict is a tree as well.
  private _takeDict(reading: Reading<PyValue>): void {
    this._dirty = true;
    if (!(reading.value instanceof PyDict)) {
      this._rows.clear();
      this._dicts.clear();
      this._tree = null;
      this._misfit = toFault(
        new UnsupportedError(
          `${this._label} is ${reading.type}, a table needs a dict or a whole notifier`,
          { feature: `table of ${reading.type}` },
          { hint: 'Show it with view="auto".' },
        ),
      );
      return;
    }
    this._misfit = null;
    if (this._tree instanceof DictTree) {
      for (const delta of this._tree.update(reading)) {
        this._apply(delta);
      }
    } else {
      this._replace(new DictTree(reading));
    }
  }

  private _replace(tree: ITree): void {
    this._tree = tree;
    this._misfit = null;
    this._rows.clear();
    this._dicts.clear();
    for (const key of tree.keys()) {
      this._unfold(this._rows.add(key));
    }
    this._dirty = true;
  }

  private _apply(delta: Delta): void {
    if (delta.type === 'added') {
      const known = this._rows.find(delta.key);
      this._unfold(known ?? this._rows.add(delta.key));
      this._dirty = true;
      return;
    }
    const leaf = this._rows.find(delta.key);
    if (leaf === undefined) {
      return;
    }
    if (delta.type === 'removed') {
      this._rows.remove(leaf);
      this._dicts.delete(leaf);
      this._dirty = true;
      return;
    }
    leaf.changeCount += 1;
    this._dirty ||= this._window.has(leaf);
    this._unfold(leaf);
  }

  // Give a leaf that holds a dict a row for each item, and one that no longer does none.
  private _unfold(leaf: Leaf): void {
    const tree = this._tree;
    if (tree === null || tree.size > UNFOLD_LIMIT) {
      return;
    }
    const dict = tree.dictAt(leaf.key);
    const isFull = dict !== null && dict.size > 0;
    if (!isFull && !this._dicts.has(leaf)) {
      return;
    }
    const rows = isFull ? dictRows(dict, [leaf.key], this._isFolded) : null;
    if (rows === null) {
      this._dicts.delete(leaf);
    } else {
      this._dicts.add(leaf);
    }
    this._dirty ||= leaf.nested !== (rows?.length ?? 0);
    this._rows.setNested(leaf, rows?.length ?? 0);
  }

  private readonly _isFolded = (path: readonly PyValue[]): boolean =>
    this._folded.size > 0 && this._folded.has(itemId(this._addressOf(path)));

  setViewport(viewport: Viewport): void {
    if (viewport.filter !== this._filter) {
      this._filter = viewport.filter;
      this._rows.setFilter([this._options.filter ?? '', this._filter]);
      this._dirty = true;
    }
    if (!sameTexts(viewport.folded, this._folded)) {
      this._folded = new Set(viewport.folded);
      const groups = viewport.folded.filter(id => id.startsWith(GROUP_ID));
      this._rows.setFolded(new Set(groups.map(id => id.slice(GROUP_ID.length))));
      for (const leaf of [...this._dicts]) {
        this._unfold(leaf);
      }
      this._dirty = true;
    }
    const count = Math.min(viewport.rowCount, FRAME_ROWS);
    this._dirty ||= viewport.firstRow !== this._first || count !== this._count;
    this._first = viewport.firstRow;
    this._count = count;
  }

  frame(): Body {
    this._dirty = false;
    const tree = this._tree;
    if (tree === null) {
      return { content: { kind: 'empty', fault: this._misfit }, transfer: [] };
    }
    const rowCount = this._rows.height;
    // After rows went away the page may still look beyond the end.
    const firstRow = Math.max(0, Math.min(this._first, rowCount - this._count));
    const lines = this._rows.lines(firstRow, this._count);
    this._window = new Set(lines.map(({ row }) => row).filter(row => row instanceof Leaf));
    const rows = this._format(tree, lines);
    const transfer = rows.flatMap(({ spark }) => (spark === null ? [] : [spark.buffer]));
    return {
      content: { kind: 'table', rowCount, valueCount: this._rows.leafCount, firstRow, rows },
      transfer: transfer as ArrayBuffer[],
    };
  }

  private _format(tree: ITree, lines: readonly Line[]): readonly TableRow[] {
    let of: Leaf | null = null;
    let reading: Reading<PyValue> | null = null;
    let items: readonly DictRow[] = [];
    return lines.map(({ row, line, depth }) => {
      if (row instanceof Group) {
        return groupRow(row, depth);
      }
      if (row !== of) {
        of = row;
        reading = tree.read(row.key);
        items =
          this._dicts.has(row) && reading?.value instanceof PyDict
            ? (dictRows(reading.value, [row.key], this._isFolded) ?? [])
            : [];
      }
      const item = items[line - 1];
      return item === undefined
        ? this._leafRow(row, reading, depth)
        : this._itemRow(row, reading!, item, depth);
    });
  }

  private _leafRow(leaf: Leaf, reading: Reading<PyValue> | null, depth: number): TableRow {
    const address = this._addressOf([leaf.key]);
    const isGroup = this._dicts.has(leaf);
    const head = {
      id: itemId(address),
      label: leaf.label,
      depth,
      isGroup,
      folded: isGroup && this._folded.has(itemId(address)),
      changeCount: leaf.changeCount,
      address,
      group: null,
    };
    return reading === null
      ? { ...head, type: '', text: '', unit: '', persist: null, timeNs: null, spark: null }
      : {
          ...head,
          type: reading.type,
          text: isGroup
            ? ''
            : valueText(reading.value, reading.display, { limit: ROW_LIMIT, readOut: false }),
          unit: reading.display.unit ?? '',
          persist: reading.persist,
          timeNs: reading.timeNs,
          spark: sparkOf(reading.value),
        };
  }

  private _itemRow(leaf: Leaf, reading: Reading<PyValue>, item: DictRow, depth: number): TableRow {
    const address = this._addressOf(item.path);
    return {
      id: itemId(address),
      label: item.label,
      depth: depth + item.depth,
      isGroup: item.isGroup,
      folded: item.isFolded,
      type: typeText(item.value),
      text: item.isGroup ? '' : valueText(item.value, {}, { limit: ROW_LIMIT, readOut: false }),
      unit: '',
      persist: null,
      timeNs: reading.timeNs,
      changeCount: leaf.changeCount,
      spark: sparkOf(item.value),
      address,
      group: null,
    };
  }

  ask(query: Question): ViewAnswer {
    throw new UnsupportedError(`a table cannot answer "${query.type}"`, { feature: query.type });
  }

  table(): CsvTable {
    const tree = this._tree;
    if (tree === null) {
      throw new UnsupportedError('there is no table yet', { feature: 'csv' });
    }
    const names: Cell[] = [];
    const types: Cell[] = [];
    const values: Cell[] = [];
    const units: Cell[] = [];
    const persists: Cell[] = [];
    const times: Cell[] = [];
    for (const leaf of this._rows.leaves()) {
      const reading = tree.read(leaf.key);
      if (reading !== null) {
        names.push(leaf.name);
        types.push(reading.type);
        values.push(cellOf(reading.value));
        units.push(reading.display.unit ?? '');
        persists.push(reading.persist);
        times.push(new Date(Number(reading.timeNs / 1_000_000n)).toISOString());
      }
    }
    // The raw value stands in the file, as it would be set: the unit is that of value / scale.
    const columns = [
      { name: 'name', values: names },
      { name: 'type', values: types },
      { name: 'raw value', values },
      { name: 'unit', values: units },
      { name: 'persist', values: persists },
      { name: 'time', values: times },
    ];
    return { columns, fileName: `${this._label}.csv` };
  }

  close(): void {
    this._rows.clear();
    this._dicts.clear();
    this._window = new Set();
    this._tree = null;
  }
}

const GROUP_ID = 'group:';
const ITEM_ID = 'item:';

function itemId(address: string): string {
  return ITEM_ID + address;
}

function groupRow(group: Group, depth: number): TableRow {
  return {
    id: GROUP_ID + group.name,
    label: group.label,
    depth,
    isGroup: true,
    folded: group.isFolded,
    type: '',
    text: '',
    unit: '',
    persist: null,
    timeNs: null,
    changeCount: 0,
    spark: null,
    address: '',
    group: group.name,
  };
}

function cellOf(value: PyValue): Cell {
  return typeof value === 'object' && value !== null
    ? reprText(value, CELL_LIMIT, true)
    : value === null
      ? 'None'
      : value;
}

function sameTexts(texts: readonly string[], known: ReadonlySet<string>): boolean {
  return texts.length === known.size && texts.every(text => known.has(text));
}

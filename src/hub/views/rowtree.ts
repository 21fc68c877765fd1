// The rows of a table: a tree of names split at dots, of which only what is looked at is worked out.
//
// A leaf is a value, a group the part of the name before a dot. Heights (rows on screen) are summed
// lazily, from the chunk that changed up to the root, so a change costs about as much as it shows.

import { type PyValue, pyRepr } from '../../values/index.js';
import { type ISortable, SortedRows } from './sortedrows.js';

const DEEPEST = 32; // groups in groups; what is left of a name is then its label
const OTHER_KEY = 0; // ranks: 1 before '1' before the group '1'
const TEXT_KEY = 1;
const GROUP = 2;

/** One value. */
export class Leaf implements ISortable {
  readonly label: string;
  readonly rank: number;
  readonly key: PyValue;
  readonly parent: Group;
  height = 1;
  /** Rows below it, when its value is a dict and unfolded. */
  nested = 0;
  changeCount = 0;

  constructor(parent: Group, label: string, key: PyValue) {
    this.parent = parent;
    this.label = label;
    this.key = key;
    this.rank = typeof key === 'string' ? TEXT_KEY : OTHER_KEY;
  }

  /** The whole name, for the filter and the export. */
  get name(): string {
    return typeof this.key === 'string' ? this.key : this.label;
  }
}

/** The values whose names begin alike. */
export class Group implements ISortable {
  readonly label: string;
  readonly rank = GROUP;
  readonly parent: Group | null;
  readonly children = new SortedRows<Leaf | Group>();
  readonly groups = new Map<string, Group>();
  height = 0;
  isFolded = false;
  isStale = true;

  constructor(parent: Group | null, label: string) {
    this.parent = parent;
    this.label = label;
  }

  /** The dotted name. */
  get name(): string {
    return this.parent === null || this.parent.parent === null
      ? this.label
      : `${this.parent.name}.${this.label}`;
  }
}

/** A line of the screen: a row, or the `line`-th row below a leaf that holds a dict. */
export type Line = { readonly row: Leaf | Group; readonly line: number; readonly depth: number };

export class RowTree {
  private _root = new Group(null, '');
  private _leafCount = 0;
  private _filter: RegExp | null = null;
  private _folded: ReadonlySet<string> = new Set();

  /** Values in all, before the filter. */
  get leafCount(): number {
    return this._leafCount;
  }

  /** Rows that filter and folding leave. */
  get height(): number {
    return measure(this._root);
  }

  add(key: PyValue): Leaf {
    const parts = partsOf(key);
    let group = this._root;
    for (let i = 0; i < parts.length - 1; i++) {
      group = this._group(group, parts[i]!);
    }
    const leaf = new Leaf(group, parts.at(-1)!, key);
    leaf.height = this._heightOf(leaf);
    group.children.add(leaf);
    this._leafCount += 1;
    markStale(group);
    return leaf;
  }

  find(key: PyValue): Leaf | undefined {
    const parts = partsOf(key);
    const group = this._descend(parts.slice(0, -1));
    const rank = typeof key === 'string' ? TEXT_KEY : OTHER_KEY;
    return group?.children.find(parts.at(-1)!, rank) as Leaf | undefined;
  }

  remove(leaf: Leaf): void {
    let row: Leaf | Group = leaf;
    let parent: Group | null = leaf.parent;
    this._leafCount -= 1;
    while (parent !== null) {
      parent.children.remove(row);
      markStale(parent);
      if (row instanceof Group) {
        parent.groups.delete(row.label);
      }
      if (parent.children.size > 0) {
        return;
      }
      row = parent;
      parent = parent.parent;
    }
  }

  clear(): void {
    this._root = new Group(null, '');
    this._leafCount = 0;
  }

  /** How many rows its dict takes below `leaf`. */
  setNested(leaf: Leaf, nested: number): void {
    leaf.nested = nested;
    this._restate(leaf);
  }

  /** Show only names that contain all of `texts`, whatever their case. */
  setFilter(texts: readonly string[]): void {
    const wanted = texts.filter(text => text !== '').map(escapeRegExp);
    this._filter =
      wanted.length === 0 ? null : new RegExp(`^${wanted.map(w => `(?=[^]*${w})`).join('')}`, 'iu');
    const visit = (group: Group) => {
      group.isStale = true;
      for (const { rows } of group.children.chunks) {
        for (const row of rows) {
          if (row instanceof Group) {
            visit(row);
          } else {
            row.height = this._heightOf(row);
          }
        }
      }
      group.children.touchAll();
    };
    visit(this._root);
  }

  /** Fold the groups with these names and unfold all others. */
  setFolded(names: ReadonlySet<string>): void {
    for (const name of this._folded) {
      if (!names.has(name)) {
        this._fold(name, false);
      }
    }
    for (const name of names) {
      this._fold(name, true);
    }
    this._folded = names;
  }

  /** Lines `first` to `first + count`, as far as there are any. */
  lines(first: number, count: number): Line[] {
    measure(this._root);
    const lines: Line[] = [];
    let skip = first;
    const walk = (group: Group, depth: number) => {
      for (const chunk of group.children.chunks) {
        if (lines.length >= count) {
          return;
        }
        if (skip >= chunk.height) {
          skip -= chunk.height;
          continue;
        }
        for (const row of chunk.rows) {
          if (skip >= row.height) {
            skip -= row.height;
            continue;
          }
          const below = row instanceof Group ? 0 : row.height - 1;
          for (let line = skip; line <= below && lines.length < count; line++) {
            lines.push({ row, line, depth });
          }
          skip = Math.max(0, skip - below - 1);
          if (row instanceof Group && !row.isFolded) {
            walk(row, depth + 1);
          }
          if (lines.length >= count) {
            return;
          }
        }
      }
    };
    walk(this._root, 0);
    return lines;
  }

  /** Every value in order, whatever filter and folding say. */
  *leaves(group: Group = this._root): IterableIterator<Leaf> {
    for (const { rows } of group.children.chunks) {
      for (const row of rows) {
        if (row instanceof Group) {
          yield* this.leaves(row);
        } else {
          yield row;
        }
      }
    }
  }

  private _group(parent: Group, label: string): Group {
    let group = parent.groups.get(label);
    if (group === undefined) {
      group = new Group(parent, label);
      parent.groups.set(label, group);
      parent.children.add(group);
      markStale(parent);
      group.isFolded = this._folded.size > 0 && this._folded.has(group.name);
    }
    return group;
  }

  private _fold(name: string, isFolded: boolean): void {
    const group = this._descend(name.split('.'));
    if (group !== null && group.isFolded !== isFolded) {
      group.isFolded = isFolded;
      markStale(group);
    }
  }

  private _descend(parts: readonly string[]): Group | null {
    let group: Group | undefined = this._root;
    for (const part of parts) {
      group = group.groups.get(part);
      if (group === undefined) {
        return null;
      }
    }
    return group;
  }

  private _heightOf(leaf: Leaf): number {
    return this._filter === null || this._filter.test(leaf.name) ? 1 + leaf.nested : 0;
  }

  private _restate(leaf: Leaf): void {
    const height = this._heightOf(leaf);
    if (height !== leaf.height) {
      leaf.height = height;
      leaf.parent.children.touch(leaf);
      markStale(leaf.parent);
    }
  }
}

function partsOf(key: PyValue): readonly string[] {
  if (typeof key !== 'string') {
    return [pyRepr(key)];
  }
  if (!key.includes('.')) {
    return [key];
  }
  const parts = key.split('.');
  return parts.length <= DEEPEST
    ? parts
    : [...parts.slice(0, DEEPEST - 1), parts.slice(DEEPEST - 1).join('.')];
}

// A stale group's ancestors are stale, and so are the chunks that lead to it.
function markStale(start: Group): void {
  let group = start;
  while (!group.isStale) {
    group.isStale = true;
    if (group.parent === null) {
      return;
    }
    group.parent.children.touch(group);
    group = group.parent;
  }
}

function measure(group: Group): number {
  if (!group.isStale) {
    return group.height;
  }
  let total = 0;
  for (const chunk of group.children.chunks) {
    if (chunk.isStale) {
      chunk.height = 0;
      for (const row of chunk.rows) {
        chunk.height += row instanceof Group ? measure(row) : row.height;
      }
      chunk.isStale = false;
    }
    total += chunk.height;
  }
  group.isStale = false;
  group.height = group.parent === null ? total : total === 0 ? 0 : group.isFolded ? 1 : 1 + total;
  return group.height;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

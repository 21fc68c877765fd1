// Where the smallest and the largest value of any range is, in time that does not grow with the range.
//
// Level 0 is the values themselves. Each entry of level k + 1 stands for 64 entries of level k and
// holds the indices of the smallest and of the largest finite value below it (−1: none), so a pixel
// column of a million points costs a few hundred comparisons, and the picture knows which extreme
// came first. A change dirties its blocks; they are mended when the next frame asks.

const FANOUT = 64;
const SHIFT = 6;
const DIRTY_RANGES = 512; // beyond it one whole mending is cheaper than the list

type Level = {
  readonly smallest: Int32Array;
  readonly largest: Int32Array;
};

/** A min/max pyramid over `values`, which the owner changes in place and reports with `changed`. */
export class Pyramid {
  private _values: Float64Array;
  private _length: number;
  private _levels: Level[] = [];
  // Finite values per block of level 1.
  private _counts = new Uint8Array(0);
  private _finite = 0;
  // Ranges [from, to) changed since the last mending, interleaved.
  private _dirty: number[] = [];

  constructor(values: Float64Array, length: number) {
    this._values = values;
    this._length = length;
    this.replace(values, length);
  }

  /** Start over with other values, or with another length of the same. Borrows `values`. */
  replace(values: Float64Array, length: number): void {
    this._values = values;
    if (blocksOf(length) !== blocksOf(this._length) || this._levels.length === 0) {
      this._levels = [];
      for (let size = blocksOf(length); size > 0; size = size === 1 ? 0 : blocksOf(size)) {
        this._levels.push({ smallest: new Int32Array(size), largest: new Int32Array(size) });
      }
      this._counts = new Uint8Array(blocksOf(length));
      this._finite = 0;
    }
    this._length = length;
    this._dirty = [0, length];
  }

  /** Values [from, to) changed in place. */
  changed(from: number, to: number): void {
    const dirty = this._dirty;
    const last = dirty.length - 2;
    if (last >= 0 && from <= dirty[last + 1]! && to >= dirty[last]!) {
      dirty[last] = Math.min(from, dirty[last]!);
      dirty[last + 1] = Math.max(to, dirty[last + 1]!);
    } else if (dirty.length < 2 * DIRTY_RANGES) {
      dirty.push(from, to);
    } else {
      this._dirty = [0, this._length];
    }
  }

  /** How many values are finite. */
  get finiteCount(): number {
    this._mend();
    return this._finite;
  }

  /**
   * Indices of the smallest and largest finite value in [from, to), written to `found[0]` and `found[1]`;
   * −1 when there is none.
   */
  extremes(from: number, to: number, found: Int32Array): void {
    this._mend();
    found[0] = -1;
    found[1] = -1;
    this._search(0, from, to, found);
  }

  // Entries [from, to) of `level` (0: values): the ragged ends one by one, the middle a level up.
  private _search(level: number, from: number, to: number, found: Int32Array): void {
    if (to - from < 2 * FANOUT || level === this._levels.length) {
      this._scan(level, from, to, found);
      return;
    }
    const first = (from + FANOUT - 1) >> SHIFT;
    const last = to >> SHIFT;
    this._scan(level, from, first << SHIFT, found);
    this._search(level + 1, first, last, found);
    this._scan(level, last << SHIFT, to, found);
  }

  private _scan(level: number, from: number, to: number, found: Int32Array): void {
    const values = this._values;
    let low = found[0]!;
    let high = found[1]!;
    if (level === 0) {
      for (let i = from; i < to; i++) {
        const value = values[i]!;
        if (Number.isFinite(value)) {
          if (low < 0 || value < values[low]!) {
            low = i;
          }
          if (high < 0 || value > values[high]!) {
            high = i;
          }
        }
      }
    } else {
      const { smallest, largest } = this._levels[level - 1]!;
      for (let i = from; i < to; i++) {
        const s = smallest[i]!;
        if (s >= 0) {
          const l = largest[i]!;
          if (low < 0 || values[s]! < values[low]!) {
            low = s;
          }
          if (high < 0 || values[l]! > values[high]!) {
            high = l;
          }
        }
      }
    }
    found[0] = low;
    found[1] = high;
  }

  private _mend(): void {
    const dirty = this._dirty;
    if (dirty.length > 0) {
      this._dirty = [];
      for (let i = 0; i < dirty.length; i += 2) {
        this._mendRange(dirty[i]!, dirty[i + 1]!);
      }
    }
  }

  private _mendRange(dirtyFrom: number, dirtyTo: number): void {
    let from = dirtyFrom >> SHIFT;
    let to = blocksOf(dirtyTo);
    const found = new Int32Array(2);
    for (let depth = 0; depth < this._levels.length; depth++) {
      const { smallest, largest } = this._levels[depth]!;
      const below = depth === 0 ? this._length : this._levels[depth - 1]!.smallest.length;
      for (let block = from; block < to; block++) {
        const start = block << SHIFT;
        const end = Math.min(start + FANOUT, below);
        found[0] = -1;
        found[1] = -1;
        this._scan(depth, start, end, found);
        smallest[block] = found[0];
        largest[block] = found[1];
        if (depth === 0) {
          this._recount(block, start, end);
        }
      }
      from >>= SHIFT;
      to = blocksOf(to);
    }
  }

  private _recount(block: number, start: number, end: number): void {
    let count = 0;
    for (let i = start; i < end; i++) {
      if (Number.isFinite(this._values[i]!)) {
        count++;
      }
    }
    this._finite += count - this._counts[block]!;
    this._counts[block] = count;
  }
}

function blocksOf(length: number): number {
  return (length + FANOUT - 1) >> SHIFT;
}

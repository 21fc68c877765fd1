// The last minute of a number, small enough to draw.
//
// Time is cut into slots of 1/1024 minute; a slot keeps the smallest and the largest value and
// which came first. A frame merges slots until no pixel column holds more than two points.

export const HISTORY_MS = 60_000;
const SLOTS = 1024;
const SLOT_MS = HISTORY_MS / SLOTS;

type Slot = {
  index: number;
  firstMs: number;
  first: number;
  secondMs: number;
  second: number;
};

export class History {
  // In order of time; a ring would save nothing, as old slots leave at the front in bulk.
  private _slots: Slot[] = [];
  private _start = 0;

  /** Note `value`, not NaN, at `nowMs`, which never runs backwards. */
  add(nowMs: number, value: number): void {
    const index = Math.floor(nowMs / SLOT_MS);
    const last = this._slots.at(-1);
    if (last === undefined || last.index !== index || this._slots.length === this._start) {
      this._slots.push({ index, firstMs: nowMs, first: value, secondMs: nowMs, second: value });
      this._forget(nowMs);
    } else {
      widen(last, nowMs, value);
    }
  }

  clear(): void {
    this._slots = [];
    this._start = 0;
  }

  /** [seconds ago, value / scale] interleaved, oldest first; at most two points for each of `width` columns. */
  points(nowMs: number, width: number, scale = 1): Float64Array<ArrayBuffer> {
    this._forget(nowMs);
    const columnMs = HISTORY_MS / Math.max(1, Math.min(width, SLOTS));
    const out = new Float64Array(4 * (this._slots.length - this._start));
    let count = 0;
    let merged: Slot | null = null;
    const flush = () => {
      if (merged !== null) {
        out[count++] = (nowMs - merged.firstMs) / 1000;
        out[count++] = merged.first / scale;
        if (merged.secondMs !== merged.firstMs) {
          out[count++] = (nowMs - merged.secondMs) / 1000;
          out[count++] = merged.second / scale;
        }
      }
    };
    for (let i = this._start; i < this._slots.length; i++) {
      const slot = this._slots[i]!;
      const index = Math.floor((slot.index * SLOT_MS) / columnMs);
      if (merged === null || merged.index !== index) {
        flush();
        merged = { ...slot, index };
      } else {
        widen(merged, slot.firstMs, slot.first);
        widen(merged, slot.secondMs, slot.second);
      }
    }
    flush();
    return out.slice(0, count);
  }

  private _forget(nowMs: number): void {
    const oldest = Math.floor((nowMs - HISTORY_MS) / SLOT_MS);
    while (this._start < this._slots.length && this._slots[this._start]!.index <= oldest) {
      this._start += 1;
    }
    if (this._start > SLOTS) {
      this._slots = this._slots.slice(this._start);
      this._start = 0;
    }
  }
}

// Keep the two extremes of what the slot had and `value`, in order of time.
function widen(slot: Slot, atMs: number, value: number): void {
  const low = Math.min(slot.first, slot.second);
  const high = Math.max(slot.first, slot.second);
  if (value >= low && value <= high) {
    return;
  }
  const keepsFirst = value > high ? slot.first === low : slot.first === high;
  if (!keepsFirst) {
    slot.first = slot.second;
    slot.firstMs = slot.secondMs;
  }
  slot.second = value;
  slot.secondMs = atMs;
}

// The rows or the columns of a table that scrolls: which are seen, and where they stand.
//
// Browsers lay out nothing longer than 17 million px, which is 760 000 rows. A longer axis is squeezed
// into less, where a step of the scroll bar is many rows; the row that a key led to is then kept by
// its number, for there is no scroll position that means it.

const LONGEST = 8_000_000; // CSS px

export class TableAxis {
  /**
   * @param count - of rows, or columns.
   * @param size - of one, in CSS px.
   */
  constructor(count: number, size: number) {
    this.count = count;
    this.size = size;
  }

  readonly count: number;
  readonly size: number;

  /** What is to be laid out, in CSS px. */
  get extent(): number {
    return Math.min(LONGEST, this.count * this.size);
  }

  /** The one at the edge, with the fraction of it that is out of sight. */
  get first(): number {
    return this._first;
  }

  /** How many are seen whole; at least one. */
  get page(): number {
    return Math.max(1, Math.floor(this._room / this.size));
  }

  /** @param room - CSS px in which it is seen. */
  resize(room: number): void {
    this._room = room;
    this._first = this._kept(this._first);
  }

  /** The browser says where it has scrolled to, in CSS px. */
  scrolled(scroll: number): void {
    if (Math.abs(scroll - this._scroll) >= 1) {
      this._first = this._kept(scroll * this._speed());
    }
    this._scroll = scroll;
  }

  /** Let one be seen whole, with the least movement. @returns where to scroll, in CSS px. */
  reveal(index: number): number {
    const seen = this._room / this.size;
    return this.scrollTo(
      Math.min(index, Math.max(this._first, index + 1 - seen)), // of one larger than the room: its beginning
    );
  }

  /** @returns where to scroll, in CSS px, so that `first` is at the edge. */
  scrollTo(first: number): number {
    this._first = this._kept(first);
    this._scroll = this._first / this._speed();
    return this._scroll;
  }

  /** Those that are seen, whole or in part. */
  seen(): { readonly first: number; readonly count: number } {
    const first = Math.floor(this._first);
    const end = Math.min(this.count, Math.ceil(this._first + this._room / this.size));
    return { first, count: Math.max(0, end - first) };
  }

  /** Where one stands, in CSS px of what is laid out. */
  placeOf(index: number): number {
    return this._isSqueezed()
      ? this._scroll + (index - this._first) * this.size
      : index * this.size;
  }

  private _kept(first: number): number {
    return Math.max(0, Math.min(first, this.count - this._room / this.size));
  }

  private _isSqueezed(): boolean {
    return this.count * this.size > LONGEST;
  }

  // Rows for each CSS px of the scroll bar.
  private _speed(): number {
    return this._isSqueezed()
      ? (this.count - this._room / this.size) / (LONGEST - this._room)
      : 1 / this.size;
  }

  private _room = 0;
  private _first = 0;
  private _scroll = 0;
}

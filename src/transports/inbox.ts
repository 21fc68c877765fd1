// What has arrived and was not taken yet.
//
// The reader's half of every transport and listener: one side puts, one reader takes, and each take
// is told to the owner, who opens the instrument's valve by it. Everything that came before an end
// or a loss is delivered before it.

type Waiting<T> = {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
};

const COMPACT_AT = 1024; // taken places at the front of the array before they are cut off
const DONE: IteratorResult<never, undefined> = { done: true, value: undefined };

/** A queue with one reader. Leaving a `for await` keeps what is left for the next one. */
export class Inbox<T> implements AsyncIterable<T> {
  private readonly _onTaken: ((item: T) => void) | null;
  private _items: T[] = [];
  private _first = 0;
  private _waiting: Waiting<T> | null = null;
  private _end: { readonly error: unknown } | 'clean' | null = null;

  /** @param onTaken - called as each item goes to the reader, before the reader runs. */
  constructor(onTaken?: (item: T) => void) {
    this._onTaken = onTaken ?? null;
  }

  /** Items that wait for the reader. */
  get length(): number {
    return this._items.length - this._first;
  }

  /** Has it ended, cleanly or not? Items may still wait. */
  get ended(): boolean {
    return this._end !== null;
  }

  /** Add an item. After an end: dropped. */
  put(item: T): void {
    if (this._end !== null) {
      return;
    }
    const waiting = this._waiting;
    if (waiting === null) {
      this._items.push(item);
      return;
    }
    this._waiting = null;
    this._onTaken?.(item);
    waiting.resolve({ done: false, value: item });
  }

  /** No more items; the reader finishes after those that wait. Only the first end counts. */
  end(): void {
    this._finish('clean');
  }

  /** No more items; the reader gets `error` after those that wait. */
  fail(error: unknown): void {
    this._finish({ error });
  }

  /** The owner closed: drop what waits and finish quietly. @returns what was dropped. */
  clear(): T[] {
    const dropped = this._items.slice(this._first);
    this._items = [];
    this._first = 0;
    this._end = 'clean';
    this._finish('clean');
    return dropped;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this._next(), return: () => Promise.resolve(DONE) };
  }

  private _next(): Promise<IteratorResult<T, undefined>> {
    if (this._first < this._items.length) {
      const item = this._items[this._first] as T;
      this._items[this._first] = undefined as T; // a taken chunk must not stay in memory
      this._first += 1;
      if (this._first === this._items.length) {
        this._items.length = 0;
        this._first = 0;
      } else if (this._first >= COMPACT_AT) {
        this._items.splice(0, this._first);
        this._first = 0;
      }
      this._onTaken?.(item);
      return Promise.resolve({ done: false, value: item });
    }
    if (this._end !== null) {
      return this._end === 'clean' ? Promise.resolve(DONE) : Promise.reject(this._end.error);
    }
    if (this._waiting !== null) {
      return Promise.reject(new TypeError('a second reader: one reads at a time'));
    }
    return new Promise((resolve, reject) => {
      this._waiting = { resolve, reject };
    });
  }

  private _finish(end: { readonly error: unknown } | 'clean'): void {
    this._end ??= end;
    const waiting = this._waiting;
    if (waiting !== null) {
      this._waiting = null;
      if (this._end === 'clean') {
        waiting.resolve(DONE);
      } else {
        waiting.reject(this._end.error);
      }
    }
  }
}

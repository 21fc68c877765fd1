// Why something has ended.
//
// An error takes down the stack of its maker, which costs as much as several calls. Most ends are
// heard by nobody, so the error is made for the first who asks, and is the same for all.

/** An error, made when it is first asked for. */
export class Reason {
  private readonly _make: () => unknown;
  private _made: { readonly error: unknown } | null = null;

  constructor(make: () => unknown) {
    this._make = make;
  }

  get error(): unknown {
    this._made ??= { error: this._make() };
    return this._made.error;
  }
}

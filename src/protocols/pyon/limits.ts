// What a peer, or a file, can make large.

/** Over a limit: `LimitError` with the field's name. */
export type PyonLimits = {
  /**
   * Brackets inside brackets, both ways. Guards the call stack. CPython's json gives up near 990.
   */
  readonly nesting: number;
  /** Brackets inside brackets of version 1: CPython's own tokenizer takes 200. */
  readonly nestingV1: number;
  /** Length of a document in bytes (characters of a string). Guards memory. SiPyCo's clients read lines up to 100 MiB. */
  readonly textBytes: number;
  /** Decimal digits of an int, both ways. Guards time, which grows with their square. CPython's default. */
  readonly intDigits: number;
};

export const LIMITS: PyonLimits = {
  nesting: 990,
  nestingV1: 200,
  textBytes: 100 * 1024 * 1024,
  intDigits: 4300,
};

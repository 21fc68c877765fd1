// The levels of Python's logging, and SiPyCo's TRACE below them.
//
// Source: vectors/sipyco/sessions/logging_forward_levels.jsonl.

/** SiPyCo's own level: finer than DEBUG. */
export const TRACE = 5;

/** Level by name. `WARN` is a second name that only readers know. */
export const LOG_LEVELS: ReadonlyMap<string, number> = new Map([
  ['CRITICAL', 50],
  ['ERROR', 40],
  ['WARNING', 30],
  ['WARN', 30],
  ['INFO', 20],
  ['DEBUG', 10],
  ['TRACE', TRACE],
]);

const NAMES: ReadonlyMap<number, string> = new Map([
  [50, 'CRITICAL'],
  [40, 'ERROR'],
  [30, 'WARNING'],
  [20, 'INFO'],
  [10, 'DEBUG'],
  [TRACE, 'TRACE'],
]);

/** The name of `levelno` as Python writes it; `Level 25` where it has none. */
export function levelName(levelno: number): string {
  return NAMES.get(levelno) ?? `Level ${levelno}`;
}

/** The named level that is nearest below `levelno`; TRACE where there is none. */
export function namedLevel(levelno: number): number {
  for (const named of NAMES.keys()) {
    if (named <= levelno) {
      return named;
    }
  }
  return TRACE;
}

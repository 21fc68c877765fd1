// How a command ends when it cannot go on.

import { isLabwireError } from '../values/index.js';

/** The command failed, and its message says all: no stack. */
export class Failure extends Error {
  /** What to try. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, cause?: unknown) {
    super(message, { cause });
    this.hint = hint;
  }
}

/** The command failed, and has said so already. */
export class SaidFailure extends Error {}

/** One error as lines for a person: what happened, then what to try. A stranger keeps its stack. */
export function explain(error: unknown): string {
  if (error instanceof Failure || isLabwireError(error)) {
    const lines = [`labwire: ${error.message}`];
    if (error.hint !== undefined) {
      lines.push(`  ${error.hint}`);
    }
    return lines.join('\n');
  }
  if (error instanceof Error && 'syscall' in error) {
    return `labwire: ${error.message}`; // the system's own words, e.g. ENOENT with the path
  }
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}

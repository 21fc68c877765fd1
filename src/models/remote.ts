// Faults and errors: what crosses the worker's boundary is plain, what the page handles are errors.
//
// comlink keeps a thrown plain object whole and strips a thrown Error to its message, so both ends
// throw Faults and this file turns them back.

import { type Fault, fromFault, isFault, toFault } from '../values/index.js';

/** The error that a rejection from the worker stands for; anything else as it is. */
export function errorOf(reason: unknown): Error {
  if (isFault(reason)) {
    return fromFault(reason);
  }
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** The plain form of a rejection, for showing. */
export function faultOf(reason: unknown): Fault {
  return isFault(reason) ? reason : toFault(reason);
}

/** Call the worker: its Faults become errors. */
export async function calling<T>(call: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (reason) {
    throw errorOf(reason);
  }
}

/** Answer the worker: our errors become Faults. */
export async function answering<T>(answer: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await answer();
  } catch (reason) {
    throw faultOf(reason);
  }
}

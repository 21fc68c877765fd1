// Time that passes inside a remote method.

import type { IClock } from '../wire/index.js';

/** Resolves `delayMs` from now. Rejects with the signal's reason when that comes first; no timer is left. */
export function wait(clock: IClock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}

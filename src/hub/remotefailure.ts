// How a call ended that gave no value: the method raised, or there was no answer.

import { isLabwireError, toFault } from '../values/index.js';
import type { CallOutcome } from './remoteapi.js';

export type CallFailure = Extract<CallOutcome, { readonly type: 'raised' | 'failed' }>;

export function failureOf(error: unknown, elapsedMs: number): CallFailure {
  if (isLabwireError(error, 'RemoteError')) {
    const { remoteClass, remoteMessage, remoteTraceback } = error;
    const traceback = remoteTraceback.map(line => line.replace(/\r?\n$/, ''));
    return { type: 'raised', elapsedMs, remoteClass, remoteMessage, traceback };
  }
  return { type: 'failed', elapsedMs, fault: toFault(error) };
}

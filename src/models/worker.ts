// Starting the worker: by its file, and where that fails from the same text as a Blob.
//
// A file cannot be a worker when the extension is served from another origin; a Blob cannot where
// a content security policy forbids it. Neither case throws: the first shows as an error event or
// as silence, so a start counts only once the hub has answered.

import type { Endpoint } from 'comlink';
import { DeadlineError, UnsupportedError } from '../values/index.js';

/** A worker that runs, whatever made it. */
export interface IWorkerHandle {
  readonly endpoint: Endpoint;
  /** Rejects when the worker's script cannot be loaded; never resolves. */
  readonly failed: Promise<never>;
  terminate(): void;
}

export type WorkerMaker = () => Promise<IWorkerHandle>;

const NAME = 'labwire-worker'; // also the name of its chunk: must differ from the package's name
const START_LIMIT_MS = 15_000; // 60 ms on a quiet computer; a slow line needs seconds for 400 kB

/** By file. The `new URL` stands inside `new Worker`: in a variable it would run on the page. */
export async function workerFromFile(): Promise<IWorkerHandle> {
  return handleOf(
    new Worker(new URL('../hub/worker.bundle.js', import.meta.url), { name: 'labwire-worker' }),
  );
}

/** By Blob: the text comes in a chunk of its own, loaded only here. */
export async function workerFromBlob(): Promise<IWorkerHandle> {
  const { default: text } = await import('../hub/worker.bundle.txt');
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const handle = handleOf(new Worker(url, { name: NAME }));
  return {
    ...handle,
    terminate() {
      handle.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** Where the demo lab's script is; the worker loads it, and only if a `demo+` address is opened. */
export function demoUrl(): string {
  return new URL('../hub/demo.bundle.js', import.meta.url).href;
}

function handleOf(worker: Worker): IWorkerHandle {
  const failed = new Promise<never>((_resolve, reject) => {
    worker.addEventListener('error', event => {
      const message = event.message || 'its script could not be loaded';
      reject(new UnsupportedError(`the worker did not start: ${message}`, { feature: 'Worker' }));
    });
  });
  failed.catch(() => undefined); // after the start nobody waits for it
  return { endpoint: worker, failed, terminate: () => worker.terminate() };
}

/**
 * Make workers until one answers.
 * @param greet - the first call; its answer shows that the worker runs.
 * @throws {UnsupportedError} none did; the cause is the last one's reason.
 */
export async function startWorker<T>(
  makers: readonly WorkerMaker[],
  greet: (handle: IWorkerHandle) => Promise<T>,
  limitMs = START_LIMIT_MS,
): Promise<{ readonly handle: IWorkerHandle; readonly answer: T }> {
  let last: unknown;
  for (const make of makers) {
    let handle: IWorkerHandle | null = null;
    try {
      handle = await make();
      const answer = await within(limitMs, Promise.race([greet(handle), handle.failed]));
      return { handle, answer };
    } catch (reason) {
      handle?.terminate();
      last = reason;
    }
  }
  throw new UnsupportedError(
    'the Labwire worker did not start, so nothing can be connected in this tab',
    { feature: 'Worker' },
    {
      hint: "Reload the page. If it stays so, the site forbids workers: its content security policy must allow worker-src 'self' or blob:.",
      cause: last,
    },
  );
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const seconds = limitMs / 1000;
      reject(
        new DeadlineError(`the worker did not answer within ${seconds} s`, {
          operation: 'start of the worker',
          timeoutMs: limitMs,
        }),
      );
    }, limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

// Standard output: waits for a slow reader, and takes a closed one as the end.

import { once } from 'node:events';

let isGuarded = false;

/** `text` and a newline to stdout; resolves when there is room for more. */
export async function print(text: string): Promise<void> {
  if (!write(text)) {
    await once(process.stdout, 'drain');
  }
}

/** `print` for those who cannot wait. @returns false while the reader is behind: better write less. */
export function write(text: string): boolean {
  return writeInLine(`${text}\n`);
}

/** `text` alone, such as a prompt. @returns as `write`. */
export function writeInLine(text: string): boolean {
  if (!isGuarded) {
    isGuarded = true;
    process.stdout.on('error', end);
  }
  return process.stdout.write(text);
}

// `labwire watch … | head -1`: the reader has what it wanted. Nothing is left to say, nor to do.
function end(error: Error): void {
  if ('code' in error && error.code === 'EPIPE') {
    process.exit(0);
  }
  throw error;
}

/** A remark beside the values, on stderr. */
export function remark(text: string): void {
  process.stderr.write(`labwire: ${text}\n`);
}

/** Resolves when somebody asks this process to end. */
export function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve());
    }
  });
}

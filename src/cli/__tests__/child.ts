// The command as a user runs it: the bundle, in a process of its own.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BUNDLE = fileURLToPath(new URL('../../../dist/cli.mjs', import.meta.url));

export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A running `labwire`. */
export class Child {
  readonly process: ChildProcessWithoutNullStreams;
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(args: readonly string[], cwd?: string) {
    this.process = spawn(process.execPath, [BUNDLE, ...args], { cwd });
    this.process.stdin.on('error', () => {}); // it may end before it has read all
    this.process.stdout.setEncoding('utf8').on('data', text => {
      this.stdout += text;
    });
    this.process.stderr.setEncoding('utf8').on('data', text => {
      this.stderr += text;
    });
    this.ended = once(this.process, 'close').then(([code]) => ({
      code,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Resolves with what it has said on that stream once `pattern` is in it. @throws it ended before. */
  async says(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<string> {
    let isOver = false;
    void this.ended.then(() => {
      isOver = true;
    });
    while (!pattern.test(this[stream])) {
      if (isOver) {
        const said = JSON.stringify({ stdout: this.stdout, stderr: this.stderr });
        throw new Error(`it ended and never said ${pattern} on ${stream}: ${said}`);
      }
      await Promise.race([once(this.process[stream], 'data'), this.ended]);
    }
    return this[stream];
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.process.kill(signal);
    return this.ended;
  }
}

/** Run `labwire` to its end. */
export function labwire(args: readonly string[], input = '', cwd?: string): Promise<Ended> {
  const child = new Child(args, cwd);
  child.process.stdin.end(input);
  return child.ended;
}

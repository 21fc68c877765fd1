// A program of tests/peers/ in plain Python, spoken to line by line.

import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
/** The project's environment, which has the packages of the tests; else what there is. */
export const PYTHON =
  ['.venv/bin/python', '.venv/Scripts/python.exe']
    .map(file => path.join(ROOT, file))
    .find(existsSync) ??
  process.env.LABWIRE_PYTHON ??
  'python3';

/** Why a spec that needs this Python, and these of its modules, is skipped; false if it is there. */
export function missing(...modules: string[]): string | false {
  const program = [
    'import sys; assert sys.version_info >= (3, 10)',
    ...modules.map(m => `import ${m}`),
  ];
  return spawnSync(PYTHON, ['-c', program.join('\n')]).status === 0
    ? false
    : `${PYTHON} is not Python 3.10 or newer${modules.map(name => `, with ${name}`).join('')}`;
}

export class PythonPeer {
  readonly process: ChildProcess;
  private readonly _lines: AsyncIterator<string>;
  private _stderr = '';

  constructor(args: readonly string[], options: SpawnOptions = {}) {
    this.process = spawn(PYTHON, ['-m', ...args], { cwd: ROOT, ...options });
    this.process.stderr!.setEncoding('utf8').on('data', text => {
      this._stderr += text;
    });
    this._lines = createInterface(this.process.stdout!)[Symbol.asyncIterator]();
    after(() => this.process.kill('SIGKILL'));
  }

  /** What follows `word` on the next line that begins with it. */
  async says(word: string): Promise<string> {
    for (;;) {
      const { value, done } = await this._lines.next();
      if (done === true) {
        throw new Error(`the peer ended and never said ${word}: ${this._stderr}`);
      }
      if (value === word || value.startsWith(`${word} `)) {
        return value.slice(word.length + 1);
      }
    }
  }
}

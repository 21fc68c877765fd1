// How the scripts run other programs: one line per step with its time, and the program's own words
// only when it fails. Node built-ins only: this runs before node_modules exists.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** What a person can act on: printed as it is, without a stack. */
export class StepError extends Error {
  name = 'StepError';
}

/** Do `action`, then print one line with its time. */
export async function step(title, action) {
  const start = performance.now();
  const result = await action();
  console.log(
    `${title.padEnd(44)} ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`,
  );
  return result;
}

/**
 * Run a program to its end.
 *
 * @returns {Promise<string>} what it wrote, both streams in the order of arrival.
 * @throws {StepError} it did not start, or ended with another code than 0: with what it wrote.
 */
export function run(command, args, { cwd = root, env = {}, hint = '' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      output += text;
    });
    child.on('error', error => reject(new StepError(`${command}: ${error.message}\n${hint}`)));
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(output);
      } else {
        const line = [path.basename(command), ...args].join(' ');
        const end = signal === null ? `exit code ${code}` : signal;
        reject(
          new StepError([`${line}: ${end}`, output.trimEnd(), hint].filter(Boolean).join('\n')),
        );
      }
    });
  });
}

/** Run a program whose output is for the person; gives its exit code, 128 when a signal ended it. */
export function show(command, args, { cwd = root, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', error => reject(new StepError(`${command}: ${error.message}`)));
    child.on('close', code => resolve(code ?? 128));
  });
}

/** The body of a script: an expected failure is one message and exit code 1, others keep their stack. */
export async function main(body) {
  try {
    await body(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof StepError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

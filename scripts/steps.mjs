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
  report(title, (performance.now() - start) / 1000);
  return result;
}

/** The line of a step that is done. */
export function report(title, seconds) {
  console.log(`${title.padEnd(44)} ${seconds.toFixed(1).padStart(6)} s`);
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

/**
 * Start all of `actions`, and wait for the end of each, also when one has failed: nobody speaks after
 * the last line.
 * @throws {StepError} with the messages of those that failed.
 */
export async function together(...actions) {
  const outcomes = await Promise.allSettled(actions.map(action => action?.()));
  const errors = outcomes.filter(({ status }) => status === 'rejected').map(one => one.reason);
  const bug = errors.find(error => !(error instanceof StepError));
  if (bug !== undefined) {
    throw bug;
  }
  if (errors.length > 0) {
    throw new StepError(errors.map(({ message }) => message).join('\n'));
  }
}

/** The words of a program that runs beside another: kept until it is its turn, then passed on as they come. */
export class Voice {
  _kept = [];

  get isHeld() {
    return this._kept !== null;
  }

  write(text) {
    if (this._kept === null) {
      process.stdout.write(text);
    } else {
      this._kept.push(text);
    }
  }

  /** Its turn: now, and from now on. */
  speak() {
    const kept = this._kept ?? [];
    this._kept = null;
    for (const text of kept) {
      process.stdout.write(text);
    }
  }
}

const GRACE_MS = 30_000; // for a program that was interrupted to end what it has started
const LAST_WORDS_MS = 5000; // what it has left behind may hold its output open

/**
 * Run a program whose output is for the person, at once or, with a `voice`, in its turn.
 *
 * @param limitMs after which it hangs: it is interrupted as by Ctrl-C, then killed.
 * @returns {Promise<number>} its exit code, 128 when a signal ended it.
 * @throws {StepError} it did not start, or hung; `name` is for people.
 */
export function show(command, args, options = {}) {
  const { name = command, cwd = root, env = {}, voice = null, limitMs = null } = options;
  return new Promise((resolve, reject) => {
    const output = voice?.isHeld ? 'pipe' : 'inherit';
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
    });
    const streams = [child.stdout, child.stderr].filter(stream => stream !== null);
    for (const stream of streams) {
      stream.on('data', text => voice.write(text));
    }
    const timers = [];
    const after = (ms, act) => timers.push(setTimeout(act, ms));
    let fault = null;
    if (limitMs !== null) {
      after(limitMs, () => {
        fault = new StepError(`${name} was still running after ${limitMs / 60_000} min: ended`);
        child.kill('SIGINT');
        after(GRACE_MS, () => child.kill('SIGKILL'));
      });
    }
    const finish = code => {
      timers.forEach(clearTimeout);
      for (const stream of streams) {
        stream.destroy();
      }
      if (fault === null) {
        resolve(code ?? 128);
      } else {
        reject(fault);
      }
    };
    child.on('error', error => {
      fault = new StepError(`${name}: ${error.message}`);
      finish(null);
    });
    child.on('exit', code => after(LAST_WORDS_MS, () => finish(code)));
    child.on('close', finish);
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

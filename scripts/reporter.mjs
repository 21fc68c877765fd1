// How node:test speaks here: a failure when it happens, with its whole name and error, and one line
// per file. The counts go to the file that LABWIRE_TEST_COUNTS names.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';

const root = path.resolve(import.meta.dirname ?? '.', '..');

export default async function* report(events) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  let file = { name: '', passed: 0, failed: 0, skipped: 0, durationMs: 0 };
  const trail = []; // names of the enclosing suites, by nesting

  for await (const { type, data } of events) {
    if (type === 'test:start') {
      trail.length = data.nesting;
      trail.push(data.name);
    }
    if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message;
    }
    if (type !== 'test:pass' && type !== 'test:fail') {
      continue;
    }
    const name = nameOf(data.file);
    if (name !== file.name) {
      yield lineOf(file);
      file = { name, passed: 0, failed: 0, skipped: 0, durationMs: 0 };
    }
    const outcome = outcomeOf(type, data);
    if (outcome !== null) {
      file[outcome] += 1;
      total[outcome] += 1;
    }
    if (data.nesting === 0) {
      file.durationMs += data.details?.duration_ms ?? 0;
    }
    if (outcome === 'failed') {
      const names = isWholeFile(data) ? [] : [...trail.slice(0, data.nesting), data.name];
      yield `\n✗ ${[name, ...names].join(' › ')}\n${indent(explain(type, data))}\n\n`;
    }
  }
  yield lineOf(file);
  if (process.env.LABWIRE_TEST_COUNTS) {
    writeFileSync(process.env.LABWIRE_TEST_COUNTS, JSON.stringify(total));
  }
}

/** @returns {'passed' | 'failed' | 'skipped' | null} null: its parts are counted, not the whole. */
function outcomeOf(type, data) {
  const failure = data.details?.error?.failureType;
  if (data.skip !== undefined || data.todo !== undefined) {
    return 'skipped';
  }
  if (type === 'test:fail') {
    return failure === 'subtestsFailed' ? null : 'failed';
  }
  if (isWholeFile(data)) {
    return 'failed'; // it ran, and there was no test in it
  }
  return data.details?.type === 'suite' ? null : 'passed';
}

// A file stands for itself only when it could not be run, or holds no test.
function isWholeFile(data) {
  return data.nesting === 0 && data.file !== undefined && path.resolve(data.name) === data.file;
}

function explain(type, data) {
  if (type === 'test:pass') {
    return 'no test in this file';
  }
  const error = data.details?.error;
  const cause = error?.cause ?? error;
  if (isWholeFile(data) && error.failureType === 'testTimeoutFailure') {
    return 'its tests are over or stuck, and the process did not end: something is still open';
  }
  if (isWholeFile(data) && !(cause instanceof Error)) {
    return `the file ended with ${error.exitCode ?? error.signal}, see what it wrote`;
  }
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  return text
    .split('\n')
    .filter(line => !/^\s+at .*\(?node:internal/.test(line))
    .join('\n');
}

function nameOf(file) {
  return file === undefined ? '?' : path.relative(root, file).replace(/^lib\//, 'src/');
}

function lineOf({ name, passed, failed, skipped, durationMs }) {
  if (name === '') {
    return '';
  }
  const parts = [`${passed} passed`];
  if (failed > 0) {
    parts.push(`${failed} failed`);
  }
  if (skipped > 0) {
    parts.push(`${skipped} skipped`);
  }
  const seconds = (durationMs / 1000).toFixed(1);
  return `${failed > 0 ? '✗' : '✓'} ${name}: ${parts.join(', ')} (${seconds} s)\n`;
}

function indent(text) {
  return text.replace(/^/gm, '    ');
}

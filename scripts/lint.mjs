// npm run lint             every check that needs no running program; each runs whatever the others say
// npm run lint -- NAME…    some of them
// npm run format           what can be put right by a program

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { checkNode, ensureAll, python } from './setup.mjs';
import { main, report, root, run, StepError } from './steps.mjs';

const tool = (file, ...args) => [
  process.execPath,
  [path.join(root, 'node_modules', file), ...args],
];
const module = (...args) => [python, ['-m', ...args]];
const eslint = (...args) =>
  tool('eslint/bin/eslint.js', '--max-warnings=0', '--no-error-on-unmatched-pattern', ...args);

export const CHECKS = {
  tsc: tool('typescript/bin/tsc', '-b', 'tsconfig.json', 'tsconfig.tests.json'),
  'tsc, ui-tests': tool('typescript/bin/tsc', '-p', 'ui-tests'),
  biome: tool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off', '.'),
  arrows: tool(
    'dependency-cruiser/bin/dependency-cruise.mjs',
    ...['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
  ),
  eslint: eslint('--ignore-pattern=**/__tests__/**', 'src'),
  'eslint, tests': eslint('src/**/__tests__/**/*.ts', 'ui-tests/tests'),
  ruff: module('ruff', 'check', '--quiet', '.'),
  'ruff format': module('ruff', 'format', '--quiet', '--diff', '.'),
  mypy: module('mypy', '--no-error-summary'),
};

/** ESLint reads what tsc has written. */
const AFTER = { eslint: 'tsc', 'eslint, tests': 'tsc' };

const FIXES = {
  biome: tool('@biomejs/biome/bin/biome', 'check', '--write', '--colors=off', '.'),
  ruff: module('ruff', 'check', '--fix', '--quiet', '.'),
  'ruff format': module('ruff', 'format', '--quiet', '.'),
};

const AT_ONCE = 2;

/**
 * Run the named commands, some at once.
 * @returns their names, in the order given, each with the promise of how it ended.
 */
function start(names, commands, atOnce) {
  const ends = new Map();
  let free = atOnce;
  const waiting = [];
  const runOne = async name => {
    await ends.get(AFTER[name])?.ended;
    if (free > 0) {
      free -= 1;
    } else {
      await new Promise(resolve => waiting.push(resolve));
    }
    const begin = performance.now();
    try {
      await run(...commands[name]);
      return { seconds: (performance.now() - begin) / 1000 };
    } catch (error) {
      return { error };
    } finally {
      const next = waiting.shift();
      if (next === undefined) {
        free += 1;
      } else {
        next(); // to whom the place is handed on
      }
    }
  };
  for (const name of names) {
    ends.set(name, { ended: runOne(name) });
  }
  return ends;
}

async function lint(args) {
  checkNode();
  await ensureAll();
  const isFix = args[0] === '--fix';
  const commands = isFix ? FIXES : CHECKS;
  const words = args.filter(name => name !== '--fix');
  const unknown = words.filter(name => !(name in commands));
  if (unknown.length > 0) {
    throw new StepError(
      `no check ${unknown.join(', ')}: there are ${Object.keys(commands).join(', ')}`,
    );
  }
  const names = (words.length > 0 ? words : Object.keys(commands)).filter(
    name => !name.includes('ui-tests') || hasUiTests(),
  );
  const failed = [];
  // What puts right what another has written goes after it.
  for (const [name, { ended }] of start(names, commands, isFix ? 1 : AT_ONCE)) {
    const { seconds, error } = await ended;
    if (error === undefined) {
      report(name, seconds);
    } else if (error instanceof StepError) {
      failed.push(name);
      console.log(`✗ ${error.message}\n`);
    } else {
      throw error;
    }
  }
  if (failed.length > 0) {
    throw new StepError(`lint failed: ${failed.join(', ')}`);
  }
}

function hasUiTests() {
  const folder = path.join(root, 'ui-tests/tests');
  return existsSync(folder) && readdirSync(folder).some(name => name.endsWith('.ts'));
}

await main(lint);

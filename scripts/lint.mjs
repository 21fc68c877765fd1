// npm run lint             every check that needs no running program; each runs whatever the others say
// npm run lint -- NAME…    some of them
// npm run format           what can be put right by a program

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { checkNode, ensureNodeModules, ensurePython, python } from './setup.mjs';
import { main, root, run, StepError, step } from './steps.mjs';

const tool = (file, ...args) => [
  process.execPath,
  [path.join(root, 'node_modules', file), ...args],
];
const module = (...args) => [python, ['-m', ...args]];

/** In this order: ESLint reads what tsc has written. */
export const CHECKS = {
  tsc: tool('typescript/bin/tsc', '-b', 'tsconfig.json', 'tsconfig.tests.json'),
  'tsc, ui-tests': tool('typescript/bin/tsc', '-p', 'ui-tests'),
  biome: tool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off', '.'),
  arrows: tool(
    'dependency-cruiser/bin/dependency-cruise.mjs',
    ...['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
  ),
  eslint: tool(
    'eslint/bin/eslint.js',
    '--max-warnings=0',
    '--no-error-on-unmatched-pattern',
    'src',
    'ui-tests/tests',
  ),
  ruff: module('ruff', 'check', '--quiet', '.'),
  'ruff format': module('ruff', 'format', '--quiet', '--diff', '.'),
  mypy: module('mypy', '--no-error-summary'),
};

const FIXES = {
  biome: tool('@biomejs/biome/bin/biome', 'check', '--write', '--colors=off', '.'),
  ruff: module('ruff', 'check', '--fix', '--quiet', '.'),
  'ruff format': module('ruff', 'format', '--quiet', '.'),
};

async function lint(args) {
  checkNode();
  await Promise.all([ensureNodeModules(), ensurePython()]);
  await ensureNodeModules('ui-tests');
  const commands = args[0] === '--fix' ? FIXES : CHECKS;
  const names = args.filter(name => name !== '--fix');
  const unknown = names.filter(name => !(name in commands));
  if (unknown.length > 0) {
    throw new StepError(
      `no check ${unknown.join(', ')}: there are ${Object.keys(commands).join(', ')}`,
    );
  }
  const failed = [];
  for (const name of names.length > 0 ? names : Object.keys(commands)) {
    if (name.includes('ui-tests') && !hasUiTests()) {
      continue;
    }
    try {
      await step(name, () => run(...commands[name]));
    } catch (error) {
      if (!(error instanceof StepError)) {
        throw error;
      }
      failed.push(name);
      console.log(`✗ ${error.message}\n`);
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

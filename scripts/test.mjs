// npm test                     set everything up, build, run every kind of test
// npm test -- ROOM…            one room or several (scripts/rooms.mjs), building what they need
// npm test -- unit             the quick part: no server, no browser
// npm test -- … --grep NAME    only tests with such a name (a pattern of the runner)
// npm run test:long            the soaks: *.long.spec.* and pytest's marker `long`
//
// The last line is `N passed, N failed`, with `, N skipped` where some were.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, compile } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { GROUPS, ROOMS, specsOf, testProject } from './rooms.mjs';
import { checkNode, ensureNodeModules, ensurePython, ensureWheel, python } from './setup.mjs';
import { root, StepError, show } from './steps.mjs';

const results = path.join(root, '.cache/results');

class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;

  /** Counts of one runner. One that ended badly and counted no failure has one: itself. */
  add({ passed, failed, skipped }, exitCode, runner) {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
    if (exitCode !== 0 && failed === 0) {
      this.fail(`${runner} ended with exit code ${exitCode} and named no failed test`);
    }
  }

  fail(reason) {
    console.log(`\n✗ ${reason}`);
    this.failed += 1;
  }

  toString() {
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : '';
    return `${this.passed} passed, ${this.failed} failed${skipped}`;
  }
}

async function runNode(names, { long, grep, quick }, tally) {
  const specs = names.flatMap(name => specsOf(name, { long, quick }));
  if (specs.length === 0) {
    return;
  }
  console.log(`\n── node:test · ${names.join(', ')}`);
  const counts = countsFile('node.json');
  const exitCode = await show(
    process.execPath,
    [
      '--enable-source-maps',
      '--test',
      '--test-reporter=./scripts/reporter.mjs',
      '--test-concurrency=2',
      `--test-timeout=${long ? 1_800_000 : 300_000}`,
      ...(long ? ['--expose-gc'] : []),
      ...(grep ? [`--test-name-pattern=${grep}`] : []),
      ...specs,
    ],
    { env: { ...peerPython(), LABWIRE_TEST_COUNTS: counts } },
  );
  tally.add(readCounts(counts), exitCode, 'node:test');
}

/** Specs that talk to a Python program start it with the project's own, where that was made. */
function peerPython() {
  return existsSync(python) ? { LABWIRE_PYTHON: python } : {};
}

async function runPytest(folders, { long, grep }, tally) {
  const present = folders.filter(folder => existsSync(path.join(root, folder)));
  if (present.length === 0) {
    return;
  }
  console.log(`\n── pytest · ${present.join(', ')}`);
  const report = countsFile('pytest.xml');
  const exitCode = await show(python, [
    ...['-m', 'pytest', '-q', '--no-header', '--tb=short', `--junitxml=${report}`],
    ...['-m', long ? 'long' : 'not long'],
    ...(long ? ['-o', 'faulthandler_timeout=1800'] : []),
    ...(grep ? ['-k', grep] : []),
    ...present,
  ]);
  const NO_TESTS = 5; // none here is marked so, or has this name
  tally.add(readJunit(report), exitCode === NO_TESTS && (long || grep) ? 0 : exitCode, 'pytest');
}

async function runUi({ long, grep }, tally) {
  const folder = path.join(root, ROOMS.ui.folder);
  if (!existsSync(folder)) {
    return;
  }
  console.log('\n── Galata · ui-tests');
  try {
    await findChromium();
  } catch (error) {
    tally.fail(error.message);
    return;
  }
  const report = countsFile('ui.json');
  const exitCode = await show(
    process.execPath,
    [
      path.join(root, 'ui-tests/node_modules/@playwright/test/cli.js'),
      'test',
      ...(long || grep ? ['--pass-with-no-tests'] : []),
      ...(grep ? ['--grep', grep] : []),
    ],
    {
      cwd: path.join(root, 'ui-tests'),
      env: {
        LABWIRE_UI_FROM: 'installed',
        LABWIRE_UI_JSON: report,
        ...(long ? { LABWIRE_LONG: '1' } : {}),
      },
    },
  );
  const counts = readPlaywright(report);
  if (counts.retried > 0) {
    console.log(`\n! ${counts.retried} passed the second time only: named above as flaky`);
  }
  tally.add(counts, exitCode, 'Playwright');
}

function countsFile(name) {
  mkdirSync(results, { recursive: true });
  const file = path.join(results, name);
  rmSync(file, { force: true }); // what is read later must be of this run
  return file;
}

function readCounts(file) {
  return existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0 };
}

function readJunit(file) {
  const suite = existsSync(file) ? /<testsuite [^>]*>/.exec(readFileSync(file, 'utf8')) : null;
  const number = name => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite?.[0] ?? '')?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  const skipped = number('skipped');
  return { passed: Math.max(0, number('tests') - failed - skipped), failed, skipped };
}

function readPlaywright(file) {
  const stats = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).stats : {};
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = stats;
  return { passed: expected + flaky, failed: unexpected, skipped, retried: flaky };
}

/** Everything that the chosen rooms need, and no more. */
async function prepare(names, everything) {
  const rooms = names.map(name => ROOMS[name]);
  const compiled = names.filter(name => ROOMS[name].folder.startsWith('src/'));
  const installed = rooms.some(room => room.installed);
  const needsPython = installed || rooms.some(room => room.python || room.kind === 'pytest');
  await Promise.all([ensureNodeModules(), needsPython ? ensurePython() : undefined]);
  // 27 s of network beside 10 s of compiler
  const browser = names.includes('ui') ? ensureNodeModules('ui-tests') : undefined;
  if (installed) {
    await build();
    await ensureWheel();
  } else {
    const parts = new Set(rooms.flatMap(room => room.builds ?? []));
    if (parts.size > 0) {
      await build([...parts]);
    }
  }
  if (compiled.length > 0) {
    await compile([everything ? 'tsconfig.tests.json' : testProject(compiled)], 'tsc, the specs');
  }
  await browser;
}

function choose(words) {
  const names = words.flatMap(word => GROUPS[word] ?? [word]);
  const unknown = names.filter(name => !(name in ROOMS));
  if (unknown.length > 0) {
    const known = [...Object.keys(GROUPS), ...Object.keys(ROOMS)].join(', ');
    throw new StepError(`no room ${unknown.join(', ')}: there are ${known}`);
  }
  return names.length > 0 ? names : Object.keys(ROOMS);
}

async function test(argv) {
  const { values: options, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { long: { type: 'boolean', default: false }, grep: { type: 'string' } },
  });
  checkNode();
  const names = choose(positionals);
  const everything = positionals.length === 0;
  options.quick = positionals.includes('unit');
  const tally = new Tally();
  try {
    await prepare(names, everything);
    const of = kind => names.filter(name => ROOMS[name].kind === kind);
    await runNode(of('node'), options, tally);
    const folders = everything ? ['tests'] : of('pytest').map(name => ROOMS[name].folder);
    await runPytest(folders, options, tally);
    if (names.includes('ui')) {
      await runUi(options, tally);
    }
  } catch (error) {
    if (!(error instanceof StepError)) {
      throw error;
    }
    tally.fail(error.message);
  }
  if (tally.passed + tally.failed + tally.skipped === 0 && !options.long) {
    tally.fail('no test was found');
  }
  console.log(`\n${tally}`);
  process.exitCode = tally.failed > 0 ? 1 : 0;
}

try {
  await test(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exitCode = 1;
}

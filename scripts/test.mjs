// npm test                     set everything up, build, run every kind of test
// npm test -- ROOM…            one room or several (scripts/rooms.mjs), building what they need
// npm test -- unit             the quick part: no server, no browser
// npm test -- … --grep NAME    only tests with such a name (a pattern of the runner)
// npm run test:long            the soaks: *.long.spec.* and pytest's marker `long`
//
// The last line is `N passed, N failed`, with `, N skipped` where some were.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, compile } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { GROUPS, ROOMS, specsOf, testProject } from './rooms.mjs';
import { checkNode, ensureNodeModules, ensurePython, ensureWheel, python } from './setup.mjs';
import { root, StepError, show, together, Voice } from './steps.mjs';

const results = path.join(root, '.cache/results');

// A runner ends its own tests that hang. This is for a runner that does: far beyond a whole run.
const LIMIT_MS = 40 * 60_000;

class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  _reasons = []; // said at the end: other runners may still be speaking

  /** Counts of one runner. One that ended badly and counted no failure has one: itself. */
  add({ passed, failed, skipped }, exitCode, runner) {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
    if (failed > 0) {
      this._reasons.push(`${runner}: ${failed} failed`);
    } else if (exitCode !== 0) {
      this.fail(`${runner} ended with exit code ${exitCode} and named no failed test`);
    }
  }

  fail(reason) {
    this._reasons.push(reason);
    this.failed += 1;
  }

  toString() {
    const reasons = this._reasons.map(reason => `✗ ${reason}\n`).join('');
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : '';
    return `${reasons}${this.passed} passed, ${this.failed} failed${skipped}`;
  }
}

async function runNode(names, { long, grep, quick, beside }, tally) {
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
      `--test-concurrency=${beside ? 1 : 2}`,
      `--test-timeout=${long ? 1_800_000 : 300_000}`,
      ...(long ? ['--expose-gc'] : []),
      ...(grep ? [`--test-name-pattern=${grep}`] : []),
      ...specs,
    ],
    {
      name: 'node:test',
      env: { ...peerPython(), LABWIRE_BUILT: '1', LABWIRE_TEST_COUNTS: counts },
      limitMs: long ? null : LIMIT_MS,
    },
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
  const exitCode = await show(
    python,
    [
      ...['-m', 'pytest', '-q', '--no-header', '--tb=short', `--junitxml=${report}`],
      ...['-m', long ? 'long' : 'not long'],
      ...(long ? ['-o', 'faulthandler_timeout=1800'] : []),
      ...(grep ? ['-k', grep] : []),
      ...present,
    ],
    { name: 'pytest', limitMs: long ? null : LIMIT_MS },
  );
  const NO_TESTS = 5; // none here is marked so, or has this name
  tally.add(readJunit(report), exitCode === NO_TESTS && (long || grep) ? 0 : exitCode, 'pytest');
}

async function runUi({ long, grep }, tally, voice) {
  const folder = path.join(root, ROOMS.ui.folder);
  if (!existsSync(folder)) {
    return;
  }
  voice.write('\n── Galata · ui-tests\n');
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
      name: 'Playwright',
      cwd: path.join(root, 'ui-tests'),
      voice,
      limitMs: long ? null : LIMIT_MS,
      env: {
        LABWIRE_UI_FROM: 'installed',
        LABWIRE_UI_JSON: report,
        ...(long ? { LABWIRE_LONG: '1' } : {}),
      },
    },
  );
  const counts = readPlaywright(report);
  if (counts.retried > 0) {
    voice.write(`\n! ${counts.retried} passed the second time only: named above as flaky\n`);
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

/** Everything that the chosen rooms need, and no more. What waits for the network waits together. */
async function prepare(names, everything) {
  const rooms = names.map(name => ROOMS[name]);
  const installed = rooms.some(room => room.installed);
  const needsPython = installed || rooms.some(room => room.python || room.kind === 'pytest');
  await together(
    async () => {
      await ensureNodeModules();
      await make(names, installed, everything);
    },
    needsPython ? () => ensurePython() : undefined,
    names.includes('ui') ? () => ensureNodeModules('ui-tests') : undefined,
  );
  if (installed) {
    await ensureWheel();
  }
}

async function make(names, installed, everything) {
  const parts = new Set(names.flatMap(name => ROOMS[name].builds ?? []));
  if (installed || parts.size > 0) {
    await build(installed ? undefined : [...parts]);
  }
  const compiled = names.filter(name => ROOMS[name].folder.startsWith('src/'));
  if (compiled.length > 0) {
    await compile([everything ? 'tsconfig.tests.json' : testProject(compiled)], 'tsc, the specs');
  }
}

/**
 * The browser's tests wait and draw by turns and leave half of two cores idle: in a whole run the
 * others go beside them, one file at a time, as many processes as without it. Soaks go alone.
 */
async function runAll(names, everything, options, tally) {
  const of = kind => names.filter(name => ROOMS[name].kind === kind);
  const folders = everything ? ['tests'] : of('pytest').map(name => ROOMS[name].folder);
  const ui = of('ui').length > 0;
  const others = of('node').length + folders.length > 0;
  const beside = ui && others && !options.long;
  const voice = new Voice();
  /** One that cannot run, or hangs, is counted; the next is run all the same. */
  const attempt = async run => {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof StepError)) {
        throw error;
      }
      tally.fail(error.message);
    }
  };
  const quiet = async () => {
    try {
      await attempt(() => runNode(of('node'), { ...options, beside }, tally));
      await attempt(() => runPytest(folders, options, tally));
    } finally {
      voice.speak();
    }
  };
  const browser = async () => {
    if (ui) {
      await attempt(() => runUi(options, tally, voice));
    }
  };
  if (beside) {
    await together(quiet, browser);
  } else {
    await quiet();
    await browser();
  }
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

/** A temporary directory of the run, for all that its programs put into one. */
async function inTemporary(body) {
  const folder = mkdtempSync(path.join(tmpdir(), 'labwire-'));
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) {
    process.env[name] = folder;
  }
  try {
    return await body();
  } finally {
    try {
      // Again and again for some seconds: a program that was asked to end may still be writing.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    } catch (error) {
      console.log(`\n! ${folder} is left behind: ${error.message}`);
    }
  }
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
    await inTemporary(() => runAll(names, everything, options, tally));
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

// Everything that the other commands need, made where it is missing or out of date and left alone
// where it is not: node_modules by the lock file, .venv by the pinned requirements, the wheel by its
// contents. Nothing is written outside the checkout. Node built-ins only.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, root, run, StepError, step, together } from './steps.mjs';

const windows = process.platform === 'win32';
const venv = path.join(root, '.venv');

/** The interpreter of the project's environment. */
export const python = path.join(venv, windows ? 'Scripts/python.exe' : 'bin/python');

const OLDEST_NODE = [20, 19];
const OLDEST_PYTHON = [3, 10];

/** @throws {StepError} this Node is too old. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new StepError(
      `Node ${process.versions.node} is too old: Labwire needs Node ${OLDEST_NODE.join('.')} or newer`,
    );
  }
}

/** `npm ci` in `folder`, unless what its lock file names is there. */
export async function ensureNodeModules(folder = '.') {
  const directory = path.join(root, folder);
  if (!isInstalled(directory)) {
    const cli = process.env.npm_execpath;
    const [command, first] =
      cli && path.basename(cli) === 'npm-cli.js'
        ? [process.execPath, [cli]]
        : [windows ? 'npm.cmd' : 'npm', []];
    await step(folder === '.' ? 'npm ci' : `npm ci in ${folder}`, () =>
      run(command, [...first, 'ci', '--no-audit', '--no-fund'], {
        cwd: directory,
        env: { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
        hint: 'npm ci needs the network, or a filled npm cache, the first time.',
      }),
    );
  }
}

// npm records what it has installed in node_modules/.package-lock.json, in the form of the lock file.
function isInstalled(directory) {
  const record = path.join(directory, 'node_modules/.package-lock.json');
  if (!existsSync(record)) {
    return false;
  }
  const wanted = readJson(path.join(directory, 'package-lock.json')).packages;
  const present = readJson(record).packages;
  return Object.entries(wanted).every(([name, { version, optional, devOptional, peer }]) =>
    name in present
      ? present[name].version === version
      : name === '' || optional || devOptional || peer,
  );
}

/** .venv with the pinned packages of `requirements`; `requirements-test.txt` holds all of them. */
export async function ensurePython(requirements = 'requirements-test.txt') {
  if (!existsSync(python)) {
    await step('python -m venv .venv', makeVenv);
  }
  // The checkout's package.json says that .js files are modules; the one in jupyter_builder is not.
  if (!existsSync(path.join(venv, 'package.json'))) {
    writeFileSync(path.join(venv, 'package.json'), '{ "type": "commonjs" }\n');
  }
  const files = ['requirements.txt', 'requirements-test.txt', 'requirements-lock.txt'];
  const hash = hashOf(files.map(file => path.join(root, file)));
  // Whoever has the packages of the tests has those of the demo.
  const stamps = new Set([requirements, 'requirements-test.txt'].map(name => stampOf(name)));
  if ([...stamps].some(stamp => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash)) {
    return;
  }
  await step(`pip install -r ${requirements}`, () =>
    run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', requirements], {
      hint: 'pip needs the network, or a filled cache, the first time.',
    }),
  );
  writeFileSync(stampOf(requirements), hash);
}

function stampOf(name) {
  return path.join(venv, `labwire-${name}.sha256`);
}

async function makeVenv() {
  const interpreter = findPython();
  try {
    await run(interpreter.path, ['-c', 'import venv, ensurepip']);
  } catch {
    throw new StepError(
      `Python ${interpreter.version} (${interpreter.path}) cannot make a virtual environment: ` +
        `on Debian and Ubuntu install python${interpreter.version}-venv ` +
        `(apt-get install python${interpreter.version}-venv)`,
    );
  }
  try {
    await run(interpreter.path, ['-m', 'venv', venv]);
  } catch (error) {
    rmSync(venv, { recursive: true, force: true }); // half an environment would pass for a whole one
    throw error;
  }
}

function findPython() {
  const tooOld = [];
  const minors = [14, 13, 12, 11, 10].map(minor => `python3.${minor}`);
  for (const name of [process.env.LABWIRE_PYTHON, 'python3', 'python', ...minors]) {
    const version = name ? versionOf(name) : null;
    if (version === null) {
      continue;
    }
    const [major, minor] = version.split('.').map(Number);
    if (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]) {
      return { path: name, version };
    }
    tooOld.push(`${name} is ${version}`);
  }
  throw new StepError(
    `Labwire needs Python ${OLDEST_PYTHON.join('.')} or newer` +
      ` (${tooOld.length > 0 ? tooOld.join(', ') : 'no python3 on PATH'}):` +
      ' install one, or name it in LABWIRE_PYTHON',
  );
}

function versionOf(name) {
  try {
    const program = 'import sys; print("%d.%d" % sys.version_info[:2])';
    return execFileSync(name, ['-c', program], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return null; // not there, or not a Python: the next name is asked
  }
}

/** All of it, at the same time: each waits for the network more than it computes. */
export function ensureAll() {
  return together(ensureNodeModules, ensurePython, () => ensureNodeModules('ui-tests'));
}

/** The wheel, installed into .venv, unless the same contents are. Needs the built labextension. */
export async function ensureWheel() {
  const inputs = [
    'labwire',
    'jupyter-config',
    'pyproject.toml',
    'hatch_build.py',
    'install.json',
    'package.json',
  ];
  const hash = hashOf(inputs.map(file => path.join(root, file)));
  const stamp = stampOf('wheel');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    return;
  }
  await step('pip install . (the wheel)', () =>
    run(python, [
      ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-build-isolation'],
      // pip keeps the old files of an equal version number otherwise
      ...['--no-deps', '--no-index', '--force-reinstall', '.'],
    ]),
  );
  writeFileSync(stamp, hash);
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files.flatMap(filesBelow).sort()) {
    hash.update(`${path.relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesBelow(file) {
  if (!statSync(file).isDirectory()) {
    return [file];
  }
  return readdirSync(file, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map(entry => path.join(entry.parentPath ?? entry.path, entry.name));
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    checkNode();
    await ensureAll();
  });
}

// What `pip install labwire` brings: whole, small, and refused when the page's code is not built.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify, stripVTControlCharacters } from 'node:util';
import { python } from '../setup.mjs';
import { root } from '../steps.mjs';

const execute = promisify(execFile);
const WHEEL_LIMIT_BYTES = 1_000_000;
const WORKER_LIMIT_BYTES = 400_000;

describe('the wheel', () => {
  let folder = '';
  let wheel = '';
  let names = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'labwire-wheel-'));
    const options = ['--no-build-isolation', '--no-deps', '--no-index', '--wheel-dir', folder];
    await execute(python, ['-m', 'pip', 'wheel', '--quiet', ...options, root]);
    wheel = path.join(
      folder,
      (await readdir(folder)).find(name => name.endsWith('.whl')),
    );
    const program =
      'import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep="\\n")';
    names = (await execute(python, ['-c', program, wheel])).stdout.trim().split('\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('holds extension, kernelspec, bridge and helper', () => {
    for (const end of [
      'labwire/__init__.py',
      'labwire/py.typed',
      'labwire/bridge/__main__.py',
      'data/share/jupyter/labextensions/labwire/package.json',
      'data/share/jupyter/labextensions/labwire/install.json',
      'data/share/jupyter/kernels/labwire/kernel.json',
      'licenses/LICENSE',
    ]) {
      assert.ok(
        names.some(name => name.endsWith(end)),
        `${end} is not in ${names.join(', ')}`,
      );
    }
    assert.ok(
      names.some(name => /labextensions\/labwire\/static\/remoteEntry\.\w+\.js$/.test(name)),
    );
  });

  it('holds the extension once, and no tests', () => {
    assert.deepEqual(
      names.filter(name => /^labwire\/labextension|tests?\/|\.ts$|node_modules/.test(name)),
      [],
    );
  });

  it(`is smaller than ${WHEEL_LIMIT_BYTES / 1e6} MB`, async () => {
    const { size } = await stat(wheel);
    assert.ok(size < WHEEL_LIMIT_BYTES, `${size} bytes`);
  });

  it('needs three packages and no Node', async () => {
    const program =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); ' +
      'print(z.read(next(n for n in z.namelist() if n.endswith("/METADATA"))).decode())';
    const { stdout } = await execute(python, ['-c', program, wheel]);
    const needed = [...stdout.matchAll(/^Requires-Dist: ([\w.-]+)/gm)].map(([, name]) => name);
    assert.deepEqual(needed.sort(), ['jupyter-core', 'pyzmq', 'traitlets']);
  });
});

describe('the worker bundle', () => {
  it(`is smaller than ${WORKER_LIMIT_BYTES / 1e3} kB`, async () => {
    const { size } = await stat(path.join(root, 'lib/hub/worker.bundle.js'));
    assert.ok(size < WORKER_LIMIT_BYTES, `${size} bytes`);
  });
});

describe('a wheel without the labextension', () => {
  it('is refused with what to do', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'labwire-bare-'));
    try {
      for (const name of [
        'pyproject.toml',
        'hatch_build.py',
        'package.json',
        'install.json',
        'README.md',
        'LICENSE',
        'jupyter-config',
      ]) {
        await cp(path.join(root, name), path.join(folder, name), { recursive: true });
      }
      await cp(path.join(root, 'labwire/__init__.py'), path.join(folder, 'labwire/__init__.py'));
      const build = execute(python, ['-m', 'hatchling', 'build', '-t', 'wheel'], { cwd: folder });
      await assert.rejects(build, ({ stderr }) =>
        /package\.json is missing: run `npm run build`/.test(stderr),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the environment of the tests', () => {
  it('has the extension enabled and the kernelspec listed', async () => {
    const lab = await execute(python, ['-m', 'jupyter', 'labextension', 'list']);
    const listed = stripVTControlCharacters(lab.stdout + lab.stderr);
    assert.match(listed, /labwire v[\d.]+ enabled OK \(python, labwire\)/);
    const { stdout } = await execute(python, ['-m', 'jupyter', 'kernelspec', 'list', '--json']);
    const { labwire } = JSON.parse(stdout).kernelspecs;
    assert.equal(labwire.spec.interrupt_mode, 'message');
    // "Python 3" is offered first for a new notebook: the list is alphabetical
    assert.ok(labwire.spec.display_name > 'Python 3');
  });
});

// What the pages point to is there, and what the lock files hold is the same everywhere.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOMS } from '../rooms.mjs';
import { root } from '../steps.mjs';

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root }).toString().split('\0');
const read = file => readFileSync(path.join(root, file), 'utf8');

describe('the pages', () => {
  for (const file of tracked.filter(name => name.endsWith('.md') && !name.startsWith('vectors/'))) {
    it(`${file} points to what is there`, () => {
      const text = read(file).replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
      const lost = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target]) => target.split('#')[0])
        .filter(target => target !== '' && !/^[a-z]+:/.test(target))
        .filter(target => !existsSync(path.join(root, path.dirname(file), target)));
      assert.deepEqual(lost, []);
    });
  }

  it('CONTRIBUTING names every command', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const text = read('CONTRIBUTING.md') + read('README.md');
    const missing = Object.keys(scripts).filter(
      name =>
        !/^setup$/.test(name) && !text.includes(`npm run ${name}`) && !text.includes(`npm ${name}`),
    );
    assert.deepEqual(missing, []);
  });
});

describe('the package files', () => {
  for (const file of ['package-lock.json', 'ui-tests/package-lock.json']) {
    it(`${file} names no registry`, () => {
      assert.doesNotMatch(read(file), /"resolved"/);
    });
  }

  it('have one version', () => {
    const { version } = JSON.parse(read('package.json'));
    assert.equal(JSON.parse(read('package-lock.json')).version, version);
    assert.match(read('CHANGELOG.md'), new RegExp(`^## ${version.replaceAll('.', '\\.')} `, 'm'));
  });

  it('pin every requirement', () => {
    const pins = read('requirements-lock.txt')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'));
    assert.ok(pins.every(line => /^[\w.-]+==[\w.]+(; \S.*)?$/.test(line)));
    const pinned = new Set(pins.map(line => line.split('==')[0].toLowerCase()));
    const asked = (read('requirements.txt') + read('requirements-test.txt'))
      .split('\n')
      .filter(line => /^\w/.test(line));
    assert.deepEqual(
      asked.filter(name => !pinned.has(name.toLowerCase())),
      [],
    );
  });
});

describe('the rooms', () => {
  it('of src all have a name for npm test', () => {
    const { references } = JSON.parse(read('tsconfig.json'));
    const folders = references.map(reference => path.posix.normalize(reference.path));
    const named = Object.values(ROOMS).map(room => room.folder);
    const lost = folders.filter(
      folder =>
        folder !== 'src' && !named.some(name => folder === name || folder.startsWith(`${name}/`)),
    );
    assert.deepEqual(lost, []);
  });
});

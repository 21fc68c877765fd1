// The page that `npm run bench` writes.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { markdownOf, pageWith } from '../../bench/run.mjs';
import { root } from '../steps.mjs';

const section = (title, ours) =>
  markdownOf({ title, rows: [{ case: 'x', ours, peer: null, ratio: null }] }, 'here');

describe('the page of figures', () => {
  it('lets a bench that was measured again take its place, and a new one the end', () => {
    const page = pageWith('', [section('One', 1), section('Two', 2)]);
    const again = pageWith(page, [section('One', 3), section('Three', 4)]);
    assert.deepEqual(again.match(/^## .*/gm), ['## One', '## Two', '## Three']);
    assert.deepEqual(again.match(/^\| x \| \d/gm), ['| x | 3', '| x | 2', '| x | 4']);
    assert.match(again, /^# Performance\n\nWritten by/);
  });

  it('is the same when nothing was measured', () => {
    const page = pageWith('', [section('One', 1)]);
    assert.equal(pageWith(page, []), page);
  });

  it('says why there are no figures', () => {
    const text = markdownOf({ title: 'One', rows: [], failure: 'no browser' }, 'here');
    assert.match(text, /Not measured here: no browser/);
  });
});

describe('the benches', () => {
  const folder = join(root, 'bench');
  const read = name => readFileSync(join(folder, name), 'utf8');
  const names = readdirSync(folder)
    .filter(file => file.endsWith('.mjs') && file !== 'run.mjs')
    .map(file => file.slice(0, -4));

  it('have headings of their own, by which the page tells them apart', () => {
    const headings = names.map(name => read(`${name}.mjs`).split('\n')[0]);
    assert.deepEqual(
      headings.filter(heading => !/^\/\/ .{10,}[.:]$/.test(heading)),
      [],
    );
    assert.equal(new Set(headings).size, names.length);
  });

  for (const name of names) {
    it(`have ${name} in their list`, () => {
      assert.match(read('README.md'), new RegExp(`^\\| .*\`${name}\``, 'm'));
    });
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { labwire } from './child.js';

describe('labwire', () => {
  it('explains itself and each command in one style', async () => {
    for (const command of [
      [],
      ['demolab'],
      ['watch'],
      ['rpctool'],
      ['logd'],
      ['forward'],
      ['broadcast'],
      ['pyon'],
    ]) {
      const { code, stdout, stderr } = await labwire([...command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: ${['labwire', ...command].join(' ')} `));
      assert.match(stdout, /-h, --help +print this help\n/);
      assert.equal(stderr, '');
      assert.ok(Math.max(...stdout.split('\n').map(line => line.length)) <= 98, stdout);
    }
  });

  it('knows its version', async () => {
    const manifest = new URL('../../../package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
    assert.deepEqual(await labwire(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
  });

  for (const args of [
    ['nonsense'],
    ['demolab', '--port', 'many'],
    ['demolab', '--port', '65536'],
    ['demolab', '--port', '-1'],
    ['watch'],
    ['watch', '--twice', 'sipyco+sync://h/x'],
    ['pyon', '--from', 'v3', '--to', 'v2'],
    ['pyon', '--from', 'v1'],
    ['pyon', '--convert', 'a', '--from', 'v1'],
    ['pyon', '--convert', 'a', 'b'],
  ]) {
    it(`ends with 2 and a pointer to --help: labwire ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await labwire(args);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^error: .*\n/);
      assert.match(stderr, /--help/);
    });
  }

  it('shows its help when it is told nothing', async () => {
    const { code, stderr } = await labwire([]);
    assert.equal(code, 2);
    assert.match(stderr, /Usage: labwire/);
  });
});

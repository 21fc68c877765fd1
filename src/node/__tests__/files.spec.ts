import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { dict, NDArray, PyObject, tuple } from '../../values/index.js';
import { loadFile, storeFile } from '../index.js';

class Stranger extends PyObject {
  override get pyType(): string {
    return 'Stranger';
  }
}

describe('PYON files', () => {
  let folder: string;
  const value = dict({ b: tuple(1n, 2.5), a: NDArray.of(Float64Array.of(0.5)) });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'labwire-pyon-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('are stored and loaded in both versions', async () => {
    for (const version of [1, 2] as const) {
      const file = join(folder, `v${version}.pyon`);
      await storeFile(file, value, { version });
      assert.deepEqual(await loadFile(file, { version }), version === 1 ? sorted() : value);
      assert.equal((await readFile(file, 'utf8')).endsWith('\n'), version === 1);
    }
  });

  function sorted() {
    return dict({ a: value.get('a') ?? null, b: value.get('b') ?? null });
  }

  it('are replaced whole or not at all', async () => {
    const file = join(folder, 'a.pyon');
    await storeFile(file, value);
    await assert.rejects(storeFile(file, [new Stranger()]), {
      name: 'EncodeError',
      message: 'a Stranger has no form in PYON v2, at [0]',
    });
    assert.deepEqual(await loadFile(file), value);
    assert.deepEqual(await readdir(folder), ['a.pyon']);
  });

  it('leave nothing behind where the folder is missing', async () => {
    await assert.rejects(storeFile(join(folder, 'no', 'a.pyon'), value), { code: 'ENOENT' });
    assert.deepEqual(await readdir(folder), []);
  });

  it('keep their permissions, and a link stays a link', async () => {
    const file = join(folder, 'a.pyon');
    const link = join(folder, 'link.pyon');
    await writeFile(file, '1');
    await chmod(file, 0o664);
    await symlink(file, link);
    await storeFile(link, value);
    assert.deepEqual(await loadFile(file), value);
    assert.equal((await stat(file)).mode & 0o777, 0o664);
  });

  it('that are none say where', async () => {
    const file = join(folder, 'a.pyon');
    await writeFile(file, '[1,');
    await assert.rejects(loadFile(file), {
      name: 'ParseError',
      message: 'expected a value at position 3, found the end of the text',
    });
  });
});

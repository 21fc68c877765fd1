import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const FILE = new URL('../../../src/npm/__tests__/surface.json', import.meta.url);
const DOORS = ['demolab', 'node', 'pyon', 'sipyco', 'transports', 'values', 'wire'] as const;

describe('the public surface of the npm library', () => {
  it('is what surface.json says: a change of it is a decision', async () => {
    const found: { [door: string]: string[] } = {};
    for (const door of DOORS) {
      found[door] = Object.keys(await import(`../${door}.js`)).sort();
    }
    if (process.env.LABWIRE_UPDATE_SURFACE !== undefined) {
      writeFileSync(FILE, `${JSON.stringify(found, null, 2)}\n`);
    }
    assert.deepEqual(
      found,
      JSON.parse(readFileSync(FILE, 'utf8')),
      'run it again with LABWIRE_UPDATE_SURFACE=1 if the new names are meant',
    );
  });
});

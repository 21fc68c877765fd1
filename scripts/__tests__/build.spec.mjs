// What the build looks for in the labextension: the two ways in which the worker's code can end up
// on the page without an error.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkWorkerChunks } from '../build.mjs';
import { WORKER_MARKER } from '../bundle.mjs';
import { StepError } from '../steps.mjs';

const CODE = `self.labwireBuild="${WORKER_MARKER}";`;
const WORKER = { 'labwire-worker.0a1b2c.js': `(()=>{${CODE}})()` };
const TEXT = { '835.0a1b2c.js': `({894(e){e.exports='${CODE}'}})` };

describe('checkWorkerChunks', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'labwire-chunks-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function check(files) {
    await rm(folder, { recursive: true, force: true });
    folder = await mkdtemp(path.join(tmpdir(), 'labwire-chunks-'));
    for (const [name, text] of Object.entries({ 'remoteEntry.0a1b2c.js': '', ...files })) {
      await writeFile(path.join(folder, name), text);
    }
    await checkWorkerChunks(folder);
  }

  it('takes one worker chunk and one text chunk', async () => {
    await check({ ...WORKER, ...TEXT, 'labwire-worker.0a1b2c.js.map': CODE });
  });

  const wrong = {
    'no worker chunk, the code in a module of the page': {
      ...TEXT,
      '924.0a1b2c.js': `({924(){${CODE}}})`,
    },
    'the code in the entry': { ...WORKER, ...TEXT, 'remoteEntry.0a1b2c.js': CODE },
    'no text for the Blob': WORKER,
    'no code at all': {},
    'the text evaluated on the page': { ...WORKER, '835.0a1b2c.js': `({894(){${CODE}}})` },
  };
  for (const [name, files] of Object.entries(wrong)) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(check(files), error => error instanceof StepError);
    });
  }
});

// What the build looks for in the labextension: the ways in which code can end up on the page, or in
// JupyterLab's start, without an error.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkStart, checkWorkerChunks } from '../build.mjs';
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

describe('checkStart', () => {
  const ENTRY =
    'var t={"./extension":()=>Promise.all([n.e(80),n.e("labwire-x")]).then(()=>()=>n(1))}';

  async function check(files) {
    const folder = await mkdtemp(path.join(tmpdir(), 'labwire-start-'));
    try {
      for (const [name, text] of Object.entries({ 'labwire-content.4.js': '', ...files })) {
        await writeFile(path.join(folder, name), text);
      }
      await checkStart(path.join(folder, 'remoteEntry.1.js'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  const small = { 'remoteEntry.1.js': ENTRY, '80.2.js': '1', 'labwire-x.3.js': '1' };

  it('takes a small start, however large what comes later is', async () => {
    await check({ ...small, 'labwire-content.4.js': ' '.repeat(300_000) });
  });

  it('refuses one that has grown, counting every chunk of it', async () => {
    const half = ' '.repeat(60_000);
    await assert.rejects(check({ ...small, '80.2.js': half, 'labwire-x.3.js': half }), StepError);
  });

  it('refuses an entry that it cannot read, and a chunk that is missing', async () => {
    await assert.rejects(check({ ...small, 'remoteEntry.1.js': 'var t={}' }), StepError);
    await assert.rejects(check({ 'remoteEntry.1.js': ENTRY, '80.2.js': '1' }), StepError);
  });
});

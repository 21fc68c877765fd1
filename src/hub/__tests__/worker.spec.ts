// The worker as it ships: one bundle without imports, run where there is no page.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { build } from 'esbuild';
import type { Frame, IHub, NumberFrame } from '../api.js';
import { VERSION } from '../version.js';
import { VIEWPORT } from './viewport.js';

/** What a browser's worker has and Node's has by other names. */
const SCOPE = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
globalThis.addEventListener = (type, listener) => parentPort.on(type, data => listener({ data }));
globalThis.importScripts = url =>
  require('node:vm').runInThisContext(require('node:fs').readFileSync(new URL(url), 'utf8'));
`;

/** As scripts/bundle.mjs makes it, private members spelled shorter and all. */
async function bundle(name: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [fileURLToPath(new URL(`../../../src/hub/${name}`, import.meta.url))],
    bundle: true,
    minify: true,
    mangleProps: /^_[a-z]/,
    format: 'iife',
    target: 'es2022',
    outfile,
  });
  return readFile(outfile, 'utf8');
}

describe('worker.ts', () => {
  it('runs as one file, and shows the demo lab', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'labwire-worker-'));
    const text = await bundle('worker.ts', join(folder, 'worker.js'));
    const demo = join(folder, 'demo.js');
    await bundle('demoscript.ts', demo);
    const worker = new Worker(SCOPE + text, { eval: true });
    try {
      const hub = wrap<IHub>(nodeEndpoint(worker));
      assert.deepEqual(await hub.start(null, { demoUrl: pathToFileURL(demo).href }), {
        version: VERSION,
      });
      await hub.openView(
        {
          version: 1,
          view: 'auto',
          sources: [{ role: 'value', address: 'demo+sipyco+sync:///datasets#temperature' }],
          options: {},
        },
        VIEWPORT,
      );
      const texts = new Set<string>();
      while (texts.size < 3) {
        const frames = (await hub.pull()) as readonly Frame[];
        for (const frame of frames.filter(({ kind }) => kind === 'number')) {
          texts.add((frame as NumberFrame).text);
          assert.equal(frame.display.unit, '°C');
        }
      }
      await hub.bye();
    } finally {
      await worker.terminate();
      await rm(folder, { recursive: true });
    }
  });
});

// The worker as it ships: one bundle without imports, run where there is no page.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
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
`;

describe('worker.ts', () => {
  it('runs as one file, and shows the demo lab', async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../../../src/hub/worker.ts', import.meta.url))],
      bundle: true,
      format: 'iife',
      target: 'es2022',
      write: false,
    });
    const worker = new Worker(SCOPE + outputFiles[0]!.text, { eval: true });
    try {
      const hub = wrap<IHub>(nodeEndpoint(worker));
      assert.deepEqual(await hub.start(null), { version: VERSION });
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
    }
  });
});

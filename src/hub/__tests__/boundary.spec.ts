// The hub behind comlink, as the page reaches it: what crosses must be plain data.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { expose, type Remote, transfer, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { isFault, NDArray } from '../../values/index.js';
import type { Frame, IHub, ViewKind, ViewSpec } from '../api.js';
import { dataset, LAB, Lab } from './lab.js';
import { openHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

const specOf = (address: string, view: 'auto' | ViewKind = 'auto'): ViewSpec => ({
  version: 1,
  view,
  sources: [{ role: view === 'table' ? 'table' : 'value', address }],
  options: {},
});

async function across(work: (hub: Remote<IHub>, lab: Lab) => Promise<void>): Promise<void> {
  const lab = new Lab([
    ['n', dataset(2n ** 60n)],
    ['curve', dataset(NDArray.of(Float64Array.from({ length: 5000 }, (_, i) => i)))],
    ['frame', dataset(NDArray.of(new Uint16Array(64 * 64), [64, 64]))],
  ]).start();
  const { hub, mistakes } = openHub({
    connect: lab.connect,
    handOver: (value, list) => transfer(value, [...list]),
  });
  const { port1, port2 } = new MessageChannel();
  expose(hub, nodeEndpoint(port1));
  try {
    await work(wrap<IHub>(nodeEndpoint(port2)), lab);
    await hub.bye();
    assert.deepEqual(mistakes, []);
  } finally {
    port1.close();
    port2.close();
  }
}

async function until(hub: Remote<IHub>, kind: Frame['kind']): Promise<Frame> {
  for (;;) {
    const found = ((await hub.pull()) as readonly Frame[]).find(frame => frame.kind === kind);
    if (found !== undefined) {
      return found;
    }
  }
}

describe('Hub across comlink', () => {
  it('hands frames of every kind over, with arrays that belong to the page', async () => {
    await across(async hub => {
      assert.deepEqual(await hub.start(null), { version: '0' });
      for (const [address, kind] of [
        [`${LAB}#n`, 'number'],
        [`${LAB}#curve`, 'trace'],
        [`${LAB}#frame`, 'image'],
        [LAB, 'table'],
      ] as const) {
        const id = await hub.openView(specOf(address), VIEWPORT);
        const frame = await until(hub, kind);
        assert.equal(frame.viewId, id);
        assert.equal(typeof frame.timeNs, 'bigint');
        switch (frame.kind) {
          case 'number':
            assert.ok(frame.history instanceof Float64Array);
            break;
          case 'trace':
            assert.equal(frame.series[0]?.y.length, 1200);
            break;
          case 'image':
            assert.equal((frame.pixels as Uint8ClampedArray).length, 4 * 64 * 64);
            break;
          case 'table':
            assert.equal(frame.rows.length, 3);
            break;
          case 'empty':
            assert.fail('nothing came');
        }
        await hub.closeView(id);
      }
    });
  });

  it('hands an export over', async () => {
    await across(async hub => {
      const id = await hub.openView(specOf(`${LAB}#curve`), VIEWPORT);
      await until(hub, 'trace');
      const reply = await hub.ask(id, { type: 'csv' });
      assert.equal(reply.type === 'csv' && reply.bytes.length, 'curve\r\n'.length + 28_890);
    });
  });

  it('throws Faults whose fields arrive', async () => {
    await across(async hub => {
      const reason: unknown = await hub.openView(specOf('nonsense'), VIEWPORT).then(
        () => null,
        (error: unknown) => error,
      );
      assert.ok(isFault(reason));
      assert.equal(reason.name, 'ParseError');
      assert.equal(reason.facts.position, 0);
      assert.equal(
        reason.message,
        'address "nonsense": expected scheme://… such as sipyco+sync://127.0.0.1:3250/datasets, found "nonsense"',
      );
    });
  });
});

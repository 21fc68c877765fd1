// Structs that a person would not scroll through.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Frame, TableFrame } from '../api.js';
import { dataset, LAB, Lab } from './lab.js';
import { openHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

describe('Hub with a million names', () => {
  it('shows the rows that are looked at, and follows changes of them', async () => {
    const count = 1_000_000;
    const lab = new Lab(
      (function* () {
        for (let i = 0; i < count; i++) {
          yield [`n${i}`, i % 2 === 0 ? BigInt(i) : i] as const;
        }
      })(),
    ).start();
    const { hub, pull } = openHub({ connect: lab.connect });
    const id = await hub.openView(
      {
        version: 1,
        view: 'auto',
        sources: [{ role: 'value', address: LAB }],
        options: {},
      },
      { ...VIEWPORT, firstRow: 700_000 },
    );
    const isTable = (frame: Frame) => frame.kind === 'table';
    const first = (await pull(isTable)) as TableFrame;
    assert.equal(first.valueCount, count);
    assert.deepEqual(
      first.rows.slice(0, 2).map(({ label, text }) => `${label} = ${text}`),
      ['n700000 = 700000', 'n700001 = 700001.0'],
    );
    lab.datasets.set('n700001', dataset('changed'));
    lab.datasets.set('n5', dataset('not seen'));
    const second = (await pull(isTable)) as TableFrame;
    assert.deepEqual(
      second.rows.slice(1, 3).map(({ text, changeCount }) => [text, changeCount]),
      [
        ["'changed'", 1],
        ['700002', 0],
      ],
    );
    await hub.setViewport(id, { ...VIEWPORT, filter: 'n99999' });
    const found = (await pull(frame => isTable(frame) && frame !== second)) as TableFrame;
    assert.equal(found.rowCount, 11);
    await hub.bye();
  });
});

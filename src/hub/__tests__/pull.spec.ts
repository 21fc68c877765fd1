import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Frame } from '../api.js';
import { FramePull } from '../pull.js';
import { settled } from './handclock.js';

const defer = (callback: () => void) => queueMicrotask(callback);
const frame = (viewId: number) => ({ viewId }) as Frame;

describe('FramePull', () => {
  it('waits for news, and then answers at once', async () => {
    let composed = 0;
    const pull = new FramePull(async () => {
      composed += 1;
      return [frame(composed)];
    }, defer);
    let frames: readonly Frame[] | null = null;
    const first = pull.pull().then(value => {
      frames = value;
    });
    await settled();
    assert.equal(frames, null);
    assert.equal(composed, 0);
    pull.notify();
    pull.notify();
    await first;
    assert.deepEqual(frames, [frame(1)]);
    pull.notify();
    await settled();
    assert.equal(composed, 1, 'nobody asked');
    assert.deepEqual(await pull.pull(), [frame(2)]);
  });

  it('goes on waiting when what had news is gone', async () => {
    const answers = [[], [frame(7)]];
    const pull = new FramePull(async () => answers.shift() ?? [], defer);
    const frames = pull.pull();
    pull.notify();
    await settled();
    pull.notify();
    assert.deepEqual(await frames, [frame(7)]);
  });

  it('settles a call that is overtaken with no frames', async () => {
    const pull = new FramePull(async () => [frame(1)], defer);
    const first = pull.pull();
    const second = pull.pull();
    assert.deepEqual(await first, []);
    pull.notify();
    assert.deepEqual(await second, [frame(1)]);
    const last = pull.pull();
    pull.close();
    assert.deepEqual(await last, []);
  });

  it('makes one batch at a time, and does not lose news that comes meanwhile', async () => {
    const release: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const pull = new FramePull(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>(resolve => release.push(resolve));
      running -= 1;
      return [frame(release.length)];
    }, defer);
    const first = pull.pull();
    pull.notify();
    await settled();
    pull.notify();
    release[0]!();
    assert.deepEqual(await first, [frame(1)]);
    const second = pull.pull();
    await settled();
    release[1]!();
    assert.deepEqual(await second, [frame(2)]);
    assert.equal(most, 1);
  });

  it('rejects the call when a batch cannot be made, and serves the next', async () => {
    let fails = true;
    const pull = new FramePull(async () => {
      if (fails) {
        throw new Error('no canvas');
      }
      return [frame(1)];
    }, defer);
    const first = pull.pull();
    pull.notify();
    await assert.rejects(first, { message: 'no canvas' });
    fails = false;
    const second = pull.pull();
    pull.notify();
    assert.deepEqual(await second, [frame(1)]);
  });
});

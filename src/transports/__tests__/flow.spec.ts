// How bytes are counted: the queue upwards and the window downwards.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CreditWindow, WINDOW_MAX_BYTES, WINDOW_MIN_BYTES } from '../credit.js';
import { UpQueue } from '../upqueue.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const taken = (queue: UpQueue, most = 1000) => String(Buffer.concat(queue.take(most).pieces));

describe('UpQueue', () => {
  it('sends under credit, keeps until received, sends again after a new link', () => {
    const queue = new UpQueue();
    queue.push(bytes('abc'));
    queue.push(bytes(''));
    queue.push(bytes('defgh'));
    assert.equal(queue.readyBytes, 0);
    queue.credit(0, 4);
    assert.equal(taken(queue, 2), 'ab');
    assert.equal(taken(queue), 'cd');
    assert.equal(taken(queue), '');
    assert.equal(queue.unsentBytes, 4);
    queue.credit(3, 8);
    assert.equal(taken(queue), 'efgh');
    assert.equal(queue.allSent, true);
    queue.resume(5, 8);
    assert.equal(queue.unsentBytes, 3);
    assert.equal(taken(queue), 'fgh');
    queue.credit(8, 8);
    assert.throws(() => queue.credit(9, 9), {
      message: 'CREDIT says 9 bytes were received, 8 were sent',
    });
    assert.throws(() => queue.resume(7, 9), {
      message: 'ATTACHED says 7 bytes were received, of 8 to 8',
    });
  });

  it('delivers every byte once and in order, however links break', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ take: fc.integer({ min: 0, max: 60 }) }),
      fc.record({ credit: fc.integer({ min: 0, max: 100 }) }),
      fc.record({ lose: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), steps => {
        const queue = new UpQueue();
        let queued = 0;
        let allowed = 0;
        let known = 0;
        const arrived: number[] = [];
        let inFlight: number[] = [];
        for (const one of steps) {
          if ('push' in one) {
            queue.push(Uint8Array.from({ length: one.push }, (_, i) => (queued + i) & 0xff));
            queued += one.push;
          } else if ('take' in one) {
            inFlight.push(...queue.take(one.take).pieces.flatMap(piece => [...piece]));
          } else if ('credit' in one) {
            arrived.push(...inFlight);
            inFlight = [];
            allowed = Math.max(allowed, arrived.length + one.credit);
            known = arrived.length;
            queue.credit(known, allowed);
          } else {
            arrived.push(...inFlight.slice(0, Math.floor(inFlight.length * one.lose)));
            inFlight = [];
            queue.resume(arrived.length, allowed);
          }
          assert.ok(arrived.length + inFlight.length <= allowed);
        }
        queue.resume(arrived.length + 0 * inFlight.length, queued);
        arrived.push(...queue.take(queued).pieces.flatMap(piece => [...piece]));
        assert.deepEqual(
          arrived,
          Array.from({ length: queued }, (_, i) => i & 0xff),
        );
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});

describe('CreditWindow', () => {
  /** Take `rate` bytes/ms for `ms`, in chunks. */
  function run(
    window: CreditWindow,
    startMs: number,
    ms: number,
    rate: number,
    roundTripMs: number,
  ) {
    for (let at = startMs; at < startMs + ms; at += 1) {
      window.taken(rate, at, roundTripMs);
    }
    return window.bytes;
  }

  it('starts small, and stays there for small traffic', () => {
    const window = new CreditWindow(Number.POSITIVE_INFINITY);
    assert.equal(window.bytes, WINDOW_MIN_BYTES);
    assert.equal(run(window, 0, 1000, 400, 1), WINDOW_MIN_BYTES);
    assert.equal(run(window, 1000, 1000, 10_000, 10), WINDOW_MIN_BYTES);
  });

  it('follows twice the rate times round trip and work on the way', () => {
    const window = new CreditWindow(Number.POSITIVE_INFINITY);
    const bytes = run(window, 0, 100, 100_000, 2);
    assert.ok(Math.abs(bytes - 2 * 100_000 * 10) < 150_000, `${bytes}`);
    assert.equal(run(window, 100, 100, 300_000, 12), WINDOW_MAX_BYTES);
  });

  it('shrinks when the rate has been low for seconds, not at the first pause', () => {
    const window = new CreditWindow(Number.POSITIVE_INFINITY);
    const high = run(window, 0, 200, 300_000, 2);
    assert.equal(run(window, 200, 100, 1000, 2), high);
    assert.ok(run(window, 300, 8000, 1000, 2) < high / 4);
  });

  it('stays below what the bridge allows', () => {
    const window = new CreditWindow(WINDOW_MIN_BYTES * 2);
    assert.equal(run(window, 0, 200, 300_000, 20), WINDOW_MIN_BYTES * 2);
    window.limit(1000);
    assert.equal(window.bytes, 1000);
  });
});

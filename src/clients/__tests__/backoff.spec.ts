import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Backoff } from '../index.js';
import { HandClock } from './handclock.js';

const MINUTES = 60_000;

describe('Backoff', () => {
  it('tries what never worked after 0.1, 0.2, 0.5, 1 and then every 5 seconds', () => {
    const backoff = new Backoff(new HandClock());
    assert.deepEqual(delays(backoff, 6), [100, 200, 500, 1000, 5000, 5000]);
  });

  it('tries what once worked each second for 5 minutes, then every 5 seconds', () => {
    const clock = new HandClock();
    const backoff = new Backoff(clock);
    backoff.up();
    clock.turn(2000);
    backoff.down();
    assert.deepEqual(delays(backoff, 6), [100, 200, 500, 1000, 1000, 1000]);
    clock.turn(5 * MINUTES - 1);
    assert.deepEqual(delays(backoff, 1), [1000]);
    clock.turn(1);
    assert.deepEqual(delays(backoff, 1), [5000]);
  });

  it('goes on where it was when the link died within a second', () => {
    const clock = new HandClock();
    const backoff = new Backoff(clock);
    assert.deepEqual(delays(backoff, 2), [100, 200]);
    backoff.up();
    clock.turn(999);
    backoff.down();
    assert.deepEqual(delays(backoff, 1), [500]);
    backoff.up();
    clock.turn(1000);
    backoff.down();
    assert.deepEqual(delays(backoff, 1), [100]);
  });

  it('spreads the pauses by a fifth to either side', async () => {
    const clock = new HandClock();
    const backoff = new Backoff(clock);
    clock.chance = 0;
    const first = backoff.wait();
    assert.equal(clock.nextInMs, 80);
    backoff.cancel();
    await first;
    clock.chance = 1;
    const second = backoff.wait();
    assert.equal(clock.nextInMs, 240);
    backoff.cancel();
    await second;
    assert.equal(clock.pending, 0);
  });

  it('ends a pause when the time is over, and when a person asks', async () => {
    const clock = new HandClock();
    const backoff = new Backoff(clock);
    const first = backoff.wait();
    clock.turn(100);
    await first;
    const second = backoff.wait();
    backoff.retryNow();
    await second;
    assert.equal(clock.pending, 0);
    assert.deepEqual(delays(backoff, 1), [100]);
  });

  it('waits without a timer for what only a person can heal', async () => {
    const clock = new HandClock();
    const backoff = new Backoff(clock);
    const waiting = backoff.waitForPerson();
    assert.equal(clock.pending, 0);
    backoff.retryNow();
    await waiting;
  });
});

function delays(backoff: Backoff, count: number): number[] {
  return Array.from({ length: count }, () => backoff.nextDelayMs());
}

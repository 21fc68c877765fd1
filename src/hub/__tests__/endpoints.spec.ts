import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkStatus } from '../../values/index.js';
import { Endpoints, type IConnection, LINGER_MS } from '../endpoints.js';
import { HandClock } from './handclock.js';

class Line implements IConnection {
  readonly endpoint = '127.0.0.1:3250';
  readonly address = 'sipyco+sync://127.0.0.1:3250/datasets';
  readonly status: LinkStatus = { state: 'live', sinceNs: 0n, fault: null, outOfStepCount: 0 };
  readonly receivedBytes = 0;
  readonly roundTripMs = null;
  readonly isDemo = false;
  closeCount = 0;

  retry(): void {}
  setAsking(): void {}
  setLink(): void {}
  close(): void {
    this.closeCount += 1;
  }
}

describe('Endpoints', () => {
  it('makes one connection whoever asks', () => {
    const endpoints = new Endpoints(new HandClock());
    const one = endpoints.acquire('a', () => new Line());
    const two = endpoints.acquire('a', () => new Line());
    const other = endpoints.acquire('b', () => new Line());
    assert.equal(one.connection, two.connection);
    assert.notEqual(one.connection, other.connection);
    assert.deepEqual(
      endpoints.list().map(({ leases }) => leases),
      [2, 1],
    );
  });

  it('lingers for five seconds, and is found again meanwhile', async () => {
    const clock = new HandClock();
    const endpoints = new Endpoints(clock);
    const first = endpoints.acquire('a', () => new Line());
    first.release();
    first.release();
    await clock.turn(LINGER_MS - 1);
    assert.equal(first.connection.closeCount, 0);
    const again = endpoints.acquire('a', () => new Line());
    assert.equal(again.connection, first.connection);
    await clock.turn(60_000);
    assert.equal(again.connection.closeCount, 0);
    again.release();
    await clock.turn(LINGER_MS);
    assert.equal(again.connection.closeCount, 1);
    assert.equal(endpoints.find('a'), null);
    assert.equal(clock.timerCount, 0);
  });

  it('closes everything at once, and takes late leases calmly', () => {
    const clock = new HandClock();
    const endpoints = new Endpoints(clock);
    const lease = endpoints.acquire('a', () => new Line());
    endpoints.close();
    assert.equal(lease.connection.closeCount, 1);
    lease.release();
    assert.equal(clock.timerCount, 0);
    assert.deepEqual(endpoints.list(), []);
  });
});
